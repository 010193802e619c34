"""From a player's numbers to an answer: threshold and smoothing, range and lag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .events import Answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .controls import Controls
    from .facts import Facts

__all__ = ["Shaping"]

# How much of the way is left after the lag time: -60 dB, as in SuperCollider.
LEFT_OF_LAG = 0.001


class Shaping:
    """Keeps what an answer owes to those before it.

    Parameters
    ----------
    name : str
        Of the model.
    classes : sequence of str
        Empty if the model does not name.
    controls : Controls
    facts : Facts
        Of the model that plays.
    """

    def __init__(
        self, name: str, classes: list[str] | None, controls: Controls, facts: Facts
    ) -> None:
        self._name, self._classes, self._controls = name, classes, controls
        limited = controls.hold and classes is None and facts.low
        self._low = np.array(facts.low) if limited else None
        self._high = np.array(facts.high)
        self._before: NDArray[np.float64] | None = None
        self._time = 0.0

    @property
    def remembers(self) -> bool:
        """Whether an answer depends on those before, so that none may be left out."""
        c = self._controls
        return bool(c.lag if self._classes is None else c.smoothing)

    def reset(self) -> None:
        """Forget the probabilities before: the next answer belongs to another series."""
        # A lag goes on over a boundary: what is heard must not jump there.
        if self._classes is not None:
            self._before = None

    def answer(self, numbers: NDArray[np.float64], time: float) -> Answer:
        """Make an answer at a time in seconds."""
        if self._classes is None:
            return Answer(self._name, time, point=self._moved(numbers, time))
        keep = self._controls.smoothing
        if keep and self._before is not None:
            numbers = keep * self._before + (1 - keep) * numbers
        self._before = numbers
        return self._named(numbers, time)

    def plain(self, numbers: NDArray[np.float64], time: float) -> Answer:
        """Make an answer that owes nothing to those before."""
        if self._classes is None:
            return Answer(self._name, time, point=self._held(numbers))
        return self._named(numbers, time)

    def _named(self, shares: NDArray[np.float64], time: float) -> Answer:
        assert self._classes is not None
        best = int(shares.argmax())
        sure = shares[best] >= self._controls.threshold
        label = self._classes[best] if sure else self._controls.reject_label
        return Answer(self._name, time, label=label, probabilities=shares)

    def _held(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        if self._low is None:
            return point
        held: NDArray[np.float64] = np.minimum(np.maximum(point, self._low), self._high)
        return held

    def _moved(self, point: NDArray[np.float64], time: float) -> NDArray[np.float64]:
        point = self._held(point)
        if self._controls.lag and self._before is not None:
            left = LEFT_OF_LAG ** (max(time - self._time, 0.0) / self._controls.lag)
            point = point + left * (self._before - point)
        self._before, self._time = point, time
        return point
