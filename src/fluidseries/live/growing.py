"""A take while it is being recorded."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from ..containers.frames import Frames
from .rates import rate_of_times
from .takes import Take

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Recording"]


class Recording:
    """A take that is being recorded."""

    def __init__(self, id: str, label: str | None, point: list[float] | None, per_frame: bool):
        self.id, self.label, self.per_frame = id, label, per_frame
        self.point = None if point is None else tuple(point)
        self._frames: Frames | None = None
        self._targets: Frames | None = None
        self._times = array("d")

    def __len__(self) -> int:
        return 0 if self._frames is None else len(self._frames)

    @property
    def n_inputs(self) -> int | None:
        """Numbers per frame, None before the first."""
        return None if self._frames is None else self._frames.n_dims

    def add(
        self, time: float, frame: NDArray[np.float64], target: NDArray[np.float64] | None
    ) -> None:
        """Add a frame that came at a time in seconds."""
        if self._frames is None:
            self._frames = Frames(frame[np.newaxis].copy())
            self._targets = None if target is None else Frames(target[np.newaxis].copy())
        else:
            self._frames.append(frame)
            if self._targets is not None and target is not None:
                self._targets.append(target)
        self._times.append(time)

    def take(self) -> Take | None:
        """Return what was recorded, None if nothing."""
        if self._frames is None:
            return None
        frames = self._frames.show()
        return Take(
            self.id,
            frames,
            label=self.label,
            point=self.point if self._targets is None else None,
            targets=None if self._targets is None else self._targets.show(),
            rate=rate_of_times(self._times),
        )
