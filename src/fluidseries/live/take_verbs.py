"""A live model's list of takes: what can be done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..containers.arrays import as_frames, read_only
from ..containers.identifiers import check_identifier
from ..errors import DimensionError, IdentifierError, InputTypeError, NonFiniteError
from .kinds import corpus_of, require_targets
from .part import FLOAT, LARGEST, Part
from .takes import Take

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..containers import DataSeries, DataSet, LabelSet

__all__ = ["TakeVerbs"]


class TakeVerbs(Part):
    """Every change of the list can be undone, the last hundred of them."""

    def delete(self, identifier: str) -> None:
        """Remove a take."""
        self._edit("delete", identifier)

    def delete_all(self) -> None:
        """Remove all takes."""
        self._edit("clear")

    def rename(self, old: str, new: str) -> None:
        """Give a take another identifier."""
        new = check_identifier(new)
        if new == self.recording:
            raise IdentifierError(f"{new!r} is being recorded: choose another name")
        self._edit("rename", old, new)

    @property
    def recording(self) -> str | None:
        """The identifier of the take that is being recorded."""
        recording = self._memory.recording
        return None if recording is None else recording.id

    def relabel(self, identifier: str, target: Any) -> None:
        """Give a take another label, or a regressor's take another target."""
        label, point = self._as_target(target)
        self._edit("relabel", identifier, label, point)

    def mute(self, identifier: str, muted: bool = True) -> None:
        """Leave a take out of fitting, or take it in again."""
        self._edit("mute", identifier, bool(muted))

    def trim(self, identifier: str, start: int, stop: int) -> None:
        """Keep the frames from start to before stop."""
        for number in (start, stop):
            if isinstance(number, bool) or number != int(number):
                raise InputTypeError(f"trim takes whole numbers of frames, but got {number!r}")
        self._edit("trim", identifier, int(start), int(stop))

    def undo(self) -> str:
        """Take back the newest change of the list and return what it was."""
        with self._lock:
            what = self._memory.takes.next_step("undo")
            self._do("undo")
            return what

    def redo(self) -> str:
        """Make the change again that was undone last and return what it was."""
        with self._lock:
            what = self._memory.takes.next_step("redo")
            self._do("redo")
            return what

    def add_take(
        self, identifier: str, frames: ArrayLike, target: Any = None, rate: float | None = None
    ) -> Take:
        """Add a take that was not recorded here.

        Parameters
        ----------
        identifier : str
            A free one.
        frames : array-like of shape (n_frames, n_dims)
            Oldest first.
        target : optional
            A label, numbers, or a table (n_frames, n_outputs) with a target for every frame.
        rate : float, optional
            Frames per second.

        Raises
        ------
        IdentifierError, DimensionError, NonFiniteError, InputTypeError
        """
        table = as_frames(frames, FLOAT, f"take {identifier!r}")
        if not (np.abs(table) < LARGEST).all():
            raise NonFiniteError(
                f"take {identifier!r} holds NaN or infinity: leave such frames out"
            )
        if self.n_inputs not in (None, table.shape[1]):
            raise DimensionError(
                f"take {identifier!r} has {table.shape[1]} numbers per frame, but {self.name!r} "
                f"takes {self.n_inputs}"
            )
        label = point = targets = None
        if target is not None and not isinstance(target, str) and np.ndim(target) == 2:
            targets = read_only(as_frames(target, FLOAT, "the targets"))
            if len(targets) != len(table):
                raise DimensionError(
                    f"{len(targets)} targets for {len(table)} frames: give one for each"
                )
        elif target is not None:
            label, point = self._as_target(target)
        take = Take(check_identifier(identifier), read_only(table), label, point, targets, rate)
        with self._lock:
            self._project.add_take(self.name, take)
            self._width = 0
        return take

    def data(self) -> tuple[DataSeries | DataSet, DataSet | LabelSet | DataSeries | None]:
        """Return what a fit would learn from: the takes that are not muted, and their targets.

        Raises
        ------
        EmptyError, InputError
            If there are none, or one has no target.
        """
        controls = self._memory.controls
        takes = [take.chosen(controls.inputs) for take in self._heard_takes()]
        corpus = corpus_of(self._memory.estimator, takes, controls.targets)
        return corpus.source, corpus.target

    def _heard_takes(self) -> list[Take]:
        takes = [take for take in self._memory.takes.values() if not take.muted]
        require_targets(self._memory.estimator, takes)
        last = max(self._memory.controls.inputs or (0,))
        for take in takes:
            if last >= take.frames.shape[1]:
                raise DimensionError(
                    f"inputs names dimension {last} (counted from 0), but take {take.id!r} has "
                    f"{take.frames.shape[1]}: set inputs anew, or mute or delete the take"
                )
        return takes

    def _edit(self, verb: str, *details: Any) -> None:
        with self._lock:
            self._do("edit", verb=verb, details=list(details))
