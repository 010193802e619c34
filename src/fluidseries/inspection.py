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
from .containers.origin import origin_facts
from .files import json_place, read_json
from .formats import Examples, has_suffix, read
from .formats.flucoma_json import MODELS, SCALERS
from .model_facts import facts_about
from .wording import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .models.base import Model
    from .scalers.base import Scale

__all__ = ["Description", "describe", "describe_content"]

SHOWN = 40


@dataclass
class Description:
    """A title, facts as (name, text) pairs, and rows of cells under headings.

    Examples
    --------
    >>> print(Description("a: LabelSet", [("labels", "2")], ["label", "count"], [["loud", "2"]]))
    a: LabelSet
      labels  2
    <BLANKLINE>
      label  count
      loud       2
    """

    title: str
    facts: list[tuple[str, str]]
    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    is_data: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the same for JSON; what is a whole number stays one."""
        title, _, kind = self.title.rpartition(": ")
        rows = [
            {name: _value(cell) for name, cell in zip(self.headings, row, strict=True)}
            for row in self.rows
        ]
        facts = {name: _value(text) for name, text in self.facts}
        return {"file": title, "kind": kind, **facts, "rows": rows}

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self.facts)
        lines = [self.title, *(f"  {name:<{width}}  {text}" for name, text in self.facts)]
        return "\n".join([*lines, *self._table()])

    def _table(self) -> list[str]:
        if not self.rows:
            return []
        table = [self.headings, *self.rows[:SHOWN]]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
            for row in table
        ]
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
        return Description(f"{where}: {kind}", [("entries", "none")])
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
        return Description(f"{where}: {type(container).__name__}", [("entries", "none")])
    if isinstance(container, DataSeries):
        return _of_series(where, container)
    if isinstance(container, DataSet):
        return _of_points(where, container)
    return _of_labels(where, container)


def _of_series(where: str, series: DataSeries) -> Description:
    frames = np.concatenate(list(series.values()))
    lengths = [len(one) for one in series.values()]
    facts = [
        ("series", f"{len(series)} ({_ends(series.get_ids())})"),
        ("dims", str(series.n_dims)),
        ("frames", f"{_span(lengths)}, {len(frames)} in all"),
        ("missing", _missing(frames)),
        *origin_facts(series.origin),
    ]
    return Description(f"{where}: DataSeries", facts, *_ranges(frames, series.dim_names))


def _of_examples(where: str, examples: Examples) -> Description:
    """Say what goes in, and of what should come out the kind and the range."""
    description = _of_data(where, examples.source)
    if isinstance(examples.target, LabelSet):
        counts = [f"{label} ({count})" for label, count in examples.target.counts().items()]
        description.facts.append(("labels", listed(counts, SHOWN)))
        return description
    table = np.concatenate([np.atleast_2d(value) for value in examples.target.values()])
    spans = [f"{column.min():.5g} to {column.max():.5g}" for column in table.T[:SHOWN]]
    per_frame = " per frame" if isinstance(examples.target, DataSeries) else ""
    description.facts.append((f"target{per_frame}", "; ".join(spans)))
    return description


def _of_points(where: str, points: DataSet) -> Description:
    table = np.stack(list(points.values()))
    facts = [
        ("points", f"{len(points)} ({_ends(points.get_ids())})"),
        ("dims", str(points.n_dims)),
        ("missing", _missing(table)),
    ]
    return Description(f"{where}: DataSet", facts, *_ranges(table))


def _of_labels(where: str, labels: LabelSet) -> Description:
    counts = Counter(labels.values())
    facts = [
        ("labels", f"{len(labels)} ({_ends(labels.get_ids())})"),
        ("different", str(len(counts))),
    ]
    rows = [[label, str(count)] for label, count in sorted(counts.items())]
    return Description(f"{where}: LabelSet", facts, ["label", "count"], rows)


def _of_fitted(where: str, kind: str) -> Description:
    # Here, since scikit-learn takes a second to load and data do not need it.
    if kind in MODELS:
        from .models.registry import read_model

        return _of_model(where, read_model(where))
    from . import scalers

    return _of_scaler(where, getattr(scalers, kind).read(where))


def _of_model(where: str, model: Model[Any]) -> Description:
    rows = [[name, str(value)] for name, value in model.get_params().items()]
    title = f"{where}: {type(model).__name__}"
    return Description(title, facts_about(model), ["parameter", "value"], rows)


def _of_scaler(where: str, scaler: Scale) -> Description:
    content = scaler.to_dict()
    columns = {name: values for name, values in content.items() if isinstance(values, list)}
    facts = [("dims", str(content["cols"]))]
    facts += [(name, f"{content[name]:g}") for name in content if name not in ("cols", *columns)]
    rows = [
        [str(dim), *(f"{value:.5g}" for value in row)]
        for dim, row in enumerate(zip(*columns.values(), strict=True))
    ]
    return Description(f"{where}: {type(scaler).__name__}", facts, ["dim", *columns], rows)


def _ends(identifiers: list[str]) -> str:
    first, last = identifiers[0], identifiers[-1]
    return repr(first) if len(identifiers) == 1 else f"{first!r} to {last!r}"


def _span(lengths: list[int]) -> str:
    low, high = min(lengths), max(lengths)
    return f"{low} each" if low == high else f"{low} to {high}, median {np.median(lengths):g}"


def _missing(table: NDArray[Any]) -> str:
    count = int(np.count_nonzero(~np.isfinite(table)))
    return "none" if not count else f"{count} of {table.size} numbers (NaN or infinite)"


def _ranges(table: NDArray[Any], names: Sequence[str] = ()) -> tuple[list[str], list[list[str]]]:
    """Smallest, mean and largest number of every dimension."""
    rows = []
    for dim, column in enumerate(table.T):
        known = column[np.isfinite(column)]
        numbers = (known.min(), known.mean(), known.max()) if len(known) else ()
        name = f"{dim:>2} {names[dim]}" if names else str(dim)
        rows.append([name, *([f"{number:.5g}" for number in numbers] or ["-"] * 3)])
    return ["dim", "min", "mean", "max"], rows


def _value(text: str) -> Any:
    """Return a number where the text is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
