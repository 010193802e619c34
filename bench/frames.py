"""How long a live session takes for a frame: alone, beside a fit, recording, and as models swap.

    python bench/frames.py [--rate 1000] [--seconds 12] [--json FILE]

Eight models of all kinds hear spoken vowels at the given rate. A ninth fits meanwhile.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import fluidseries as fs
from fluidseries.live import LiveModel, Session

from measure import Report, machine, write_json

KINDS = [
    "classifier", "regressor", "forecaster", "classifier", "regressor", "dtw", "mlpClassifier",
    "mlpRegressor",
]  # fmt: skip
PERCENTILES = (50, 99, 99.9, 100)
# The system wakes a sleeper a little late; so long before the time the loop stays awake.
AWAKE = 0.0001


def teach(model: LiveModel, every: int) -> None:
    voices = fs.datasets.japanese_vowels()
    for name in list(voices.train)[::every]:
        label = voices.train_speakers[name]
        target = {"label": label, "point": [float(label[-1])], "next": None}[model.learns]
        model.add_take(name, voices.train[name], target)


def made(session: Session) -> None:
    for number, kind in enumerate(KINDS):
        model = session.new(f"{kind}-{number}", kind)
        if kind != "dtw":
            model.set("maxIter", 3)
        teach(model, every=9)
        model.fit().result()


def play(session: Session, rate: float, seconds: float) -> list[float]:
    """Milliseconds of each call, at their percentiles."""
    voices = fs.datasets.japanese_vowels()
    frames = [list(map(float, frame)) for series in voices.test.values() for frame in series]
    took = np.empty(int(rate * seconds))
    began = time.perf_counter()
    for number in range(len(took)):
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter() - AWAKE))
        while (now := time.perf_counter()) < due:
            pass
        session.frame(frames[number % len(frames)])
        took[number] = time.perf_counter() - now
    return [float(1000 * value) for value in np.percentile(took, PERCENTILES)]


@contextmanager
def fitting(session: Session) -> Iterator[None]:
    """A fit that goes on for as long as the block."""
    model = session.new("big", "classifier", hidden_size=64, max_iter=1_000_000)
    teach(model, every=1)
    future = model.fit()
    time.sleep(2)
    yield
    model.cancel(keep=True)
    future.result()
    session.remove("big")


@contextmanager
def recording(models: list[LiveModel]) -> Iterator[None]:
    for model in models:
        model.record_start("long")
    yield
    for model in models:
        model.record_discard()


@contextmanager
def swapping(model: LiveModel) -> Iterator[None]:
    """One short fit after the other: each time another model plays."""
    over = threading.Event()

    def fit() -> None:
        while not over.is_set():
            model.fit().result()

    thread = threading.Thread(target=fit)
    thread.start()
    yield
    over.set()
    thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    print(machine())
    names = [*(f"{p:g} %" for p in PERCENTILES[:-1]), "longest"]
    report = Report(f"ms for a frame into 8 models, {args.rate:g} a second", ["", *names])
    found = {}
    with tempfile.TemporaryDirectory() as folder, Session(folder) as session:
        made(session)
        models = list(session.models.values())
        found["alone"] = play(session, args.rate, args.seconds)
        with fitting(session):
            found["beside a fit"] = play(session, args.rate, args.seconds)
            with recording(models[:4]):
                found["beside a fit, four recording"] = play(session, args.rate, args.seconds)
        with swapping(models[0]):
            found["one short fit after another"] = play(session, args.rate, args.seconds)
    for name, values in found.items():
        report.add(name, *(f"{value:.2f}" for value in values))
    report.show()
    if args.json is not None:
        write_json(args.json, [report])


if __name__ == "__main__":
    main()
