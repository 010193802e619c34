"""What comes in becomes numbers of our own; what goes out cannot be written to."""

from __future__ import annotations

import sys
from numbers import Real
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..errors import DimensionError, EmptyError, InputError, InputTypeError, ParameterError

__all__ = [
    "FloatArray",
    "as_dtype",
    "as_frame",
    "as_frames",
    "as_numbers",
    "is_masked",
    "read_only",
]

FloatArray = NDArray[Any]


def as_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return float64 or float32 in the machine's byte order.

    Raises
    ------
    ParameterError
        If it is another type.
    """
    try:
        wanted = np.dtype(dtype).type
    except TypeError:
        wanted = None
    if wanted not in (np.float64, np.float32):
        raise ParameterError(f"dtype is {dtype!r}, but containers hold 'float64' or 'float32'")
    return np.dtype(wanted)


def read_only(array: FloatArray) -> FloatArray:
    """Return a view that nobody can make writable again, whatever flags they set."""
    return np.asarray(array.data.toreadonly())


def as_numbers(values: ArrayLike, dtype: np.dtype[Any], what: str) -> FloatArray:
    """Return a new array of `dtype` that shares nothing with `values`.

    None becomes NaN, and so does what a masked array hides.

    Parameters
    ----------
    values : array_like
        Numbers, or booleans, which become 0 and 1.
    dtype : dtype
        float64 or float32.
    what : str
        Whose values they are, for the messages.

    Raises
    ------
    InputError
        If rows have different lengths, or a number does not fit into `dtype`.
    InputTypeError
        If anything in it is not a number.
    """
    try:
        raw = np.asarray(values)
    except ValueError as err:
        raise InputError(f"{what} has rows of different lengths: make them equal") from err
    if raw.dtype.kind == "O":
        wrong = [v for v in raw.flat if not (v is None or isinstance(v, Real))]
        if wrong:
            kind = type(wrong[0]).__name__
            raise InputTypeError(
                f"{what} holds {wrong[0]!r} of type {kind} where numbers are needed: replace it"
            )
    elif raw.dtype.kind not in "fiub":
        raise InputTypeError(f"{what} holds {raw.dtype} where numbers are needed: convert it first")
    with np.errstate(over="ignore"):
        try:
            numbers = np.array(raw, dtype=dtype, order="C")
        except OverflowError as err:
            raise InputError(f"{what} holds a number too large for {dtype}: scale it") from err
    if raw.dtype != dtype and raw.dtype.kind in "fO" and np.isinf(numbers).any():
        _require_fits(raw, numbers, what)
    if is_masked(values):
        numbers[np.ma.getmaskarray(values)] = np.nan
    return numbers


def is_masked(values: Any) -> TypeGuard[np.ma.MaskedArray[Any, Any]]:
    """Tell whether it is one of NumPy's masked arrays, whose buffer holds what they hide."""
    masked = sys.modules.get("numpy.ma")  # NumPy loads it when it is first used
    return masked is not None and isinstance(values, masked.MaskedArray)


def as_frame(values: ArrayLike, dtype: np.dtype[Any], what: str) -> FloatArray:
    """Return one frame or point as a new array of shape (n_dims,); a number alone is (1,).

    Raises
    ------
    InputError
        If it is not one-dimensional, or one of `as_numbers`.
    EmptyError
        If it is empty.
    """
    frame = as_numbers(values, dtype, what)
    if frame.ndim > 1:
        raise InputError(f"{what} has the shape {frame.shape}, but wanted (n_dims,): one row only")
    frame = frame.reshape(-1)
    if not frame.size:
        raise EmptyError(f"{what} has no dimensions: give at least one number")
    return frame


def as_frames(values: ArrayLike, dtype: np.dtype[Any], what: str) -> FloatArray:
    """Return one series as a new array of shape (n_frames, n_dims); (n,) becomes (n, 1).

    Raises
    ------
    InputError
        If it is neither one- nor two-dimensional, or one of `as_numbers`.
    EmptyError
        If it has no frames.
    DimensionError
        If it has no dimensions.
    """
    frames = as_numbers(values, dtype, what)
    if frames.ndim not in (1, 2):
        raise InputError(
            f"{what} has the shape {frames.shape}, but wanted (n_frames, n_dims), oldest first"
        )
    if not len(frames):
        raise EmptyError(f"{what} has no frames: give at least one")
    if frames.ndim == 1:
        frames = frames[:, np.newaxis]
    if not frames.shape[1]:
        raise DimensionError(f"{what} has 0 dimensions per frame: give at least one")
    return frames


def _require_fits(raw: NDArray[Any], numbers: FloatArray, what: str) -> None:
    # Infinities that were there before may stay; those that the conversion made may not.
    before = raw.astype(np.float64) if raw.dtype.kind == "O" else raw
    if np.isinf(before).sum() != np.isinf(numbers).sum():
        raise InputError(f"{what} holds a number too large for {numbers.dtype}: scale it")
