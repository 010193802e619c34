"""The process that fits, so that the one that plays never waits for it.

Python runs one thread at a time, and a fit, however much of it is compiled, takes its turns: a
frame that comes in during one would wait. Here nothing comes in but jobs. It ends with the process
that started it.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from ..containers import DataSeries
from ..errors import FluidSeriesWarning, InputError, StorageError
from .facts import Facts, facts_of
from .kinds import corpus_of, what_it_learns
from .pipes import receive, send
from .resampling import resampled

if TYPE_CHECKING:
    from ..models.base import Model
    from .takes import Take

__all__ = ["Cancel", "Failure", "FitJob", "Note", "ReadJob", "Result", "Step", "main"]

# In the environment: how far a fit steps back before whoever plays. 0 suits a machine that others
# keep busy, where it would hardly ever have its turn.
STEPS_BACK = "FLUIDSERIES_NICE"
# Progress is for eyes: no more often than this from epoch to epoch, and within a long one.
SECONDS_BETWEEN_STEPS = 0.05
SECONDS_WITHIN_EPOCH = 0.5


@dataclass
class FitJob:
    """Fit a model on takes and write it to a file; `model` may have learned before.

    `targets`, `rate` and `inputs` are the controls of that name, and takes labelled `rest` are of
    rest.
    """

    model: Model[Any]
    takes: list[Take]
    targets: str
    rate: float | None
    rest: str
    inputs: tuple[int, ...] | None
    path: str


@dataclass
class ReadJob:
    """Read a model from one file and, if a path is given, write it to another."""

    source: str
    path: str | None


@dataclass
class Cancel:
    """End the fit after the batches that are being learned, 50 ms at most."""


@dataclass
class Step:
    """How far a fit is: epochs from 1; within a long one several times, with the loss so far."""

    epoch: int
    epochs: int
    loss: float
    validation_loss: float | None


@dataclass
class Note:
    """A warning."""

    text: str


@dataclass
class Result:
    """The end of a job."""

    model: Model[Any]
    facts: Facts
    loss: float | None
    epochs: int
    seconds: float


@dataclass
class Failure:
    """A job that ended with an error."""

    error: Exception


def main() -> None:
    """Do jobs from standard input until it closes."""
    # Ctrl-C is meant for the process that plays; it decides what becomes of a fit.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        os.nice(int(os.environ.get(STEPS_BACK, 19)))
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a fit prints must not get between the messages.
    os.dup2(2, 1)
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    cancelled = threading.Event()
    threading.Thread(target=_listen, args=(inbox, jobs, cancelled), daemon=True).start()
    while True:
        job = jobs.get()
        cancelled.clear()
        _do(job, outbox, cancelled)


def _listen(inbox: BinaryIO, jobs: queue.SimpleQueue[Any], cancelled: threading.Event) -> None:
    while True:
        try:
            message = receive(inbox)
        except (EOFError, OSError):
            # Who wanted the result is gone.
            os._exit(0)
        if isinstance(message, Cancel):
            cancelled.set()
        else:
            jobs.put(message)


def _do(job: FitJob | ReadJob, outbox: BinaryIO, cancelled: threading.Event) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = lambda text, *_, **__: send(outbox, Note(str(text)))
            answer: Any = _read(job) if isinstance(job, ReadJob) else _fit(job, outbox, cancelled)
    except Exception as err:
        answer = Failure(err)
    try:
        send(outbox, answer)
    except OSError:
        os._exit(0)
    except Exception as err:  # an error that cannot be pickled
        send(outbox, Failure(RuntimeError(f"{type(err).__name__}: {err}")))


def _read(job: ReadJob) -> Result:
    from ..models.registry import read_model

    try:
        model = read_model(job.source)
    except OSError as err:
        raise InputError(f"{job.source}: {err.strerror or err}") from err
    if job.path is not None:
        _write(model, job.path)
    return Result(model, Facts(rate=model.origin_.get("rate")), _loss(model), 0, 0.0)


def _fit(job: FitJob, outbox: BinaryIO, cancelled: threading.Event) -> Result:
    began = time.perf_counter()
    model = job.model
    takes = [resampled(take, job.rate) for take in job.takes] if job.rate else job.takes
    facts = facts_of(takes, job.rest, what_it_learns(model) == "point", job.inputs)
    corpus = corpus_of(model, [take.chosen(job.inputs) for take in takes], job.targets)
    labels = {take.label for take in takes}
    if what_it_learns(model) == "label" and len(labels) == 1:
        warnings.warn(
            f"every take is called {labels.pop()!r}, so that this is always the answer: record "
            "something else too",
            FluidSeriesWarning,
            stacklevel=2,
        )
    if isinstance(corpus.source, DataSeries):
        corpus.source.origin = _origin(model, facts.rate, job.rate)
    epochs = int(getattr(model, "max_iter", 1))
    done = 0
    newest = 0.0

    def look(epoch: int, batch: int, loss: float, validation_loss: float | None) -> bool:
        nonlocal done, newest
        del batch
        now = time.perf_counter()
        pause = SECONDS_BETWEEN_STEPS if epoch + 1 > done else SECONDS_WITHIN_EPOCH
        if now - newest > pause:
            send(outbox, Step(epoch + 1, epochs, loss, validation_loss))
            done, newest = epoch + 1, now
        return cancelled.is_set()

    # Every model that learns step by step takes a callback; the others are done at once.
    how = {"callback": look} if hasattr(model, "max_iter") else {}
    before = len(getattr(model, "loss_curve_", ())) if model.__sklearn_is_fitted__() else 0
    model.fit(corpus.source, corpus.target, **how)
    curve = getattr(model, "loss_curve_", ())
    learned = len(curve) - before if len(curve) > before else len(curve)
    _write(model, job.path)
    return Result(model, facts, _loss(model), learned, time.perf_counter() - began)


def _write(model: Model[Any], path: str) -> None:
    try:
        model.write(path)
    except OSError as err:
        raise StorageError(
            f"the new model cannot be kept in the project ({err.strerror or err}): the one before "
            "plays on"
        ) from err


def _origin(model: Model[Any], measured: float | None, asked: float | None) -> dict[str, Any]:
    """Return how the frames were made, in the words that the model already has for it."""
    known = model.origin_ if model.__sklearn_is_fitted__() else {}
    known.pop("dim_names", None)  # they say nothing of the rate
    if known and asked and known.get("rate") != asked:
        # What was learned at another rate is of no use at this one.
        model.clear()
        known = {}
    rate = asked or measured
    # A measured rate is never twice the same: the first one stands for all.
    return known or ({"rate": round(rate, 2)} if rate else {})


def _loss(model: Model[Any]) -> float | None:
    return float(model.loss_) if getattr(model, "loss_curve_", ()) else None
