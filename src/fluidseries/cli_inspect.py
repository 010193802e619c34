"""The command that tells what a file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import cli_completion

__all__ = ["inspect"]


def inspect(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Data or a model.",
            autocompletion=cli_completion.models_and_data,
        ),
    ],
) -> None:
    """Tell what a file holds.

    Counts, sizes and ranges of a DataSeries, DataSet or LabelSet; or a model, its settings and how
    far it has learned.

    Example:

    fluidseries inspect gestures.json
    """
    from .inspection import describe

    typer.echo(str(describe(file)))
