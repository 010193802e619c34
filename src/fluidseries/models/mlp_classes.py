"""Labels as a perceptron's outputs: an output layer that grows, and labels that are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .layers import Layer, Layers
from .mlp_learned import Memory, MLPLearned

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["probabilities", "with_labels"]


def probabilities(layers: Layers, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of every label, of shape (..., n_labels).

    FluCoMa's sigmoids need not add up to 1, so they are divided by their sum.
    """
    last = layers.output
    if last.activation == "softmax":
        return layers(inputs)
    z = layers.with_output(replace(last, activation="identity"))(inputs)
    # log(sigmoid(z)), which still tells two outputs apart where both round to 0.
    logs = np.minimum(z, 0.0) - np.log1p(np.exp(-np.abs(z)))
    powers = np.exp(logs - logs.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def with_labels(learned: MLPLearned, labels: tuple[Any, ...]) -> MLPLearned:
    """Return what a fit on these labels goes on from.

    A new label gets an output that adds nothing yet; one that has no points any more is put aside
    with what its output knows, until it comes back. FluCoMa's sigmoids become a softmax of the same
    numbers: the answers stay, and the probabilities are learned anew.
    """
    last = replace(learned.layers.output, activation="softmax")
    layers = learned.layers.with_output(last)
    if labels == learned.labels:
        return replace(learned, layers=layers)
    table = np.vstack([last.weights, last.biases])
    columns = {**learned.gone, **dict(zip(learned.labels, table.T, strict=True))}
    new = np.zeros(len(table))
    # As likely as the others on average: FluCoMa's biases may all lie far from 0.
    new[-1] = last.biases.mean()
    table = np.stack([columns.pop(label, new) for label in labels], axis=1)
    return replace(
        learned,
        layers=layers.with_output(Layer(table[:-1], table[-1], "softmax")),
        output_scaler=type(learned.output_scaler).identity(len(labels)),
        labels=labels,
        gone=columns,
        memory=Memory(),
    )
