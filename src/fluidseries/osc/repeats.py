"""Errors that come again and again: a few are said, the rest is counted and told once a second."""

from __future__ import annotations

import threading
import time

__all__ = ["Error", "Repeats"]

# So often the same error is said within a second.
OFTEN = 3
SECOND = 1.0
# Different errors that are told apart; in a flood of more, each is said as if it were new.
MOST = 256

Error = tuple[str, str, str]  # model, request, text


class Repeats:
    """Tells which errors to say.

    Examples
    --------
    >>> repeats = Repeats()
    >>> error = ("wave", "frame", "the frame has 3 numbers")
    >>> [repeats.say(error) for _ in range(5)]
    [True, True, True, False, False]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # When the second began, and how often it has come since.
        self._known: dict[Error, tuple[float, int]] = {}

    def say(self, error: Error) -> bool:
        """Tell whether to say an error now, for it has not been said often."""
        with self._lock:
            if error not in self._known and len(self._known) >= MOST:
                return True
            began, count = self._known.get(error, (time.monotonic(), 0))
            self._known[error] = began, count + 1
            return count < OFTEN

    def rest(self) -> list[tuple[Error, int]]:
        """Return what came more often in a second that is over, and how often it was not said."""
        with self._lock:
            over = time.monotonic() - SECOND
            ended = {e: count for e, (began, count) in self._known.items() if began <= over}
            for error in ended:
                del self._known[error]
        return [(error, count - OFTEN) for error, count in ended.items() if count > OFTEN]
