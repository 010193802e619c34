"""LSTMRegressor: from a series to a point, or from every frame to a point."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from ..batch import Series
from ..containers import DataSeries, DataSet
from ..errors import DimensionError, FluidSeriesWarning
from ..reading import read_targets, table_names
from .answers import as_points
from .corpus import Corpus, Split
from .limits import Limits, limits_of, require_limits
from .lstm import LSTMModel
from .trust import doubtful, shrinkage
from .weights import read_weights, without_weightless

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..engines import Session
    from ..training import Callback
    from .learned import Learned

__all__ = ["LSTMRegressor"]

Source: TypeAlias = "DataSeries | Sequence[ArrayLike] | NDArray[Any]"
Target: TypeAlias = "DataSet | DataSeries | Sequence[ArrayLike] | ArrayLike"
Weights: TypeAlias = "Mapping[str, float] | DataSet | ArrayLike | None"


class LSTMRegressor(RegressorMixin, LSTMModel):  # type: ignore[misc]
    """Learn to map each series to a point, with a long short-term memory network.

    **fit goes on from what was learned.** This is not scikit-learn's habit: call `fit` again and
    again with a small `max_iter`, watch the error, change `learn_rate` or `batch_size` between.
    Learning starts afresh after `clear`, with another `hidden_size` or `n_networks`, with data that
    do not fit what was learned (a warning says why), or always with ``warm_start=False``.

    Parameters
    ----------
    hidden_size : int or sequence of int
        How complex a series it can learn, paid in size and time. Several numbers are layers, each
        hearing the one before.
    max_iter : int
        Epochs of one `fit`: how often every series is shown. A few are often enough, since every
        frame of every series is learned from.
    learn_rate : float
        How far one adjustment goes, above 0 and at most 1; the most important setting. Too high and
        the error jumps about, too low and it hardly falls.
    batch_size : int or "auto"
        How many series between two adjustments. A number is kept to; "auto" follows the size of the
        corpus.
    schedule : "auto", "constant" or "cycle"
        How the rate moves within a fit. "constant": it is `learn_rate`. "cycle": it rises to
        `learn_rate` and falls to nothing, which ends better after many epochs. "auto": a cycle in a
        first fit of 20 epochs or more, else constant, so that short fits go on smoothly.
    momentum : float
        How much of its direction an adjustment keeps from those before, from 0 to below 1 (Adam's
        first beta).
    validation : float or "auto"
        A fraction of the series is held out from learning, on which the error is watched; the fit
        then keeps the epoch that did best on them, and a later fit goes on from it. While the data
        stay the same it is the best epoch of all these fits together: one that does no better
        leaves the networks as they were. "auto", where there are several networks and at
        least 50 series: each network holds out another part of its own, so that together they learn
        from all, and the answers are drawn towards the mean of the targets as far as these parts
        show that less is to be trusted. What was held out once is not learned from until `clear`.
    patience : int, optional
        Stop after so many epochs of a fit in which the held-out error was not less than ever
        before, and keep the epoch where it was least.
    output_limits : None, "trained" or (low, high)
        Answers are held within this range: that of the targets so far, or the same two numbers for
        every output.
    missing : "error", "interpolate" or "mask"
        What a NaN in a series is. "interpolate": a number on the straight line between its
        neighbours in time; in a stream, that of the frame before. "mask": nothing that says
        anything, so that the mean of its dimension is heard.
    standardize : bool
        Bring every dimension of source and target to mean 0 and standard deviation 1 inside the
        model. Predictions come back in the units of the target.
    warm_start : bool
        Whether `fit` goes on from what was learned.
    n_networks : int
        How many networks learn side by side, each from a start of its own; the answer is the mean
        of theirs. Several are right more often than one, at that many times the cost.
    random_state : int, optional
        With a number the same data give the same model. Used when learning starts afresh.
    n_jobs : int, optional
        Threads; all cores by default. The number changes no bit of the result.
    verbose : int
        1 prints a line per epoch.

    Attributes
    ----------
    loss_ : float
        Error of the last epoch: the mean squared distance from the target per output, in squared
        standard deviations of the training targets. 1 is as bad as always answering their mean.
    loss_curve_, validation_curve_ : list of float
        The error of every epoch since the model was new, on the training and the held-out series.
    n_iter_ : int
        Epochs since the model was new.

    Examples
    --------
    >>> import fluidseries as fs
    >>> rise, fall = [[0.0], [0.5], [1.0]], [[1.0], [0.5], [0.0]]
    >>> source = fs.DataSeries({"up": rise, "down": fall})
    >>> target = fs.DataSet({"up": [880.0], "down": [220.0]})
    >>> model = fs.LSTMRegressor(hidden_size=8, max_iter=100, random_state=0).fit(source, target)
    >>> model.predict(source)
    <DataSet: 2 points, 1 dim>
    >>> bool(abs(model.predict_point(rise)[0] - 880) < 60)
    True

    References
    ----------
    Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9(8).
    """

    def __init__(
        self,
        hidden_size: int | Sequence[int] = 32,
        max_iter: int = 200,
        learn_rate: float = 0.01,
        batch_size: int | str = "auto",
        *,
        schedule: str = "auto",
        momentum: float = 0.9,
        validation: float | str = "auto",
        patience: int | None = None,
        output_limits: str | tuple[float, float] | None = None,
        missing: str = "error",
        standardize: bool = True,
        warm_start: bool = True,
        n_networks: int = 5,
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_size = hidden_size
        self.max_iter = max_iter
        self.learn_rate = learn_rate
        self.batch_size = batch_size
        self.schedule = schedule
        self.momentum = momentum
        self.validation = validation
        self.patience = patience
        self.output_limits = output_limits
        self.missing = missing
        self.standardize = standardize
        self.warm_start = warm_start
        self.n_networks = n_networks
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(
        self,
        source: Source,
        target: Target,
        callback: Callback | None = None,
        *,
        sample_weight: Weights = None,
    ) -> Self:
        """Learn the targets of the series, going on from what was learned before.

        Parameters
        ----------
        source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
            The series; they may be of different lengths.
        target : DataSet, DataSeries, or ndarray of shape (n_series,) or (n_series, n_outputs)
            A point for each series, joined by identifier. A DataSeries, or a list of arrays, of as
            many frames as the source has one target for every frame.
        callback : callable, optional
            Called after every batch with epoch and batch (both from 0), the mean error of the epoch
            so far, and the error on the held-out series (None while there is none). If it returns
            True the fit ends there and keeps what it has learned. Small batches are learned several
            at a time, for 50 ms at most, before it hears of them.
        sample_weight : dict of str to float, DataSet, or array-like of shape (n_series,), optional
            How much each series counts in the error, by identifier if the source is a DataSeries; 1
            by default. Weight 2 counts as two such series would, and 0 as if it were not there.
            Weights do not change what is learned besides: the scaling, and the trust in answers.

        Returns
        -------
        self

        Raises
        ------
        IdentifierError
            If an identifier stands in only one of source and target.
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the data cannot be used; the model stays as it was.
        ParameterError
            If a parameter is outside its range.
        BusyError
            If another thread is fitting this model.
        KeyboardInterrupt
            On Ctrl-C, at the next batch; the model keeps the last finished epoch (with validation
            the best).
        """
        return self._fit(source, target, callback, sample_weight=sample_weight)

    def partial_fit(self, source: Source, target: Target, sample_weight: Weights = None) -> Self:
        """Learn for one epoch, going on from what was learned; see `fit`."""
        return self._fit(source, target, None, partial=True, sample_weight=sample_weight)

    def predict(self, source: Source) -> Any:
        """Answer for many series.

        Parameters
        ----------
        source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
            With as many dimensions per frame as in `fit`.

        Returns
        -------
        DataSet or ndarray
            For a DataSeries a DataSet with the same identifiers; for arrays an array of shape
            (n_series, n_outputs), or (n_series,) if the targets were 1-D. A model of one target per
            frame gives a DataSeries, or a list of arrays of shape (n_frames, n_outputs).

        Raises
        ------
        NotFittedError
            If nothing was learned.
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the data cannot be used.
        """
        learned = self._require_learned()
        series = self._series(source, learned)
        outputs = self._outputs(series, learned)
        if learned.per_frame:
            tables = _cut(outputs, series)
            if series.identifiers is None:
                return tables
            return DataSeries(zip(series.identifiers, tables, strict=True))
        return as_points(outputs, series.identifiers, learned.form)

    def predict_point(self, frames: ArrayLike) -> NDArray[np.float64]:
        """Answer for one series, quickly enough for live use.

        Parameters
        ----------
        frames : array-like of shape (n_frames, n_dims)
            One series, oldest frame first.

        Returns
        -------
        ndarray of shape (n_outputs,)
            In the units of the targets. A model of one target per frame gives that of the last
            frame.

        Raises
        ------
        NotFittedError
            If nothing was learned.
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the series cannot be used.
        """
        return self._point(frames, self._require_learned())

    def score(self, source: Source, target: Target, sample_weight: Weights = None) -> float:
        """Return R2, the share of the targets' variance that the predictions explain.

        1 is perfect and 0 as good as always answering the mean; see scikit-learn's r2_score.
        """
        learned = self._require_learned()
        series = self._series(source, learned, in_order=True)
        targets, _ = read_targets(target, series)
        truth = np.concatenate(targets)
        if truth.shape[1] != learned.network.n_outputs:
            raise DimensionError(
                f"the targets have {truth.shape[1]} dimensions, but this model answers with "
                f"{learned.network.n_outputs}: give it the targets that belong to it"
            )
        weights = read_weights(sample_weight, series)
        if weights is not None:
            weights = np.repeat(weights, [len(rows) for rows in targets])
        return float(r2_score(truth, self._outputs(series, learned), sample_weight=weights))

    def _after_fit(self, session: Session, corpus: Corpus, split: Split) -> None:
        """Learn from what each network held out for itself how far to trust the answers."""
        learned = self._require_learned()
        if not learned.apart:
            return
        outputs, targets, n_series = [], [], 0
        for member, rows in zip(learned.members, split.held_out, strict=True):
            if len(rows):
                outputs.append(session.outputs(member.parameters, rows).astype(np.float64))
                targets += [corpus.targets[row] for row in rows]
                n_series += len(rows)
        truth = learned.output_scaler.standardise(np.concatenate(targets))
        trust = shrinkage(np.concatenate(outputs), truth, n_series)
        if doubt := doubtful(trust, corpus.target_names):
            warnings.warn(doubt, FluidSeriesWarning, stacklevel=4)
        self._learned = replace(learned, trust=trust)

    def _corpus(
        self, source: Source, target: Target, known: Learned | None, sample_weight: Weights
    ) -> Corpus:
        require_limits(self.output_limits)
        series = self._series(source, known, in_order=True)
        targets, form = read_targets(target, series)
        series, targets, weights = without_weightless(sample_weight, series, targets)
        names = target.dim_names if isinstance(target, DataSeries) else table_names(target)
        return Corpus(series, targets, form, targets[0].shape[1], weights, None, targets, names)

    def _limits(self, learned: Learned) -> Limits | None:
        return limits_of(self.output_limits, learned)


def _cut(outputs: NDArray[np.float64], series: Series) -> list[NDArray[np.float64]]:
    """Give every series its frames."""
    ends = np.cumsum([len(frames) for frames in series.arrays])
    return np.split(outputs, ends[:-1])
