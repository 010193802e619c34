"""Engines compute the loss and the gradient of one batch; the loop above them is the same code.

An engine is a module with ``load(batch, network, *, loss, per_frame, series_weights, n_jobs,
difference_scale, augmentation)``, which returns a `Session`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._core import Descent

__all__ = ["Session", "Trainee"]


class Trainee(Protocol):
    """What an engine needs of a network on its way: its arrays change in place."""

    parameters: NDArray[Any]
    gradient: NDArray[Any]
    descent: Descent


class Session(Protocol):
    """One corpus in an engine's hands."""

    n_threads: int = 1

    def gradient(
        self, parameters: NDArray[Any], rows: NDArray[Any], seed: int, out: NDArray[Any]
    ) -> tuple[float, float]:
        """Sum the loss over some series; `out` (n_parameters,) receives the gradient of the sum.

        Returns the summed loss and the summed weight of the series, each of which counts once
        whatever its length. Random masks follow from `seed`, row and frame.
        """

    def batches_at_once(self, n_networks: int, batch_size: int) -> int:
        """Say how many batches of each network one call of `learn` should take."""
        del n_networks, batch_size
        return 1

    def learn(
        self,
        learners: Sequence[Trainee],
        rows: Sequence[NDArray[Any]],
        seeds: Sequence[int],
        batch_size: int,
        shares: Sequence[float],
    ) -> list[list[tuple[float, float, bool]]]:
        """Let networks of the same sizes go through several batches and descend after each.

        `rows` are those of all batches of a network, one after the other, and `shares` the part of
        the rate at each batch. Returns for every network and batch the two sums of `gradient`, and
        whether the network went forward; (0, 0, True) where it had no rows left.
        """
        return [
            [
                self._step(learner, order[number * batch_size :][:batch_size], seed, share)
                for number, share in enumerate(shares)
            ]
            for learner, order, seed in zip(learners, rows, seeds, strict=True)
        ]

    def _step(
        self, learner: Trainee, rows: NDArray[Any], seed: int, share: float
    ) -> tuple[float, float, bool]:
        if not len(rows):
            return 0.0, 0.0, True
        loss, weight = self.gradient(learner.parameters, rows, seed, learner.gradient)
        return loss, weight, learner.descent.go(loss, weight, len(rows), share)

    def loss(self, parameters: NDArray[Any], rows: NDArray[Any]) -> tuple[float, float]:
        """Return the same two sums without a gradient."""

    def outputs(self, parameters: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
        """Return the readout (n_rows, n_outputs), or per frame (frames of the rows, n_outputs)."""
