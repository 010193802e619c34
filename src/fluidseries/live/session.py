"""A session: several models in one project's folder, recorded, trained and played at once."""

from __future__ import annotations

import asyncio
import math
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import FluidSeriesError, IdentifierError, ParameterError
from .controls import CONTROLS, Controls
from .events import Answer, Event, Played, Warned
from .kinds import is_pointwise, make_model, what_it_learns
from .listeners import Listeners
from .memory import Memory
from .model import LiveModel
from .project import Project, Recovery, new_step
from .settings import checked_parameter, setting_name

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Session"]

# How late `ticks` may notice something new, in seconds.
LONGEST_SLEEP = 0.005

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class Session:
    """Models that play while they learn, and everything about them in one folder.

    Whatever is recorded or set is in the folder when the call returns, so that a session goes on
    where it was, also after the program was killed.

    Parameters
    ----------
    folder : str or path
        The project; made if it is missing.
    clock : callable, optional
        Returns the time in seconds.

    Attributes
    ----------
    recovered : Recovery
        What was found in the folder.

    Raises
    ------
    BusyError
        If another program has the project open.
    StorageError, FormatError, VersionError
        If the folder cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> import fluidseries as fs
    >>> session = fs.live.Session(tempfile.mkdtemp())
    >>> hand = session.new("hand", "dtw")
    >>> for label, slope in [("up", 0.1), ("down", -0.1)]:
    ...     name = hand.record_start(label)
    ...     for step in range(10):
    ...         answer = hand.frame([slope * step])
    ...     take = hand.record_stop()
    >>> fitted = hand.fit().result()
    >>> hand.segment_start()
    >>> for step in range(12):
    ...     answer = hand.frame([0.08 * step])
    >>> hand.segment_stop().label
    'up'
    >>> session.close()
    """

    def __init__(
        self, folder: str | os.PathLike[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._listeners = Listeners()
        self._project = Project(folder)
        self._closed = False
        self._models = {n: self._model(n, m) for n, m in self._project.memories.items()}
        notes = tuple(note for model in self._models.values() for note in model.notes)
        self.recovered: Recovery = replace(self._project.recovered, notes=notes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all fits, put everything on the disk and let others have the folder."""
        if self._closed:
            return
        self._closed = True
        for model in self._models.values():
            model.close()
        for name in self.removed:
            self._project.do_anyway(do="forget", model=name)
            self._unlink(name)
        self._project.close()

    # Models.

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self._project.folder.path

    @property
    def models(self) -> Mapping[str, LiveModel]:
        """The models in the order in which they were made."""
        return MappingProxyType(self._models)

    def __getitem__(self, name: str) -> LiveModel:
        try:
            return self._models[name]
        except KeyError:
            there = ", ".join(self._models) or "none yet"
            raise IdentifierError(f"there is no model {name!r}: there is {there}") from None

    def new(self, name: str, kind: Any = "regressor", **settings: Any) -> LiveModel:
        """Make a model.

        Parameters
        ----------
        name : str
            Letters, digits, ``_ . -``.
        kind : str or estimator
            "regressor", "classifier", "forecaster", "dtw" (a DTWClassifier), the name of one of the
            library's classes, or an estimator whose parameters count.
        **settings
            Parameters of the estimator and controls, in snake_case or camelCase.

        Raises
        ------
        ParameterError
            If the name, the kind or a setting cannot be.
        IdentifierError
            If there is a model of that name.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ParameterError(
                f"a model cannot be called {name!r}: take letters, digits, _ . and -, at most 64"
            )
        # On some disks Hand and hand are one file.
        if name.lower() in map(str.lower, self._models):
            raise IdentifierError(f"there is a model {name!r} already: choose another name")
        estimator = make_model(kind)
        controls = _usual_controls(estimator)
        for given, value in settings.items():
            setting = setting_name(estimator, given)
            if setting in CONTROLS:
                controls = controls.with_value(setting, value)
            else:
                value = checked_parameter(estimator, setting, value)
                estimator.set_params(**{setting: value})
        parameters = estimator.get_params(deep=False)
        made = Memory(type(estimator).__name__, parameters, vars(controls))
        before = self.removed
        self._project.do(**new_step(name, made))
        for gone in set(before) - set(self.removed):
            self._unlink(gone)
        self._models[name] = self._model(name, self._project.memories[name])
        return self._models[name]

    def remove(self, name: str) -> None:
        """Remove a model with its takes; its fit is cancelled. `restore` brings it back."""
        self[name].close()
        self._project.do(do="remove", model=name)
        del self._models[name]

    @property
    def removed(self) -> tuple[str, ...]:
        """The models that `restore` brings back."""
        return tuple(self._project.removed)

    def restore(self, name: str) -> LiveModel:
        """Bring back a model that was removed, with its takes, its snapshots and what played.

        That can be done until another one gets its name, or the session is closed; also after the
        program was killed. It waits for the file of what played.

        Raises
        ------
        IdentifierError
            If none of that name was removed.
        """
        if name not in self._project.removed:
            there = ", ".join(self.removed) or "none"
            raise IdentifierError(f"no model {name!r} was removed that can come back: {there} can")
        self._project.do(do="restore", model=name)
        self._models[name] = model = self._model(name, self._project.memories[name])
        for note in model.notes:
            self._listeners.say(Warned(name, note))
        return model

    def _unlink(self, name: str) -> None:
        for file in self._project.folder.models.glob(f"{name}-*.json"):
            if file.stem.removeprefix(f"{name}-").isdigit():
                file.unlink(missing_ok=True)

    def _model(self, name: str, memory: Memory) -> LiveModel:
        return LiveModel(name, memory, self._project, self._listeners.say, self._clock)

    # Frames.

    def frame(
        self, values: ArrayLike, time: float | None = None, *, answered: bool = True
    ) -> dict[str, Answer | FluidSeriesError | None]:
        """Send the same frame to every model and return their answers by name.

        An error of one is its answer, so that the others go on. `answered` as for a model.
        """
        answers: dict[str, Answer | FluidSeriesError | None] = {}
        for name, model in self._models.items():
            try:
                answers[name] = model.frame(values, time, answered=answered)
            except FluidSeriesError as err:
                answers[name] = err
        return answers

    def tick(self, now: float | None = None) -> list[Answer | Played]:
        """Return what has become due without a frame: call it every few milliseconds.

        Takes that are played, forecasters whose input has stopped, gates that close because it has.

        Parameters
        ----------
        now : float, optional
            On the session's clock.

        Returns
        -------
        list of Answer or Played
            In order of time.
        """
        now = self._clock() if now is None else now
        said = [each for model in self._models.values() for each in model.tick(now)]
        return sorted(said, key=attrgetter("time"))

    def next_due(self, now: float | None = None) -> float | None:
        """Return the seconds until `tick` has something to do, None if nothing is to come."""
        now = self._clock() if now is None else now
        due = min((model.next_due() for model in self._models.values()), default=math.inf)
        return None if due == math.inf else max(0.0, due - now)

    async def ticks(self) -> AsyncIterator[Answer | Played]:
        """Yield what `tick` returns, as it becomes due, until the session is closed."""
        while not self._closed:
            for each in self.tick():
                yield each
            due = self.next_due()
            await asyncio.sleep(LONGEST_SLEEP if due is None else min(due, LONGEST_SLEEP))

    def reset(self) -> None:
        """Let the next frame be the first of a series, for every model."""
        for model in self._models.values():
            model.reset()

    # Events.

    def listen(self, callback: Callable[[Event], object]) -> Callable[[], None]:
        """Call a function with every event, in the thread where it happens.

        Returns
        -------
        callable
            Ends it.
        """
        return self._listeners.add(callback)

    def events(self) -> AsyncIterator[Event]:
        """Return an iterator over all events from now on, for the loop that runs."""
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[Event]()

        def put(event: Event) -> None:
            # The loop may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(queue.put_nowait, event)

        return _iterate(queue, self.listen(put))

    # What else belongs to the project.

    def path(self, path: str | os.PathLike[str]) -> Path:
        """Return a path inside the project's folder, or raise InputError."""
        return self._project.folder.confine(path)

    def set(self, name: str, value: Any) -> None:
        """Keep a plain value of your own in the project."""
        self._project.do(do="extra", name=name, value=value)

    def get(self, name: str, default: Any = None) -> Any:
        """Return what `set` kept."""
        return self._project.extras.get(name, default)

    def sync(self) -> None:
        """Wait until everything is on the disk."""
        self._project.journal.sync()


async def _iterate(queue: asyncio.Queue[Event], stop: Callable[[], None]) -> AsyncIterator[Event]:
    try:
        while True:
            yield await queue.get()
    finally:
        stop()


def _usual_controls(estimator: Any) -> Controls:
    """Return the controls that a model of this kind begins with."""
    controls = Controls()
    for name in set(CONTROLS) & set(estimator.get_params(deep=False)):
        controls = controls.with_value(name, getattr(estimator, name))
    if is_pointwise(estimator) and what_it_learns(estimator) == "point":
        controls = controls.with_value("targets", "frame")
    if what_it_learns(estimator) != "next" and not is_pointwise(estimator):
        controls = controls.with_value("segment", "manual")
    return controls
