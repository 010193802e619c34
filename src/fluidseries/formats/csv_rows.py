"""The rows of a CSV file, most of which the core reads many at once."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._core import read_rows
from ..errors import FormatError
from .columns import Columns
from .text import TextFile, as_date, number

__all__ = ["CsvRows", "Piece"]

UNKNOWN = {"", "na", "nan", "null", "none", "?"}
# As many are read at once.
ROOM = 1024


class Piece(NamedTuple):
    """Some rows that stand one after the other.

    Parameters
    ----------
    line : int
        The line of the first.
    numbers : ndarray of shape (n_rows, n_dims)
        The dimensions; NaN where one is not known.
    times : ndarray of shape (n_rows,)
        Numbers, or text if they are dates; empty if there is no column of times.
    runs : list of (int, list of str)
        The first row of each run of rows that differ in numbers only, and its cells; those of
        numbers may be empty.
    """

    line: int
    numbers: NDArray[np.float64]
    times: NDArray[Any]
    runs: list[tuple[int, list[str]]]


class CsvRows:
    """Iterates over the rows of a file that are left, in pieces.

    Parameters
    ----------
    file : TextFile
        After the row of names.
    columns : Columns
        What is where.
    sign : str
        What separates cells.
    """

    def __init__(self, file: TextFile, columns: Columns, sign: str) -> None:
        self.file, self.columns, self.sign = file, columns, sign
        self._expect(dates=False)

    def __iter__(self) -> Iterator[Piece]:
        """Yield what the core reads, and in between single rows that it does not."""
        while self.file.more():
            piece = self._plain()
            if len(piece.numbers):
                yield piece
            else:
                # A cell in quotes may go on in the next lines.
                row = next(csv.reader(self.file, delimiter=self.sign), [])
                if row:
                    yield self._odd(row)

    def error(self, line: int, message: str, place: int | None = None) -> FormatError:
        """Return the error for a line, and for one of the columns in it."""
        column = "" if place is None else f", column {place + 1} ({self.columns.names[place]!r})"
        return FormatError(f"{self.file.where}, line {line}{column}: {message}")

    def value(self, cell: str) -> float:
        """Return a number, or NaN if it is not known; where semicolons separate, 1,5 is 1.5."""
        if cell.strip().lower() in UNKNOWN:
            return np.nan
        decimal = self.sign == ";" and cell.count(",") == 1 and "." not in cell
        return number(cell.replace(",", ".") if decimal else cell)

    def _expect(self, *, dates: bool) -> None:
        """Make room for numbers, to which times belong unless they are dates."""
        time, dims = self.columns.time, self.columns.dims
        self.dates = dates
        numbers = dims if dates or time is None else [*dims, time]
        width = len(self.columns.names)
        self._places = [numbers.index(k) if k in numbers else -1 for k in range(width)]
        self._texts = [k for k in range(width) if k not in numbers]
        self._numbers = np.empty((ROOM, len(numbers)))
        self._runs = np.empty((ROOM, 1 + 2 * len(self._texts)), np.int64)

    def _plain(self) -> Piece:
        """Return the next rows up to one that is unusual, or no rows if the next is."""
        file, line = self.file, self.file.line + 1
        n_rows, n_runs, end = read_rows(
            file.block, file.at, self.sign, self._places, self._numbers, self._runs
        )
        runs = []
        for first, *ends in self._runs[:n_runs].tolist():
            file.line = line + first
            runs.append((first, self._cells(ends)))
        file.line, file.at = line - 1 + n_rows, end
        n_dims = len(self.columns.dims)
        times: NDArray[Any] = self._numbers[:n_rows, n_dims:].flatten()
        if self.dates and self.columns.time is not None:
            dates = _texts(row[self.columns.time] for _, row in runs)
            times = np.repeat(dates, np.diff(self._runs[:n_runs, 0], append=n_rows))
        return Piece(line, self._numbers[:n_rows, :n_dims].copy(), times, runs)

    def _cells(self, ends: list[int]) -> list[str]:
        """Return a row; its cells of text begin and end at `ends` in the block."""
        row = [""] * len(self._places)
        block = self.file.block
        for place, begin, end in zip(self._texts, ends[::2], ends[1::2], strict=True):
            line_begin = block.rfind(b"\n", 0, begin) + 1
            row[place] = self.file.decoded(block[begin:end], begin - line_begin)
        return row

    def _odd(self, row: list[str]) -> Piece:
        """Return a row of which some numbers may be missing, or say which is none."""
        columns, line = self.columns, self.file.line
        if len(row) != len(columns.names):
            width = len(columns.names)
            raise self.error(
                line,
                f"this row has {len(row)} columns, but the first row has {width}: "
                + _width_hint(row, width),
            )
        numbers = np.array([[self._number(row[place], place) for place in columns.dims]])
        times: NDArray[Any] = np.empty(0)
        if columns.time is not None:
            times = self._time(row[columns.time])
        return Piece(line, numbers, times, [(0, row)])

    def _number(self, cell: str, place: int) -> float:
        try:
            return self.value(cell)
        except ValueError as err:
            hint = _hint(cell, self.columns, place)
            raise self.error(self.file.line, f"{err}: {hint}", place) from err

    def _time(self, cell: str) -> NDArray[Any]:
        """Return the time of one row; the first that is no number makes all after it dates."""
        if not self.dates:
            try:
                return np.array([self.value(cell)])
            except ValueError:
                self._expect(dates=True)
        return _texts([cell])


def _texts(cells: Iterable[str]) -> NDArray[Any]:
    return np.array([*cells], dtype=object)


def _width_hint(row: list[str], width: int) -> str:
    """Return what to do about a row that is longer or shorter than the first."""
    if any("\n" in cell for cell in row):
        return 'a quotation mark is not closed; add the other " or remove it'
    if width == 1:
        return "the first must name all columns; remove what stands before it"
    if len(row) > width:
        return "the first must name all columns, decimals need a point, texts with commas quotes"
    return "fill in what is missing, or export it again"


def _hint(cell: str, columns: Columns, place: int) -> str:
    """Return what to do about a cell that is no number."""
    name = columns.names[place]
    if re.fullmatch(r"[+-]?[\d.]*,[\d.,]*\d", cell.strip()):
        return "write decimals with a point, and nothing between thousands"
    if re.fullmatch(r"[\d.eE+-]+(\s+[\d.eE+-]+)+", cell.strip()):
        return "separate columns by commas, semicolons or tabs"
    if as_date(cell) is not None:
        return f"if it is the time of the frames, say so: time={name!r}, or --time {name}"
    if columns.id is None:
        return (
            f"if it names the series, say so: id={name!r}, or --id {name}; else remove the column"
        )
    return "remove that column, or leave the cell empty if the number is not known"
