"""Arrow and Parquet tables with a row per frame or point, as other programs write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FluidSeriesError, FormatError, MissingExtraError
from .columns import Columns, columns_of
from .examples import Examples
from .table import Reading

__all__ = ["read_long"]


def read_long(path: Path, schema: Any, batches: Iterator[Any], how: Reading) -> Any:
    """Return what a table holds, by the names of its columns; see `csv_table`."""
    try:
        import pandas
        import pyarrow
    except ImportError as err:
        raise MissingExtraError(
            "tables need pandas, which is not installed: pip install 'fluidseries[tables]'"
        ) from err
    columns = columns_of(schema.names, how, lambda text: FormatError(f"{path}: {text}"))
    table = pyarrow.Table.from_batches(batches, schema).to_pandas()
    if columns.id is None:
        table.insert(0, how.id, path.stem)
    if not isinstance(table, pandas.DataFrame):
        raise FormatError(f"{path} is no table")
    try:
        return _content(table, columns, how)
    except FormatError:
        raise
    except FluidSeriesError as err:
        raise FormatError(f"{path}: {err}") from err


def _content(table: Any, columns: Columns, how: Reading) -> Any:
    keys = [how.id] if columns.time is None else [how.id, how.time]
    n_dims = len(columns.dims) - columns.n_frame_targets
    dims = [columns.names[place] for place in columns.dims]
    answer = [columns.names[place] for place in columns.answer]
    per_series = columns.time is not None or columns.id is None
    time = None if columns.time is None else how.time

    def taken(names: list[str]) -> Any:
        part = table[[*keys, *names]]
        if per_series:
            return DataSeries.from_table(part, id=how.id, time=time, dtype=how.dtype)
        return DataSet.from_table(part, id=how.id, dtype=how.dtype)

    if columns.n_frame_targets:
        return Examples(taken(dims[:n_dims]), taken(dims[n_dims:]))
    target: Any = None
    if columns.has_labels:
        target = LabelSet.from_table(table, id=how.id, label=answer[0])
    elif answer:
        once = table[[how.id, *answer]].drop_duplicates()
        target = DataSet.from_table(once, id=how.id)
    if not dims:
        return target
    source = taken(dims)
    return source if target is None else Examples(source, target)
