"""Takes: what was recorded for one model, and what was done to it, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..containers.arrays import read_only
from ..containers.identifiers import check_identifier
from ..errors import IdentifierError, InputError
from ..wording import counted, listed

__all__ = ["Take", "TakeList", "free_identifier", "moving_part"]

# How many steps can be undone.
DEPTH = 100
# Share of the quickest movement below which a take is at rest.
STILL = 0.1

Table: TypeAlias = NDArray[np.float64]
Entries: TypeAlias = dict[str, "Take"]


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One recording.

    Parameters
    ----------
    id : str
        Its name in the list.
    frames : ndarray of shape (n_frames, n_dims)
        Read-only, oldest frame first.
    label : str or None
        What it is an example of, for a classifier.
    point : tuple of float or None
        The target of the whole take, for a regressor.
    targets : ndarray of shape (n_frames, n_outputs) or None
        A target for every frame.
    rate : float or None
        Frames per second as they came in; None if that cannot be known (a single frame).
    muted : bool
        Whether it is left out of fitting.
    """

    id: str
    frames: Table
    label: str | None = None
    point: tuple[float, ...] | None = None
    targets: Table | None = None
    rate: float | None = None
    muted: bool = False

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.frames) / self.rate if self.rate else 0.0

    def cut(self, start: int, stop: int) -> Take:
        """Return the frames from start to before stop, with their targets."""
        if not 0 <= start < stop <= len(self):
            raise InputError(
                f"cannot trim {self.id!r} to {start}..{stop}: it has "
                f"{counted(len(self), 'frame')}, counted from 0, and at least one must stay"
            )
        targets = None if self.targets is None else read_only(self.targets[start:stop])
        return replace(self, frames=read_only(self.frames[start:stop]), targets=targets)

    def chosen(self, inputs: tuple[int, ...] | None) -> Take:
        """Return it with some of its dimensions only, None for all."""
        if inputs is None:
            return self
        return replace(self, frames=read_only(self.frames.take(inputs, axis=1)))


def free_identifier(name: str, taken: Mapping[str, Any]) -> str:
    """Return name-1, name-2, ...: the number after the highest that is taken."""
    pattern = re.compile(re.escape(name) + r"-(\d{1,9})")
    numbers = (match[1] for identifier in taken if (match := pattern.fullmatch(identifier)))
    return f"{name}-{max(map(int, numbers), default=0) + 1}"


def moving_part(frames: Table) -> tuple[int, int]:
    """Return where a take begins to move and where it has come to rest, as a slice.

    What is slower than a tenth of the quickest in it is rest.
    """
    if len(frames) < 3:
        return 0, len(frames)
    spread = frames.std(axis=0)
    steps = np.abs(np.diff(frames, axis=0) / np.where(spread > 0, spread, 1)).mean(axis=1)
    moving = np.flatnonzero(steps > STILL * np.quantile(steps, 0.95))
    if not len(moving):
        return 0, len(frames)
    return int(moving[0]), int(moving[-1]) + 2


class TakeList(Mapping[str, Take]):
    """Takes in order, each under its identifier; every change can be undone."""

    def __init__(self) -> None:
        self._now: Entries = {}
        self._past: list[tuple[str, Entries]] = []
        self._future: list[tuple[str, Entries]] = []

    def __getitem__(self, identifier: str) -> Take:
        try:
            return self._now[identifier]
        except KeyError:
            raise IdentifierError(_missing(identifier, self._now)) from None

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._now

    def __iter__(self) -> Iterator[str]:
        # A take may come in while somebody looks through them.
        return iter(list(self._now))

    def __len__(self) -> int:
        return len(self._now)

    def edit(self, verb: str, *details: Any) -> None:
        """Change the list: "add" Take, "delete" id, "rename" id id, "mute" id bool, ...

        Raises
        ------
        IdentifierError, InputError
            If that cannot be; nothing has changed then.
        """
        what = "delete all" if verb == "clear" else f"{verb} {_words(details)}"
        self._become(what, self.edited(verb, *details))

    def edited(self, verb: str, *details: Any) -> Entries:
        """Return what the list would be after `edit`."""
        return VERBS[verb](self, *details)

    def undo(self) -> str:
        """Take back the newest step and return what it was."""
        return self._step(self._past, self._future, "undo")

    def redo(self) -> str:
        """Do again what was undone last and return what it was."""
        return self._step(self._future, self._past, "redo")

    def next_step(self, verb: str) -> str:
        """Return what "undo" or "redo" would change, or raise InputError."""
        steps = self._past if verb == "undo" else self._future
        if not steps:
            raise InputError(f"there is nothing to {verb}")
        return steps[-1][0]

    def history(self) -> tuple[list[tuple[str, Entries]], Entries, list[tuple[str, Entries]]]:
        """Return all that can be undone, what is there, and all that can be done again."""
        return self._past, self._now, self._future

    @classmethod
    def of_history(
        cls, past: list[tuple[str, Entries]], now: Entries, future: list[tuple[str, Entries]]
    ) -> TakeList:
        """Make the list that `history` tells of."""
        made = cls()
        made._past, made._now, made._future = past, now, future
        return made

    def _become(self, what: str, entries: Entries) -> None:
        self._past.append((what, self._now))
        del self._past[:-DEPTH]
        self._future.clear()
        self._now = entries

    def _step(
        self, source: list[tuple[str, Entries]], other: list[tuple[str, Entries]], name: str
    ) -> str:
        self.next_step(name)
        what, entries = source.pop()
        other.append((what, self._now))
        self._now = entries
        return what


# The verbs: each returns new entries and leaves the old as they are.


def _add(takes: TakeList, take: Take) -> Entries:
    if take.id in takes:
        raise IdentifierError(f"there is a take {take.id!r} already: choose another name")
    return {**takes._now, take.id: take}


def _delete(takes: TakeList, identifier: str) -> Entries:
    gone = takes[identifier]
    return {name: take for name, take in takes._now.items() if take is not gone}


def _clear(takes: TakeList) -> Entries:
    del takes
    return {}


def _rename(takes: TakeList, old: str, new: str) -> Entries:
    take, new = takes[old], check_identifier(new)
    if new in takes and new != old:
        raise IdentifierError(f"there is a take {new!r} already: choose another name")
    renamed = replace(take, id=new)
    return {other.id: other for other in (renamed if t is take else t for t in takes.values())}


def _change(takes: TakeList, identifier: str, **changes: Any) -> Entries:
    return {**takes._now, identifier: replace(takes[identifier], **changes)}


def _relabel(takes: TakeList, identifier: str, label: str | None, point: Any) -> Entries:
    place = None if point is None else tuple(point)
    return _change(takes, identifier, label=label, point=place, targets=None)


def _mute(takes: TakeList, identifier: str, muted: bool) -> Entries:
    return _change(takes, identifier, muted=muted)


def _trim(takes: TakeList, identifier: str, start: int, stop: int) -> Entries:
    return {**takes._now, identifier: takes[identifier].cut(start, stop)}


VERBS: dict[str, Callable[..., Entries]] = {
    "add": _add,
    "clear": _clear,
    "delete": _delete,
    "mute": _mute,
    "relabel": _relabel,
    "rename": _rename,
    "trim": _trim,
}


def _words(details: tuple[Any, ...]) -> str:
    return " ".join(_word(each) for each in details if each is not None)


def _word(each: Any) -> str:
    match each:
        case Take():
            return each.id
        case bool():
            return str(int(each))
        case list() | tuple():
            return " ".join(map(str, each))
        case _:
            return str(each)


def _missing(identifier: object, entries: Entries) -> str:
    near = get_close_matches(str(identifier), entries, n=1)
    there = f"those there are: {listed(entries, 5)}" if entries else "there is none yet"
    hint = f"did you mean {near[0]!r}?" if near else there
    return f"there is no take {identifier!r} ({hint})"
