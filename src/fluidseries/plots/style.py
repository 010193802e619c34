"""How all pictures look: colours, markers and dashes that stay apart for everybody's eyes.

Whatever a colour tells, a marker, a dash or a number tells too, so that a picture survives a
colour-blind eye and a printer without colours. Maps get lighter as numbers grow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

__all__ = [
    "COLOURS",
    "DASHES",
    "FAINT",
    "INK",
    "MAP",
    "MARKERS",
    "dress",
    "fade",
    "name_axes",
    "short",
    "show_legend",
    "value_bar",
]

# Nine colours that stay apart for colour-blind eyes too (Paul Tol's "muted" scheme), dark and light
# in turn.
COLOURS = (
    "#332288", "#CC6677", "#44AA99", "#882255", "#88CCEE",
    "#117733", "#DDCC77", "#AA4499", "#999933",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "p")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
INK, FAINT = "#333333", "#dddddd"

# Made for colour-blind eyes (Nuñez, Anderton and Renslow 2018); its lightness only grows.
MAP = "cividis"

MOST_NAMES = 24


def fade(ax: Axes) -> None:
    """Draw the frame around the axes faintly."""
    for spine in ax.spines.values():
        spine.set_color(FAINT)


def dress(ax: Axes) -> None:
    """Give small labels, a faint grid behind everything, and a faint frame."""
    ax.tick_params(length=0, labelsize=8, labelcolor=INK)
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    fade(ax)


def name_axes(ax: Axes, across: str, up: str) -> None:
    """Say what is drawn along both axes."""
    ax.set_xlabel(across, fontsize=9, color=INK)
    ax.set_ylabel(up, fontsize=9, color=INK)


def short(name: str, most: int = 24) -> str:
    """Cut a name that would leave the picture no room."""
    return name if len(name) <= most else f"{name[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def show_legend(ax: Axes, names: Sequence[str] | None = None) -> None:
    """Explain colours beside the axes, where nothing can lie under it; the rest is counted.

    Without names, inside: for a few lines that leave room.
    """
    if names is None:
        ax.legend(frameon=False, fontsize=9)
        return
    handles, labels = ax.get_legend_handles_labels()
    labels = [short(label) for label in labels]
    if len(labels) > MOST_NAMES:
        more = f"and {len(labels) - MOST_NAMES + 1} more"
        (nothing,) = ax.plot([], [], linestyle="none", label="_")
        labels = [*labels[: MOST_NAMES - 1], more]
        handles = [*handles[: MOST_NAMES - 1], nothing]
    legend = ax.legend(
        handles, labels, frameon=False, fontsize=8, loc="upper left",
        bbox_to_anchor=(1.01, 1.01), borderaxespad=0,
    )  # fmt: skip
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1)


def value_bar(ax: Axes, image: Any, meaning: str) -> None:
    """Say which shade is which number."""
    figure = ax.figure
    bar = figure.colorbar(image, ax=ax, pad=0.02, fraction=0.05)
    bar.outline.set_edgecolor(FAINT)
    bar.ax.tick_params(length=0, labelsize=8, labelcolor=INK)
    bar.set_label(meaning, fontsize=9, color=INK)
