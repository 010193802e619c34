"""What all parts of the demo do: learn, write what came out, draw it, and say what to try next."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from .. import plots
from ..errors import MissingExtraError
from ..progress import fit_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from matplotlib.figure import Figure
    from rich.console import Console

__all__ = ["draw_if_possible", "learn", "show_files", "write_files"]


def learn(console: Console, model: Any, *data: Any) -> float:
    """Fit a model, show how that goes on, and return how many seconds it took."""
    start = perf_counter()
    with fit_progress(console, model.max_iter, lines=5) as callback:
        model.fit(*data, callback=callback)
    return perf_counter() - start


def write_files(folder: Path, files: Mapping[str, str], contents: Iterable[Any]) -> None:
    """Write data and model under the first names of `files`; pictures, if any, are the others."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in zip(files, contents, strict=False):
        content.write(folder / name)


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
