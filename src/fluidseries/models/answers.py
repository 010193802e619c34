"""Answers in the shape in which the question came: containers for containers, else arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..containers import DataSet, LabelSet
from ..labels import as_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["as_labels", "as_points"]


def as_labels(labels: Sequence[Any], identifiers: Sequence[str] | None) -> Any:
    """Return a LabelSet where there are identifiers, else an array of the labels' kind."""
    if identifiers is None:
        return as_array(labels)
    return LabelSet(zip(identifiers, map(str, labels), strict=True))


def as_points(
    table: NDArray[np.float64], identifiers: Sequence[str] | None, form: str = "point"
) -> Any:
    """Return a DataSet where there are identifiers, else the table, or its column for "vector"."""
    if identifiers is None:
        return table[:, 0] if form == "vector" else table
    return DataSet(zip(identifiers, table, strict=True))
