"""The frame of every model file: what it is, in which format, written by which version."""

from __future__ import annotations

import re
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..errors import FormatError, VersionError
from ..json_places import Place, Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = [
    "FORMAT",
    "UnmeantError",
    "as_curve",
    "as_float32",
    "as_float64",
    "as_number",
    "as_whole",
    "damage",
    "described",
    "header",
    "open_content",
    "shortest",
]

# 2: LSTM models hold several networks. 3: a forecaster may hold a linear part.
FORMAT = 3


def header(kind: str) -> dict[str, Any]:
    """Return what a model file starts with."""
    return {"fluidseries": {"format": FORMAT, "kind": kind, "version": __version__}}


def open_content(content: Any, where: Place, kind: str | None = None) -> str:
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


class UnmeantError(ValueError):
    """A value of parsed JSON that cannot be meant: what was taken last."""


class UnmeantTableError(UnmeantError):
    """Lists of numbers that cannot be meant: what was taken last is one of them, or in them."""


def described(err: Exception) -> str:
    """Return an error's kind and message."""
    kind = "ValueError" if isinstance(err, UnmeantError) else type(err).__name__
    return f"{kind}: {err}"


def damage(content: Any, where: Place, take: Callable[[Any], object], kind: str) -> FormatError:
    """Return what is wrong with content that a model cannot be made of, and where it stands.

    Parameters
    ----------
    content : dict
        Of the file.
    where : Place
    take : callable
        Makes the model, and raises: it is called once more, and watched.
    kind : str
        What it should be.
    """
    trail = Trail()
    try:
        take(trail.watch(content))
    except Exception as err:
        keys = _culprit(err, trail, content)
        said = described(err)
        # A parameter that is unknown to the class is not the one that was taken last.
        if keys and keys[0] == "learned":
            where = where.at(*keys)
            said = f"{'/'.join(map(str, where.keys))}: {said}"
        else:
            where = Place(where.name)
        return where.error(
            f"it says it is a {kind} but its content is damaged ({said}): read another copy, or "
            "fit again"
        )
    raise AssertionError("content that cannot be taken was taken")


def _culprit(err: Exception, trail: Trail, content: Any) -> tuple[str | int, ...] | None:
    """Return what leads to the value that an error is about, None if that cannot be known."""
    keys = trail.newest
    if isinstance(err, UnmeantTableError):
        # The lists of a table are looked through one by one.
        while keys and isinstance(keys[-1], int):
            keys = keys[:-1]
        return keys + _odd(_inside(content, keys))
    # Python's own words for what is used as an object or a list, and is none.
    used = isinstance(err, TypeError | AttributeError) and re.match(
        "'\\w+' object|string ind", str(err)
    )
    return (
        keys if isinstance(err, UnmeantError) or (used and trail.lacking is None) else trail.lacking
    )


def _inside(content: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        content = content[key]
    return content


def _odd(value: Any) -> tuple[int, ...]:
    """Return what leads to the first thing in a table that is no finite number."""
    for place, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, list):
            if found := _odd(item):
                return (place, *found)
        elif type(item) is not int and not (type(item) is float and isfinite(item)):
            return (place,)
    return ()


# What follows takes parsed JSON and raises UnmeantError where it cannot be meant.


def as_float32(numbers: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Take finite numbers of a shape, as `shortest` gave them."""
    with np.errstate(over="ignore"):
        array = as_float64(numbers, shape).astype(np.float32)
    if not np.isfinite(array).all():
        raise UnmeantTableError("a number is too large for float32")
    return array


def as_float64(numbers: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Take finite numbers of a shape."""
    try:
        array = np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError) as err:
        raise UnmeantTableError(f"expected numbers of shape {shape}: {err}") from err
    if array.shape != shape or not np.isfinite(array).all():
        raise UnmeantTableError(
            f"expected finite numbers of shape {shape}, got shape {array.shape}"
        )
    return array


def as_whole(value: Any, low: int, high: int = 2**63 - 1) -> int:
    """Take a whole number within a range."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UnmeantError(f"expected a whole number from {low} up, got {value!r}")
    return value


def as_number(value: Any, low: float = -inf, high: float = inf) -> float:
    """Take a finite number within a range."""
    if not isinstance(value, int | float) or not low <= value <= high or not isfinite(value):
        raise UnmeantError(f"expected a number from {low} to {high}, got {value!r}")
    return float(value)


def as_curve(values: Any) -> tuple[float, ...]:
    """Take one number per epoch."""
    if not isinstance(values, list | tuple):
        raise UnmeantError(f"expected a list of numbers, got {values!r}")
    return tuple(as_number(value) for value in values)
