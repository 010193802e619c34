"""A live model's recordings: takes with their targets, as they are played."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from ..containers.identifiers import check_identifier
from ..errors import DimensionError, InputError, StorageError
from .events import Recorded, Warned
from .kinds import require_same_width
from .rates import RateWatch
from .take_verbs import TakeVerbs
from .takes import Take, free_identifier, moving_part
from .training import ready

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .growing import Recording

__all__ = ["RecordingVerbs"]


class RecordingVerbs(TakeVerbs):
    """Takes begin, follow their target and end."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watch = RateWatch()
        self._number = 0  # of the recording, in the journal
        self._before: deque[tuple[float, NDArray[np.float64]]] = deque(
            maxlen=self._memory.controls.pre_roll
        )
        point = self._memory.point
        self._aim = None if point is None else np.array(point)

    @property
    def current_target(self) -> str | tuple[float, ...] | None:
        """What `target` set."""
        return self._memory.label if self.learns == "label" else self._memory.point

    def target(self, values: Any) -> None:
        """Set the current target: a label for a classifier, numbers for a regressor.

        A take that is being recorded keeps the target that it began with; with
        ``targets="frame"`` it follows.

        Raises
        ------
        InputError, InputTypeError, NonFiniteError, DimensionError
            If it is not one, or has another number of values than those of the takes.
        """
        label, point = self._as_target(values)
        with self._lock:
            recording = self._memory.recording
            if recording is not None and recording.per_frame:
                self._follow(point)
            else:
                self._require_width(point)
                self._do("target", label=label, point=point)
            self._aim = None if point is None else np.array(point)

    def _require_width(self, point: Any) -> None:
        if point is not None:
            require_same_width(point, self.takes.values(), self.name)

    def _follow(self, point: Any) -> None:
        if self._aim is not None and len(point) != len(self._aim):
            raise DimensionError(
                f"the target has {len(point)} number{'s' * (len(point) != 1)}, but had "
                f"{len(self._aim)} when the recording began: keep to that until it ends"
            )
        # It goes into the journal with every frame, so not by itself.
        self._memory.point = point

    def record_start(self, name: str | None = None) -> str:
        """Begin a take.

        Parameters
        ----------
        name : str, optional
            The take becomes name-1, name-2, ... For a classifier it is the label, too. By default
            the current target's label, or "take".

        Returns
        -------
        str
            The take's identifier.

        Raises
        ------
        InputError
            If one is being recorded, or there is no label or no target to follow.
        DimensionError
            If the target has another number of values than those of the takes.
        """
        if name is not None:
            name = check_identifier(name)
        with self._lock:
            memory = self._memory
            if memory.recording is not None:
                raise InputError(f"{self.name!r} is recording {self.recording!r}: stop that first")
            label = (name or memory.label) if self.learns == "label" else None
            if self.learns == "label" and label is None:
                raise InputError("a take for a classifier needs a label: name it, such as up")
            per_frame = self.learns == "point" and memory.controls.targets == "frame"
            if per_frame and self._aim is None:
                raise InputError("there is no target to follow: set one before recording")
            identifier = free_identifier(name or label or "take", memory.takes)
            point = memory.point if self.learns == "point" else None
            self._require_width(point)
            self._number = self._project.start(
                self.name, id=identifier, label=label, point=point, per_frame=per_frame
            )
            self._pre_roll()
        # A fit comes next.
        ready()
        return identifier

    def _pre_roll(self) -> None:
        before = list(self._before)
        self._before.clear()
        for time, frame in before:
            self._record(frame, time)

    def _record(self, frame: NDArray[np.float64], now: float) -> None:
        recording = self._memory.recording
        if recording is not None:
            target = self._aim if recording.per_frame else None
            self._project.record_frame(self._number, now, frame, target)
        elif self._before.maxlen:
            self._before.append((now, frame))

    def record_stop(self) -> Take:
        """End the take and return it.

        Raises
        ------
        InputError
            If none is being recorded, or no frame came: the recording goes on then.
        """
        with self._lock:
            recording = self._require_recording()
            if not len(recording):
                raise InputError(
                    f"no frame came in for {recording.id!r}: send frames, or discard the recording"
                )
            self._do("stop")
            take = list(self._memory.takes.values())[-1]
            if self._memory.controls.trim_still:
                take = self._trimmed(take)
            self._keep_target()
        self._say(Recorded(self.name, take.id, len(take), take.seconds))
        self._compare_rate(take)
        return take

    def _trimmed(self, take: Take) -> Take:
        start, stop = moving_part(take.frames)
        if stop - start < len(take):
            self.trim(take.id, start, stop)
        return self.takes[take.id]

    def _compare_rate(self, take: Take) -> None:
        rates = [other.rate for other in self.takes.values() if other.rate and other is not take]
        usual = float(np.median(rates)) if rates else None
        if self._memory.controls.rate is None and self._watch.news(take.rate, usual):
            self._say(
                Warned(
                    self.name,
                    f"{take.id} came in at {take.rate:.3g} frames a second, the takes before at "
                    f"{usual:.3g}: set rate to bring all to one",
                )
            )

    def record_discard(self) -> str:
        """End the take, drop it and return its identifier; that can be done on a full disk, too."""
        with self._lock:
            identifier = self._require_recording().id
            self._project.do_anyway(do="discard", model=self.name)
            self._width = 0
            with suppress(StorageError):
                self._keep_target()
            return identifier

    def _require_recording(self) -> Recording:
        recording = self._memory.recording
        if recording is None:
            raise InputError(f"{self.name!r} is not recording: start that first")
        return recording

    def _keep_target(self) -> None:
        """Write down where a target that was followed has come to."""
        if self._aim is not None:
            self._do("target", label=None, point=tuple(self._aim.tolist()))
