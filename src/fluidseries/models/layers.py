"""The layers of a multi-layer perceptron: what they compute, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..scaling import Scaler
from .modelfile import as_float64, as_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ACTIVATIONS", "Layer", "Layers"]

Table: TypeAlias = "NDArray[np.float64]"


def _sigmoid(z: Table) -> Table:
    # exp of a negative number never overflows.
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


def _softmax(z: Table) -> Table:
    exps = np.exp(z - z.max(axis=-1, keepdims=True))
    result: Table = exps / exps.sum(axis=-1, keepdims=True)
    return result


# In the order of FluCoMa's numbers for them; softmax, the output of classifiers, is ours alone.
ACTIVATIONS: dict[str, Callable[[Table], Table]] = {
    "identity": lambda z: z,
    "sigmoid": _sigmoid,
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "softmax": _softmax,
}


@dataclass(frozen=True)
class Layer:
    """One layer: ``activation(inputs @ weights + biases)``.

    Parameters
    ----------
    weights : float64 ndarray of shape (n_inputs, n_units)
    biases : float64 ndarray of shape (n_units,)
    activation : str
        A key of `ACTIVATIONS`.
    """

    weights: Table
    biases: Table
    activation: str

    def __call__(self, inputs: Table) -> Table:
        """Return the outputs, of shape (..., n_units)."""
        return ACTIVATIONS[self.activation](inputs @ self.weights + self.biases)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers under FluCoMa's names; the activation is a name, not a number."""
        rows, cols = self.weights.shape
        return {
            "activation": self.activation,
            "biases": self.biases.tolist(),
            "cols": cols,
            "rows": rows,
            "weights": self.weights.tolist(),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Layer:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        shape = as_whole(content["rows"], 1), as_whole(content["cols"], 1)
        if content["activation"] not in ACTIVATIONS:
            raise ValueError(f"there is no activation {content['activation']!r}")
        weights = as_float64(content["weights"], shape)
        return cls(weights, as_float64(content["biases"], shape[1:]), content["activation"])


@dataclass(frozen=True)
class Layers:
    """Layers one after the other.

    Parameters
    ----------
    layers : tuple of Layer
        From the inputs to the outputs, at least one.
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        for before, after in pairwise(self.layers):
            if before.weights.shape[1] != after.weights.shape[0]:
                raise ValueError(
                    f"a layer of {before.weights.shape[1]} units is followed by one that takes "
                    f"{after.weights.shape[0]}"
                )

    @classmethod
    def initialise(
        cls, sizes: tuple[int, ...], activation: str, output: str, rng: np.random.Generator
    ) -> Layers:
        """Draw new layers; `sizes` are inputs, hidden units of each layer, outputs.

        Uniform within bounds that keep the signal's size from layer to layer (Glorot and Bengio
        2010).
        """
        names = [activation] * (len(sizes) - 2) + [output]
        layers = []
        for n_inputs, n_units, name in zip(sizes[:-1], sizes[1:], names, strict=True):
            bound = np.sqrt(6.0 / (n_inputs + n_units))
            weights = rng.uniform(-bound, bound, (n_inputs, n_units))
            layers.append(Layer(weights, np.zeros(n_units), name))
        return cls(tuple(layers))

    @property
    def n_inputs(self) -> int:
        """Dimensions of a point that goes in."""
        return int(self.layers[0].weights.shape[0])

    @property
    def n_outputs(self) -> int:
        """Numbers that come out."""
        return int(self.layers[-1].weights.shape[1])

    @property
    def hidden_sizes(self) -> tuple[int, ...]:
        """Units of each layer but the last."""
        return tuple(len(layer.biases) for layer in self.layers[:-1])

    @property
    def output(self) -> Layer:
        """The last layer."""
        return self.layers[-1]

    def __call__(self, inputs: Table) -> Table:
        """Return the outputs, of shape (..., n_outputs)."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def with_output(self, output: Layer) -> Layers:
        """Return layers of which the last is another."""
        return Layers((*self.layers[:-1], output))

    def with_numbers(self, weights: list[Table], biases: list[Table]) -> Layers:
        """Return layers of the same activations with copies of other numbers."""
        return Layers(
            tuple(
                replace(layer, weights=w.copy(), biases=b.copy())
                for layer, w, b in zip(self.layers, weights, biases, strict=True)
            )
        )

    def folded(self, inputs: Scaler, outputs: Scaler) -> Layers:
        """Return layers that take and give the units of the data, with the scaling inside.

        (x - mean) / scale @ W + b  =  x @ (W / scale) + (b - mean / scale @ W)
        """
        first, *others = self.layers
        weights = first.weights / inputs.scale[:, np.newaxis]
        first = replace(first, weights=weights, biases=first.biases - inputs.mean @ weights)
        *others, last = [first, *others]
        # Exact since the outputs are scaled only where the last activation is the identity.
        biases = last.biases * outputs.scale + outputs.mean
        last = replace(last, weights=last.weights * outputs.scale, biases=biases)
        return Layers((*others, last))

    def to_list(self) -> list[dict[str, Any]]:
        """Return every layer's `to_dict`."""
        return [layer.to_dict() for layer in self.layers]

    @classmethod
    def from_list(cls, content: list[dict[str, Any]]) -> Layers:
        """Take what `to_list` gave; KeyError, TypeError or ValueError if it is damaged."""
        if not content:
            raise ValueError("there are no layers")
        return cls(tuple(Layer.from_dict(layer) for layer in content))
