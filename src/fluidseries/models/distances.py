"""Distances between all series of one or two collections, by dynamic time warping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from ..errors import DimensionError
from ..reading import read_series
from ..scaling import Scaler
from ..warping import require_constraint
from .nearest import packed
from .parameters import n_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .nearest import Source

__all__ = ["dtw_distances"]


def dtw_distances(
    source: Source,
    other: Source | None = None,
    window: int | None = None,
    *,
    itakura: float | None = None,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Return how far every series is from every other, for clustering and maps of a corpus.

    Parameters
    ----------
    source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
        A DataSeries is taken in the order of `get_ids`.
    other : the same, optional
        What they are compared with; by default with each other.
    window, itakura
        As `dtw` has them.
    n_jobs : int, optional
        Threads; all cores by default.

    Returns
    -------
    ndarray of shape (n_series, n_others)
        What `dtw` gives for each pair, in the units of the frames.

    Raises
    ------
    DimensionError, NonFiniteError, EmptyError, InputTypeError, ParameterError
        If the series or the constraint cannot be used.

    Examples
    --------
    >>> from fluidseries import DataSeries, dtw_distances
    >>> series = DataSeries({"a": [[0.0], [1.0]], "b": [[0.0], [0.0], [1.0]], "c": [[3.0]]})
    >>> dtw_distances(series).round(2)
    array([[0.  , 0.  , 3.61],
           [0.  , 0.  , 4.69],
           [3.61, 4.69, 0.  ]])
    """
    constraint, parameter = require_constraint(window, itakura)
    mine = read_series(source)
    others = mine if other is None else read_series(other)
    if mine.n_dims != others.n_dims:
        raise DimensionError(
            f"source has {mine.n_dims} dimensions per frame and other has {others.n_dims}: only "
            "series of the same dimensions can be compared"
        )
    as_they_are: Any = Scaler.identity(mine.n_dims)
    queries, corpus = (packed(one.arrays, as_they_are) for one in (mine, others))
    # A parallelogram is not the same when the two series change places.
    each_pair_once = other is None and itakura is None
    table = np.empty((len(mine), len(others)))
    _core.DtwCorpus(*corpus).distances(
        *queries, constraint, parameter, each_pair_once, n_threads(n_jobs), table
    )
    return table
