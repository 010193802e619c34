"""Live: record, train and play at once."""

from __future__ import annotations

from .events import (
    Answer,
    Event,
    FitCancelled,
    FitFailed,
    Fitted,
    Played,
    Progress,
    Recalled,
    Recorded,
    Segment,
    SegmentStarted,
    SegmentStopped,
    Warned,
)
from .model import LiveModel
from .project import Recovery
from .session import Session
from .snapshots import Snapshot
from .takes import Take

__all__ = [
    "Answer",
    "Event",
    "FitCancelled",
    "FitFailed",
    "Fitted",
    "LiveModel",
    "Played",
    "Progress",
    "Recalled",
    "Recorded",
    "Recovery",
    "Segment",
    "SegmentStarted",
    "SegmentStopped",
    "Session",
    "Snapshot",
    "Take",
    "Warned",
]
