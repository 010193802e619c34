"""Jobs for the processes that fit, and the processes themselves."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from ..errors import CancelledError, WorkerError
from .pipes import receive, send
from .worker import Cancel, Failure, FitJob, Note, ReadJob, Result, Step

__all__ = ["Job", "ready"]

# As many fits as run side by side; those that come later wait.
AT_ONCE = 2
# A worker that does not end a fit within this time after it was asked is ended itself.
PATIENCE = 3.0

_turn = threading.BoundedSemaphore(AT_ONCE)
_idle: list[Worker] = []
_lock = threading.Lock()
_starting = threading.Lock()


class Worker:
    """A process that does one job at a time."""

    def __init__(self) -> None:
        # The package is found where this process found it, also if that is not its usual place.
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from fluidseries.live import worker; worker.main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        )

    @property
    def alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.poll() is None

    def send(self, message: Any) -> None:
        """Give it a job or a `Cancel`."""
        send(self._process.stdin, message)  # type: ignore[arg-type]

    def receive(self) -> Any:
        """Wait for what it says."""
        return receive(self._process.stdout)  # type: ignore[arg-type]

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def ready() -> None:
    """See to it that a worker is there when a job comes, since it takes a second to start."""
    # Even to begin with that takes some milliseconds, which whoever plays does not have.
    if not any(worker.alive for worker in _idle):
        threading.Thread(target=_start, name="fluidseries-start", daemon=True).start()


def _start() -> None:
    with _starting:
        if not any(worker.alive for worker in _idle):
            _give_back(Worker())


def _borrow() -> Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.alive:
                return worker
            worker.kill()
    return Worker()


def _give_back(worker: Worker) -> None:
    with _lock:
        if worker.alive and len(_idle) < AT_ONCE:
            _idle.append(worker)
            return
    worker.kill()


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().kill()


class Job:
    """A fit, or the reading of a model, in another process.

    Parameters
    ----------
    what : FitJob or ReadJob
    done : callable
        Takes the Result in a thread of the job's own and returns the result of `future`.
    failed : callable
        Takes the error instead.
    say : callable
        Takes every `Step` and `Note` on the way.
    """

    def __init__(
        self,
        what: FitJob | ReadJob,
        done: Callable[[Result], Any],
        failed: Callable[[Exception], None],
        say: Callable[[Step | Note], None],
    ) -> None:
        self.future: Future[Any] = Future()
        self._what, self._done, self._failed, self._say = what, done, failed, say
        self._cancelled = threading.Event()
        self._kept = False
        self._worker: Worker | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin, or wait for a turn, in the background."""
        self.future.set_running_or_notify_cancel()
        threading.Thread(target=self._run, name="fluidseries-job", daemon=True).start()

    def cancel(self, *, keep: bool) -> None:
        """Ask for the end; with `keep` what was learned up to now is the result."""
        self._kept = keep
        self._cancelled.set()
        with self._lock, suppress(OSError):
            if self._worker is not None:
                self._worker.send(Cancel())
        if not keep:
            timer = threading.Timer(PATIENCE, self._kill)
            timer.daemon = True
            timer.start()

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled and its result is not wanted."""
        return self._cancelled.is_set() and not self._kept

    def _kill(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.kill()

    def _run(self) -> None:
        with _turn:
            try:
                answer = self._done(self._work())
            except Exception as err:
                error = _cancelled() if self.cancelled else err
                self._failed(error)
                self.future.set_exception(error)
            else:
                self.future.set_result(answer)

    def _work(self) -> Result:
        if self.cancelled:
            raise _cancelled()
        worker = _borrow()
        with self._lock:
            self._worker = worker
        try:
            worker.send(self._what)
            if self._cancelled.is_set():
                worker.send(Cancel())
            answer = self._listen(worker)
        except (OSError, EOFError) as err:
            raise WorkerError(
                "the process that fits ended: fit again, with less data or a smaller hidden_size "
                "if it ran out of memory"
            ) from err
        finally:
            with self._lock:
                self._worker = None
            _give_back(worker)
        if self.cancelled:
            raise _cancelled()
        if isinstance(answer, Failure):
            raise answer.error
        result: Result = answer
        return result

    def _listen(self, worker: Worker) -> Any:
        while isinstance(message := worker.receive(), Step | Note):
            self._say(message)
        return message


def _cancelled() -> CancelledError:
    return CancelledError("the fit was cancelled: the model plays on as before")
