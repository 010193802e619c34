"""How often every label is there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .style import COLOURS, INK, dress, name_axes, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..containers import LabelSet

__all__ = ["label_counts"]

MOST = 60


def label_counts(ax: Axes, labels: LabelSet) -> Axes:
    """Draw a bar for every label, as long as it is frequent; the rarest of very many are left out.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    labels : LabelSet
        Any number of labels.

    Returns
    -------
    Axes
    """
    counts = Counter(labels.values())
    shown = sorted(label for label, _ in counts.most_common(MOST))
    bars = ax.barh(range(len(shown)), [counts[label] for label in shown], color=COLOURS[0])
    ax.bar_label(bars, padding=3, fontsize=8, color=INK)
    ax.set_yticks(range(len(shown)), [short(label) for label in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    more = f" (the {MOST} most frequent of {len(counts)} labels)" if len(counts) > MOST else ""
    name_axes(ax, f"how often{more}", "")
    dress(ax)
    ax.grid(visible=False, axis="y")
    return ax
