"""Which suffix is whose: a row for each format."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from numpy.typing import DTypeLike

from ..errors import FormatError
from .text import Progress

__all__ = ["FORMATS", "Format", "Reading", "format_of", "has_suffix"]


@dataclass(frozen=True)
class Reading:
    """How to read, for the formats that can be asked.

    Parameters
    ----------
    id, time : str
        The columns of a table that hold the identifiers and the times.
    dtype : {"float64", "float32"}, optional
        How numbers are kept; by default float64.
    progress : callable, optional
        Called with the bytes that were read and the bytes that there are.
    """

    id: str = "id"
    time: str = "time"
    dtype: DTypeLike | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Parameters
    ----------
    name : str
        What people call it.
    suffixes : tuple of str
        Its suffixes, in lower case.
    reads, writes : str or None
        The module here that does it; None where nobody does.
    holds : tuple of str
        What can be written to it.
    one_series : bool
        Whether a file may hold one series alone, which then is called as the file is.
    """

    name: str
    suffixes: tuple[str, ...]
    reads: str | None
    writes: str | None
    holds: tuple[str, ...]
    one_series: bool = False

    def reader(self) -> Any:
        """Return the module that reads."""
        return import_module(f".{self.reads}", __package__)

    def writer(self) -> Any:
        """Return the module that writes."""
        return import_module(f".{self.writes}", __package__)


_DATA = ("DataSeries", "DataSet", "LabelSet", "Examples")

FORMATS = (
    Format(
        "FluCoMa JSON",
        (".json",),
        "flucoma_json",
        "flucoma_json",
        ("DataSeries", "DataSet", "LabelSet", "scaler", "model"),
    ),
    Format(".ts", (".ts",), "ts", "ts_writing", ("DataSeries", "Examples")),
    Format("ARFF", (".arff",), "arff", None, ()),
    Format("CSV", (".csv", ".tsv"), "csv_table", "csv_writing", _DATA, one_series=True),
    Format("NumPy", (".npz", ".npy"), "npz", "npz", _DATA, one_series=True),
    Format("Arrow", (".arrow", ".feather"), "arrow_table", "arrow_writing", _DATA),
    Format("Parquet", (".parquet",), "arrow_table", "arrow_writing", _DATA),
    Format(
        "float sound", (".wav", ".aif", ".aiff"), "sound", "sound", ("DataSeries",), one_series=True
    ),
)


def has_suffix(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file's suffix says a format."""
    return any(Path(path).suffix.lower() in row.suffixes for row in FORMATS)


def format_of(path: str | os.PathLike[str]) -> Format:
    """Return the row for a file's suffix.

    Raises
    ------
    FormatError
        If nobody has it.
    """
    suffix = Path(path).suffix.lower()
    for row in FORMATS:
        if suffix in row.suffixes:
            return row
    known = ", ".join(suffix for row in FORMATS for suffix in row.suffixes)
    what = f"the suffix {suffix!r}" if suffix else "a name without suffix"
    hint = "; a table as text may be called .csv" if suffix in (".txt", ".dat", ".log") else ""
    raise FormatError(
        f"{os.fspath(path)} has {what}, which says no format: known are {known}{hint}"
    )
