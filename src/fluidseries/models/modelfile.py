"""The frame of every model file: what it is, in which format, written by which version."""

from __future__ import annotations

from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..errors import FormatError, VersionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "FORMAT",
    "as_curve",
    "as_float32",
    "as_float64",
    "as_number",
    "as_whole",
    "header",
    "open_content",
    "shortest",
]

# 2: LSTM models hold several networks. 3: a forecaster may hold a linear part.
FORMAT = 3


def header(kind: str) -> dict[str, Any]:
    """Return what a model file starts with."""
    return {"fluidseries": {"format": FORMAT, "kind": kind, "version": __version__}}


def open_content(content: Any, where: str, kind: str | None = None) -> str:
    """Check the frame of a model file's content and return its kind.

    Raises
    ------
    FormatError
        If it is no model, or not of the wanted kind.
    VersionError
        If a newer version wrote it.
    """
    frame = content.get("fluidseries") if isinstance(content, dict) else None
    if not isinstance(frame, dict) or not isinstance(frame.get("format"), int):
        raise FormatError(
            f"{where} is not a fluidseries model: choose a file that `fluidseries fit` wrote, or a "
            "model's own write"
        )
    if frame["format"] > FORMAT:
        raise VersionError(
            f"{where} was written by fluidseries {frame.get('version')} in format "
            f"{frame['format']}, and this version ({__version__}) reads formats up to {FORMAT}: "
            "install a newer one"
        )
    found = str(frame.get("kind"))
    if kind is not None and found != kind:
        raise FormatError(f"{where} holds a {found}, not a {kind}: read it with {found}.read")
    for part in ("parameters", "learned"):
        if part not in content:
            raise FormatError(f"{where} has no {part!r}: it is damaged, read another copy")
    return found


def shortest(array: NDArray[np.float32]) -> list[Any]:
    """Return float32 numbers as nested lists of the shortest decimals that give the bits back."""
    short = array.astype("U").astype(np.float64)
    # A decimal is read as a double first. Should that ever round to another float32, all digits
    # of the double stand there.
    exact = short.astype(np.float32) == array
    nested: list[Any] = np.where(exact, short, array).tolist()
    return nested


# What follows takes parsed JSON and raises ValueError, or TypeError, where it cannot be meant.


def as_float32(numbers: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Take finite numbers of a shape, as `shortest` gave them."""
    with np.errstate(over="ignore"):
        array = as_float64(numbers, shape).astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError("a number is too large for float32")
    return array


def as_float64(numbers: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Take finite numbers of a shape."""
    array = np.array(numbers, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"expected finite numbers of shape {shape}, got shape {array.shape}")
    return array


def as_whole(value: Any, low: int, high: int = 2**63 - 1) -> int:
    """Take a whole number within a range."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"expected a whole number from {low} up, got {value!r}")
    return value


def as_number(value: Any, low: float = -inf, high: float = inf) -> float:
    """Take a finite number within a range."""
    if not isinstance(value, int | float) or not low <= value <= high or not isfinite(value):
        raise ValueError(f"expected a number from {low} to {high}, got {value!r}")
    return float(value)


def as_curve(values: Any) -> tuple[float, ...]:
    """Take one number per epoch."""
    if not isinstance(values, list | tuple):
        raise TypeError(f"expected a list of numbers, got {values!r}")
    return tuple(as_number(value) for value in values)
