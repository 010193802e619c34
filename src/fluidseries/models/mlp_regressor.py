"""MLPRegressor: from a point to a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from ..containers import DataSet
from ..errors import FluidSeriesError
from ..points import Points, read_points, read_target_points
from .answers import as_points
from .going_on import other_width
from .mlp import MLPModel
from .mlp_fitting import Corpus
from .mlp_flucoma import parse_layers, to_mlp
from .mlp_learned import MLPLearned
from .weights import read_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..json_places import Place
    from ..training import Callback
    from .layers import Layers

__all__ = ["MLPRegressor"]

Source: TypeAlias = "DataSet | ArrayLike"


class MLPRegressor(RegressorMixin, MLPModel):  # type: ignore[misc]
    """Learn to map each point to a point, with a multi-layer perceptron.

    The sibling of LSTMRegressor for data without time, trained by scikit-learn. **fit goes on from
    what was learned**: call it again and again with a small `max_iter`, watch the error, change
    `learn_rate` or `batch_size` between. Learning starts afresh after `clear`, with another
    `hidden_size` or `activation`, with data of other dimensions, or always with
    ``warm_start=False``.

    Parameters
    ----------
    hidden_size : int or sequence of int
        Units of the hidden layer, or of several: how complex a mapping it can learn.
    max_iter : int
        Epochs of one `fit`: how often every point is shown.
    learn_rate : float
        How far one adjustment goes, above 0 and at most 1. Too high and the error jumps about, too
        low and it hardly falls.
    batch_size : int or "auto"
        How many points between two adjustments.
    activation : {"relu", "tanh", "sigmoid", "identity"}
        What a hidden unit does with its sum: "relu" gives mappings with corners, "tanh" and
        "sigmoid" smooth ones, "identity" straight ones.
    validation : float
        Fraction of the points held out from learning, on which the error is watched; the fit then
        keeps the epoch that did best on them. What was held out once is not learned from until
        `clear`.
    momentum : float
        From 0 to below 1: how much of its direction learning keeps (Adam's first beta).
    standardize : bool
        Bring every dimension of source and target to mean 0 and standard deviation 1 inside the
        model. Predictions come back in the units of the target.
    warm_start : bool
        Whether `fit` goes on from what was learned.
    random_state : int, optional
        With a number the same data give the same model. Used when learning starts afresh.
    verbose : int
        1 prints a line per epoch.

    Attributes
    ----------
    loss_ : float
        Error after the last epoch: the mean squared distance from the target per output, in squared
        standard deviations of the training targets. 1 is as bad as always answering their mean.
    loss_curve_, validation_curve_ : list of float
        The error after every epoch since the model was new, on the training and the held-out
        points.
    n_iter_ : int
        Epochs since the model was new.

    Examples
    --------
    >>> import fluidseries as fs
    >>> source = fs.DataSet({"low": [0.0], "middle": [0.5], "high": [1.0]})
    >>> target = fs.DataSet({"low": [110.0], "middle": [220.0], "high": [440.0]})
    >>> model = fs.MLPRegressor(hidden_size=8, random_state=0).fit(source, target)
    >>> model.predict(source)
    <DataSet: 3 points, 1 dim>
    >>> bool(abs(model.predict_point([0.5])[0] - 220) < 20)
    True
    """

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
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, source: Source, target: Source, callback: Callback | None = None) -> Self:
        """Learn the targets of the points, going on from what was learned before.

        Parameters
        ----------
        source : DataSet, or ndarray of shape (n_points, n_dims)
            The points.
        target : DataSet, or ndarray of shape (n_points, n_outputs) or (n_points,)
            A point for each point, joined by identifier.
        callback : callable, optional
            Called after every epoch with its number (from 0), 0, its error, and the error on the
            held-out points (None while there are none). If it returns True the fit ends there and
            keeps what it has learned.

        Returns
        -------
        self

        Raises
        ------
        IdentifierError
            If an identifier stands in only one of source and target.
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the data cannot be used; the model stays as it was.
        InputError
            If learning ran away; the model stays as it was.
        ParameterError
            If a parameter is outside its range.
        BusyError
            If another thread is fitting this model.
        KeyboardInterrupt
            On Ctrl-C; the model keeps the last finished epoch.
        """
        return self._fit(source, target, callback)

    def partial_fit(self, source: Source, target: Source) -> Self:
        """Learn for one epoch, going on from what was learned; see `fit`."""
        return self._fit(source, target, None, partial=True)

    def predict(self, source: Source) -> Any:
        """Answer for many points.

        Parameters
        ----------
        source : DataSet, or ndarray of shape (n_points, n_dims)
            With as many dimensions as in `fit`.

        Returns
        -------
        DataSet or ndarray
            For a DataSet one with the same identifiers; for an array one of shape
            (n_points, n_outputs), or (n_points,) if the targets were 1-D.

        Raises
        ------
        NotFittedError
            If nothing was learned.
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the data cannot be used.
        """
        learned = self._require_learned()
        points = read_points(source)
        return as_points(self._outputs(points, learned), points.identifiers, learned.form)

    def predict_point(self, point: ArrayLike) -> NDArray[np.float64]:
        """Answer for one point, quickly enough for live use.

        Parameters
        ----------
        point : array-like of shape (n_dims,)

        Returns
        -------
        ndarray of shape (n_outputs,)
            In the units of the targets.

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, InputTypeError
            As in `predict`.
        """
        return self._point(point, self._require_learned())

    def score(self, source: Source, target: Source, sample_weight: Any = None) -> float:
        """Return R2, the share of the targets' variance that the predictions explain.

        1 is perfect and 0 as good as always answering the mean; see scikit-learn's r2_score.
        """
        learned = self._require_learned()
        points = read_points(source, in_order=True)
        truth, _ = read_target_points(target, points)
        weights = read_weights(sample_weight, points)
        return float(r2_score(truth, self._outputs(points, learned), sample_weight=weights))

    def to_flucoma(self) -> dict[str, Any]:
        """Return what `write_flucoma` puts into a file: FluCoMa's MLPRegressor."""
        return to_mlp(self._require_learned().in_data_units())

    # What the base asks for.

    def _corpus(self, points: Points, target: Any, kept: Sequence[Any]) -> Corpus:
        del kept
        targets, form = read_target_points(target, points)
        return Corpus(points, targets, targets.shape[1], form)

    def _misfit(self, corpus: Corpus, known: MLPLearned) -> FluidSeriesError | None:
        return other_width("the target has", corpus.n_outputs, known.layers.n_outputs)

    def _grown(self, corpus: Corpus, known: MLPLearned) -> MLPLearned:
        return replace(known, form=corpus.form)

    def _errors(
        self, layers: Layers, inputs: NDArray[np.float64], targets: NDArray[Any]
    ) -> NDArray[np.float64]:
        errors: NDArray[np.float64] = ((layers(inputs) - targets) ** 2).mean(axis=1)
        return errors

    @classmethod
    def _parse_flucoma(cls, content: Any, where: Place) -> MLPLearned:
        return MLPLearned.of_layers(parse_layers(content, where), "point")
