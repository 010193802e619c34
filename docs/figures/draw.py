"""Draws the figures of the pages that explain, in about two minutes.

    python docs/figures/draw.py [FUNCTION ...]

All is measured on the voices that come with the package, never on what a model learned from. Lines
are means over SEEDS runs with other random numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

import fluidseries as fs
from fluidseries.plots import COLOURS, FAINT, INK

HERE = Path(__file__).parent
SEEDS = range(3)
VOICES = fs.datasets.japanese_vowels()
mpl.rcParams.update({
    "font.size": 10, "svg.hashsalt": "fluidseries", "axes.edgecolor": "#999999",
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "legend.frameon": False,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": FAINT,
    "axes.titlesize": 11, "axes.titlelocation": "left", "axes.axisbelow": True,
})  # fmt: skip


def figure(columns: int = 1, height: float = 2.9, width: float = 7.5) -> tuple[Figure, Any]:
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots(1, columns, squeeze=False)[0]


def save(made: Figure, name: str) -> None:
    made.savefig(HERE / f"{name}.svg", metadata={"Date": None})
    print(f"{name}.svg")


def few(per_voice: int, seed: int = 0) -> tuple[fs.DataSeries, fs.LabelSet]:
    """So many recordings of each voice, chosen by chance."""
    rng = np.random.default_rng(seed)
    chosen = [
        name
        for voice in VOICES.train_speakers.counts()
        for name in rng.permutation(VOICES.train_speakers.get_ids(voice))[:per_voice]
    ]
    series = fs.DataSeries({name: VOICES.train[name] for name in chosen})
    return series, fs.LabelSet({name: VOICES.train_speakers[name] for name in chosen})


def wrong(model: Any) -> float:
    """Percent of the new recordings that get a wrong name."""
    return 100 * (1 - model.score(VOICES.test, VOICES.test_speakers))


def what_it_hears() -> None:
    """The frames of one recording, the memory over time, and the answer at every frame."""
    model = fs.LSTMClassifier(hidden_size=16, n_networks=1, random_state=0)
    model.fit(VOICES.train, VOICES.train_speakers)
    name = "speaker7-040"
    frames = VOICES.test[name]
    states = model.states(fs.DataSeries({name: frames}), every_frame=True)[name]
    stream = model.stream()
    shares = np.array([stream.step(frame)[1] for frame in frames])
    made = Figure(figsize=(7.5, 6), layout="constrained")
    heard, memory, answer = made.subplots(3, 1, sharex=True)
    times = np.arange(1, len(frames) + 1)
    edges = {"extent": (0.5, len(frames) + 0.5, 0.5, 0), "aspect": "auto"}
    for ax, table, title in (
        (heard, frames, "What comes in: 12 numbers per frame"),
        (memory, states, "What it keeps in mind: 16 numbers, from -1 (blue) to 1 (red)"),
    ):
        edges["extent"] = (0.5, len(frames) + 0.5, table.shape[1] + 0.5, 0.5)
        scaled = table if ax is memory else (table - frames.mean(0)) / frames.std(0) / 2
        ax.imshow(scaled.T, cmap="RdBu_r", vmin=-1, vmax=1, **edges)
        ax.set(title=title, ylabel="number", yticks=range(4, table.shape[1] + 1, 4))
        ax.grid(visible=False)
    for row, label in enumerate(model.classes_):
        right = label == "speaker7"
        answer.plot(
            times, shares[:, row], color=COLOURS[1] if right else "#bbbbbb",
            linewidth=2.5 if right else 1.2, label="speaker 7" if right else None,
        )  # fmt: skip
    answer.plot([], [], color="#bbbbbb", label="the eight others")
    answer.legend(loc="center right")
    answer.set(
        title="What it answers: how sure it is of each voice", xlabel="frame", ylabel="probability",
        ylim=(0, 1.02), xticks=times,
    )  # fmt: skip
    save(made, "what-it-hears")


def hidden_size() -> None:
    sizes = (1, 2, 4, 8, 16, 32, 64)
    made, (left, right) = figure(2)
    for per_voice, colour in ((5, COLOURS[1]), (30, COLOURS[0])):
        errors, seconds = [], []
        for size in sizes:
            begin = perf_counter()
            models = [
                fs.LSTMClassifier(hidden_size=size, random_state=seed).fit(*few(per_voice, seed))
                for seed in SEEDS
            ]
            seconds.append((perf_counter() - begin) / len(SEEDS))
            errors.append([wrong(model) for model in models])
        band(left, sizes, errors, colour, f"{per_voice} examples of each voice")
        right.plot(sizes, seconds, "o-", color=colour, label=f"{per_voice} examples of each voice")
    left.set(title="New recordings named wrongly", ylabel="percent", ylim=(0, None))
    right.set(title="Time of one fit", ylabel="seconds", ylim=(0, None))
    for ax in (left, right):
        ax.set_xscale("log", base=2)
        ax.set(xlabel="hidden_size", xticks=sizes, xticklabels=sizes)
        ax.legend()
    save(made, "hidden-size")


def band(ax: Any, x: Iterable[float], runs: Any, colour: str, label: str) -> None:
    """A line for the mean of some runs, and a shade from the smallest to the largest."""
    table = np.array(runs)
    ax.plot(x, table.mean(axis=1), "o-", color=colour, label=label, markersize=4)
    ax.fill_between(x, table.min(axis=1), table.max(axis=1), color=colour, alpha=0.15, linewidth=0)


def max_iter() -> None:
    """Noisy targets on few examples: on and on it learns by heart what is only chance."""
    made, (left, right) = figure(2)
    for ax, per_voice in ((left, 5), (right, 30)):
        epochs, known, new = 60, [], []
        for seed in SEEDS:
            series, _ = few(per_voice, seed)
            model = fs.LSTMRegressor(max_iter=1, schedule="constant", random_state=seed)
            target = durations(series, seed)
            truth = durations(VOICES.test, seed=None)
            spread = np.var(list(target.values()))
            for _ in range(epochs):
                model.fit(series, target)
                known.append(squared(model.predict(series), target) / spread)
                new.append(squared(model.predict(VOICES.test), truth) / spread)
        for curve, colour, label in (
            (known, COLOURS[0], "what it learned from"), (new, COLOURS[1], "new recordings"),
        ):  # fmt: skip
            table = np.reshape(curve, (len(SEEDS), epochs)).T
            band(ax, np.arange(1, epochs + 1), table, colour, label)
        ax.set(title=f"{9 * per_voice} examples", xlabel="epochs", ylabel="error", ylim=(0, 0.7))
        ax.legend()
    save(made, "max-iter")


def durations(series: fs.DataSeries, seed: int | None) -> fs.DataSet:
    """How many frames a recording has; with a seed measured badly, half as wrong as they differ."""
    rng = np.random.default_rng(seed)
    spread = 0.0 if seed is None else 0.7 * np.std([len(frames) for frames in series.values()])
    return fs.DataSet({
        name: [len(frames) + rng.normal(0, spread) if spread else len(frames)]
        for name, frames in series.items()
    })  # fmt: skip


def squared(answers: fs.DataSet, truth: fs.DataSet) -> float:
    return float(np.mean([(answers[name] - truth[name]) ** 2 for name in truth]))


def learn_rate() -> None:
    made, (ax,) = figure(height=3.4)
    series, names = few(10)
    for rate, colour in zip(
        (0.0003, 0.001, 0.003, 0.01, 0.1, 0.5), (4, 2, 5, 0, 6, 1), strict=True
    ):
        model = fs.LSTMClassifier(
            learn_rate=rate, max_iter=40, schedule="constant", random_state=0
        ).fit(series, names)
        wide = 3 if rate == 0.01 else 1.5
        ax.plot(
            range(1, 41),
            model.loss_curve_,
            color=COLOURS[colour],
            linewidth=wide,
            label=f"{rate:g}",
        )
    ax.axhline(np.log(9), color=INK, linewidth=1, linestyle=":")
    ax.text(41, np.log(9) * 0.62, "guessing", ha="right", color=INK)
    ax.set(yscale="log", xlabel="epochs", ylabel="error", title="The error while it learns")
    ax.legend(title="learn_rate", loc="center left", bbox_to_anchor=(1, 0.5))
    save(made, "learn-rate")


def batch_size() -> None:
    made, (left, right) = figure(2, height=3.2)
    for size, colour in zip((1, 4, 16, 64, 270), (1, 6, 0, 2, 4), strict=True):
        model = fs.LSTMClassifier(batch_size=size, max_iter=30, schedule="constant", random_state=0)
        begin = perf_counter()
        seconds: list[float] = []

        def note(
            epoch: int, *rest: object, begin: float = begin, seconds: list[float] = seconds
        ) -> None:
            del rest
            seconds[epoch:] = [perf_counter() - begin]

        model.fit(VOICES.train, VOICES.train_speakers, callback=note)
        for ax, x in ((left, range(1, 31)), (right, seconds)):
            ax.plot(x, model.loss_curve_, color=COLOURS[colour], label=str(size))
    left.set(title="by epochs", xlabel="epochs", ylabel="error", yscale="log")
    right.set(title="by time", xlabel="seconds", xscale="log", yscale="log")
    right.legend(title="batch_size", loc="center left", bbox_to_anchor=(1, 0.5))
    save(made, "batch-size")


def means(series: fs.DataSeries) -> fs.DataSet:
    return fs.DataSet((name, frames.mean(axis=0)) for name, frames in series.items())


def both_ways(series: fs.DataSeries) -> tuple[fs.DataSeries, fs.LabelSet]:
    """Every recording forwards, and the same played backwards."""
    turned, way = fs.DataSeries(), fs.LabelSet()
    for name, frames in series.items():
        turned[f"{name}+"], turned[f"{name}-"] = frames, frames[::-1]
        way[f"{name}+"], way[f"{name}-"] = "forwards", "backwards"
    return turned, way


def which_model() -> None:
    made, panels = figure(2, height=3.3)
    counts = (1, 2, 3, 5, 10, 20, 30)
    models = {
        "LSTM": (fs.LSTMClassifier, lambda series: series, COLOURS[0]),
        "DTW": (fs.DTWClassifier, lambda series: series, COLOURS[1]),
        "MLP on the means": (fs.MLPClassifier, means, COLOURS[8]),
    }
    for ax, title in zip(panels, ("Who speaks?", "Forwards or backwards?"), strict=True):
        heard = VOICES.test, VOICES.test_speakers
        if title != "Who speaks?":
            heard = both_ways(VOICES.test)
        for label, (kind, view, colour) in models.items():
            rows = []
            for count in counts:
                rows.append([])
                for seed in SEEDS:
                    series, names = few(count, seed)
                    if title != "Who speaks?":
                        series, names = both_ways(series)
                    settings = (
                        {"num_neighbours": 1}
                        if kind is fs.DTWClassifier
                        else {"random_state": seed}
                    )
                    model = kind(**settings).fit(view(series), names)
                    rows[-1].append(100 * model.score(view(heard[0]), heard[1]))
                print(title, label, count, np.round(np.mean(rows[-1]), 1), flush=True)
            band(ax, counts, rows, colour, label)
        ax.set(title=title, xlabel="examples of each voice", xscale="log", ylim=(40, 101))
        ax.set_xticks(counts, counts, minor=False)
        ax.minorticks_off()
    panels[0].set_ylabel("right answers in percent")
    panels[0].legend(loc="lower right")
    save(made, "which-model")


def where_are_we() -> None:
    """How much of a recording has passed: told frame by frame, with and without a memory."""

    def passed(series: fs.DataSeries) -> fs.DataSeries:
        return fs.DataSeries({n: np.linspace(0, 100, len(f)) for n, f in series.items()})

    def rows(series: fs.DataSeries) -> fs.DataSet:
        return fs.DataSet((f"{n} {i}", row) for n, f in series.items() for i, row in enumerate(f))

    truth = passed(VOICES.test)
    network = fs.LSTMRegressor(random_state=0).fit(VOICES.train, passed(VOICES.train))
    single = fs.MLPRegressor(max_iter=50, random_state=0)
    single.fit(rows(VOICES.train), rows(passed(VOICES.train)))
    remembered = network.predict(VOICES.test)
    alone = single.predict(rows(VOICES.test))
    made, panels = figure(3, height=2.9)
    for ax, name in zip(panels, ("speaker2-044", "speaker5-040", "speaker8-050"), strict=True):
        times = np.arange(1, len(truth[name]) + 1)
        by_frame = [alone[f"{name} {i}"][0] for i in range(len(times))]
        ax.plot(times, truth[name], color=INK, linestyle=":", label="truth")
        ax.plot(times, by_frame, color=COLOURS[8], label="frame alone (MLP)")
        ax.plot(
            times, remembered[name], color=COLOURS[0], linewidth=2.5, label="with memory (LSTM)"
        )
        ax.set(title=name, xlabel="frame", ylim=(-10, 115))
    panels[0].set_ylabel("percent that has passed")
    panels[0].legend(fontsize=8, loc="lower right", borderaxespad=0.1)
    every = [(remembered[n][:, 0], truth[n][:, 0]) for n in truth]
    print("LSTM wrong by", np.mean(np.abs(np.concatenate([a - b for a, b in every]))))
    both = [abs(alone[f"{n} {i}"][0] - truth[n][i, 0]) for n in truth for i in range(len(truth[n]))]
    print("MLP wrong by", np.mean(both))
    save(made, "where-are-we")


def main() -> None:
    figures = (
        what_it_hears,
        hidden_size,
        max_iter,
        learn_rate,
        batch_size,
        which_model,
        where_are_we,
    )
    for draw in figures:
        if draw.__name__ in sys.argv[1:] or not sys.argv[1:]:
            draw()


if __name__ == "__main__":
    main()
