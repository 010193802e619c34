"""Labels in a row: what arrays, lists and columns of tables may hold, as plain values of one kind.

A LabelSet holds text alone. Elsewhere a label may also be a number or a truth value, as
scikit-learn has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import DimensionError, InputError, InputTypeError, NonFiniteError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["as_array", "plain_labels", "require_kept_labels", "same", "same_kind"]

# Each may stand for those before it, as in NumPy's arrays.
NUMBERS = (bool, int, float)


def plain_labels(row: Iterable[Any]) -> list[Any]:
    """Return labels as str, bool, int or float, all of one type.

    Parameters
    ----------
    row : iterable
        A list, an array, or a column of a table. True and 2 become 1 and 2, and 1 and 2.5 become
        1.0 and 2.5, as they would in an array.

    Raises
    ------
    DimensionError
        If one is a row of several.
    NonFiniteError
        If one is missing: None, NaN, or pandas' NA; or if it is infinite.
    InputTypeError
        If one is something else, or text stands beside numbers.
    InputError
        If a whole number has more than 64 bits.

    Examples
    --------
    >>> import numpy as np
    >>> plain_labels(np.array([3, 1])), plain_labels([1, 2.5]), plain_labels(["a", np.str_("b")])
    ([3, 1], [1.0, 2.5], ['a', 'b'])
    """
    labels = [_plain(place, label) for place, label in enumerate(row)]
    kinds = {type(label) for label in labels}
    if len(kinds) <= 1:
        return labels
    if not kinds <= set(NUMBERS):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise InputTypeError(f"the labels are of several kinds ({names}): make them all text")
    widest = max(kinds, key=NUMBERS.index)
    return [widest(label) for label in labels]


def as_array(labels: Sequence[Any]) -> NDArray[Any]:
    """Return labels as an array of their own kind; of objects where there are several kinds."""
    several = len({type(label) for label in labels}) > 1
    return np.array(labels, dtype=object if several else None)


def same_kind(some: Iterable[Any], others: Iterable[Any]) -> bool:
    """Tell whether labels can stand beside others in one model."""
    return {type(label) for label in some} == {type(label) for label in others}


def same(truth: Sequence[Any], answers: Iterable[Any]) -> list[bool]:
    """Tell for each answer whether it is the right label.

    Where the truth is text, as in every LabelSet, answers that are numbers are read as text.
    """
    if truth and isinstance(truth[0], str):
        answers = [str(answer) for answer in answers]
    return [bool(one == other) for one, other in zip(truth, answers, strict=True)]


def require_kept_labels(labels: Iterable[Any]) -> None:
    """Raise TypeError or ValueError unless these are labels as a model file keeps them."""
    kept = list(labels)
    kinds = {type(label) for label in kept}
    if not (len(kinds) == 1 and kinds <= {str, *NUMBERS}):
        raise TypeError("labels are text, whole or other numbers, or true and false; of one kind")
    if not all(isinstance(label, str) or isfinite(label) for label in kept):
        raise ValueError("a label is NaN or infinite")


def _plain(place: int, label: Any) -> Any:
    # A date's item may be a bare number of nanoseconds.
    dated = isinstance(label, np.datetime64 | np.timedelta64)
    value = label.item() if isinstance(label, np.generic) and not dated else label
    if isinstance(value, np.ndarray | list | tuple):
        raise DimensionError(
            f"label {place} is a row of {len(value)}: give one label for each, in one dimension"
        )
    # Only a missing value is not itself; pandas' NA does not even say.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
        raise NonFiniteError(
            f"label {place} is missing ({value}): give one, or leave its entry out"
        )
    if type(value) not in (str, *NUMBERS):
        raise InputTypeError(
            f"label {place} is of type {type(value).__name__}: labels are text, numbers or truth "
            "values; convert them with str"
        )
    if isinstance(value, float) and not isfinite(value):
        raise NonFiniteError(f"label {place} is infinite: give a finite number, or text")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InputError(f"label {place} is {value}, which has over 64 bits: use text")
    return value
