"""Time along an axis: seconds where it is known how many frames there are in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .style import name_axes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["name_time", "rate_of", "times"]


def rate_of(origin: Mapping[str, Any]) -> float | None:
    """Return the frames per second that an origin tells, or None.

    Examples
    --------
    >>> rate_of({"rate": 100}), rate_of({})
    (100.0, None)
    """
    rate = origin.get("rate")
    known = isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0
    return float(rate) if known and rate is not None else None


def times(n_frames: int, rate: float | None, start: int = 0) -> NDArray[np.float64]:
    """Return the time of each frame: in seconds, or counted in frames."""
    return np.arange(start, start + n_frames) / (rate or 1.0)


def name_time(ax: Axes, rate: float | None, up: str) -> None:
    """Say what is drawn along the axes; there are no halves of frames."""
    name_axes(ax, "frame" if rate is None else "time (s)", up)
    if rate is None:
        ax.locator_params(axis="x", integer=True)
