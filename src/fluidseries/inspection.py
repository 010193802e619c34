"""What a file holds, in a few lines: data, scalers and models, told apart by their content."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .containers import DataSeries, DataSet, LabelSet, parse_container
from .containers.flucoma import kind_of
from .files import json_place, read_json
from .formats import Examples, has_suffix, read
from .formats.flucoma_json import MODELS, SCALERS
from .model_facts import Fact, facts_about, facts_of_origin
from .wording import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .models.base import Model
    from .scalers.base import Scale

__all__ = ["Description", "describe", "describe_content"]

SHOWN = 40
LEFT = ("dim", "name", "label", "parameter")


@dataclass
class Description:
    """A title, facts, and rows of cells under headings.

    Examples
    --------
    >>> told = Description("a: LabelSet", [Fact("labels", "2", 2)], ["label", "count"], [["1", 2]])
    >>> print(told)
    a: LabelSet
      labels  2
    <BLANKLINE>
      label  count
      1          2
    >>> told.to_dict()
    {'file': 'a', 'kind': 'LabelSet', 'labels': 2, 'rows': [{'label': '1', 'count': 2}]}
    """

    title: str
    facts: list[Fact]
    headings: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    is_data: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the same for JSON: numbers and lists, None for what is not known."""
        title, _, kind = self.title.rpartition(": ")
        rows = [
            {name: _plain(cell) for name, cell in zip(self.headings, row, strict=True)}
            for row in self.rows
        ]
        facts = {fact.name: _plain(fact.value) for fact in self.facts}
        return {"file": title, "kind": kind, **facts, "rows": rows}

    def __str__(self) -> str:
        width = max(len(fact.name) for fact in self.facts)
        lines = [self.title, *(f"  {fact.name:<{width}}  {fact.text}" for fact in self.facts)]
        return "\n".join([*lines, *self._table()])

    def _table(self) -> list[str]:
        if not self.rows:
            return []
        shown = [[_text(cell) for cell in row] for row in self.rows[:SHOWN]]
        columns = []
        for heading, *cells in zip(self.headings, *shown, strict=True):
            width = max(map(len, [heading, *cells]))
            place = str.ljust if heading in LEFT else str.rjust
            columns.append([place(cell, width) for cell in (heading, *cells)])
        lines = ["  " + "  ".join(line) for line in zip(*columns, strict=True)]
        more = len(self.rows) - SHOWN
        return ["", *lines, *([f"  ... and {more} more"] if more > 0 else [])]


def describe(path: str | os.PathLike[str]) -> Description:
    """Read a file and say what it holds.

    Parameters
    ----------
    path : str or path
        A container, scaler or MLP in FluCoMa's JSON, a model of ours, or data in any other format.

    Returns
    -------
    Description
        Print it, or take its parts.

    Raises
    ------
    FormatError
        If the file is none of these.
    FileNotFoundError
        If there is no such file.
    """
    where = os.fspath(path)
    if Path(path).suffix.lower() != ".json" and (has_suffix(path) or Path(path).is_dir()):
        return describe_content(where, read(path))
    content = read_json(path)
    kind = kind_of(content)
    if kind in SCALERS or kind in MODELS:
        return _of_fitted(where, kind)
    container = parse_container(content, json_place(path))
    if not container:
        return Description(f"{where}: {kind}", [Fact("entries", "none", 0)])
    return describe_content(where, container)


def describe_content(where: str, container: Any) -> Description:
    """Say what data hold that were read already; `where` names them."""
    description = _of_data(where, container)
    description.is_data = True
    return description


def _of_data(where: str, container: Any) -> Description:
    if isinstance(container, Examples):
        return _of_examples(where, container)
    if not container:
        return Description(f"{where}: {type(container).__name__}", [Fact("entries", "none", 0)])
    if isinstance(container, DataSeries):
        return _of_series(where, container)
    if isinstance(container, DataSet):
        return _of_points(where, container)
    return _of_labels(where, container)


def _of_series(where: str, series: DataSeries) -> Description:
    frames = np.concatenate(list(series.values()))
    lengths = [len(one) for one in series.values()]
    facts = [
        _count("series", series.get_ids()),
        Fact("dims", str(series.n_dims), series.n_dims),
        _frames(lengths),
        _missing(frames),
        *facts_of_origin(series.origin),
    ]
    return Description(f"{where}: DataSeries", facts, *_ranges(frames, series.dim_names))


def _of_examples(where: str, examples: Examples) -> Description:
    """Say what goes in, and of what should come out the kind and the range."""
    description = _of_data(where, examples.source)
    if isinstance(examples.target, LabelSet):
        counts = examples.target.counts()
        texts = [f"{label} ({count})" for label, count in counts.items()]
        description.facts.append(Fact("labels", listed(texts, SHOWN), dict(counts)))
        return description
    table = np.concatenate([np.atleast_2d(value) for value in examples.target.values()])
    ends = [[float(column.min()), float(column.max())] for column in table.T]
    spans = [f"{low:.5g} to {high:.5g}" for low, high in ends[:SHOWN]]
    per_frame = " per frame" if isinstance(examples.target, DataSeries) else ""
    description.facts.append(Fact(f"target{per_frame}", "; ".join(spans), ends))
    return description


def _of_points(where: str, points: DataSet) -> Description:
    table = np.stack(list(points.values()))
    facts = [
        _count("points", points.get_ids()),
        Fact("dims", str(points.n_dims), points.n_dims),
        _missing(table),
    ]
    return Description(f"{where}: DataSet", facts, *_ranges(table))


def _of_labels(where: str, labels: LabelSet) -> Description:
    counts = Counter(labels.values())
    facts = [
        _count("labels", labels.get_ids()),
        Fact("different", str(len(counts)), len(counts)),
    ]
    rows = [[label, count] for label, count in sorted(counts.items())]
    return Description(f"{where}: LabelSet", facts, ["label", "count"], rows)


def _of_fitted(where: str, kind: str) -> Description:
    # Here, since scikit-learn takes a second to load and data do not need it.
    if kind in MODELS:
        from .models.registry import read_model

        return _of_model(where, read_model(where))
    from . import scalers

    return _of_scaler(where, getattr(scalers, kind).read(where))


def _of_model(where: str, model: Model[Any]) -> Description:
    rows = [[name, value] for name, value in model.get_params().items()]
    title = f"{where}: {type(model).__name__}"
    return Description(title, facts_about(model), ["parameter", "value"], rows)


def _of_scaler(where: str, scaler: Scale) -> Description:
    content = scaler.to_dict()
    columns = {name: values for name, values in content.items() if isinstance(values, list)}
    facts = [Fact("dims", str(content["cols"]), content["cols"])]
    for name in content:
        if name not in ("cols", *columns):
            facts.append(Fact(name, f"{content[name]:g}", content[name]))
    rows = [[dim, *row] for dim, row in enumerate(zip(*columns.values(), strict=True))]
    return Description(f"{where}: {type(scaler).__name__}", facts, ["dim", *columns], rows)


def _count(name: str, identifiers: list[str]) -> Fact:
    first, last, count = identifiers[0], identifiers[-1], len(identifiers)
    ends = repr(first) if count == 1 else f"{first!r} to {last!r}"
    return Fact(name, f"{count} ({ends})", count)


def _frames(lengths: list[int]) -> Fact:
    low, high, median, total = min(lengths), max(lengths), float(np.median(lengths)), sum(lengths)
    span = f"{low} each" if low == high else f"{low} to {high}, median {median:g}"
    counts = {"min": low, "median": median, "max": high, "total": total}
    return Fact("frames", f"{span}, {total} in all", counts)


def _missing(table: NDArray[Any]) -> Fact:
    count = int(np.count_nonzero(~np.isfinite(table)))
    text = f"{count} of {table.size} numbers (NaN or infinite)" if count else "none"
    return Fact("missing", text, count)


def _ranges(table: NDArray[Any], names: Sequence[str] = ()) -> tuple[list[str], list[list[Any]]]:
    """Smallest, mean and largest number of every dimension."""
    rows: list[list[Any]] = []
    for dim, column in enumerate(table.T):
        known = column[np.isfinite(column)]
        numbers = (known.min(), known.mean(), known.max()) if len(known) else (np.nan,) * 3
        rows.append([dim, *([names[dim]] if names else []), *map(float, numbers)])
    return ["dim", *(["name"] if names else []), "min", "mean", "max"], rows


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return "-" if np.isnan(cell) else f"{cell:.5g}"
    return str(cell)


def _plain(value: Any) -> Any:
    """Return the like of a value in JSON."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if np.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
