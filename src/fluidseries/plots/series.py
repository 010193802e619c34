"""One series: a line for every dimension, or a map where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .over_time import name_time, times
from .style import COLOURS, DASHES, MAP, dress, fade, show_legend, value_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

__all__ = ["series", "series_map"]


def series(
    ax: Axes, frames: ArrayLike, *, rate: float | None = None, names: Sequence[str] | None = None
) -> Axes:
    """Draw a line for every dimension of a series.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    frames : array-like of shape (n_frames, n_dims)
        Oldest frame first.
    rate : float, optional
        Frames per second; without it time is counted in frames.
    names : sequence of str, optional
        What each dimension is called.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from fluidseries import plots
    >>> ax = plots.series(plots.figure().subplots(), [[0.0], [0.5], [1.0]], rate=10)
    >>> ax.get_xlabel(), len(ax.lines)
    ('time (s)', 1)
    """
    table = np.asarray(frames, dtype=np.float64)
    called = _names(table, names)
    moments = times(len(table), rate)
    # A single frame makes no line.
    marker = "o" if len(table) == 1 else None
    for dim, column in enumerate(table.T):
        ax.plot(
            moments, column, label=called[dim], marker=marker, linewidth=1.5,
            color=COLOURS[dim % len(COLOURS)], linestyle=DASHES[dim % len(DASHES)],
        )  # fmt: skip
    ax.margins(x=0.01)
    name_time(ax, rate, "value" if len(called) > 1 else called[0])
    dress(ax)
    if len(called) > 1:
        show_legend(ax, called)
    return ax


def series_map(
    ax: Axes, frames: ArrayLike, *, rate: float | None = None, names: Sequence[str] | None = None
) -> Axes:
    """Draw a series as a map: a row for every dimension, time from left to right.

    Every dimension is shown in its own standard deviations, since one in Hertz would hide one in
    decibels.

    Parameters
    ----------
    ax, frames, rate, names
        As for `series`.

    Returns
    -------
    Axes
    """
    table = np.asarray(frames, dtype=np.float64)
    known = np.ma.masked_invalid(table)
    spread = known.std(axis=0).filled(0)
    shown = ((known - known.mean(axis=0)) / np.where(spread > 0, spread, 1)).filled(np.nan)
    draw_rows(ax, shown.T, rate, "standard deviations from mean")
    ax.set_yticks(range(table.shape[1]), _names(table, names) if names else None)
    name_time(ax, rate, "" if names else "dimension")
    return ax


def draw_rows(
    ax: Axes, rows: NDArray[np.float64], rate: float | None, meaning: str, **limits: Any
) -> None:
    """Draw a table of numbers as shades, time from left to right.

    Without limits the shades tell apart what lies between the lowest and the highest percent: a
    single click would make all the rest look alike.
    """
    if not limits:
        low, high = np.nanpercentile(rows, (1, 99)) if np.isfinite(rows).any() else (0, 1)
        limits = {"vmin": low, "vmax": high}
    half = 0.5 / (rate or 1.0)
    end = (rows.shape[1] - 1) / (rate or 1.0)
    extent = (-half, end + half, len(rows) - 0.5, -0.5)
    image = ax.imshow(
        rows, cmap=MAP, aspect="auto", interpolation="nearest", extent=extent, **limits
    )
    ax.tick_params(length=0, labelsize=8)
    fade(ax)
    value_bar(ax, image, meaning)


def _names(table: NDArray[np.float64], names: Sequence[str] | None) -> list[str]:
    return [str(n) for n in names] if names else [f"dimension {d}" for d in range(table.shape[1])]
