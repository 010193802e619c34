"""How fast dynamic time warping is, beside tslearn and aeon where they are installed, in one run.

python bench/nearest.py [--data FOLDER] [--json FILE]

FOLDER holds sets of series as .ts files, a folder for each; without it the spoken vowels of the
package and random walks are compared. All have two threads.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

import fluidseries as fs

from measure import Report, interleaved, machine, spread, write_json

try:
    from tslearn.metrics import cdist_dtw, dtw
    from tslearn.neighbors import KNeighborsTimeSeriesClassifier as TslearnNearest
    from tslearn.utils import to_time_series_dataset
except ImportError:
    cdist_dtw = None
try:
    from aeon.classification.distance_based import KNeighborsTimeSeriesClassifier as AeonNearest
    from aeon.distances import dtw_distance, dtw_pairwise_distance
except ImportError:
    dtw_distance = None

THREADS = 2
# tslearn and aeon would take minutes for more, and the ratios stay.
MOST = 60
CALLS = 100

Arrays = list[np.ndarray]


def corpora(data: Path | None) -> dict[str, tuple[Arrays, np.ndarray, Arrays]]:
    """Series to search in, their labels, and series to search for."""
    rng = np.random.default_rng()
    walks = [rng.normal(size=(100, 4)).cumsum(axis=0) for _ in range(2 * MOST)]
    found = {"random walks 100 x 4": (walks[:MOST], np.arange(MOST) % 5, walks[MOST:])}
    voices = fs.datasets.japanese_vowels()
    _, X, y = fs.join(voices.train, voices.train_speakers)
    found["spoken vowels 7-29 x 12"] = X[:MOST], y[:MOST], list(voices.test.values())[:MOST]
    for train in sorted(data.glob("*/*_TRAIN.ts")) if data else ():
        series, labels = fs.read(train)
        # The vowels stand above.
        if not isinstance(labels, fs.LabelSet) or "JapaneseVowels" in train.name:
            continue
        _, X, y = fs.join(series, labels)
        unseen = fs.read(train.with_name(train.name.replace("_TRAIN", "_TEST")))[0]
        lengths = sorted({len(x) for x in X})
        size = f"{lengths[0]}-{lengths[-1]}" if len(lengths) > 1 else f"{lengths[0]}"
        name = f"{train.parent.name} {size} x {X[0].shape[1]}"
        found[name] = X[:MOST], y[:MOST], list(unseen.values())[:MOST]
    return found


def all_distances(X: Arrays, unseen: Arrays) -> dict[str, Callable[[], np.ndarray]]:
    """A table of distances between all series of two collections."""
    rivals = {"fluidseries": lambda: fs.dtw_distances(unseen, X, n_jobs=THREADS)}
    if cdist_dtw is not None:
        one, other = to_time_series_dataset(unseen), to_time_series_dataset(X)
        rivals["tslearn"] = lambda: cdist_dtw(one, other, n_jobs=THREADS)
    if dtw_distance is not None:
        theirs, others = ([np.ascontiguousarray(x.T) for x in each] for each in (unseen, X))
        rivals["aeon"] = lambda: dtw_pairwise_distance(theirs, others, n_jobs=THREADS) ** 0.5
    return rivals


def names(X: Arrays, y: np.ndarray, unseen: Arrays) -> dict[str, Callable[[], np.ndarray]]:
    """The label of the nearest series for each series that is searched for."""
    ours = fs.DTWClassifier(num_neighbours=1, standardize=False, n_jobs=THREADS).fit(X, y)
    rivals = {"fluidseries": lambda: ours.predict(unseen)}
    if cdist_dtw is not None:
        theirs = TslearnNearest(n_neighbors=1, metric="dtw", n_jobs=THREADS)
        theirs.fit(to_time_series_dataset(X), y)
        padded = to_time_series_dataset(unseen)
        rivals["tslearn"] = lambda: theirs.predict(padded)
    if dtw_distance is not None:
        aeons = AeonNearest(n_neighbors=1, distance="dtw", n_jobs=THREADS)
        aeons.fit([np.ascontiguousarray(x.T) for x in X], y)
        turned = [np.ascontiguousarray(x.T) for x in unseen]
        rivals["aeon"] = lambda: aeons.predict(turned)
    return rivals


def single(X: Arrays, unseen: Arrays) -> dict[str, Callable[[], list[float]]]:
    """One distance after the other, called from Python."""
    pairs = [(X[i % len(X)], unseen[i % len(unseen)]) for i in range(CALLS)]
    rivals = {"fluidseries": lambda: [fs.dtw(a, b) for a, b in pairs]}
    if cdist_dtw is not None:
        rivals["tslearn"] = lambda: [dtw(a, b) for a, b in pairs]
    if dtw_distance is not None:
        turned = [tuple(np.ascontiguousarray(x.T) for x in pair) for pair in pairs]
        rivals["aeon"] = lambda: [dtw_distance(a, b) ** 0.5 for a, b in turned]
    return rivals


def compare(report: Report, what: str, rivals: dict[str, Callable[[], object]]) -> None:
    """Time them in turns; before that, they must agree."""
    answers = [run() for run in rivals.values()]
    for answer in answers[1:]:
        if np.asarray(answer).dtype.kind == "f":
            np.testing.assert_allclose(answer, answers[0], rtol=1e-6, atol=1e-6)
    seconds = interleaved(rivals)
    cells = [spread(seconds[name]) if name in seconds else "" for name in report.columns[1:4]]
    best = min((median(seconds[name]) for name in seconds if name != "fluidseries"), default=None)
    ratio = "" if best is None else f"{best / median(seconds['fluidseries']):.1f}"
    report.add(what, *cells, ratio)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with a folder for each set")
    parser.add_argument("--json", help="write the tables and the machine there")
    options = parser.parse_args()
    for missing, name in ((cdist_dtw, "tslearn"), (dtw_distance, "aeon")):
        if missing is None:
            print(f"{name} is not installed: its column stays empty")
    print(machine())

    # They warn of what they do inside, such as how they pad.
    warnings.simplefilter("ignore")
    columns = ["", "fluidseries", "tslearn", "aeon", "times as fast as the quicker"]
    tables = {
        "All distances between two collections, ms": lambda X, _, U: all_distances(X, U),
        "The nearest series to each, ms": names,
        f"{CALLS} single distances from Python, ms": lambda X, _, U: single(X, U),
    }
    reports = []
    found = corpora(options.data)
    for title, rivals in tables.items():
        report = Report(title, columns)
        for what, (X, y, unseen) in found.items():
            compare(report, f"{what}, {len(unseen)} with {len(X)}", rivals(X, y, unseen))
        report.show()
        reports.append(report)
    if options.json:
        write_json(options.json, reports)


if __name__ == "__main__":
    main()
