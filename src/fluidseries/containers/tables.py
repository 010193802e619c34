"""pandas tables in and out. pandas is optional and loaded here only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import IdentifierError, InputError, InputTypeError, MissingExtraError
from .arrays import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from .data_set import DataSet
    from .label_set import LabelSet
    from .series_shapes import SeriesShapes

__all__ = [
    "labels_of_table",
    "points_of_table",
    "series_of_table",
    "table_of_labels",
    "table_of_points",
    "table_of_series",
]


def series_of_table(
    table: pd.DataFrame, id: str, time: str | None
) -> Iterator[tuple[str, FloatArray]]:
    """Yield identifier and frames of each series of a long table, in order of appearance."""
    keys = [id] if time is None else [id, time]
    _require_columns(table, keys)
    names = _as_names(table[id], id)
    if time is not None:
        _require_times(names, table[time])
    numbers = _as_numbers(table.drop(columns=keys))
    for name, rows in _rows_by_name(names).items():
        if time is not None:
            rows = rows[np.argsort(table[time].to_numpy()[rows], kind="stable")]
        yield name, numbers[rows]


def points_of_table(table: pd.DataFrame, id: str) -> tuple[list[str], FloatArray]:
    """Return identifiers and points of shape (n_points, n_dims)."""
    _require_columns(table, [id])
    return _as_names(table[id], id), _as_numbers(table.drop(columns=id))


def labels_of_table(table: pd.DataFrame, id: str, label: str) -> dict[str, str]:
    """Return label by identifier; the same label may be repeated, as long tables do."""
    _require_columns(table, [id, label])
    labels: dict[str, str] = {}
    pairs = zip(_as_names(table[id], id), _as_names(table[label], label), strict=True)
    for name, mine in pairs:
        if labels.setdefault(name, mine) != mine:
            raise IdentifierError(
                f"the identifier {name!r} has two labels, {labels[name]!r} and {mine!r}: keep one"
            )
    return labels


def table_of_series(series: SeriesShapes) -> pd.DataFrame:
    """Return a long table: id, time, and dim_0, ... or the names of the dimensions."""
    lengths = [len(frames) for frames in series.values()]
    times = np.concatenate([np.arange(n) for n in lengths]) if lengths else np.empty(0, int)
    table = _dims_table(list(series.values()), series.n_dims, series.dtype)
    table.columns = series.dim_names or table.columns
    table.insert(0, "id", np.repeat(np.array(list(series), dtype=object), lengths))
    table.insert(1, "time", times)
    return table


def table_of_points(points: DataSet) -> pd.DataFrame:
    """Return a table: id, dim_0, ..."""
    table = _dims_table(list(points.values()), points.n_dims, points.dtype)
    table.insert(0, "id", list(points))
    return table


def table_of_labels(labels: LabelSet) -> pd.DataFrame:
    """Return a table: id, label."""
    return _pandas().DataFrame({"id": list(labels), "label": list(labels.values())})


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as err:
        raise MissingExtraError(
            "tables need pandas, which is not installed: pip install 'fluidseries[tables]'"
        ) from err
    return pandas


def _dims_table(rows: list[FloatArray], n_dims: int, dtype: Any) -> Any:
    numbers = np.vstack(rows) if rows else np.empty((0, n_dims), dtype)
    return _pandas().DataFrame(numbers, columns=[f"dim_{k}" for k in range(n_dims)])


def _require_columns(table: Any, wanted: list[str]) -> None:
    if not isinstance(table, _pandas().DataFrame):
        raise InputTypeError(f"wanted a pandas DataFrame, but got {type(table).__name__}")
    if not table.columns.is_unique:
        raise InputError("two columns of the table have the same name: rename one")
    for name in wanted:
        if name not in table.columns:
            there = ", ".join(map(repr, table.columns[:10]))
            raise InputError(f"the table has no column {name!r}, only {there}: name the right one")


def _as_names(column: Any, name: str) -> list[str]:
    """Return a column as text, or raise if a row of it is empty."""
    empty = column.isna().to_numpy()
    if empty.any():
        row = int(np.flatnonzero(empty)[0])
        raise InputError(f"the column {name!r} is empty in row {row}: fill or remove that row")
    return [str(value) for value in column]


def _as_numbers(table: Any) -> FloatArray:
    pandas = _pandas()
    for name, kind in table.dtypes.items():
        if not (pandas.api.types.is_numeric_dtype(kind) or pandas.api.types.is_bool_dtype(kind)):
            raise InputTypeError(
                f"the column {name!r} holds {kind} where numbers are needed: convert or drop it"
            )
    numbers: FloatArray = table.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _require_times(names: list[str], times: Any) -> None:
    """Raise unless every frame of a series has a time of its own that can be sorted."""
    pandas = _pandas()
    if times.isna().any():
        raise InputError(f"the column {times.name!r} has an empty time: fill or remove those rows")
    if pandas.api.types.is_object_dtype(times.dtype) or pandas.api.types.is_string_dtype(times):
        raise InputTypeError(
            f"the column {times.name!r} holds {times.dtype}, in whose order '10' comes before '9': "
            "convert it to numbers or times"
        )
    twice = pandas.DataFrame({"id": names, "time": times.to_numpy()}).duplicated().to_numpy()
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(
            f"series {names[row]!r} has the time {times.iloc[row]} twice: remove one of the two "
            "rows, or give time=None if the rows are in order"
        )


def _rows_by_name(names: list[str]) -> dict[str, Any]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    return {name: np.array(mine) for name, mine in rows.items()}
