"""The command that tells what a file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from . import cli_completion
from .cli_shared import STANDARD, Json, print_json, read_any, read_data
from .errors import FormatError

__all__ = ["inspect"]


def inspect(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Data or a model; - for standard input.",
            autocompletion=cli_completion.models_and_data,
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Argument(
            metavar="[LABELS]",
            help="What the entries are called: looked at with them.",
            autocompletion=cli_completion.data,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Tell what a file holds, and what looks like a slip.

    Counts, sizes and ranges of a DataSeries, DataSet or LabelSet; or a model, its settings and how
    far it has learned. It warns of takes under 5 frames or over 4 times their label's median
    length, dimensions that never change or differ wildly in range, entries that are the same, and
    labels with a single example.

    Example:

    fluidseries inspect gestures.json

    fluidseries inspect gestures.json names.json
    """
    from .inspection import describe, describe_content

    # Once through standard input is all there is.
    content = read_any(file) if file == STANDARD else None
    told = describe(file) if content is None else describe_content("standard input", content)
    found = _concerns(file, content, labels) if labels is not None or told.is_data else []
    if json:
        print_json({**told.to_dict(), "warnings": found})
        return
    typer.echo(str(told))
    for sentence in found:
        typer.echo(f"warning: {sentence}", err=True)


def _concerns(file: Path, content: Any, label_file: Path | None) -> list[str]:
    from .concerns import concerns
    from .containers import DataSeries, DataSet, LabelSet
    from .formats import Examples

    content = read_any(file) if content is None else content
    labels: Any = None if label_file is None else read_data(label_file)
    if labels is not None and not isinstance(labels, LabelSet):
        raise FormatError(f"{label_file} holds a {type(labels).__name__}, but LABELS is a LabelSet")
    if isinstance(content, Examples):
        content, own = content
        labels = own if labels is None and isinstance(own, LabelSet) else labels
    if not isinstance(content, DataSeries | DataSet | LabelSet):
        raise FormatError(f"{file} holds a {type(content).__name__}, to which no labels belong")
    return concerns(content, labels)
