"""Missing numbers: NaN in a series, and what is heard instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import NonFiniteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["METHODS", "filled", "usual"]

METHODS = ("error", "interpolate", "mask")


def filled(
    frames: NDArray[Any], method: str, mean: NDArray[np.float64], before: Any = None
) -> NDArray[Any]:
    """Return a series in which every NaN has given way to a number.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_dims)
        Returned as it is if nothing is missing.
    method : "interpolate" or "mask"
        "interpolate": on the straight line between the neighbours that are there, beyond the first
        and the last of them as these. "mask": `mean`, which says nothing.
    mean : float64 ndarray of shape (n_dims,)
        For dimensions that hold no number at all, too.
    before : float64 ndarray of shape (n_dims,), optional
        The frame that came before.

    Examples
    --------
    >>> frames = np.array([[0.0], [np.nan], [1.0], [np.nan]])
    >>> filled(frames, "interpolate", np.zeros(1)).ravel().tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    holes = np.isnan(frames)
    if not holes.any():
        return frames
    if before is not None:
        return filled(np.vstack([before, frames]), method, mean)[1:]
    whole = np.array(frames, dtype=np.float64)
    for dim in np.flatnonzero(holes.any(axis=0)):
        missing, known = np.flatnonzero(holes[:, dim]), np.flatnonzero(~holes[:, dim])
        if method == "mask" or not len(known):
            whole[missing, dim] = mean[dim]
        else:
            whole[missing, dim] = np.interp(missing, known, whole[known, dim])
    return whole


def usual(arrays: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """Return the mean (n_dims,) of the finite numbers of every dimension.

    Raises
    ------
    NonFiniteError
        If a dimension has none.
    """
    known = [np.isfinite(frames) for frames in arrays]
    counts = np.sum([one.sum(axis=0) for one in known], axis=0)
    if not counts.all():
        raise NonFiniteError(
            f"dimension {int(np.argmin(counts))} holds no number in any series: leave it out"
        )
    sums = [np.where(one, x, 0.0).sum(axis=0) for x, one in zip(arrays, known, strict=True)]
    mean: NDArray[np.float64] = np.sum(sums, axis=0) / counts
    return mean
