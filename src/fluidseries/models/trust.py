"""How far answers can be trusted, by what networks answered that had not learned it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["doubtful", "shrinkage"]

# Below this it is more the mean that answers than the networks.
HARDLY = 0.3


def shrinkage(
    outputs: NDArray[np.float64], truth: NDArray[np.float64], n_series: int
) -> NDArray[np.float64]:
    """Return what each output of unseen series has to be multiplied by, from 0 to 1.

    It is the slope of the truth over the outputs (van Houwelingen and le Cessie 1990), less what
    of it may be chance (as James and Stein 1961 have it).
    """
    power = (outputs**2).sum(axis=0) + 1e-12
    slope = np.maximum((outputs * truth).sum(axis=0), 1e-12) / power
    # The frames of one series say the same again: chance goes with the number of series.
    error = ((truth - slope * outputs) ** 2).sum(axis=0) / power / n_series
    shrunk: NDArray[np.float64] = np.minimum(slope, 1) * np.clip(1 - error / slope**2, 0, 1)
    return shrunk


def doubtful(trust: NDArray[np.float64], names: Sequence[str]) -> str:
    """Say which outputs are hardly better than the mean, by their names if there are any.

    Examples
    --------
    >>> doubtful(np.array([0.9, 0.1, 0.8]), ["gain", "pan", "pitch"])[:76]
    "the target's dimension 'pan' can hardly be foretold from these series: where"
    >>> doubtful(np.array([0.9, 0.8]), [])
    ''
    """
    poor = np.flatnonzero(trust < HARDLY)
    if not len(poor):
        return ""
    named = [repr(name) for name in names] if len(names) == len(trust) else range(len(trust))
    some = f"dimension{'s' * (len(poor) > 1)} {listed((named[place] for place in poor), 8)}"
    what = "the targets" if len(poor) == len(trust) else f"the target's {some}"
    those = "answers are" if len(poor) == len(trust) else "answers there are"
    return (
        f"{what} can hardly be foretold from these series: where a network had not learned from "
        f"them it answered hardly better than by the mean, so {those} drawn towards it. More "
        "examples may help; with validation=0 they are learned by heart"
    )
