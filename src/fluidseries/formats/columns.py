"""What the columns of a table mean, by their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import FormatError
from .table import Reading
from .text import shortened

__all__ = ["Columns", "columns_of", "names_of"]

TARGET = re.compile(r"target(_[0-9]+)?")
FRAME_TARGET = re.compile(r"frame_target(_[0-9]+)?")


@dataclass(frozen=True)
class Columns:
    """Where in a row what stands.

    Parameters
    ----------
    names : list of str
        All columns.
    id, time : int or None
        Places of identifiers and times.
    dims : list of int
        Places of the dimensions, and after them of the targets per frame.
    n_frame_targets : int
        How many of `dims` are targets.
    answer : list of int
        Places of the label, or of the numbers of the target.
    has_labels : bool
        Whether the answer is a label.
    nameless : list of int
        Places where there must be nothing, such as after a comma at the end of every line.
    """

    names: list[str]
    id: int | None
    time: int | None
    dims: list[int]
    n_frame_targets: int
    answer: list[int]
    has_labels: bool
    nameless: list[int]


def columns_of(names: list[str], how: Reading, error: Callable[[str], FormatError]) -> Columns:
    """Return what the names in the first row mean.

    Raises
    ------
    FormatError
        If a name is there twice, or one that was asked for is not there, or nothing is left.
    """
    small = {known.lower(): known for known in (how.id, how.time, "label")}
    names = [small.get(name.strip().lower(), name.strip()) for name in names]
    for name, count in Counter(names).items():
        if name and count > 1:
            raise error(f"two columns are called {shortened(name)}: rename one")
    for asked, usual in ((how.id, "id"), (how.time, "time")):
        if asked != usual and asked not in names:
            there = ", ".join(map(shortened, names[:10]))
            raise error(f"there is no column {shortened(asked)}, only {there}")
    own = {how.id, how.time}
    labels = [k for k, name in enumerate(names) if name == "label" and name not in own]
    targets = _places(names, TARGET, own)
    per_frame = _places(names, FRAME_TARGET, own)
    if sum(map(bool, (labels, targets, per_frame))) > 1:
        raise error("there are columns of labels and of targets: a model learns one of both")
    taken = {*labels, *targets, *per_frame}
    dims = [k for k, name in enumerate(names) if name and name not in own and k not in taken]
    answer = labels or targets
    if not dims and (per_frame or not answer or how.id not in names):
        raise error("there is no column of numbers: is this the right file?")
    return Columns(
        names,
        names.index(how.id) if how.id in names else None,
        names.index(how.time) if how.time in names else None,
        [*dims, *per_frame],
        len(per_frame),
        answer,
        bool(labels),
        [k for k, name in enumerate(names) if not name],
    )


def _places(names: list[str], pattern: re.Pattern[str], own: set[str]) -> list[int]:
    found = [k for k, name in enumerate(names) if pattern.fullmatch(name) and name not in own]
    return sorted(found, key=lambda k: int(re.sub(r"\D", "", names[k])[:9] or 0))


def names_of(what: str, count: int) -> list[str]:
    """Return the names of `count` columns of one kind."""
    return [f"{what}_{k}" for k in range(count)]
