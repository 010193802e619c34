"""What the dimensions of a series are called, where its origin tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..wording import listed

__all__ = ["columns_differ", "descriptor_names", "dim_names", "names_as_origin"]

MOST_NAMES = 10_000
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def dim_names(origin: Mapping[str, Any], n_dims: int) -> list[str]:
    """Return a name for each dimension, or none if the origin does not tell.

    Examples
    --------
    >>> how = {"features": ["centroid", "pitch"], "n_mfcc": 13, "first_mfcc": False}
    >>> dim_names({"extract": how}, 3)
    ['centroid', 'pitch', 'pitch-confidence']
    >>> dim_names({"dim_names": ["x", "y"], "rate": 100}, 2)
    ['x', 'y']
    >>> dim_names({"sensor": "left"}, 3)
    []
    """
    names = _names_in(origin)
    return names if len(set(names)) == len(names) == n_dims else []


def names_as_origin(columns: Iterable[Any]) -> dict[str, Any]:
    """Return an origin that says what dimensions are called; {} where columns tell nothing.

    Examples
    --------
    >>> names_as_origin(["x", "y"]), names_as_origin(["dim_0", "dim_1"]), names_as_origin([0, 1])
    ({'dim_names': ['x', 'y']}, {}, {})
    """
    names = list(columns)
    told = names and all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
    usual = names == [f"dim_{place}" for place in range(len(names))]
    return {"dim_names": [str(name) for name in names]} if told and not usual else {}


def columns_differ(mine: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    """Say how named columns differ, "" if they do not or one of the two has no names.

    Examples
    --------
    >>> columns_differ({"dim_names": ["x", "y"]}, {"dim_names": ["y", "x"]})
    "the columns are in another order: 'x', 'y' here and 'y', 'x' there"
    """
    if "dim_names" not in mine and "dim_names" not in others:
        return ""
    here, there = _names_in(mine), _names_in(others)
    if not here or not there or here == there:
        return ""
    if sorted(here) == sorted(there):
        moved = [pair for pair in zip(here, there, strict=True) if len(set(pair)) > 1]
        shown = [listed(map(repr, names), 4) for names in zip(*moved, strict=True)]
        return f"the columns are in another order: {shown[0]} here and {shown[1]} there"
    only = [
        f"{listed(map(repr, (name for name in some if name not in rest)), 4)} only {where}"
        for some, rest, where in ((here, there, "here"), (there, here, "there"))
        if set(some) - set(rest)
    ]
    return f"the columns differ: {' and '.join(only)}"


def _names_in(origin: Mapping[str, Any]) -> list[str]:
    told: Any = origin.get("dim_names")
    if isinstance(told, list) and all(isinstance(name, str) for name in told):
        return told
    made: Any = origin.get("extract")
    try:
        # A setting that says more than there are is wrong, and must not cost memory.
        n_mfcc = min(made["n_mfcc"], MOST_NAMES)
        return descriptor_names(made["features"], n_mfcc, first_mfcc=made["first_mfcc"])
    except (TypeError, KeyError):
        return []


def descriptor_names(features: Iterable[str], n_mfcc: int, *, first_mfcc: bool) -> list[str]:
    """Return what the numbers of a frame are called, of sound that was described by `extract`."""
    first = 0 if first_mfcc else 1
    several = {
        "mfcc": [f"mfcc-{number}" for number in range(first, first + n_mfcc)],
        "pitch": ["pitch", "pitch-confidence"],
        "chroma": [f"chroma-{note}" for note in NOTES],
    }
    return [name for feature in features for name in several.get(feature, [str(feature)])]
