"""How well the defaults learn, on real data: test-half figures beside simple and strong rivals.

    python bench/learning.py FOLDER [FOLDER ...] [--seeds 5] [--only NAME ...] [--parts PART ...]
                             [--rivals NAME ...] [--kept FILE] [--json FILE]

A FOLDER holds one folder per set with NAME_TRAIN.ts and NAME_TEST.ts, as the UEA, UCR and TSER
archives have them, and, if there, SantaFeLaser/santafe_laser.npy. The parameters are the defaults,
nothing is tuned per set. ROCKET is there where aeon is installed, the plain LSTM where PyTorch is.
--kept FILE holds every figure at once and spares what it has already, so that a run can be taken
up again and each rival measured where it is installed: take a new one when the library changes.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fluidseries as fs

from measure import Kept, Report, machine, write_json

try:
    import torch
except ImportError:
    torch = None


class Problem(NamedTuple):
    """The two halves of a set; labels or numbers."""

    name: str
    X: list[np.ndarray]
    y: np.ndarray
    X_test: list[np.ndarray]
    y_test: np.ndarray
    labels: bool


def read_half(path: Path) -> tuple[list[np.ndarray], list[str], bool]:
    """Series, targets as text, and whether they are labels."""
    head, data = path.read_text().split("@data", 1)
    X, y = [], []
    for line in data.strip().splitlines():
        *channels, target = line.split(":")
        X.append(np.array([[float(v) for v in c.split(",")] for c in channels]).T)
        y.append(target.strip())
    return X, y, "@classlabel true" in head.lower()


def read_problem(folder: Path) -> Problem:
    X, y, labels = read_half(folder / f"{folder.name}_TRAIN.ts")
    X_test, y_test, _ = read_half(folder / f"{folder.name}_TEST.ts")
    kind = str if labels else float
    return Problem(folder.name, X, np.array(y, kind), X_test, np.array(y_test, kind), labels)


def summary(X: list[np.ndarray]) -> np.ndarray:
    """Mean, spread, extremes, first, last and size of steps of every dimension, and the length."""
    return np.array(
        [
            np.concatenate(
                [
                    *(x.mean(0), x.std(0), x.min(0), x.max(0), x[0], x[-1]),
                    np.abs(np.diff(x, axis=0, prepend=x[:1])).mean(0),
                    [len(x)],
                ]
            )
            for x in X
        ]
    )


def same_length(X: list[np.ndarray], length: int) -> np.ndarray:
    """(n_series, n_dims, length): zeros behind shorter series."""
    out = np.zeros((len(X), X[0].shape[1], length))
    for row, x in zip(out, X, strict=True):
        row[:, : len(x)] = x[:length].T
    return out


# Each rival takes a problem and a seed and answers for the test half.


def ours(problem: Problem, seed: int, **parameters: int) -> np.ndarray:
    kind = fs.LSTMClassifier if problem.labels else fs.LSTMRegressor
    model = kind(random_state=seed, **parameters)
    return model.fit(problem.X, problem.y).predict(problem.X_test)


def simplest(problem: Problem, _seed: int) -> np.ndarray:
    if not problem.labels:
        return np.full(len(problem.X_test), problem.y.mean())
    names, counts = np.unique(problem.y, return_counts=True)
    return np.full(len(problem.X_test), names[counts.argmax()])


def linear(problem: Problem, _seed: int) -> np.ndarray:
    last = LogisticRegression(max_iter=2000) if problem.labels else RidgeCV(np.logspace(-3, 3, 13))
    model = make_pipeline(StandardScaler(), last).fit(summary(problem.X), problem.y)
    return model.predict(summary(problem.X_test))


def ridge(problem: Problem, _seed: int) -> np.ndarray:
    """All frames in a row, longer series cut and shorter ones filled up with zeros."""
    longest = max(len(x) for x in problem.X)
    rows, asked = (same_length(X, longest).reshape(len(X), -1) for X in (problem.X, problem.X_test))
    model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 5, 17)))
    return model.fit(rows, problem.y).predict(asked)


def nearest(problem: Problem, _seed: int) -> np.ndarray:
    kind = fs.DTWClassifier if problem.labels else fs.DTWRegressor
    model = kind(num_neighbours=1 if problem.labels else 5)
    return model.fit(problem.X, problem.y).predict(problem.X_test)


def rocket(problem: Problem, seed: int) -> np.ndarray:
    if problem.labels:
        from aeon.classification.convolution_based import RocketClassifier as Rocket
    else:
        from aeon.regression.convolution_based import RocketRegressor as Rocket
    longest = max(len(x) for x in problem.X)
    model = Rocket(random_state=seed, n_jobs=2).fit(same_length(problem.X, longest), problem.y)
    return model.predict(same_length(problem.X_test, longest))


def plain_torch(problem: Problem, seed: int) -> np.ndarray:
    """nn.LSTM, last state, Adam at 0.01, batches of 16: what a first script would be."""
    units, epochs = (fs.LSTMRegressor().get_params()[name] for name in ("hidden_size", "max_iter"))
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # so small batches only lose by more
    frames = np.concatenate(problem.X)
    mean, scale = frames.mean(0), frames.std(0)
    names, numbers = np.unique(problem.y, return_inverse=True)
    centre, spread = (0.0, 1.0) if problem.labels else (problem.y.mean(), problem.y.std())
    y = torch.tensor(numbers if problem.labels else (problem.y - centre) / spread)
    lstm = torch.nn.LSTM(len(mean), units, batch_first=True)
    readout = torch.nn.Linear(units, len(names) if problem.labels else 1)
    adam = torch.optim.Adam([*lstm.parameters(), *readout.parameters()], lr=0.01)

    def outputs(X: list[np.ndarray]):
        tensors = [torch.tensor((x - mean) / scale, dtype=torch.float32) for x in X]
        packed = torch.nn.utils.rnn.pack_sequence(tensors, enforce_sorted=False)
        return readout(lstm(packed)[1][0][0])

    for _ in range(epochs):
        for rows in torch.randperm(len(y)).split(16):
            out = outputs([problem.X[row] for row in rows])
            if problem.labels:
                loss = torch.nn.functional.cross_entropy(out, y[rows])
            else:
                loss = ((out[:, 0] - y[rows]) ** 2).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
    with torch.no_grad():
        out = outputs(problem.X_test).numpy()
    return names[out.argmax(1)] if problem.labels else out[:, 0] * spread + centre


OURS: dict[str, dict[str, int]] = {
    "fluidseries": {},
    "fluidseries, n_networks=1": {"n_networks": 1},
}
# Names, functions, and whether chance plays a part.
RIVALS: dict[str, tuple[Callable, bool]] = {
    "fluidseries": (ours, True),
    "fluidseries, n_networks=1": (partial(ours, n_networks=1), True),
    "fluidseries, max_iter=5": (partial(ours, max_iter=5), True),
    "mean / majority": (simplest, False),
    "summary + linear": (linear, False),
    "ridge on all frames": (ridge, False),
    "DTW, 1 or 5 nearest": (nearest, False),
}
if torch:
    RIVALS["plain PyTorch LSTM"] = (plain_torch, True)
if find_spec("aeon"):
    RIVALS["ROCKET (aeon)"] = (rocket, True)


def grade(problem: Problem, answers: np.ndarray) -> float:
    """Accuracy, or root mean squared error."""
    if problem.labels:
        return float(np.mean(answers == problem.y_test))
    return float(np.sqrt(np.mean((answers - problem.y_test) ** 2)))


def measure(problem: Problem, seed: int, name: str) -> list[float]:
    """Grade of a rival, seconds of its fit and prediction, and answers that are numbers."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = rival_named(name)(problem, seed)
    seconds = time.perf_counter() - start
    return [grade(problem, answers), seconds, *([] if problem.labels else map(float, answers))]


def rival_named(name: str) -> Callable:
    epochs = name.removeprefix("epochs ")
    return RIVALS[name][0] if epochs == name else partial(ours, max_iter=int(epochs))


def measured(problem: Problem, name: str, seeds: int, kept: Kept) -> tuple[str, str]:
    """Mean and spread over seeds, and seconds."""
    trials = {
        (problem.name, name, seed): partial(measure, problem, seed, name) for seed in range(seeds)
    }
    figures = [kept.figures(*trial) for trial in trials.items()]
    grades, seconds, *_ = np.array(figures).T
    spread = f" ± {grades.std():.4f}" if seeds > 1 else ""
    texts = f"{grades.mean():.4f}{spread}", f"{seconds.mean():.1f}"
    print(problem.name, name, *texts, flush=True)
    return texts


def sets(problems: list[Problem], seeds: int, rivals: list[str], kept: Kept) -> Report:
    report = Report(
        "Test halves: accuracy (labels) or root mean squared error (numbers), and seconds",
        ["set", "rival", "result", "seconds"],
    )
    for problem in problems:
        for name in rivals:
            rival, chance = RIVALS[name]
            if rival is ridge and problem.labels:
                continue
            texts = measured(problem, name, seeds if chance else 1, kept)
            report.add(problem.name, name, *texts)
    return report


EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200)


def over_epochs(problems: list[Problem], seeds: int, kept: Kept) -> Report:
    """What a fit of so many epochs gives, each from the start."""
    report = Report("Test halves after max_iter epochs", ["set", *map(str, EPOCHS)])
    for problem in problems:
        cells = [measured(problem, f"epochs {n}", seeds, kept)[0] for n in EPOCHS]
        report.add(problem.name, *cells)
    return report


def against_ridge(problems: list[Problem], seeds: int, kept: Kept, draws: int = 10_000) -> Report:
    """Test series drawn again with replacement, the same ones for both (a paired bootstrap)."""
    report = Report(
        "Error less that of ridge on all frames: 95 % of the draws, and how often ours is smaller",
        ["set", "from", "to", "ours is smaller"],
    )
    for problem in problems:
        if problem.labels:
            continue
        errors = []
        for seed in range(seeds):
            trial = problem.name, "fluidseries", seed
            _, _, *answers = kept.figures(trial, partial(measure, problem, seed, "fluidseries"))
            errors.append((np.array(answers) - problem.y_test) ** 2)
        own = np.mean(errors, axis=0)
        other = (ridge(problem, 0) - problem.y_test) ** 2
        rows = np.random.default_rng(0).integers(len(own), size=(draws, len(own)))
        apart = np.sqrt(own[rows].mean(axis=1)) - np.sqrt(other[rows].mean(axis=1))
        low, high = np.quantile(apart, [0.025, 0.975])
        report.add(problem.name, f"{low:.4f}", f"{high:.4f}", f"{np.mean(apart < 0):.0%}")
    return report


def autoregression(x: np.ndarray, order: int) -> tuple[np.ndarray, float]:
    """Least-squares weights of the last `order` values, oldest first, and a constant."""
    rows = np.lib.stride_tricks.sliding_window_view(x, order + 1)
    design = np.column_stack([rows[:, :-1], np.ones(len(rows))])
    solution = np.linalg.lstsq(design, rows[:, -1], rcond=None)[0]
    return solution[:-1], float(solution[-1])


def run_autoregression(weights: np.ndarray, constant: float, past: np.ndarray, n: int):
    x = list(past[-len(weights) :])
    for _ in range(n):
        x.append(float(np.dot(weights, x[-len(weights) :]) + constant))
    return np.array(x[-n:])


LASER_STARTS = range(1000, 2900, 95)


def relative(error: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt((error**2).mean()) / truth.std())


def alone(x: np.ndarray, run: Callable[[int], np.ndarray]) -> float:
    truth = np.array([x[start : start + 100] for start in LASER_STARTS])
    return relative(np.array([run(start) for start in LASER_STARTS]) - truth, truth)


def foretold_laser(x: np.ndarray, seed: int, **parameters: int) -> list[float]:
    """Errors of the next value and of 100 values alone, and seconds."""
    begin = time.perf_counter()
    model = fs.LSTMForecaster(random_state=seed, **parameters).fit([x[:1000]])
    stream = model.stream()
    foretold = np.array([stream.step([value])[0] for value in x[900:1999]])[99:]
    runs = alone(x, lambda start: model.predict_series(x[start - 100 : start], 100)[:, 0])
    return [relative(foretold - x[1000:2000], x[1000:2000]), runs, time.perf_counter() - begin]


def laser(folder: Path, seeds: int, kept: Kept) -> Report:
    report = Report(
        "Santa Fe laser, trained on 0-999: error over the standard deviation of what was foretold",
        ["rival", "next value, 1000-1999", "100 values alone, 20 starts", "seconds"],
    )
    x = np.load(folder / "SantaFeLaser" / "santafe_laser.npy").astype(float).ravel()
    test = x[1000:2000]
    weights, constant = autoregression(x[:1000], 40)
    windows = np.lib.stride_tricks.sliding_window_view(x[960:1999], 40)
    next_value = relative(windows @ weights + constant - test, test)
    runs = alone(x, lambda start: run_autoregression(weights, constant, x[:start], 100))
    report.add("AR(40)", f"{next_value:.3f}", f"{runs:.3f}", "")
    repeated = alone(x, lambda start: np.full(100, x[start - 1]))
    last = f"{relative(x[999:1999] - test, test):.3f}"
    report.add("repeat the last value", last, f"{repeated:.3f}", "")
    for name, parameters in OURS.items():
        figures = [
            kept.figures(("laser", name, seed), partial(foretold_laser, x, seed, **parameters))
            for seed in range(seeds)
        ]
        means, spreads = np.mean(figures, axis=0), np.std(figures, axis=0)
        cells = [f"{means[i]:.3f} ± {spreads[i]:.3f}" for i in (0, 1)]
        report.add(name, *cells, f"{means[2]:.1f}")
    return report


def foretold_airline(x: np.ndarray, seed: int, **parameters: int) -> list[float]:
    model = fs.LSTMForecaster(random_state=seed, **parameters).fit([x[:120]])
    error = model.predict_series(x[:120], 24)[:, 0] - x[120:]
    return [float(np.sqrt((error**2).mean()))]


def airline(seeds: int, kept: Kept) -> Report:
    report = Report(
        "Airline passengers, trained on 120 months, 24 foretold (root mean squared error)",
        ["rival", "result"],
    )
    x = next(iter(fs.datasets.airline().values())).ravel()
    year_before = np.tile(x[108:120], 2) - x[120:]
    report.add("the same month a year before", f"{np.sqrt((year_before**2).mean()):.1f}")
    for name, parameters in OURS.items():
        figures = [
            kept.figures(("airline", name, seed), partial(foretold_airline, x, seed, **parameters))
            for seed in range(seeds)
        ]
        report.add(name, f"{np.mean(figures):.1f} ± {np.std(figures):.1f}")
    return report


PARTS = ["sets", "ridge", "forecasts", "epochs"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders with one folder per set")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="names of sets")
    parser.add_argument("--rivals", nargs="*", default=list(RIVALS), help="only these")
    parser.add_argument("--parts", nargs="*", default=PARTS[:3], choices=PARTS)
    parser.add_argument("--kept", type=Path, help="file that keeps the figures")
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args()
    print(machine())
    kept = Kept(options.kept)
    found = [path.parent for folder in options.folders for path in folder.glob("*/*_TRAIN.ts")]
    problems = [
        read_problem(path)
        for path in sorted(found)
        if not options.only or path.name in options.only
    ]
    makers = {
        "sets": lambda: [sets(problems, options.seeds, options.rivals, kept)],
        "ridge": lambda: [against_ridge(problems, options.seeds, kept)],
        "forecasts": lambda: [
            *(
                laser(folder, options.seeds, kept)
                for folder in options.folders
                if (folder / "SantaFeLaser").is_dir()
            ),
            airline(options.seeds, kept),
        ],
        "epochs": lambda: [over_epochs(problems, options.seeds, kept)],
    }
    reports = [report for part in options.parts for report in makers[part]()]
    for report in reports:
        report.show()
    if options.json:
        write_json(options.json, reports)


if __name__ == "__main__":
    main()
