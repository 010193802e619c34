"""Reading .ts, the text format of aeon, sktime and the UEA, UCR and TSER archives.

A header of lines that begin with @, then a case per line: dimensions separated by colons, the
numbers of each by commas, the label or the target value last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..containers import DataSeries
from .cases import Case, frames_of, read_cases, target_of
from .examples import Examples
from .table import Reading
from .text import TextFile, shortened

__all__ = ["read"]


@dataclass
class Header:
    """What the header says, as far as it changes how cases are read."""

    timestamps: bool = False
    labels: bool | None = None
    target: bool | None = None
    dims: int | None = None
    known: dict[str, str] = field(default_factory=dict)

    @property
    def ends_with_answer(self) -> bool:
        return bool(self.labels or self.target)


def read(path: Path, how: Reading) -> DataSeries | Examples:
    """Read a file."""
    return read_cases(path, how, _header, _case, comment="#")


def _header(file: TextFile) -> Header:
    header = Header()
    for line in file:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        tag, rest = words[0].lower(), words[1:]
        if tag == "@data":
            if header.labels is None and header.target is None:
                raise file.error(
                    "the header says neither @classLabel nor @targetlabel: write "
                    "'@classLabel false' above if the cases end without label",
                    0,
                )
            return header
        if not tag.startswith("@"):
            raise file.error(
                f"{shortened(line)} stands before @data, where only lines with @ or # belong: "
                "is it a .ts file?",
                0,
            )
        _take(file, line, header, tag, rest)
    raise file.error("the file ends without @data (truncated?): export it again")


def _take(file: TextFile, line: str, header: Header, tag: str, rest: list[str]) -> None:
    """Take over what one line of the header says; tags that do not matter may say anything."""
    if tag == "@timestamps":
        header.timestamps = _truth(file, line, rest)
    elif tag == "@targetlabel":
        header.target = _truth(file, line, rest)
    elif tag == "@classlabel":
        header.labels = _truth(file, line, rest)
        # aeon writes labels in lower case where the archive does not.
        header.known = {label.casefold(): label for label in rest[1:]}
        header.known |= {label: label for label in rest[1:]}
    elif tag in ("@dimensions", "@dimension"):
        header.dims = int(rest[0]) if rest and re.fullmatch("[1-9][0-9]{0,8}", rest[0]) else None
        if header.dims is None:
            raise file.error("a count of dimensions is wanted, such as '@dimensions 3'", 0)


def _truth(file: TextFile, line: str, rest: list[str]) -> bool:
    said = rest[0].lower() if rest else ""
    if said not in ("true", "false"):
        raise file.error(f"{shortened(line)} must say true or false", 0)
    return said == "true"


def _case(file: TextFile, line: str, header: Header) -> Case:
    # The times may hold colons of their own.
    between = "):" if header.timestamps else ":"
    channels, answer = line.split(between), None
    if header.ends_with_answer:
        if len(channels) < 2:
            raise file.error("the case ends without label or target (truncated?)", len(line))
        answer = _answer(file, channels.pop(), len(line), header)
    elif len(channels) > 1 and not channels[-1].strip():
        channels.pop()  # aeon's writer ends every case with a colon
    if header.dims is not None and len(channels) != header.dims:
        raise file.error(
            f"this case has {len(channels)} dimensions, but the header says {header.dims}"
            + (", and after them a label or target" if header.ends_with_answer else ""),
            0,
        )
    offsets = accumulate((len(channel) + len(between) for channel in channels), initial=0)
    placed: Iterable[tuple[int, str]] = zip(offsets, channels, strict=False)
    if header.timestamps:
        placed = ((offset, _times_off(file, channel, offset)) for offset, channel in placed)
    return frames_of(file, placed), answer


def _times_off(file: TextFile, channel: str, offset: int) -> str:
    """Return the values of pairs (time,value); cases are read as evenly timed."""
    pairs = channel.strip().removeprefix("(").removesuffix(")").split("),(")
    if not channel.strip().startswith("(") or not all("," in pair for pair in pairs):
        raise file.error("the header says @timestamps true, so pairs (time,value) belong", offset)
    return ",".join(pair.rpartition(",")[2] for pair in pairs)


def _answer(file: TextFile, text: str, end: int, header: Header) -> Any:
    offset, text = end - len(text), text.strip()
    if not text:
        raise file.error("the label or target is missing at the end of the line", end)
    if header.target:
        return target_of(file, text, offset)
    label = header.known.get(text) or header.known.get(text.casefold())
    if header.known and label is None:
        raise file.error(
            f"the label {shortened(text)} is not among those of @classLabel "
            f"({', '.join([*dict.fromkeys(header.known.values())][:10])})",
            offset,
        )
    return label or text
