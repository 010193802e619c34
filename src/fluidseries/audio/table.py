"""A CSV that says what belongs to each sound: a label, numbers, or both."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TypeAlias

from ..containers import DataSet, LabelSet
from ..errors import EmptyError, FormatError, IdentifierError

__all__ = ["read_table"]

Rows: TypeAlias = dict[str, list[str]]


def read_table(path: Path, sounds: Mapping[str, Path]) -> tuple[LabelSet, DataSet]:
    """Read labels and points for sounds.

    Parameters
    ----------
    path : Path
        CSV with a line of headings. The first column names the sound: its file, with or without
        folder and ending. Other columns of numbers are the dimensions of a point, in their order; a
        column of text is the label.
    sounds : mapping of str to Path
        Where the sound of each identifier lies, relative to the folder.

    Raises
    ------
    FormatError
        If it is no such table; the message names line and column.
    IdentifierError
        If a row's sound is not there or there twice, or a sound has no row.
    """
    headings, rows = _rows(path)
    named = _named(path, rows, sounds)
    columns = [list(cells) for cells in zip(*named.values(), strict=True)]
    numbers, texts = [], []
    for heading, cells in zip(headings[1:], columns, strict=True):
        values = [_number(cell) for cell in cells]
        if any(value is None for value in values):
            texts.append((heading, cells))
        else:
            numbers.append(values)
    if len(texts) > 1:
        raise FormatError(
            f"{path} has {len(texts)} columns of text ({', '.join(repr(h) for h, _ in texts)}): "
            "keep the one that is the label (a number that is missing makes its column text)"
        )
    labels = LabelSet(zip(named, texts[0][1], strict=True)) if texts else LabelSet()
    points = DataSet(zip(named, zip(*numbers, strict=True), strict=True)) if numbers else DataSet()
    return labels, points


def _rows(path: Path) -> tuple[list[str], Rows]:
    """Return the headings, and the other cells of each line by its first."""
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError as err:
        raise FormatError(f"{path} is not UTF-8 text: save it as CSV in UTF-8") from err
    if len(lines) < 2 or len(lines[0]) < 2:
        raise EmptyError(
            f"{path} must have a line of headings such as file,label (or file,speed,pitch) and a "
            "line for each sound, cells divided by commas"
        )
    rows: Rows = {}
    for number, cells in enumerate(lines[1:], start=2):
        if not cells:
            continue
        if len(cells) != len(lines[0]):
            raise FormatError(
                f"{path}, line {number} has {len(cells)} cells, but the headings {len(lines[0])}"
            )
        name, *others = (cell.strip() for cell in cells)
        if "" in (name, *others):
            column = (name, *others).index("") + 1
            raise FormatError(f"{path}, line {number}, column {column} is empty: fill it")
        if name in rows:
            raise IdentifierError(f"{path}, line {number}: {name!r} is there twice: keep one")
        rows[name] = others
    return [heading.strip() for heading in lines[0]], rows


def _named(path: Path, rows: Rows, sounds: Mapping[str, Path]) -> Rows:
    """Return the rows by the identifiers of their sounds."""
    known: dict[str, set[str]] = {}
    for identifier, file in sounds.items():
        whole = file.as_posix()
        for name in (identifier, whole, file.name, file.stem):
            known.setdefault(name, set()).add(identifier)
    named: Rows = {}
    for name, cells in rows.items():
        found = known.get(name.replace("\\", "/"), set())
        if len(found) != 1:
            many = f"several sounds, such as {sorted(found)[0]!r}" if found else "no sound there"
            raise IdentifierError(
                f"{path} has a row for {name!r}, and that is {many}: write the file's path inside "
                "the folder"
            )
        named[found.pop()] = cells
    missing = [identifier for identifier in sounds if identifier not in named]
    if missing:
        some = ", ".join(repr(name) for name in missing[:3])
        raise IdentifierError(
            f"{len(missing)} of {len(sounds)} sounds have no row in {path}: {some}: add them, or "
            "move those sounds away"
        )
    return named


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) else None
