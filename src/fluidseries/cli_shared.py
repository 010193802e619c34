"""What the commands share: arguments, where they tell, what is looked at before the work.

The file name ``-`` stands for standard input, or for standard output. Then whatever else a command
tells goes to standard error, as bars and warnings always do.
"""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import cli_completion
from .errors import FormatError, ParameterError

if TYPE_CHECKING:
    from rich.console import Console

    from .containers import DataSeries, DataSet, LabelSet

__all__ = [
    "STANDARD",
    "DataFile",
    "Force",
    "Json",
    "ModelFile",
    "Output",
    "bar_console",
    "console",
    "print_json",
    "read_data",
    "read_source",
    "require_free",
    "say",
    "write_result",
]

STANDARD = Path("-")

ModelFile = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="A model that fit wrote.", autocompletion=cli_completion.models
    ),
]
DataFile = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE",
        help="The kind of data that the model was fitted on; - for standard input.",
        autocompletion=cli_completion.data,
    ),
]
Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - to print it.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there already.")]
Json = Annotated[bool, typer.Option("--json", help="Tell it as one JSON object, for scripts.")]


def console() -> Console:
    """Make the console that results are shown on."""
    from rich.console import Console

    return Console(highlight=False)


def bar_console() -> Console:
    """Make the console for bars and whatever is seen on the way: never among the results."""
    from rich.console import Console

    return Console(highlight=False, stderr=True)


def say(text: str, output: Path) -> None:
    """Tell what was written, beside the output if that goes to standard output."""
    typer.echo(text, err=output == STANDARD)


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object on a line."""
    typer.echo(dumps(content, ensure_ascii=False, allow_nan=False))


def read_data(path: Path) -> DataSeries | DataSet | LabelSet:
    """Read a container of any kind from a file or from standard input."""
    from .containers import parse_container, read_container
    from .json_text import decode

    if path != STANDARD:
        return read_container(path)
    where = "standard input"
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise FormatError(f"{where} is not JSON (it is not even text): choose a file") from err
    return parse_container(decode(text, where), where)


def read_source(model: Any, path: Path) -> Any:
    """Read the kind of data that a model answers for: points for an MLP, else series."""
    from .containers import DataSeries, DataSet

    name, content = type(model).__name__, read_data(path)
    wanted = DataSet if name.startswith("MLP") else DataSeries
    if content and not isinstance(content, wanted):
        raise FormatError(
            f"{path} holds a {type(content).__name__}, but {name} is for a {wanted.__name__}: "
            "choose another file, or another kind of model"
        )
    return content or wanted()


def write_result(content: Any, path: Path) -> None:
    """Write a container or a model to a file or to standard output."""
    if path != STANDARD:
        content.write(path)
        return
    from .json_text import encode

    for piece in encode(content.to_dict(), "standard output"):
        typer.echo(piece, nl=False)


def require_free(path: Path, *, force: bool, json: bool = False) -> None:
    """Refuse before the work what could not be written after it."""
    if path == STANDARD:
        if json:
            raise ParameterError("--json and --output - both print: give --output a file")
        return
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file")
    if path.exists() and not force:
        raise FileExistsError(f"{path} is there already: choose another name, or add --force")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {str(path.parent)!r}: make it first")
