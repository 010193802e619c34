"""How well a model answers: mix-ups, answers against what is right, and how soon they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import COLOURS, INK, dress, fade, name_axes, short, show_legend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["confusion", "predicted", "recognition"]

# Numbers in more cells than this could not be read any more.
MOST_NUMBERED, MOST_NAMED = 25, 50


def confusion(ax: Axes, labels: Sequence[str], times: ArrayLike) -> Axes:
    """Draw how often which label was answered for which, as a table of shades and numbers.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    labels : sequence of str
        In the order of rows and columns.
    times : array-like of shape (n_labels, n_labels)
        A row for each right label, a column for each answer.

    Returns
    -------
    Axes
    """
    table = np.asarray(times, dtype=np.float64)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(table) if len(labels) <= MOST_NUMBERED else ():
        ax.text(
            column, row, f"{table[row, column]:g}", ha="center", va="center", fontsize=9,
            color="white" if shares[row, column] > 0.5 else INK,
        )  # fmt: skip
    every = -(-len(labels) // MOST_NAMED)
    places, names = range(0, len(labels), every), [short(label) for label in labels[::every]]
    ax.set_xticks(places, names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(places, names)
    name_axes(ax, "answered", "right")
    ax.tick_params(length=0, labelsize=8, labelcolor=INK)
    fade(ax)
    return ax


def recognition(ax: Axes, right: Sequence[ArrayLike]) -> Axes:
    """Draw the share of series that are named rightly after each number of frames.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    right : sequence of array-like of bool, each of shape (n_frames,)
        Whether the answer at each frame is right; a series that is over keeps its last answer.

    Returns
    -------
    Axes
    """
    tables = [np.asarray(one, dtype=np.float64) for one in right]
    ends = np.array([len(one) for one in tables])
    longest = int(ends.max())
    held = np.stack([np.pad(one, (0, longest - len(one)), mode="edge") for one in tables])
    frames = np.arange(1, longest + 1)
    over = (ends[:, np.newaxis] <= frames).mean(axis=0)
    ax.plot(frames, 100 * held.mean(axis=0), color=COLOURS[0], linewidth=2, label="named rightly")
    ax.plot(frames, 100 * over, color=COLOURS[1], linewidth=1.2, linestyle="--", label="over")
    ax.set(xlim=(1, longest), ylim=(0, 102))
    name_axes(ax, "frames heard", "% of the series")
    dress(ax)
    show_legend(ax)
    return ax


def predicted(ax: Axes, right: ArrayLike, answered: ArrayLike, *, name: str = "") -> Axes:
    """Draw answers against what is right: on the diagonal they are the same.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    right, answered : array-like of shape (n_examples,)
        One dimension of the targets and of the answers, in the targets' units.
    name : str
        What it is, for the axes.

    Returns
    -------
    Axes
    """
    truth, answers = (np.asarray(one, dtype=np.float64) for one in (right, answered))
    low, high = (f(np.concatenate([truth, answers])) for f in (np.min, np.max))
    room = 0.04 * (high - low) or 1.0
    ends = (low - room, high + room)
    ax.plot(ends, ends, color=INK, linewidth=1, linestyle=(0, (4, 3)), label="all right")
    few = len(truth) < 400
    ax.scatter(
        truth, answers, s=26 if few else 8, color=COLOURS[0], alpha=0.6 if few else 0.3,
        edgecolors="white" if few else "none", linewidths=0.4, zorder=3,
    )  # fmt: skip
    rmse = float(np.sqrt(((truth - answers) ** 2).mean()))
    ax.set(xlim=ends, ylim=ends, aspect="equal")
    before = f"{name}, " if name else ""
    name_axes(ax, f"{before}right", f"{before}answered")
    dress(ax)
    ax.set_title(f"typically off by {rmse:.3g} (RMSE)", fontsize=9, color=INK, loc="left")
    return ax
