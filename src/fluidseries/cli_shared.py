"""What the commands share: arguments, and what is looked at before the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .errors import FormatError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Force", "ModelFile", "Output", "console", "read_source", "require_free"]

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model that fit wrote.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there already.")]


def console() -> Console:
    """Make the console that results are shown on."""
    from rich.console import Console

    return Console(highlight=False)


def read_source(model: Any, path: Path) -> Any:
    """Read the kind of data that a model answers for: points for an MLP, else series."""
    from .containers import DataSeries, DataSet, read_container

    name, content = type(model).__name__, read_container(path)
    wanted = DataSet if name.startswith("MLP") else DataSeries
    if content and not isinstance(content, wanted):
        raise FormatError(
            f"{path} holds a {type(content).__name__}, but {name} is for a {wanted.__name__}: "
            "choose another file, or another kind of model"
        )
    return content or wanted()


def require_free(path: Path, *, force: bool) -> None:
    """Refuse before the work what could not be written after it."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file")
    if path.exists() and not force:
        raise FileExistsError(f"{path} is there already: choose another name, or add --force")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {str(path.parent)!r}: make it first")
