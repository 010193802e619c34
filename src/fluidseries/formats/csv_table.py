"""Reading CSV: a row per frame or per point.

The columns say what a file holds. ``id`` and ``time``: series; ``id`` alone: points, or labels if
there is nothing but ``label`` beside it; neither: one series, called as the file is. ``label`` is
the label of a row's example, ``target`` or ``target_0``, ``target_1``, ... its target, and
``frame_target_0``, ... the target of its frame. All other columns are dimensions.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FluidSeriesError, FormatError
from .columns import Columns, columns_of
from .csv_rows import Splitter
from .examples import Examples
from .table import Reading
from .text import TextFile, as_date, number, shortened

__all__ = ["read"]


@dataclass
class Rows:
    """What the rows of one identifier say, one after the other."""

    numbers: array[float] = field(default_factory=lambda: array("d"))
    times: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("q"))
    answer: tuple[str, ...] = ()


def read(path: Path, how: Reading) -> DataSeries | DataSet | LabelSet | Examples:
    """Read a file whose first row names the columns; without names it is one series."""
    file = TextFile(path, how.progress)
    lines = iter(file)
    try:
        header = next(lines, "")
        if not header.strip():
            raise file.error("the file begins with an empty line: the first names the columns")
        sign = _separator(path, header)
        names = next(csv.reader([header], delimiter=sign), [])
        if _is_numbers(names):
            columns = columns_of([f"dim_{k}" for k in range(len(names))], how, file.error)
            file = TextFile(path, how.progress)  # from the beginning, since it was no header
            lines = iter(file)
        else:
            columns = columns_of(names, how, file.error)
        table = _collect(file, Splitter(file, lines, columns, sign), columns, path.stem)
    except csv.Error as err:
        raise file.error(f"not CSV ({err}): export it again") from err
    return _content(file, table, columns, how)


def _separator(path: Path, header: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    return max(",;\t", key=header.count)


def _is_numbers(names: list[str]) -> bool:
    try:
        return bool([number(name) for name in names])
    except ValueError:
        return False


def _collect(file: TextFile, rows: Splitter, columns: Columns, stem: str) -> dict[str, Rows]:
    name_at, time_at = columns.id, columns.time
    table: dict[str, Rows] = {}
    for row in rows:
        name = stem if name_at is None else row[name_at]
        mine = table.get(name)
        if mine is None:
            if not name:
                raise rows.error(name_at, "an identifier is missing: fill it in")
            mine = table[name] = Rows(answer=_answer(columns, row))
        elif columns.answer and mine.answer != _answer(columns, row):
            raise file.error(
                f"{shortened(name)} has another label or target here than in line {mine.lines[0]}:"
                " all rows of one identifier need the same"
            )
        mine.numbers.frombytes(rows.bytes)
        mine.lines.append(file.line)
        if time_at is not None:
            mine.times.append(row[time_at])
    return table


def _answer(columns: Columns, row: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[place] for place in columns.answer)


def _content(
    file: TextFile, table: dict[str, Rows], columns: Columns, how: Reading
) -> DataSeries | DataSet | LabelSet | Examples:
    names = list(table)
    answers = [rows.answer for rows in table.values()]
    if columns.id is not None and columns.time is None:
        twice = next((name for name, rows in table.items() if len(rows.lines) > 1), None)
        if twice is not None:
            raise FormatError(
                f"{file.where}, line {table[twice].lines[1]}: the identifier {shortened(twice)} is "
                f"there twice: points have one row each, and series a column {how.time!r}"
            )
    try:
        if not columns.dims:
            return _target(file, columns, names, answers, table)
        frames = {name: _frames(file, columns, rows) for name, rows in table.items()}
        n_dims = len(columns.dims) - columns.n_frame_targets
        if columns.id is not None and columns.time is None:
            source: Any = DataSet({name: rows[0] for name, rows in frames.items()}, dtype=how.dtype)
        else:
            source = DataSeries(
                {name: rows[:, :n_dims] for name, rows in frames.items()}, dtype=how.dtype
            )
        if columns.n_frame_targets:
            target = {name: rows[:, n_dims:] for name, rows in frames.items()}
            return Examples(source, DataSeries(target))
        if not columns.answer:
            return source  # type: ignore[no-any-return]
        return Examples(source, _target(file, columns, names, answers, table))
    except FormatError:
        raise
    except FluidSeriesError as err:
        raise FormatError(f"{file.where}: {err}") from err


def _target(
    file: TextFile,
    columns: Columns,
    names: list[str],
    answers: list[tuple[str, ...]],
    table: dict[str, Rows],
) -> LabelSet | DataSet:
    if columns.has_labels:
        return LabelSet.from_list((answer[0] for answer in answers), names)
    points = []
    for name, answer in zip(names, answers, strict=True):
        try:
            points.append([number(cell) for cell in answer])
        except ValueError as err:
            raise FormatError(
                f"{file.where}, line {table[name].lines[0]}: the target of {shortened(name)} is "
                f"{', '.join(map(shortened, answer))}, but wanted numbers"
            ) from err
    return DataSet.from_array(points, names)


def _frames(file: TextFile, columns: Columns, rows: Rows) -> NDArray[np.float64]:
    frames = np.frombuffer(rows.numbers).reshape(len(rows.lines), -1)
    if columns.time is None:
        return frames
    times = _as_times(file, columns, rows)
    if (times[1:] > times[:-1]).all():
        return frames
    order = np.argsort(times, kind="stable")
    same = np.flatnonzero(times[order][1:] == times[order][:-1])
    if len(same):
        one, other = sorted((order[same[0]], order[same[0] + 1]))
        raise FormatError(
            f"{file.where}, line {rows.lines[other]}, column {columns.time + 1}: the time "
            f"{shortened(rows.times[other])} is there already, in line {rows.lines[one]}: every "
            "frame of a series needs a time of its own"
        )
    return frames[order]


def _as_times(file: TextFile, columns: Columns, rows: Rows) -> NDArray[Any]:
    """Return times that can be compared: numbers, or dates as ISO 8601 writes them."""
    try:
        times: NDArray[Any] = np.array([*map(float, rows.times)])
        if not np.isnan(times).any():
            return times
    except ValueError:
        pass
    dates = []
    for text, line in zip(rows.times, rows.lines, strict=True):
        dates.append(as_date(text))
        if dates[-1] is None:
            raise FormatError(
                f"{file.where}, line {line}, column {columns.time + 1 if columns.time else 1}: "
                f"{shortened(text)} is no time: write numbers, or dates such as 2026-03-01 14:30"
            )
    return np.array(dates)
