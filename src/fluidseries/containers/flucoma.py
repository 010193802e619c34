"""Reading FluCoMa's JSON: what a parsed file is, and errors that name the place in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import FormatError
from ..json_places import Place
from .arrays import FloatArray

__all__ = ["kind_of", "parse_frames", "parse_label", "parse_layout", "parse_points"]

_NUMBERS = {int, float, type(None)}
MOST = sys.float_info.max


def kind_of(content: Any) -> str:
    """Return what a parsed JSON file holds, in words that fit into a sentence.

    Returns
    -------
    str
        "DataSeries", "DataSet", "LabelSet", or a guess at what else it is.

    Examples
    --------
    >>> kind_of({"cols": 1, "data": {"a": ["loud"]}})
    'LabelSet'
    >>> kind_of({"cols": 1, "data": {}})
    'empty container'
    """
    if not isinstance(content, dict):
        return f"JSON {type(content).__name__}"
    data = content.get("data")
    if "cols" in content and isinstance(data, dict):
        return _kind_of_entry(next(iter(data.values()))) if data else "empty container"
    for keys, name in _OTHERS:
        if keys <= content.keys():
            return name
    # FluCoMa writes an empty container without "data".
    if "cols" in content and "data" not in content:
        return "empty container"
    return "JSON object without 'cols' and 'data'"


_OTHERS = (
    ({"mean", "std"}, "Standardize"),
    ({"data_min", "data_max"}, "Normalize"),
    ({"median", "range"}, "RobustScale"),
    ({"labels", "mlp"}, "FluCoMa MLP classifier"),
    ({"labels", "lstm"}, "FluCoMa LSTM classifier"),
    ({"labels", "series"}, "FluCoMa DTW classifier"),
    ({"mappings", "series"}, "FluCoMa DTW regressor"),
    ({"layers", "sizes"}, "FluCoMa LSTM"),
    ({"layers"}, "FluCoMa MLP"),
    ({"fluidseries"}, "fluidseries model"),
)


def _kind_of_entry(entry: Any) -> str:
    if isinstance(entry, dict):
        return "DataSeries"
    if isinstance(entry, list):
        return "LabelSet" if entry and isinstance(entry[0], str) else "DataSet"
    return "container of an unknown kind"


def parse_layout(content: Any, wanted: str, where: Place) -> tuple[int, dict[str, Any]]:
    """Return cols and data of a parsed file.

    Raises
    ------
    FormatError
        If it is another kind of file than `wanted`, or if cols or data are not what they should be.
    """
    kind = kind_of(content)
    if kind not in (wanted, "empty container"):
        use = f"read it with {kind}.read" if kind in _CONTAINERS else "choose another file"
        article = "an" if kind[0] in "AEIO" else "a"
        raise FormatError(f"{where} holds {article} {kind}, but wanted a {wanted}: {use}")
    cols = content["cols"]
    if type(cols) is not int or cols < 0:
        raise where.at("cols").error(f"'cols' is {cols!r}, but wanted a count of dimensions")
    return cols, content.get("data", {})


_CONTAINERS = ("DataSeries", "DataSet", "LabelSet")


def _is_row(row: Any, cols: int) -> bool:
    return type(row) is list and len(row) == cols > 0 and set(map(type, row)) <= _NUMBERS


def _bad_row(row: Any, cols: int, where: Place, what: str) -> FormatError:
    """Return the error for what is no row of `cols` numbers or None."""
    if type(row) is not list:
        return where.error(f"{what} is {_short(row)}, but wanted a list of numbers")
    if len(row) != cols or not cols:
        return where.error(
            f"{what} has {len(row)} numbers, but 'cols' says {cols}: export it again"
        )
    dim = next(k for k, value in enumerate(row) if type(value) not in _NUMBERS)
    message = f"{what}, dimension {dim} is {_short(row[dim])}, but wanted a number"
    return where.at(dim).error(message)


def parse_frames(frames: Any, cols: int, where: Place, identifier: str) -> FloatArray:
    """Return one series, whose frames are found by their time keys read as integers.

    Raises
    ------
    FormatError
        If times are missing or there twice, or frames are not `cols` numbers.
    """
    where, series = where.at("data", identifier), f"series {identifier!r}"
    if not isinstance(frames, dict):
        raise where.error(f"{series} is {_short(frames)}, but wanted frames by their time")
    if not frames:
        raise where.error(f"{series} has no frames: remove it or give it at least one")
    rows: list[Any] = [None] * len(frames)
    for key, row in frames.items():
        time = int(key) if key.isascii() and key.isdigit() and len(key) < 20 else -1
        if not 0 <= time < len(rows) or rows[time] is not None:
            raise where.error(f"{series}: {_wrong_times(list(frames))}")
        if not _is_row(row, cols):
            raise _bad_row(row, cols, where.at(key), f"{series}, frame {key}")
        rows[time] = row
    return _as_numbers(rows, frames, where, lambda key: f"{series}, frame {key}")


def parse_points(data: dict[str, Any], cols: int, where: Place) -> FloatArray:
    """Return the points of a DataSet, one per row, or raise FormatError naming the point."""
    where = where.at("data")
    for name, row in data.items():
        if not _is_row(row, cols):
            raise _bad_row(row, cols, where.at(name), f"point {name!r}")
    return _as_numbers(list(data.values()), data, where, lambda name: f"point {name!r}")


def _as_numbers(
    rows: list[Any], named: dict[str, Any], where: Place, called: Callable[[str], str]
) -> FloatArray:
    """Return rows of numbers and None as float64, None as NaN; the rest is for the message."""
    with suppress(OverflowError):  # of whole numbers
        numbers = np.array(rows, dtype=np.float64)
        if not np.isinf(numbers).any():
            return numbers
    key, dim = next(
        (key, dim)
        for key, row in named.items()
        for dim, value in enumerate(row)
        if value is not None and abs(value) > MOST
    )
    raise where.at(key, dim).error(f"{called(key)} has a number too large for a double")


def parse_label(entry: Any, where: Place, identifier: str) -> str:
    """Return one label, which FluCoMa writes as a list of one text."""
    if isinstance(entry, list) and len(entry) == 1 and isinstance(entry[0], str):
        return entry[0]
    raise where.at("data", identifier).error(
        f"the label of {identifier!r} is {_short(entry)}, but wanted a list of one text"
    )


def _wrong_times(keys: list[str]) -> str:
    """Say what is wrong with the time keys of a series."""
    odd = [key for key in keys if not (key.isascii() and key.isdigit())]
    if odd:
        return f"the time {odd[0]!r} is not a whole number from 0 on"
    times = sorted(int(key[:4000]) for key in keys)
    twice = [a for a, b in pairwise(times) if a == b]
    if twice:
        return f"frame {twice[0]} is there twice: keep one of the two"
    first = next(k for k, time in enumerate(times) if time != k)
    return f"frame {first} is missing (next is {times[first]}): times go 0, 1, 2 without gaps"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
