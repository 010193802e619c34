"""All of one live model that outlives the program: settings, takes, target, snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import IdentifierError, InputError
from .controls import CONTROLS, Controls
from .growing import Recording
from .kinds import make_model
from .snapshots import Snapshot
from .take_content import take_from_dict, take_to_dict
from .takes import Take, TakeList, free_identifier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..models.base import Model

__all__ = ["KEPT_SNAPSHOTS", "Change", "Memory"]

# How many snapshots without a name are kept.
KEPT_SNAPSHOTS = 20

Change: TypeAlias = Callable[[], None]


class Memory:
    """The state of one model, changed by steps alone: the same ones make it anew.

    Parameters
    ----------
    kind : str
        The class's name.
    parameters : dict
        The estimator's.
    controls : dict
        By name; the others are as usual.
    """

    def __init__(self, kind: str, parameters: dict[str, Any], controls: dict[str, Any]) -> None:
        self.estimator: Model[Any] = make_model(kind).set_params(**parameters)
        self.controls = Controls()
        # A project of an earlier version may know others.
        for name in set(CONTROLS) & set(controls):
            self.controls = self.controls.with_value(name, controls[name])
        self.takes = TakeList()
        self.label: str | None = None
        self.point: tuple[float, ...] | None = None
        self.snapshots: dict[int, Snapshot] = {}
        self.playing: int | None = None
        self.next_snapshot = 1
        self.recording: Recording | None = None

    def change(self, step: dict[str, Any]) -> Change:
        """Check a step and return what makes the change, which cannot fail.

        Raises
        ------
        FluidSeriesError
            If it cannot be.
        """
        verb: Callable[[dict[str, Any]], Change] = getattr(self, f"_{step['do']}")
        return verb(step)

    def _set(self, step: dict[str, Any]) -> Change:
        name, value = step["name"], step["value"]
        if name in CONTROLS:
            controls = self.controls.with_value(name, value)
            return lambda: setattr(self, "controls", controls)
        return lambda: self.estimator.set_params(**{name: value})

    def _target(self, step: dict[str, Any]) -> Change:
        label, point = step["label"], step["point"]

        def change() -> None:
            self.label, self.point = label, None if point is None else tuple(point)

        return change

    def _start(self, step: dict[str, Any]) -> Change:
        recording = Recording(step["id"], step["label"], step["point"], step["per_frame"])
        return lambda: setattr(self, "recording", recording)

    def _stop(self, step: dict[str, Any]) -> Change:
        del step
        take = None if self.recording is None else self.recording.take()
        if take is not None and take.id in self.takes:
            # Another take got this name meanwhile; what was recorded must not be lost for it.
            take = replace(take, id=free_identifier(take.id, self.takes))

        def change() -> None:
            self.recording = None
            if take is not None:
                self.takes.edit("add", take)

        return change

    def _discard(self, step: dict[str, Any]) -> Change:
        del step
        return lambda: setattr(self, "recording", None)

    def _edit(self, step: dict[str, Any]) -> Change:
        verb, details = step["verb"], step["details"]
        self.takes.edited(verb, *details)
        return lambda: self.takes.edit(verb, *details)

    def _undo(self, step: dict[str, Any]) -> Change:
        del step
        self.takes.next_step("undo")
        return lambda: void(self.takes.undo())

    def _redo(self, step: dict[str, Any]) -> Change:
        del step
        self.takes.next_step("redo")
        return lambda: void(self.takes.redo())

    def _fitted(self, step: dict[str, Any]) -> Change:
        snapshot = Snapshot.from_dict(step["snapshot"])

        def change() -> None:
            self.snapshots[snapshot.number] = snapshot
            self.playing = snapshot.number
            self.next_snapshot = snapshot.number + 1
            unnamed = [n for n, s in sorted(self.snapshots.items()) if s.name is None]
            for number in unnamed[:-KEPT_SNAPSHOTS]:
                del self.snapshots[number]

        return change

    def _recall(self, step: dict[str, Any]) -> Change:
        number = self.find_snapshot(step["number"]).number
        return lambda: setattr(self, "playing", number)

    def _name(self, step: dict[str, Any]) -> Change:
        found, name = self.find_snapshot(step["number"]), step["name"]

        def change() -> None:
            for number, other in self.snapshots.items():
                if other.name == name:
                    self.snapshots[number] = replace(other, name=None)
            self.snapshots[found.number] = replace(found, name=name)

        return change

    def _clear(self, step: dict[str, Any]) -> Change:
        del step
        return lambda: setattr(self, "playing", None)

    def find_snapshot(self, which: str | int) -> Snapshot:
        """Return a snapshot by its number or name, or raise IdentifierError."""
        for snapshot in self.snapshots.values():
            if which in (snapshot.number, snapshot.name) or which == str(snapshot.number):
                return snapshot
        names = [s.name or str(s.number) for s in self.snapshots.values()]
        there = f"those there are: {', '.join(names)}" if names else "there is none yet: fit first"
        raise IdentifierError(f"there is no snapshot {which!r}; {there}")

    def before_playing(self) -> Snapshot:
        """Return the snapshot before the one that plays, or raise InputError."""
        older = [n for n in self.snapshots if self.playing is None or n < self.playing]
        if not older:
            raise InputError("there is no older snapshot to go back to")
        return self.snapshots[max(older)]

    # Whole, for a journal that begins anew.

    def to_dict(self, keep: Callable[[NDArray[np.float64]], int]) -> dict[str, Any]:
        """Return plain values; `keep` takes an array and returns the number it is kept under."""
        past, now, future = self.takes.history()
        numbers: dict[int, int] = {}
        takes: list[dict[str, Any]] = []

        def entries(found: dict[str, Take]) -> list[int]:
            for take in found.values():
                if id(take) not in numbers:
                    numbers[id(take)] = len(takes)
                    takes.append(take_to_dict(take, keep))
            return [numbers[id(take)] for take in found.values()]

        history = {
            "past": [[what, entries(found)] for what, found in past],
            "now": entries(now),
            "future": [[what, entries(found)] for what, found in future],
        }
        return {
            "takes": takes,
            **history,
            "label": self.label,
            "point": self.point,
            "snapshots": [snapshot.to_dict() for snapshot in self.snapshots.values()],
            "playing": self.playing,
            "next_snapshot": self.next_snapshot,
        }

    def restore(
        self, content: dict[str, Any], kept: Callable[[int], NDArray[np.float64]]
    ) -> Change:
        """Return what takes over what `to_dict` gave."""
        takes = [take_from_dict(take, kept) for take in content["takes"]]

        def entries(numbers: list[int]) -> dict[str, Take]:
            return {takes[number].id: takes[number] for number in numbers}

        past, future = (
            [(what, entries(numbers)) for what, numbers in content[part]]
            for part in ("past", "future")
        )
        restored = TakeList.of_history(past, entries(content["now"]), future)
        snapshots = [Snapshot.from_dict(snapshot) for snapshot in content["snapshots"]]
        point = content["point"]

        def change() -> None:
            self.takes = restored
            self.label, self.point = content["label"], None if point is None else tuple(point)
            self.snapshots = {snapshot.number: snapshot for snapshot in snapshots}
            self.playing, self.next_snapshot = content["playing"], content["next_snapshot"]

        return change


def void(_: object) -> None:
    """Nothing."""
