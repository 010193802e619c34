"""Reading the ARFF of the UEA and UCR archives.

Series of one dimension are a row of numbers each; series of several are a quoted text in each
row, in which ``\\n`` stands between the dimensions (a relational attribute). The last column is the
label, or a number if it is called target. Series that were padded to one length with ``?`` get
their own length back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries
from .cases import Case, frames_of, read_cases, target_of
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
    """Read a file."""
    return read_cases(path, how, _header, _case, comment="%")


def _header(file: TextFile) -> Header:
    kinds: list[tuple[str, str]] = []
    inside = relational = False
    for line in file:
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


def _case(file: TextFile, line: str, header: Header) -> Case:
    if line.startswith("{"):
        raise file.error("sparse rows are not read: export them in full", 0)
    if header.relational:
        text, rest, offset = _quoted(file, line)
        channels = text.split("\\n")
        offsets = accumulate((len(channel) + 2 for channel in channels), initial=1)
        frames = frames_of(file, zip(offsets, channels, strict=False))
    else:
        offset = max(line.rfind(","), 0) if header.labels or header.target else len(line)
        rest = line[offset:]
        frames = frames_of(file, [(0, line[:offset])])
        if len(frames) != header.columns:
            raise file.error(
                f"this case has {len(frames)} numbers, but there are {header.columns} attributes", 0
            )
    return _unpadded(frames), _answer(file, rest, offset, header)


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
    return target_of(file, rest[1:], offset + 1)
