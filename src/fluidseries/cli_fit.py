"""The commands that fit: one for each kind of model, made from a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from inspect import Parameter, Signature
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Annotated, Any

import typer

from . import cli_completion, cli_shared
from .cli_settings import as_options, parse
from .errors import ParameterError

__all__ = ["KINDS", "Kind", "app"]

_HOW = ("hidden_size", "max_iter", "learn_rate", "batch_size")
_CHANCE = ("random_state", "n_jobs")
_LSTM = (
    *_HOW,
    "n_networks",
    "schedule",
    "momentum",
    "validation",
    "patience",
    "missing",
    "standardize",
)
_MLP = (*_HOW, "activation", "momentum", "validation", "standardize")
_DTW = ("num_neighbours", "constraint", "constraint_param", "standardize", "n_jobs")
_REJECT = ("threshold", "reject_label")

_POINTS = "What belongs to each series: a DataSet, or a DataSeries with a target per frame."
_POINT = "What belongs to each of them: a DataSet."
_LABELS = "What each of them is called: a LabelSet."
_SERIES = "Series: a DataSeries in any format."


@dataclass(frozen=True)
class Kind:
    """A model that the command line can fit.

    Parameters
    ----------
    model : str
        The class's name.
    about : str
        What it learns, in one sentence; then more.
    example : str
        What follows "fluidseries fit KIND".
    settings : tuple of str
        Parameters of the model, in the order of the help.
    target : str or None
        What TARGET is; None: there is none.
    source : str
        What SOURCE is.
    defaults : mapping
        Where they differ from the family's.
    """

    model: str
    about: str
    example: str
    settings: tuple[str, ...]
    target: str | None
    source: str = _SERIES
    defaults: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


KINDS = {
    "regressor": Kind(
        "LSTMRegressor",
        "Learn to map series to points.\n\n"
        "Each series of SOURCE belongs to the point with the same identifier in TARGET.",
        "gestures.json synth.json --output model.json",
        (*_LSTM, "output_limits", *_CHANCE),
        _POINTS,
        defaults=MappingProxyType({"validation": "auto"}),
    ),
    "classifier": Kind(
        "LSTMClassifier",
        "Learn to name series.\n\n"
        "Each series of SOURCE is called what TARGET says under the same identifier.",
        "gestures.json names.json --output model.json --threshold 0.6",
        (*_LSTM, "class_weight", *_REJECT, *_CHANCE),
        _LABELS,
    ),
    "forecaster": Kind(
        "LSTMForecaster",
        "Learn to continue series in their own style.\n\n"
        "It learns what follows on each frame; predict then goes on from where a series stops.",
        "melodies.json --output model.json --max-iter 200",
        (*_LSTM, "output_limits", "differences", "linear", "temperature", *_CHANCE),
        None,
    ),
    "dtw-classifier": Kind(
        "DTWClassifier",
        "Name series as the examples nearest to them are named.\n\n"
        "Keeps SOURCE as examples and compares by dynamic time warping, which stretches time to "
        "fit: three examples of each label are enough to begin with.",
        "gestures.json names.json --output model.json",
        _DTW,
        _LABELS,
    ),
    "dtw-regressor": Kind(
        "DTWRegressor",
        "Map series to points by the examples nearest to them.\n\n"
        "Keeps SOURCE as examples and compares by dynamic time warping, which stretches time to "
        "fit: a few examples are enough to begin with.",
        "gestures.json synth.json --output model.json --num-neighbours 2",
        _DTW,
        "The point that belongs to each series: a DataSet.",
    ),
    "mlp-regressor": Kind(
        "MLPRegressor",
        "Learn to map points to points, where time does not matter.\n\n"
        "Each point of SOURCE belongs to the point with the same identifier in TARGET.",
        "places.json synth.json --output model.json",
        (*_MLP, "random_state"),
        _POINT,
        "Points: a DataSet in any format.",
    ),
    "mlp-classifier": Kind(
        "MLPClassifier",
        "Learn to name points, where time does not matter.\n\n"
        "Each point of SOURCE is called what TARGET says under the same identifier.",
        "sounds.json names.json --output model.json",
        (*_MLP, *_REJECT, "random_state"),
        _LABELS,
        "Points: a DataSet in any format.",
    ),
}


class _Kinds(typer.core.TyperGroup):
    """Tells those who name no kind of model that they must."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse to fit nothing."""
        if not args and not ctx.resilient_parsing:
            raise ParameterError(
                f"fit what? Name the kind of model first: {', '.join(KINDS)} (see: fluidseries fit "
                "--help)"
            )
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, or say what is missing where a file stands in its place."""
        if args[0] not in KINDS and Path(args[0]).exists():
            raise ParameterError(
                f"{args[0]} is a file, and the kind of model comes first: fluidseries fit "
                f"classifier {args[0]}, say (fluidseries fit lists all)"
            )
        return super().resolve_command(ctx, args)


app = typer.Typer(rich_markup_mode=None, cls=_Kinds)


def _command(name: str, kind: Kind) -> Callable[..., None]:
    """Make the function whose signature typer reads."""

    def fit(
        *,
        source: Path,
        output: Path,
        force: bool,
        json: bool,
        target: Path | None = None,
        **settings: Any,
    ) -> None:
        cli_shared.require_free(output, force=force, json=json)
        model = getattr(import_module(__package__), kind.model)(**parse(settings))
        summary = _fit(model, source, target, output, takes_target=kind.target is not None)
        if json:
            cli_shared.print_json(summary)
        else:
            cli_shared.say(f"{output}: {_sentence(summary)}", output)
        if summary["stopped"]:
            raise KeyboardInterrupt

    parameters = [
        _keyword("source", Annotated[Path, _argument("SOURCE", kind.source)]),
        *([_target(kind.target)] if kind.target else []),
        _keyword("output", cli_shared.Output),
        *as_options(kind.settings, kind.defaults),
        _keyword("json", cli_shared.Json, False),
        _keyword("force", cli_shared.Force, False),
    ]
    fit.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    fit.__annotations__ = {one.name: one.annotation for one in parameters}
    fit.__doc__ = f"{kind.about}\n\nExample:\n\nfluidseries fit {name} {kind.example}"
    return fit


def _keyword(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _argument(metavar: str, about: str) -> Any:
    return typer.Argument(metavar=metavar, help=about, autocompletion=cli_completion.data)


def _target(about: str) -> Parameter:
    text = f"{about} Leave it out if SOURCE holds it too."
    return _keyword("target", Annotated[Path | None, _argument("[TARGET]", text)], None)


for _name, _kind in KINDS.items():
    app.command(_name)(_command(_name, _kind))


def _fit(
    model: Any, source_file: Path, target_file: Path | None, output: Path, *, takes_target: bool
) -> dict[str, Any]:
    """Fit and write the model; after Ctrl-C too, if it has learned anything."""
    source, target = cli_shared.read_examples(model, source_file, target_file)
    if takes_target:
        cli_shared.require_target(source_file, target)
        cli_shared.warn_of_one_label(target)
    data = (source, target) if takes_target else (source,)
    stopped, start = False, perf_counter()
    try:
        _learn(model, data)
    except KeyboardInterrupt:
        if not model.__sklearn_is_fitted__():
            raise
        stopped = True
    seconds = perf_counter() - start
    cli_shared.write_result(model, output)
    return {
        "model": type(model).__name__,
        "output": str(output),
        "examples": len(source),
        "seconds": round(seconds, 3),
        "stopped": stopped,
        **_course(model),
    }


def _learn(model: Any, data: tuple[Any, ...]) -> None:
    """Fit, with a progress bar where there are epochs."""
    from .progress import fit_progress

    if not hasattr(model, "max_iter"):
        model.fit(*data)
        return
    with fit_progress(cli_shared.bar_console(), model.max_iter) as callback:
        model.fit(*data, callback=callback)


def _course(model: Any) -> dict[str, Any]:
    """Say how learning went; the nearest series only remember."""
    if not hasattr(model, "max_iter"):
        return {}
    # The fit kept the epoch that did best on what was held out.
    held_out = min(getattr(model, "validation_curve_", []), default=None)
    return {"epochs": model.n_iter_, "error": model.loss_, "held_out_error": held_out}


def _sentence(summary: dict[str, Any]) -> str:
    from .progress import loss_text

    if "epochs" not in summary:
        return f"{summary['model']}, keeps {summary['examples']} series as examples"
    error = loss_text(summary["error"], summary["held_out_error"])
    return f"{summary['model']}, {summary['epochs']} epochs, {error}"
