"""How well a model answers on data, best on such as it has not learned from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import points, reading
from .containers import DataSeries
from .errors import DimensionError, EmptyError, InputError, InputTypeError
from .models.forecaster import LSTMForecaster
from .models.lstm import LSTMModel
from .models.mlp import MLPModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .batch import Series
    from .models.base import Model

__all__ = ["Evaluation", "Foretold", "Named", "Placed", "evaluate"]

Table: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True)
class Evaluation:
    """What every evaluation says.

    Parameters
    ----------
    model : str
        Kind of the model.
    examples : int
        Series or points that it answered for.
    """

    model: str
    examples: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, as JSON has them."""
        return asdict(self)


@dataclass(frozen=True)
class Named(Evaluation):
    """How well a classifier names.

    Parameters
    ----------
    accuracy : float
        Share of the examples that got their label.
    labels : list of str
        Every label that is right somewhere or was answered, sorted.
    confusion : list of list of int
        A row per right label and a column per answer, in the order of `labels`: how often.
    """

    accuracy: float
    labels: list[str]
    confusion: list[list[int]]


@dataclass(frozen=True)
class Placed(Evaluation):
    """How near a regressor comes, for each dimension of its answers.

    Parameters
    ----------
    rmse : list of float
        Root of the mean squared error, in the units of the target.
    r2 : list of (float or None)
        Share of the target's variance that is explained: 1 is perfect, 0 as good as always
        answering the mean. None where the target is the same everywhere.
    """

    rmse: list[float]
    r2: list[float | None]


@dataclass(frozen=True)
class Foretold(Evaluation):
    """How near a forecaster comes to the next frame, for each dimension.

    Parameters
    ----------
    frames : int
        How many frames were foretold: all but the first of every series. Missing numbers, and
        those behind one, do not count in the errors.
    rmse : list of float
        Root of the mean squared error, in the units of the series.
    rmse_repeating : list of float
        The same for repeating the last frame.
    score : float or None
        1 minus the squared error over that of repeating the last frame, over all dimensions: 1 is
        perfect, 0 as good as repeating. None where the series stand still.
    """

    frames: int
    rmse: list[float]
    rmse_repeating: list[float]
    score: float | None


def evaluate(model: Model[Any], source: Any, target: Any = None) -> Named | Placed | Foretold:
    """Let a model answer and compare with what is right.

    Parameters
    ----------
    model : LSTMClassifier, DTWRegressor, LSTMForecaster, ...
        Fitted.
    source : DataSeries or arrays, for an MLP model DataSet or array
        As for the model's ``fit``, but of data that it has not learned from.
    target : LabelSet, DataSet, DataSeries or arrays
        What is right, as for the model's ``fit``; none for a forecaster.

    Returns
    -------
    Named, Placed or Foretold
        For a classifier, a regressor or a forecaster.

    Raises
    ------
    InputTypeError
        If the target is missing, or the model takes none, or it is of another kind.
    IdentifierError
        If an identifier stands in only one of source and target.
    NotFittedError, DimensionError, NonFiniteError, EmptyError, InputError
        As the model's ``predict``, and if the targets have another shape than its answers.

    Examples
    --------
    >>> import fluidseries as fs
    >>> from fluidseries.evaluation import evaluate
    >>> series = fs.DataSeries({"a": [[0.0], [0.5], [1.0]], "b": [[1.0], [0.5], [0.0]]})
    >>> labels = fs.LabelSet({"a": "up", "b": "down"})
    >>> model = fs.DTWClassifier(num_neighbours=1).fit(series, labels)
    >>> unseen = fs.DataSeries({"c": [[0.2], [0.6], [0.8]], "d": [[0.9], [0.3], [0.1]]})
    >>> result = evaluate(model, unseen, fs.LabelSet({"c": "up", "d": "down"}))
    >>> result.accuracy, result.labels, result.confusion
    (1.0, ['down', 'up'], [[1, 0], [0, 1]])
    """
    kind = type(model).__name__
    if isinstance(source, DataSeries):
        reading.require_origin(source.origin, model.origin_)
    if isinstance(model, LSTMForecaster):
        if target is not None:
            raise InputTypeError(f"{kind} needs no target: the series go on by themselves")
        return _foretold(model, source)
    if target is None:
        raise InputTypeError(
            f"{kind} needs a target: give the right answer for each entry of the source"
        )
    if hasattr(model, "predict_proba"):
        return _named(model, source, target)
    return _placed(model, source, target)


def _named(model: Any, source: Any, target: Any) -> Named:
    if isinstance(model, MLPModel):
        examples = points.read_points(source, in_order=True)
        right, data = points.read_labels(target, examples), [*examples.table]
    else:
        series = _read(model, source)
        right, data = reading.read_labels(target, series), series.arrays
    # A rejected example is a miss, also where labels are numbers.
    truth, answers = [str(x) for x in right], [str(x) for x in model.predict(data).tolist()]
    labels = sorted({*truth, *answers})
    rows = {label: row for row, label in enumerate(labels)}
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for one, other in zip(truth, answers, strict=True):
        confusion[rows[one], rows[other]] += 1
    accuracy = float(np.trace(confusion) / len(truth))
    return Named(type(model).__name__, len(truth), accuracy, labels, confusion.tolist())


def _placed(model: Any, source: Any, target: Any) -> Placed:
    if isinstance(model, MLPModel):
        examples = points.read_points(source, in_order=True)
        truth, _ = points.read_target_points(target, examples)
        data = [*examples.table]
    else:
        series = _read(model, source)
        targets, _ = reading.read_targets(target, series)
        truth, data = np.concatenate(targets), series.arrays
    answers = model.predict(data)
    # One point per frame comes as a list of tables.
    table = np.concatenate(answers) if isinstance(answers, list) else answers
    errors = truth - _as_wide(np.reshape(table, (len(table), -1)), truth)
    variance = ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)
    missed = (errors**2).sum(axis=0)
    r2 = [1 - float(m / v) if v else None for m, v in zip(missed, variance, strict=True)]
    return Placed(type(model).__name__, len(data), _root(missed, len(truth)), r2)


def _as_wide(answers: Table, truth: Table) -> Table:
    if answers.shape[1] != truth.shape[1]:
        raise DimensionError(
            f"the targets have {truth.shape[1]} dimensions, but this model answers with "
            f"{answers.shape[1]}: give it the targets that belong to it"
        )
    if len(answers) != len(truth):
        raise InputError(
            f"there are {len(truth)} targets, but this model gives {len(answers)} answers: one of "
            "the two is a point per series, the other a point per frame"
        )
    return answers


def _read(model: Any, source: Any) -> Series:
    """Read series as the model's fit does, with what it hears where numbers are missing."""
    if isinstance(model, LSTMModel):
        return model._series(source, model._require_learned(), in_order=True)
    return reading.read_series(source, in_order=True)


def _foretold(model: LSTMForecaster, source: Any) -> Foretold:
    series = _read(model, source)
    stream = model.stream(temperature=0)
    reading.require_dims("the source", series.n_dims, model.n_features_in_)
    errors, steps = [], []
    for frames in _as_given(source, series):
        stream.reset()
        # A missing number is filled in by the stream: a line to the next would give that away.
        foretold = np.array([stream.step(frame) for frame in frames[:-1]])
        errors.append(foretold.reshape(-1, series.n_dims) - frames[1:])
        steps.append(np.diff(frames, axis=0))
    missed, still = (np.concatenate(rows).astype(np.float64) for rows in (errors, steps))
    known = ~np.isnan(still)
    counts = known.sum(axis=0)
    if not counts.all():
        raise EmptyError("no series has two frames: there is nothing to foretell")
    wrong, moved = (np.where(known, rows**2, 0.0).sum(axis=0) for rows in (missed, still))
    score = 1 - float(wrong.sum() / moved.sum()) if moved.any() else None
    rmse, repeating = _root(wrong, counts), _root(moved, counts)
    return Foretold(type(model).__name__, len(series), len(missed), rmse, repeating, score)


def _as_given(source: Any, series: Series) -> list[Table]:
    """Return the frames of checked series with NaN where numbers are missing."""
    named = series.identifiers is not None
    given = [source[name] for name in series.names] if named else source
    pairs = zip(given, series.arrays, strict=True)
    return [np.asarray(frames, np.float64).reshape(known.shape) for frames, known in pairs]


def _root(squares: Table, counts: Any) -> list[float]:
    roots: list[float] = np.sqrt(squares / counts).tolist()
    return roots
