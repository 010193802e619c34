"""The settings of all models as options of the command line: each is described once, here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Annotated, Any

import typer

from .errors import ParameterError

__all__ = ["SETTINGS", "Setting", "as_options", "parse"]


@dataclass(frozen=True)
class Setting:
    """A parameter of a model.

    Parameters
    ----------
    type : type
        What the text on the command line becomes.
    default : object
        As the models have it.
    help : str
        In a musician's words.
    choices : str, optional
        What stands in the help in the place of the type.
    parse : callable, optional
        Makes the model's value of what was typed.
    least : int, optional
        The smallest number that is taken.
    """

    type: Any
    default: Any
    help: str
    choices: str | None = None
    parse: Callable[[Any], Any] | None = None
    least: int | None = None

    def as_option(self, name: str, default: Any) -> Parameter:
        """Return the parameter of a function that typer turns into this option."""
        option = typer.Option(help=self.help, metavar=self.choices, min=self.least)
        annotation = Annotated[self.type, option]  # type: ignore[name-defined]
        return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _parse_sizes(text: str) -> int | tuple[int, ...]:
    """Read 64 as one layer and 64,32 as two."""
    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError as err:
        raise ParameterError(
            f"--hidden-size is {text!r}: it must be a whole number such as 64, or several such as "
            "64,32 for stacked layers"
        ) from err
    return sizes[0] if len(sizes) == 1 else sizes


def _auto_or(option: str, kind: type[int | float], wanted: str) -> Callable[[str], Any]:
    """Return what reads "auto" or a number."""

    def parse(text: str) -> int | float | str:
        try:
            return text if text == "auto" else kind(text)
        except ValueError as err:
            raise ParameterError(f"{option} is {text!r}: it must be auto or {wanted}") from err

    return parse


def _parse_limits(text: str | None) -> str | tuple[float, ...] | None:
    if text is None or text == "trained":
        return text
    try:
        return tuple(float(limit) for limit in text.split(","))
    except ValueError as err:
        raise ParameterError(
            f"--output-limits is {text!r}: it must be trained or two numbers such as 0,1"
        ) from err


SETTINGS = {
    "hidden_size": Setting(
        str, "32", "Size of the memory; several for layers, as in 64,32.", "SIZES", _parse_sizes
    ),
    "max_iter": Setting(int, 200, "Epochs: how often every example is shown."),
    "learn_rate": Setting(float, 0.01, "How far one adjustment goes."),
    "batch_size": Setting(
        str,
        "auto",
        "Examples between two adjustments.",
        "auto|COUNT",
        _auto_or("--batch-size", int, "a whole number from 1 up"),
    ),
    "schedule": Setting(
        str, "auto", "How the learn rate moves during the fit.", "auto|constant|cycle"
    ),
    "momentum": Setting(float, 0.9, "How much of its direction an adjustment keeps, 0 to 1."),
    "validation": Setting(
        str,
        "0",
        "Fraction held out from learning to watch the error on.",
        "FRACTION|auto",
        _auto_or("--validation", float, "a fraction such as 0.2"),
    ),
    "patience": Setting(
        int | None, None, "Stop after so many epochs without a smaller held-out error.", least=1
    ),
    "n_networks": Setting(int, 5, "How many networks learn side by side and are averaged."),
    "output_limits": Setting(
        str | None,
        None,
        "Range that the answers are held within.",
        "trained|LOW,HIGH",
        _parse_limits,
    ),
    "missing": Setting(
        str, "error", "What to hear where a number is missing.", "error|interpolate|mask"
    ),
    "differences": Setting(
        bool | None,
        None,
        "Learn steps instead of frames: for series that rise or fall; else decided by them.",
        parse=lambda choice: "auto" if choice is None else choice,
    ),
    "linear": Setting(
        bool | None,
        None,
        "Let a weighted sum of the last frames foretell first: for series that grow; else decided "
        "by them.",
        parse=lambda choice: "auto" if choice is None else choice,
    ),
    "temperature": Setting(
        float, 0.0, "How much chance there is in what follows: 0 none, 1 as in the data."
    ),
    "class_weight": Setting(
        str | None, None, "balanced: rare labels count as much as frequent ones.", "balanced"
    ),
    "threshold": Setting(
        float, 0.0, "Answer the reject label where no label is as probable as this, 0 to 1."
    ),
    "reject_label": Setting(str, "none", "What to answer below the threshold."),
    "activation": Setting(
        str, "relu", "What a unit does with its sum.", "relu|tanh|sigmoid|identity"
    ),
    "num_neighbours": Setting(int, 3, "How many of the nearest examples have a say."),
    "constraint": Setting(
        str, "unconstrained", "How freely time stretches.", "unconstrained|sakoe_chiba|itakura"
    ),
    "constraint_param": Setting(
        float, 2, "Frames off the diagonal (sakoe_chiba), or the steepest slope (itakura)."
    ),
    "standardize": Setting(bool, True, "Let every dimension count the same, whatever its size."),
    "random_state": Setting(int | None, None, "A number makes the result repeatable.", least=0),
    "n_jobs": Setting(int | None, None, "Threads; all cores by default."),
}


def as_options(names: Iterable[str], others: Mapping[str, Any]) -> list[Parameter]:
    """Return settings as parameters for typer; `others` are defaults that differ from the usual."""
    return [
        SETTINGS[name].as_option(name, others.get(name, SETTINGS[name].default)) for name in names
    ]


def parse(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed as the models' parameters.

    Raises
    ------
    ParameterError
        If a text does not say what the setting needs.
    """
    return {
        name: convert(value) if (convert := SETTINGS[name].parse) else value
        for name, value in settings.items()
    }
