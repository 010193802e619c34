"""What goes out: a model's answers and a session's events as names and plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from ..live import Answer

__all__ = ["NOTHING", "Said", "heard", "of_answer", "of_event", "of_played", "of_segment", "plain"]

# OSC has no word for None that all programs read.
NOTHING = "none"


class Said(NamedTuple):
    """A message to be sent: the end of its address, and what stands behind."""

    name: str
    values: tuple[Any, ...]


def plain(value: Any) -> tuple[Any, ...]:
    """Return a value as the arguments of a message: int, float or text, in one row.

    Examples
    --------
    >>> plain(None), plain(True), plain((64, 32)), plain(np.array([0.5, 1.0]))
    (('none',), (1,), (64, 32), (0.5, 1.0))
    """
    match value:
        case None:
            return (NOTHING,)
        case bool() | np.bool_():
            return (int(value),)
        case int() | float() | str():
            return (value,)
        case np.ndarray() | np.generic():
            return tuple(value.ravel().tolist())
        case Iterable():
            return tuple(part for item in value for part in plain(item))
        case _:
            return (str(value),)


def of_answer(answer: Answer | None) -> tuple[Any, ...]:
    """Return a point as its numbers; a label with its probability and those of all classes."""
    if answer is None:
        return ()
    if answer.point is not None:
        return tuple(answer.point.tolist())
    if answer.probabilities is None:
        return (answer.label,)
    shares = answer.probabilities.tolist()
    return (answer.label, max(shares, default=0.0), *shares)


def heard(answer: Answer | None) -> tuple[Any, ...] | list[Said]:
    """Return what is answered to a frame, and if a segment ended with it, that too."""
    if answer is not None and answer.final:
        return [Said("frame", of_answer(answer)), of_segment(answer)]
    return of_answer(answer)


def of_segment(answer: Answer) -> Said:
    """Return what is said when a segment has ended."""
    frames = 0 if answer.segment is None else answer.segment.frames
    return Said("segment/answer", (frames, *of_answer(answer)))


def of_played(played: Any) -> list[Said]:
    """Return a frame of a take that is played back, and its end."""
    frame = Said("play/frame", plain(played.frame))
    return [frame, Said("play/done", (played.take,))] if played.last else [frame]


def of_event(event: Any) -> Said:
    """Return what happened in a session by itself."""
    make = EVENTS.get(type(event).__name__)
    return Said("event", (type(event).__name__,)) if make is None else make(event)


EVENTS: dict[str, Callable[[Any], Said]] = {
    "Progress": lambda e: Said(
        "fit/progress", (e.epoch, *plain(e.loss), *plain(e.validation_loss), e.epochs)
    ),
    "Fitted": lambda e: Said("fit/done", (*plain(e.loss), e.epochs, e.seconds, *plain(e.snapshot))),
    "FitFailed": lambda e: Said("error", ("fit", str(e.error))),
    "FitCancelled": lambda _: Said("fit/cancelled", ()),
    "Recalled": lambda e: Said("recalled", plain(e.snapshot)),
    "Recorded": lambda e: Said("recorded", (e.take, e.frames, e.seconds)),
    "SegmentStarted": lambda e: Said("segment/started", (e.number,)),
    "SegmentStopped": lambda e: Said("segment/stopped", (e.number, e.frames)),
    "Warned": lambda e: Said("warning", (e.text,)),
}
