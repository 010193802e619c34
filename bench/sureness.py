"""How sure averaged networks should be: held-out surprise under several ways to probabilities.

    python bench/sureness.py FOLDER [--seeds 2] [--sets NAME ...]

Three folds of the training halves of the sets with labels in FOLDER. What is printed is the mean of
-log(probability of the right label): of a softmax of the mean outputs over a flatness, less the
doubt that label smoothing taught, of which a share of every probability stays.
"""

from __future__ import annotations

import argparse
from itertools import combinations, product
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold

import fluidseries as fs
from fluidseries.batch import Series
from fluidseries.models.recipe import FOR_LABELS
from learning import Problem, read_problem

from measure import Report, machine

FLATNESS, LEFT = (1.0, 0.95, 0.9, 0.85, 0.8), (1e-6, 0.01, 0.1)


def held_out_outputs(problem: Problem, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Outputs (n_networks, n_series, n_labels) of networks that did not learn the series."""
    numbers = np.unique(problem.y, return_inverse=True)[1]
    outputs, right = [], []
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    for train, test in folds.split(problem.y, problem.y):
        model = fs.LSTMClassifier(random_state=seed)
        learned = model.fit([problem.X[i] for i in train], problem.y[train])._learned
        asked = Series([problem.X[i] for i in test], None)
        outputs.append(np.array(model._outputs_of_each(asked, learned)))
        right.append(numbers[test])
    return np.concatenate(outputs, axis=1), np.concatenate(right)


def surprise(outputs: np.ndarray, right: np.ndarray, flatness: float, left: float) -> float:
    powers = np.exp((outputs - outputs.max(axis=-1, keepdims=True)) / flatness)
    shares = powers / powers.sum(axis=-1, keepdims=True)
    doubt = FOR_LABELS.augmentation.smoothing / shares.shape[-1]
    shares = np.maximum(shares - doubt, left * shares)
    shares /= shares.sum(axis=-1, keepdims=True)
    return float(-np.log(shares[np.arange(len(right)), right]).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--sets", nargs="*", default=[])
    options = parser.parse_args()
    print(machine())
    problems = [read_problem(p.parent) for p in sorted(options.folder.glob("*/*_TRAIN.ts"))]
    problems = [p for p in problems if p.labels and (not options.sets or p.name in options.sets)]
    held_out = {
        p.name: [held_out_outputs(p, seed) for seed in range(options.seeds)] for p in problems
    }
    for count in (1, 2, 3, 5):
        title = f"{count} of five networks averaged"
        report = Report(title, ["flatness, share left", *held_out])
        for flatness, left in product(FLATNESS, LEFT):
            cells = [
                np.mean(
                    [
                        surprise(outputs[list(chosen)].mean(axis=0), right, flatness, left)
                        for outputs, right in trials
                        for chosen in combinations(range(5), count)
                    ]
                )
                for trials in held_out.values()
            ]
            report.add(f"{flatness}, {left}", *(f"{cell:.3f}" for cell in cells))
        report.show()


if __name__ == "__main__":
    main()
