"""What a live model wants to know of the takes that it was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .kinds import targets_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .takes import Take

__all__ = ["Facts", "facts_of"]

# Shares of the frames of rest: a single jerk does not tell what rest is.
MOST = (0.9, 0.98)


@dataclass(frozen=True)
class Facts:
    """What a live model wants to know of what it was fitted on.

    Parameters
    ----------
    low, high : tuple of float
        The range of every output's targets; empty where there are none.
    median_length, longest, shortest : int
        Frames of the takes, those of rest aside; 0 if that is not known.
    rate : float or None
        Frames per second.
    spread : tuple of float
        The standard deviation of each dimension.
    motion : float
        How far a frame usually is from the one before, in those: the median within a take, and of
        that the median over the takes.
    levels : tuple of float
        The usual value of each dimension, in the same way.
    rest_motion : tuple of float
        How far it is in takes of rest: what nine of ten frames and what nearly all stay below;
        empty without any.
    rest_levels : tuple of tuple of float
        For each dimension, the same of its value.
    inputs : tuple of int or None
        The dimensions that it learned from; None for all. The other facts tell of all dimensions,
        but for the motion.
    """

    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    median_length: int = 0
    longest: int = 0
    shortest: int = 0
    rate: float | None = None
    spread: tuple[float, ...] = ()
    motion: float = 0.0
    levels: tuple[float, ...] = ()
    rest_motion: tuple[float, ...] = ()
    rest_levels: tuple[tuple[float, ...], ...] = ()
    inputs: tuple[int, ...] | None = None


def facts_of(
    takes: Sequence[Take], rest_label: str, has_points: bool, inputs: tuple[int, ...] | None
) -> Facts:
    """Return what a live model wants to know of takes."""
    rests = [take for take in takes if take.label == rest_label]
    moving = [take for take in takes if take.label != rest_label] or takes
    low = high = np.empty(0)
    if has_points:
        table = np.concatenate([targets_of(take) for take in takes])
        low, high = table.min(axis=0), table.max(axis=0)
    lengths = [len(take) for take in moving]
    rates = [take.rate for take in takes if take.rate]
    spread = np.concatenate([take.frames for take in takes]).std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    chosen = list(range(len(scale)) if inputs is None else inputs)
    motions = (_motion(take, scale, chosen) for take in moving)
    usual = [float(np.median(motion)) for motion in motions if len(motion)]
    levels = np.median([np.median(take.frames, axis=0) for take in moving], axis=0)
    rest = np.concatenate([take.frames for take in rests]) if rests else None
    still = np.concatenate([_motion(take, scale, chosen) for take in rests] or [np.empty(0)])
    return Facts(
        tuple(low.tolist()),
        tuple(high.tolist()),
        int(np.median(lengths)),
        max(lengths),
        min(lengths),
        float(np.median(rates)) if rates else None,
        tuple(spread.tolist()),
        float(np.median(usual)) if usual else 0.0,
        tuple(levels.tolist()),
        tuple(np.quantile(still, MOST).tolist()) if len(still) else (),
        () if rest is None else tuple(map(tuple, np.quantile(rest, MOST, axis=0).T.tolist())),
        inputs,
    )


def _motion(take: Take, scale: NDArray[np.float64], inputs: list[int]) -> NDArray[np.float64]:
    moves = np.abs(np.diff(take.frames, axis=0) / scale)
    steps: NDArray[np.float64] = moves[:, inputs].mean(axis=1)
    return steps
