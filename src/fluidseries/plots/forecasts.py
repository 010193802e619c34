"""How a series goes on: what was known, what a model thinks, and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import COLOURS, DASHES, FAINT, INK, dress, name_axes, show_legend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["forecast"]


def forecast(
    ax: Axes,
    heard: ArrayLike,
    foretold: Mapping[str, ArrayLike],
    right: ArrayLike | None = None,
    *,
    start: float = 0.0,
    step: float = 1.0,
    time: str = "frame",
    name: str = "value",
) -> Axes:
    """Draw a series, how others think that it goes on, and how it did.

    What is foretold begins at the last frame that was heard.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    heard : array-like of shape (n_frames,)
        What was known.
    foretold : mapping of str to array-like of shape (n_more,)
        What each thinks, by the name to show.
    right : array-like of shape (n_more,), optional
        What came.
    start, step : float
        Time of the first frame and between two frames.
    time, name : str
        What stands along the axes.

    Returns
    -------
    Axes
    """
    known = np.asarray(heard, dtype=np.float64)
    lines = {who: np.asarray(line, dtype=np.float64) for who, line in foretold.items()}
    came = None if right is None else np.asarray(right, dtype=np.float64)
    longest = max(map(len, [*lines.values(), *([] if came is None else [came])]))
    times = start + step * np.arange(len(known) + longest)
    ax.plot(times[: len(known)], known, color=INK, linewidth=1.4, label="heard")
    ax.axvspan(times[len(known) - 1], times[-1], color=FAINT, alpha=0.35, linewidth=0)
    for number, (who, line) in enumerate(lines.items()):
        ax.plot(
            times[len(known) - 1 : len(known) + len(line)], np.append(known[-1], line),
            color=COLOURS[(1, 4, 2)[number % 3]], linestyle=DASHES[number % 4],
            linewidth=2, label=who,
        )  # fmt: skip
    if came is not None:
        ax.plot(
            times[len(known) - 1 : len(known) + len(came)], np.append(known[-1], came),
            color=INK, linewidth=1.2, marker=".", markersize=5, label="what came",
        )  # fmt: skip
    ax.set_xlim(times[0], times[-1])
    name_axes(ax, time, name)
    dress(ax)
    show_legend(ax)
    return ax
