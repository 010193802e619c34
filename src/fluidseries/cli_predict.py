"""The command that lets a model answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from .cli_shared import (
    DataFile,
    Force,
    Json,
    ModelFile,
    Output,
    print_json,
    read_source,
    require_free,
    say,
    write_result,
)
from .errors import ParameterError

__all__ = ["predict"]


def predict(
    model: ModelFile,
    source: DataFile,
    output: Output,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="How probable each label is (classifiers).")
    ] = False,
    length: Annotated[
        int | None,
        typer.Option(help="Frames to go on for (forecasters); by default as many as came in."),
    ] = None,
    json: Json = False,
    force: Force = False,
) -> None:
    """Let a model answer.

    Takes a model of any kind, and the kind of data that it was fitted on; writes its answers as
    FluCoMa's JSON: points, labels, or how the series go on.

    Example:

    fluidseries predict model.json gestures.json --output answers.json
    """
    require_free(output, force=force, json=json)
    from .models.registry import read_model

    known: Any = read_model(model)
    ask = _question(known, model, probabilities=probabilities, length=length)
    answers = ask(read_source(known, source))
    write_result(answers, output)
    names = [str(label) for label in known.classes_] if probabilities else []
    if json:
        print_json(_summary(known, answers, output, names))
        return
    say(f"{output}: {answers!r}", output)
    if names:
        say(f"the dimensions are {', '.join(names)}", output)


def _question(
    model: Any, file: Path, *, probabilities: bool, length: int | None
) -> Callable[[Any], Any]:
    """Return the verb that was asked for, or say that this kind of model has it not."""
    kind = f"{file} holds a model of the kind {type(model).__name__}"
    if probabilities and not hasattr(model, "predict_proba"):
        raise ParameterError(f"--probabilities is for classifiers, but {kind}: leave it out")
    if length is None:
        return cast("Callable[[Any], Any]", model.predict_proba if probabilities else model.predict)
    if not hasattr(model, "predict_series"):
        raise ParameterError(f"--length is for forecasters, but {kind}: leave it out")
    return partial(model.predict, forecast_length=length)


def _summary(model: Any, answers: Any, output: Path, names: list[str]) -> dict[str, Any]:
    content = {
        "model": type(model).__name__,
        "output": str(output),
        "kind": type(answers).__name__,
        "entries": len(answers),
    }
    return content | ({"dimensions": names} if names else {})
