"""Engines compute the loss and the gradient of one batch; the loop above them is the same code.

An engine is a module with ``load(batch, network, *, loss, per_frame, series_weights, n_jobs,
difference_scale, augmentation)``, which returns a `Session`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .. import _core

__all__ = ["Session"]


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

    def gradients(
        self,
        parameters: Sequence[NDArray[Any]],
        rows: Sequence[NDArray[Any]],
        seeds: Sequence[int],
        outs: Sequence[NDArray[Any]],
    ) -> list[tuple[float, float]]:
        """Do for several networks of the same sizes what `gradient` does for one."""
        turns = zip(parameters, rows, seeds, outs, strict=True)
        return [self.gradient(*turn) for turn in turns]

    def batches_at_once(self, n_networks: int, batch_size: int) -> int:
        """Say how many batches of each network `learn` should take; 1: use `gradients`."""
        del n_networks, batch_size
        return 1

    def learn(
        self,
        descents: Sequence[_core.Descent],
        rows: Sequence[NDArray[Any]],
        seeds: Sequence[int],
        batch_size: int,
        shares: Sequence[float],
    ) -> list[list[tuple[float, float, bool]]]:
        """Let every network go through several batches and descend after each.

        `rows` are those of all its batches, one after the other, and `shares` the part of the rate
        at each. Returns for every network and batch the two sums of `gradient`, and whether it went
        forward; (0, 0, True) where it had no rows left.
        """

    def loss(self, parameters: NDArray[Any], rows: NDArray[Any]) -> tuple[float, float]:
        """Return the same two sums without a gradient."""

    def outputs(self, parameters: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
        """Return the readout (n_rows, n_outputs), or per frame (frames of the rows, n_outputs)."""
