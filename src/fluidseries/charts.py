"""Pictures of answers over time and of mix-ups: each draws into an Axes and returns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .plots import COLOURS, FAINT, INK, fade

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["confusion", "continuation", "recognition"]


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
    for row, column in np.argwhere(table):
        ax.text(
            column, row, f"{table[row, column]:g}", ha="center", va="center", fontsize=9,
            color="white" if shares[row, column] > 0.5 else INK,
        )  # fmt: skip
    places = range(len(labels))
    ax.set_xticks(places, labels, rotation=45, ha="right")
    ax.set_yticks(places, labels)
    ax.set_xlabel("answered", fontsize=9, color=INK)
    ax.set_ylabel("right", fontsize=9, color=INK)
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
    ax.plot(frames, 100 * over, color=COLOURS[6], linewidth=1.2, linestyle="--", label="over")
    ax.set(xlim=(1, longest), ylim=(0, 102))
    ax.set_xlabel("frames heard", fontsize=9, color=INK)
    ax.set_ylabel("% of the series", fontsize=9, color=INK)
    _dress(ax)
    return ax


def continuation(
    ax: Axes,
    heard: ArrayLike,
    right: ArrayLike,
    continuations: Mapping[str, ArrayLike],
    *,
    start: float = 0.0,
    step: float = 1.0,
) -> Axes:
    """Draw a series, how it went on, and how others thought that it would.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    heard : array-like of shape (n_frames,)
        What was known.
    right : array-like of shape (n_more,)
        What came.
    continuations : mapping of str to array-like of shape (n_more,)
        What each thought, by the name to show.
    start, step : float
        Time of the first frame and between two frames.

    Returns
    -------
    Axes
    """
    known, came = np.asarray(heard), np.asarray(right)
    times = start + step * np.arange(len(known) + len(came))
    ax.plot(times, np.concatenate([known, came]), color=INK, linewidth=1.4, label="what came")
    ax.axvspan(times[len(known)], times[-1], color=FAINT, alpha=0.35, linewidth=0)
    for (name, line), colour in zip(continuations.items(), (COLOURS[6], COLOURS[1]), strict=False):
        ax.plot(times[len(known) :], np.asarray(line), color=colour, linewidth=2, label=name)
    ax.set_xlim(times[0], times[-1])
    _dress(ax)
    return ax


def _dress(ax: Axes) -> None:
    ax.tick_params(length=0, labelsize=8, labelcolor=INK)
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(frameon=False, fontsize=9)
    fade(ax)
