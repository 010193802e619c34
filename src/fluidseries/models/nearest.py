"""DTWClassifier and DTWRegressor: the answer of the nearest series, time stretched as need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import r2_score

from .. import _core
from ..batch import Series
from ..errors import InputTypeError, ParameterError
from ..labels import as_array, require_kept_labels
from ..reading import (
    read_frames,
    read_labels,
    read_series,
    read_targets,
    require_dims,
    require_origin,
)
from ..scaling import Scaler
from ..warping import constraint_of
from .answers import as_labels, as_points
from .base import Model
from .parameters import n_threads
from .scoring import accuracy
from .weights import read_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..containers import DataSeries

__all__ = ["DTWClassifier", "DTWRegressor", "packed"]

Source: TypeAlias = "DataSeries | Sequence[ArrayLike] | NDArray[Any]"


@dataclass(frozen=True)
class Examples:
    """All that these models learn: the examples themselves.

    Parameters
    ----------
    names : list of str
        Identifiers or row numbers.
    arrays : list of float64 ndarray of shape (n_frames, n_dims)
        In their own units.
    answers : list
        A label each, or a list of numbers each.
    form : str
        "point", "vector" (1-D targets) or "label".
    scaler : Scaler
        What distances are measured in.
    origin : dict
        How the frames were made; {} if that is not known.
    """

    names: list[str]
    arrays: list[NDArray[np.float64]]
    answers: list[Any]
    form: str
    scaler: Scaler
    origin: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def corpus(self) -> _core.DtwCorpus:
        """The examples as the core compares them."""
        return _core.DtwCorpus(*packed(self.arrays, self.scaler))

    @property
    def classes(self) -> list[Any]:
        """The labels, sorted."""
        return sorted(set(self.answers))

    @property
    def n_dims(self) -> int:
        """Dimensions per frame."""
        return int(self.arrays[0].shape[1])

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "corpus"}


class NearestModel(Model[Examples]):
    """What both share: examples, distances, weights."""

    num_neighbours: int
    constraint: str
    constraint_param: float
    standardize: bool
    n_jobs: int | None

    def _learn(self, series: Series, answers: list[Any], form: str) -> Self:
        with self._alone("fit"):
            self._check()
            arrays = [np.array(frames, dtype=np.float64) for frames in series.arrays]
            scaler = Scaler.fit(arrays) if self.standardize else Scaler.identity(series.n_dims)
            names = list(series.names)
            self._learned = Examples(names, arrays, answers, form, scaler, series.origin)
        return self

    def _check(self) -> None:
        count = self.num_neighbours
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise ParameterError(
                f"num_neighbours is {count!r}: it must be a whole number from 1 up"
            )
        constraint_of(self.constraint, self.constraint_param)

    def _shares(
        self, arrays: list[NDArray[Any]], learned: Examples
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest examples of each series and how much each counts; rows sum to 1.

        Each counts by the inverse of its distance (Dudani 1976 in spirit); an example at distance 0
        counts alone.
        """
        self._check()
        k = min(self.num_neighbours, len(learned.arrays))
        rows = np.empty((len(arrays), k), np.int64)
        distances = np.empty((len(arrays), k))
        frames, offsets = packed(arrays, learned.scaler)
        threads = n_threads(self.n_jobs)
        how = constraint_of(self.constraint, self.constraint_param)
        learned.corpus.nearest(frames, offsets, *how, threads, rows, distances)
        same = distances == 0
        distances[~np.isfinite(distances)] = np.finfo(np.float64).max
        near = np.where(same, 1.0, 1.0 / np.where(same, 1.0, distances))
        near[same.any(axis=1)] *= same[same.any(axis=1)]
        shares: NDArray[np.float64] = near / near.sum(axis=1, keepdims=True)
        return rows, shares

    def _read(self, source: Source, *, in_order: bool = False) -> tuple[Examples, Series]:
        learned = self._require_learned()
        series = read_series(source, in_order=in_order)
        require_origin(series.origin, learned.origin)
        require_dims("the source", series.n_dims, learned.n_dims)
        return learned, series

    @property
    def n_features_in_(self) -> int:
        """Dimensions per frame."""
        return self._require_learned().n_dims

    def _learned_to_dict(self, learned: Examples) -> dict[str, Any]:
        return {
            "names": learned.names,
            "series": [frames.tolist() for frames in learned.arrays],
            "answers": learned.answers,
            "form": learned.form,
            "scaling": learned.scaler.to_dict(),
        }

    def _learned_from_dict(self, content: dict[str, Any]) -> Examples:
        arrays = [np.array(frames, dtype=np.float64) for frames in content["series"]]
        scaler = Scaler.from_dict(content["scaling"])
        names, answers = list(content["names"]), list(content["answers"])
        wide = {(frames.ndim, *frames.shape[1:]) for frames in arrays}
        if wide != {(2, len(scaler.mean))} or not len(arrays) == len(names) == len(answers):
            raise ValueError("series, names, answers and scaling do not fit each other")
        if not all(len(frames) and np.isfinite(frames).all() for frames in arrays):
            raise ValueError("a series is empty or not finite")
        return Examples(names, arrays, answers, str(content["form"]), scaler)


class DTWClassifier(ClassifierMixin, NearestModel):  # type: ignore[misc]
    """Name a series as the examples nearest to it are named, by dynamic time warping.

    It learns nothing but the examples, so three of each are enough to begin with; it becomes slow
    with thousands. Every `fit` starts afresh.

    Parameters
    ----------
    num_neighbours : int
        How many of the nearest examples have a say, the nearer the more.
    constraint : "unconstrained", "itakura" or "sakoe_chiba"
        How freely time may be stretched; see `dtw`.
    constraint_param : float
        The steepest slope for "itakura", frames off the diagonal for "sakoe_chiba".
    standardize : bool
        Let every dimension count the same, whatever its size.
    n_jobs : int, optional
        Threads; all cores by default.

    Examples
    --------
    >>> import fluidseries as fs
    >>> series = fs.DataSeries({"a": [[0.0], [0.5], [1.0]], "b": [[1.0], [0.5], [0.0]]})
    >>> labels = fs.LabelSet({"a": "up", "b": "down"})
    >>> model = fs.DTWClassifier(num_neighbours=1).fit(series, labels)
    >>> model.predict_point([[0.1], [0.2], [0.6], [0.8], [0.9]])
    'up'
    """

    def __init__(
        self,
        num_neighbours: int = 3,
        constraint: str = "unconstrained",
        constraint_param: float = 2,
        *,
        standardize: bool = True,
        n_jobs: int | None = None,
    ) -> None:
        self.num_neighbours = num_neighbours
        self.constraint = constraint
        self.constraint_param = constraint_param
        self.standardize = standardize
        self.n_jobs = n_jobs

    def fit(self, source: Source, target: Any) -> Self:
        """Keep labelled series; arguments and errors as LSTMClassifier's fit."""
        series = read_series(source, in_order=True)
        return self._learn(series, read_labels(target, series), "label")

    def _learned_from_dict(self, content: dict[str, Any]) -> Examples:
        learned = super()._learned_from_dict(content)
        require_kept_labels(learned.answers)
        return learned

    def predict(self, source: Source) -> Any:
        """Name many series: a LabelSet for a DataSeries, else an array of shape (n_series,)."""
        learned, series = self._read(source)
        shares = self._probabilities(series.arrays, learned)
        labels = [learned.classes[best] for best in shares.argmax(axis=1)]
        return as_labels(labels, series.identifiers)

    def predict_proba(self, source: Source) -> Any:
        """Return each label's share: a DataSet, or an array (n_series, n_classes)."""
        learned, series = self._read(source)
        return as_points(self._probabilities(series.arrays, learned), series.identifiers)

    def predict_point(self, frames: ArrayLike) -> Any:
        """Name one series of shape (n_frames, n_dims)."""
        classes = self._require_learned().classes
        return classes[int(self.predict_point_proba(frames).argmax())]

    def predict_point_proba(self, frames: ArrayLike) -> NDArray[np.float64]:
        """Return each label's share (n_classes,) for one series of shape (n_frames, n_dims)."""
        learned = self._require_learned()
        shares: NDArray[np.float64] = self._probabilities(
            [read_frames(frames, learned.n_dims, origin=learned.origin)], learned
        )[0]
        return shares

    def score(self, source: Source, target: Any, sample_weight: Any = None) -> float:
        """Return the share of series that get their label."""
        _, series = self._read(source, in_order=True)
        truth = read_labels(target, series)
        return accuracy(truth, self.predict(series.arrays), read_weights(sample_weight, series))

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels, sorted: the order of probabilities."""
        return as_array(self._require_learned().classes)

    def _probabilities(self, arrays: list[NDArray[Any]], learned: Examples) -> NDArray[np.float64]:
        rows, shares = self._shares(arrays, learned)
        classes = learned.classes
        numbers = np.array([classes.index(answer) for answer in learned.answers])
        table = np.zeros((len(arrays), len(classes)))
        for column in range(rows.shape[1]):
            table[np.arange(len(arrays)), numbers[rows[:, column]]] += shares[:, column]
        return table


class DTWRegressor(RegressorMixin, NearestModel):  # type: ignore[misc]
    """Map a series to the mean of its nearest examples' points, by dynamic time warping.

    Parameters are DTWClassifier's. The nearer an example the more it counts; a series that was an
    example gets its point exactly.

    Examples
    --------
    >>> import fluidseries as fs
    >>> series = fs.DataSeries({"a": [[0.0], [0.5], [1.0]], "b": [[1.0], [0.5], [0.0]]})
    >>> model = fs.DTWRegressor().fit(series, fs.DataSet({"a": [880.0], "b": [220.0]}))
    >>> model.predict_point([[0.0], [0.5], [0.5], [1.0]])
    array([880.])
    """

    def __init__(
        self,
        num_neighbours: int = 3,
        constraint: str = "unconstrained",
        constraint_param: float = 2,
        *,
        standardize: bool = True,
        n_jobs: int | None = None,
    ) -> None:
        self.num_neighbours = num_neighbours
        self.constraint = constraint
        self.constraint_param = constraint_param
        self.standardize = standardize
        self.n_jobs = n_jobs

    def fit(self, source: Source, target: Any) -> Self:
        """Keep series with their points; arguments and errors as LSTMRegressor's fit."""
        series = read_series(source, in_order=True)
        targets, form = read_targets(target, series)
        if form == "frames":
            raise InputTypeError(
                "DTWRegressor learns one point per series: use LSTMRegressor for one per frame"
            )
        return self._learn(series, [row[0].tolist() for row in targets], form)

    def _learned_from_dict(self, content: dict[str, Any]) -> Examples:
        learned = super()._learned_from_dict(content)
        points = np.array(learned.answers, dtype=np.float64)
        wide = points.shape[1:] == (1,) if learned.form == "vector" else learned.form == "point"
        if points.ndim != 2 or not points.size or not wide or not np.isfinite(points).all():
            raise ValueError("the points are not finite numbers of one width")
        return learned

    def predict(self, source: Source) -> Any:
        """Answer for many series: a DataSet for a DataSeries, else an array as in `fit`."""
        learned, series = self._read(source)
        return as_points(self._points(series.arrays, learned), series.identifiers, learned.form)

    def predict_point(self, frames: ArrayLike) -> NDArray[np.float64]:
        """Answer (n_outputs,) for one series of shape (n_frames, n_dims)."""
        learned = self._require_learned()
        array = read_frames(frames, learned.n_dims, origin=learned.origin)
        return cast("NDArray[np.float64]", self._points([array], learned)[0])

    def score(self, source: Source, target: Any, sample_weight: Any = None) -> float:
        """Return R2, as LSTMRegressor's score."""
        learned, series = self._read(source, in_order=True)
        truth = np.concatenate(read_targets(target, series)[0])
        answers = self._points(series.arrays, learned)
        weights = read_weights(sample_weight, series)
        return float(r2_score(truth, answers, sample_weight=weights))

    def _points(self, arrays: list[NDArray[Any]], learned: Examples) -> NDArray[np.float64]:
        rows, shares = self._shares(arrays, learned)
        points = np.array(learned.answers, dtype=np.float64)
        means: NDArray[np.float64] = np.einsum("nk,nko->no", shares, points[rows])
        return means


def packed(
    arrays: Sequence[NDArray[Any]], scaler: Scaler
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Lay standardised frames one after the other, in double."""
    offsets = np.zeros(len(arrays) + 1, dtype=np.int64)
    np.cumsum([len(frames) for frames in arrays], out=offsets[1:])
    return scaler.standardise(np.concatenate(arrays)), offsets
