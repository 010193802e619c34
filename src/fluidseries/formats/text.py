"""Text files line by line, whose errors name the line and the column."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import isinf
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._core import read_numbers
from ..errors import FormatError
from ..files import open_to_read

__all__ = ["Progress", "TextFile", "as_date", "number", "shortened"]

# Called with the bytes that were read and the bytes that there are.
Progress: TypeAlias = Callable[[int, int], None]

BLOCK = 1 << 18


class TextFile:
    """A file of UTF-8 text, of which pieces of whole lines are in memory.

    `line` counts the lines that were read. Whoever reads many lines at once takes them from
    `block`, from `at` on, and moves the two.

    Parameters
    ----------
    path : path
        The file.
    progress : callable, optional
        Called now and then while it is read.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.where = os.fspath(path)
        self.line = self.at = 0
        self.block = b""
        self._blocks = _blocks(path, progress)

    def more(self) -> bool:
        """Tell whether anything is left, which then is in `block`."""
        if self.at == len(self.block):
            self.block, self.at = next(self._blocks, b""), 0
        return bool(self.block)

    def __iter__(self) -> Iterator[str]:
        """Yield the lines that are left, with their ends."""
        while self.more():
            end = self.block.find(b"\n", self.at) + 1 or len(self.block)
            line, self.at = self.block[self.at : end], end
            self.line += 1
            yield self.decoded(line)

    def decoded(self, raw: bytes, offset: int = 0) -> str:
        """Return a part of the last line as text; `offset` is where in it that begins."""
        try:
            return raw.decode()
        except UnicodeDecodeError as err:
            message = f"byte {raw[err.start]:#04x} is not UTF-8 text: save the file as UTF-8"
            raise self.error(message, offset + err.start) from err

    def error(self, message: str, offset: int | None = None) -> FormatError:
        """Return the error for the last line; `offset` counts characters from 0."""
        column = "" if offset is None else f", column {offset + 1}"
        return FormatError(f"{self.where}, line {max(self.line, 1)}{column}: {message}")

    def numbers(self, text: str, offset: int) -> NDArray[np.float64]:
        """Return the numbers of a row with commas between them; a missing one becomes NaN.

        Parameters
        ----------
        text : str
            A part of the last line.
        offset : int
            Where in the line it begins, for the message.
        """
        row = np.empty(text.count(",") + 1)
        if read_numbers(text, ",", row) == len(row):
            return row
        for place, cell in enumerate(text.split(",")):
            try:
                row[place] = number(cell)
            except ValueError as err:
                what = str(err) if cell.strip() else "a number is missing"
                raise self.error(f"{what}: write ? where one is not known", offset) from err
            offset += len(cell) + 1
        return row


def _blocks(path: Path, progress: Progress | None) -> Iterator[bytes]:
    """Yield the content in pieces of whole lines, without the mark that may begin UTF-8."""
    done = 0
    with open_to_read(path) as file:
        size = os.fstat(file.fileno()).st_size
        while block := file.read(BLOCK):
            block += file.readline()
            yield block if done else block.removeprefix(BOM_UTF8)
            done += len(block)
            if progress:
                progress(done, size)


def number(cell: str) -> float:
    """Return a number as Python reads it, or NaN for a question mark; slower than the core.

    Raises
    ------
    ValueError
        If it is none; the message says so.
    """
    if cell.strip() == "?":
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = None
    if value is None or "_" in cell:  # Python reads 1_000 as a number, and nobody else does
        raise ValueError(f"{shortened(cell)} is no number")
    if isinf(value) and "inf" not in cell.lower():
        raise ValueError(f"{shortened(cell)} is too large for a number of 64 bits")
    return value


def as_date(cell: str) -> np.datetime64 | None:
    """Return a moment that is written as ISO 8601 has it, in UTC if it has a zone, or None."""
    text = cell.strip()
    try:
        if ":" in text:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                moment = moment.astimezone(UTC).replace(tzinfo=None)
            return np.datetime64(moment, "ns")
        # Also months alone; what is longer may have a zone, of which NumPy knows nothing.
        date = np.datetime64(text, "ns") if len(text) <= len("2026-03-01") else None
    except (ValueError, OverflowError):
        return None
    return None if date is None or np.isnat(date) else date


def shortened(cell: str) -> str:
    """Return a cell as it is shown in messages."""
    cell = cell.strip()
    return repr(cell if len(cell) <= 24 else f"{cell[:21]}...")
