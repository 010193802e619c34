"""What the parts of a live model share: its memory, its lock, the target it is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..containers.arrays import as_numbers
from ..containers.identifiers import check_text
from ..errors import InputError, InputTypeError, NonFiniteError
from .hearing import Hearing
from .kinds import what_it_learns

if TYPE_CHECKING:
    from ..models.base import Model
    from .events import Event
    from .memory import Memory
    from .project import Project
    from .takes import Take

__all__ = ["FLOAT", "LARGEST", "Part"]

FLOAT = np.dtype(np.float64)
# What a frame may hold: far beyond any sensor, and still far from where float32 ends.
LARGEST = 1e30


class Part:
    """A live model, seen from one of its parts.

    Parameters
    ----------
    name : str
        In the session.
    memory : Memory
    project : Project
    say : callable
        Takes events.
    clock : callable
        Returns the time in seconds.
    """

    _model: Model[Any] | None = None

    def __init__(
        self,
        name: str,
        memory: Memory,
        project: Project,
        say: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self._memory, self._project, self._say, self._clock = memory, project, say, clock
        self._lock = threading.RLock()
        self._hearing = Hearing(name, memory.controls, say)
        # The number of inputs that the newest frame had and that was right; 0 to look anew.
        self._width = 0

    @property
    def takes(self) -> Mapping[str, Take]:
        """What was recorded, in order."""
        return self._memory.takes

    @property
    def n_inputs(self) -> int | None:
        """Numbers per frame; None while nothing says it."""
        if self._model is not None and self._hearing.facts.inputs is None:
            return int(self._model.n_features_in_)
        recording = self._memory.recording
        if recording is not None and recording.n_inputs is not None:
            return recording.n_inputs
        takes = self._memory.takes
        return int(next(iter(takes.values())).frames.shape[1]) if takes else None

    @property
    def rate(self) -> float | None:
        """Frames per second that the model was fitted on, or that come in; None if unknown."""
        return self._memory.controls.rate or self._hearing.facts.rate or self._hearing.meter.rate

    @property
    def learns(self) -> str:
        """What its targets are: "label", "point", or "next" for none."""
        return what_it_learns(self._memory.estimator)

    def _do(self, do: str, **details: Any) -> None:
        self._project.do(do=do, model=self.name, **details)
        self._width = 0

    def _as_target(self, values: Any) -> tuple[str | None, tuple[float, ...] | None]:
        """Return a label or a point, whichever this kind of model learns."""
        if self.learns == "next":
            raise InputError("a forecaster has no targets: it learns how the takes go on")
        if self.learns == "label":
            label = check_text(values, "label")
            if not label:
                raise InputError("a label is empty: give it at least one character")
            return label, None
        if any(isinstance(each, str) for each in np.atleast_1d(values).tolist()):
            raise InputTypeError(f"the target is {values!r}: a regressor learns numbers")
        numbers = as_numbers(values, FLOAT, "the target").reshape(-1)
        if not numbers.size or not (np.abs(numbers) < LARGEST).all():
            raise NonFiniteError(f"the target is {values!r}: it must be one number or several")
        return None, tuple(numbers.tolist())
