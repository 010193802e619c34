"""How it goes: messages, errors and times, counted without growing."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

__all__ = ["Meter"]

RECENT = 2000  # answers whose times are remembered


@dataclass
class Meter:
    """Counts of a server.

    Parameters
    ----------
    errors_a_second : float
        How many errors are sent.

    Attributes
    ----------
    messages, errors, silenced : int
        Messages handled; requests that failed; errors that were counted but not sent, since there
        were more in a second.
    last_error : str
        The text of the last error.
    late : int
        Answers to frames that were left out, since newer frames waited.
    """

    errors_a_second: float = 100.0
    messages: int = 0
    errors: int = 0
    silenced: int = 0
    last_error: str = ""
    late: int = 0
    _late_said: tuple[float, int] = (0.0, 0)
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    _errors_left: float = 100.0
    _last_error_time: float = 0.0
    _last_look: tuple[float, int, float] = field(default_factory=lambda: (time.monotonic(), 0, 0.0))

    def answered(self, seconds: float) -> None:
        """Count a packet that was answered so long after it was taken off the socket."""
        self._times.append(seconds)

    def failed(self, text: str, *, wanted: bool = True) -> bool:
        """Count an error, and tell whether to send it: a flood of errors would be another flood."""
        self.errors += 1
        self.last_error = text
        if not wanted:
            self.silenced += 1
            return False
        now = time.monotonic()
        more = (now - self._last_error_time) * self.errors_a_second
        self._last_error_time = now
        self._errors_left = min(self.errors_a_second, self._errors_left + more)
        if self._errors_left < 1:
            self.silenced += 1
            return False
        self._errors_left -= 1
        return True

    def late_news(self) -> int:
        """Return how many more answers were left out since it was asked; 0 within a second."""
        before, known = self._late_said
        now = time.monotonic()
        if self.late == known or now - before < 1.0:
            return 0
        self._late_said = now, self.late
        return self.late - known

    def latency(self) -> tuple[float, float]:
        """Return median and 99th percentile of the last answers' times, in seconds."""
        times = sorted(self._times.copy())
        if not times:
            return 0.0, 0.0
        return times[len(times) // 2], times[int(len(times) * 0.99)]

    def rate(self) -> float:
        """Return messages a second since the look before, at least half a second ago."""
        before, messages, rate = self._last_look
        now = time.monotonic()
        if now - before > 0.5:
            rate = (self.messages - messages) / (now - before)
            self._last_look = now, self.messages, rate
        return rate
