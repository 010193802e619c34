"""LSTMForecaster: goes on where a series stops, in the style of those it has learned."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

import numpy as np

from ..batch import Series
from ..containers import DataSeries
from ..errors import EmptyError, FluidSeriesWarning, InputTypeError, ParameterError
from ..reading import require_dims, require_origin
from .corpus import Corpus, Split
from .forecast_stream import ForecastStream
from .learned import Learned
from .limits import limits_of, require_limits
from .lstm import LSTMModel
from .modelfile import as_float64

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..engines import Session
    from ..training import Callback

__all__ = ["ForecastLearned", "LSTMForecast", "LSTMForecaster"]

# Frames of a piece, measured on the laser and the airline series (docs/learning.md).
PIECE = 64
ENOUGH_PIECES = 64

Source: TypeAlias = "DataSeries | Sequence[ArrayLike] | NDArray[Any]"


@dataclass(frozen=True)
class ForecastLearned(Learned):
    """What a forecaster has learned.

    Parameters
    ----------
    differences : bool
        Whether the network answers the step to the next frame instead of the frame.
    residual : float64 ndarray of shape (n_dims, n_dims)
        Lower triangle whose product with its transpose is the covariance of the one-step errors in
        training, in the units of the data.
    """

    differences: bool = False
    residual: NDArray[np.float64] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text from which `from_dict` makes an equal value."""
        residual = None if self.residual is None else self.residual.tolist()
        return {**super().to_dict(), "differences": self.differences, "residual": residual}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> ForecastLearned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        learned = cast("ForecastLearned", super().from_dict(content))
        residual, differences = content["residual"], content["differences"]
        if residual is not None:
            residual = as_float64(residual, 2 * (learned.network.n_inputs,))
        if not isinstance(differences, bool):
            raise TypeError(f"differences must be true or false, got {differences!r}")
        return replace(learned, differences=differences, residual=residual)


@dataclass(frozen=True)
class ForecastCorpus(Corpus):
    """A corpus that knows whether its targets are steps."""

    differences: bool = False


class LSTMForecaster(LSTMModel):
    """Learn to continue series in their own style, with a long short-term memory network.

    It learns to foretell the next frame at every frame, and then goes on by itself: each foretold
    frame is heard as if it had come in. **fit goes on from what was learned**, as LSTMRegressor's
    does.

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
        max_iter: int = 100,
        learn_rate: float = 0.01,
        batch_size: int | str = "auto",
        *,
        differences: bool | str = "auto",
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
        return self._fit(source, target, None, epochs=1, go_on=True)

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
        corpus = self._pairs(series, learned.differences)
        errors = self._outputs(corpus.series, learned) - np.concatenate(corpus.targets)
        steps = np.concatenate([np.diff(x, axis=0) for x in series.arrays])
        still = float((steps**2).sum())
        missed = float((errors**2).sum())
        return 1 - missed / still if still else float(missed == 0)

    def _corpus(self, source: Source, target: None, known: Learned | None) -> Corpus:
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
            differences = _climbs(series)
        return self._pairs(_pieces(series), differences)

    def _pairs(self, series: Series, differences: bool) -> ForecastCorpus:
        """Pair every frame with the one behind it."""
        long = [i for i, frames in enumerate(series.arrays) if len(frames) > 1]
        if not long:
            raise EmptyError("no series has two frames: there is nothing to foretell")
        if len(long) < len(series):
            warnings.warn(
                f"{len(series) - len(long)} series of one frame left out: they have no next frame",
                FluidSeriesWarning,
                stacklevel=5,
            )
        arrays = [series.arrays[i] for i in long]
        names = None if series.identifiers is None else [series.identifiers[i] for i in long]
        nexts = [np.diff(x, axis=0) if differences else x[1:] for x in arrays]
        targets = [np.asarray(x, dtype=np.float64) for x in nexts]
        heard = replace(series, arrays=[x[:-1] for x in arrays], identifiers=names)
        return ForecastCorpus(
            heard,
            targets,
            "frames",
            n_outputs=series.n_dims,
            tables=arrays,
            differences=differences,
        )

    def _new(self, corpus: Corpus, learned: Learned) -> Learned:
        values = {f.name: getattr(learned, f.name) for f in fields(learned)}
        return ForecastLearned(**values, differences=cast("ForecastCorpus", corpus).differences)

    def _grown(self, corpus: Corpus, known: Learned) -> Learned | None:
        now = cast("ForecastCorpus", corpus).differences
        same = cast("ForecastLearned", known).differences == now
        return super()._grown(corpus, known) if same else None

    def _after_fit(self, session: Session, corpus: Corpus, split: Split) -> None:
        """Measure the one-step errors on the training part."""
        rows = split.learned
        learned = cast("ForecastLearned", self._learned)
        scaler = learned.output_scaler
        each = [session.outputs(member.parameters, rows) for member in learned.members]
        errors = np.mean(each, axis=0, dtype=np.float64)
        errors -= scaler.standardise(np.concatenate([corpus.targets[row] for row in rows]))
        covariance = errors.T @ errors / len(errors)
        # A little on the diagonal: dimensions may depend on each other exactly.
        covariance += 1e-9 * np.eye(len(covariance))
        spread = np.linalg.cholesky(covariance).astype(np.float64)
        self._learned = replace(learned, residual=scaler.scale[:, np.newaxis] * spread)

    def _learned_from_dict(self, content: dict[str, Any]) -> Learned:
        return ForecastLearned.from_dict(content)


def _pieces(series: Series) -> Series:
    """Cut long series into pieces that are learned side by side.

    An adjustment after every few pieces teaches more than one after a thousand frames, and pieces
    fill the lanes of the core. Where there are few frames the pieces overlap, so that an epoch has
    enough of them.
    """
    enough = sum(len(frames) for frames in series.arrays) // PIECE >= ENOUGH_PIECES
    hop = PIECE // 2 if enough else PIECE // 8
    arrays, names = [], []
    for name, frames in zip(series.names, series.arrays, strict=True):
        # A short series is cut too if it is one of few: a third of it still teaches.
        length = min(PIECE, max(len(frames) // 3, PIECE // 2))
        last = max(0, len(frames) - length)
        starts = [*range(0, last, hop), last]
        arrays += [frames[start : start + length] for start in starts]
        names += [name] * len(starts)
    return replace(series, arrays=arrays, identifiers=names)


def _climbs(series: Series) -> bool:
    """Tell whether the later halves of the series leave the range of their earlier halves."""
    earlier = np.concatenate([frames[: -(-len(frames) // 2)] for frames in series.arrays])
    later = np.concatenate([frames[-(-len(frames) // 2) :] for frames in series.arrays])
    outside = (later < earlier.min(axis=0)) | (later > earlier.max(axis=0))
    return bool(len(later) and outside.mean(axis=0).max() > 0.5)


# The name of FluCoMa's object.
LSTMForecast = LSTMForecaster


def _require_temperature(temperature: Any) -> None:
    number = isinstance(temperature, Real) and not isinstance(temperature, bool)
    if not (number and 0 <= float(temperature) < float("inf")):
        raise ParameterError(f"temperature is {temperature!r}: it must be a number from 0 up")
