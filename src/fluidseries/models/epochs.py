"""scikit-learn's perceptrons, one epoch at a time, from given layers and back to layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from .layers import Layer, Layers
from .mlp_learned import Memory
from .mlp_parameters import SKLEARN_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Epochs", "Settings"]


@dataclass(frozen=True)
class Settings:
    """How one fit trains.

    Parameters
    ----------
    activation : str
        Of the hidden layers, in scikit-learn's words.
    learn_rate, momentum : float
        Adam's (Kingma and Ba 2015).
    batch_size : int
        Points between two steps.
    """

    activation: str
    learn_rate: float
    momentum: float
    batch_size: int


class Epochs:
    """One fit on its way.

    Parameters
    ----------
    layers : Layers
        Where it starts; the last activation is "softmax" for classes.
    memory : Memory
        What Adam remembers at that point.
    inputs : float64 ndarray of shape (n_points, n_inputs)
    targets : ndarray of shape (n_points, n_outputs), or int ndarray of shape (n_points,)
        Numbers, or the class of each point.
    """

    def __init__(
        self,
        layers: Layers,
        memory: Memory,
        inputs: NDArray[np.float64],
        targets: NDArray[Any],
        settings: Settings,
    ) -> None:
        self._layers = layers
        self._inputs, self._targets = inputs, targets
        self._classes = layers.n_outputs if layers.output.activation == "softmax" else 0
        if self._classes == 1:
            return  # a single class is always right: there is nothing to learn
        with np.errstate(all="ignore"):
            self._estimator = self._start(settings)
        self._use(_one_output(layers) if self._classes == 2 else layers, memory)

    def run(self, rng: np.random.Generator) -> tuple[Layers, Memory]:
        """Show every point once and return what stands then.

        Raises
        ------
        ValueError
            If the weights or gradients are no longer finite.
        KeyboardInterrupt
            On Ctrl-C.
        """
        if self._classes == 1:
            return self._layers, Memory()
        estimator = self._estimator
        estimator.random_state = int(rng.integers(2**31))
        estimator.n_iter_ = 0
        with np.errstate(all="ignore"):
            estimator.partial_fit(self._inputs, self._targets)
        # scikit-learn ends the epoch at a Ctrl-C and warns; only this counter tells.
        if not estimator.n_iter_:
            raise KeyboardInterrupt
        return self._now()

    def _start(self, settings: Settings) -> Any:
        options = {
            "hidden_layer_sizes": self._layers.hidden_sizes,
            "activation": settings.activation,
            "learning_rate_init": settings.learn_rate,
            "beta_1": settings.momentum,
            "random_state": 0,
            "batch_size": 1,
        }
        # A first step on one point makes all that scikit-learn keeps inside; then ours goes there.
        if self._classes:
            estimator = MLPClassifier(**options)
            estimator.partial_fit(
                self._inputs[:1], self._targets[:1], classes=np.arange(self._classes)
            )
        else:
            estimator = MLPRegressor(**options)
            if self._targets.shape[1] == 1:
                self._targets = self._targets[:, 0]
            estimator.partial_fit(self._inputs[:1], self._targets[:1])
            # FluCoMa's outputs may have an activation too. The step then follows its matching loss
            # (Auer, Herbster and Warmuth 1995), which falls where the squared error does.
            estimator.out_activation_ = SKLEARN_NAMES[self._layers.output.activation]
        estimator.batch_size = min(settings.batch_size, len(self._inputs))
        return estimator

    def _use(self, layers: Layers, memory: Memory) -> None:
        estimator = self._estimator
        estimator.coefs_ = [layer.weights.copy() for layer in layers.layers]
        estimator.intercepts_ = [layer.biases.copy() for layer in layers.layers]
        optimizer = estimator._optimizer
        numbers = estimator.coefs_ + estimator.intercepts_
        optimizer.ms = list(memory.first) or [np.zeros_like(array) for array in numbers]
        optimizer.vs = list(memory.second) or [np.zeros_like(array) for array in numbers]
        optimizer.t = memory.step

    def _now(self) -> tuple[Layers, Memory]:
        estimator = self._estimator
        weights, biases = list(estimator.coefs_), list(estimator.intercepts_)
        if self._classes == 2:
            last = self._layers.output
            weights[-1] = _as_two(weights[-1], last.weights)
            biases[-1] = _as_two(biases[-1], last.biases)
        optimizer = estimator._optimizer
        memory = Memory(tuple(optimizer.ms), tuple(optimizer.vs), optimizer.t)
        # scikit-learn looks at the weights alone.
        if not all(np.isfinite(array).all() for array in (*memory.first, *memory.second)):
            raise ValueError("the gradient is not finite")
        return self._layers.with_numbers(weights, biases), memory


# scikit-learn has a single sigmoid for two classes. It is the softmax of -z/2 and z/2, to which
# anything may be added: what the two had in common, which labels that are gone need, stays.


def _one_output(layers: Layers) -> Layers:
    last = layers.output
    weights, biases = (np.diff(numbers, axis=-1) for numbers in (last.weights, last.biases))
    return layers.with_output(Layer(weights, biases, "sigmoid"))


def _as_two(difference: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    common = before.mean(axis=-1, keepdims=True)
    return np.concatenate([common - difference / 2, common + difference / 2], axis=-1)
