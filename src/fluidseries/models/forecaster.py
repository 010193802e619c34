"""LSTMForecaster: goes on where a series stops, in the style of those it has learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

import numpy as np

from ..containers import DataSeries
from ..errors import FluidSeriesError, InputTypeError, ParameterError
from ..reading import require_dims, require_origin
from .corpus import Corpus, Split
from .forecast_corpus import ForecastCorpus, climbs, less_linear, paired
from .forecast_learned import ForecastLearned
from .forecast_linear import with_linear, with_trust
from .forecast_stream import ForecastStream
from .learned import Learned
from .limits import limits_of, require_limits
from .lstm import LSTMModel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..engines import Session
    from ..training import Callback

__all__ = ["ForecastLearned", "LSTMForecast", "LSTMForecaster"]

Source: TypeAlias = "DataSeries | Sequence[ArrayLike] | NDArray[Any]"


class LSTMForecaster(LSTMModel):
    """Learn to continue series in their own style, with a long short-term memory network.

    It learns to foretell the next frame at every frame, and then goes on by itself: each of its
    networks hears the frame that it foretold as if it had come in, and the mean of theirs comes
    out (with a temperature all hear what comes out). **fit goes on from what was learned**, as
    LSTMRegressor's does.

    Parameters
    ----------
    hidden_size, max_iter, learn_rate, batch_size, schedule, momentum, validation, patience, \
output_limits, missing, standardize, warm_start, n_networks, random_state, n_jobs, verbose
        As LSTMRegressor has them.
    differences : bool or "auto"
        Learn the step from frame to frame instead of the next frame itself: for series that rise or
        fall beyond where they have been. "auto": where most of what the later halves of the first
        fit's series hold lies outside of the range of their earlier halves.
    temperature : float
        How much chance there is in what follows, from 0 (none: long continuations may settle on one
        value or one loop) by 1 (as much as the network's error in training) upwards.

    Attributes
    ----------
    loss_, loss_curve_, validation_curve_, n_iter_
        As LSTMRegressor has them; the error is that of the next frame.

    References
    ----------
    G. P. Zhang (2003). Time series forecasting using a hybrid ARIMA and neural network model.
    Neurocomputing 50, 159-175: a linear model first, a network for what it leaves.

    Examples
    --------
    >>> import numpy as np
    >>> import fluidseries as fs
    >>> wave = np.sin(np.arange(200) * 0.3)
    >>> model = fs.LSTMForecaster(hidden_size=16, max_iter=300, random_state=0).fit([wave])
    >>> more = model.predict_series(wave, forecast_length=10)
    >>> bool(np.abs(more[:, 0] - np.sin(np.arange(200, 210) * 0.3)).max() < 0.2)
    True
    """

    def __init__(
        self,
        hidden_size: int | Sequence[int] = 32,
        max_iter: int = 200,
        learn_rate: float = 0.01,
        batch_size: int | str = "auto",
        *,
        differences: bool | str = "auto",
        linear: bool | str = "auto",
        temperature: float = 0.0,
        schedule: str = "auto",
        momentum: float = 0.9,
        validation: float | str = 0.0,
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
        self.differences = differences
        self.linear = linear
        self.temperature = temperature
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

    def fit(self, source: Source, target: None = None, callback: Callback | None = None) -> Self:
        """Learn how the series go on, from what was learned before.

        Parameters
        ----------
        source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
            The series; those of one frame have nothing to teach and are left out with a warning.
        target : None
            There for scikit-learn's tools: the series are their own target.
        callback : callable, optional
            As LSTMRegressor's.

        Returns
        -------
        self

        Raises
        ------
        EmptyError
            If no series has two frames.
        DimensionError, NonFiniteError, InputTypeError, ParameterError, BusyError, KeyboardInterrupt
            As LSTMRegressor's fit.
        """
        return self._fit(source, target, callback)

    def partial_fit(self, source: Source, target: None = None) -> Self:
        """Learn for one epoch, going on from what was learned; see `fit`."""
        return self._fit(source, target, None, partial=True)

    def predict(self, source: Source, forecast_length: int | None = None) -> Any:
        """Continue many series.

        Parameters
        ----------
        source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
            What has been heard so far.
        forecast_length : int, optional
            Frames to add; as many as came in by default.

        Returns
        -------
        DataSeries or list of ndarray of shape (forecast_length, n_dims)
            The continuations alone; for a DataSeries with the same identifiers.

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, EmptyError, InputTypeError, ParameterError
            As LSTMRegressor's predict.
        """
        learned = self._require_learned()
        series = self._series(source, learned)
        require_origin(series.origin, learned.origin)
        require_dims("the source", series.n_dims, learned.network.n_inputs)
        stream = self.stream()
        tables = [stream.continued(frames, forecast_length) for frames in series.arrays]
        if series.identifiers is None:
            return tables
        # What goes on in the same style is of the same kind.
        return DataSeries(zip(series.identifiers, tables, strict=True), origin=learned.origin)

    def predict_series(
        self, frames: ArrayLike, forecast_length: int | None = None
    ) -> NDArray[np.float64]:
        """Continue one series of shape (n_frames, n_dims); see `predict`."""
        checked = self._frames(frames, self._require_learned())
        return self.stream().continued(checked, forecast_length)

    def predict_point(self, frames: ArrayLike) -> NDArray[np.float64]:
        """Return the frame (n_dims,) that follows one series of shape (n_frames, n_dims)."""
        point: NDArray[np.float64] = self.predict_series(frames, 1)[0]
        return point

    def stream(  # type: ignore[override]
        self, window: int | None = None, temperature: float | None = None
    ) -> ForecastStream:
        """Hear a series frame by frame, foretelling the next, and go on alone when asked.

        Parameters
        ----------
        window : int, optional
            As LSTMRegressor's stream.
        temperature : float, optional
            Instead of the model's.

        Returns
        -------
        ForecastStream
            With ``step(frame)``, ``run(n)`` and ``reset()``.
        """
        chance = self.temperature if temperature is None else temperature
        _require_temperature(chance)
        learned = cast("ForecastLearned", self._require_learned())
        limits = limits_of(self.output_limits, learned)
        return ForecastStream(learned, window, chance, self.random_state, limits, self.missing)

    def score(self, source: Source, target: None = None) -> float:
        """Return 1 minus the squared error of the next frame, over that of repeating the last
        frame.

        1 is perfect, 0 as good as repeating the last frame, below 0 worse.
        """
        del target
        learned = cast("ForecastLearned", self._require_learned())
        series = self._series(source, learned, in_order=True)
        corpus = paired(series, learned.differences)
        if learned.linear is not None:
            corpus = less_linear(corpus, learned.linear)
        errors = self._outputs(corpus.series, learned) - np.concatenate(corpus.targets)
        steps = np.concatenate([np.diff(x, axis=0) for x in series.arrays])
        still = float((steps**2).sum())
        missed = float((errors**2).sum())
        return 1 - missed / still if still else float(missed == 0)

    def _corpus(
        self, source: Source, target: None, known: Learned | None, sample_weight: None
    ) -> Corpus:
        del sample_weight
        if callable(target):
            raise InputTypeError(
                "fit takes a target second, which a forecaster does not need: write callback=..."
            )
        _require_temperature(self.temperature)
        require_limits(self.output_limits)
        series = self._series(source, known, in_order=True)
        if not isinstance(self.differences, str):
            differences = bool(self.differences)
        elif known is not None and known.network.n_inputs == series.n_dims:
            differences = cast("ForecastLearned", known).differences
        else:
            differences = climbs(series)
        corpus = paired(series, differences, cut=True)
        return replace(corpus, climbs=climbs(series))

    def _new(self, corpus: Corpus, learned: Learned) -> Learned:
        values = {f.name: getattr(learned, f.name) for f in fields(learned)}
        return ForecastLearned(**values, differences=cast("ForecastCorpus", corpus).differences)

    def _misfit_of_targets(self, corpus: Corpus, known: Learned) -> FluidSeriesError | None:
        before = cast("ForecastLearned", known)
        now = {"differences": bool(cast("ForecastCorpus", corpus).differences)}
        was = {"differences": before.differences}
        if not isinstance(self.linear, str):
            now["linear"], was["linear"] = bool(self.linear), before.linear is not None
        for name, value in now.items():
            if value != was[name]:
                return ParameterError(
                    f"{name} is {value} now, and what was learned has {was[name]}"
                )
        return super()._misfit_of_targets(corpus, known)

    def _before_scaling(
        self, corpus: Corpus, split: Split, learned: Learned
    ) -> tuple[Corpus, Split, Learned]:
        """Fit the linear part in the first fit; leave to the networks what it does not foretell."""
        corpus, learned = cast("ForecastCorpus", corpus), cast("ForecastLearned", learned)
        if not learned.loss_curve:
            learned = with_linear(self, corpus, split, learned)
        if learned.linear is None:
            return corpus, split, learned
        corpus, split = learned.linear.blocks.split(corpus, split)
        return less_linear(corpus, learned.linear), split, learned

    def _after_fit(self, session: Session, corpus: Corpus, split: Split) -> None:
        """Measure how far to trust the networks, and the one-step errors on the training part."""
        learned = cast("ForecastLearned", self._learned)
        learned = with_trust(self, cast("ForecastCorpus", corpus), split, learned)
        rows = split.learned
        scaler = learned.output_scaler
        each = [session.outputs(member.parameters, rows) for member in learned.members]
        errors = np.mean(each, axis=0, dtype=np.float64)
        if learned.trust is not None:
            errors *= learned.trust
        errors -= scaler.standardise(np.concatenate([corpus.targets[row] for row in rows]))
        covariance = errors.T @ errors / len(errors)
        # A little on the diagonal: dimensions may depend on each other exactly.
        covariance += 1e-9 * np.eye(len(covariance))
        spread = np.linalg.cholesky(covariance).astype(np.float64)
        self._learned = replace(learned, residual=scaler.scale[:, np.newaxis] * spread)

    def _learned_from_dict(self, content: dict[str, Any]) -> Learned:
        return ForecastLearned.from_dict(content)


# The name of FluCoMa's object.
LSTMForecast = LSTMForecaster


def _require_temperature(temperature: Any) -> None:
    number = isinstance(temperature, Real) and not isinstance(temperature, bool)
    if not (number and 0 <= float(temperature) < float("inf")):
        raise ParameterError(f"temperature is {temperature!r}: it must be a number from 0 up")
