"""The command that tells how well a model does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import cli_completion
from .cli_shared import DataFile, Json, ModelFile, console, print_json, read_data, read_source

__all__ = ["evaluate"]


def evaluate(
    model: ModelFile,
    source: DataFile,
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TARGET]",
            help="What is right; a forecaster needs none.",
            autocompletion=cli_completion.data,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Tell how well a model does.

    Best with data that it has not learned from. A classifier: how many get their label, and what is
    taken for what; a regressor: how far it is from the target; a forecaster: how far its next frame
    is, beside repeating the last one.

    Example:

    fluidseries evaluate model.json unheard.json names.json
    """
    from . import evaluation as library
    from .models.registry import read_model

    known = read_model(model)
    right = None if target is None else read_data(target)
    result = library.evaluate(known, read_source(known, source), right)
    if json:
        print_json(result.to_dict())
    else:
        from .report import show_evaluation

        show_evaluation(console(), result)
