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

import numpy as np

from ..containers import DataSeries
from ..errors import FluidSeriesWarning, InputError, StorageError
from .kinds import corpus_of, targets_of, what_it_learns
from .pipes import receive, send
from .resampling import resampled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..models.base import Model
    from .takes import Take

__all__ = ["Cancel", "Facts", "Failure", "FitJob", "Note", "ReadJob", "Result", "Step", "main"]

# In the environment: how far a fit steps back before whoever plays. 0 suits a machine that others
# keep busy, where it would hardly ever have its turn.
STEPS_BACK = "FLUIDSERIES_NICE"
# Progress is for eyes: no more often than this from epoch to epoch, and within a long one.
SECONDS_BETWEEN_STEPS = 0.05
SECONDS_WITHIN_EPOCH = 0.5
# Shares of the frames of rest: a single jerk does not tell what rest is.
MOST = (0.9, 0.98)


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
    """End the fit after this batch."""


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


@dataclass(frozen=True)
class Facts:
    """What a live model wants to know of what it was fitted on.

    Parameters
    ----------
    low, high : tuple of float
        The range of every output's targets; empty where there are none.
    median_length, longest, shortest : int
        Frames of the takes, those of rest aside; 0 if that is not known.
    rate : float or None
        Frames per second.
    spread : tuple of float
        The standard deviation of each dimension.
    motion : float
        How far a frame usually is from the one before, in those: the median within a take, and of
        that the median over the takes.
    levels : tuple of float
        The usual value of each dimension, in the same way.
    rest_motion : tuple of float
        How far it is in takes of rest: what nine of ten frames and what nearly all stay below;
        empty without any.
    rest_levels : tuple of tuple of float
        For each dimension, the same of its value.
    inputs : tuple of int or None
        The dimensions that it learned from; None for all. The other facts tell of all dimensions,
        but for the motion.
    """

    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    median_length: int = 0
    longest: int = 0
    shortest: int = 0
    rate: float | None = None
    spread: tuple[float, ...] = ()
    motion: float = 0.0
    levels: tuple[float, ...] = ()
    rest_motion: tuple[float, ...] = ()
    rest_levels: tuple[tuple[float, ...], ...] = ()
    inputs: tuple[int, ...] | None = None


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


def facts_of(
    takes: list[Take], rest_label: str, has_points: bool, inputs: tuple[int, ...] | None
) -> Facts:
    """Return what a live model wants to know of takes."""
    rests = [take for take in takes if take.label == rest_label]
    moving = [take for take in takes if take.label != rest_label] or takes
    low = high = np.empty(0)
    if has_points:
        table = np.concatenate([targets_of(take) for take in takes])
        low, high = table.min(axis=0), table.max(axis=0)
    lengths = [len(take) for take in moving]
    rates = [take.rate for take in takes if take.rate]
    spread = np.concatenate([take.frames for take in takes]).std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    chosen = list(range(len(scale)) if inputs is None else inputs)
    motions = (_motion(take, scale, chosen) for take in moving)
    usual = [float(np.median(motion)) for motion in motions if len(motion)]
    levels = np.median([np.median(take.frames, axis=0) for take in moving], axis=0)
    rest = np.concatenate([take.frames for take in rests]) if rests else None
    still = np.concatenate([_motion(take, scale, chosen) for take in rests] or [np.empty(0)])
    return Facts(
        tuple(low.tolist()),
        tuple(high.tolist()),
        int(np.median(lengths)),
        max(lengths),
        min(lengths),
        float(np.median(rates)) if rates else None,
        tuple(spread.tolist()),
        float(np.median(usual)) if usual else 0.0,
        tuple(levels.tolist()),
        tuple(np.quantile(still, MOST).tolist()) if len(still) else (),
        () if rest is None else tuple(map(tuple, np.quantile(rest, MOST, axis=0).T.tolist())),
        inputs,
    )


def _motion(take: Take, scale: NDArray[np.float64], inputs: list[int]) -> NDArray[np.float64]:
    moves = np.abs(np.diff(take.frames, axis=0) / scale)
    steps: NDArray[np.float64] = moves[:, inputs].mean(axis=1)
    return steps
