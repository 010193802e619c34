"""What a file holds, in a few lines: containers and models, told apart by their content."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .containers import DataSeries, DataSet, LabelSet, parse_container
from .containers.flucoma import kind_of
from .files import read_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .models.base import Model

__all__ = ["Description", "describe"]

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
        A container in FluCoMa's JSON or a model of ours.

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
    content, where = read_json(path), os.fspath(path)
    kind = kind_of(content)
    if kind == "fluidseries model":
        from .models.registry import read_model

        return _of_model(where, read_model(path), content["learned"])
    container = parse_container(content, where)
    if not container:
        return Description(f"{where}: {kind}", [("entries", "none")])
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
    ]
    return Description(f"{where}: DataSeries", facts, *_ranges(frames))


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


def _of_model(where: str, model: Model[Any], learned: dict[str, Any] | None) -> Description:
    facts = [("learned", "nothing yet")] if learned is None else _of_learning(model, learned)
    rows = [[name, str(value)] for name, value in model.get_params().items()]
    title = f"{where}: {type(model).__name__}"
    return Description(title, facts, ["parameter", "value"], rows)


def _of_learning(model: Any, learned: dict[str, Any]) -> list[tuple[str, str]]:
    """Say what a model of any kind has; not every kind has everything."""
    facts = _of_network(learned["network"]) if "network" in learned else []
    if learned.get("form") == "frames":
        facts.append(("a target per", "frame"))
    if hasattr(model, "classes_"):
        facts.append(("labels", _few([str(label) for label in model.classes_])))
    if hasattr(model, "loss_curve_"):
        start = model.loss_curve_[0]
        facts.append(("epochs", str(model.n_iter_)))
        facts.append(("error", f"{model.loss_:.4g} (in the first epoch {start:.4g})"))
    if learned.get("validation_curve"):
        facts.append(("held-out error", f"{model.validation_loss_:.4g}"))
    return facts or [("learned", "yes")]


def _of_network(network: dict[str, Any]) -> list[tuple[str, str]]:
    layers = [
        f"{network['n_inputs']} in",
        *(f"LSTM {size}" for size in network["hidden_sizes"]),
        f"{network['n_outputs']} out",
    ]
    weights = sum(np.size(numbers) for numbers in network["parameters"].values())
    return [("network", " -> ".join(layers)), ("weights", str(weights))]


def _few(names: list[str], shown: int = 6) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _ends(identifiers: list[str]) -> str:
    first, last = identifiers[0], identifiers[-1]
    return repr(first) if len(identifiers) == 1 else f"{first!r} to {last!r}"


def _span(lengths: list[int]) -> str:
    low, high = min(lengths), max(lengths)
    return f"{low} each" if low == high else f"{low} to {high}, median {np.median(lengths):g}"


def _missing(table: NDArray[Any]) -> str:
    count = int(np.count_nonzero(~np.isfinite(table)))
    return "none" if not count else f"{count} of {table.size} numbers (NaN or infinite)"


def _ranges(table: NDArray[Any]) -> tuple[list[str], list[list[str]]]:
    """Smallest, mean and largest number of every dimension."""
    rows = []
    for dim, column in enumerate(table.T):
        known = column[np.isfinite(column)]
        numbers = (known.min(), known.mean(), known.max()) if len(known) else ()
        rows.append([str(dim), *([f"{number:.5g}" for number in numbers] or ["-"] * 3)])
    return ["dim", "min", "mean", "max"], rows
