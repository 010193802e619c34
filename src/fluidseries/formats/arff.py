"""Reading the ARFF of the UEA and UCR archives.

Series of one dimension are a row of numbers each; series of several are a quoted text in each
row, in which ``\\n`` stands between the dimensions (a relational attribute). The last column is the
label, or a number if it is called target. Series that were padded to one length with ``?`` get
their own length back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FluidSeriesError
from .examples import Examples
from .table import Reading
from .text import TextFile, shortened

__all__ = ["read"]

ATTRIBUTE = re.compile(
    r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(\{.*\}|\S+).*""",
    re.IGNORECASE,
)
NUMERIC = {"numeric", "real", "integer"}
ANSWERS = {"target", "class", "label"}


@dataclass
class Header:
    """What the attributes say."""

    relational: bool
    columns: int
    labels: bool
    target: bool


def read(path: Path, how: Reading) -> DataSeries | Examples:
    """Read a file; cases are called "0", "1", ..., padded with zeros to one width."""
    file = TextFile(path, how.progress)
    lines = iter(file)
    header = _header(file, lines)
    cases: list[NDArray[np.float64]] = []
    answers: list[Any] = []
    for line in lines:
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        frames, answer = _case(file, line.rstrip(), header)
        if cases and frames.shape[1] != cases[0].shape[1]:
            raise file.error(
                f"this case has {frames.shape[1]} dimensions, but those before have "
                f"{cases[0].shape[1]}: every case needs the same",
                0,
            )
        cases.append(frames)
        answers.append(answer)
    try:
        series = DataSeries.from_arrays(cases, dtype=how.dtype)
        if header.labels:
            return Examples(series, LabelSet.from_list(answers, list(series)))
        return (
            Examples(series, DataSet.from_array(answers, list(series))) if header.target else series
        )
    except FluidSeriesError as err:
        raise file.error(str(err)) from err


def _header(file: TextFile, lines: Iterator[str]) -> Header:
    kinds: list[tuple[str, str]] = []
    inside = relational = False
    for line in lines:
        text = line.strip()
        word = text.split(maxsplit=1)[0].lower() if text else "%"
        if word.startswith("%") or word == "@relation":
            continue
        if word == "@data":
            return _checked(file, kinds, relational)
        if word == "@end":
            inside = False
        elif word == "@attribute":
            found = ATTRIBUTE.fullmatch(text)
            if found is None:
                raise file.error(f"{shortened(text)} is no attribute with a name and a kind", 0)
            name, kind = found[1].strip("'\"").lower(), found[2].lower()
            if kind == "relational":
                inside = relational = True
            elif not inside:
                kinds.append((name, "{" if kind.startswith("{") else kind))
        else:
            raise file.error(
                f"{shortened(text)} stands before @data, where only lines with @ or % belong: is "
                "it an ARFF file?",
                0,
            )
    raise file.error("the file ends without @data (truncated?): export it again")


def _checked(file: TextFile, kinds: list[tuple[str, str]], relational: bool) -> Header:
    name, kind = kinds[-1] if kinds else ("", "")
    labels = kind == "{"
    target = kind in NUMERIC and (name in ANSWERS or relational)
    numbers = kinds[:-1] if labels or target else kinds
    odd = next(((name, kind) for name, kind in numbers if kind not in NUMERIC), None)
    if odd is not None:
        raise file.error(f"the attribute {odd[0]!r} is of the kind {odd[1]}, but wanted numeric")
    if relational == bool(numbers):
        raise file.error(
            "there must be numeric attributes or one relational attribute, and after them one label"
        )
    return Header(relational, len(numbers), labels, target)


def _case(file: TextFile, line: str, header: Header) -> tuple[NDArray[np.float64], Any]:
    if line.startswith("{"):
        raise file.error("sparse rows are not read: export them in full", 0)
    rest, offset = line, 0
    if header.relational:
        text, rest, offset = _quoted(file, line)
        channels = text.split("\\n")
    else:
        cut = rest.rfind(",") if header.labels or header.target else len(rest)
        channels, rest, offset = [rest[: max(cut, 0)]], rest[max(cut, 0) :], max(cut, 0)
    rows, start = [], 1 if header.relational else 0
    for channel in channels:
        rows.append(file.numbers(channel, start))
        if len(rows[-1]) != len(rows[0]):
            raise file.error(
                f"dimension {len(rows) - 1} has {len(rows[-1])} numbers, but dimension 0 has "
                f"{len(rows[0])}: all dimensions of a case need the same",
                start,
            )
        start += len(channel) + 2
    if not header.relational and len(rows[0]) != header.columns:
        raise file.error(
            f"this case has {len(rows[0])} numbers, but there are {header.columns} attributes", 0
        )
    return _unpadded(np.array(rows).T), _answer(file, rest, offset, header)


def _quoted(file: TextFile, line: str) -> tuple[str, str, int]:
    """Return the text in quotes that the line begins with, the rest, and where that begins."""
    sign = line[:1]
    end = line.find(sign, 1) if sign in ("'", '"') else -1
    if end < 0:
        raise file.error("a case begins with its numbers in quotes (truncated?)", 0)
    return line[1:end], line[end + 1 :], end + 1


def _unpadded(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.flatnonzero(~np.isnan(frames).all(axis=1))
    return frames[: known[-1] + 1] if len(known) else frames[:1]


def _answer(file: TextFile, rest: str, offset: int, header: Header) -> Any:
    if not (header.labels or header.target):
        if rest.strip():
            raise file.error(f"{shortened(rest)} is more than the attributes say", offset)
        return None
    if not rest.startswith(",") or not rest[1:].strip():
        raise file.error("the label or target is missing at the end of the line", offset)
    if header.labels:
        return rest[1:].strip().strip("'\"")
    row = file.numbers(rest[1:], offset + 1)
    if len(row) > 1:
        raise file.error(f"one target is wanted at the end, but {len(row)} came", offset + 1)
    return row[0]
