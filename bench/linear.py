"""What a forecaster's linear part is worth: continuations alone, with it, without it and it alone.

    python bench/linear.py FOLDER [--seeds 3]

Growing series (the airline passengers within the first 120 months, a trend with a season) and
series that stay in a range: the first 1000 values of the laser, two chaotic systems, noisy waves.
FOLDER holds SantaFeLaser.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

import fluidseries as fs

from measure import Report, machine

WAYS = {"linear=False": False, 'linear="auto"': "auto", "linear=True": True}


def season() -> np.ndarray:
    """A trend and a season that grows, with noise."""
    time = np.arange(400)
    noise = 0.2 * np.random.default_rng(0).normal(size=400)
    return 0.1 * time + 3 * (1 + time / 200) * np.sin(time * np.pi / 6) + noise


def waves() -> np.ndarray:
    noise = 0.1 * np.random.default_rng(0).normal(size=400)
    return np.sin(0.35 * np.arange(400)) + noise


def lorenz() -> np.ndarray:
    """The first coordinate of Lorenz's system (1963), every 0.03."""
    x, y, z = 1.0, 1.0, 1.0
    path = []
    for _ in range(2800):
        dx, dy, dz = 10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z
        x, y, z = x + 0.01 * dx, y + 0.01 * dy, z + 0.01 * dz
        path.append(x)
    return np.array(path[1000::3])


def mackey_glass() -> np.ndarray:
    """Mackey and Glass (1977), a delay of 17, every 3."""
    path = [1.2] * 171
    for _ in range(21_000):
        late = path[-171]
        path.append(path[-1] + 0.1 * (0.2 * late / (1 + late**10) - 0.1 * path[-1]))
    return np.array(path[3000::30])


def told(model: fs.LSTMForecaster, x: np.ndarray, starts: list[int], n: int) -> np.ndarray:
    return np.array([model.predict_series(x[:start], n)[:, 0] for start in starts])


def sum_alone(model: fs.LSTMForecaster, x: np.ndarray, starts: list[int], n: int) -> np.ndarray:
    """What the linear part says without the networks."""
    linear, rows = model._learned.linear, []
    for start in starts:
        frames = x[:start, np.newaxis]
        for _ in range(n):
            frames = np.vstack([frames, linear.after_each(frames)[-1:]])
        rows.append(frames[start:, 0])
    return np.array(rows)


def measured(x: np.ndarray, learned: int, starts: list[int], n: int, seeds: int) -> list[str]:
    """Error of every way and of the linear part alone over the spread of what came."""
    came = np.array([x[start : start + n] for start in starts])

    def error(answers: np.ndarray) -> float:
        return float(np.sqrt(((answers - came) ** 2).mean()) / came.std())

    cells = []
    for linear in WAYS.values():
        models = [
            fs.LSTMForecaster(linear=linear, random_state=seed).fit([x[:learned]])
            for seed in range(seeds)
        ]
        grades = [error(told(model, x, starts, n)) for model in models]
        cells.append(f"{np.mean(grades):.3f} ± {np.std(grades):.3f}")
    return [*cells, f"{error(sum_alone(models[0], x, starts, n)):.3f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    laser = np.load(options.folder / "SantaFeLaser" / "santafe_laser.npy").astype(float).ravel()
    airline = next(iter(fs.datasets.airline().values())).ravel()
    makers: dict[str, Callable[[], np.ndarray]] = {
        "a trend with a season": season, "noisy waves": waves, "Lorenz": lorenz,
        "Mackey-Glass": mackey_glass, "laser, the first 1000": lambda: laser[:1000],
    }  # fmt: skip
    report = Report("Error over the spread of what came", ["", *WAYS, "the linear part alone"])
    for last in (72, 84, 96):
        cells = measured(airline[:120], last, [last], 24, options.seeds)
        report.add(f"airline, months {last + 1}-{last + 24}", *cells)
        print(last, *cells, flush=True)
    for name, make in makers.items():
        x = make()
        learned = len(x) * 3 // 4
        starts = np.linspace(learned, len(x) - 50, 8).astype(int).tolist()
        cells = measured(x, learned, starts, 50, options.seeds)
        report.add(name, *cells)
        print(name, *cells, flush=True)
    report.show()


if __name__ == "__main__":
    main()
