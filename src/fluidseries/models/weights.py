"""How much each example counts: weights by identifier or in a row, and those of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ..batch import Series, require_same_identifiers
from ..containers.arrays import as_numbers
from ..errors import InputError, InputTypeError, NonFiniteError, ParameterError
from ..wording import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..points import Points

__all__ = ["class_weights", "read_weights", "without_weightless"]

Item = TypeVar("Item")


def read_weights(sample_weight: Any, examples: Series | Points) -> NDArray[np.float64] | None:
    """Check weights and bring them into the order of the examples.

    Parameters
    ----------
    sample_weight : mapping of str to float, DataSet of one dimension, array-like, or None
        By identifier where the examples came from a container, else one number for each.
    examples : Series or Points
        What is weighted.

    Returns
    -------
    float64 ndarray of shape (n_examples,) or None
        From 0 up, at least one above it.

    Raises
    ------
    IdentifierError
        If an identifier stands in only one of examples and weights.
    InputError, NonFiniteError, InputTypeError
        If they are not one usable number for each example.
    """
    if sample_weight is None:
        return None
    named = isinstance(sample_weight, Mapping)
    if named != (examples.identifiers is not None):
        wanted = "an array, one number for each" if named else "a dict or a DataSet by identifier"
        raise InputTypeError(
            f"sample_weight is of type {type(sample_weight).__name__}, and the source is "
            f"{'no container' if named else 'a container'}: give {wanted}"
        )
    if named:
        require_same_identifiers(examples.names, sample_weight, what="sample_weight")
        sample_weight = [sample_weight[name] for name in examples.names]
    weights: NDArray[np.float64] = as_numbers(sample_weight, np.dtype("f8"), "sample_weight")
    if isinstance(named and sample_weight[0], np.ndarray):
        weights = weights.reshape(len(weights), -1)
        weights = weights[:, 0] if weights.shape[1] == 1 else weights
    if weights.shape != (len(examples),):
        raise InputError(
            f"sample_weight has shape {weights.shape}, but wanted ({len(examples)},): one number "
            "for each"
        )
    usable = np.isfinite(weights) & (weights >= 0)
    if not usable.all():
        row = int(np.argmin(usable))
        raise NonFiniteError(
            f"sample_weight of {examples.names[row]!r} is {weights[row]:g}: it must be a finite "
            "number from 0 up"
        )
    if not weights.any():
        raise InputError("sample_weight is 0 for all: one at least must count")
    return weights


def without_weightless(
    sample_weight: Any, series: Series, targets: list[Item]
) -> tuple[Series, list[Item], NDArray[np.float64] | None]:
    """Leave out the series that count nothing, and return the weights of the others."""
    weights = read_weights(sample_weight, series)
    if weights is None or weights.all():
        return series, targets, weights
    rows = np.flatnonzero(weights)
    names = series.identifiers and [series.identifiers[row] for row in rows]
    kept = replace(series, arrays=[series.arrays[row] for row in rows], identifiers=names)
    return kept, [targets[row] for row in rows], weights[rows]


def class_weights(
    labels: list[Any], class_weight: Any, weights: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    """Multiply weights by those of labels.

    Parameters
    ----------
    labels : list
        Of each series.
    class_weight : None, "balanced" or mapping of labels to float
        "balanced": such that each label counts the same. Labels that a mapping lacks have 1.
    weights : float64 ndarray of shape (n_series,), optional
        1 each by default.
    """
    if class_weight is None:
        return weights
    own = np.ones(len(labels)) if weights is None else weights
    if isinstance(class_weight, Mapping):
        return own * _of_mapping(labels, class_weight)
    if not isinstance(class_weight, str) or class_weight != "balanced":
        raise ParameterError(
            f'class_weight is {class_weight!r}: it must be None, "balanced" or a dict of labels '
            "and numbers above 0"
        )
    totals: dict[Any, float] = {}
    for label, weight in zip(labels, own, strict=True):
        totals[label] = totals.get(label, 0.0) + float(weight)
    share = sum(totals.values()) / len(totals)
    shares: NDArray[np.float64] = np.array([share / totals[label] for label in labels])
    return own * shares


def _of_mapping(labels: list[Any], class_weight: Mapping[Any, Any]) -> NDArray[np.float64]:
    for label, weight in class_weight.items():
        number = isinstance(weight, Real) and not isinstance(weight, bool)
        if not (number and weight > 0 and isfinite(weight)):
            raise ParameterError(f"class_weight of {label!r} is {weight!r}: give a number above 0")
    unknown, lacking = set(class_weight) - set(labels), set(labels) - set(class_weight)
    # A part of the data may lack labels; but who leaves out one and names another has misspelt it.
    if unknown and lacking:
        raise ParameterError(
            f"class_weight has {listed(sorted(map(repr, unknown)))}, which no series is called, "
            f"and lacks {listed(sorted(map(repr, lacking)))}: write labels as they are"
        )
    return np.array([float(class_weight.get(label, 1.0)) for label in labels])
