"""Frames at another rate, on a straight line between those that came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..containers.arrays import read_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .takes import Take

__all__ = ["Resampler", "resampled"]


def resampled(take: Take, rate: float) -> Take:
    """Return a take at another rate, its first and last frame included."""
    if not take.rate or len(take) < 2 or abs(take.rate / rate - 1) < 0.01:
        return take
    seconds = (len(take) - 1) / take.rate
    count = max(2, round(seconds * rate) + 1)
    places = np.linspace(0, len(take) - 1, count)
    targets = None if take.targets is None else read_only(_between(take.targets, places))
    return replace(
        take, frames=read_only(_between(take.frames, places)), targets=targets, rate=rate
    )


def _between(table: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows at places that need not be whole."""
    rows = np.arange(len(table))
    return np.column_stack([np.interp(places, rows, column) for column in table.T])


class Resampler:
    """Live frames at another rate.

    Parameters
    ----------
    rate : float
        Frames per second that come out.
    """

    def __init__(self, rate: float) -> None:
        self._step = 1 / rate
        # After so long without input the new frames begin a line of their own.
        self._gap = max(10 * self._step, 0.5)
        self.reset()

    def reset(self) -> None:
        """Begin with the next frame."""
        self._before: tuple[float, NDArray[np.float64]] | None = None
        self._due = 0.0

    def hear(self, frame: NDArray[np.float64], time: float) -> list[NDArray[np.float64]]:
        """Return the frames that are due up to the one that comes in at `time` (seconds)."""
        if self._before is None or time - self._before[0] > self._gap:
            self._before, self._due = (time, frame), time + self._step
            return [frame]
        start, first = self._before
        self._before = (time, frame)
        due: list[NDArray[np.float64]] = []
        # A little early is in time: rates that are nearly equal must not drop a frame now and then.
        while self._due <= time + 1e-6:
            share = (self._due - start) / (time - start) if time > start else 1.0
            due.append(first + min(share, 1.0) * (frame - first))
            self._due += self._step
        return due
