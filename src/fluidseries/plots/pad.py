"""An XY pad: places with names, points among them, and a point's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import COLOURS, FAINT, INK, MARKERS, fade

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from ..containers import DataSet, LabelSet

__all__ = ["pad_path", "pad_points"]


def pad_points(ax: Axes, places: DataSet, points: DataSet, labels: LabelSet) -> Axes:
    """Draw an XY pad with a named place for every label and a mark for every point.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    places : DataSet
        Label -> (x, y), each between 0 and 1.
    points : DataSet
        Identifier -> (x, y).
    labels : LabelSet
        Identifier -> label, which gives the mark its colour and shape.

    Returns
    -------
    Axes
    """
    _draw_pad(ax)
    colours = _colours(places)
    for number, (label, colour) in enumerate(colours.items()):
        own = [points[name] for name in points if labels[name] == label]
        if own:
            x, y = np.transpose(own)
            ax.scatter(
                x, y, s=30, color=colour, alpha=0.75, marker=MARKERS[number % len(MARKERS)],
                edgecolors="white", linewidths=0.4, zorder=3,
            )  # fmt: skip
    _draw_places(ax, places)
    return ax


def pad_path(ax: Axes, places: DataSet, path: ArrayLike, label: str) -> Axes:
    """Draw a point's way over an XY pad, growing from its first frame to its last.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    places : DataSet
        Label -> (x, y), each between 0 and 1.
    path : array-like of shape (n_frames, 2)
        Oldest frame first.
    label : str
        Where it should go; gives the colour.

    Returns
    -------
    Axes
    """
    _draw_pad(ax)
    _draw_places(ax, places)
    x, y = np.transpose(np.asarray(path, dtype=np.float64))
    colour = _colours(places)[label]
    ax.plot(x, y, color=colour, alpha=0.5, linewidth=1.5, zorder=3)
    ax.scatter(x, y, s=np.linspace(12, 110, len(x)), color=colour, edgecolors="white", zorder=4)
    _name_start(ax, x, y)
    return ax


def _name_start(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Write "first frame" on the side of the first point that the path leaves free."""
    right, up = x[-1] < x[0], y[-1] < y[0]
    ax.annotate(
        "first frame",
        (x[0], y[0]),
        xytext=(8 if right else -8, 8 if up else -8),
        textcoords="offset points",
        ha="left" if right else "right",
        va="bottom" if up else "top",
        fontsize=9,
        color=INK,
    )


def _colours(places: DataSet) -> dict[str, str]:
    return {label: COLOURS[row % len(COLOURS)] for row, label in enumerate(places)}


def _draw_pad(ax: Axes) -> None:
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    ax.tick_params(length=0, labelsize=8, labelcolor=INK)
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    fade(ax)


def _draw_places(ax: Axes, places: DataSet) -> None:
    """Draw a ring at every place, and its name on the side away from the middle."""
    for label, colour in _colours(places).items():
        x, y = places[label]
        side = 1 if y >= 0.5 else -1
        ax.scatter(x, y, s=260, facecolors="none", edgecolors=colour, linewidths=2, zorder=5)
        ax.text(
            x, y + 0.05 * side, label, color=INK, fontsize=10, ha="center", va="center", zorder=6
        )
