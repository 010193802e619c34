"""Who wants to know what happens."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .events import Event

__all__ = ["Listeners"]


class Listeners:
    """Functions that are called with every event."""

    def __init__(self) -> None:
        self._callbacks: tuple[Callable[[Event], object], ...] = ()

    def add(self, callback: Callable[[Event], object]) -> Callable[[], None]:
        """Call a function from now on; return what ends that."""
        self._callbacks += (callback,)

        def remove() -> None:
            self._callbacks = tuple(other for other in self._callbacks if other is not callback)

        return remove

    def say(self, event: Event) -> None:
        """Call them all; an error in one is shown and stops nothing."""
        for callback in self._callbacks:
            try:
                callback(event)
            except Exception:
                sys.excepthook(*sys.exc_info())
