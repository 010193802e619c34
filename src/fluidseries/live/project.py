"""A project: its journal, and the state that follows from it.

Every change is a step: checked, written to the journal, then made. Opening a project takes the same
steps again. When much was recorded frame by frame, a new journal is written on opening, with the
state as it is then, and takes the place of the old one in a single move.
"""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import files
from ..errors import FluidSeriesError, FormatError, StorageError, VersionError
from .folder import Folder
from .journal import BLOCK, FRAME, STEP, Journal, read_records, record
from .memory import Change, Memory
from .take_content import take_from_dict, take_to_dict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .takes import Take

__all__ = ["Project", "Recovery"]

VERSION = 1
# Frames in a journal from which on it is written anew at the next opening.
MANY_FRAMES = 20_000

_FRAME = struct.Struct("<IdH")
_BLOCK = struct.Struct("<III")


@dataclass(frozen=True)
class Recovery:
    """What was found when a project was opened.

    Parameters
    ----------
    frames : int
        Frames read from the journal.
    takes : tuple of (str, str)
        Model and take that were being recorded when the program ended; they are in the list now.
    skipped_bytes : int
        Bytes that were no whole record: what was being written when the program or the machine
        died, or damage. They are kept.
    skipped_steps : int
        Steps that could not be taken again, since something before them is missing.
    notes : tuple of str
        What else is not as it was.
    """

    frames: int = 0
    takes: tuple[tuple[str, str], ...] = ()
    skipped_bytes: int = 0
    skipped_steps: int = 0
    notes: tuple[str, ...] = ()


class Project:
    """The state of all models in a folder.

    Parameters
    ----------
    path : str or path
        Made if it is missing.

    Raises
    ------
    BusyError, StorageError
        As `Folder`.
    FormatError
        If the journal there is not one.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.folder = Folder(path)
        self.memories: dict[str, Memory] = {}
        self.removed: dict[str, Memory] = {}
        self.extras: dict[str, Any] = {}
        self.lock = threading.RLock()
        self._recordings: dict[int, Memory] = {}
        self._blocks: dict[int, NDArray[np.float64]] = {}
        self._next_recording = self._next_block = 1
        try:
            self.recovered = self._replay()
            self.journal = Journal(self.folder.journal)
            self._finish_recordings()
            if not self.folder.journal.stat().st_size:
                self._begin()
        except BaseException:
            self.folder.release()
            raise

    def _begin(self) -> None:
        try:
            self.journal.write(STEP, _json({"do": "begin", "version": VERSION}))
        except StorageError as err:
            raise StorageError(
                f"a project cannot begin in {self.folder.path}, since nothing can be recorded "
                "there: make room on its disk, or choose a folder on another one"
            ) from err

    # Live: check, write, change.

    def do(self, **step: Any) -> None:
        """Take a step: all of it, or on an error nothing.

        Raises
        ------
        FluidSeriesError
            If it cannot be, or the journal cannot be written.
        """
        with self.lock:
            change = self._change(step)
            self.journal.write(STEP, _json(step))
            change()

    def do_anyway(self, **step: Any) -> None:
        """Take a step also if there is no room for it now: it is written as soon as there is.

        For what may be forgotten without harm if the program ends before.
        """
        with self.lock:
            change = self._change(step)
            self.journal.owe(STEP, _json(step))
            change()

    def start(self, model: str, **details: Any) -> int:
        """Begin a recording and return its number for `record_frame`."""
        with self.lock:
            number = self._next_recording
            self.do(do="start", model=model, recording=number, **details)
        return number

    def record_frame(
        self,
        number: int,
        time: float,
        frame: NDArray[np.float64],
        target: NDArray[np.float64] | None,
    ) -> None:
        """Record a frame: in the journal when this returns."""
        content = _FRAME.pack(number, time, len(frame)) + frame.tobytes()
        if target is not None:
            content += target.tobytes()
        self.journal.write(FRAME, content)
        recording = self._recordings[number].recording
        if recording is not None:
            recording.add(time, frame, target)

    def add_take(self, model: str, take: Take) -> None:
        """Add a take that was not recorded here."""
        with self.lock:
            self.memories[model].takes.edited("add", take)
            self.do(do="add", model=model, take=take_to_dict(take, self._keep))

    def _keep(self, array: NDArray[np.float64]) -> int:
        number = self._next_block
        self.journal.write(BLOCK, _block(number, array))
        self._blocks[number] = array
        self._next_block += 1
        return number

    def close(self) -> None:
        """Sync, close and let others have the folder."""
        self.journal.close()
        self.folder.release()

    # Steps.

    def _change(self, step: dict[str, Any]) -> Change:
        verb = step["do"]
        if verb == "begin":
            return _begin(step)
        if verb == "extra":
            return lambda: self.extras.update({step["name"]: step["value"]})
        if verb == "new":
            made = Memory(step["kind"], step["parameters"], step["controls"])
            return lambda: self._make(step["model"], made)
        name = step["model"]
        if verb in ("forget", "restore"):
            return self._from_removed(name, back=verb == "restore")
        memory = self.memories[name]
        if verb == "remove":
            return self._remove(name, memory)
        if verb == "add":
            take = take_from_dict(step["take"], self._blocks.__getitem__)
            return memory.change({"do": "edit", "verb": "add", "details": [take]})
        if verb == "state":
            return memory.restore(step["state"], self._blocks.__getitem__)
        change = memory.change(step)
        if verb != "start":
            return change

        def start() -> None:
            change()
            # The recording that this model had before is over.
            self._recordings = {n: m for n, m in self._recordings.items() if m is not memory}
            self._recordings[step["recording"]] = memory
            self._next_recording = step["recording"] + 1

        return start

    # Opening.

    def _make(self, name: str, memory: Memory) -> None:
        self.memories[name] = memory
        # On some disks Hand and hand are one file, so what was removed cannot come back.
        for other in [known for known in self.removed if known.lower() == name.lower()]:
            del self.removed[other]

    def _from_removed(self, name: str, *, back: bool) -> Change:
        memory = self.removed[name]

        def change() -> None:
            del self.removed[name]
            if back:
                self.memories[name] = memory

        return change

    def _remove(self, name: str, memory: Memory) -> Change:
        stop = memory.change({"do": "stop"})

        def change() -> None:
            stop()
            self.removed[name] = self.memories.pop(name)

        return change

    def _replay(self) -> Recovery:
        if not self.folder.journal.exists():
            return Recovery()
        data = files.read_bytes(self.folder.journal)
        frames = skipped_bytes = skipped_steps = 0
        began = not data
        for kind, content in read_records(data):
            if kind is None:
                skipped_bytes += len(content)
                continue
            began = True
            try:
                frames += self._take_again(kind, content)
            except VersionError:
                raise
            except (FluidSeriesError, LookupError, TypeError, ValueError, AttributeError):
                skipped_steps += 1
        if not began and skipped_bytes > 64:
            raise FormatError(
                f"{self.folder.journal} is not a journal of fluidseries: choose another folder"
            )
        unfinished = tuple(
            (name, memory.recording.id)
            for name, memory in self.memories.items()
            if memory.recording is not None and len(memory.recording)
        )
        found = Recovery(frames, unfinished, skipped_bytes, skipped_steps)
        if frames > MANY_FRAMES:
            self._write_anew(damaged=bool(skipped_bytes))
        return found

    def _take_again(self, kind: bytes, content: bytes) -> int:
        if kind == STEP:
            self._change(json.loads(content))()
        elif kind == BLOCK:
            number, array = _parse_block(content)
            self._blocks[number] = array
            self._next_block = max(self._next_block, number + 1)
        elif kind == FRAME:
            number, time, n_inputs = _FRAME.unpack_from(content)
            numbers = np.frombuffer(content, "<f8", offset=_FRAME.size)
            recording = self._recordings[number].recording
            if recording is not None:
                target = numbers[n_inputs:] if len(numbers) > n_inputs else None
                recording.add(time, numbers[:n_inputs], target)
                return 1
        return 0

    def _finish_recordings(self) -> None:
        """End what was being recorded when the program ended."""
        for name, memory in self.memories.items():
            if memory.recording is not None:
                self.do_anyway(do="stop", model=name)

    def _write_anew(self, *, damaged: bool) -> None:
        """Write a journal with the state as it is and put it in the place of the old one."""
        for memory in self.memories.values():
            if memory.recording is not None:
                memory.change({"do": "stop"})()
        path = self.folder.journal
        self._blocks, self._next_block = {}, 1
        try:
            if damaged:
                # What could not be read may still be worth something to somebody.
                os.replace(path, _free_name(path))
            with files.replacing(path) as file:
                self._describe(lambda kind, content: void(file.write(record(kind, content))))
        except OSError as err:
            raise StorageError(f"{path} cannot be written anew ({err.strerror})") from err

    def _describe(self, write: Callable[[bytes, bytes], None]) -> None:
        """Write records from which the same state follows."""

        def keep(array: NDArray[np.float64]) -> int:
            number = self._next_block
            self._next_block += 1
            write(BLOCK, _block(number, array))
            self._blocks[number] = array
            return number

        write(STEP, _json({"do": "begin", "version": VERSION}))
        for name, value in self.extras.items():
            write(STEP, _json({"do": "extra", "name": name, "value": value}))
        for name, memory in (*self.removed.items(), *self.memories.items()):
            write(STEP, _json(new_step(name, memory)))
            state = memory.to_dict(keep)
            write(STEP, _json({"do": "state", "model": name, "state": state}))
            if name in self.removed:
                write(STEP, _json({"do": "remove", "model": name}))


def new_step(name: str, memory: Memory) -> dict[str, Any]:
    """Return the step that makes a model of the same kind and settings."""
    parameters = {k: plain(v) for k, v in memory.estimator.get_params(deep=False).items()}
    return {
        "do": "new",
        "model": name,
        "kind": type(memory.estimator).__name__,
        "parameters": parameters,
        "controls": vars(memory.controls),
    }


def plain(value: Any) -> Any:
    """Return a parameter as JSON has it; what JSON has not, as None."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, bool | int | float | str | None) else None


def _begin(step: dict[str, Any]) -> Change:
    if step["version"] > VERSION:
        raise VersionError("a newer fluidseries wrote this project: install it to open this")
    return lambda: None


def _json(step: dict[str, Any]) -> bytes:
    return json.dumps(step, separators=(",", ":"), allow_nan=False).encode()


def _block(number: int, array: NDArray[np.float64]) -> bytes:
    return _BLOCK.pack(number, *array.shape) + array.astype("<f8").tobytes()


def _parse_block(content: bytes) -> tuple[int, NDArray[np.float64]]:
    number, rows, columns = _BLOCK.unpack_from(content)
    table = np.frombuffer(content, "<f8", offset=_BLOCK.size).reshape(rows, columns)
    return number, table


def _free_name(path: Any) -> Any:
    numbers = range(1, 10_000)
    return next(
        p for n in numbers if not (p := path.with_name(f"{path.name}.damaged-{n}")).exists()
    )


def void(_: object) -> None:
    """Nothing."""
