"""One model of a session: it hears, records, learns and answers."""

from __future__ import annotations

import math
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..containers import DataSeries, DataSet, LabelSet
from ..containers.arrays import as_frames, as_numbers, read_only
from ..containers.identifiers import check_identifier, check_text
from ..errors import (
    BusyError,
    CancelledError,
    DimensionError,
    FluidSeriesError,
    InputError,
    NonFiniteError,
    NotFittedError,
)
from ..models.registry import read_model
from .controls import CONTROLS
from .events import (
    Answer,
    Event,
    FitCancelled,
    FitFailed,
    Fitted,
    Progress,
    Recalled,
    Recorded,
    Warned,
)
from .hearing import Hearing
from .kinds import corpus_of, require_targets, what_it_learns
from .memory import Memory, Snapshot
from .playing import player_of
from .settings import checked_parameter, setting_name
from .takes import Take, free_identifier
from .training import Job, ready
from .worker import FitJob, Note, ReadJob, Result, Step

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ..models.base import Model
    from .project import Project

__all__ = ["LiveModel"]

FLOAT = np.dtype(np.float64)


class LiveModel:
    """A model that plays while it learns. Made by a session's ``new``.

    All calls may come from any thread and return at once; those that wait say so.

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
        self._model: Model[Any] | None = None
        self._job: Job | None = None
        self._recording: int | None = None
        self._target: NDArray[np.float64] | None = None
        self.warnings: list[str] = []
        self._before: deque[NDArray[np.float64]] = deque(maxlen=memory.controls.pre_roll)
        if memory.point is not None:
            self._target = np.array(memory.point)
        self._restore()

    def _restore(self) -> None:
        """Play what played when the session ended, or the newest that can be read."""
        memory = self._memory
        if memory.playing is None:
            return
        older = sorted((n for n in memory.snapshots if n < memory.playing), reverse=True)
        for number in (memory.playing, *older):
            try:
                model = read_model(self._place(number))
            except (OSError, FluidSeriesError) as err:
                self.warnings.append(f"snapshot {number} cannot be read: {err}")
                continue
            self._play(model, memory.snapshots[number])
            return

    def close(self) -> None:
        """End its fit and forget what it plays."""
        self.cancel()
        with self._lock:
            self._play(None, None)

    # What it is.

    @property
    def kind(self) -> str:
        """The name of the estimator's class."""
        return type(self._memory.estimator).__name__

    @property
    def playing(self) -> bool:
        """Whether it has learned something and answers."""
        return self._model is not None

    @property
    def fitting(self) -> bool:
        """Whether a fit is running."""
        return self._job is not None

    @property
    def recording(self) -> str | None:
        """The identifier of the take that is being recorded."""
        recording = self._memory.recording
        return None if recording is None else recording.id

    @property
    def n_inputs(self) -> int | None:
        """Numbers per frame; None while nothing says it."""
        if self._model is not None:
            return int(self._model.n_features_in_)
        recording = self._memory.recording
        if recording is not None and recording.n_inputs is not None:
            return recording.n_inputs
        takes = self._memory.takes
        return int(next(iter(takes.values())).frames.shape[1]) if takes else None

    @property
    def classes(self) -> list[str]:
        """The labels in the order of an answer's probabilities; empty without."""
        if self._model is None or what_it_learns(self._model) != "label":
            return []
        return [str(label) for label in self._model.classes_]

    @property
    def takes(self) -> Mapping[str, Take]:
        """What was recorded, in order."""
        return self._memory.takes

    def __repr__(self) -> str:
        state = "plays" if self.playing else "has not learned anything"
        return f"<LiveModel {self.name!r}: {self.kind}, {len(self.takes)} takes, {state}>"

    # Frames.

    def frame(self, values: ArrayLike, time: float | None = None) -> Answer | None:
        """Hear a frame and answer.

        Parameters
        ----------
        values : array-like of shape (n_dims,)
        time : float, optional
            When it came, in seconds on the session's clock; now by default.

        Returns
        -------
        Answer or None
            None while there is nothing to say: nothing learned, the gate closed, between two
            answers of a window.

        Raises
        ------
        DimensionError, NonFiniteError, InputTypeError
            If the frame cannot be used; everything stands where it stood.
        StorageError
            If it should be recorded and cannot be.
        """
        now = self._clock() if time is None else time
        with self._lock:
            frame = self._checked(values)
            self._record(frame, now)
            return self._hearing.hear(frame, now)

    def _checked(self, values: ArrayLike) -> NDArray[np.float64]:
        try:
            frame = np.array(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            frame = as_numbers(values, FLOAT, "the frame")
        if frame.ndim != 1 or not frame.size:
            raise DimensionError(
                f"the frame has shape {frame.shape}: one frame is a list of numbers"
            )
        wanted = self.n_inputs
        if wanted is not None and len(frame) != wanted:
            raise DimensionError(
                f"the frame has {len(frame)} numbers, but {self.name!r} takes {wanted}: "
                "send as many, or make another model for these"
            )
        # One sum tells of all; where it overflows it is looked at number by number.
        if not math.isfinite(frame.sum()) and not np.isfinite(frame).all():
            dim = int(np.argmin(np.isfinite(frame)))
            raise NonFiniteError(f"the frame holds {frame[dim]} (dimension {dim}): it was left out")
        return frame

    def _record(self, frame: NDArray[np.float64], now: float) -> None:
        number, recording = self._recording, self._memory.recording
        if number is not None and recording is not None:
            target = self._target if recording.per_frame else None
            self._project.record_frame(number, now, frame, target)
        elif self._before.maxlen:
            self._before.append(frame)

    def reset(self) -> None:
        """Forget all frames: the next one is the first of a series."""
        with self._lock:
            self._hearing.reset()

    def segment_start(self) -> None:
        """Begin a segment by hand, from a clean state."""
        with self._lock:
            self._hearing.start_segment(self._clock())

    def segment_stop(self) -> Answer | None:
        """End the segment and answer all of it; None if nothing was learned or nothing heard."""
        with self._lock:
            return self._hearing.stop_segment(self._clock())

    def predict(self, what: str | ArrayLike) -> Answer:
        """Answer a take or frames as a whole, without regard to what is being heard.

        Parameters
        ----------
        what : str, or array-like of shape (n_frames, n_dims)
            A take's identifier, or frames.

        Raises
        ------
        NotFittedError, IdentifierError, DimensionError, NonFiniteError, InputTypeError
        """
        if isinstance(what, str):
            frames = self.takes[what].frames
        else:
            frames = as_frames(what, FLOAT, "the series")
        model, hearing = self._model, self._hearing
        if model is None:
            raise NotFittedError(f"{self.name!r} has not learned anything yet: call fit first")
        answer = hearing.whole(frames, self._clock())
        return cast("Answer", answer)

    # Recording.

    def target(self, values: Any) -> None:
        """Set the current target: a label for a classifier, numbers for a regressor.

        Raises
        ------
        InputError, InputTypeError, NonFiniteError
            If it is not one.
        """
        label, point = self._as_target(values)
        with self._lock:
            recording = self._memory.recording
            following = recording is not None and recording.per_frame
            if following and point is not None:
                if self._target is not None and len(point) != len(self._target):
                    raise DimensionError(
                        f"the target has {len(point)} numbers, but {len(self._target)} when the "
                        "recording began: keep to that until it ends"
                    )
                # It is in the journal with every frame.
                self._memory.point = point
            else:
                self._do("target", label=label, point=point)
            self._target = None if point is None else np.array(point)

    @property
    def current_target(self) -> str | tuple[float, ...] | None:
        """What `target` set."""
        return self._memory.label if self._learns == "label" else self._memory.point

    def record_start(self, name: str | None = None) -> str:
        """Begin a take.

        Parameters
        ----------
        name : str, optional
            The take becomes name-1, name-2, ... For a classifier it is the label, too. By default
            the current target's label, or "take".

        Returns
        -------
        str
            The take's identifier.

        Raises
        ------
        InputError
            If one is being recorded, or a regressor that follows its target has none.
        """
        if name is not None:
            name = check_identifier(name)
        ready()
        with self._lock:
            memory = self._memory
            if memory.recording is not None:
                raise InputError(
                    f"{self.name!r} is recording {memory.recording.id!r}: stop that first"
                )
            label = (name or memory.label) if self._learns == "label" else None
            if self._learns == "label" and label is None:
                raise InputError("a take for a classifier needs a label: give it a name")
            per_frame = self._learns == "point" and memory.controls.targets == "frame"
            if per_frame and self._target is None:
                raise InputError("there is no target to follow: set one before recording")
            identifier = free_identifier(name or label or "take", memory.takes)
            self._recording = self._project.start(
                self.name,
                id=identifier,
                label=label,
                point=None if self._learns != "point" else memory.point,
                per_frame=per_frame,
            )
            self._pre_roll()
            return identifier

    def _pre_roll(self) -> None:
        now, meter = self._clock(), 0.0
        frames = list(self._before)
        self._before.clear()
        for place, frame in enumerate(frames):
            time = now - meter * (len(frames) - place)
            self._record(frame, time)

    def record_stop(self) -> Take:
        """End the take and return it.

        Raises
        ------
        InputError
            If none is being recorded, or no frame came: the recording goes on then.
        """
        with self._lock:
            recording = self._require_recording()
            if not len(recording):
                raise InputError(
                    f"no frame came in for {recording.id!r}: send frames, or discard the recording"
                )
            self._do("stop")
            self._recording = None
            take = list(self._memory.takes.values())[-1]
            self._keep_target()
        self._say(Recorded(self.name, take.id, len(take), take.seconds))
        return take

    def record_discard(self) -> str:
        """End the take, drop it and return its identifier."""
        with self._lock:
            identifier: str = self._require_recording().id
            self._do("discard")
            self._recording = None
            self._keep_target()
            return identifier

    def _require_recording(self) -> Any:
        recording = self._memory.recording
        if recording is None:
            raise InputError(f"{self.name!r} is not recording: start that first")
        return recording

    def _keep_target(self) -> None:
        if self._memory.point is not None:
            self._do("target", label=self._memory.label, point=self._memory.point)

    @property
    def _learns(self) -> str:
        return what_it_learns(self._memory.estimator)

    def _as_target(self, values: Any) -> tuple[str | None, tuple[float, ...] | None]:
        if self._learns == "label":
            label = check_text(values, "label")
            if not label:
                raise InputError("a label is empty: give it at least one character")
            return label, None
        numbers = as_numbers(values, FLOAT, "the target").reshape(-1)
        if not numbers.size or not np.isfinite(numbers).all():
            raise NonFiniteError(f"the target is {values!r}: it must be numbers")
        return None, tuple(numbers.tolist())

    # Takes.

    def delete(self, identifier: str) -> None:
        """Remove a take. Like all changes of the list it can be undone."""
        self._edit("delete", identifier)

    def delete_all(self) -> None:
        """Remove all takes."""
        self._edit("clear")

    def rename(self, old: str, new: str) -> None:
        """Give a take another identifier."""
        self._edit("rename", old, check_identifier(new))

    def relabel(self, identifier: str, target: Any) -> None:
        """Give a take another label, or a regressor's take another target."""
        label, point = self._as_target(target)
        self._edit("relabel", identifier, label, point)

    def mute(self, identifier: str, muted: bool = True) -> None:
        """Leave a take out of fitting, or take it in again."""
        self._edit("mute", identifier, bool(muted))

    def trim(self, identifier: str, start: int, stop: int) -> None:
        """Keep the frames from start to before stop."""
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
        frames : array-like of shape (n_frames, n_dims)
        target : optional
            A label, numbers, or a table (n_frames, n_outputs) with a target for every frame.
        rate : float, optional
            Frames per second.
        """
        table = as_frames(frames, FLOAT, f"take {identifier!r}")
        if not np.isfinite(table).all():
            raise NonFiniteError(f"take {identifier!r} holds NaN or infinity")
        if self.n_inputs not in (None, table.shape[1]):
            raise DimensionError(
                f"take {identifier!r} has {table.shape[1]} numbers per frame, but {self.name!r} "
                f"takes {self.n_inputs}"
            )
        label = point = targets = None
        if target is not None and np.ndim(target) == 2:
            targets = read_only(as_frames(target, FLOAT, "the targets"))
            if len(targets) != len(table):
                raise DimensionError(
                    f"{len(targets)} targets for {len(table)} frames: give one each"
                )
        elif target is not None:
            label, point = self._as_target(target)
        take = Take(check_identifier(identifier), read_only(table), label, point, targets, rate)
        with self._lock:
            self._project.add_take(self.name, take)
        return take

    def data(self) -> tuple[DataSeries | DataSet, DataSet | LabelSet | DataSeries | None]:
        """Return what a fit would learn from: the takes that are not muted, and their targets.

        Raises
        ------
        EmptyError, InputError
            If there are none, or one has no target.
        """
        takes = self._heard_takes()
        corpus = corpus_of(self._memory.estimator, takes, self._memory.controls.targets)
        return corpus.source, corpus.target

    def _heard_takes(self) -> list[Take]:
        takes = [take for take in self._memory.takes.values() if not take.muted]
        require_targets(self._memory.estimator, takes)
        return takes

    def _edit(self, verb: str, *details: Any) -> None:
        with self._lock:
            self._do("edit", verb=verb, details=list(details))

    def _do(self, do: str, **details: Any) -> None:
        self._project.do(do=do, model=self.name, **details)

    # Settings.

    def set(self, name: str, value: Any) -> None:
        """Change a control, at once, or a parameter of the estimator, for the next fit.

        Parameters
        ----------
        name : str
            In snake_case, or in FluCoMa's camelCase.
        value : bool, int, float, str or None

        Raises
        ------
        ParameterError
            If there is no such setting, or the value is outside its range.
        """
        name = setting_name(self._memory.estimator, name)
        with self._lock:
            memory = self._memory
            if name in CONTROLS:
                self._do(
                    "set", name=name, value=getattr(memory.controls.with_value(name, value), name)
                )
                self._hearing.use_controls(memory.controls)
                self._before = deque(self._before, maxlen=memory.controls.pre_roll)
            else:
                self._do("set", name=name, value=checked_parameter(memory.estimator, name, value))

    def get(self, name: str) -> Any:
        """Return a setting."""
        return self.settings[setting_name(self._memory.estimator, name)]

    @property
    def settings(self) -> dict[str, Any]:
        """All controls and parameters by name."""
        return {**self._memory.estimator.get_params(deep=False), **vars(self._memory.controls)}

    # Learning.

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
            self._require_idle()
            takes, memory = self._heard_takes(), self._memory
            # A copy with other parameters shares what was learned, which never changes.
            model = copy(memory.estimator if self._model is None else self._model)
            model.set_params(**memory.estimator.get_params(deep=False))
            controls = memory.controls
            job = FitJob(model, takes, controls.targets, controls.rate, self._place("new"))
            return self._begin(Job(job, self._fitted, self._failed, self._hear_job))

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
            self._require_idle()
            self._do("clear")
            self._play(None, None)

    def read(self, path: str | os.PathLike[str]) -> Future[Recalled]:
        """Play a model that was saved in the project's folder, as soon as it is read."""
        place = self._project.folder.confine(path)
        with self._lock:
            self._require_idle()
            job = ReadJob(os.fspath(place), self._place("new"))
            return self._begin(Job(job, self._was_read, self._failed, self._hear_job))

    def write(self, path: str | os.PathLike[str]) -> Any:
        """Save what plays into the project's folder; waits for the copy of a file."""
        place = self._project.folder.confine(path)
        number = self._memory.playing
        if number is None:
            raise NotFittedError(f"{self.name!r} has not learned anything yet: call fit first")
        try:
            shutil.copyfile(self._place(number), place)
        except OSError as err:
            raise InputError(f"{os.fspath(path)!r} cannot be written ({err.strerror})") from err
        return place

    def _require_idle(self) -> None:
        if self._job is not None:
            raise BusyError(f"a fit of {self.name!r} is running: wait for it, or cancel it")

    def _begin(self, job: Job) -> Future[Any]:
        self._job = job
        job.start()
        return job.future

    def _hear_job(self, message: Step | Note) -> None:
        if isinstance(message, Note):
            self._say(Warned(self.name, message.text))
        else:
            self._say(
                Progress(
                    self.name, message.epoch, message.epochs, message.loss, message.validation_loss
                )
            )

    def _fitted(self, result: Result) -> Fitted:
        snapshot = self._keep(result)
        fitted = Fitted(self.name, result.loss, result.epochs, result.seconds, snapshot.number)
        self._job = None
        self._say(fitted)
        return fitted

    def _was_read(self, result: Result) -> Recalled:
        recalled = Recalled(self.name, self._keep(result).number)
        self._job = None
        self._say(recalled)
        return recalled

    def _failed(self, error: Exception) -> None:
        self._job = None
        with suppress(OSError):
            os.unlink(self._place("new"))
        cancelled = isinstance(error, CancelledError)
        self._say(FitCancelled(self.name) if cancelled else FitFailed(self.name, error))

    def _keep(self, result: Result) -> Snapshot:
        """Save what was learned under a number and play it."""
        memory = self._memory
        snapshot = Snapshot(
            memory.next_snapshot, None, result.loss, result.epochs, result.seconds, result.facts
        )
        os.replace(self._place("new"), self._place(snapshot.number))
        with self._lock:
            before = set(memory.snapshots)
            self._do("fitted", snapshot=snapshot.to_dict())
            gone = before - set(memory.snapshots)
        self._play(result.model, snapshot)
        for number in gone:
            with suppress(OSError):
                os.unlink(self._place(number))
        return snapshot

    def _play(self, model: Model[Any] | None, snapshot: Snapshot | None) -> None:
        """Put a model in the place of the one that plays, between two frames."""
        with self._lock:
            self._model = model
            if model is None or snapshot is None:
                self._hearing.use_player(None, None, replace(self._hearing.facts))
                return
            player = player_of(model, snapshot.facts)
            for frame in self._hearing.heard:
                player.step(frame)
            self._hearing.use_player(player, self.classes or None, snapshot.facts)

    def _place(self, number: int | str) -> str:
        return os.fspath(self._project.folder.models / f"{self.name}-{number}.json")
