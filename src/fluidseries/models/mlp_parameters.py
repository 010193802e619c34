"""The MLP models' parameters: their ranges, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from ..errors import ParameterError
from . import parameters as family

__all__ = ["SKLEARN_NAMES", "check_parameters", "generator", "hidden_sizes"]

# FluCoMa's activations of hidden layers, in its order, and what scikit-learn calls them.
SKLEARN_NAMES = {"identity": "identity", "sigmoid": "logistic", "relu": "relu", "tanh": "tanh"}


def hidden_sizes(hidden_size: Any) -> tuple[int, ...]:
    """Return the units of each hidden layer: an int is one layer, and there may be none."""
    if isinstance(hidden_size, Sequence) and not len(hidden_size):
        return ()
    return family.hidden_sizes(hidden_size)


def check_parameters(model: Any) -> None:
    """Raise unless every parameter is within its range."""
    hidden_sizes(model.hidden_size)
    if model.activation not in SKLEARN_NAMES:
        raise ParameterError(
            f"activation is {model.activation!r}: it must be one of {', '.join(SKLEARN_NAMES)}"
        )
    family.check_training(model)
    momentum = model.momentum
    if isinstance(momentum, bool) or not isinstance(momentum, Real) or not 0 <= float(momentum) < 1:
        raise ParameterError(f"momentum is {momentum!r}: it must be from 0 to below 1")


def generator(random_state: Any) -> np.random.Generator:
    """Return a generator for what scikit-learn accepts; its old generators seed ours."""
    if isinstance(random_state, np.random.RandomState):
        random_state = int(random_state.randint(2**31))
    return np.random.default_rng(random_state)
