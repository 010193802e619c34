"""Arrow and Parquet: a row per series, for corpora that are large.

Columns: ``id``; ``frames``, a list of rows of one size, or ``point``; and where there is one,
``label``, ``target`` or ``frame_targets``. The origin is in the schema's metadata. A table without
``frames`` and ``point`` is read as a CSV with these columns would be. Arrow files are mapped into
memory: only what is looked at is read from the disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FluidSeriesError, FormatError, MissingExtraError
from ..files import open_to_read
from .arrow_long import read_long
from .examples import Examples
from .rows import Row
from .table import Reading

__all__ = ["iterate", "pyarrow", "read"]

# Rows that are looked at together in a Parquet file.
BATCH = 256


def read(path: Path, how: Reading) -> Any:
    """Read a whole file into containers."""
    with _opened(path) as (schema, batches):
        if not {"frames", "point", "label"} & set(schema.names) or _is_long(schema, how):
            return read_long(path, schema, batches, how)
        origin = _origin(path, schema)
        frames: dict[str, Any] = {}
        answers: dict[str, Any] = {}
        for row in _rows(path, batches):
            if row.id in answers:
                raise FormatError(f"{path}: the identifier {row.id!r} is there twice: rename one")
            frames[row.id], answers[row.id] = row.value, row.target
        dtype = how.dtype or _kept(schema)
        try:
            return _contained(schema, frames, answers, dtype, origin)
        except FluidSeriesError as err:
            raise FormatError(f"{path}: {err}") from err


def iterate(path: Path) -> Iterator[Row]:
    """Yield row by row; of an Arrow file the arrays are views of the disk."""
    with _opened(path) as (schema, batches):
        if not {"frames", "point"} & set(schema.names):
            raise FormatError(
                f"{path} has no column 'frames' or 'point', so it cannot be read row by row: "
                "read it whole, and write it again"
            )
        yield from _rows(path, batches)


def pyarrow() -> Any:
    """Return pyarrow, or raise naming the remedy."""
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError as err:
        raise MissingExtraError(
            "Arrow and Parquet need pyarrow, which is not installed: "
            "pip install 'fluidseries[tables]'"
        ) from err
    return pyarrow


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Iterator[Any]]]:
    """Open a file; what its library says about damage becomes our error."""
    pa = pyarrow()
    open_to_read(path).close()  # for the better message where there is no such file
    try:
        if path.suffix.lower() == ".parquet":
            with pa.parquet.ParquetFile(path, memory_map=True) as file:
                # Group by group, since pyarrow would hold several at once.
                groups = (
                    batch
                    for group in range(file.num_row_groups)
                    for batch in file.iter_batches(batch_size=BATCH, row_groups=[group])
                )
                yield file.schema_arrow, groups
        else:
            with pa.memory_map(os.fspath(path)) as source, pa.ipc.open_file(source) as file:
                yield file.schema, (file.get_batch(k) for k in range(file.num_record_batches))
    except (pa.ArrowException, OSError) as err:
        raise FormatError(
            f"{os.fspath(path)} is no {path.suffix} file that can be read ({err}): export it again"
        ) from err


def _is_long(schema: Any, how: Reading) -> bool:
    return "frames" not in schema.names and how.time in schema.names


def _rows(path: Path, batches: Iterator[Any]) -> Iterator[Row]:
    count = 0
    for batch in batches:
        batch.validate(full=True)
        columns = {name: batch.column(name) for name in batch.schema.names}
        for name in ("id", *(name for name in _TAKEN if name in columns)):
            if name not in columns:
                raise FormatError(f"{path} has no column {name!r}: it is not a corpus of ours")
            if columns[name].null_count:
                row = count + int(np.flatnonzero(columns[name].is_null().to_numpy(False))[0])
                raise FormatError(f"{path}, row {row}, column {name!r}: nothing there: fill it in")
        values = {
            name: _TAKEN[name](path, name, columns[name]) for name in _TAKEN if name in columns
        }
        value = values.get("frames", values.get("point"))
        target = next((values[name] for name in _ANSWERS if name in values), None)
        for place, name in enumerate(columns["id"].to_pylist()):
            yield Row(
                str(name),
                None if value is None else value[place],
                None if target is None else target[place],
            )
        count += batch.num_rows


def _frames(path: Path, name: str, column: Any) -> list[NDArray[Any]]:
    """Return an array of shape (n_frames, n_dims) per row."""
    pa = pyarrow()
    if not _is_list(column.type):
        raise FormatError(
            f"{path}, column {name!r} holds {column.type}, but wanted lists of frames"
        )
    lengths = pa.compute.list_value_length(column).to_numpy(zero_copy_only=False)
    frames = column.flatten()
    table = _points(path, name, frames) if _is_list(frames.type) else _plain(path, name, frames)
    if len(frames) and not np.ndim(table[0]):
        table = table.reshape(-1, 1)
    return np.split(table, np.cumsum(lengths)[:-1]) if len(lengths) else []


def _points(path: Path, name: str, column: Any) -> Any:
    """Return a table of shape (n_rows, n_dims)."""
    pa = pyarrow()
    if not _is_list(column.type):
        return _plain(path, name, column).reshape(-1, 1)
    if column.null_count:
        raise FormatError(f"{path}, column {name!r}: a row of numbers is missing")
    sizes = pa.compute.list_value_length(column).to_numpy(zero_copy_only=False)
    if len(sizes) and (sizes != sizes[0]).any():
        raise FormatError(
            f"{path}, column {name!r}: rows of {sizes.min()} and of {sizes.max()} numbers, but all "
            "need the same number of dimensions"
        )
    return _plain(path, name, column.flatten()).reshape(len(column), -1)


def _plain(path: Path, name: str, column: Any) -> Any:
    pa = pyarrow()
    types = pa.types
    if not (types.is_floating(column.type) or types.is_integer(column.type)):
        raise FormatError(f"{path}, column {name!r} holds {column.type}, but wanted numbers")
    if column.type != pa.float32():
        column = column.cast(pa.float64())
    return column.to_numpy(zero_copy_only=False)


def _labels(path: Path, name: str, column: Any) -> list[str]:
    del path, name
    return [str(label) for label in column.to_pylist()]


_TAKEN: dict[str, Any] = {
    "frames": _frames,
    "point": _points,
    "label": _labels,
    "target": _points,
    "frame_targets": _frames,
}
_ANSWERS = ("label", "target", "frame_targets")


def _is_list(kind: Any) -> bool:
    types = pyarrow().types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _kept(schema: Any) -> str:
    """Return the dtype that holds the numbers of the file exactly."""
    names = [name for name in ("frames", "point") if name in schema.names]
    return (
        "float32" if any("float" in str(schema.field(name).type) for name in names) else "float64"
    )


def _origin(path: Path, schema: Any) -> Any:
    stored = (schema.metadata or {}).get(b"fluidseries")
    if stored is None:
        return None
    try:
        return json.loads(stored)["origin"]
    except (ValueError, KeyError, TypeError) as err:
        raise FormatError(
            f"{path}: the metadata 'fluidseries' are damaged: export it again"
        ) from err


def _contained(
    schema: Any, values: dict[str, Any], answers: dict[str, Any], dtype: Any, origin: Any
) -> Any:
    names = schema.names
    target: Any = None
    if "label" in names:
        target = LabelSet(answers)
    elif "target" in names:
        target = DataSet(answers)
    elif "frame_targets" in names:
        target = DataSeries(answers)
    if "frames" not in names and "point" not in names:
        return target
    source: Any = (
        DataSeries(values, dtype=dtype, origin=origin)
        if "frames" in names
        else DataSet(values, dtype=dtype)
    )
    return source if target is None else Examples(source, target)
