"""Writing CSV: see `csv_table` for the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..containers import DataSeries, DataSet, LabelSet
from ..files import replacing
from .columns import names_of
from .examples import Examples, Source

__all__ = ["write", "write_one"]


def write(path: Path, content: Source | LabelSet | Examples) -> None:
    """Write a row per frame, point or label; NaN becomes nan, and numbers come back exactly.

    Lines end as RFC 4180 has it, which also lets identifiers hold line ends.
    """
    source, target = content if isinstance(content, Examples) else (content, None)
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text, delimiter=_separator(path), lineterminator="\r\n")
        table.writerow([*_head(source), *_target_head(target)])
        table.writerows(_rows(source, target))
        text.detach()


def write_one(path: Path, series: DataSeries) -> None:
    """Write a series that is called as its file is: a row of names, then a row per frame."""
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text, delimiter=_separator(path), lineterminator="\r\n")
        table.writerow(["time", *_dims(series)])
        for frames in series.values():
            table.writerows((time, *row) for time, row in enumerate(frames.tolist()))
        text.detach()


def _separator(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _head(source: Any) -> list[str]:
    if isinstance(source, LabelSet):
        return ["id", "label"]
    time = ["time"] if isinstance(source, DataSeries) else []
    return ["id", *time, *_dims(source)]


def _dims(source: Any) -> list[str]:
    """Return what the dimensions are called."""
    names = source.dim_names if isinstance(source, DataSeries) else []
    return names or names_of("dim", source.n_dims)


def _target_head(target: Any) -> list[str]:
    if target is None:
        return []
    if isinstance(target, LabelSet):
        return ["label"]
    return names_of("target" if isinstance(target, DataSet) else "frame_target", target.n_dims)


def _rows(source: Any, target: Any) -> Iterator[Iterable[Any]]:
    for name, value in source.items():
        if isinstance(source, LabelSet):
            yield name, value
        elif isinstance(source, DataSet):
            yield name, *value.tolist(), *_answer(target, name)
        elif isinstance(target, DataSeries):
            frames = zip(value.tolist(), target[name].tolist(), strict=True)
            yield from ((name, time, *row, *more) for time, (row, more) in enumerate(frames))
        else:
            answer = _answer(target, name)
            yield from ((name, time, *row, *answer) for time, row in enumerate(value.tolist()))


def _answer(target: Any, name: str) -> list[Any]:
    if target is None:
        return []
    return [target[name]] if isinstance(target, LabelSet) else target[name].tolist()
