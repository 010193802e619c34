"""What the dimensions of a series are called, where its origin says how they were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["descriptor_names", "dim_names"]

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def dim_names(origin: Mapping[str, Any], n_dims: int) -> list[str]:
    """Return a name for each dimension, or none if the origin does not tell.

    Examples
    --------
    >>> how = {"features": ["centroid", "pitch"], "n_mfcc": 13, "first_mfcc": False}
    >>> dim_names({"extract": how}, 3)
    ['centroid', 'pitch', 'pitch-confidence']
    >>> dim_names({"sensor": "left"}, 3)
    []
    """
    made: Any = origin.get("extract")
    try:
        # A setting that says more than there are is wrong, and must not cost memory.
        n_mfcc = min(made["n_mfcc"], n_dims + 1)
        names = descriptor_names(made["features"], n_mfcc, first_mfcc=made["first_mfcc"])
    except (TypeError, KeyError):
        return []
    return names if len(set(names)) == len(names) == n_dims else []


def descriptor_names(features: Iterable[str], n_mfcc: int, *, first_mfcc: bool) -> list[str]:
    """Return what the numbers of a frame are called, of sound that was described by `extract`."""
    first = 0 if first_mfcc else 1
    several = {
        "mfcc": [f"mfcc-{number}" for number in range(first, first + n_mfcc)],
        "pitch": ["pitch", "pitch-confidence"],
        "chroma": [f"chroma-{note}" for note in NOTES],
    }
    return [name for feature in features for name in several.get(feature, [str(feature)])]
