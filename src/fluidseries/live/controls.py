"""A live model's controls: their meaning, their ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any

import numpy as np

from ..errors import ParameterError

__all__ = ["CONTROLS", "Controls"]


@dataclass(frozen=True)
class Controls:
    """How a model listens and answers.

    Parameters
    ----------
    segment : "continuous", "manual", "gate" or "window"
        Where a series begins and ends. "continuous": all frames since `reset`. "manual": between
        `segment_start` and `segment_stop`; outside of them as continuous. "gate": while something
        moves; what is shorter than half of the shortest take has no answer at its end. "window":
        the last `window` frames, every `hop`.
    gate_input : int
        The dimension that opens the gate, or -1 for how far each frame is from the one before, in
        mean standard deviations of the takes.
    on_threshold, off_threshold : float or None
        The gate opens above the one and closes below the other. None: from the takes.
    min_slice_length, min_silence_length : int
        Frames that it stays open or closed at least.
    min_length_above, min_length_below : int
        Frames that the input must be above or below before the gate believes it.
    look_back : int
        When it opens, the series begins where the input was lowest within so many frames before.
    window : int or None
        Frames of the window. None: the median length of the takes.
    hop : int or None
        Frames between two answers of the window. None: about a sixteenth of it.
    inputs : tuple of int or None
        The dimensions, counted from 0, that the next fit learns from; what plays goes on with those
        that it learned from. Takes hold all that came in, whatever is chosen. None: all.
    targets : "take" or "frame"
        Whether a take has one target, as it was when it began, or one for every frame.
    pre_roll : int
        Frames from before `record_start` that a take begins with.
    trim_still : bool
        Cut off what does not move at both ends of a take when it is recorded.
    rate : float or None
        Frames per second that the model works with: takes and live frames are resampled. None: as
        they come in.
    threshold : float
        Where the most probable label is less probable than this, the answer is `reject_label`.
    reject_label : str
        See `threshold`.
    smoothing : float
        How much of the probabilities before is kept at every answer, from 0 to below 1.
    hold : bool
        Keep a regressor's answers within the range of the targets that it was fitted on.
    lag : float
        Seconds within which a regressor's answers come to a new value (to a thousandth of the way,
        as SuperCollider's Lag).
    alone_after : float or None
        Seconds without a frame until a forecaster goes on by itself. None: three frames. 0: never.
    """

    segment: str = "continuous"
    gate_input: int = -1
    on_threshold: float | None = None
    off_threshold: float | None = None
    min_slice_length: int = 2
    min_silence_length: int = 2
    min_length_above: int = 1
    min_length_below: int = 5
    look_back: int = 2
    window: int | None = None
    hop: int | None = None
    inputs: tuple[int, ...] | None = None
    targets: str = "take"
    pre_roll: int = 0
    trim_still: bool = False
    rate: float | None = None
    threshold: float = 0.0
    reject_label: str = "none"
    smoothing: float = 0.0
    hold: bool = True
    lag: float = 0.0
    alone_after: float | None = None

    def with_value(self, name: str, value: Any) -> Controls:
        """Return controls of which one is another, as a plain value.

        Raises
        ------
        ParameterError
            If the value is outside its range.
        """
        wanted, plain = _RANGES[name]
        try:
            value = plain(value)
        except (TypeError, ValueError, OverflowError):
            raise ParameterError(f"{name} is {value!r}: it must be {wanted}") from None
        return replace(self, **{name: value})


CONTROLS = tuple(field.name for field in fields(Controls))

# Plain values from what comes in, possibly over OSC, where 1 may stand for true and 20.0 for 20.


def _whole(low: int, high: int = 1_000_000) -> Callable[[Any], int]:
    def plain(value: Any) -> int:
        number = _number(low, high)(value)
        if not number.is_integer():
            raise ValueError
        return int(number)

    return plain


def _number(low: float, high: float = 1e9, *, below: bool = False) -> Callable[[Any], float]:
    def plain(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError
        number = float(value)
        if not low <= number <= high or (below and number == high):
            raise ValueError
        return number

    return plain


def _dimensions(value: Any) -> tuple[int, ...]:
    numbers = value if isinstance(value, list | tuple) else [value]
    if not numbers:
        raise ValueError
    return tuple(sorted({_whole(0)(number) for number in numbers}))


def _or_none(plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None or value in ("none", "auto") else plain(value)


def _one_of(*words: str) -> Callable[[Any], str]:
    def plain(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return plain


def _switch(value: Any) -> bool:
    if isinstance(value, bool | np.bool_) or value in {0, 1}:
        return bool(value)
    raise ValueError


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    value.encode("utf-8")
    return str(value)


_length = "a whole number of frames from"
_RANGES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "segment": (
        '"continuous", "manual", "gate" or "window"',
        _one_of("continuous", "manual", "gate", "window"),
    ),
    "gate_input": ("the number of a dimension from 0, or -1 for motion", _whole(-1)),
    "on_threshold": ("a number, or None", _or_none(_number(-1e9))),
    "off_threshold": ("a number, or None", _or_none(_number(-1e9))),
    "min_slice_length": (f"{_length} 1", _whole(1)),
    "min_silence_length": (f"{_length} 1", _whole(1)),
    "min_length_above": (f"{_length} 1", _whole(1)),
    "min_length_below": (f"{_length} 1", _whole(1)),
    "look_back": (f"{_length} 0", _whole(0, 100_000)),
    "window": (f"{_length} 1, or None", _or_none(_whole(1, 100_000))),
    "hop": (f"{_length} 1, or None", _or_none(_whole(1))),
    "inputs": ("numbers of dimensions from 0, or None for all", _or_none(_dimensions)),
    "targets": ('"take" or "frame"', _one_of("take", "frame")),
    "pre_roll": (f"{_length} 0", _whole(0, 100_000)),
    "trim_still": ("True or False", _switch),
    "rate": ("frames per second above 0, or None", _or_none(_number(1e-3, 1e5))),
    "threshold": ("from 0 to 1", _number(0, 1)),
    "reject_label": ("text", _text),
    "smoothing": ("from 0 to below 1", _number(0, 1, below=True)),
    "hold": ("True or False", _switch),
    "lag": ("seconds from 0", _number(0, 3600)),
    "alone_after": ("seconds from 0, or None", _or_none(_number(0))),
}
