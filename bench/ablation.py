"""What each part of the recipe is worth: cross-validated with one part taken away or added.

    python bench/ablation.py FOLDER [--seeds 3]

Three folds of the training halves, new ones for every seed. Labels: accuracy. Numbers: root mean
squared error over the
standard deviation of the targets.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold

import fluidseries as fs
from fluidseries.models.recipe import FOR_LABELS, FOR_POINTS, Recipe
from learning import Problem, read_problem

from measure import Report, machine

ALL = ("last", "mean", "max")


def without(**changes: Any) -> tuple[Recipe, dict[str, Any]]:
    """The recipe with something changed in it or in its augmentation."""
    noise = {
        k: changes.pop(k) for k in ("noise", "stretch", "dropout", "smoothing") if k in changes
    }
    augmentation = replace(FOR_POINTS.augmentation, **noise)
    return replace(FOR_POINTS, augmentation=augmentation, **changes), {}


# Name -> recipe and parameters.
CASES: dict[str, tuple[Recipe, dict[str, Any]]] = {
    "the defaults": (FOR_POINTS, {}),
    "readout: last state alone": without(readout=("last",)),
    "readout: mean and maximum": without(readout=ALL[1:]),
    "no differences": without(differences=False),
    "no clock": without(clock=False),
    "no noise": without(noise=0.0),
    "no stretching": without(stretch=0.0),
    "constant rate": (FOR_POINTS, {"schedule": "constant"}),
    "constant rate 0.003": (FOR_POINTS, {"schedule": "constant", "learn_rate": 0.003}),
    "batches of 16": (FOR_POINTS, {"batch_size": 16}),
    "with dropout 0.3": without(dropout=0.3),
    "with label smoothing 0.1": without(smoothing=0.1),
    "64 units": (FOR_POINTS, {"hidden_size": 64}),
    "two layers of 32": (FOR_POINTS, {"hidden_size": (32, 32)}),
    "max_iter 20": (FOR_POINTS, {"max_iter": 20}),
    "max_iter 100": (FOR_POINTS, {"max_iter": 100}),
}


def cross_validated(problem: Problem, seed: int, parameters: dict[str, Any]) -> float:
    kind = fs.LSTMClassifier if problem.labels else fs.LSTMRegressor
    folds = (StratifiedKFold if problem.labels else KFold)(3, shuffle=True, random_state=seed)
    answers = np.empty(len(problem.y), problem.y.dtype)
    for train, test in folds.split(problem.y, problem.y):
        model = kind(random_state=seed, **parameters)
        model.fit([problem.X[i] for i in train], problem.y[train])
        answers[test] = model.predict([problem.X[i] for i in test])
    if problem.labels:
        return float(np.mean(answers == problem.y))
    return float(np.sqrt(np.mean((answers - problem.y) ** 2)) / problem.y.std())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with one folder per set")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    problems = [read_problem(p.parent) for p in sorted(options.folder.glob("*/*_TRAIN.ts"))]
    report = Report("Training halves, three folds", ["", *(p.name[:13] for p in problems)])
    for name, (recipe, parameters) in CASES.items():
        cells = []
        for problem in problems:
            fs.LSTMRegressor._recipe = fs.LSTMClassifier._recipe = recipe
            grades = [cross_validated(problem, seed, parameters) for seed in range(options.seeds)]
            cells.append(f"{np.mean(grades):.3f} ± {np.std(grades):.3f}")
        report.add(name, *cells)
        print(name, *cells, flush=True)
    print(machine())
    report.show()


assert FOR_LABELS == FOR_POINTS, "the two recipes differ: this table has to tell them apart"

if __name__ == "__main__":
    main()
