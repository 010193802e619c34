"""What goes on without frames coming in: a take that is played, a forecaster left alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .events import Played

if TYPE_CHECKING:
    from .takes import Take

__all__ = ["Alone", "Playback"]

# Where nobody knows the rate of a take.
USUAL_RATE = 50.0
# Frames that a forecaster makes up for when nobody asked for a while.
MOST_AT_ONCE = 64


class Playback:
    """A take on its way out.

    Parameters
    ----------
    model : str
        Whose take.
    take : Take
    rate : float or None
        Frames per second.
    start : float
        When its first frame is due.
    """

    def __init__(self, model: str, take: Take, rate: float | None, start: float) -> None:
        self._model, self._take, self._start = model, take, start
        self._period = 1 / (rate or USUAL_RATE)
        self._index = 0

    @property
    def done(self) -> bool:
        """Whether the last frame is out."""
        return self._index == len(self._take)

    @property
    def next_time(self) -> float:
        """When the next frame is due."""
        return self._start + self._index * self._period

    def due(self, now: float) -> list[Played]:
        """Return the frames that are due."""
        found = []
        while not self.done and self.next_time <= now:
            found.append(self._played(self._index, self.next_time))
            self._index += 1
        return found

    def _played(self, index: int, time: float) -> Played:
        take = self._take
        target = None if take.point is None else np.array(take.point)
        if take.targets is not None:
            target = take.targets[index]
        last = index == len(take) - 1
        return Played(self._model, take.id, time, index, take.frames[index], target, last)


class Alone:
    """When a forecaster makes its own frames."""

    def __init__(self) -> None:
        self._start = math.inf
        self._count = 0

    def next_time(self, start: float, rate: float | None) -> float:
        """Return when the next frame is due.

        Parameters
        ----------
        start : float
            When it begins to go on, which every frame that comes in puts off; infinity for never.
        rate : float or None
            Frames per second.
        """
        if start == math.inf or rate is None:
            return math.inf
        return start if start != self._start else self._start + self._count / rate

    def due(self, now: float, start: float, rate: float | None) -> list[float]:
        """Return the times of the frames that are due."""
        if start == math.inf or rate is None or start > now:
            return []
        if start != self._start:
            self._start, self._count = start, 0
        wanted = int((now - start) * rate) + 1
        first = max(self._count, wanted - MOST_AT_ONCE)
        self._count = max(self._count, wanted)
        return [start + number / rate for number in range(first, wanted)]
