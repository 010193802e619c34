"""Statistics of an utterance: what the networks are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["summarise"]


def summarise(series: Iterable[NDArray[Any]]) -> NDArray[np.float64]:
    """Return mean, deviation, minimum and maximum per dimension, and the length, of each series.

    The order of the frames is forgotten.

    Parameters
    ----------
    series : iterable of ndarray of shape (n_frames, n_dims)

    Returns
    -------
    ndarray of shape (n_series, 4 * n_dims + 1)
    """
    rows = []
    for frames in series:
        parts = (frames.mean(0), frames.std(0), frames.min(0), frames.max(0), [len(frames)])
        rows.append(np.concatenate(parts))
    return np.stack(rows)
