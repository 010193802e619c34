"""The right picture for what there is: series, points, labels, models, and these together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import InputError, ParameterError
from . import whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["KINDS", "picture"]


@dataclass(frozen=True)
class Kind:
    """A picture that can be asked for by name.

    Parameters
    ----------
    draw : callable
        Makes the figure of a `whole.Given`.
    needs : str
        What must be given, in words.
    fits : callable
        Whether it is there.
    """

    draw: Callable[[whole.Given], Figure]
    needs: str
    fits: Callable[[whole.Given], bool]


def _has(*parts: str) -> Callable[[whole.Given], bool]:
    return lambda given: all(getattr(given, part) is not None for part in parts)


def _foretells(given: whole.Given) -> bool:
    return hasattr(given.model, "predict_series") and given.series is not None


def _hears(given: whole.Given) -> bool:
    return hasattr(given.model, "states") and given.series is not None


def _answers(given: whole.Given) -> bool:
    asked = given.series is not None or given.points is not None
    return given.model is not None and asked and not hasattr(given.model, "predict_series")


# The first that fits is drawn if nobody says which.
KINDS = {
    "forecast": Kind(whole.forecasts, "a forecaster and series", _foretells),
    "confusion": Kind(
        whole.mix_ups, "a classifier, its kind of data and a LabelSet",
        lambda given: _answers(given) and given.labels is not None,
    ),
    "predicted": Kind(
        whole.against_right, "a regressor, its kind of data and the targets",
        lambda given: _answers(given) and given.target is not None,
    ),
    "states": Kind(whole.memory, "an LSTM model and series", _hears),
    "corpus": Kind(whole.layout, "an LSTM model and series, and a LabelSet if you like", _hears),
    "loss": Kind(
        whole.learning, "a model alone",
        lambda given: given.model is not None and given.series is given.points is given.labels,
    ),
    "series": Kind(
        whole.one_series, "a DataSeries",
        lambda given: given.model is None and given.series is not None and given.is_one,
    ),
    "overlay": Kind(
        whole.all_series, "a DataSeries, and a LabelSet if you like",
        lambda given: given.model is None and given.series is not None,
    ),
    "scatter": Kind(
        whole.points, "a DataSet, and a LabelSet if you like",
        lambda given: given.model is None and given.points is not None,
    ),
    "labels": Kind(
        whole.counts, "a LabelSet", lambda given: given.model is None and given.labels is not None
    ),
}  # fmt: skip


def picture(
    *contents: Any,
    kind: str | None = None,
    series: str | None = None,
    dimension: int = 0,
    length: int | None = None,
    method: str = "pca",
) -> Figure:
    """Draw the picture that suits what is given.

    Parameters
    ----------
    *contents : DataSeries, DataSet, LabelSet or fitted model
        At most one model; where two DataSeries are given, the second is what is right.
    kind : str, optional
        One of `KINDS`, to have another picture than the usual one of these contents.
    series : str, optional
        Identifier of the series to draw where only one is; by default the first.
    dimension : int
        Which dimension to draw where only one is.
    length : int, optional
        How many frames a forecaster foretells; by default as many as it hears.
    method : {"pca", "tsne"}
        How a corpus is laid out, see `corpus`.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If nothing can be drawn of these contents together.
    ParameterError
        If there is no such kind, series, dimension or method.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import fluidseries as fs
    >>> figure = fs.plots.picture(fs.DataSet({"a": [0.0, 1.0], "b": [1.0, 0.0]}))
    >>> figure.axes[0].get_xlabel()
    'dimension 0'
    """
    given = _sort(contents, series, dimension, length, method)
    if kind is not None and kind not in KINDS:
        raise ParameterError(f"there is no picture {kind!r}: it must be {', '.join(KINDS)}")
    if kind is None:
        kind = next((name for name, one in KINDS.items() if one.fits(given)), None)
    elif not _can(kind, given):
        raise InputError(f"for the picture {kind!r}, give {KINDS[kind].needs}: {_got(contents)}")
    if kind is None:
        raise InputError(
            f"there is no picture of these together: {_got(contents)}. Give data alone, a model "
            "alone, or a model with its kind of data and what is right"
        )
    return KINDS[kind].draw(given)


def _can(kind: str, given: whole.Given) -> bool:
    # Asked for by name, a picture of one series may be had of many.
    if kind == "series":
        return given.model is None and given.series is not None
    return KINDS[kind].fits(given)


def _sort(contents: tuple[Any, ...], series: str | None, *options: Any) -> whole.Given:
    """Put everything into its place by its kind."""
    found: dict[str, Any] = {}
    for content in contents:
        for place in _places(content):
            if place not in found:
                found[place] = content
                break
        else:
            raise InputError(f"one too many: {_got(contents)}; at most one of a kind is drawn")
    target = found.get("second")
    if target is None and "model" in found:
        target = found.get("points") if "series" in found else found.get("more")
    return whole.Given(
        found.get("model"), found.get("series"), found.get("points"), found.get("labels"),
        target, series, *options,
    )  # fmt: skip


def _places(content: Any) -> tuple[str, ...]:
    if isinstance(content, DataSeries):
        return "series", "second"
    if isinstance(content, DataSet):
        return "points", "more"
    if isinstance(content, LabelSet):
        return ("labels",)
    if hasattr(content, "predict"):
        return ("model",)
    raise InputError(f"a {type(content).__name__} cannot be drawn: give data or a model")


def _got(contents: tuple[Any, ...]) -> str:
    return f"got {', '.join(type(one).__name__ for one in contents) or 'nothing'}"
