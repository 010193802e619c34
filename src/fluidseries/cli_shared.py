"""What the commands share: arguments, where they tell, what is looked at before the work.

The file name ``-`` stands for standard input, or for standard output. Then whatever else a command
tells goes to standard error, as bars and warnings always do.
"""

from __future__ import annotations

import sys
import warnings
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import cli_completion
from .errors import FluidSeriesError, FluidSeriesWarning, FormatError, ParameterError

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
    "read_any",
    "read_data",
    "read_examples",
    "read_source",
    "require_free",
    "require_target",
    "say",
    "warn_of_one_label",
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
        help="The kind of data that the model was fitted on, in any format; - for standard input.",
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


def read_any(path: Path, **columns: str) -> Any:
    """Read what a file of any format holds, a folder, or standard input (FluCoMa's JSON)."""
    from .containers import parse_container
    from .formats import read
    from .json_places import Place
    from .json_text import decode

    if path != STANDARD:
        from .progress import read_progress

        with read_progress(bar_console(), str(path)) as progress:
            return read(path, progress=progress, **columns)
    where = "standard input"
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise FormatError(f"{where} is not JSON (it is not even text): choose a file") from err
    return parse_container(decode(text, where), Place(where, lambda: text))


def read_data(path: Path) -> DataSeries | DataSet | LabelSet:
    """Read a container; of a file that holds source and target, the target."""
    from .containers import DataSeries, DataSet, LabelSet
    from .formats import Examples

    content = read_any(path)
    data = content.target if isinstance(content, Examples) else content
    if isinstance(data, DataSeries | DataSet | LabelSet):
        return data
    raise FormatError(
        f"{path} holds a {type(content).__name__}, not a DataSeries, DataSet or LabelSet: choose "
        "another file"
    )


def read_source(model: Any, path: Path) -> Any:
    """Read the kind of data that a model answers for: points for an MLP, else series."""
    return read_examples(model, path, None)[0]


def read_examples(model: Any, source: Path, target: Path | None) -> tuple[Any, Any]:
    """Read the kind of data that a model answers for, and what belongs to it.

    The target is that of its own file, or else the one that the source's file holds too, or None.
    """
    from .containers import DataSeries, DataSet
    from .formats import Examples

    content, inside = read_any(source), None
    if isinstance(content, Examples):
        content, inside = content
    name = type(model).__name__
    wanted = DataSet if name.startswith("MLP") else DataSeries
    # An empty file does not tell its kind.
    if not isinstance(content, wanted) and not (isinstance(content, DataSet) and not content):
        remedy = "choose another file, or another kind of model"
        if target is not None and _holds(target, wanted):
            remedy = f"{target} holds one, so let the two change places"
        raise FormatError(
            f"{source} holds a {type(content).__name__}, but {name} is for a {wanted.__name__}: "
            + remedy
        )
    return content or wanted(), inside if target is None else read_data(target)


def _holds(path: Path, kind: type) -> bool:
    try:
        return isinstance(read_any(path), kind)
    except (FluidSeriesError, OSError):
        return False


def require_target(source: Path, target: Any) -> None:
    """Refuse to go on without labels or targets."""
    if target is None:
        raise ParameterError(
            f"{source} holds no labels or targets: name the file that holds them as TARGET"
        )


def warn_of_one_label(target: Any) -> None:
    """Warn where nothing is to be told apart."""
    from .containers import LabelSet

    names = set(target.values()) if isinstance(target, LabelSet) else set()
    if len(names) == 1:
        warnings.warn(
            f"everything is called {names.pop()!r}, so that this is always the answer: give "
            "examples of something else too",
            FluidSeriesWarning,
            stacklevel=2,
        )


def write_result(content: Any, path: Path) -> None:
    """Write a container by the suffix, or a model as its JSON, to a file or standard output."""
    from .formats import has_suffix, write
    from .json_text import encode

    if path == STANDARD:
        for piece in encode(content.to_dict(), "standard output"):
            typer.echo(piece, nl=False)
    elif hasattr(content, "get_ids") and has_suffix(path):
        write(path, content)
    else:
        content.write(path)


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
