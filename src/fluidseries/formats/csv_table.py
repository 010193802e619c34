"""Reading CSV: a row per frame or per point.

The columns say what a file holds. ``id`` and ``time``: series; ``id`` alone: points, or labels if
there is nothing but ``label`` beside it; neither: one series, called as the file is. ``label`` is
the label of a row's example, ``target`` or ``target_0``, ``target_1``, ... its target, and
``frame_target_0``, ... the target of its frame. All other columns are dimensions.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..containers.dim_names import names_as_origin
from ..errors import FluidSeriesError, FormatError
from .columns import Columns, columns_of
from .csv_rows import CsvRows
from .examples import Examples
from .table import Reading
from .text import TextFile, as_date, number, shortened

__all__ = ["read"]


@dataclass(frozen=True)
class Table:
    """What all rows say.

    Parameters
    ----------
    rows : CsvRows
        Where they come from, for the messages.
    answers : dict
        The label or the target of each identifier, in the order of their appearance.
    series : ndarray of shape (n_rows,)
        The place of a row's identifier among them.
    lines : ndarray of shape (n_rows,)
        The line of each row.
    numbers : ndarray of shape (n_rows, n_dims)
        The dimensions, and after them the targets per frame.
    times : ndarray of shape (n_rows,)
        Numbers, or texts among them if they are dates.
    """

    rows: CsvRows
    answers: dict[str, tuple[str, ...]]
    series: NDArray[np.int64]
    lines: NDArray[np.int64]
    numbers: NDArray[np.float64]
    times: NDArray[Any]


def read(path: Path, how: Reading) -> DataSeries | DataSet | LabelSet | Examples:
    """Read a file whose first row names the columns; without names it is one series."""
    file = TextFile(path, how.progress)
    try:
        header = next(iter(file), "")
        if not header.strip():
            what = "begins with an empty line" if header else "is empty"
            raise file.error(f"the file {what}: the first line names the columns")
        if "\r" in header.rstrip("\r\n"):
            raise file.error(
                "lines end in \\r alone, as on very old Macs: save it with other line ends"
            )
        if header.lstrip().startswith("{"):
            raise file.error("this is JSON: call the file .json")
        sign = _separator(path, header)
        names = next(csv.reader([header], delimiter=sign), [])
        if _are_numbers(names):
            names = [f"dim_{k}" for k in range(len(names))]
            file.line = file.at = 0  # once more from the beginning, since it names nothing
        columns = columns_of(names, how, file.error)
        table = _collected(CsvRows(file, columns, sign), columns, path.stem)
    except csv.Error as err:
        raise file.error(f"not CSV ({err}): export it again") from err
    try:
        return _content(table, columns, how)
    except FormatError:
        raise
    except FluidSeriesError as err:
        raise FormatError(f"{file.where}: {err}") from err


def _separator(path: Path, header: str) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    # A comma between digits may be for decimals.
    counts = {",": len(re.findall(r"(?<!\d),|,(?!\d)", header)), ";": 0, "\t": 0}
    counts |= {sign: header.count(sign) for sign in ";\t"}
    return max(counts, key=lambda sign: counts[sign])


def _are_numbers(names: list[str]) -> bool:
    try:
        return bool([number(name.replace(",", ".")) for name in names])
    except ValueError:
        return False


def _collected(rows: CsvRows, columns: Columns, stem: str) -> Table:
    # Of each identifier its place, its first line and its answer.
    known: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    series = [np.empty(0, np.int64)]
    lines = [np.empty(0, np.int64)]
    numbers = [np.empty((0, len(columns.dims)))]
    times: list[NDArray[Any]] = [np.empty(0)]
    for piece in rows:
        n_rows = len(piece.numbers)
        places = []
        for first, row in piece.runs:
            line = piece.line + first
            name = stem if columns.id is None else row[columns.id]
            for place in columns.nameless:
                if row[place].strip():
                    raise rows.error(
                        line,
                        f"{shortened(row[place])} stands in a column without a name: call it "
                        f"id if it names the series, or remove it",
                        place,
                    )
            if not name:
                raise rows.error(line, "an identifier is missing: fill it in", columns.id)
            answer = tuple([row[place] for place in columns.answer])
            place, before, other = known.setdefault(name, (len(known), line, answer))
            if answer != other:
                raise rows.error(
                    line,
                    f"{shortened(name)} has another label or target here than in line {before}: "
                    "all rows of one identifier need the same",
                )
            places.append(place)
        counts = np.diff([first for first, _ in piece.runs], append=n_rows)
        series.append(np.repeat(places, counts))
        lines.append(np.arange(piece.line, piece.line + n_rows))
        numbers.append(piece.numbers)
        times.append(piece.times)
    answers = {name: answer for name, (_, _, answer) in known.items()}
    return Table(
        rows,
        answers,
        np.concatenate(series),
        np.concatenate(lines),
        np.concatenate(numbers),
        np.concatenate(times),
    )


def _content(
    table: Table, columns: Columns, how: Reading
) -> DataSeries | DataSet | LabelSet | Examples:
    per_point = columns.id is not None and columns.time is None
    if per_point:
        _require_once(table, how)
    if not columns.dims:
        return _target(table, columns)
    if per_point:
        source: Any = DataSet.from_array(table.numbers, list(table.answers), dtype=how.dtype)
    else:
        numbers = table.numbers[_order(table, columns)]
        lengths = np.bincount(table.series, minlength=len(table.answers))
        n_dims = len(columns.dims) - columns.n_frame_targets
        names = list(table.answers)
        origin = names_as_origin(columns.names[place] for place in columns.dims[:n_dims])
        source = DataSeries._of_rows(
            names, lengths, numbers[:, :n_dims], dtype=how.dtype, origin=origin
        )
        if columns.n_frame_targets:
            return Examples(source, DataSeries._of_rows(names, lengths, numbers[:, n_dims:]))
    return Examples(source, _target(table, columns)) if columns.answer else source


def _require_once(table: Table, how: Reading) -> None:
    again = np.flatnonzero(table.series != np.arange(len(table.series)))
    if len(again):
        name = [*table.answers][table.series[again[0]]]
        raise table.rows.error(
            table.lines[again[0]],
            f"the identifier {shortened(name)} is there twice: points have one row each, and "
            f"series a column {how.time!r}",
        )


def _target(table: Table, columns: Columns) -> LabelSet | DataSet:
    names, answers = list(table.answers), list(table.answers.values())
    if columns.has_labels:
        return LabelSet.from_list((answer[0] for answer in answers), names)
    points = []
    for place, answer in enumerate(answers):
        try:
            points.append([table.rows.value(cell) for cell in answer])
        except ValueError as err:
            raise table.rows.error(
                table.lines[np.argmax(table.series == place)],
                f"the target of {shortened(names[place])} is {', '.join(map(shortened, answer))}, "
                "but wanted numbers",
            ) from err
    return DataSet.from_array(points, names)


def _order(table: Table, columns: Columns) -> Any:
    """Return the rows in the order of series and times."""
    series = table.series
    times = np.arange(len(series)) if columns.time is None else _times(table, columns)
    same = series[1:] == series[:-1]
    if ((series[1:] > series[:-1]) | (same & (times[1:] > times[:-1]))).all():
        return slice(None)
    order = np.lexsort((times, series))
    twice = (np.diff(series[order]) == 0) & (times[order][1:] == times[order][:-1])
    if twice.any():
        first = int(np.argmax(twice))
        one, other = sorted(order[first : first + 2])
        time = table.times[other]
        raise table.rows.error(
            table.lines[other],
            f"the time {shortened(time) if isinstance(time, str) else f'{time:g}'} is there "
            f"already, in line {table.lines[one]}: every frame of a series needs a time of its own",
            columns.time,
        )
    return order


def _times(table: Table, columns: Columns) -> NDArray[Any]:
    """Return times that can be compared: numbers, or dates as ISO 8601 writes them."""

    def refuse(row: Any, message: str) -> FormatError:
        return table.rows.error(table.lines[row], message, columns.time)

    if table.times.dtype == np.float64:
        missing = np.flatnonzero(np.isnan(table.times))
        if len(missing):
            raise refuse(missing[0], "the time is missing: fill it in")
        return table.times
    dates = [as_date(text) if isinstance(text, str) else text for text in table.times]
    for row, date in enumerate(dates):
        if date is None:
            raise refuse(
                row,
                f"{shortened(table.times[row])} is no time: write numbers, or dates such as "
                "2026-03-01 14:30",
            )
    for row, date in enumerate(dates):
        if isinstance(date, float):
            raise refuse(row, "the time is a number, but others are dates: write all as one kind")
    return np.array(dates)
