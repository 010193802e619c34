"""Reading any file: its suffix says how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import DTypeLike

from ..errors import FormatError
from .rows import Row, rows_of
from .table import Reading, format_of
from .text import Progress

__all__ = ["iterate", "read"]


def read(
    path: str | os.PathLike[str],
    *,
    id: str = "id",
    time: str = "time",
    dtype: DTypeLike | None = None,
    progress: Progress | None = None,
) -> Any:
    """Read a file of any format that is known, or a folder with a file per series.

    Parameters
    ----------
    path : str or path
        The suffix says which format it is, and the content what it holds. A folder holds a series
        per file, named after it; if the files lie in sub-folders, these are the labels. A name
        with ``{id}``, such as ``"takes/{id}.wav"``, is the files of a folder that fit it.
    id, time : str
        In a table: the columns of identifiers and of times, by which frames are sorted.
    dtype : {"float64", "float32"}, optional
        How the numbers of series are kept; by default float64.
    progress : callable, optional
        Called with the number of bytes that were read and of those that there are.

    Returns
    -------
    DataSeries, DataSet, LabelSet, Examples, a scaler or a model
        `Examples` is a pair (source, target): what a file gives that holds labels or targets too.

    Raises
    ------
    FormatError
        If the file is damaged or not what its suffix says; the message names line and column.
    MissingExtraError
        If its format needs a package that is not installed.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import fluidseries as fs
    >>> path = Path(tempfile.mkdtemp()) / "takes.csv"
    >>> _ = path.write_text("id,time,x,label\\na,0,0.5,up\\na,1,1.5,up\\nb,0,2.5,down\\n")
    >>> source, target = fs.read(path)
    >>> source["a"].tolist(), target["b"]
    ([[0.5], [1.5]], 'down')
    """
    place, how = Path(path), Reading(id, time, dtype, progress)
    if place.is_dir() or "{id}" in place.name:
        from . import folder

        return folder.read(place, how)
    row = format_of(place)
    if row.reads is None:
        raise FormatError(f"{place}: {row.name} is written only, not read: choose another file")
    return row.reader().read(place, how)


def iterate(path: str | os.PathLike[str]) -> Iterator[Row]:
    """Yield the series or points of a file one by one.

    Of Arrow and Parquet only a few are in memory at once, so that a corpus may be larger than the
    memory; an Arrow file's arrays are read-only views of the disk. Other files are read whole.

    Parameters
    ----------
    path : str or path
        A file or folder that `read` reads.

    Yields
    ------
    Row
        A named tuple of identifier, value (ndarray of shape (n_frames, n_dims) or (n_dims,)) and
        target (label, point, points per frame, or None).

    Raises
    ------
    FormatError, MissingExtraError, FileNotFoundError
        As in `read`; damage is found when its place is reached.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import fluidseries as fs
    >>> path = Path(tempfile.mkdtemp()) / "takes.csv"
    >>> fs.write(path, fs.DataSeries({"a": [[1.0], [2.0]], "b": [[3.0]]}))
    >>> [(row.id, len(row.value)) for row in fs.formats.iterate(path)]
    [('a', 2), ('b', 1)]
    """
    place = Path(path)
    if format_of(place).reads == "arrow_table":
        from . import arrow_table

        return arrow_table.iterate(place)
    return rows_of(read(place))
