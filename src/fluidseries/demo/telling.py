"""What all parts of the demo do at their end: a picture if possible, and what to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import plots
from ..errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from matplotlib.figure import Figure
    from rich.console import Console

__all__ = ["draw_if_possible", "show_files"]


def draw_if_possible(
    file: Path, console: Console, draw: Callable[[Figure], None], *, size: tuple[float, float]
) -> None:
    """Write a picture of (width, height) inches, or say how to get one without matplotlib."""
    try:
        figure = plots.figure(*size)
    except MissingExtraError as err:
        console.print(f"No picture this time: {err}\n", markup=False, soft_wrap=True)
        return
    draw(figure)
    plots.write_figure(file, figure)


def show_files(
    console: Console, folder: Path, files: Mapping[str, str], commands: Iterable[str]
) -> None:
    """Name what was written and what to do with it."""
    there = {name: about for name, about in files.items() if (folder / name).exists()}
    width = max(map(len, there))
    lines = [f"In {folder}, the data as FluCoMa's JSON:"]
    lines += [f"  {name:<{width}}  {about}" for name, about in there.items()]
    lines += ["\nTry next:", *(f"  {command}" for command in commands)]
    console.print("\n".join(lines), soft_wrap=True, markup=False)
