"""One model of a session: it hears, records, learns and answers."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from ..containers.arrays import as_frames, as_numbers
from ..errors import DimensionError, InputError, NonFiniteError, NotFittedError, StorageError
from .by_itself import Alone, Playback
from .controls import CONTROLS
from .events import Answer, Played, Warned
from .learning import LearningVerbs
from .part import FLOAT, LARGEST
from .playing import require_inputs
from .settings import checked_parameter, setting_name

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["LiveModel"]

# After so long without a frame an open gate closes, in seconds.
GATE_PATIENCE = 0.5


class LiveModel(LearningVerbs):
    """A model that plays while it learns. Made by a session's ``new``.

    All calls may come from any thread and return at once; those that wait say so.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._newest = -math.inf  # when a frame came
        self._playback: Playback | None = None
        self._alone = Alone()

    @property
    def kind(self) -> str:
        """The name of the estimator's class."""
        return type(self._memory.estimator).__name__

    def __repr__(self) -> str:
        state = "plays" if self.playing else "has not learned anything"
        return f"<LiveModel {self.name!r}: {self.kind}, {len(self.takes)} takes, {state}>"

    # Frames.

    def frame(
        self, values: ArrayLike, time: float | None = None, *, answered: bool = True
    ) -> Answer | None:
        """Hear a frame and answer.

        Parameters
        ----------
        values : array-like of shape (n_dims,)
            The numbers of one moment.
        time : float, optional
            When it came, in seconds on the session's clock; now by default.
        answered : bool
            False for a frame that waited too long to be of interest by itself: it is recorded and
            heard in a third of the time, and answered only if a segment ends with it.

        Returns
        -------
        Answer or None
            None while there is nothing to say: nothing learned, the gate closed, between two
            answers of a window.

        Raises
        ------
        DimensionError, NonFiniteError, InputTypeError
            If the frame cannot be used; everything stands where it stood.
        StorageError
            If it should be recorded and cannot be. It was heard: the answer is its ``answer``.
        """
        now = self._clock() if time is None else time
        with self._lock:
            frame = self._checked(values)
            self._newest = now
            try:
                self._record(frame, now)
            except StorageError as err:
                # The show goes on.
                err.answer = self._hearing.hear(frame, now, answered=answered)
                raise
            return self._hearing.hear(frame, now, answered=answered)

    def _checked(self, values: ArrayLike) -> NDArray[np.float64]:
        try:
            frame = np.array(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            # It says better what is wrong.
            frame = as_numbers(values, FLOAT, "the frame")
        if frame.ndim != 1 or not frame.size:
            raise DimensionError(f"the frame has shape {frame.shape}: one is a list of numbers")
        # One sum tells of all, and where it is too large they are looked at one by one.
        if not abs(frame.sum()) < LARGEST and not (np.abs(frame) < LARGEST).all():
            dim = int(np.argmin(np.abs(frame) < LARGEST))
            raise NonFiniteError(f"the frame holds {frame[dim]} (dimension {dim}): it was left out")
        if len(frame) != self._width:
            self._take_width(len(frame))
        return frame

    def _take_width(self, width: int) -> None:
        wanted = self.n_inputs
        if wanted is not None and width != wanted:
            came = f"{width} number{'s' * (width != 1)}"
            raise DimensionError(
                f"the frame has {came}, but {self.name!r} takes {wanted}: send as many, or make "
                "another model for these"
            )
        if self._model is not None and self._hearing.facts.inputs is not None:
            require_inputs(width, self._hearing.facts.inputs)
        if self._width or wanted is None:
            # Nothing fixes the number yet, and it is another one than before.
            self._before.clear()
            self._hearing.use_controls(self._memory.controls)
        self._width = width

    def reset(self) -> None:
        """Forget all frames: the next one is the first of a series."""
        with self._lock:
            self._hearing.reset()

    def segment_start(self) -> None:
        """Begin a segment by hand, from a clean state.

        Raises
        ------
        InputError
            If a gate or a window makes the segments.
        """
        self._require_manual()
        with self._lock:
            self._hearing.start_segment(self._clock())

    def segment_stop(self) -> Answer | None:
        """End the segment and answer all of it; None if nothing was learned or nothing heard.

        Raises
        ------
        InputError
            If a gate or a window makes the segments.
        """
        self._require_manual()
        with self._lock:
            return self._hearing.stop_segment(self._clock())

    def _require_manual(self) -> None:
        how = self._memory.controls.segment
        if how in ("gate", "window"):
            raise InputError(f'the {how} makes the segments: set segment to "manual" first')

    def predict(self, what: str | ArrayLike) -> Answer:
        """Answer a take or frames as a whole, without regard to what is being heard.

        Parameters
        ----------
        what : str, or array-like of shape (n_frames, n_dims)
            A take's identifier, or frames.

        Raises
        ------
        NotFittedError, IdentifierError, DimensionError, NonFiniteError, InputTypeError
        """
        if isinstance(what, str):
            frames = self.takes[what].frames
        else:
            frames = as_frames(what, FLOAT, "the series")
        answer = self._hearing.whole(frames, self._clock())
        if answer is None:
            raise NotFittedError(f"{self.name!r} has not learned anything yet: fit it first")
        return answer

    # What goes on without frames.

    def play(self, identifier: str) -> None:
        """Send a take's frames out at its rate: `tick` gives them as they are due."""
        take = self.takes[identifier]
        with self._lock:
            self._playback = Playback(self.name, take, take.rate or self.rate, self._clock())

    def stop_playing(self) -> bool:
        """End that, and tell whether a take was being played."""
        with self._lock:
            was, self._playback = self._playback, None
            return was is not None

    def tick(self, now: float | None = None) -> list[Answer | Played]:
        """Return what is due: frames of a take, a forecaster's next frames, a gate that closes."""
        now = self._clock() if now is None else now
        said: list[Answer | Played] = []
        with self._lock:
            if self._playback is not None:
                said += self._playback.due(now)
                self._playback = None if self._playback.done else self._playback
            if self._gate_times_out() <= now:
                answer = self._hearing.close_gate(now)
                said += [] if answer is None else [answer]
            for time in self._alone.due(now, self._goes_on_from(), self.rate):
                answer = self._hearing.alone(time)
                said += [] if answer is None else [answer]
        return said

    def next_due(self) -> float:
        """Return when `tick` has something to do, infinity if never."""
        with self._lock:
            playing = math.inf if self._playback is None else self._playback.next_time
            alone = self._alone.next_time(self._goes_on_from(), self.rate)
            return min(playing, alone, self._gate_times_out())

    def _gate_times_out(self) -> float:
        return self._newest + GATE_PATIENCE if self._hearing.gate_is_open else math.inf

    def _goes_on_from(self) -> float:
        """Return when a forecaster begins to go on, infinity if it does not."""
        after = self._memory.controls.alone_after
        ready = self.learns == "next" and self.playing and self._hearing.count
        if not ready or after == 0 or self.rate is None:
            return math.inf
        return self._newest + (3 / self.rate if after is None else after)

    # Settings.

    def set(self, name: str, value: Any) -> None:
        """Change a control, at once, or a parameter of the estimator, for the next fit.

        Parameters
        ----------
        name : str
            In snake_case, or in FluCoMa's camelCase.
        value : bool, int, float, str or None
            1 and 0 for True and False and "none" for None will do.

        Raises
        ------
        ParameterError
            If there is no such setting, or the value is outside its range.
        """
        name = setting_name(self._memory.estimator, name)
        with self._lock:
            memory = self._memory
            if name not in CONTROLS:
                self._do("set", name=name, value=checked_parameter(memory.estimator, name, value))
                return
            value = getattr(memory.controls.with_value(name, value), name)
            self._do("set", name=name, value=value)
            if name == "inputs" and self.outdated:
                text = "the model plays on with the inputs that it knows: fit it again"
                self._say(Warned(self.name, text))
            self._hearing.use_controls(memory.controls)
            self._before = deque(self._before, maxlen=memory.controls.pre_roll)

    def get(self, name: str) -> Any:
        """Return a setting."""
        return self.settings[setting_name(self._memory.estimator, name)]

    @property
    def settings(self) -> dict[str, Any]:
        """All controls and parameters by name."""
        return {**self._memory.estimator.get_params(deep=False), **vars(self._memory.controls)}
