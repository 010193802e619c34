"""The command that makes one kind of file into another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from . import cli_completion
from .cli_shared import (
    STANDARD,
    Force,
    Json,
    print_json,
    read_any,
    read_data,
    require_free,
    say,
    write_result,
)
from .errors import InputError, ParameterError
from .files import together

__all__ = ["convert"]

_IN = typer.Argument(
    metavar="IN",
    help="A file of any format, or a folder; - for standard input.",
    autocompletion=cli_completion.models_and_data,
)
_OUT = typer.Argument(
    metavar="OUT",
    help="The file to write; its suffix says how. 'takes/{id}.csv' is a file per series.",
)
_LABELS = typer.Option(
    "--labels", "--target", metavar="FILE", help="Where the labels or targets of IN go, if apart."
)
_WITH = typer.Option(
    "--with", metavar="FILE", help="Labels or targets that belong to IN, to go into OUT too."
)
_NUMBERED = typer.Option(
    "--numbered",
    metavar="PATTERN",
    help="IN holds points numbered frame by frame, such as '{id}-{frame}': join them to series; "
    "or series: take them apart.",
)
_FLAT = typer.Option(
    "--flat",
    metavar="DIMS",
    help="IN holds points that are flattened windows of frames of DIMS numbers: make them series; "
    "or series: flatten them.",
)


def convert(
    file: Annotated[Path, _IN],
    output: Annotated[Path, _OUT],
    labels: Annotated[Path | None, _LABELS] = None,
    given: Annotated[Path | None, _WITH] = None,
    numbered: Annotated[str | None, _NUMBERED] = None,
    flat: Annotated[int | None, _FLAT] = None,
    id: Annotated[str, typer.Option(help="A table's column of identifiers.")] = "id",
    time: Annotated[str, typer.Option(help="A table's column of times.")] = "time",
    allow_missing: Annotated[
        bool,
        typer.Option("--allow-missing", help="FluCoMa's JSON: null where a number is not known."),
    ] = False,
    json: Json = False,
    force: Force = False,
) -> None:
    """Make one kind of file into another.

    The suffixes say which: .json (FluCoMa's), .ts, .csv and more. A file that holds labels or
    targets beside its series gives both to OUT, or with --labels each its own file.

    Example:

    fluidseries convert gestures.ts gestures.json --labels names.json

    fluidseries convert dataset.json series.json --numbered '{id}-{frame}'
    """
    for path in (output, *([labels] if labels else [])):
        _require_free(path, force=force, json=json)
    content = _arranged(read_any(file, id=id, time=time), numbered, flat)
    if given is not None:
        content = _source(content), read_data(given)
    target = None
    if labels is not None:
        content, target = _halves(content, file)
    _require_one(content, file, output)
    with together():
        _write(content, output, allow_missing=allow_missing)
        if labels is not None:
            _write(target, labels, allow_missing=allow_missing)
    if json:
        print_json(_summary(file, output, content, labels, target))
        return
    beside = f" with {content[1]!r}" if isinstance(content, tuple) else ""
    say(f"{output}: {_source(content)!r}{beside}", output)
    if labels is not None:
        say(f"{labels}: {target!r}", output)


def _arranged(content: Any, numbered: str | None, flat: int | None) -> Any:
    """Make points into series or series into points, if asked to."""
    from .containers import DataSeries, DataSet

    if numbered is None and flat is None:
        return content
    if numbered is not None and flat is not None:
        raise ParameterError("--numbered and --flat are two ways to hold series: choose one")
    if isinstance(content, DataSet):
        if numbered is not None:
            return DataSeries.from_data_set(content, pattern=numbered)
        return DataSeries.from_flat(content, flat or 0)
    if not isinstance(content, DataSeries):
        raise InputError(
            "--numbered and --flat are for a DataSet or a DataSeries alone, but IN holds a "
            f"{type(content).__name__}"
        )
    if numbered is not None:
        return content.to_data_set(pattern=numbered)
    if content and flat != content.n_dims:
        raise InputError(f"--flat is {flat}, but the series of IN have {content.n_dims} dimensions")
    return content.to_flat()


def _source(content: Any) -> Any:
    return content[0] if isinstance(content, tuple) else content


def _halves(content: Any, file: Path) -> tuple[Any, Any]:
    if isinstance(content, tuple):
        return content[0], content[1]
    raise InputError(f"{file} holds no labels or targets: leave --labels out")


def _require_one(content: Any, file: Path, output: Path) -> None:
    """Name the option that helps where a format holds no labels."""
    from .formats import format_of

    if not isinstance(content, tuple):
        return
    row = format_of(".json" if output == STANDARD else output)
    if row.writes and "Examples" not in row.holds:
        raise InputError(
            f"{file} holds labels or targets too, for which there is no place in {output}: add "
            f"--labels and a file for them, such as --labels {file.stem}-labels.json"
        )


def _write(content: Any, path: Path, *, allow_missing: bool) -> None:
    from .formats import write

    if path == STANDARD and not isinstance(content, tuple):
        write_result(content, path)
    else:
        write(path, content, allow_missing=allow_missing)


def _require_free(path: Path, *, force: bool, json: bool) -> None:
    """As for every command; a folder that is to be made is looked at when it is."""
    if "{id}" not in path.name:
        require_free(path, force=force, json=json)


def _summary(
    file: Path, output: Path, content: Any, labels: Path | None, target: Any
) -> dict[str, Any]:
    source, inside = content if isinstance(content, tuple) else (content, target)
    return {
        "input": os.fspath(file),
        "output": os.fspath(output),
        "kind": type(source).__name__,
        "entries": len(source) if hasattr(source, "get_ids") else None,
        "target": None if inside is None else type(inside).__name__,
        "labels": None if labels is None else os.fspath(labels),
    }
