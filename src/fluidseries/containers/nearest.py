"""Which series or points of a container are nearest to one that is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import EmptyError, NonFiniteError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["nearest_points", "nearest_series"]


def nearest_series(
    corpus: Mapping[str, NDArray[Any]], frames: NDArray[Any], k: int
) -> list[tuple[str, float]]:
    """Return identifiers and distances by dynamic time warping, nearest first."""
    # Late: containers are of use where nothing is compared.
    from .. import _core

    names, arrays = list(corpus), list(corpus.values())
    count = _count(k, len(names))
    for what, table in (*corpus.items(), ("the series asked for", frames)):
        _require_finite(what, table)
    packed = np.concatenate(arrays, dtype=np.float64)
    offsets = np.cumsum([0, *map(len, arrays)])
    rows, distances = np.empty((1, count), np.int64), np.empty((1, count))
    query = np.ascontiguousarray(frames, dtype=np.float64), np.array([0, len(frames)])
    _core.DtwCorpus(packed, offsets).nearest(*query, 0, 0.0, 1, rows, distances)
    return [(names[row], float(d)) for row, d in zip(rows[0], distances[0], strict=True)]


def nearest_points(
    points: Mapping[str, NDArray[Any]], point: NDArray[Any], k: int
) -> list[tuple[str, float]]:
    """Return identifiers and Euclidean distances, nearest first."""
    names = list(points)
    count = _count(k, len(names))
    for what, row in (*points.items(), ("the point asked for", point)):
        _require_finite(what, row)
    distances = np.linalg.norm(np.array(list(points.values())) - point, axis=1)
    order = np.argsort(distances, kind="stable")[:count]
    return [(names[row], float(distances[row])) for row in order]


def _count(k: int, size: int) -> int:
    if not size:
        raise EmptyError("there is nothing to compare with: add something first")
    if isinstance(k, bool) or int(k) != k or k < 1:
        raise ParameterError(f"k is {k!r}: it must be a whole number from 1 up")
    return min(int(k), size)


def _require_finite(what: str, numbers: NDArray[Any]) -> None:
    if not np.isfinite(numbers).all():
        raise NonFiniteError(f"{what!r} holds NaN or infinity, which has no distance")
