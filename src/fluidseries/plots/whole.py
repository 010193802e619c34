"""Whole figures: one or several axes with titles, drawn from containers and models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import EmptyError, ParameterError
from ..wording import counted
from .answers import confusion, predicted
from .counts import label_counts
from .figures import figure
from .forecasts import forecast
from .hearing import corpus, hidden_states
from .learning import loss_curve
from .many import check_dimension, heat_map, overlay
from .over_time import rate_of
from .series import series, series_map
from .style import INK, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ..containers import DataSeries, DataSet, LabelSet

__all__ = [
    "Given",
    "against_right",
    "all_series",
    "counts",
    "forecasts",
    "layout",
    "learning",
    "memory",
    "mix_ups",
    "one_series",
    "points",
]

MOST_LINES, MOST_PANELS = 6, 6
# Dimensions whose spreads differ more than this get axes of their own.
ALIKE = 8


@dataclass(frozen=True)
class Given:
    """What is to be drawn, each thing in its place.

    Parameters
    ----------
    model, series, points, labels : model, DataSeries, DataSet, LabelSet or None
        As they were given.
    target : DataSet, DataSeries or None
        What is right for a regressor, or what came for a forecaster.
    name : str or None
        Identifier of the series to draw where only one is.
    dimension, length, method
        As for `picture`.
    """

    model: Any
    series: DataSeries | None
    points: DataSet | None
    labels: LabelSet | None
    target: Any
    name: str | None
    dimension: int
    length: int | None
    method: str

    @property
    def is_one(self) -> bool:
        """Whether a single series is meant."""
        return self.name is not None or len(self.series or ()) == 1

    @property
    def chosen(self) -> str:
        """The identifier of the single series."""
        if not self.series:
            raise EmptyError("there is no series to draw: this DataSeries is empty")
        if self.name is None:
            return next(iter(self.series))
        _ = self.series[self.name]  # says which there are, if not this one
        return self.name


def one_series(given: Given) -> Figure:
    """Draw one series: its lines, one axes each where their ranges differ, or a map of many."""
    assert given.series is not None
    name = given.chosen
    frames, rate = given.series[name], rate_of(given.series.origin)
    title, names = f"{short(name, 60)}: {len(frames)} frames", given.series.dim_names
    if frames.shape[1] > MOST_LINES:
        made = figure(9, min(10, 2 + 0.25 * frames.shape[1]))
        _title(series_map(made.subplots(), frames, rate=rate, names=names), title)
    elif _alike(frames):
        made = figure(9, 4)
        _title(series(made.subplots(), frames, rate=rate, names=names), title)
    else:
        made = figure(9, 1 + 1.5 * frames.shape[1])
        panels = made.subplots(frames.shape[1], sharex=True, squeeze=False).ravel()
        for dim, ax in enumerate(panels):
            called = [names[dim] if names else f"dimension {dim}"]
            series(ax, frames[:, [dim]], rate=rate, names=called).label_outer()
        _title(panels[0], title)
    return made


def all_series(given: Given) -> Figure:
    """Draw a whole DataSeries in one dimension, overlaid and as a map."""
    assert given.series is not None
    check_dimension(given.series, given.dimension)
    made = figure(12, 5.2)
    left, right = made.subplots(1, 2)
    _title(
        overlay(left, given.series, given.labels, dimension=given.dimension),
        f"{len(given.series)} series over each other",
    )
    order = "by label, then by length" if given.labels is not None else "the shortest on top"
    _title(
        heat_map(right, given.series, given.labels, dimension=given.dimension),
        f"row by row, {order}",
    )
    return made


def points(given: Given) -> Figure:
    """Draw points as they are, or laid out if they have many dimensions."""
    assert given.points is not None
    if not given.points:
        raise EmptyError("there is no point to draw: this DataSet is empty")
    made = figure(7.5, 6)
    ax = corpus(made.subplots(), given.points, given.labels, method=given.method)
    many = f" of {given.points.n_dims} dimensions" if given.points.n_dims > 2 else ""
    _title(ax, f"{counted(len(given.points), 'point')}{many}")
    return made


def counts(given: Given) -> Figure:
    """Draw how often every label is there."""
    assert given.labels is not None
    if not given.labels:
        raise EmptyError("there is no label to draw: this LabelSet is empty")
    made = figure(7, min(12, 1.2 + 0.3 * len(set(given.labels.values()))))
    _title(label_counts(made.subplots(), given.labels), counted(len(given.labels), "label"))
    return made


def learning(given: Given) -> Figure:
    """Draw the loss curve."""
    made = figure(8, 4.5)
    _title(
        loss_curve(made.subplots(), given.model), f"{type(given.model).__name__}: how it learned"
    )
    return made


def memory(given: Given) -> Figure:
    """Draw one series, and below it the network's memory while it hears it."""
    assert given.series is not None
    name = given.chosen
    frames, rate = given.series[name], rate_of(given.series.origin)
    states = given.model.states(_alone(given.series, name), every_frame=True)[name]
    made = figure(9, 7)
    above, below = made.subplots(2, 1, sharex=True, height_ratios=(1, 1.3))
    draw = series if frames.shape[1] <= MOST_LINES and _alike(frames) else series_map
    _title(draw(above, frames, rate=rate), f"{short(name, 60)}: what goes in")
    above.set_xlabel("")
    _title(
        hidden_states(below, states, rate=rate),
        f"What the {type(given.model).__name__} keeps in mind",
    )
    return made


def layout(given: Given) -> Figure:
    """Lay a corpus out by what the network hears at the end of each series."""
    made = figure(7.5, 6)
    states = given.model.states(given.series)
    ax = corpus(made.subplots(), states, given.labels, method=given.method)
    _title(ax, f"{len(states)} series, laid out by what the {type(given.model).__name__} hears")
    return made


def mix_ups(given: Given) -> Figure:
    """Draw which label is taken for which."""
    from ..evaluation import Named, evaluate

    source = given.points if given.series is None else given.series
    named = evaluate(given.model, source, given.labels)
    assert isinstance(named, Named)
    size = min(14, 4 + 0.35 * len(named.labels))
    made = figure(size + 0.6, size)
    ax = confusion(made.subplots(), named.labels, named.confusion)
    _title(ax, f"{named.accuracy:.1%} of {named.examples} get their label")
    return made


def against_right(given: Given) -> Figure:
    """Draw a regressor's answers against what is right, axes for each of the first dimensions."""
    source = given.points if given.series is None else given.series
    assert source is not None
    right, answered = _pairs(given.model, source, given.target)
    shown = min(right.shape[1], MOST_PANELS)
    columns = min(3, shown)
    rows = -(-shown // columns)
    made = figure(max(5, 4 * columns), 4.3 * rows)
    panels = made.subplots(rows, columns, squeeze=False).ravel()
    for dim, ax in enumerate(panels[:shown]):
        predicted(ax, right[:, dim], answered[:, dim], name=f"dimension {dim}")
    for ax in panels[shown:]:
        ax.remove()
    more = f", the first {shown} dimensions of {right.shape[1]}" if right.shape[1] > shown else ""
    made.suptitle(
        f"{type(given.model).__name__}: {len(source)} answers{more}", fontsize=11, color=INK,
        x=0.02, ha="left",
    )  # fmt: skip
    return made


def forecasts(given: Given) -> Figure:
    """Draw how a forecaster goes on from one series, axes for each of the first dimensions."""
    assert given.series is not None
    name = given.chosen
    frames, rate = given.series[name], rate_of(given.series.origin)
    came = None if given.target is None else given.target[name]
    length = given.length or (None if came is None else len(came))
    told = given.model.predict(_alone(given.series, name), forecast_length=length)[name]
    shown = min(frames.shape[1], MOST_PANELS)
    made = figure(10, 1.2 + 3.2 * shown if shown == 1 else 1 + 2 * shown)
    panels = made.subplots(shown, sharex=True, squeeze=False).ravel()
    for dim, ax in enumerate(panels):
        forecast(
            ax, frames[:, dim], {type(given.model).__name__: told[:, dim]},
            None if came is None else came[:, dim], step=1 / (rate or 1.0),
            time="time (s)" if rate else "frame", name=f"dimension {dim}",
        ).label_outer()  # fmt: skip
        if dim:
            ax.get_legend().remove()
    _title(panels[0], f"{short(name, 60)}: {len(frames)} frames heard, {len(told)} foretold")
    return made


def _alone(corpus: DataSeries, name: str) -> DataSeries:
    alone = corpus.copy()
    for other in corpus:
        if other != name:
            del alone[other]
    return alone


def _pairs(
    model: Any, source: DataSeries | DataSet, target: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is right and what was answered, joined by identifier, a row each."""
    from ..evaluation import evaluate

    evaluate(model, source, target)  # says what does not fit together
    answers = model.predict(source)
    right, answered = (
        np.concatenate([np.atleast_2d(found[name]) for name in source])
        for found in (target, answers)
    )
    if right.shape != answered.shape:
        raise ParameterError("targets and answers have different shapes")
    return right, answered


def _alike(frames: NDArray[Any]) -> bool:
    """Tell whether one axis shows all dimensions well."""
    spread = np.ptp(np.nan_to_num(frames), axis=0)
    moving = spread[spread > 0]
    return not len(moving) or float(moving.max()) <= ALIKE * float(moving.min())


def _title(ax: Axes, text: str) -> None:
    ax.set_title(text, fontsize=11, loc="left", color=INK)
