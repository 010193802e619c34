"""A corpus as rows: one series or point each, with what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..containers import DataSeries, DataSet, LabelSet
from .examples import Examples

__all__ = ["Row", "rows_of"]


class Row(NamedTuple):
    """One series or point, as `iterate` gives them.

    Parameters
    ----------
    id : str
        The identifier.
    value : ndarray of shape (n_frames, n_dims) or (n_dims,), or None
        The series or the point; None in a file of labels.
    target : str, ndarray of shape (n_outputs,) or (n_frames, n_outputs), or None
        The label, the point or the points per frame that belong to it.
    """

    id: str
    value: Any
    target: Any = None


def rows_of(content: DataSeries | DataSet | LabelSet | Examples) -> Iterator[Row]:
    """Yield a container's entries in its order."""
    if isinstance(content, Examples):
        for name, value in content.source.items():
            yield Row(name, value, content.target[name])
    elif isinstance(content, LabelSet):
        for name, label in content.items():
            yield Row(name, None, label)
    else:
        for name, value in content.items():
            yield Row(name, value)
