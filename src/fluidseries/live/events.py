"""What a session says: answers to frames, and events from the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Answer",
    "Event",
    "FitCancelled",
    "FitFailed",
    "Fitted",
    "Played",
    "Progress",
    "Recalled",
    "Recorded",
    "Segment",
    "SegmentStarted",
    "SegmentStopped",
    "Warned",
]


@dataclass(slots=True)
class Segment:
    """A stretch of frames that belong together.

    Parameters
    ----------
    number : int
        Counted from 1 since the session began.
    start : float
        When its first frame came, on the session's clock.
    frames : int
        How many so far.
    """

    number: int
    start: float
    frames: int = 0


@dataclass(slots=True)
class Answer:
    """What a model says to a frame or to a whole segment.

    Parameters
    ----------
    model : str
        Its name.
    time : float
        Of the newest frame, on the session's clock.
    point : ndarray of shape (n_outputs,) or None
        A regressor's answer, or the frame that a forecaster expects next.
    label : str or None
        A classifier's answer: the most probable label or the model's ``reject_label``.
    probabilities : ndarray of shape (n_classes,) or None
        In the order of the model's ``classes``.
    final : bool
        Whether a segment ended here and this is the answer to all of it.
    segment : Segment or None
        Which one; it goes on changing until it is final.
    alone : bool
        Whether a forecaster went on by itself.
    """

    model: str
    time: float
    point: NDArray[np.float64] | None = None
    label: str | None = None
    probabilities: NDArray[np.float64] | None = None
    final: bool = False
    segment: Segment | None = None
    alone: bool = False


@dataclass(slots=True)
class Played:
    """A frame of a take that is being played.

    Parameters
    ----------
    model, take : str
        Whose.
    time : float
        When it was due, on the session's clock.
    index : int
        Which frame, from 0.
    frame : ndarray of shape (n_dims,)
    target : ndarray of shape (n_outputs,) or None
        What belongs to the frame.
    last : bool
        Whether the take ends here.
    """

    model: str
    take: str
    time: float
    index: int
    frame: NDArray[np.float64]
    target: NDArray[np.float64] | None
    last: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a model.

    Parameters
    ----------
    model : str
        Its name.
    """

    model: str


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """A fit on its way: epochs from 1, the mean error of the newest, that of held-out series.

    A long epoch is told of twice a second, with the mean error so far.
    """

    epoch: int
    epochs: int
    loss: float
    validation_loss: float | None


@dataclass(frozen=True, slots=True)
class Fitted(Event):
    """A fit is done and its model plays."""

    loss: float | None
    epochs: int
    seconds: float
    snapshot: int


@dataclass(frozen=True, slots=True)
class FitFailed(Event):
    """A fit ended with an error, or a model could not be read; what played before plays on."""

    error: Exception
    reading: bool = False


@dataclass(frozen=True, slots=True)
class FitCancelled(Event):
    """A fit was cancelled; the model that played before plays on."""


@dataclass(frozen=True, slots=True)
class Recalled(Event):
    """A snapshot plays again, or a model that was read from a file."""

    snapshot: int


@dataclass(frozen=True, slots=True)
class Recorded(Event):
    """A recording has ended and is in the list."""

    take: str
    frames: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SegmentStarted(Event):
    """The gate opened, or a segment was started by hand."""

    number: int


@dataclass(frozen=True, slots=True)
class SegmentStopped(Event):
    """A segment ended; its answer is an Answer with ``final``."""

    number: int
    frames: int


@dataclass(frozen=True, slots=True)
class Warned(Event):
    """Something that the user should know and that stops nothing."""

    text: str
