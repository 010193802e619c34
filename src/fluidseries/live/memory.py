"""All of one live model that outlives the program: settings, takes, target, snapshots."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..containers.arrays import read_only
from ..containers.frames import Frames
from ..errors import IdentifierError, InputError
from .controls import CONTROLS, Controls
from .kinds import make_model
from .rates import rate_of_times
from .takes import Take, TakeList, free_identifier
from .worker import Facts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..models.base import Model

__all__ = ["KEPT_SNAPSHOTS", "Change", "Memory", "Recording", "Snapshot"]

# How many snapshots without a name are kept.
KEPT_SNAPSHOTS = 20

Change: TypeAlias = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a model had learned at the end of a fit.

    Parameters
    ----------
    number : int
        Counted from 1.
    name : str or None
        Those with a name are kept for ever, of the others the newest 20.
    loss : float or None
        Error of the last epoch; None for models that have none.
    epochs : int
        Of this fit.
    seconds : float
        That it took.
    facts : Facts
        About the takes that it was fitted on.
    playing : bool
        Whether it is the one that plays.
    """

    number: int
    name: str | None = None
    loss: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    facts: Facts = field(default_factory=Facts)
    playing: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Snapshot:
        """Take what `to_dict` gave."""
        facts: dict[str, Any] = {name: _tuples(value) for name, value in content["facts"].items()}
        return cls(**{**content, "facts": Facts(**facts)})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


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


def take_to_dict(take: Take, keep: Callable[[NDArray[np.float64]], int]) -> dict[str, Any]:
    """Return a take as plain values, its arrays kept under numbers."""
    return {
        "id": take.id,
        "frames": keep(take.frames),
        "label": take.label,
        "point": take.point,
        "targets": None if take.targets is None else keep(take.targets),
        "rate": take.rate,
        "muted": take.muted,
    }


def take_from_dict(content: dict[str, Any], kept: Callable[[int], NDArray[np.float64]]) -> Take:
    """Take what `take_to_dict` gave."""
    point, targets = content["point"], content["targets"]
    return Take(
        content["id"],
        read_only(kept(content["frames"])),
        label=content["label"],
        point=None if point is None else tuple(point),
        targets=None if targets is None else read_only(kept(targets)),
        rate=content["rate"],
        muted=content["muted"],
    )


def void(_: object) -> None:
    """Nothing."""
