"""The command that tells how well a model does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import cli_completion
from .cli_shared import (
    DataFile,
    Json,
    ModelFile,
    console,
    print_json,
    read_examples,
    require_target,
)

__all__ = ["evaluate"]


def evaluate(
    model: ModelFile,
    source: DataFile,
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TARGET]",
            help="What is right. None for a forecaster, or if SOURCE holds it too.",
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
    from .models.forecaster import LSTMForecaster
    from .models.registry import read_model

    known = read_model(model)
    data, right = read_examples(known, source, target)
    if not isinstance(known, LSTMForecaster):
        require_target(source, right)
    elif target is None:
        right = None  # a file with labels will do, and has them for others
    result = library.evaluate(known, data, right)
    if json:
        print_json(result.to_dict())
    else:
        from .report import show_evaluation

        show_evaluation(console(), result)
