"""Answers held within a range: a model's output_limits."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import NotFittedError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .learned import Learned

__all__ = ["Limits", "far_limits", "held", "limits_of", "require_limits", "widened"]

# Spans of the training frames beyond them that a growing series may reach.
FAR = 10.0

# The lowest and the highest answer, each of shape (n_outputs,).
Limits = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


def require_limits(value: Any) -> None:
    """Raise unless it is None, "trained" or two numbers, the lower one first."""
    if value is None or (isinstance(value, str) and value == "trained"):
        return
    pair = isinstance(value, tuple | list) and len(value) == 2
    numbers = pair and all(isinstance(x, Real) and not isinstance(x, bool) for x in value)
    if not (numbers and np.isfinite(value).all() and value[0] < value[1]):
        raise ParameterError(
            f'output_limits is {value!r}: it must be None, "trained" or two numbers such as '
            "(0, 1), the lower one first"
        )


def limits_of(value: Any, learned: Learned) -> Limits | None:
    """Return the limits of every output of what was learned, None if there are none."""
    require_limits(value)
    if value is None:
        return None
    if isinstance(value, str):
        if learned.target_range is None:
            raise NotFittedError(
                'output_limits is "trained", but this model comes from a version that did not keep '
                "the range of its targets: fit it once more, or give two numbers"
            )
        return learned.target_range
    low, high = (np.full(learned.network.n_outputs, float(limit)) for limit in value)
    return low, high


def far_limits(learned: Learned) -> Limits | None:
    """Return what a series that grows for ever is held within, so that it stays a number."""
    if learned.target_range is None:
        return None
    low, high = learned.target_range
    far = FAR * (high - low + learned.input_scaler.scale)
    return low - far, high + far


def held(answers: NDArray[np.float64], limits: Limits | None) -> NDArray[np.float64]:
    """Hold answers (..., n_outputs) within the limits, in place."""
    if limits is not None:
        np.maximum(answers, limits[0], out=answers)
        np.minimum(answers, limits[1], out=answers)
    return answers


def widened(known: Limits | None, tables: list[NDArray[np.float64]]) -> Limits:
    """Return the range of all rows of tables (n_rows, n_outputs) and of what is known."""
    low = np.min([table.min(axis=0) for table in tables], axis=0).astype(np.float64)
    high = np.max([table.max(axis=0) for table in tables], axis=0).astype(np.float64)
    if known is None:
        return low, high
    return np.minimum(low, known[0]), np.maximum(high, known[1])
