"""Containers and arrays as one table of rows, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..containers import DataSeries, DataSet
from ..points import read_points
from ..reading import read_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["opened"]


def opened(
    source: Any,
) -> tuple[NDArray[np.float64], Callable[[NDArray[np.float64]], Any]]:
    """Return all points or frames in one table, and what makes the source's like of a table."""
    if isinstance(source, DataSet):
        names = list(source)
        return read_points(source).table, lambda table: DataSet.from_array(
            table, names, dtype=source.dtype
        )
    if not isinstance(source, DataSeries) and _is_table(source):
        return read_points(source).table, lambda table: table
    series = read_series(source)
    ends = np.cumsum([len(frames) for frames in series.arrays])[:-1]

    def closed(table: NDArray[np.float64]) -> Any:
        arrays = np.split(table, ends)
        if isinstance(source, DataSeries):
            return DataSeries(zip(source, arrays, strict=True), dtype=source.dtype)
        return np.stack(arrays) if isinstance(source, np.ndarray) and source.ndim == 3 else arrays

    return np.concatenate(series.arrays, dtype=np.float64), closed


def _is_table(source: Any) -> bool:
    """Tell a table of points, (n_points, n_dims), from series: a list of tables, or 3-D."""
    if isinstance(source, Sequence) and not isinstance(source, str) and len(source):
        return np.ndim(source[0]) < 2
    return not isinstance(source, np.ndarray) or (source.dtype != object and source.ndim < 3)
