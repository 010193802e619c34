"""What a forecaster learns from: pieces of series, every frame with the one behind it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from ..batch import Series
from ..errors import EmptyError, FluidSeriesWarning
from .corpus import Corpus

__all__ = ["ForecastCorpus", "climbs", "paired", "pieces"]

# Frames of a piece, measured on the laser and the airline series (docs/learning.md).
PIECE = 64
ENOUGH_PIECES = 64


@dataclass(frozen=True)
class ForecastCorpus(Corpus):
    """A corpus that knows whether its targets are steps."""

    differences: bool = False


def paired(series: Series, differences: bool) -> ForecastCorpus:
    """Pair every frame with the one behind it."""
    long = [i for i, frames in enumerate(series.arrays) if len(frames) > 1]
    if not long:
        raise EmptyError("no series has two frames: there is nothing to foretell")
    if len(long) < len(series):
        warnings.warn(
            f"{len(series) - len(long)} series of one frame left out: they have no next frame",
            FluidSeriesWarning,
            stacklevel=5,
        )
    arrays = [series.arrays[i] for i in long]
    names = None if series.identifiers is None else [series.identifiers[i] for i in long]
    nexts = [np.diff(x, axis=0) if differences else x[1:] for x in arrays]
    targets = [np.asarray(x, dtype=np.float64) for x in nexts]
    heard = replace(series, arrays=[x[:-1] for x in arrays], identifiers=names)
    return ForecastCorpus(
        heard,
        targets,
        "frames",
        n_outputs=series.n_dims,
        tables=arrays,
        differences=differences,
    )


def pieces(series: Series) -> Series:
    """Cut long series into pieces that are learned side by side.

    An adjustment after every few pieces teaches more than one after a thousand frames, and pieces
    fill the lanes of the core. Where there are few frames the pieces overlap, so that an epoch has
    enough of them.
    """
    enough = sum(len(frames) for frames in series.arrays) // PIECE >= ENOUGH_PIECES
    hop = PIECE // 2 if enough else PIECE // 8
    arrays, names = [], []
    for name, frames in zip(series.names, series.arrays, strict=True):
        # A short series is cut too if it is one of few: a third of it still teaches.
        length = min(PIECE, max(len(frames) // 3, PIECE // 2))
        last = max(0, len(frames) - length)
        starts = [*range(0, last, hop), last]
        arrays += [frames[start : start + length] for start in starts]
        names += [name] * len(starts)
    return replace(series, arrays=arrays, identifiers=names)


def climbs(series: Series) -> bool:
    """Tell whether the later halves of the series leave the range of their earlier halves."""
    earlier = np.concatenate([frames[: -(-len(frames) // 2)] for frames in series.arrays])
    later = np.concatenate([frames[-(-len(frames) // 2) :] for frames in series.arrays])
    outside = (later < earlier.min(axis=0)) | (later > earlier.max(axis=0))
    return bool(len(later) and outside.mean(axis=0).max() > 0.5)
