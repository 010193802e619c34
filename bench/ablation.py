"""What each part of the recipe is worth: cross-validated with one part taken away or added.

    python bench/ablation.py FOLDER [--seeds 2] [--only CASE ...] [--sets NAME ...] [--networks N]
                             [--folds 3] [--speed 1] [--kept FILE]

Folds of the training halves, new ones for every seed; what is answered for may come at another
speed than it was recorded. Labels: accuracy and, in brackets, the mean of -log(probability of the
right label). Numbers: root mean squared error over the standard deviation of the targets. FILE
keeps every grade at once and spares what it holds already, so that a run can be broken off and
taken up again: take a new one when the defaults or these options have changed.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

import fluidseries as fs
from fluidseries.errors import FluidSeriesWarning
from fluidseries.models import lstm, preparing
from fluidseries.models.recipe import FOR_LABELS, FOR_POINTS, Recipe
from fluidseries.network import Network
from fluidseries.scaling import Scaler
from learning import Problem, read_problem

from measure import Kept, Report, machine

ALL = ("last", "mean", "max")
CHANCE = ("noise", "stretch", "dropout", "smoothing")
# What all cases have that do not choose it.
USUAL: dict[str, Any] = {}
Series = list[np.ndarray]


def changed(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with something changed in it or in its augmentation."""
    chance = {name: value for name, value in changes.items() if name in CHANCE}
    others = {name: value for name, value in changes.items() if name not in CHANCE}
    return replace(recipe, augmentation=replace(recipe.augmentation, **chance), **others)


# A case takes training series with their targets and series to answer for, and a seed. It returns
# numbers (n_series,), or the probabilities (n_series, n_labels) of the sorted labels.


def fitted(problem: Problem, seed: int, parameters: dict[str, Any], changes: dict[str, Any]) -> Any:
    kind = fs.LSTMClassifier if problem.labels else fs.LSTMRegressor
    model = kind(**{"random_state": seed, "n_jobs": 1, **USUAL, **parameters})
    model._recipe = changed(FOR_LABELS if problem.labels else FOR_POINTS, changes)
    return model.fit(problem.X, problem.y)


def asked(model: Any, X: Series) -> np.ndarray:
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


def plain(problem: Problem, seed: int, /, parameters: dict | None = None, **changes: Any):
    return asked(fitted(problem, seed, parameters or {}, changes), problem.X_test)


def backwards(X: Series) -> Series:
    return [np.ascontiguousarray(x[::-1]) for x in X]


def from_the_end(problem: Problem, seed: int) -> np.ndarray:
    """All networks hear the series backwards."""
    turned = problem._replace(X=backwards(problem.X), X_test=backwards(problem.X_test))
    return plain(turned, seed)


def both_ways(problem: Problem, seed: int) -> np.ndarray:
    """Three networks hear the series forwards and two backwards."""
    turned = problem._replace(X=backwards(problem.X), X_test=backwards(problem.X_test))
    forwards = plain(problem, seed, {"n_networks": 3})
    return 0.6 * forwards + 0.4 * plain(turned, seed, {"n_networks": 2})


def with_crops(problem: Problem, seed: int) -> np.ndarray:
    """Each training series is joined by a piece of it, four fifths to all of it long."""
    rng = np.random.default_rng(seed)
    pieces = []
    for x in problem.X:
        length = max(1, round(len(x) * rng.uniform(0.8, 1)))
        start = rng.integers(len(x) - length + 1)
        pieces.append(x[start : start + length])
    more = problem._replace(X=[*problem.X, *pieces], y=np.concatenate([problem.y] * 2))
    return plain(more, seed)


def averaged_weights(problem: Problem, seed: int) -> np.ndarray:
    """At a constant rate, the mean of the weights at nine times in the last two fifths."""
    kind = fs.LSTMClassifier if problem.labels else fs.LSTMRegressor
    step = kind().max_iter // 20
    model = fitted(problem, seed, {"schedule": "constant", "max_iter": 12 * step}, {})
    model.set_params(max_iter=step)
    taken = [model._learned.members]
    for _ in range(8):
        taken.append(model.fit(problem.X, problem.y)._learned.members)
    members = tuple(
        replace(several[-1], parameters=np.mean([one.parameters for one in several], axis=0))
        for several in zip(*taken, strict=True)
    )
    model._learned = replace(model._learned, members=members)
    return asked(model, problem.X_test)


def uniform(network: Network, rng: np.random.Generator) -> np.ndarray:
    """Parameters as nn.LSTM and nn.Linear draw them: forget biases and recurrence like all."""
    flat = np.empty(network.n_parameters, dtype=np.float32)
    for name, view in network.views(flat).items():
        of_layer = name.rpartition("_l")[2]
        size = (
            network.hidden_sizes[int(of_layer)]
            if of_layer.isdigit()
            else network.hidden_sizes[-1] * len(network.readout)
        )
        view[...] = rng.uniform(-1, 1, view.shape) / np.sqrt(size)
    return flat


def plain_start(problem: Problem, seed: int) -> np.ndarray:
    with patch.object(Network, "initialise", uniform):
        return plain(problem, seed)


def unscaled(problem: Problem, seed: int, *, which: str) -> np.ndarray:
    """The frames ("input_scaler") or the targets ("output_scaler") are learned as they are."""
    usual = preparing._standardised

    def without(model: Any, corpus: Any, rows: Any, learned: Any) -> Any:
        scaled = usual(model, corpus, rows, learned)
        size = len(getattr(scaled, which).mean)
        return replace(scaled, **{which: Scaler.identity(size)})

    with patch.object(preparing, "_standardised", without):
        return plain(problem, seed)


def settings(problem: Problem, seed: int, **changes: float) -> np.ndarray:
    """The optimiser is set in another way."""
    usual = lstm.training_settings
    with patch.object(lstm, "training_settings", lambda *a: replace(usual(*a), **changes)):
        return plain(problem, seed)


def parameters(**chosen: Any) -> Callable:
    return partial(plain, parameters=chosen)


CASES: dict[str, Callable] = {
    "the defaults": plain,
    "one network": parameters(n_networks=1),
    "ten networks": parameters(n_networks=10),
    "all learn from all": parameters(validation=0),
    "last state alone": partial(plain, readout=("last",)),
    "mean and maximum": partial(plain, readout=ALL[1:]),
    "no differences": partial(plain, differences=False),
    "no clock": partial(plain, clock=False),
    "no noise": partial(plain, noise=0.0),
    "noise of 0.1": partial(plain, noise=0.1),
    "noise of 0.3": partial(plain, noise=0.3),
    "noise of 0.6": partial(plain, noise=0.6),
    "no stretching": partial(plain, stretch=0.0),
    "stretching of 0.1": partial(plain, stretch=0.1),
    "stretching of 0.2": partial(plain, stretch=0.2),
    "stretching of 0.4": partial(plain, stretch=0.4),
    "no label smoothing": partial(plain, smoothing=0.0),
    "dropout of 0.3": partial(plain, dropout=0.3),
    "crops added": with_crops,
    "plain start": plain_start,
    "inputs not scaled": partial(unscaled, which="input_scaler"),
    "targets not scaled": partial(unscaled, which="output_scaler"),
    "no clipping": partial(settings, clip=0.0),
    "no weight decay": partial(settings, weight_decay=0.0),
    "weight decay of 0.1": partial(settings, weight_decay=0.1),
    "constant rate": parameters(schedule="constant"),
    "constant rate of .003": parameters(schedule="constant", learn_rate=0.003),
    "constant rate of .03": parameters(schedule="constant", learn_rate=0.03),
    "rate of .003": parameters(learn_rate=0.003),
    "rate of .03": parameters(learn_rate=0.03),
    "constant, weights averaged": averaged_weights,
    "50 epochs": parameters(max_iter=50),
    "100 epochs": parameters(max_iter=100),
    "200 epochs": parameters(max_iter=200),
    "400 epochs": parameters(max_iter=400),
    "800 epochs": parameters(max_iter=800),
    "batches of 2": parameters(batch_size=2),
    "batches of 4": parameters(batch_size=4),
    "batches of 8": parameters(batch_size=8),
    "batches of 8, 400 epochs": parameters(batch_size=8, max_iter=400),
    "batches of 16": parameters(batch_size=16),
    "batches of 64": parameters(batch_size=64),
    "16 units": parameters(hidden_size=16),
    "64 units": parameters(hidden_size=64),
    "two layers of 32": parameters(hidden_size=(32, 32)),
    "heard backwards": from_the_end,
    "three forwards, two backwards": both_ways,
}


def at_speed(x: np.ndarray, speed: float) -> np.ndarray:
    """A series (n_frames, n_dims) played so many times as fast, between frames a straight line."""
    if speed == 1:
        return x
    places = np.linspace(0, len(x) - 1, max(2, round(len(x) / speed)))
    return np.column_stack([np.interp(places, np.arange(len(x)), dim) for dim in x.T])


def cross_validated(
    problem: Problem, seed: int, case: Callable, n_folds: int, speed: float
) -> list[float]:
    """Accuracy and the mean of -log(probability), or the relative error."""
    kind = StratifiedKFold if problem.labels else KFold
    folds = kind(n_folds, shuffle=True, random_state=seed)
    labels, numbers = np.unique(problem.y, return_inverse=True)
    answers = np.empty((len(problem.y), len(labels)) if problem.labels else len(problem.y))
    for train, test in folds.split(problem.y, problem.y):
        part = Problem(
            problem.name,
            [problem.X[i] for i in train],
            problem.y[train],
            [at_speed(problem.X[i], speed) for i in test],
            problem.y[test],
            problem.labels,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FluidSeriesWarning)
            answers[test] = case(part, seed)
    if problem.labels:
        surprise = -np.log(answers[np.arange(len(numbers)), numbers]).mean()
        return [float(np.mean(answers.argmax(axis=1) == numbers)), float(surprise)]
    return [float(np.sqrt(np.mean((answers - problem.y) ** 2)) / problem.y.std())]


def cell(grades: list[list[float]]) -> str:
    (grade, *surprise), (spread, *_) = np.mean(grades, axis=0), np.std(grades, axis=0)
    return f"{grade:.3f} ± {spread:.3f}" + "".join(f" ({value:.3f})" for value in surprise)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with one folder per set")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], help="cases")
    parser.add_argument("--sets", nargs="*", default=[], help="names of sets")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--speed", type=float, default=1.0, help="of what is answered for")
    parser.add_argument("--networks", type=int, help="n_networks where a case does not choose")
    parser.add_argument("--kept", type=Path, help="file that keeps the grades")
    options = parser.parse_args()
    if options.networks:
        USUAL["n_networks"] = options.networks
    problems = [read_problem(p.parent) for p in sorted(options.folder.glob("*/*_TRAIN.ts"))]
    problems = [p for p in problems if not options.sets or p.name in options.sets]
    report = Report(
        f"Training halves, {options.folds} folds", ["", *(p.name[:13] for p in problems)]
    )
    print(machine())
    kept = Kept(options.kept)
    for name in options.only or CASES:
        cells = []
        for problem in problems:
            trials = {
                (name, problem.name, seed): partial(
                    cross_validated, problem, seed, CASES[name], options.folds, options.speed
                )
                for seed in range(options.seeds)
            }
            cells.append(cell([kept.figures(*trial) for trial in trials.items()]))
        report.add(name, *cells)
        print(name, *cells, sep=" | ", flush=True)
    report.show()


if __name__ == "__main__":
    main()
