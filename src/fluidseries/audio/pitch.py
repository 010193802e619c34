"""How sure a pitch is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["confidence"]


def confidence(frames: NDArray[np.float64], periods: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how like each frame is to itself one period later.

    The correlation of the frame with itself at that lag, both parts brought to mean 0 and length 1
    (McLeod and Wyvill 2005 in spirit): 1 for a steady tone, near 0 for noise. A period between two
    samples counts as the better of the two.

    Parameters
    ----------
    frames : float64 ndarray of shape (n_frames, n_samples)
    periods : float64 ndarray of shape (n_frames,)
        In samples, from 1 up to half a frame.

    Returns
    -------
    ndarray of shape (n_frames,)
        From 0 to 1; 0 for a frame that stands still.
    """
    pairs = zip(frames, periods.astype(int), strict=True)
    return np.array([max(_likeness(frame, lag), _likeness(frame, lag + 1)) for frame, lag in pairs])


def _likeness(frame: NDArray[np.float64], lag: int) -> float:
    early, late = frame[:-lag], frame[lag:]
    early, late = early - early.mean(), late - late.mean()
    power = (early @ early) * (late @ late)
    # Less than rounding leaves is a frame that stands still.
    if power <= (1e-15 * (frame @ frame)) ** 2:
        return 0.0
    return max(0.0, float(early @ late / np.sqrt(power)))
