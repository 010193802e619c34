"""Writing any file: its suffix says how."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FormatError, InputTypeError
from .examples import Examples, as_examples
from .rows import Row
from .table import FORMATS, Format, format_of

__all__ = ["kind", "write", "write_rows"]


def write(path: str | os.PathLike[str], content: Any, *, allow_missing: bool = False) -> None:
    """Write data, a scaler or a model in the format that the suffix says.

    Parameters
    ----------
    path : str or path
        The file to write or to replace, whole or not at all. With ``{id}`` in its name, such as
        ``"takes/{id}.csv"``, a new folder with a file per series.
    content : DataSeries, DataSet, LabelSet, Examples, (source, target), a scaler or a model
        What to write. A file of several formats holds series and their labels together.
    allow_missing : bool
        Whether NaN may become null in FluCoMa's JSON, which FluCoMa reads as the number that stood
        there before. The other formats can say that a number is missing.

    Raises
    ------
    FormatError
        If the format cannot hold it, or the suffix says none.
    NonFiniteError
        If a number is NaN or infinite and the format cannot say so.
    FileNotFoundError, PermissionError, FileExistsError
        If it cannot be written there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import fluidseries as fs
    >>> path = Path(tempfile.mkdtemp()) / "takes.ts"
    >>> series = fs.DataSeries({"a": [[0.5, 1.0], [2.0, 3.0]]})
    >>> fs.write(path, (series, fs.LabelSet({"a": "up"})))
    >>> print(path.read_text().splitlines()[-1])
    0.5,2.0:1.0,3.0:up
    """
    place = Path(path)
    if isinstance(content, tuple) and len(content) == 2:
        content = as_examples(*content, os.fspath(path))
    if "{id}" in place.name:
        from . import folder

        folder.write(place, content)
        return
    row = format_of(place)
    _require_holds(place, row, kind(content))
    if row.name == "FluCoMa JSON":
        row.writer().write(place, content, allow_missing=allow_missing)
    else:
        row.writer().write(place, content)


def write_rows(
    path: str | os.PathLike[str], rows: Iterable[Row], *, origin: dict[str, Any] | None = None
) -> None:
    """Write series or points that come one by one to an Arrow or Parquet file.

    Only a few are in memory at once, so that a corpus may be larger than the memory.

    Parameters
    ----------
    path : str or path
        Ends in .arrow, .feather or .parquet; written whole or not at all.
    rows : iterable of Row
        As `iterate` gives them: all of one kind. Identifiers must differ, which is found out by
        who reads.
    origin : dict, optional
        How the frames were made.

    Raises
    ------
    FormatError
        If the suffix is another, or a row has other dimensions than the first.
    EmptyError
        If there are no rows.
    MissingExtraError
        If pyarrow is not installed.
    """
    row = format_of(path)
    if row.writes != "arrow_writing":
        raise FormatError(f"{os.fspath(path)}: only .arrow and .parquet are written row by row")
    row.writer().write_rows(Path(path), rows, origin)


def kind(content: Any) -> str:
    """Return what the table calls it.

    Raises
    ------
    InputTypeError
        If it is nothing that can be written.
    """
    for one in (DataSeries, DataSet, LabelSet, Examples):
        if isinstance(content, one):
            return one.__name__
    if not hasattr(content, "write"):
        raise InputTypeError(
            f"a {type(content).__name__} cannot be written: give a DataSeries, DataSet, LabelSet, "
            "a pair of source and target, a scaler or a model"
        )
    return "model" if hasattr(content, "predict") else "scaler"


def _require_holds(path: Path, row: Format, what: str) -> None:
    if row.writes is None:
        others = ", ".join(one.suffixes[0] for one in FORMATS if what in one.holds and one.writes)
        raise FormatError(f"{path}: {row.name} is read only: write one of {others}")
    if what in row.holds:
        return
    others = ", ".join(one.suffixes[0] for one in FORMATS if what in one.holds)
    raise FormatError(
        f"{path}: {row.name} holds {' or '.join(row.holds)}, not {_article(what)}: choose {others}"
        + (", or write source and target apart" if what == "Examples" else "")
    )


def _article(what: str) -> str:
    return "source and target together" if what == "Examples" else f"a {what}"
