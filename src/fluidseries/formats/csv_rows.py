"""The rows of a CSV file: their numbers in one piece, and the cells beside these."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from .._core import read_numbers
from ..errors import FormatError
from .columns import Columns
from .text import TextFile, as_date, number, shortened

__all__ = ["Splitter"]

UNKNOWN = {"", "na", "nan", "null", "none", "?"}


class Splitter:
    """Iterates over rows; `bytes` are the dimensions of the last one, as float64.

    Most rows have no quotes, and their numbers stand side by side: such rows are cut at the ends of
    the numbers only, and the core reads these at once.

    Parameters
    ----------
    file : TextFile
        For the messages.
    lines : iterator of str
        The lines after the first.
    columns : Columns
        What is where.
    sign : str
        What separates cells.
    """

    def __init__(self, file: TextFile, lines: Iterator[str], columns: Columns, sign: str) -> None:
        self.file, self.lines, self.columns, self.sign = file, lines, columns, sign
        self.numbers = np.empty(len(columns.dims))
        self.bytes = self.numbers.data.cast("B")

    def __iter__(self) -> Iterator[Sequence[str]]:
        """Yield the cells of each row, those of the numbers perhaps empty."""
        sign, dims, width = self.sign, self.columns.dims, len(self.columns.names)
        first, after = (dims[0], width - 1 - dims[-1]) if dims else (0, 0)
        quick = bool(dims) and dims == [*range(first, first + len(dims))]
        between = [""] * len(dims)
        for line in self.lines:
            if quick and '"' not in line:
                head = line.rstrip("\r\n").split(sign, first)
                tail = head.pop().rsplit(sign, after) if after else [head.pop()]
                fits = len(head) == first and len(tail) == after + 1
                if fits and read_numbers(tail[0], sign, self.numbers) == len(dims):
                    yield [*head, *between, *tail[1:]]
                    continue
            # A cell in quotes may go on in the next lines.
            row = next(csv.reader(chain([line], self.lines), delimiter=sign), [])
            if row:
                self._take(row, width)
                yield row

    def error(self, place: int | None, message: str) -> FormatError:
        """Return the error for a cell of the last row."""
        place = place or 0
        return FormatError(
            f"{self.file.where}, line {self.file.line}, column {place + 1} "
            f"({self.columns.names[place]!r}): {message}"
        )

    def _take(self, row: list[str], width: int) -> None:
        """Read the numbers of a row of which some may be missing, or say which is none."""
        if len(row) != width:
            raise self.file.error(
                f"this row has {len(row)} columns, but the first row has {width}: export it again"
            )
        for k, place in enumerate(self.columns.dims):
            cell = row[place]
            try:
                unknown = cell.strip().lower() in UNKNOWN
                self.numbers[k] = np.nan if unknown else number(cell)
            except ValueError as err:
                hint = _hint(cell, self.columns.names[place])
                raise self.error(place, f"{shortened(cell)} is no number: {hint}") from err


def _hint(cell: str, name: str) -> str:
    """Return what to do about a cell that is no number."""
    if cell.count(",") == 1 and cell.replace(",", "").strip("+-").isdigit():
        return "write decimals with a point"
    if as_date(cell) is not None:
        return f"if it is the time of the frames, say so: time={name!r}, or --time {name}"
    return "remove that column, or leave the cell empty if the number is not known"
