"""How learning went: the error of every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from .style import COLOURS, DASHES, INK, dress, name_axes, show_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["loss_curve"]

# Where the error falls by more than this, equal steps would show nothing of the end.
WIDE = 20


def loss_curve(ax: Axes, model: Any) -> Axes:
    """Draw a model's error over its epochs, and that of the held-out series where there are any.

    The best epoch on those is marked: it is the one that the fit kept.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    model : LSTMRegressor, MLPClassifier, ...
        Fitted, and with epochs: the nearest series have none.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the model has no epochs.
    NotFittedError
        If it has not learned anything yet.
    """
    if not hasattr(model, "max_iter"):
        raise InputError(
            f"a {type(model).__name__} only remembers its examples: it has no epochs to draw; "
            "give series and what is right too, to see how well it answers"
        )
    error = np.asarray(model.loss_curve_, dtype=np.float64)
    held_out = np.asarray(getattr(model, "validation_curve_", ()), dtype=np.float64)
    single = "o" if len(error) == 1 else None
    epochs = np.arange(1, len(error) + 1)
    ax.plot(epochs, error, color=COLOURS[0], linewidth=2, marker=single, label="learned from")
    if len(held_out):
        # Later bursts may have held something out where the first did not.
        then = epochs[len(error) - len(held_out) :]
        ax.plot(
            then, held_out, color=COLOURS[1], linewidth=2, linestyle=DASHES[1], label="held out"
        )
        best = int(held_out.argmin())
        ax.plot(
            then[best], held_out[best], marker="o", markersize=8, color=COLOURS[1],
            markeredgecolor=INK, linestyle="none", label=f"best: epoch {then[best]}",
        )  # fmt: skip
    both = np.concatenate([error, held_out])
    if both.min() > 0 and both.max() > WIDE * both.min():
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
    ax.locator_params(axis="x", integer=True)
    name_axes(ax, "epoch", _meaning(model))
    dress(ax)
    if len(held_out):
        show_legend(ax)
    return ax


def _meaning(model: Any) -> str:
    if hasattr(model, "predict_proba"):
        return f"error (cross-entropy; guessing: {np.log(max(2, len(model.classes_))):.2f})"
    return "error (1: as bad as always answering the mean)"
