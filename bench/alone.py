"""How several forecasters go on alone: hearing their mean, or each its own answers.

    python bench/alone.py FOLDER [--seeds 3] [--epochs N]

Within what the benchmark of forecasts learns from: the first 1000 values of the laser, 600 of them
learned, 100 at a time foretold from places in the rest, and the first 120 months of the airline
passengers, of which 72 or 96 are learned and the next 24 foretold. FOLDER holds SantaFeLaser.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

import fluidseries as fs
from fluidseries.models.linear_part import RecentFrames
from fluidseries.models.stream import Stream
from learning import autoregression, run_autoregression

from measure import Report, machine

LASER = [(slice(0, 600), range(600, 901, 30)), (slice(400, 1000), range(100, 301, 20))]
AIRLINE = [(slice(0, n), [n]) for n in (72, 96)]


def each(model: fs.LSTMForecaster, past: np.ndarray, n: int) -> np.ndarray:
    """What each network alone goes on with, (n_networks, n)."""
    learned, rows = model._learned, []
    for member in learned.members:
        one = fs.LSTMForecaster(n_networks=1)
        one._learned = replace(learned, members=(member,))
        rows.append(one.predict_series(past, n)[:, 0])
    return np.array(rows)


def together(model: fs.LSTMForecaster, past: np.ndarray, n: int) -> np.ndarray:
    """All networks hear the mean of their answers."""
    learned = model._learned
    stream = Stream(learned, None)
    recent = RecentFrames(learned.linear, 1) if learned.linear else None

    def after(value: np.ndarray) -> np.ndarray:
        following = stream.step(value)
        if recent is not None:
            return following + recent.after(value)[0]
        # A network that answers steps answers one from what it has heard last.
        return following + value if learned.differences else following

    for value in past[:, np.newaxis]:
        following = after(value)
    out = []
    for _ in range(n):
        out.append(float(following[0]))
        following = after(following.copy())
    return np.array(out)


WAYS: dict[str, Callable] = {
    "all hear the mean": together,
    "each its own, mean": lambda *a: each(*a).mean(axis=0),
    "each its own, median": lambda *a: np.median(each(*a), axis=0),
    "each its own, the first": lambda *a: each(*a)[0],
}


def errors(
    x: np.ndarray, parts: list, n: int, warm_up: int, seed: int, epochs: int
) -> list[list[float]]:
    """For each part the error of every way and of the simple rival, over the truth's spread."""
    rows = []
    for learned, starts in parts:
        model = fs.LSTMForecaster(random_state=seed, max_iter=epochs).fit([x[learned]])
        truth = np.array([x[s : s + n] for s in starts])
        ways = [
            np.array([way(model, x[max(0, s - warm_up) : s], n) for s in starts])
            for way in WAYS.values()
        ]
        if warm_up > 100:
            ways.append(np.array([np.tile(x[s - 12 : s], 2) for s in starts]))
        else:
            weights = autoregression(x[learned], 40)
            ways.append(np.array([run_autoregression(*weights, x[:s], n) for s in starts]))
        rows.append([float(np.sqrt(((one - truth) ** 2).mean()) / truth.std()) for one in ways])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    default = fs.LSTMForecaster().max_iter
    parser.add_argument("--epochs", type=int, default=default)
    options = parser.parse_args()
    print(machine())
    laser = np.load(options.folder / "SantaFeLaser" / "santafe_laser.npy").astype(float).ravel()
    airline = next(iter(fs.datasets.airline().values())).ravel()
    report = Report("Error over the spread of what was foretold", ["", *WAYS, "AR(40), last year"])
    for name, x, parts, n, warm_up in (
        ("laser", laser[:1000], LASER, 100, 100),
        ("airline", airline[:120], AIRLINE, 24, 120),
    ):
        grades = [
            errors(x, parts, n, warm_up, seed, options.epochs) for seed in range(options.seeds)
        ]
        for part, row in enumerate(np.mean(grades, axis=0)):
            report.add(f"{name}, part {part + 1}", *(f"{value:.3f}" for value in row))
    report.show()


if __name__ == "__main__":
    main()
