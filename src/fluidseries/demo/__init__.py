"""The demo: real data, from a fit to a picture, in parts that stand alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

__all__ = ["PARTS", "files", "run"]

# In the order in which they are told; each is a module here with FILES and run.
PARTS = ("pad", "speakers", "airline")


def files(parts: Sequence[str]) -> list[str]:
    """Return the names of the files that these parts of the demo write."""
    return list(dict.fromkeys(name for part in parts for name in _part(part).FILES))


def run(
    parts: Sequence[str], folder: Path, console: Console, *, program: str, **settings: Any
) -> None:
    """Tell parts of the demo one after the other.

    Parameters
    ----------
    parts : sequence of str
        Some of `PARTS`.
    folder : Path
        Where the files go; made if it is missing. Files of the same name are replaced.
    console : Console
        Where to tell about it.
    program : str
        How the command line is called, for what to try next.
    **settings
        Parameters of the models instead of those that the parts choose.
    """
    for number, part in enumerate(parts):
        if number:
            console.print("\n")
        _part(part).run(folder, console, program=program, **settings)


def _part(name: str) -> Any:
    return import_module(f".{name}", __name__)
