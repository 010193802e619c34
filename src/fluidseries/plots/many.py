"""A whole DataSeries in one dimension: its series over each other, or as the rows of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import EmptyError, ParameterError
from .over_time import name_time, rate_of, times
from .series import draw_rows
from .style import COLOURS, DASHES, INK, dress, short, show_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ..containers import DataSeries, LabelSet

__all__ = ["heat_map", "overlay"]

MOST_NAMED_ROWS = 30


def overlay(
    ax: Axes, corpus: DataSeries, labels: LabelSet | None = None, *, dimension: int = 0
) -> Axes:
    """Draw all series over each other, from their beginnings, and their mean.

    The mean, of each label if there are labels, ends where fewer than half of the series go on.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    corpus : DataSeries
        At least one series.
    labels : LabelSet, optional
        Identifier -> label, which gives lines their colour, and their mean its dashes; a series
        without one is grey.
    dimension : int
        Which one to draw.

    Returns
    -------
    Axes
    """
    check_dimension(corpus, dimension)
    rate = rate_of(corpus.origin)
    own = {} if labels is None else dict(labels)
    known = sorted({own[name] for name in corpus if name in own})
    looks: dict[str | None, tuple[str, Any]] = {None: ("#999999", DASHES[0])}
    looks |= {
        label: (COLOURS[n % len(COLOURS)], DASHES[n % len(DASHES)]) for n, label in enumerate(known)
    }
    # Many lines would make one blot.
    alpha = min(0.8, max(0.1, 3 / len(corpus) ** 0.6))
    for name, frames in corpus.items():
        ax.plot(
            times(len(frames), rate), frames[:, dimension], color=looks[own.get(name)][0],
            alpha=alpha, linewidth=0.9, marker="o" if len(frames) == 1 else None, markersize=3,
        )  # fmt: skip
    groups: list[str | None] = [*known] or [None]
    for label in groups:
        rows = [corpus[n][:, dimension] for n in corpus if not known or own.get(n) == label]
        mean = _mean(rows)
        colour, dash = looks[label] if known else (COLOURS[0], DASHES[0])
        ax.plot(
            times(len(mean), rate), mean, color=colour, linestyle=dash, linewidth=2.2,
            label=label or "mean",
        )  # fmt: skip
    ax.margins(x=0.01)
    name_time(ax, rate, _called(corpus, dimension))
    dress(ax)
    show_legend(ax, known or None)
    return ax


def heat_map(
    ax: Axes, corpus: DataSeries, labels: LabelSet | None = None, *, dimension: int = 0
) -> Axes:
    """Draw all series as rows of a map: label by label, the shorter ones first.

    Parameters
    ----------
    ax, corpus, dimension
        As for `overlay`.
    labels : LabelSet, optional
        Identifier -> label: series of the same label lie together.

    Returns
    -------
    Axes
    """
    check_dimension(corpus, dimension)
    own = {} if labels is None else dict(labels)
    names = sorted(corpus, key=lambda name: (own.get(name, ""), len(corpus[name]), name))
    rate, longest = rate_of(corpus.origin), max(map(len, corpus.values()))
    rows = np.full((len(names), longest), np.nan)
    for row, name in enumerate(names):
        rows[row, : len(corpus[name])] = corpus[name][:, dimension]
    draw_rows(ax, rows, rate, _called(corpus, dimension))
    name_time(ax, rate, "series")
    if own:
        _mark_labels(ax, [own.get(name, "(no label)") for name in names])
    elif len(names) <= MOST_NAMED_ROWS:
        ax.set_yticks(range(len(names)), [short(name) for name in names])
        ax.set_ylabel("")
    return ax


def _called(corpus: DataSeries, dimension: int) -> str:
    return corpus.dim_names[dimension] if corpus.dim_names else f"dimension {dimension}"


def check_dimension(corpus: DataSeries, dimension: int) -> None:
    """Raise unless there is such a dimension."""
    if not corpus:
        raise EmptyError("there is no series to draw: this DataSeries is empty")
    if not 0 <= dimension < corpus.n_dims:
        raise ParameterError(
            f"there is no dimension {dimension}: these series have {corpus.n_dims}, "
            f"counted from 0 to {corpus.n_dims - 1}"
        )


def _mean(rows: list[NDArray[Any]]) -> NDArray[np.float64]:
    """Return the mean over the series at each frame, as long as half of them go on."""
    end = int(np.median([len(row) for row in rows]))
    table = np.full((len(rows), end), np.nan)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row[:end]
    return np.asarray(np.ma.masked_invalid(table).mean(axis=0).filled(np.nan))


def _mark_labels(ax: Axes, labels: list[str]) -> None:
    """Write every label once, in the middle of its rows, and draw a line where the next begins."""
    starts = [row for row in range(len(labels)) if not row or labels[row] != labels[row - 1]]
    ends = [*starts[1:], len(labels)]
    for start in starts[1:]:
        ax.axhline(start - 0.5, color="white", linewidth=1.5)
    middles = [(start + end - 1) / 2 for start, end in zip(starts, ends, strict=True)]
    every = -(-len(starts) // MOST_NAMED_ROWS)
    ax.set_yticks(middles[::every], [short(labels[start]) for start in starts[::every]])
    ax.set_ylabel("")
    ax.tick_params(labelcolor=INK)
