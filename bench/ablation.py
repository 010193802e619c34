"""What each part of the recipe is worth: cross-validated with one part taken away or added.

    python bench/ablation.py FOLDER [--seeds 3] [--only CASE ...]

Three folds of the training halves, new ones for every seed. Labels: accuracy. Numbers: root mean
squared error over the standard deviation of the targets.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

import fluidseries as fs
from fluidseries.models.recipe import FOR_LABELS, FOR_POINTS, Recipe
from learning import Problem, read_problem

from measure import Report, machine

ALL = ("last", "mean", "max")
CHANCE = ("noise", "stretch", "dropout", "smoothing")
Series = list[np.ndarray]


def changed(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with something changed in it or in its augmentation."""
    chance = {name: value for name, value in changes.items() if name in CHANCE}
    others = {name: value for name, value in changes.items() if name not in CHANCE}
    return replace(recipe, augmentation=replace(recipe.augmentation, **chance), **others)


# A case takes training series with their targets and series to answer for, and a seed.


def fitted(problem: Problem, seed: int, parameters: dict[str, Any], changes: dict[str, Any]) -> Any:
    kind = fs.LSTMClassifier if problem.labels else fs.LSTMRegressor
    model = kind(random_state=seed, **parameters)
    model._recipe = changed(FOR_LABELS if problem.labels else FOR_POINTS, changes)
    return model.fit(problem.X, problem.y)


def plain(problem: Problem, seed: int, /, parameters: dict | None = None, **changes: Any):
    return fitted(problem, seed, parameters or {}, changes).predict(problem.X_test)


def backwards(X: Series) -> Series:
    return [np.ascontiguousarray(x[::-1]) for x in X]


def from_the_end(problem: Problem, seed: int) -> np.ndarray:
    """All networks hear the series backwards."""
    turned = problem._replace(X=backwards(problem.X), X_test=backwards(problem.X_test))
    return plain(turned, seed)


def both_ways(problem: Problem, seed: int) -> np.ndarray:
    """Three networks hear the series forwards and two backwards."""
    turned = problem._replace(X=backwards(problem.X), X_test=backwards(problem.X_test))
    models = [(problem, 3), (turned, 2)]
    parts = [(fitted(p, seed, {"n_networks": n}, {}), p.X_test, n) for p, n in models]
    if not problem.labels:
        return sum(n * model.predict(X) for model, X, n in parts) / 5
    logs = sum(n * np.log(model.predict_proba(X)) for model, X, n in parts)
    return parts[0][0].classes_[logs.argmax(axis=1)]


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
    """At a constant rate, the mean of the weights after 60, 65, ... 100 epochs."""
    model = fitted(problem, seed, {"schedule": "constant", "max_iter": 60}, {})
    model.set_params(max_iter=5)
    taken = [model._learned.members]
    for _ in range(8):
        taken.append(model.fit(problem.X, problem.y)._learned.members)
    members = tuple(
        replace(several[-1], parameters=np.mean([one.parameters for one in several], axis=0))
        for several in zip(*taken, strict=True)
    )
    model._learned = replace(model._learned, members=members)
    return model.predict(problem.X_test)


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
    "noise of 0.6": partial(plain, noise=0.6),
    "no stretching": partial(plain, stretch=0.0),
    "stretching of 0.4": partial(plain, stretch=0.4),
    "no label smoothing": partial(plain, smoothing=0.0),
    "dropout of 0.3": partial(plain, dropout=0.3),
    "crops added": with_crops,
    "constant rate": parameters(schedule="constant"),
    "constant, weights averaged": averaged_weights,
    "50 epochs": parameters(max_iter=50),
    "200 epochs": parameters(max_iter=200),
    "batches of 16": parameters(batch_size=16),
    "64 units": parameters(hidden_size=64),
    "two layers of 32": parameters(hidden_size=(32, 32)),
    "heard backwards": from_the_end,
    "three forwards, two backwards": both_ways,
}


def cross_validated(problem: Problem, seed: int, case: Callable) -> float:
    folds = (StratifiedKFold if problem.labels else KFold)(3, shuffle=True, random_state=seed)
    answers = np.empty(len(problem.y), problem.y.dtype)
    for train, test in folds.split(problem.y, problem.y):
        asked = [problem.X[i] for i in test]
        part = Problem(
            problem.name,
            [problem.X[i] for i in train],
            problem.y[train],
            asked,
            problem.y[test],
            problem.labels,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", fs.errors.FluidSeriesWarning)
            answers[test] = case(part, seed)
    if problem.labels:
        return float(np.mean(answers == problem.y))
    return float(np.sqrt(np.mean((answers - problem.y) ** 2)) / problem.y.std())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with one folder per set")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="cases")
    options = parser.parse_args()
    problems = [read_problem(p.parent) for p in sorted(options.folder.glob("*/*_TRAIN.ts"))]
    report = Report("Training halves, three folds", ["", *(p.name[:13] for p in problems)])
    print(machine())
    for name, case in CASES.items():
        if options.only and name not in options.only:
            continue
        cells = []
        for problem in problems:
            grades = [cross_validated(problem, seed, case) for seed in range(options.seeds)]
            cells.append(f"{np.mean(grades):.3f} ± {np.std(grades):.3f}")
        report.add(name, *cells)
        print(name, *cells, sep=" | ", flush=True)
    report.show()


if __name__ == "__main__":
    main()
