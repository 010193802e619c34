"""Reading a container whose kind only its content tells."""

from __future__ import annotations

import os
from typing import Any

from .. import files
from ..errors import FormatError
from ..json_places import Place
from .data_series import DataSeries
from .data_set import DataSet
from .flucoma import kind_of
from .label_set import LabelSet

__all__ = ["parse_container", "read_container"]


def read_container(path: str | os.PathLike[str]) -> DataSeries | DataSet | LabelSet:
    """Read a file of FluCoMa's JSON into the container that it holds.

    An empty container does not tell its kind: it becomes an empty DataSet.

    Raises
    ------
    FormatError
        If it holds something else, or is truncated or not JSON.
    FileNotFoundError
        If there is no such file.
    """
    return parse_container(files.read_json(path), files.json_place(path))


def parse_container(content: Any, where: Place) -> DataSeries | DataSet | LabelSet:
    """Make the container that a parsed file holds; errors say where in it.

    Examples
    --------
    >>> parse_container({"cols": 1, "data": {"a": ["loud"]}}, Place("takes.json"))
    <LabelSet: 1 label, 1 different>
    """
    kind = kind_of(content)
    if kind == "DataSeries":
        return DataSeries._parse(content, where, None)
    if kind in ("DataSet", "empty container"):
        return DataSet._parse(content, where, None)
    if kind == "LabelSet":
        return LabelSet._parse(content, where)
    raise FormatError(f"{where} is a {kind}, not a DataSeries, DataSet or LabelSet: choose another")
