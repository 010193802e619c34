"""Figures that no window shows, and their files."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingExtraError, ParameterError
from ..files import write_bytes
from .signs import one_warning_about_signs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "encode_figure", "figure", "format_of", "write_figure"]

FORMATS = ("png", "svg", "pdf")


def figure(width: float = 8, height: float = 4.5) -> Figure:
    """Make an empty figure that no window shows.

    Parameters
    ----------
    width, height : float
        Inches.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as err:
        raise MissingExtraError(
            "pictures need matplotlib: pip install 'fluidseries[plots]'"
        ) from err
    return Figure(figsize=(width, height), layout="constrained")


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the kind of picture that a file's name asks for.

    Raises
    ------
    ParameterError
        If it is none that can be drawn.
    """
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise ParameterError(
            f"{os.fspath(path)}: a picture's name ends in .png, .svg or .pdf; choose one of these"
        )
    return kind


def encode_figure(drawn: Figure, kind: str = "png") -> bytes:
    """Return a figure as the content of a file: "png", "svg" or "pdf".

    Signs that the font lacks are drawn in another font of this machine that has them. Where none
    has, a box stands for each, and one warning tells.
    """
    from matplotlib import rc_context

    # Without a date and a random salt the same picture is the same file.
    dated = {} if kind == "png" else {"Date" if kind == "svg" else "CreationDate": None}
    image = io.BytesIO()
    with rc_context({"svg.hashsalt": "fluidseries"}), one_warning_about_signs(drawn):
        drawn.savefig(image, format=kind, dpi=150, metadata=dated)
    return image.getvalue()


def write_figure(path: str | os.PathLike[str], drawn: Figure) -> None:
    """Write a figure as PNG, SVG or PDF, as the file's name says, whole or not at all.

    Raises
    ------
    ParameterError
        If the name ends in something else.
    """
    write_bytes(path, encode_figure(drawn, format_of(path)))
