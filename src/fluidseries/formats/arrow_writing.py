"""Writing Arrow and Parquet: see `arrow_table` for the columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import EmptyError, FormatError
from ..files import replacing
from .arrow_table import BATCH, pyarrow
from .examples import Examples
from .rows import Row, rows_of

__all__ = ["write", "write_rows"]

# As much is in memory at once; a row that is longer is a batch of its own.
BATCH_BYTES = 32_000_000


def write(path: Path, content: DataSeries | DataSet | LabelSet | Examples) -> None:
    """Write a row per entry."""
    source = content.source if isinstance(content, Examples) else content
    origin = source.origin if isinstance(source, DataSeries) else {}
    write_rows(path, rows_of(content), origin)


def write_rows(path: Path, rows: Iterable[Row], origin: dict[str, Any] | None = None) -> None:
    """Write rows that come one by one, of which only a few are in memory at once.

    Raises
    ------
    EmptyError
        If there are no rows.
    FormatError
        If a row has other dimensions than the first.
    """
    pa, coming = pyarrow(), iter(rows)
    first = next(coming, None)
    if first is None:
        raise EmptyError(f"{path}: there is nothing to write")
    schema = _schema(first)
    if origin:
        schema = schema.with_metadata({"fluidseries": json.dumps({"origin": origin})})
    all_rows = chain([first], coming)
    with replacing(path) as file:
        if path.suffix.lower() == ".parquet":
            table = pa.parquet.ParquetWriter(file, schema)
        else:
            table = pa.ipc.new_file(file, schema)
        with table:
            for batch in _batches(path, all_rows, schema):
                table.write_batch(batch)


def _schema(row: Row) -> Any:
    pa = pyarrow()
    fields = [("id", pa.string())]
    if row.value is not None:
        numbers = pa.list_(_number(row.value), row.value.shape[-1])
        fields.append(("frames", pa.list_(numbers)) if row.value.ndim == 2 else ("point", numbers))
    if isinstance(row.target, str):
        fields.append(("label", pa.string()))
    elif row.target is not None:
        numbers = pa.list_(_number(row.target), row.target.shape[-1])
        per_frame = ("frame_targets", pa.list_(numbers))
        fields.append(per_frame if row.target.ndim == 2 else ("target", numbers))
    return pa.schema(fields)


def _number(array: Any) -> Any:
    pa = pyarrow()
    return pa.float32() if array.dtype == np.float32 else pa.float64()


def _batches(path: Path, rows: Iterator[Row], schema: Any) -> Iterator[Any]:
    pa = pyarrow()
    while batch := _some(rows):
        columns = {
            "id": [row.id for row in batch],
            "frames": [row.value for row in batch],
            "point": [row.value for row in batch],
            "label": [row.target for row in batch],
            "target": [row.target for row in batch],
            "frame_targets": [row.target for row in batch],
        }
        arrays = [_column(path, columns[field.name], field) for field in schema]
        yield pa.record_batch(arrays, schema=schema)


def _some(rows: Iterator[Row]) -> list[Row]:
    """Return the next rows: as many as fit into a batch, but at least one if there is one."""
    batch: list[Row] = []
    size = 0
    while size < BATCH_BYTES and len(batch) < BATCH:
        row = next(rows, None)
        if row is None:
            break
        batch.append(row)
        size += sum(value.nbytes for value in row if hasattr(value, "nbytes"))
    return batch


def _column(path: Path, values: list[Any], field: Any) -> Any:
    pa = pyarrow()
    if pa.types.is_string(field.type):
        return pa.array(values, field.type)
    one_row = pa.types.is_fixed_size_list(field.type)
    rows = field.type if one_row else field.type.value_type
    dims = rows.list_size
    if any(value.shape[-1] != dims for value in values):
        raise FormatError(
            f"{path}: the rows of {field.name!r} have different numbers of dimensions"
        )
    flat = np.concatenate([np.ravel(value) for value in values])
    numbers = pa.FixedSizeListArray.from_arrays(pa.array(flat, rows.value_type), dims)
    if one_row:
        return numbers
    ends = np.cumsum([0, *(len(value) for value in values)], dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), numbers)
