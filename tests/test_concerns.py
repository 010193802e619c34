from __future__ import annotations

import json

import numpy as np
import pytest

import fluidseries as fs
from fluidseries.concerns import concerns

from conftest import tones


def takes(**lengths):
    rng = np.random.default_rng(0)
    return fs.DataSeries({name: rng.normal(size=(n, 2)) for name, n in lengths.items()})


def test_good_takes_need_no_word():
    source, target = tones(24)
    labels = fs.LabelSet({i: "fast" if x[0] > 700 else "slow" for i, x in target.items()})
    assert concerns(source, labels) == []
    voices = fs.datasets.japanese_vowels()
    assert concerns(voices.train, voices.train_speakers) == []


def test_short_takes():
    assert concerns(takes(a=4, b=5)) == ["1 series under 5 frames: 'a'; cut short?"]
    found = concerns(takes(a=1, b=1, c=1, d=4, e=9))
    assert "4 series under 5 frames: 'a', 'b', 'c' and 1 more; cut short?" in found


def test_long_takes_beside_their_label():
    series = takes(a=10, b=10, c=41, d=100, e=100)
    labels = fs.LabelSet({"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"})
    (found,) = concerns(series, labels)
    assert found.startswith("1 series over 4 times as long as their label's median: 'c';")
    assert concerns(takes(a=10, b=10, c=40)) == []
    assert "'c'" in concerns(takes(a=10, b=10, c=41))[0]


def test_dimensions_that_teach_nothing():
    points = fs.DataSet(
        {name: [x, 7.0, 1.0] for name, x in zip("abc", (1.0, 2.0, 4.0), strict=True)}
    )
    assert concerns(points) == ["dimensions 1, 2 never change: they teach nothing"]
    holes = fs.DataSet({"a": [np.nan, 1.0], "b": [np.nan, 2.0]})
    assert concerns(holes) == []


def test_ranges_that_differ_wildly():
    points = fs.DataSet({"a": [0.0, 0.0], "b": [1.0, 1001.0]})
    (found,) = concerns(points)
    assert found.startswith("ranges differ wildly: dimension 1 covers 1e+03, dimension 0 only 1;")
    assert concerns(fs.DataSet({"a": [0.0, 0.0], "b": [1.0, 999.0]})) == []


def test_twins():
    series = takes(a=6, b=7)
    series["c"] = series["a"]
    assert concerns(series) == ["the same content twice: 'a', 'c'; copied by mistake?"]


def test_labels():
    labels = fs.LabelSet({"a": "x", "b": "x", "c": "y"})
    lonely = "1 label with a single example: 'y'; record some more"
    assert concerns(labels) == [lonely]
    found = concerns(takes(a=6, b=6, d=6), labels)
    assert found == [
        "1 without a label: 'd'; a fit would stop there",
        "1 label for what is not there: 'c'",
        lonely,
    ]


@pytest.fixture
def inspect(tmp_path, monkeypatch, run):
    """Inspect one of three files; return standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    takes(a=4, b=50).write("series.json")
    fs.LabelSet({"a": "x", "b": "x"}).write("labels.json")
    fs.LabelSet({"a": "x", "b": "y"}).write("lonely.json")

    def inspect(*arguments):
        code, out, err = run("inspect", *arguments)
        assert code == 0
        return out, err

    return inspect


def test_inspect_warns_beside_what_it_tells(inspect):
    out, err = inspect("series.json", "labels.json")
    assert out.startswith("series.json: DataSeries\n")
    assert err == "warning: 1 series under 5 frames: 'a'; cut short?\n"
    assert "single example" in inspect("series.json", "lonely.json")[1]
    assert "single example" in inspect("lonely.json")[1]


def test_inspect_as_json(inspect):
    out, err = inspect("series.json", "lonely.json", "--json")
    told = json.loads(out)
    assert err == ""
    assert (told["file"], told["kind"], told["dims"]) == ("series.json", "DataSeries", 2)
    assert len(told["rows"]) == 2
    assert isinstance(told["rows"][0]["max"], float)
    assert len(told["warnings"]) == 2
    fs.DTWClassifier().write("model.json")
    assert json.loads(inspect("model.json", "--json")[0])["kind"] == "DTWClassifier"
