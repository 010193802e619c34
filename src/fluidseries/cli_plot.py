"""The command that draws."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from . import cli_completion
from .cli_shared import STANDARD, Force, Output, read_any, require_free, say

__all__ = ["plot"]


def plot(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE [MORE]...",
            help="A model, data, or both, and what is right.",
            autocompletion=cli_completion.models_and_data,
        ),
    ],
    output: Output,
    kind: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="PICTURE",
            help="Another picture than the usual one: forecast, confusion, predicted, states, "
            "corpus, loss, series, overlay, scatter, labels.",
        ),
    ] = None,
    series: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The series to draw where only one is; else the first."),
    ] = None,
    dimension: Annotated[
        int, typer.Option(help="The dimension to draw where only one is.", min=0)
    ] = 0,
    length: Annotated[
        int | None, typer.Option(help="Frames that a forecaster foretells.", min=1)
    ] = None,
    method: Annotated[
        str, typer.Option(metavar="pca|tsne", help="How many dimensions become two.")
    ] = "pca",
    force: Force = False,
) -> None:
    """Draw the picture that suits what the files hold.

    Series: their lines and a map. Series and labels: the same, label by label. Points: where they
    lie. A model: how it learned. A model and series: what the network keeps in mind, or how a
    forecaster goes on. A model, its kind of data and what is right: what is taken for what, or
    answers against targets. The picture is a .png, .svg or .pdf, as its name says.

    Example:

    fluidseries plot gestures.json names.json --output gestures.png

    fluidseries plot model.json gestures.json names.json --output mix-ups.svg

    fluidseries plot model.json gestures.json names.json --as corpus --output corpus.png
    """
    from . import plots
    from .formats import Examples

    require_free(output, force=force)
    if output != STANDARD:
        plots.format_of(output)
    contents: list[Any] = []
    for content in map(read_any, files):
        contents += content if isinstance(content, Examples) else [content]
    drawn = plots.picture(
        *contents, kind=kind, series=series, dimension=dimension, length=length, method=method
    )
    if output == STANDARD:
        sys.stdout.buffer.write(plots.encode_figure(drawn))
        sys.stdout.flush()
    else:
        plots.write_figure(output, drawn)
    say(f"{output}: {drawn.get_suptitle() or drawn.axes[0].get_title(loc='left')}", output)
