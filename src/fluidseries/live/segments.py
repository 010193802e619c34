"""Where a series begins and ends in a stream of frames."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .controls import Controls
    from .facts import Facts

__all__ = ["Gate", "Heard", "Level", "Window", "level_of"]

Frame: TypeAlias = "NDArray[np.float64]"
Level: TypeAlias = Callable[["Frame"], float]

# A thousand numbers of these are as good as one: nothing moves.
STILL = 1e-12
# How far above nearly all of rest the gate opens.
MARGIN = 1.2
# The least share of what is usual that counts as movement, where rest is perfectly still.
LEAST = 0.01


@dataclass(slots=True)
class Heard:
    """What a frame means: does a segment start, which frames belong to it, does it stop."""

    start: bool
    frames: list[Frame]
    stop: bool


class Gate:
    """Opens while something happens, as FluCoMa's AmpGate does for sound.

    Parameters
    ----------
    level : callable
        Takes a frame and returns how much happens in it.
    on, off : float
        It opens above the one and closes below the other.
    controls : Controls
        The lengths, in frames.
    """

    def __init__(self, level: Level, on: float, off: float, controls: Controls) -> None:
        self._level, self._on, self._off, self._controls = level, on, off, controls
        # What may still turn out to be the beginning.
        room = controls.look_back + controls.min_length_above
        self._before: deque[tuple[float, Frame]] = deque(maxlen=room)
        # What may still turn out to be the end.
        self._pending: list[Frame] = []
        self.is_open = False
        self._length = self._above = 0
        # Nothing came before: the gate may open at once.
        self._silence = controls.min_silence_length

    def hear(self, frame: Frame) -> Heard | None:
        """Hear a frame; None while the gate is closed or its end uncertain."""
        level = self._level(frame)
        return self._hear_open(frame, level) if self.is_open else self._hear_closed(frame, level)

    def close(self) -> Heard | None:
        """Close now, since nothing comes in any more."""
        if not self.is_open:
            return None
        for frame in self._pending:
            self._before.append((0.0, frame))
        self._pending = []
        self.is_open, self._length, self._above, self._silence = False, 0, 0, 0
        return Heard(False, [], True)

    def _hear_closed(self, frame: Frame, level: float) -> Heard | None:
        self._before.append((level, frame))
        self._silence += 1
        self._above = self._above + 1 if level > self._on else 0
        c = self._controls
        if self._above < c.min_length_above or self._silence <= c.min_silence_length:
            return None
        first = len(self._before) - self._above
        levels = [level for level, _ in self._before][max(0, first - c.look_back) : first + 1]
        begin = first + 1 - len(levels) + int(np.argmin(levels))
        frames = [frame for _, frame in self._before][begin:]
        self._before.clear()
        self.is_open, self._length = True, len(frames)
        return Heard(True, frames, False)

    def _hear_open(self, frame: Frame, level: float) -> Heard | None:
        self._length += 1
        self._pending.append(frame)
        if level >= self._off:
            frames, self._pending = self._pending, []
            return Heard(False, frames, False)
        c = self._controls
        if len(self._pending) >= c.min_length_below and self._length >= c.min_slice_length:
            return self.close()
        return None


class Window:
    """The last frames, every few frames.

    Parameters
    ----------
    length, hop : int
        Frames.
    """

    def __init__(self, length: int, hop: int) -> None:
        self.length, self.hop = length, hop
        # Every frame is written twice, so that the last ones always lie in one piece.
        self._room: NDArray[np.float64] | None = None
        self._count = 0

    def hear(self, frame: Frame) -> NDArray[np.float64] | None:
        """Hear a frame; if it is time return (length, n_dims), a view that lasts until the next."""
        if self._room is None:
            self._room = np.zeros((2 * self.length, len(frame)))
        place = self._count % self.length
        self._room[place] = self._room[place + self.length] = frame
        self._count += 1
        if self._count < self.length or (self._count - self.length) % self.hop:
            return None
        return self._room[place + 1 : place + 1 + self.length]


def level_of(controls: Controls, facts: Facts) -> tuple[Level, float, float]:
    """Return what a gate listens to, and its thresholds.

    Those that were not given follow from the takes: with takes of rest the gate opens where
    nothing in them comes, and closes at what nine of ten of their frames stay below; without, at a
    half and a quarter of what is usual in the others.
    """
    level, usual, rest = _input(controls.gate_input, facts)
    # Without takes nobody knows what moving means, and the gate stays closed.
    on, off = usual / 2 or math.inf, usual / 4
    if rest:
        off = max(rest[0], LEAST * usual)
        on = max(MARGIN * rest[1], 2 * LEAST * usual)
    if controls.on_threshold is not None:
        on, off = controls.on_threshold, controls.on_threshold / 2
    if controls.off_threshold is not None:
        off = controls.off_threshold
    return level, on, min(off, on)


def _input(index: int, facts: Facts) -> tuple[Level, float, tuple[float, ...]]:
    if index < 0:
        return motion(np.array(facts.spread), facts.inputs), facts.motion, facts.rest_motion
    usual = facts.levels[index] if index < len(facts.levels) else 0.0
    return _dimension(index), usual, facts.rest_levels[index] if facts.rest_levels else ()


def _dimension(index: int) -> Level:
    return lambda frame: float(frame[index])


def motion(spread: NDArray[np.float64], inputs: tuple[int, ...] | None = None) -> Level:
    """Return what measures how far a frame is from the one before.

    Parameters
    ----------
    spread : ndarray of shape (n_dims,)
        Standard deviations in which each dimension is measured; empty for 1.
    inputs : tuple of int or None
        The dimensions that count; None for all.
    """
    scale = 1 / np.maximum(spread, STILL) if len(spread) else np.ones(1)
    if inputs is not None and len(spread):
        # A mean over all dimensions is then one over these.
        weights = np.zeros(len(spread))
        weights[list(inputs)] = len(spread) / len(inputs)
        scale = scale * weights
    before: Frame | None = None

    def level(frame: Frame) -> float:
        nonlocal before
        last, before = before, frame
        if last is None or len(last) != len(frame):
            return 0.0
        return float(np.abs((frame - last) * scale).mean())

    return level
