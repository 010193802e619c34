"""How well a live model finds gestures in a stream, and how early it knows a series.

    python bench/segments.py [FOLDER] [--minutes 10] [--seed 0] [--json FILE]

First, spoken vowels (inside the package) are played frame by frame: how much of an utterance is
heard before the answer is right and stays right. Then streams of gestures with rests between are
played, and cut by the gate and by the window with their usual settings: a gesture is a hit if it
gets the right answer once, and every answer beyond that is a false alarm.

Two streams: utterances between rests that are made here (a point and a little noise, since the
data hold no silence), and, if FOLDER holds BasicMotions_TRAIN.ts and BasicMotions_TEST.ts from the
UEA archive, two to four seconds of walking, running and badminton from a smart-watch between rests
that are real: the wearer stands.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import fluidseries as fs
from fluidseries.live import Answer, LiveModel, Session
from learning import read_half

from measure import Report, machine, write_json

REST = "rest"
# Of the window's answers, those that change from one frame to the next are smoothed away.
SMOOTHING, THRESHOLD = 0.8, 0.5


class Gesture(NamedTuple):
    """What was played, in frames from the beginning of the stream."""

    label: str
    start: int
    stop: int


class Alarm(NamedTuple):
    """An answer: what it said, which frames it is about, when it came."""

    label: str
    start: int
    stop: int
    time: int


class Material(NamedTuple):
    """Gestures and rests to learn from, others for the stream."""

    name: str
    rate: float
    train: list[tuple[str, np.ndarray]]
    test: list[tuple[str, np.ndarray]]
    rests: list[np.ndarray]


class Stream(NamedTuple):
    """Frames, and what is in them."""

    frames: np.ndarray
    gestures: list[Gesture]


class Score(NamedTuple):
    """What came of it."""

    how: str
    gestures: int
    hits: int
    wrong: int
    misses: int
    false_alarms_per_minute: float
    median_delay: float


def voices(rng: np.random.Generator) -> Material:
    data = fs.datasets.japanese_vowels()
    train = [(data.train_speakers[name], frames) for name, frames in data.train.items()]
    test = [(data.test_speakers[name], frames) for name, frames in data.test.items()]
    everything = np.concatenate([frames for _, frames in train])
    point, size = everything.mean(axis=0), 0.05 * everything.std(axis=0)
    lengths = rng.integers(30, 200, 60)
    rests = [point + size * rng.normal(size=(n, len(point))) for n in lengths]
    train += [(REST, rest) for rest in rests[:30]]
    return Material("spoken vowels", 1000 / 6.4, train, test, rests[30:])


def motions(folder: Path, rng: np.random.Generator) -> Material:
    found = []
    for half in ("TRAIN", "TEST"):
        series, labels, _ = read_half(folder / f"BasicMotions_{half}.ts")
        pieces = []
        for label, frames in zip(labels, series, strict=True):
            for start in (0, 50):
                length = int(rng.integers(20, 41))
                word = REST if label == "Standing" else label
                pieces.append((word, frames[start : start + length]))
        found.append(pieces)
    train, test = found
    rests = [frames for label, frames in test if label == REST]
    return Material("motions", 10.0, train, [(w, f) for w, f in test if w != REST], rests)


def stream_of(material: Material, minutes: float, rng: np.random.Generator) -> Stream:
    wanted = int(minutes * 60 * material.rate)
    frames: list[np.ndarray] = []
    gestures: list[Gesture] = []
    count = 0
    while count < wanted:
        rest = material.rests[rng.integers(len(material.rests))]
        label, gesture = material.test[rng.integers(len(material.test))]
        frames += [rest, gesture]
        start = count + len(rest)
        count = start + len(gesture)
        gestures.append(Gesture(label, start, count))
    return Stream(np.concatenate([*frames, material.rests[0]]), gestures)


def taught(session: Session, material: Material, how: str, **settings: int) -> LiveModel:
    model = session.new(how, "classifier", random_state=0, segment=how, **settings)
    counts: dict[str, int] = {}
    for label, frames in material.train:
        counts[label] = counts.get(label, 0) + 1
        model.add_take(f"{label}-{counts[label]}", frames, label, material.rate)
    # What is called so tells the gate what rest is, and the window what no gesture is.
    model.set("rejectLabel", REST)
    if how == "window":
        model.set("smoothing", SMOOTHING)
        model.set("threshold", THRESHOLD)
    model.fit().result()
    return model


def alarms_of(model: LiveModel, how: str, answers: Iterator[tuple[int, Answer]]) -> list[Alarm]:
    if how == "gate":
        return [
            Alarm(str(a.label), round(a.segment.start), now, now)
            for now, a in answers
            if a.final and a.segment is not None
        ]
    # A window is about its frames; an alarm is a change to another label that is not rest.
    length = model.get("window") or model.snapshots[-1].facts.median_length
    found, before = [], REST
    for now, answer in answers:
        if answer.label not in (before, REST):
            found.append(Alarm(str(answer.label), now - length // 2, now, now))
        before = str(answer.label)
    return found


def score(how: str, stream: Stream, alarms: list[Alarm], minutes: float) -> Score:
    heard: dict[Gesture, Alarm] = {}
    beyond = 0
    for alarm in alarms:
        overlaps = [
            (min(alarm.stop, g.stop) - max(alarm.start, g.start), g) for g in stream.gestures
        ]
        overlap, gesture = max(overlaps)
        if overlap <= 0 or gesture in heard:
            beyond += 1
        else:
            heard[gesture] = alarm
    right = [g for g, alarm in heard.items() if alarm.label == g.label]
    delays = [heard[g].time - g.stop for g in right]
    return Score(
        how,
        len(stream.gestures),
        len(right),
        len(heard) - len(right),
        len(stream.gestures) - len(heard),
        beyond / minutes,
        float(np.median(delays)) if delays else float("nan"),
    )


def play(
    material: Material,
    minutes: float,
    seed: int,
    ways: tuple[str, ...] = ("gate", "window"),
    **settings: int,
) -> list[Score]:
    stream = stream_of(material, minutes, np.random.default_rng(seed))
    scores = []
    with tempfile.TemporaryDirectory() as folder, Session(folder) as session:
        for how in ways:
            model = taught(session, material, how, **settings)
            # The clock counts frames, so that a segment's start is a frame's number.
            said = ((i, model.frame(frame, i)) for i, frame in enumerate(stream.frames))
            answers = [(i, answer) for i, answer in said if answer is not None]
            alarms = alarms_of(model, how, iter(answers))
            scores.append(score(how, stream, alarms, minutes))
    return scores


def how_early(**settings: int) -> dict[str, float]:
    """Share of an utterance after which the answer is right and stays so."""
    data = fs.datasets.japanese_vowels()
    shares, at = [], {0.25: 0, 0.5: 0, 0.75: 0, 1.0: 0}
    with tempfile.TemporaryDirectory() as folder, Session(folder) as session:
        model = session.new("voice", "classifier", random_state=0, **settings)
        for name, frames in data.train.items():
            model.add_take(name, frames, data.train_speakers[name], 1000 / 6.4)
        model.fit().result()
        for name, frames in data.test.items():
            model.segment_start()
            right = [model.frame(f).label == data.test_speakers[name] for f in frames]
            for share in at:
                at[share] += right[int(np.ceil(share * len(right))) - 1]
            wrong = np.flatnonzero(~np.array(right))
            last = -1 if not len(wrong) else int(wrong[-1])
            shares.append((last + 2) / len(right) if right[-1] else np.inf)
            model.segment_stop()
    known = np.array(shares)
    return {
        **{f"right at {share:.0%}": count / len(data.test) for share, count in at.items()},
        **{f"{q:.0%} of them known after": float(np.quantile(known, q)) for q in (0.5, 0.75, 0.9)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    print(machine())
    early = Report("how much of an utterance is heard", ["", "share"])
    for name, value in how_early().items():
        early.add(name, f"{value:.1%}")
    early.show()
    rng = np.random.default_rng(args.seed)
    materials = [voices(rng)]
    if args.folder is not None:
        materials.append(motions(args.folder, rng))
    reports = [early]
    for material in materials:
        reports.append(
            Report(
                f"{material.name}, {args.minutes:g} minutes at {material.rate:.3g} frames a second",
                ["", "gestures", "right", "wrong", "missed", "false alarms/min", "s after the end"],
            )
        )
        for found in play(material, args.minutes, args.seed):
            reports[-1].add(
                *found[:5],
                f"{found.false_alarms_per_minute:.1f}",
                f"{found.median_delay / material.rate:.2f}",
            )
        reports[-1].show()
    if args.json is not None:
        write_json(args.json, reports)


if __name__ == "__main__":
    main()
