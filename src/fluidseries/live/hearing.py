"""The frame path of one model: from a frame to an answer."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .events import Answer, Event, Segment, SegmentStarted, SegmentStopped, Warned
from .facts import Facts
from .rates import RateMeter, RateWatch
from .resampling import Resampler
from .segments import Gate, Heard, Window, level_of
from .shaping import Shaping

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .controls import Controls
    from .playing import Player

__all__ = ["Hearing", "hop_within"]

Frame: TypeAlias = "NDArray[np.float64]"

# Frames of the series so far that a new model is told when it takes over.
REMEMBERED = 256
# A window, or a series that can only be compared as a whole, is answered about this often within
# it, so that `smoothing` reaches over the same share of a gesture at any rate.
ANSWERS_PER_WINDOW = 16
# Frames between two looks at the rate.
FRAMES_PER_CHECK = 64


def hop_within(length: int) -> int:
    """Return the frames between two answers of so many frames."""
    return max(1, round(length / ANSWERS_PER_WINDOW))


class Hearing:
    """Hears frames with a player, cuts them into segments and shapes the answers.

    Parameters
    ----------
    name : str
        Of the model.
    controls : Controls
    say : callable
        Takes events.
    """

    def __init__(self, name: str, controls: Controls, say: Callable[[Event], None]) -> None:
        self.name, self._say = name, say
        self.player: Player | None = None
        self.facts = Facts()
        self._classes: list[str] | None = None
        self.segment: Segment | None = None
        self._n_segments = 0
        self._since_reset = 0
        self._heard: deque[Frame] = deque(maxlen=REMEMBERED)
        self.series = 0
        self.meter = RateMeter()
        self._n_frames = 0
        self._watch = RateWatch()
        # Whether the frame that is heard now needs more than the end of a segment.
        self._answered = True
        self.use_controls(controls)

    # What it hears with.

    def use_controls(self, controls: Controls) -> None:
        """Listen in another way from now on; a segment that is open ends without an answer."""
        self.controls = controls
        self._resampler = Resampler(controls.rate) if controls.rate else None
        self._prepare()

    def use_player(self, player: Player | None, classes: list[str] | None, facts: Facts) -> None:
        """Play with another model from now on; it must have heard `heard` already."""
        self.player, self._classes, self.facts = player, classes, facts
        self._shaping = Shaping(self.name, classes, self.controls, facts)
        if self.controls.segment in ("gate", "window"):
            self._prepare()

    def _prepare(self) -> None:
        c, facts = self.controls, self.facts
        self._shaping = Shaping(self.name, self._classes, c, facts)
        self._gate: Gate | None = None
        self._window: Window | None = None
        if c.segment == "gate":
            self._gate = Gate(*level_of(c, facts), c)
        elif c.segment == "window":
            length = c.window or max(1, facts.median_length)
            self._window = Window(length, c.hop or hop_within(length))
        self.reset()

    @property
    def heard(self) -> list[Frame]:
        """The newest frames of the series that goes on."""
        return list(self._heard)

    @property
    def count(self) -> int:
        """Frames since `reset`."""
        return self._since_reset

    # Frames.

    def hear(self, frame: Frame, time: float, *, answered: bool = True) -> Answer | None:
        """Hear a frame that came at a time in seconds; or only what ends with it is answered."""
        self._answered = answered or self._shaping.remembers
        answer = self._hear_at_rate(frame, time)
        return answer if answered or (answer is not None and answer.final) else None

    def _hear_at_rate(self, frame: Frame, time: float) -> Answer | None:
        self.meter.hear(time)
        self._n_frames += 1
        if self._n_frames % FRAMES_PER_CHECK == 0:
            self._compare_rate()
        if self._resampler is None:
            return self._hear(frame, time)
        answer = None
        for each in self._resampler.hear(frame, time):
            answer = self._hear(each, time) or answer
        return answer

    def _compare_rate(self) -> None:
        """Warn when frames come at another rate than in the takes."""
        if self._resampler is None and self._watch.news(self.meter.rate, self.facts.rate):
            self._say(
                Warned(
                    self.name,
                    f"frames come in at {self.meter.rate:.3g} a second, but the model was fitted "
                    f"on {self.facts.rate:.3g}: send as many, or set rate and fit again",
                )
            )

    def _hear(self, frame: Frame, time: float) -> Answer | None:
        if self._window is not None:
            return self._hear_window(frame, time)
        if self._gate is None:
            return self._step(frame, time)
        heard = self._gate.hear(frame)
        return None if heard is None else self._take(heard, time)

    def _hear_window(self, frame: Frame, time: float) -> Answer | None:
        assert self._window is not None
        frames = self._window.hear(frame)
        if frames is None or self.player is None or not self._answered:
            return None
        return self._shaping.answer(self.player.whole(frames), time)

    def _take(self, heard: Heard, time: float) -> Answer | None:
        if heard.start:
            self.start_segment(time)
        answer = None
        for frame in heard.frames:
            answer = self._step(frame, time)
        return self.stop_segment(time) if heard.stop else answer

    def _step(self, frame: Frame, time: float) -> Answer | None:
        self._heard.append(frame)
        self._since_reset += 1
        if self.segment is not None:
            self.segment.frames += 1
        if self.player is None:
            return None
        if not self._answered:
            self.player.hear(frame)
            return None
        numbers = self.player.step(frame)
        if numbers is None and self.segment is None and self.controls.segment == "continuous":
            numbers = self._compared()
        if numbers is None:
            return None
        return self._answer(numbers, time)

    def _compared(self) -> NDArray[np.float64] | None:
        """Ask a player that compares whole series, now and then."""
        assert self.player is not None
        hop = self.controls.hop or hop_within(self.facts.median_length)
        return self.player.finish() if self._since_reset % hop == 0 else None

    def _answer(self, numbers: NDArray[np.float64], time: float) -> Answer:
        answer = self._shaping.answer(numbers, time)
        answer.segment = self.segment
        return answer

    # Segments.

    def reset(self) -> None:
        """Forget all frames: the next one is the first of a series."""
        self.segment = None
        self._forget()
        if self._resampler is not None:
            self._resampler.reset()

    def start_segment(self, time: float) -> Segment:
        """Begin a series that will have an answer at its end."""
        self._forget()
        self._n_segments += 1
        self.segment = Segment(self._n_segments, time)
        self._say(SegmentStarted(self.name, self._n_segments))
        return self.segment

    def stop_segment(self, time: float) -> Answer | None:
        """End it and return the answer to all of it, None if there is none to give."""
        segment, self.segment = self.segment, None
        if segment is None:
            return None
        self._say(SegmentStopped(self.name, segment.number, segment.frames))
        answer, numbers = None, None
        # What opens the gate for a moment is no gesture: half of the shortest take is the least.
        if self.player is not None and (
            self._gate is None or 2 * segment.frames >= self.facts.shortest
        ):
            numbers = self.player.finish()
        if numbers is not None:
            answer = self._shaping.plain(numbers, time)
            answer.final, answer.segment = True, segment
        self._forget()
        return answer

    def _forget(self) -> None:
        self._heard.clear()
        self._since_reset = 0
        self.series += 1
        self._shaping.reset()
        if self.player is not None:
            self.player.reset()

    def close_gate(self, time: float) -> Answer | None:
        """End the segment of a gate that is open, since nothing comes in any more."""
        heard = None if self._gate is None else self._gate.close()
        return None if heard is None else self._take(heard, time)

    @property
    def gate_is_open(self) -> bool:
        """Whether a gate's segment goes on."""
        return self._gate is not None and self._gate.is_open

    # Without regard to what was heard.

    def whole(self, frames: NDArray[np.float64], time: float) -> Answer | None:
        """Answer a whole series (n_frames, n_dims)."""
        if self.player is None:
            return None
        answer = self._shaping.plain(self.player.whole(frames), time)
        answer.final = True
        return answer

    def alone(self, time: float) -> Answer | None:
        """Go on for a frame without input."""
        frame = None if self.player is None else self.player.alone()
        if frame is None:
            return None
        answer = self._shaping.plain(frame, time)
        answer.alone = True
        return answer
