"""A live model's learning: fits in the background, and snapshots to come back to."""

from __future__ import annotations

import itertools
import os
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import files
from ..errors import (
    BusyError,
    CancelledError,
    FluidSeriesError,
    InputError,
    InputTypeError,
    NotFittedError,
)
from ..models.base import Model
from ..models.registry import read_model
from .events import FitCancelled, FitFailed, Fitted, Progress, Recalled, Warned
from .kinds import what_it_learns
from .playing import Player, player_of
from .recording import RecordingVerbs
from .snapshots import Snapshot
from .training import Job
from .worker import FitJob, Note, ReadJob, Result, Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LearningVerbs"]

_numbers = itertools.count()


class LearningVerbs(RecordingVerbs):
    """What is learned becomes a snapshot and plays, between two frames."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._job: Job | None = None
        self._keeping = threading.Lock()
        self.notes = self._restore()

    def _restore(self) -> tuple[str, ...]:
        """Play what played when the session ended, or the newest that can be read; tell of it."""
        memory, notes = self._memory, []
        if memory.playing is None:
            return ()
        older = sorted((n for n in memory.snapshots if n < memory.playing), reverse=True)
        for number in (memory.playing, *older):
            try:
                model = read_model(self._place(number))
            except (OSError, FluidSeriesError) as err:
                notes.append(f"snapshot {number} of {self.name!r} cannot be read: {err}")
                continue
            self._play(model, memory.snapshots[number])
            break
        return tuple(notes)

    @property
    def playing(self) -> bool:
        """Whether it has learned something and answers."""
        return self._model is not None

    @property
    def outdated(self) -> bool:
        """Whether what plays learned from other inputs than those that are chosen now."""
        return self.playing and self._hearing.facts.inputs != self._memory.controls.inputs

    @property
    def fitting(self) -> bool:
        """Whether a fit is running."""
        return self._job is not None

    @property
    def classes(self) -> list[str]:
        """The labels in the order of an answer's probabilities; empty without."""
        if self._model is None or what_it_learns(self._model) != "label":
            return []
        return [str(label) for label in self._model.classes_]

    def fit(self) -> Future[Fitted]:
        """Learn from the takes, in the background, going on from what plays.

        Returns
        -------
        concurrent.futures.Future of Fitted
            ``fit().result()`` waits; in asyncio ``await asyncio.wrap_future(fit())``.

        Raises
        ------
        BusyError
            If a fit is running.
        EmptyError, InputError
            If there is nothing to learn from, or a take has no target.
        """
        with self._lock:
            if self._job is not None:
                raise BusyError(f"a fit of {self.name!r} is running: wait for it, or cancel it")
            takes, memory = self._heard_takes(), self._memory
            c = memory.controls
            # What was learned from other inputs is no beginning.
            known = None if self.outdated else self._model
            # A copy with other parameters shares what was learned, which never changes.
            model = copy(memory.estimator if known is None else known)
            model.set_params(**memory.estimator.get_params(deep=False))
            path = self._new_place()
            what = FitJob(model, takes, c.targets, c.rate, c.reject_label, c.inputs, path)
            done = lambda result: self._fitted(result, path)  # noqa: E731
            self._job = Job(what, done, self._failed, self._hear_job)
            self._job.start()
            return self._job.future

    def cancel(self, keep: bool = False) -> bool:
        """End the fit; with `keep` the model plays what it has learned up to now.

        Returns
        -------
        bool
            Whether a fit was running.
        """
        job = self._job
        if job is None:
            return False
        job.cancel(keep=keep)
        return True

    def clear(self) -> None:
        """Forget what was learned; takes and snapshots stay.

        Raises
        ------
        BusyError
            If a fit is running.
        """
        with self._lock:
            if self._job is not None:
                raise BusyError(f"a fit of {self.name!r} is running: cancel it first")
            self._do("clear")
            self._rest()

    # Snapshots.

    @property
    def snapshots(self) -> list[Snapshot]:
        """What was learned at the end of each fit, oldest first."""
        playing = self._memory.playing
        found = sorted(self._memory.snapshots.items())
        return [replace(snapshot, playing=number == playing) for number, snapshot in found]

    def snapshot(self, name: str) -> Snapshot:
        """Give what plays a name, under which `recall` finds it; it is kept from now on.

        Raises
        ------
        NotFittedError
            If nothing plays.
        """
        if not isinstance(name, str) or not name or name.isdigit():
            raise InputTypeError(f"a snapshot cannot be called {name!r}: give it a word")
        with self._lock:
            if self._memory.playing is None:
                raise NotFittedError(f"{self.name!r} has not learned anything yet: fit it first")
            self._do("name", number=self._memory.playing, name=name)
            return replace(self._memory.find_snapshot(name), playing=True)

    def recall(self, which: str | int) -> Future[Recalled]:
        """Play a snapshot again, as soon as it is read.

        Raises
        ------
        IdentifierError
            If there is none of that name or number.
        """
        snapshot = self._memory.find_snapshot(which)

        def done(result: Result) -> Recalled:
            self._do("recall", number=snapshot.number)
            self._play(result.model, snapshot)
            return self._recalled(snapshot.number)

        return self._read(ReadJob(self._place(snapshot.number), None), done)

    def revert(self) -> Future[Recalled]:
        """Play the snapshot before the one that plays.

        Raises
        ------
        InputError
            If there is none.
        """
        return self.recall(self._memory.before_playing().number)

    def read(self, path: str | os.PathLike[str]) -> Future[Recalled]:
        """Play a model that lies in the project's folder, as soon as it is read.

        A model of as many inputs as are chosen hears those.

        Raises
        ------
        InputError
            If the path leads out of the folder.
        """
        place = os.fspath(self._project.folder.confine(path))
        path = self._new_place()
        job = ReadJob(place, path)

        def done(result: Result) -> Recalled:
            inputs = self._memory.controls.inputs
            if inputs is not None and result.model.n_features_in_ == len(inputs):
                result = replace(result, facts=replace(result.facts, inputs=inputs))
            return self._recalled(self._keep(result, path).number)

        return self._read(job, done)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Save what plays into the project's folder; waits for the copy of a file.

        Raises
        ------
        InputError
            If the path leads out of the folder, or cannot be written.
        NotFittedError
            If nothing plays.
        """
        place = self._project.folder.confine(path)
        number = self._memory.playing
        if number is None:
            raise NotFittedError(f"{self.name!r} has not learned anything yet: fit it first")
        try:
            with files.replacing(place) as copy:
                copy.write(files.read_bytes(self._place(number)))
        except OSError as err:
            raise InputError(f"{os.fspath(path)!r} cannot be written ({err.strerror})") from err
        return place

    # Ends of jobs, in their own threads.

    def _hear_job(self, message: Step | Note) -> None:
        if isinstance(message, Note):
            self._say(Warned(self.name, message.text))
        else:
            m = message
            self._say(Progress(self.name, m.epoch, m.epochs, m.loss, m.validation_loss))

    def _fitted(self, result: Result, path: str) -> Fitted:
        snapshot = self._keep(result, path)
        fitted = Fitted(self.name, result.loss, result.epochs, result.seconds, snapshot.number)
        self._job = None
        self._say(fitted)
        return fitted

    def _failed(self, error: Exception) -> None:
        self._job = None
        cancelled = isinstance(error, CancelledError)
        self._say(FitCancelled(self.name) if cancelled else FitFailed(self.name, error))

    def _recalled(self, number: int) -> Recalled:
        recalled = Recalled(self.name, number)
        self._say(recalled)
        return recalled

    def _read(self, what: ReadJob, done: Any) -> Future[Any]:
        def failed(error: Exception) -> None:
            self._say(FitFailed(self.name, error, reading=True))

        job = Job(what, done, failed, self._hear_job)
        job.start()
        return job.future

    def _keep(self, result: Result, path: str) -> Snapshot:
        """Save what was learned under a number and play it."""
        memory = self._memory
        with self._keeping:
            snapshot = Snapshot(
                memory.next_snapshot,
                loss=result.loss,
                epochs=result.epochs,
                seconds=result.seconds,
                facts=result.facts,
            )
            # Not under the lock that a frame takes: no frame waits for the disk.
            os.replace(path, self._place(snapshot.number))
            before = set(memory.snapshots)
            self._do("fitted", snapshot=snapshot.to_dict())
            gone = before - set(memory.snapshots)
            self._play(result.model, snapshot)
        for other in gone:
            with suppress(OSError):
                os.unlink(self._place(other))
        return snapshot

    def _play(self, model: Model[Any], snapshot: Snapshot) -> None:
        """Put a model in the place of the one that plays, between two frames."""
        player, hearing = player_of(model, snapshot.facts), self._hearing
        # It is told what it has missed of the series that goes on, while frames still come in.
        with self._lock:
            frames, series, count = hearing.heard, hearing.series, hearing.count
        _tell(player, frames)
        with self._lock:
            if hearing.series != series:
                player.reset()
                count = 0
            _tell(player, hearing.heard[count - hearing.count :] if hearing.count > count else [])
            self._model, self._width = model, 0
            hearing.use_player(player, self.classes or None, snapshot.facts)

    def _rest(self) -> None:
        """Play nothing."""
        with self._lock:
            self._model, self._width = None, 0
            self._hearing.use_player(None, None, self._hearing.facts)

    def _place(self, number: int) -> str:
        return os.fspath(self._project.folder.models / f"{self.name}-{number}.json")

    def _new_place(self) -> str:
        # No model's name begins with a dot; what is left of these is removed at the next opening.
        return os.fspath(self._project.folder.models / f".{next(_numbers)}.new")

    def close(self) -> None:
        """End its fit and play nothing."""
        self.cancel()
        self._rest()


def _tell(player: Player, frames: list[NDArray[np.float64]]) -> None:
    for frame in frames:
        player.hear(frame)
        # Whoever waits for the interpreter goes first.
        time.sleep(0)
