"""How fast the core trains and answers, beside PyTorch where it is installed, in one run.

python bench/speed.py [--json FILE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter_ns

import numpy as np

import fluidseries as fs
from fluidseries import _core
from fluidseries.batch import Batch, pack
from fluidseries.engines import native
from fluidseries.learner import Member, Optimiser, Settings
from fluidseries.network import Network
from fluidseries.scaling import Scaler
from fluidseries.training import train

from measure import Report, interleaved, machine, spread, write_json

try:
    import torch
except ImportError:
    torch = None

SERIES, FRAMES, DIMS, OUTPUTS = 1000, 100, 13, 2
SIZES = (10, 64, 128)
LABELS = 3


class Ours:
    """One epoch of training at a time, as a fit does it, and passes forward only."""

    def __init__(
        self, hidden: int, batch_size: int = 50, n_jobs: int = 2, n_networks: int = 1
    ) -> None:
        rng = np.random.default_rng(hidden)
        self.network = Network(DIMS, (hidden,), OUTPUTS)
        offsets = np.arange(SERIES + 1, dtype=np.int64) * FRAMES
        frames = rng.normal(size=(SERIES * FRAMES, DIMS)).astype(np.float32)
        targets = rng.normal(size=(SERIES, OUTPUTS)).astype(np.float32)
        batch = Batch(identifiers=None, frames=frames, offsets=offsets, targets=targets)
        self.session = native.load(batch, self.network, n_jobs=n_jobs)
        self.parameters = self.network.initialise(rng)
        start = Member(self.parameters, Optimiser.fresh(self.network.n_parameters))
        everything, nothing = [np.arange(SERIES)] * n_networks, [np.arange(0)] * n_networks
        self.epochs = train(
            self.session,
            [start] * n_networks,
            self.network.weights(),
            everything,
            nothing,
            Settings(epochs=10**6, learn_rate=1e-3, batch_size=batch_size),
            rng,
        )

    def epoch(self) -> None:
        next(self.epochs)

    def forward(self) -> None:
        self.session.loss(self.parameters, np.arange(SERIES))

    def predict(self) -> None:
        self.session.outputs(self.parameters, np.arange(SERIES))


class Torchs:
    """The same with nn.LSTM and a fused Adam."""

    def __init__(self, hidden: int, threads: int) -> None:
        torch.manual_seed(0)
        self.threads = threads
        self.lstm = torch.nn.LSTM(DIMS, hidden, batch_first=True)
        self.readout = torch.nn.Linear(hidden, OUTPUTS)
        parameters = [*self.lstm.parameters(), *self.readout.parameters()]
        self.adam = torch.optim.Adam(parameters, lr=1e-3, fused=True)
        self.x = torch.randn(SERIES, FRAMES, DIMS)
        self.y = torch.randn(SERIES, OUTPUTS)

    def epoch(self) -> None:
        torch.set_num_threads(self.threads)
        for rows in torch.randperm(SERIES).split(50):
            states, _ = self.lstm(self.x[rows])
            loss = ((self.readout(states[:, -1]) - self.y[rows]) ** 2).mean()
            self.adam.zero_grad()
            loss.backward()
            self.adam.step()


def flops(hidden: int, forward_only: bool = False) -> float:
    """Multiplications and additions in the matrix products of an epoch."""
    forward = DIMS + hidden
    passes = forward if forward_only else 2 * forward + hidden
    return 2.0 * SERIES * FRAMES * 4 * hidden * passes


def matrix_product_rate() -> float:
    """NumPy's float32 product of size 1024 on all cores, in flop/s."""
    a = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    return 2 * 1024**3 / median(interleaved({"numpy": lambda: a @ a})["numpy"])


def epochs() -> Report:
    report = Report(
        f"One epoch, {SERIES} series x {FRAMES} frames x {DIMS} dims, batch 50, 2 outputs (ms)",
        ["hidden", "ours, 2 threads", "ours, 1 thread", "1 thread / 2 threads",
         "PyTorch, best of 1 and 2 threads", "times faster", "GFLOP/s", "of NumPy's product"],
    )  # fmt: skip
    peak = matrix_product_rate()
    for hidden in SIZES:
        contestants = {"2": Ours(hidden).epoch, "1": Ours(hidden, n_jobs=1).epoch}
        if torch:
            contestants |= {f"torch {n}": Torchs(hidden, n).epoch for n in (1, 2)}
        times = interleaved(contestants)
        theirs = min((times[n] for n in times if n.startswith("torch")), key=median, default=None)
        rate = flops(hidden) / median(times["2"])
        report.add(
            hidden,
            spread(times["2"]),
            spread(times["1"]),
            f"{median(times['1']) / median(times['2']):.2f}",
            spread(theirs) if theirs else "not installed",
            f"{median(theirs) / median(times['2']):.1f}" if theirs else "",
            f"{rate / 1e9:.0f}",
            f"{rate / peak:.0%}",
        )
    return report


def passes() -> Report:
    report = Report("Forward passes, hidden 64, 2 threads (ms)", ["what", "time", "GFLOP/s"])
    ours = Ours(64)
    times = interleaved({"loss": ours.forward, "predict": ours.predict})
    for name, seconds in times.items():
        rate = flops(64, forward_only=True) / median(seconds)
        report.add(name, spread(seconds), f"{rate / 1e9:.0f}")
    return report


def small_batches() -> Report:
    report = Report(
        "An epoch of one network, hidden 64, 2 threads (ms)",
        ["batch", "alone", "of the rate at batch 50", "each of five", "of the rate at batch 50"],
    )
    sizes, counts = (50, 16, 8, 4, 3, 2, 1), (1, 5)
    times = interleaved({
        (size, n): Ours(64, batch_size=size, n_networks=n).epoch for n in counts for size in sizes
    })  # fmt: skip
    for size in sizes:
        cells = []
        for n in counts:
            each = [seconds / n for seconds in times[size, n]]
            cells += [spread(each), f"{median(times[50, n]) / median(times[size, n]):.2f}"]
        report.add(size, *cells)
    return report


def predicting() -> Report:
    """The way of a user's data: packed, computed, put into the units of the targets."""
    report = Report(
        "Ten thousand series, hidden 64, 2 threads (ms)",
        ["what", "time", "of the forward pass's rate"],
    )
    rng = np.random.default_rng(0)
    table = rng.normal(size=(10 * SERIES, FRAMES, DIMS))
    model = fitted(64)
    # What the model's defaults make, so that both compute the same.
    network = Network(DIMS, (64,), OUTPUTS, ("last", "mean", "max"), differences=True, clock=True)
    frames = table.astype(np.float32).reshape(-1, DIMS)
    targets = np.zeros((len(table), OUTPUTS), np.float32)
    offsets = np.arange(len(table) + 1, dtype=np.int64) * FRAMES
    batch = Batch(identifiers=None, frames=frames, offsets=offsets, targets=targets)
    session = native.load(
        batch, network, n_jobs=2, difference_scale=np.ones(DIMS, dtype=np.float32)
    )
    parameters = network.initialise(rng)
    rows = np.arange(len(table))
    scaler = Scaler(np.zeros(DIMS), np.ones(DIMS))
    series = list(table)
    times = interleaved({
        "loss": lambda: session.loss(parameters, rows),
        "outputs": lambda: session.outputs(parameters, rows),
        "pack": lambda: pack(series, scaler, n_threads=2),
        "predict": lambda: model.predict(series),
    })  # fmt: skip
    best = median(times["loss"])
    for name, seconds in times.items():
        report.add(name, spread(seconds), f"{best / median(seconds):.0%}")
    return report


def packing() -> Report:
    report = Report("Packing 1 GB of frames (ms)", ["what", "time"])
    table = np.random.default_rng(0).random((10**9 // 8 // DIMS, DIMS))
    scaler, series = Scaler(np.full(DIMS, 0.5), np.full(DIMS, 0.3)), np.array_split(table, 9000)
    there = np.empty(table.shape, np.float32)
    times = interleaved({
        "NumPy's cast into memory that is there": lambda: np.copyto(
            there, table, casting="same_kind"
        ),
        "the core's standardising, likewise": lambda: _core.pack(
            series, scaler.mean, scaler.scale, there, 2
        ),
        "NumPy's cast into new memory": lambda: table.astype(np.float32),
        "pack, into new memory": lambda: pack(series, scaler, n_threads=2),
    })  # fmt: skip
    for name, seconds in times.items():
        report.add(name, spread(seconds))
    return report


def fits() -> Report:
    """Whole fits as the defaults make them, with five networks that share the threads."""
    report = Report(
        "40 epochs of LSTMClassifier(), five networks of 32 units (ms)",
        ["series", "2 threads", "1 thread", "1 thread / 2 threads"],
    )
    for n_series, n_frames, dims in ((40, 100, 6), (50, 150, 1), (270, 16, 12)):
        rng = np.random.default_rng(0)
        source, target = rng.normal(size=(n_series, n_frames, dims)), np.arange(n_series) % LABELS
        times = interleaved({n: partial(default_fit, source, target, n) for n in (2, 1)})
        ratio = f"{median(times[1]) / median(times[2]):.2f}"
        name = f"{n_series} of {n_frames} frames x {dims}"
        report.add(name, spread(times[2]), spread(times[1]), ratio)
    return report


def default_fit(source: np.ndarray, target: np.ndarray, n_jobs: int) -> None:
    fs.LSTMClassifier(max_iter=40, random_state=0, n_jobs=n_jobs).fit(source, target)


LONG_FIT = """
import re, pathlib, numpy as np, fluidseries as fs
rng = np.random.default_rng(0)
source, target = [rng.normal(size=(20_000, 13)) for _ in range(16)], rng.normal(size=(16, 2))
small = fs.LSTMRegressor(64, max_iter=1, n_networks=1).fit([x[:50] for x in source], target)
# Not getrusage's, which a process inherits from the one that started it.
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
before = peak()
fs.LSTMRegressor(64, max_iter=1, batch_size=16, n_networks=1, validation=0).fit(source, target)
print((peak() - before) / 1e3)
"""


def around() -> Report:
    """What is not arithmetic: loading, memory, the wheel."""
    report = Report("Loading, memory, the wheel", ["what", "figure"])
    codes = ("pass", "import numpy", "import fluidseries")
    times = interleaved({code: partial(python, code) for code in codes}, rounds=7)
    for code in codes[1:]:
        own = median(times[code]) - median(times["pass"])
        report.add(f"{code}, less bare Python", f"{own:.3f} s")
    report.add("a fit of 16 series of 20,000 frames, 64 units, above the data",
               f"{float(python(LONG_FIT)):.0f} MB")  # fmt: skip
    with TemporaryDirectory() as folder:
        options = f"-C build-dir={folder}/build --quiet --no-deps -w {folder} .".split()
        root = Path(__file__).parent.parent
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options], cwd=root, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        report.add("the wheel", f"{wheel.stat().st_size / 1e6:.2f} MB")
    return report


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def fitted(hidden: int, n_networks: int = 1, kind: type = fs.LSTMRegressor) -> fs.LSTMRegressor:
    """A model as its defaults make it but for its sizes."""
    rng = np.random.default_rng(hidden)
    model = kind(hidden, max_iter=1, n_networks=n_networks, random_state=0, n_jobs=2)
    source = rng.normal(size=(50, 20, DIMS))
    if kind is fs.LSTMClassifier:
        return model.fit(source, np.arange(50) % LABELS)
    return model.fit(source, rng.normal(size=(50, OUTPUTS)))


def latencies(call: Callable[[], object], n: int = 100_000) -> np.ndarray:
    """Microseconds of single calls."""
    clock, times, empty = perf_counter_ns, np.empty(n), np.empty(n)
    for i in range(n):
        start = clock()
        call()
        times[i] = clock() - start
    nothing = lambda: None  # noqa: E731
    for i in range(n):
        start = clock()
        nothing()
        empty[i] = clock() - start
    return (times - np.median(empty)) / 1e3


def live() -> Report:
    report = Report(
        "Live, a fitted model from Python (microseconds)",
        ["units x networks", "step(frame, out=out)", "99.9th percentile", "that of a sum as long",
         "step(frame)", "predict_point, 100 frames", "PyTorch, one step"],
    )  # fmt: skip
    for kind, outputs in ((fs.LSTMRegressor, OUTPUTS), (fs.LSTMClassifier, LABELS)):
        for n_networks in (1, 5):
            for hidden in (10, 32, 64, 128):
                what = "labels" if kind is fs.LSTMClassifier else "numbers"
                name = f"{hidden} x {n_networks}, {what}"
                row = live_row(fitted(hidden, n_networks, kind), outputs)
                report.add(name, *row, torch_step(hidden))
    return report


def live_row(model: fs.LSTMRegressor, outputs: int) -> list[str]:
    rng, stream, out = np.random.default_rng(0), model.stream(), np.empty(outputs)
    frame, frames = rng.normal(size=DIMS), rng.normal(size=(100, DIMS))
    into = latencies(lambda: stream.step(frame, out=out), 30_000)
    new = latencies(lambda: stream.step(frame), 30_000)
    whole = latencies(lambda: model.predict_point(frames), 1000)
    return [
        f"{np.median(into):.2f}",
        f"{np.percentile(into, 99.9):.2f}",
        f"{np.percentile(sum_as_long(np.median(into)), 99.9):.2f}",
        f"{np.median(new):.2f}",
        f"{np.median(whole):.0f}",
    ]


def sum_as_long(microseconds: float) -> np.ndarray:
    """Latencies of something else that takes as long, to tell the machine's interruptions."""
    numbers = np.ones(1000)
    each = np.median(latencies(lambda: sum(numbers.data), 1000)) / len(numbers)
    some = numbers[: max(1, int(microseconds / each))].data
    return latencies(lambda: sum(some), 30_000)


def torch_step(hidden: int) -> str:
    if not torch:
        return "not installed"
    torch.set_num_threads(1)
    model, state = Torchs(hidden, 1), None
    frame, times = torch.randn(1, 1, DIMS), []
    with torch.no_grad():
        for _ in range(500):
            start = perf_counter_ns()
            h, state = model.lstm(frame, state)
            model.readout(h[:, -1])
            times.append((perf_counter_ns() - start) / 1e3)
    return f"{median(times):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args()
    print(machine())
    reports = []
    for measure in (epochs, passes, small_batches, fits, predicting, packing, live, around):
        reports.append(measure())
        reports[-1].show()
    if options.json:
        write_json(options.json, reports)


if __name__ == "__main__":
    main()
