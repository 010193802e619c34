"""What an LSTM learns from: series with targets, and which of them each network holds out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FluidSeriesWarning, InputError
from ..holding_out import draw_fold_seed, draw_split_seed, fold_of, is_held_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..batch import Series
    from .learned import Learned
    from .lstm import LSTMModel

__all__ = ["Corpus", "Split", "draw_split", "split_of"]

# With fewer series a held-out part says nothing and takes what there is to learn from.
FEWEST_FOR_VALIDATION = 20
# With fewer series every network needs all: 30 gestures may be 30 settings to be learned by heart.
FEWEST_TO_HOLD_APART = 50


@dataclass(frozen=True)
class Corpus:
    """Checked series with their targets.

    Parameters
    ----------
    series : Series
        What goes in.
    targets : list of float64 ndarray
        For each series a (1, n_outputs) row, or (n_frames, n_outputs) with one target per frame.
        For classes the number of the class stands there.
    form : str
        See `Learned`.
    n_outputs : int
        Outputs that the network needs for them.
    weights : ndarray of shape (n_series,), optional
        How much each series counts, above 0.
    labels : list, optional
        What each series is called.
    tables : list of float64 ndarray of shape (n_rows, n_outputs)
        Answers that would be right, in the units in which they are given; none for classes.
    target_names : list of str
        What the outputs are called, where that is known.
    centred : bool
        Whether scaling takes the mean from the targets; not where they are what a linear part left.
    """

    series: Series
    targets: list[NDArray[np.float64]]
    form: str
    n_outputs: int
    weights: NDArray[Any] | None = None
    labels: list[Any] | None = None
    tables: list[NDArray[np.float64]] = field(default_factory=list)
    target_names: list[str] = field(default_factory=list)
    centred: bool = True


@dataclass(frozen=True)
class Split:
    """For each network rows of the series that it learns from, and rows that it holds out."""

    rows: list[NDArray[np.int64]]
    held_out: list[NDArray[np.int64]]

    @property
    def learned(self) -> NDArray[np.int64]:
        """Rows of the series that at least one network learns from."""
        return np.unique(np.concatenate(self.rows))


def draw_split(model: LSTMModel, corpus: Corpus, rng: np.random.Generator) -> tuple[int, bool]:
    """Draw who is held out; tell whether each network holds out a part of its own."""
    names, labels = corpus.series.names, corpus.labels
    if isinstance(model.validation, str):
        apart = model.n_networks > 1 and len(set(names)) >= FEWEST_TO_HOLD_APART
        return draw_fold_seed(names, model.n_networks if apart else 1, rng, labels), apart
    enough = len(names) >= FEWEST_FOR_VALIDATION
    return draw_split_seed(names, model.validation if enough else 0.0, rng, labels), False


def split_of(model: LSTMModel, corpus: Corpus, learned: Learned) -> tuple[Split, Learned]:
    """Return who learns from what, and the largest fraction held out so far noted."""
    names = corpus.series.names
    fraction = _fraction(model, len(names), learned)
    out = np.array([is_held_out(name, learned.split_seed, fraction) for name in names])
    if fraction and not out.any() and not learned.loss_curve:
        warnings.warn(
            f"validation is off: a share of {fraction:g} of these series is less than one "
            "whole series",
            FluidSeriesWarning,
            stacklevel=5,
        )
    if out.all():
        raise InputError(
            f"all {len(out)} series are held out for validation, so there is nothing to learn "
            "from: "
            "add series, or clear() and use a smaller validation"
        )
    outs = [out] * len(learned.members)
    if learned.apart:
        folds = np.array([fold_of(x, learned.split_seed, len(outs)) for x in names])
        # A few series that came later may all be one network's: it then has to learn from them.
        own = [folds == number for number in range(len(outs))]
        outs = [out | mine if (~out & ~mine).any() else out for mine in own]
    held_out = [np.flatnonzero(one) for one in outs]
    if model.patience is not None and not any(map(len, held_out)):
        warnings.warn(
            "patience is without effect: no series is held out to watch; set validation",
            FluidSeriesWarning,
            stacklevel=5,
        )
    split = Split([np.flatnonzero(~one) for one in outs], held_out)
    return split, replace(learned, held_out=fraction)


def _fraction(model: LSTMModel, n_series: int, learned: Learned) -> float:
    """Return the share of the series that is held out from all networks."""
    if isinstance(model.validation, str) or model.validation <= learned.held_out:
        return learned.held_out
    if n_series >= FEWEST_FOR_VALIDATION:
        return model.validation
    warnings.warn(
        f"validation is off: with {n_series} series all are needed to learn from "
        f"(it starts at {FEWEST_FOR_VALIDATION})",
        FluidSeriesWarning,
        stacklevel=6,
    )
    return learned.held_out
