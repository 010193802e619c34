"""The MLP models' parameters: their ranges, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from ..errors import ParameterError
from . import parameters as family

__all__ = ["SKLEARN_NAMES", "batch_size", "check_parameters", "generator", "hidden_sizes"]

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
    size = model.batch_size
    for name, holds, wanted in (
        ("activation", model.activation in SKLEARN_NAMES, f"one of {', '.join(SKLEARN_NAMES)}"),
        ("max_iter", _is_count(model.max_iter), "a whole number from 1 up"),
        ("learn_rate", _is_within(model.learn_rate, 0, 1), "above 0 and at most 1"),
        ("batch_size", size == "auto" or _is_count(size), '"auto" or a whole number from 1 up'),
        ("validation", _is_fraction(model.validation), "a fraction from 0 to below 1"),
        ("momentum", _is_fraction(model.momentum), "a fraction from 0 to below 1"),
    ):
        if not holds:
            raise ParameterError(f"{name} is {getattr(model, name)!r}: it must be {wanted}")


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _is_within(value: Any, above: float, up_to: float) -> bool:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return number and above < float(value) <= up_to


def _is_fraction(value: Any) -> bool:
    return not isinstance(value, bool) and (value == 0 or _is_within(value, 0, 1)) and value < 1


def batch_size(asked: int | str, n_points: int) -> int:
    """Return how many points a step takes; "auto" makes about eight steps per epoch."""
    return max(1, min(32, n_points // 8)) if isinstance(asked, str) else int(asked)


def generator(random_state: Any) -> np.random.Generator:
    """Return a generator for what scikit-learn accepts; its old generators seed ours."""
    if isinstance(random_state, np.random.RandomState):
        random_state = int(random_state.randint(2**31))
    return np.random.default_rng(random_state)
