"""Fitting the linear part of a forecaster, and deciding from the series whether it helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from ..scaling import Scaler
from .linear_part import Autoregression

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["choose"]

Tables: TypeAlias = "Sequence[NDArray[np.float64]]"

# Frames or steps that it may look back, and how strongly its weights are held towards 0.
ORDERS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)
RIDGES = (1e-4, 1e-3, 1e-2, 1e-1)
# Many dimensions look back less far, and long corpora are learned from in part: a choice that takes
# longer than the networks' fit would not be worth it.
MOST_COLUMNS = 96
MOST_ROWS = 4096
MOST_SERIES = 64
# Held-out parts, and continuations of each.
FOLDS = 4
HORIZON = 64
MOST_STARTS = 32
# It helps where its continuations are at most so wrong, 1 being the better of the last frame and
# the mean; and who looks back less is as good if it is hardly worse.
HELPS = 0.7
HARDLY = 0.02
# More than that a continuation as long as the longest series may not grow: it would explode.
MOST_GROWTH = 10.0


def choose(tables: Tables, *, steps: bool, always: bool) -> tuple[Autoregression, ...] | None:
    """Fit what goes on best alone, or nothing where that does not help.

    Parts of the series are held out and continued, by ridge regressions (Hoerl and Kennard 1970)
    that look back more or less far.

    Parameters
    ----------
    tables : sequence of float64 ndarray of shape (n_frames, n_dims)
        At least two frames each.
    steps : bool
        Whether steps are foretold from steps, so that levels which never were can be reached.
    always : bool
        Whether one is wanted even if it does not help.

    Returns
    -------
    tuple of Autoregression or None
        The rungs of a LinearPart.
    """
    wrong = _errors(tables[:: -(-len(tables) // MOST_SERIES)], steps=steps)
    helpful = {trial: error for trial, error in wrong.items() if always or error <= HELPS}
    longest = max(map(len, tables))
    least = 0 if steps else 1
    for order, ridge in _in_turn(helpful):
        part = _Regression(tables, order, steps=steps).part(ridge)
        if part.growth**longest <= MOST_GROWTH:
            shorter = [one for one in (0, *ORDERS) if least <= one < order]
            early = [_Regression(tables, one, steps=steps).part(ridge) for one in shorter]
            return (*early, part)
    n_dims = tables[0].shape[1]
    return (Autoregression(np.eye(n_dims)[np.newaxis], np.zeros(n_dims)),) if always else None


class _Trial(NamedTuple):
    order: int
    ridge: float


def _in_turn(wrong: dict[_Trial, float]) -> list[_Trial]:
    """Return the best trials first: of those that are hardly worse the shortest, then others."""
    best = min(wrong.values(), default=0.0)

    def rank(trial: _Trial) -> tuple[bool, int, float]:
        good = wrong[trial] <= best + HARDLY
        return not good, trial.order if good else 0, wrong[trial]

    return sorted(wrong, key=rank)


class _Regression:
    """Ridge regressions of one order on the same series, for any ridge."""

    def __init__(self, tables: Tables, order: int, *, steps: bool) -> None:
        self.order, self.steps = order, steps
        answers = [np.diff(table, axis=0) for table in tables] if steps else tables
        answers = [table for table in answers if len(table) > order]
        self.scaler = Scaler.fit(answers)
        pairs = [_rows(self.scaler.standardise(table), order) for table in answers]
        X, y = (_fewer(np.concatenate(side)) for side in zip(*pairs, strict=True))
        self.X_mean, self.y_mean = X.mean(axis=0), y.mean(axis=0)
        X, y = X - self.X_mean, y - self.y_mean
        self.square, self.product = X.T @ X / len(X), X.T @ y / len(X)

    def part(self, ridge: float) -> Autoregression:
        """Return what foretells frames, also where steps were learned."""
        solution = np.linalg.solve(self.square + ridge * np.eye(len(self.square)), self.product)
        n_dims = len(self.scaler.mean)
        constant = self.y_mean - self.X_mean @ solution
        # Newest first, and from standardised numbers to the units of the data.
        weights = solution.reshape(self.order, n_dims, n_dims).transpose(0, 2, 1)[::-1]
        scale, mean = self.scaler.scale, self.scaler.mean
        weights = weights * scale[:, np.newaxis] / scale
        constant = mean + scale * constant - weights.sum(axis=0) @ mean
        if self.steps:
            # A sum over steps is a sum over frames, and the step starts from the last frame.
            nothing = np.zeros((1, n_dims, n_dims))
            weights = np.concatenate([weights, nothing]) - np.concatenate([nothing, weights])
            weights[0] += np.eye(n_dims)
        # Products round as their arrays lie: as a file gives them back.
        return Autoregression(np.ascontiguousarray(weights), constant)


def _rows(
    table: NDArray[np.float64], order: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return windows (n_rows, order * n_dims), oldest frame first, and what followed."""
    if not order:
        return np.empty((len(table), 0)), table
    windows = np.lib.stride_tricks.sliding_window_view(table[:-1], order, axis=0)
    return windows.transpose(0, 2, 1).reshape(len(windows), -1), table[order:]


def _fewer(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return table[:: -(-len(table) // MOST_ROWS)]


class _Fold(NamedTuple):
    """What is learned, what is heard then, and what came after that.

    Parameters
    ----------
    learned, heard : sequence of ndarray of shape (n_frames, n_dims)
    came : ndarray of shape (n_starts, horizon, n_dims)
    """

    learned: Tables
    heard: Tables
    came: NDArray[np.float64]


def _folds(tables: Tables) -> Iterator[_Fold]:
    """Hold out a fourth of the series after the other; with few of them the ends of all."""
    horizon = min(HORIZON, max(1, min(map(len, tables)) // 5))
    if len(tables) >= FOLDS:
        for fold in range(FOLDS):
            rest = [table for row, table in enumerate(tables) if row % FOLDS != fold]
            held_out = tables[fold::FOLDS]
            halves = [(len(table) // 2, len(table)) for table in held_out]
            yield _fold(rest, held_out, halves, horizon)
        return
    for tenths in (5, 6, 7, 8):
        cuts = [max(1, len(table) * tenths // 10) for table in tables]
        begun = [table[:cut] for table, cut in zip(tables, cuts, strict=True)]
        ends = [
            min(len(table), cut + max(horizon, len(table) // 5))
            for table, cut in zip(tables, cuts, strict=True)
        ]
        yield _fold(begun, tables, list(zip(cuts, ends, strict=True)), horizon)


def _fold(learned: Tables, tables: Tables, spans: Sequence[tuple[int, int]], horizon: int) -> _Fold:
    """Continue tables from places spread over their spans."""
    stride = -(-len(tables) // MOST_STARTS)
    tables, spans = tables[::stride], spans[::stride]
    heard, came = [], []
    for table, (low, high) in zip(tables, spans, strict=True):
        count = max(1, MOST_STARTS // len(tables))
        starts = np.linspace(max(1, low), max(1, low, high - horizon), count).astype(int)
        for start in np.unique(np.minimum(starts, len(table) - horizon)):
            heard.append(table[:start])
            came.append(table[start : start + horizon])
    return _Fold(learned, heard, np.array(came))


def _errors(tables: Tables, *, steps: bool) -> dict[_Trial, float]:
    """Return how wrong the continuations of each trial are, 1 being as bad as doing nothing."""
    n_dims, simple = tables[0].shape[1], np.zeros(2)
    found: dict[_Trial, float] | None = None
    for fold in _folds(tables):
        scale = Scaler.fit(fold.learned).scale
        last = np.array([table[-1:] for table in fold.heard])
        mean = np.mean(np.concatenate(fold.learned), axis=0)
        simple += [_wrong(told, fold, scale) for told in (last, mean)]
        here: dict[_Trial, float] = {}
        for order in _orders(fold.learned, n_dims, steps=steps):
            regression = _Regression(fold.learned, order, steps=steps)
            for ridge in RIDGES:
                told = _continued(regression.part(ridge), fold)
                here[_Trial(order, ridge)] = _wrong(told, fold, scale)
        # Only what could be tried everywhere can be compared.
        before = dict.fromkeys(here, 0.0) if found is None else found
        found = {trial: before[trial] + wrong for trial, wrong in here.items() if trial in before}
    if not found or not simple.min():
        return {}
    return {trial: float(np.sqrt(error / simple.min())) for trial, error in found.items()}


def _orders(tables: Tables, n_dims: int, *, steps: bool) -> Iterable[int]:
    for order in ORDERS:
        n_rows = sum(max(0, len(table) - order - steps) for table in tables)
        if order * n_dims <= min(MOST_COLUMNS, n_rows - 2):
            yield order


def _continued(part: Autoregression, fold: _Fold) -> NDArray[np.float64]:
    """Go on alone from all that was heard, of the shape of what came."""
    n_starts, horizon, n_dims = fold.came.shape
    n_back = part.n_back
    frames = np.empty((n_starts, n_back + horizon, n_dims))
    for row, table in zip(frames, fold.heard, strict=True):
        missing = max(0, n_back - len(table))
        row[:missing], row[missing:n_back] = table[0], table[-n_back:]
    flat, weights = frames.reshape(n_starts, -1), part.flat
    with np.errstate(over="ignore", invalid="ignore"):
        for at in range(horizon):
            window = flat[:, at * n_dims : (at + n_back) * n_dims]
            frames[:, n_back + at] = window @ weights + part.constant
    return frames[:, n_back:]


def _wrong(told: NDArray[np.float64], fold: _Fold, scale: NDArray[np.float64]) -> float:
    """Return the mean squared error in standard deviations, a large one where it exploded."""
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.abs((told - fold.came) / scale)
    return float((np.nan_to_num(far, nan=1e6).clip(max=1e6) ** 2).mean())
