"""How many frames come in a second."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

__all__ = ["RateMeter", "RateWatch", "differ", "rate_of", "rate_of_times"]

# Faster than this no sensor is: it is a loop over data, whose speed means nothing.
FASTEST = 2000.0
# Frames that a measurement looks back, and the longest pause within it.
LENGTH, PAUSE = 64, 0.5
# How near to the usual rate one must be again before another warning.
BACK = 0.1
# Where frames are rare, a pause is so many times as long as what usually lies between them.
MANY = 5


def rate_of(count: int, seconds: float) -> float | None:
    """Return the rate of so many frames from the first to the last, None if it cannot be known."""
    rate = (count - 1) / seconds if seconds > 0 else 0.0
    return rate if 0 < rate < FASTEST else None


def rate_of_times(times: Sequence[float]) -> float | None:
    """Return the rate of frames that came at these times, in seconds.

    A pause does not count, such as the one before somebody who has pressed record begins to move.
    """
    gaps = np.diff(times)
    if not len(gaps):
        return None
    flowing = gaps[gaps <= max(PAUSE, MANY * float(np.median(gaps)))]
    return rate_of(len(flowing) + 1, float(flowing.sum()))


def differ(rate: float | None, other: float | None) -> bool:
    """Tell whether two rates are known and more than 20 % apart."""
    return bool(rate and other) and abs(rate / other - 1) > 0.2  # type: ignore[operator]


class RateWatch:
    """Tells once of a rate that is more than 20 % off, and again when it has become another one."""

    def __init__(self) -> None:
        self._told: float | None = None

    def news(self, rate: float | None, usual: float | None) -> bool:
        """Tell whether there is something to say of a rate that should be as usual."""
        if not rate or not usual:
            return False
        if not differ(rate, usual):
            # Near the limit it would come and go.
            if abs(rate / usual - 1) < BACK:
                self._told = None
            return False
        if self._told is not None and not differ(rate, self._told):
            return False
        self._told = rate
        return True


class RateMeter:
    """Measures the rate of what comes in."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=LENGTH)

    def hear(self, time: float) -> None:
        """Note that a frame came at a time in seconds."""
        if self._times and not 0 <= time - self._times[-1] <= PAUSE:
            self._times.clear()
        self._times.append(time)

    @property
    def rate(self) -> float | None:
        """Frames per second over the last 64; None before there were 16 without a pause."""
        times = self._times
        if len(times) < LENGTH // 4:
            return None
        return rate_of(len(times), times[-1] - times[0])
