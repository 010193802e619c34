"""LSTMClassifier: from a series to a label, before the series ends if need be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

import numpy as np
from sklearn.base import ClassifierMixin

from ..containers import DataSet, LabelSet
from ..errors import FluidSeriesError
from ..labels import as_array, same_kind
from ..reading import read_labels, require_origin
from .answers import as_labels, as_points
from .classes import ClassesLearned, with_classes
from .corpus import Corpus
from .going_on import other_labels
from .lstm import LSTMModel
from .parameters import require_fraction
from .recipe import FOR_LABELS
from .scoring import accuracy
from .stream import Stream
from .weights import class_weights, read_weights, without_weightless

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..containers import DataSeries
    from ..training import Callback
    from .learned import Learned

__all__ = ["ClassifierStream", "LSTMClassifier"]

Source: TypeAlias = "DataSeries | Sequence[ArrayLike] | NDArray[Any]"
Labels: TypeAlias = "LabelSet | Sequence[Any] | NDArray[Any]"
Weights: TypeAlias = "Mapping[str, float] | DataSet | ArrayLike | None"


class LSTMClassifier(ClassifierMixin, LSTMModel):  # type: ignore[misc]
    """Learn to name series, with a long short-term memory network.

    **fit goes on from what was learned**, as LSTMRegressor's does; see there. A new label in a
    later fit gets an output of its own, and what the network knows stays; a label that no series
    has any more is not answered until it comes back.

    Parameters
    ----------
    hidden_size, max_iter, learn_rate, batch_size, schedule, momentum, validation, patience, \
missing, standardize, warm_start, n_networks, random_state, n_jobs, verbose
        As LSTMRegressor has them.
    class_weight : None, "balanced" or dict
        None: every series counts once. "balanced": every label counts the same, however many series
        it has. {label: number above 0}: how much each series of a label counts, 1 by default.
    threshold : float
        From 0 to 1. Where the most probable label is less probable than this, the answer is
        `reject_label`: none of these.
    reject_label : str
        See `threshold`.

    Attributes
    ----------
    classes_ : ndarray
        The labels, sorted; the order of probabilities.
    loss_ : float
        Error of the last epoch: the mean of -log(probability of the right label). 0 is perfect, and
        log(number of labels) as bad as guessing.
    loss_curve_, validation_curve_, n_iter_
        As LSTMRegressor has them.

    Examples
    --------
    >>> import fluidseries as fs
    >>> series = fs.DataSeries({"a": [[0.0], [0.5], [1.0]], "b": [[1.0], [0.5], [0.0]]})
    >>> labels = fs.LabelSet({"a": "up", "b": "down"})
    >>> model = fs.LSTMClassifier(hidden_size=8, max_iter=60, random_state=0).fit(series, labels)
    >>> model.predict_point([[0.1], [0.5], [0.9]])
    'up'
    >>> stream = model.stream()
    >>> for frame in [[1.0], [0.5], [0.0]]:
    ...     label, probabilities = stream.step(frame)
    >>> label
    'down'
    """

    _loss = "cross_entropy"
    _recipe = FOR_LABELS

    def __init__(
        self,
        hidden_size: int | Sequence[int] = 32,
        max_iter: int = 200,
        learn_rate: float = 0.01,
        batch_size: int | str = "auto",
        *,
        schedule: str = "auto",
        momentum: float = 0.9,
        validation: float | str = 0.0,
        patience: int | None = None,
        missing: str = "error",
        standardize: bool = True,
        warm_start: bool = True,
        n_networks: int = 5,
        class_weight: str | Mapping[Any, float] | None = None,
        threshold: float = 0.0,
        reject_label: str = "none",
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
        self.missing = missing
        self.standardize = standardize
        self.warm_start = warm_start
        self.n_networks = n_networks
        self.class_weight = class_weight
        self.threshold = threshold
        self.reject_label = reject_label
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(
        self,
        source: Source,
        target: Labels,
        callback: Callback | None = None,
        *,
        sample_weight: Weights = None,
    ) -> Self:
        """Learn the labels of the series, going on from what was learned before.

        Parameters
        ----------
        source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
            The series; they may be of different lengths.
        target : LabelSet, or array-like of shape (n_series,)
            A label for each series; joined by identifier. In a list, an array or a column of pandas
            labels may also be whole or other numbers, or truth values; answers are of their kind.
        callback : callable, optional
            As LSTMRegressor's.
        sample_weight : dict of str to float, DataSet, or array-like of shape (n_series,), optional
            As LSTMRegressor's; multiplied by the label's `class_weight`.

        Returns
        -------
        self

        Raises
        ------
        IdentifierError, DimensionError, NonFiniteError, EmptyError, InputTypeError,
        ParameterError, \
BusyError, KeyboardInterrupt
            As LSTMRegressor's fit.
        """
        return self._fit(source, target, callback, sample_weight=sample_weight)

    def partial_fit(
        self, source: Source, target: Labels, classes: Any = None, sample_weight: Weights = None
    ) -> Self:
        """Learn for one epoch, going on from what was learned.

        Never starts afresh: what does not fit raises. Labels that no series has here stay known;
        new ones may come at any time, so that `classes` is not needed.
        """
        del classes  # scikit-learn's name: here the output layer grows by itself
        return self._fit(source, target, None, partial=True, sample_weight=sample_weight)

    def predict(self, source: Source) -> Any:
        """Name many series.

        Returns
        -------
        LabelSet or ndarray of shape (n_series,)
            For a DataSeries a LabelSet with the same identifiers.

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, EmptyError, InputTypeError
            As LSTMRegressor's predict.
        """
        learned = self._require_classes()
        series = self._series(source, learned)
        shares = learned.probabilities(self._outputs(series, learned))
        labels = [self._name(learned.classes, row) for row in shares]
        return as_labels(labels, series.identifiers)

    def predict_proba(self, source: Source) -> Any:
        """Return the probability of every label.

        Returns
        -------
        DataSet or ndarray of shape (n_series, n_classes)
            In the order of `classes_`. Each row sums to 1.
        """
        learned = self._require_classes()
        series = self._series(source, learned)
        shares = learned.probabilities(self._outputs(series, learned))
        return as_points(shares, series.identifiers)

    def predict_point(self, frames: ArrayLike) -> Any:
        """Name one series of shape (n_frames, n_dims), quickly enough for live use."""
        learned = self._require_classes()
        return self._name(learned.classes, self._point(frames, learned))

    def predict_point_proba(self, frames: ArrayLike) -> NDArray[np.float64]:
        """Return the probabilities (n_classes,) for one series of shape (n_frames, n_dims)."""
        return self._point(frames, self._require_classes())

    def stream(self, window: int | None = None) -> ClassifierStream:  # type: ignore[override]
        """Hear a series one frame at a time and name it at every frame.

        Parameters
        ----------
        window : int, optional
            As LSTMRegressor's stream.

        Returns
        -------
        ClassifierStream
            With ``step(frame, out=None)``, which gives label and probabilities, and ``reset()``.
        """
        return ClassifierStream(self, self._require_classes(), window)

    def score(self, source: Source, target: Labels, sample_weight: Weights = None) -> float:
        """Return the share of series that get their label."""
        series = self._series(source, self._require_learned(), in_order=True)
        require_origin(series.origin, self.origin_)
        truth = read_labels(target, series)
        weights = read_weights(sample_weight, series)
        return accuracy(truth, self.predict(series.arrays), weights)

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels, sorted: the order of probabilities."""
        return as_array(cast("ClassesLearned", self._fitted("classes_")).classes)

    def _require_classes(self) -> ClassesLearned:
        require_fraction(self, "threshold")
        return cast("ClassesLearned", self._require_learned())

    def _name(self, classes: tuple[Any, ...], shares: NDArray[np.float64]) -> Any:
        best = int(shares.argmax())
        return self._if_sure(classes[best], shares[best])

    def _if_sure(self, label: Any, share: float) -> Any:
        return label if share >= self.threshold else self.reject_label

    def _corpus(
        self, source: Source, target: Labels, known: Learned | None, sample_weight: Weights
    ) -> Corpus:
        require_fraction(self, "threshold")
        series = self._series(source, known, in_order=True)
        labels = read_labels(target, series)
        series, labels, weights = without_weightless(sample_weight, series, labels)
        outputs = list(cast("ClassesLearned", known).outputs) if known else []
        if known and not same_kind(outputs, labels):
            outputs = []  # text after numbers: other labels altogether, which start afresh
        outputs += sorted(set(labels) - set(outputs))
        numbers = [np.array([[float(outputs.index(label))]]) for label in labels]
        weights = class_weights(labels, self.class_weight, weights)
        return Corpus(series, numbers, "point", len(outputs), weights, labels)

    def _new(self, corpus: Corpus, learned: Learned) -> Learned:
        labels = corpus.labels or []
        values = {f.name: getattr(learned, f.name) for f in fields(learned)}
        present = frozenset(labels)
        doubt = self._recipe.augmentation.smoothing
        outputs = tuple(sorted(present))
        return ClassesLearned(**values, outputs=outputs, present=present, doubt=doubt)

    def _misfit_of_targets(self, corpus: Corpus, known: Learned) -> FluidSeriesError | None:
        return other_labels(corpus.labels or [], cast("ClassesLearned", known).outputs)

    def _grown(self, corpus: Corpus, known: Learned, *, partial: bool) -> Learned:
        known = cast("ClassesLearned", known)
        known = replace(known, doubt=self._recipe.augmentation.smoothing)
        # A part of the data may lack labels that the rest has.
        labels = {*(corpus.labels or []), *(known.present if partial else ())}
        return known if known.present == labels else with_classes(known, labels)

    @classmethod
    def _parameters_in(cls, content: dict[str, Any]) -> dict[str, Any]:
        parameters = super()._parameters_in(content)
        weights = parameters.get("class_weight")
        return parameters | ({"class_weight": dict(weights)} if isinstance(weights, list) else {})

    def _learned_from_dict(self, content: dict[str, Any]) -> Learned:
        return ClassesLearned.from_dict(content)


class ClassifierStream:
    """A classifier that hears one frame at a time. Made by LSTMClassifier's ``stream()``."""

    def __init__(self, model: LSTMClassifier, learned: ClassesLearned, window: int | None) -> None:
        self._stream = Stream(learned, window, missing=model.missing)
        # The model itself is asked, so that a new threshold takes effect at once.
        self._if_sure, self._classes = model._if_sure, learned.classes

    def step(
        self, frame: ArrayLike, out: NDArray[np.float64] | None = None
    ) -> tuple[Any, NDArray[np.float64]]:
        """Hear one more frame.

        Parameters
        ----------
        frame : array-like of shape (n_dims,)
            Contiguous float32 and float64 arrays take the quick path.
        out : float64 ndarray of shape (n_classes,), optional
            Where to put the probabilities. With it no array is made.

        Returns
        -------
        label : str, int, float or bool
            The most probable label so far, or the model's `reject_label`.
        probabilities : ndarray of shape (n_classes,)
            `out` if it was given, else a new array; in the order of ``classes_``.

        Raises
        ------
        DimensionError, NonFiniteError, InputTypeError
            If the frame cannot be used; the stream then stands where it stood.
        """
        shares = self._stream.step(frame, out)
        best = self._stream.likeliest()
        return self._if_sure(self._classes[best], shares[best]), shares

    def reset(self) -> None:
        """Forget all frames: the next one is the first of a series."""
        self._stream.reset()
