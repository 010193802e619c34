"""What a forecaster learns from: pieces of series, every frame with the one behind it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..batch import Series
from ..errors import EmptyError, FluidSeriesWarning
from .corpus import Corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .linear_part import LinearPart

__all__ = ["ForecastCorpus", "Part", "climbs", "less_linear", "paired", "pieces", "with_parts"]

# A row of the corpus, the first of its frames that are meant and the end of them.
Part: TypeAlias = tuple[int, int, int]

# Frames of a piece, measured on the laser and the airline series (docs/learning.md).
PIECE = 64
ENOUGH_PIECES = 64


@dataclass(frozen=True)
class ForecastCorpus(Corpus):
    """A corpus that knows whether its targets are steps, and where its pieces were cut out.

    Parameters
    ----------
    wholes : list of ndarray of shape (n_frames, n_dims)
        The series before they were cut.
    names : list of str
        Of the wholes.
    places : list of (int, int)
        For each piece the number of its whole and the frame of that at which it starts.
    climbs : bool
        Whether the wholes go on to where they have not been.
    """

    differences: bool = False
    climbs: bool = False
    wholes: list[NDArray[Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)


def paired(series: Series, differences: bool, *, cut: bool = False) -> ForecastCorpus:
    """Pair every frame with the one behind it, in whole series or in pieces."""
    long = [row for row, frames in enumerate(series.arrays) if len(frames) > 1]
    if not long:
        raise EmptyError("no series has two frames: there is nothing to foretell")
    if len(long) < len(series):
        warnings.warn(
            f"{len(series) - len(long)} series of one frame left out: they have no next frame",
            FluidSeriesWarning,
            stacklevel=5,
        )
        names = series.identifiers and [series.identifiers[row] for row in long]
        series = replace(series, arrays=[series.arrays[row] for row in long], identifiers=names)
    wholes, names = series.arrays, series.names
    places = [(row, 0) for row in range(len(wholes))]
    if cut:
        series, places = pieces(series)
    arrays = series.arrays
    nexts = [np.diff(x, axis=0) if differences else x[1:] for x in arrays]
    targets = [np.asarray(x, dtype=np.float64) for x in nexts]
    heard = replace(series, arrays=[x[:-1] for x in arrays])
    return ForecastCorpus(
        heard,
        targets,
        "frames",
        n_outputs=series.n_dims,
        tables=arrays,
        differences=differences,
        wholes=wholes,
        names=names,
        places=places,
    )


def less_linear(corpus: ForecastCorpus, linear: LinearPart) -> ForecastCorpus:
    """Leave as targets what a linear part does not foretell."""
    foretold = [linear.after_each(frames) for frames in corpus.wholes]
    targets = [
        table[1:] - foretold[row][start : start + len(table) - 1]
        for table, (row, start) in zip(corpus.tables, corpus.places, strict=True)
    ]
    # Where networks are not to be trusted nothing is added, not even a mean.
    return replace(corpus, targets=targets, centred=False)


def with_parts(corpus: ForecastCorpus, parts: Sequence[Part]) -> ForecastCorpus:
    """Add parts of pieces as further rows."""
    series = corpus.series
    heard, targets, tables, places = [], [], [], []
    for row, first, end in parts:
        heard.append(series.arrays[row][first : end - 1])
        targets.append(corpus.targets[row][first : end - 1])
        tables.append(corpus.tables[row][first:end])
        whole, start = corpus.places[row]
        places.append((whole, start + first))
    names = None
    if series.identifiers is not None:
        names = series.identifiers + [series.identifiers[row] for row, _, _ in parts]
    return replace(
        corpus,
        series=replace(series, arrays=series.arrays + heard, identifiers=names),
        targets=corpus.targets + targets,
        tables=corpus.tables + tables,
        places=corpus.places + places,
    )


def pieces(series: Series) -> tuple[Series, list[tuple[int, int]]]:
    """Cut long series into pieces that are learned side by side.

    An adjustment after every few pieces teaches more than one after a thousand frames, and pieces
    fill the lanes of the core. Where there are few frames the pieces overlap, so that an epoch has
    enough of them.
    """
    enough = sum(len(frames) for frames in series.arrays) // PIECE >= ENOUGH_PIECES
    hop = PIECE // 2 if enough else PIECE // 8
    arrays, names, places = [], [], []
    for row, (name, frames) in enumerate(zip(series.names, series.arrays, strict=True)):
        # A short series is cut too if it is one of few: a third of it still teaches.
        length = min(PIECE, max(len(frames) // 3, PIECE // 2))
        last = max(0, len(frames) - length)
        starts = [*range(0, last, hop), last]
        arrays += [frames[start : start + length] for start in starts]
        names += [name] * len(starts)
        places += [(row, start) for start in starts]
    return replace(series, arrays=arrays, identifiers=names), places


def climbs(series: Series) -> bool:
    """Tell whether the later halves of the series leave the range of their earlier halves."""
    earlier = np.concatenate([frames[: -(-len(frames) // 2)] for frames in series.arrays])
    later = np.concatenate([frames[-(-len(frames) // 2) :] for frames in series.arrays])
    outside = (later < earlier.min(axis=0)) | (later > earlier.max(axis=0))
    return bool(len(later) and outside.mean(axis=0).max() > 0.5)
