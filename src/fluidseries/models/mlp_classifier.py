"""MLPClassifier: from a point to a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
from sklearn.base import ClassifierMixin

from ..containers import DataSet, LabelSet
from ..errors import FluidSeriesError
from ..labels import as_array, same_kind
from ..points import Points, read_labels, read_points
from ..reading import require_origin
from .answers import as_labels, as_points
from .going_on import other_labels
from .mlp import MLPModel
from .mlp_classes import probabilities, with_labels
from .mlp_fitting import Corpus
from .mlp_flucoma import parse_classifier, to_classifier
from .mlp_learned import MLPLearned
from .parameters import require_fraction
from .scoring import accuracy
from .weights import read_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..json_places import Place
    from ..training import Callback
    from .layers import Layers

__all__ = ["MLPClassifier"]

Source: TypeAlias = "DataSet | ArrayLike"
Labels: TypeAlias = "LabelSet | Sequence[Any] | NDArray[Any]"


class MLPClassifier(ClassifierMixin, MLPModel):  # type: ignore[misc]
    """Learn to name points, with a multi-layer perceptron.

    The sibling of LSTMClassifier for data without time, trained by scikit-learn. **fit goes on from
    what was learned**, as MLPRegressor's does; see there. A new label in a later fit gets an output
    of its own, and what the network knows stays; a label that no point has any more is not answered
    until it comes back.

    Parameters
    ----------
    hidden_size, max_iter, learn_rate, batch_size, activation, validation, momentum, standardize, \
warm_start, random_state, verbose
        As MLPRegressor has them.
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
        Error after the last epoch: the mean of -log(probability of the right label). 0 is perfect,
        and log(number of labels) as bad as guessing.
    loss_curve_, validation_curve_, n_iter_
        As MLPRegressor has them.

    Examples
    --------
    >>> import fluidseries as fs
    >>> points = fs.DataSet({"a": [0.1, 0.9], "b": [0.2, 0.8], "c": [0.9, 0.1]})
    >>> labels = fs.LabelSet({"a": "bright", "b": "bright", "c": "dark"})
    >>> model = fs.MLPClassifier(hidden_size=8, random_state=0).fit(points, labels)
    >>> model.predict_point([0.8, 0.2])
    'dark'
    >>> dict(model.predict(points))
    {'a': 'bright', 'b': 'bright', 'c': 'dark'}
    """

    _output_activation = "softmax"

    def __init__(
        self,
        hidden_size: int | Sequence[int] = 32,
        max_iter: int = 200,
        learn_rate: float = 0.01,
        batch_size: int | str = "auto",
        *,
        activation: str = "relu",
        validation: float = 0.0,
        momentum: float = 0.9,
        standardize: bool = True,
        warm_start: bool = True,
        threshold: float = 0.0,
        reject_label: str = "none",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_size = hidden_size
        self.max_iter = max_iter
        self.learn_rate = learn_rate
        self.batch_size = batch_size
        self.activation = activation
        self.validation = validation
        self.momentum = momentum
        self.standardize = standardize
        self.warm_start = warm_start
        self.threshold = threshold
        self.reject_label = reject_label
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, source: Source, target: Labels, callback: Callback | None = None) -> Self:
        """Learn the labels of the points, going on from what was learned before.

        Parameters
        ----------
        source : DataSet, or ndarray of shape (n_points, n_dims)
            The points.
        target : LabelSet, or array-like of shape (n_points,)
            A label for each point; as LSTMClassifier's.
        callback : callable, optional
            As MLPRegressor's.

        Returns
        -------
        self

        Raises
        ------
        IdentifierError, DimensionError, NonFiniteError, EmptyError, InputTypeError, InputError, \
ParameterError, BusyError, KeyboardInterrupt
            As MLPRegressor's fit.
        """
        return self._fit(source, target, callback)

    def partial_fit(self, source: Source, target: Labels, classes: Any = None) -> Self:
        """Learn for one epoch, going on from what was learned; see LSTMClassifier's."""
        del classes  # scikit-learn's name: here the output layer grows by itself
        return self._fit(source, target, None, partial=True)

    def predict(self, source: Source) -> Any:
        """Name many points.

        Parameters
        ----------
        source : DataSet, or ndarray of shape (n_points, n_dims)
            With as many dimensions as in `fit`.

        Returns
        -------
        LabelSet or ndarray of shape (n_points,)
            For a DataSet a LabelSet with the same identifiers.

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, EmptyError, InputTypeError
            As MLPRegressor's predict.
        """
        learned = self._require_classes()
        points = read_points(source)
        names = [self._name(learned, shares) for shares in self._outputs(points, learned)]
        return as_labels(names, points.identifiers)

    def predict_proba(self, source: Source) -> Any:
        """Return the probability of every label.

        Parameters
        ----------
        source : DataSet, or ndarray of shape (n_points, n_dims)
            With as many dimensions as in `fit`.

        Returns
        -------
        DataSet or ndarray of shape (n_points, n_classes)
            In the order of `classes_`. Each row sums to 1.

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, EmptyError, InputTypeError
            As MLPRegressor's predict.
        """
        learned = self._require_classes()
        points = read_points(source)
        return as_points(self._outputs(points, learned), points.identifiers)

    def predict_point(self, point: ArrayLike) -> Any:
        """Name one point of shape (n_dims,), quickly enough for live use."""
        learned = self._require_classes()
        return self._name(learned, self._point(point, learned))

    def predict_point_proba(self, point: ArrayLike) -> NDArray[np.float64]:
        """Return the probabilities (n_classes,) for one point of shape (n_dims,)."""
        return self._point(point, self._require_classes())

    def score(self, source: Source, target: Labels, sample_weight: Any = None) -> float:
        """Return the share of points that get their label."""
        points = read_points(source, in_order=True)
        truth = read_labels(target, points)
        require_origin(points.origin, self.origin_)
        return accuracy(truth, self.predict(points.table), read_weights(sample_weight, points))

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels, sorted: the order of probabilities."""
        return as_array(self._fitted("classes_").labels)

    def to_flucoma(self) -> dict[str, Any]:
        """Return what `write_flucoma` puts into a file: FluCoMa's MLPClassifier."""
        learned = self._require_learned()
        return to_classifier(learned.in_data_units(), [str(label) for label in learned.labels])

    # What the base asks for.

    def _require_classes(self) -> MLPLearned:
        require_fraction(self, "threshold")
        return self._require_learned()

    def _name(self, learned: MLPLearned, shares: NDArray[np.float64]) -> Any:
        best = int(shares.argmax())
        return learned.labels[best] if shares[best] >= self.threshold else self.reject_label

    def _corpus(self, points: Points, target: Any, kept: Sequence[Any]) -> Corpus:
        require_fraction(self, "threshold")
        rows = read_labels(target, points)
        # Labels of another kind stay out: they do not fit these, which is said later.
        labels = tuple(sorted({*rows, *(kept if same_kind(kept, rows) else ())}))
        numbers = {label: number for number, label in enumerate(labels)}
        classes = np.array([numbers[label] for label in rows])
        return Corpus(points, classes, len(labels), "label", labels)

    def _misfit(self, corpus: Corpus, known: MLPLearned) -> FluidSeriesError | None:
        return other_labels(corpus.labels, known.labels)

    def _grown(self, corpus: Corpus, known: MLPLearned) -> MLPLearned:
        return with_labels(known, corpus.labels)

    def _answers(self, layers: Layers, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
        return probabilities(layers, inputs)

    def _errors(
        self, layers: Layers, inputs: NDArray[np.float64], targets: NDArray[Any]
    ) -> NDArray[np.float64]:
        shares = probabilities(layers, inputs)[np.arange(len(targets)), targets]
        # A probability that rounds to 0 counts as the smallest number above it.
        errors: NDArray[np.float64] = -np.log(np.maximum(shares, np.finfo(float).tiny))
        return errors

    @classmethod
    def _parse_flucoma(cls, content: Any, where: Place) -> MLPLearned:
        layers, labels = parse_classifier(content, where)
        return MLPLearned.of_layers(layers, "label", labels)
