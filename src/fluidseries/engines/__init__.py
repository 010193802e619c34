"""Engines compute the loss and the gradient of one batch; the loop above them is the same code.

An engine is a module with ``load(batch, network, *, loss, per_frame, series_weights, n_jobs,
difference_scale, augmentation)``, which returns a `Session`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

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

    def loss(self, parameters: NDArray[Any], rows: NDArray[Any]) -> tuple[float, float]:
        """Return the same two sums without a gradient."""

    def outputs(self, parameters: NDArray[Any], rows: NDArray[Any]) -> NDArray[Any]:
        """Return the readout (n_rows, n_outputs), or per frame (frames of the rows, n_outputs)."""
