"""What a network hears: its memory over time, and a corpus laid out by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, ParameterError
from .over_time import name_time
from .series import draw_rows
from .style import COLOURS, MARKERS, dress, name_axes, show_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from ..containers import DataSet, LabelSet

__all__ = ["METHODS", "corpus", "hidden_states"]

METHODS = ("pca", "tsne")
FEWEST = 3


def hidden_states(ax: Axes, states: ArrayLike, *, rate: float | None = None) -> Axes:
    """Draw the memory of a network while it hears a series: a row for every unit.

    Units that end high stand above those that end low.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    states : array-like of shape (n_frames, n_units)
        From ``model.states([frames], every_frame=True)[0]``; numbers between -1 and 1.
    rate : float, optional
        Frames per second; without it time is counted in frames.

    Returns
    -------
    Axes
    """
    table = np.asarray(states, dtype=np.float64)
    order = np.argsort(-table[-1], kind="stable")
    draw_rows(ax, table[:, order].T, rate, "state", vmin=-1, vmax=1)
    ax.set_yticks([])
    name_time(ax, rate, f"{table.shape[1]} units, by their last state")
    return ax


def corpus(
    ax: Axes, points: DataSet, labels: LabelSet | None = None, *, method: str = "pca"
) -> Axes:
    """Lay a corpus out: what is alike lies near each other.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    points : DataSet
        A point for each entry, such as ``model.states(series)``; at least three. Points of one
        or two dimensions are drawn as they are.
    labels : LabelSet, optional
        Identifier -> label, which gives a point its colour and shape; one without is grey.
    method : {"pca", "tsne"}
        How many dimensions become two. "pca" (principal components, scikit-learn's) keeps
        distances as well as a plane can and says how much of them. "tsne" (van der Maaten and
        Hinton 2008, scikit-learn's) keeps neighbours together; distances between groups mean
        little.

    Returns
    -------
    Axes

    Raises
    ------
    ParameterError
        If the method is another one.
    InputError
        If there are fewer than three points.
    """
    if method not in METHODS:
        raise ParameterError(f"method is {method!r}: it must be {' or '.join(METHODS)}")
    table, across, up = _lay_out(points, method)
    own = {} if labels is None else dict(labels)
    rows: dict[str | None, list[int]] = {}
    for row, name in enumerate(points):
        rows.setdefault(own.get(name), []).append(row)
    known = sorted(label for label in rows if label is not None)
    size = 34 if len(table) < 500 else 12
    if None in rows:
        x, y = table[rows[None]].T
        grey = COLOURS[0] if labels is None else "#bbbbbb"
        ax.scatter(x, y, s=size, color=grey, alpha=0.7, edgecolors="white", linewidths=0.4)
    for number, label in enumerate(known):
        x, y = table[rows[label]].T
        ax.scatter(
            x, y, s=size, color=COLOURS[number % len(COLOURS)], alpha=0.8, label=label,
            marker=MARKERS[number % len(MARKERS)], edgecolors="white", linewidths=0.4,
        )  # fmt: skip
    dress(ax)
    name_axes(ax, across, up)
    if method == "tsne" and points.n_dims > 2:
        ax.set(xticks=[], yticks=[])
    if known:
        show_legend(ax, known)
    return ax


def _lay_out(points: DataSet, method: str) -> tuple[NDArray[np.float64], str, str]:
    """Return two numbers for each point, and what they are."""
    table = np.stack([*points.values()]).astype(np.float64) if points else np.empty((0, 1))
    if points.n_dims == 1:
        return np.column_stack([np.arange(len(table)), table]), "entry", "dimension 0"
    if points.n_dims == 2:
        return table, "dimension 0", "dimension 1"
    if len(table) < FEWEST:
        raise InputError(
            f"{len(table)} points of {points.n_dims} dimensions cannot be laid out: give {FEWEST} "
            "or more"
        )
    if not np.isfinite(table).all():
        raise InputError("there are NaN or infinite numbers among the points: repair them first")
    return _tsne(table) if method == "tsne" else _pca(table)


def _pca(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], str, str]:
    from sklearn.decomposition import PCA

    pca: Any = PCA(2, random_state=0)
    placed = pca.fit_transform(table)
    shares = np.nan_to_num(pca.explained_variance_ratio_)
    across, up = (f"PCA {n} ({share:.0%} of the variance)" for n, share in enumerate(shares, 1))
    return placed, across, up


def _tsne(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], str, str]:
    from sklearn.manifold import TSNE

    machine: Any = TSNE(2, perplexity=min(30.0, (len(table) - 1) / 3), init="pca", random_state=0)
    return machine.fit_transform(table), "t-SNE 1 (near is alike)", "t-SNE 2"
