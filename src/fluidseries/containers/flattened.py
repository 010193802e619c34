"""Series as long points: windows of equal length whose numbers lie in one row.

FluCoMa's fluid.bufflatten~ makes such points: with its axis 1 (its default) frame after frame, with
axis 0 dimension after dimension.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import DimensionError, InputError, ParameterError
from .arrays import FloatArray

__all__ = ["flat_points", "folded_points"]


def folded_points(points: Mapping[str, FloatArray], n_dims: int, by: str) -> dict[str, FloatArray]:
    """Return every point as frames of shape (n_numbers / n_dims, n_dims)."""
    _require_order(by)
    if isinstance(n_dims, bool) or int(n_dims) != n_dims or n_dims < 1:
        raise ParameterError(f"n_dims is {n_dims!r}: it must be a whole number from 1 up")
    folded = {}
    for name, point in points.items():
        if point.size % n_dims:
            raise DimensionError(
                f"point {name!r} has {point.size} numbers, which is no whole number of frames of "
                f"{n_dims}: give the number of dimensions that were flattened"
            )
        shape = (-1, int(n_dims)) if by == "frame" else (int(n_dims), -1)
        frames = point.reshape(shape)
        folded[name] = frames if by == "frame" else frames.T
    return folded


def flat_points(series: Mapping[str, FloatArray], by: str) -> dict[str, FloatArray]:
    """Return every series as one row of numbers."""
    _require_order(by)
    lengths = {len(frames): name for name, frames in series.items()}
    if len(lengths) > 1:
        (short, one), *_, (long, other) = sorted(lengths.items())
        raise InputError(
            f"series {one!r} has {short} frames and series {other!r} has {long}, but the points of "
            "a DataSet are of one size: cut the series to one length, or use to_data_set"
        )
    order = "C" if by == "frame" else "F"
    return {name: np.ravel(frames, order) for name, frames in series.items()}  # type: ignore[call-overload]


def _require_order(by: str) -> None:
    if by not in ("frame", "dim"):
        raise ParameterError(
            f"by is {by!r}: 'frame' for frame after frame (fluid.bufflatten~ with axis 1), "
            "'dim' for dimension after dimension (axis 0)"
        )
