"""Wekinator's dtw projects: how far the last frames are from each gesture, and which one it was."""

from __future__ import annotations

from collections import deque
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..live.hearing import hop_within
from ..warping import dtw
from .wekinator_outputs import Output

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..live import Session

__all__ = ["Gestures"]


class Gestures(Output):
    """All gestures of a dtw project: one model, whose labels are their numbers.

    There is no training: a take counts as soon as it is there. The newest frames, as many as a
    median take has, are compared with every take; a gesture is recognised when its nearest take is
    nearer than half of what lies between different gestures.

    Attributes
    ----------
    distances : list of float
        From the newest frames to the nearest take of each gesture; empty while there are no takes.
        A gesture without takes is as far as can be said in single precision.
    """

    kind, learns = "dtwClassifier", "label"
    settings: ClassVar[dict[str, Any]] = {"numNeighbours": 1}

    def __init__(self, session: Session, number: int, classes: int) -> None:
        super().__init__(session, number, classes)
        self.distances: list[float] = []
        self._matched = 0
        self._since = 0
        self._learn()

    def start_gesture(self, number: int) -> None:
        """Record one take of a gesture."""
        self.stop()
        self.model.record_start(str(number))

    def stop(self) -> None:
        super().stop()
        self._learn()

    @property
    def ready(self) -> bool:
        return bool(self._takes)

    def forget(self) -> None:
        super().forget()
        self._learn()

    def choose(self, inputs: tuple[int, ...] | None) -> None:
        super().choose(inputs)
        self._learn()

    def forget_gesture(self, number: int) -> None:
        """Delete all takes of a gesture."""
        self.stop()
        for name, take in list(self.model.takes.items()):
            if take.label == str(number):
                self.model.delete(name)
        self._learn()

    def _learn(self) -> None:
        """Look at all takes anew."""
        self._inputs = self.inputs
        heard = [take for take in self.model.takes.values() if take.label and not take.muted]
        takes = [take.chosen(self._inputs) for take in heard]
        lengths = [len(take) for take in takes] or [1]
        self._window = max(2, round(float(np.median(lengths))))
        self._hop = hop_within(self._window)
        self._heard: deque[tuple[float, ...]] = deque(maxlen=self._window)
        self.distances, self._matched, self._since = [], 0, 0
        spread = (
            np.concatenate([take.frames for take in takes]).std(axis=0) if takes else np.ones(1)
        )
        self._scale = np.where(spread > 0, spread, 1.0)
        self._takes = [(int(str(take.label)), take.frames / self._scale) for take in takes]
        self._reach = _reach(self._takes)

    def hear(self, frame: tuple[float, ...]) -> None:
        super().hear(frame)
        if not self._takes or self.model.recording is not None:
            return
        self._heard.append(frame)
        self._since += 1
        if self._since >= self._hop and len(self._heard) == self._window:
            self._since = 0
            self._compare()

    def _compare(self) -> None:
        newest = np.array(self._heard)
        if self._inputs is not None:
            newest = newest.take(self._inputs, axis=1)
        newest /= self._scale
        distances = [float(np.finfo(np.float32).max)] * self.classes
        for number, frames in self._takes:
            if number <= self.classes:
                distances[number - 1] = min(distances[number - 1], dtw(newest, frames))
        self.distances = distances

    def match(self) -> int:
        """Return the number of the gesture that is recognised now and was not before, or 0."""
        nearest = int(np.argmin(self.distances))
        number = nearest + 1 if self.distances[nearest] < self._reach else 0
        new, self._matched = number != self._matched, number
        return number if new else 0


def _reach(takes: list[tuple[int, NDArray[np.float64]]]) -> float:
    """Return the distance below which a gesture is recognised."""
    apart = [dtw(a, b) for (n, a), (m, b) in combinations(takes, 2) if n != m]
    if not apart:
        # A gesture alone is told from keeping still.
        apart = [dtw(frames, frames[:1]) for _, frames in takes]
    return 0.5 * min(apart, default=0.0)
