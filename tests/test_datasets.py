from __future__ import annotations

import csv

import numpy as np

import fluidseries as fs
from fluidseries import datasets


def read_ts(path):
    """Utterances as (n_frames, n_dims) arrays, and labels; another way than tools/ takes."""
    lines = path.read_text().split("@data\n")[1].splitlines()
    cases = [line.rsplit(":", 1) for line in lines if line]
    series = [
        np.array([[float(v) for v in dim.split(",")] for dim in c.split(":")]).T for c, _ in cases
    ]
    return series, [label for _, label in cases]


def test_voices_are_the_published_numbers_bit_by_bit(real_data):
    voices = fs.datasets.japanese_vowels()
    halves = (
        ("TRAIN", voices.train, voices.train_speakers),
        (
            "TEST",
            voices.test,
            voices.test_speakers,
        ),
    )
    for half, series, speakers in halves:
        published, labels = read_ts(real_data / "JapaneseVowels" / f"JapaneseVowels_{half}.ts")
        assert len(published) == len(series) == len(speakers)
        for frames, ours in zip(published, series.values(), strict=True):
            np.testing.assert_array_equal(ours, frames)
        assert list(speakers.values()) == [f"speaker{label}" for label in labels]


def test_airline_is_the_published_series(real_data):
    with (real_data / "Airline.csv").open(newline="") as file:
        published = [float(row["Passengers"]) for row in csv.DictReader(file)]
    np.testing.assert_array_equal(fs.datasets.airline()["airline"][:, 0], published)


def test_voices_have_the_published_shape():
    voices = fs.datasets.japanese_vowels()
    assert isinstance(voices, datasets.JapaneseVowels)
    assert voices.train.n_dims == voices.test.n_dims == 12
    assert set(voices.train_speakers.counts().values()) == {30}
    assert list(voices.test_speakers.counts().values()) == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = [len(frames) for half in (voices.train, voices.test) for frames in half.values()]
    assert (min(lengths), max(lengths)) == (7, 29)


def test_identifiers_are_unique_and_sort_in_order():
    voices = fs.datasets.japanese_vowels()
    assert not set(voices.train) & set(voices.test)
    assert list(voices.train) == list(voices.train_speakers) == sorted(voices.train)
    assert list(voices.test) == list(voices.test_speakers) == sorted(voices.test)
    for name, speaker in [*voices.train_speakers.items(), *voices.test_speakers.items()]:
        assert name.startswith(f"{speaker}-")


def test_every_call_gives_a_fresh_copy():
    fs.datasets.japanese_vowels().train.clear()
    fs.datasets.airline().clear()
    assert len(fs.datasets.japanese_vowels().train) == 270
    assert len(fs.datasets.airline()["airline"]) == 144
