"""The linear part of a forecaster: the next frame as a weighted sum of the last ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .forecast_blocks import Blocks
from .modelfile import as_float64

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Autoregression", "LinearPart", "RecentFrames"]


@dataclass(frozen=True)
class Autoregression:
    """Next frame = constant + sum over lags of weights[lag] @ frames[-1 - lag].

    Parameters
    ----------
    weights : float64 ndarray of shape (n_back, n_dims, n_dims)
        Newest frame first; row: dimension that is foretold, column: dimension that was heard.
    constant : float64 ndarray of shape (n_dims,)
        In the units of the data, as the weights are.
    """

    weights: NDArray[np.float64]
    constant: NDArray[np.float64]

    @property
    def n_back(self) -> int:
        """Frames that it looks back."""
        return len(self.weights)

    @property
    def flat(self) -> NDArray[np.float64]:
        """The weights for frames in a row, oldest first: (n_back * n_dims, n_dims)."""
        rows: NDArray[np.float64] = self.weights[::-1].transpose(0, 2, 1)
        return np.ascontiguousarray(rows).reshape(-1, len(self.constant))

    @property
    def growth(self) -> float:
        """What a continuation grows by per frame in the long run: its companion's largest root."""
        n_dims = len(self.constant)
        companion = np.eye(self.n_back * n_dims, k=-n_dims)
        companion[:n_dims] = np.concatenate(self.weights, axis=1)
        return float(np.abs(np.linalg.eigvals(companion)).max())

    def to_dict(self) -> dict[str, Any]:
        """Return both arrays as nested lists."""
        return {"weights": self.weights.tolist(), "constant": self.constant.tolist()}

    @classmethod
    def from_dict(cls, content: dict[str, Any], n_dims: int) -> Autoregression:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        weights = content["weights"]
        if not isinstance(weights, list):
            raise TypeError(f"weights must be a list, one table for each frame, got {weights!r}")
        return cls(
            as_float64(weights, (len(weights), n_dims, n_dims)),
            as_float64(content["constant"], (n_dims,)),
        )


@dataclass(frozen=True)
class LinearPart:
    """Autoregressions that look back further and further.

    The one that looks back furthest is what is wanted; the others foretell as long as fewer frames
    were heard than that one needs.

    Parameters
    ----------
    rungs : tuple of Autoregression
        The first looks back one frame, each of the others further than the one before it.
    blocks : Blocks
        What each network holds out from learning what is left.
    """

    rungs: tuple[Autoregression, ...]
    blocks: Blocks

    @property
    def n_back(self) -> int:
        """Frames that it looks back once it has heard them."""
        return self.rungs[-1].n_back

    def after_each(self, frames: NDArray[Any]) -> NDArray[np.float64]:
        """Foretell what follows on every frame of a series of shape (n_frames, n_dims)."""
        following = np.empty(frames.shape)
        ends = [rung.n_back - 1 for rung in self.rungs] + [len(frames)]
        for rung, (first, end) in zip(self.rungs, pairwise(ends), strict=True):
            rows = following[first : min(end, len(frames))]
            rows[...] = rung.constant
            for lag, weights in enumerate(rung.weights if len(rows) else ()):
                rows += frames[first - lag : first - lag + len(rows)] @ weights.T
        return following

    def within(self, window: int | None) -> LinearPart:
        """Return what looks back no further than a window."""
        if window is None:
            return self
        rungs = tuple(rung for rung in self.rungs if rung.n_back <= window)
        return replace(self, rungs=rungs)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and numbers from which `from_dict` makes an equal value."""
        rungs = [rung.to_dict() for rung in self.rungs]
        return {"autoregressions": rungs, "blocks": self.blocks.to_dict()}

    @classmethod
    def from_dict(cls, content: dict[str, Any], n_dims: int) -> LinearPart:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        parts = content["autoregressions"]
        rungs = tuple(Autoregression.from_dict(rung, n_dims) for rung in parts)
        sizes = [rung.n_back for rung in rungs]
        if sizes[:1] != [1] or sizes != sorted(set(sizes)):
            raise ValueError(f"a linear part looks back further and further from 1, got {sizes}")
        return cls(rungs, Blocks.from_dict(content["blocks"]))


class RecentFrames:
    """The last frames of one or several streams, and what a linear part makes of them.

    Every frame is written twice, a lap apart, so that the last ones always lie in one piece.
    """

    def __init__(self, part: LinearPart, n_streams: int) -> None:
        self._rungs = [(rung.n_back, rung.flat, rung.constant) for rung in part.rungs]
        self._lap, self._n_dims = part.n_back, len(part.rungs[0].constant)
        self._frames = np.empty((n_streams, 2 * self._lap, self._n_dims))
        self._flat = self._frames.reshape(n_streams, -1)
        self.reset()

    def after(self, frame: NDArray[np.float64]) -> NDArray[np.float64]:
        """Hear one frame (n_dims,) in all streams or one in each, (n_streams, n_dims).

        Returns
        -------
        ndarray of shape (n_streams, n_dims)
            What follows.
        """
        at = self._heard % self._lap
        self._frames[:, at] = self._frames[:, at + self._lap] = frame
        self._heard += 1
        if self._later and self._heard == self._later[0][0]:
            self._n_back, self._weights, self._constant = self._later.pop(0)
        end = (at + self._lap + 1) * self._n_dims
        last = self._flat[:, end - self._n_back * self._n_dims : end]
        following: NDArray[np.float64] = last @ self._weights
        following += self._constant
        return following

    def reset(self) -> None:
        """Forget all frames."""
        self._heard = 0
        self._later = list(self._rungs)
