"""The frame of every model file: what it is, in which format, written by which version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..errors import FormatError, VersionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FORMAT", "as_float32", "header", "open_content", "shortest"]

FORMAT = 1


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
            f"{where} is not a fluidseries model: models are written by their `write`"
        )
    if frame["format"] > FORMAT:
        raise VersionError(
            f"{where} was written by fluidseries {frame.get('version')} in format "
            f"{frame['format']}, "
            f"and this version ({__version__}) reads formats up to {FORMAT}: install a newer one"
        )
    found = str(frame.get("kind"))
    if kind is not None and found != kind:
        raise FormatError(f"{where} holds a {found}, not a {kind}: read it with {found}.read")
    for part in ("parameters", "learned"):
        if part not in content:
            raise FormatError(f"{where} has no {part!r}: it is damaged, read another copy")
    return found


def shortest(array: NDArray[np.float32]) -> list[Any]:
    """Return float32 numbers as nested lists of the shortest decimals that give the same bits "
    "back."""
    short = [float(text) for text in array.ravel().astype("U")]
    nested: list[Any] = np.array(short, dtype=object).reshape(array.shape).tolist()
    return nested


def as_float32(numbers: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Take what `shortest` gave.

    Raises
    ------
    ValueError
        If it has another shape or is not finite.
    """
    array = np.array(numbers, dtype=np.float32)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"expected finite numbers of shape {shape}, got shape {array.shape}")
    return array
