"""convert, and every command with files of any format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import cli_shared

from conftest import tones


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Gestures of two kinds as a .ts file, as the current folder's only file."""
    rng = np.random.default_rng(0)
    series = fs.DataSeries.from_arrays(
        [np.linspace(0, 1 if k % 2 else -1, 5 + k)[:, None] + rng.normal(0, 0.02) for k in range(8)]
    )
    labels = fs.LabelSet({name: ("down", "up")[int(name) % 2] for name in series})
    monkeypatch.chdir(tmp_path)
    fs.write("x.ts", (series, labels))
    return series, labels


def test_from_a_ts_file_to_a_judged_model(run):
    fit = run(
        "fit", "classifier", "x.ts", "--output", "m.json", "--max-iter", 60, "--random-state", 0
    )
    assert fit[0] == 0, fit
    code, out, err = run("evaluate", "m.json", "x.ts", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["accuracy"] == 1
    code, out, err = run("predict", "m.json", "x.ts", "--output", "answers.csv")
    assert (code, out, err) == (0, "answers.csv: <LabelSet: 8 labels, 2 different>\n", "")
    assert fs.read("answers.csv") == fs.read("x.ts").target
    assert run("fit", "forecaster", "x.ts", "-o", "f.json", "--max-iter", 2)[0] == 0
    assert run("evaluate", "f.json", "x.ts")[0] == 0


def test_a_bar_while_reading_on_a_terminal_only(run, monkeypatch):
    from rich.console import Console

    assert run("inspect", "x.ts")[2] == ""
    assert "reading" not in "".join(run("convert", "x.ts", "a.csv")[1:])
    forced = Console(force_terminal=True, width=60, stderr=True)
    monkeypatch.setattr(cli_shared, "bar_console", lambda: forced)
    code, out, err = run("convert", "x.ts", "b.csv")
    assert code == 0
    assert "reading x.ts" in err
    assert "reading" not in out


def test_a_regressor_from_one_table(run):
    fs.write("t.csv", tones(12))
    fit = run("fit", "dtw-regressor", "t.csv", "--output", "m.json")
    assert fit == (0, "m.json: DTWRegressor, keeps 12 series as examples\n", "")
    assert run("evaluate", "m.json", "t.csv")[0] == 0


def test_a_target_of_its_own_wins(run, folder):
    series, labels = folder
    other = {name: f"not {labels[name]}" for name in labels}
    fs.write("other.json", fs.LabelSet(other))
    assert run("fit", "dtw-classifier", "x.ts", "other.json", "--output", "m.json")[0] == 0
    assert list(fs.read("m.json").classes_) == sorted(set(other.values()))
    assert run("fit", "dtw-classifier", "x.ts", "x.ts", "--output", "m.json", "--force")[0] == 0
    fs.write("s.json", series)
    code, out, err = run("fit", "dtw-classifier", "s.json", "--output", "m2.json")
    assert (code, out) == (2, "")
    assert "s.json holds no labels or targets: name the file that holds them as TARGET" in err


def test_inspect_tells_of_both(run):
    code, out, err = run("inspect", "x.ts")
    assert (code, err) == (0, "")
    assert re.search(
        r"x\.ts: DataSeries\n +series +8 .*labels +down \(4\), up \(4\)", out, re.DOTALL
    )
    fs.write("t.csv", tones(12))
    code, out, err = run("inspect", "t.csv")
    assert re.search(r"target +\d[\d.]* to \d[\d.]*; \d[\d.]* to \d[\d.]*\n", out)


def test_convert_apart_and_together(run, folder):
    series, labels = folder
    code, out, err = run("convert", "x.ts", "s.json", "--labels", "l.json")
    assert (code, err) == (0, "")
    assert out == (
        "s.json: <DataSeries: 8 series, 1 dim, 5 to 12 frames (median 8.5)>\n"
        "l.json: <LabelSet: 8 labels, 2 different>\n"
    )
    assert fs.DataSeries.read("s.json") == series
    code, out, err = run("convert", "s.json", "y.csv", "--with", "l.json", "--json")
    assert json.loads(out) == {
        "input": "s.json", "output": "y.csv", "kind": "DataSeries", "entries": 8,
        "target": "LabelSet", "labels": None,
    }  # fmt: skip
    assert fs.read("y.csv") == (series, labels)
    assert run("convert", "y.csv", "x.ts", "--force")[0] == 0
    assert fs.read("x.ts") == (series, labels)
    assert run("convert", "s.json", "takes/{id}.csv")[0] == 0
    assert fs.read("takes") == series
    code, out, _ = run("convert", "y.csv", "-", "--labels", "l2.json")
    assert code == 0
    assert fs.DataSeries.from_dict(json.loads(out)) == series


def test_convert_holes(run):
    fs.write("x.csv", fs.DataSet({"a": [1.0, np.nan]}))
    code, _, err = run("convert", "x.csv", "x.json")
    assert code == 1
    assert "'a', dimension 1: it is NaN" in err
    assert run("convert", "x.csv", "x.json", "--allow-missing")[0] == 0
    assert fs.read("x.json") == fs.read("x.csv")


def test_convert_flucomas_points(run):
    series = fs.DataSeries({"a": [[0.0, 1.0], [2.0, 3.0]], "b": [[4.0, 5.0], [6.0, 7.0]]})
    series.to_data_set().write("points.json")
    assert run("convert", "points.json", "s.json", "--numbered", "{id}-{frame}")[0] == 0
    assert fs.read("s.json") == series
    assert run("convert", "s.json", "again.json", "--numbered", "{id}-{frame}")[0] == 0
    assert fs.read("again.json") == fs.read("points.json")
    assert run("convert", "s.json", "flat.json", "--flat", 2)[0] == 0
    assert run("convert", "flat.json", "t.json", "--flat", 2)[0] == 0
    assert fs.read("t.json") == series


@pytest.mark.parametrize(("arguments", "code", "message"), [
    (("x.ts", "s.json"), 1, r"no place in s\.json: add --labels .* --labels x-labels\.json"),
    (("x.ts", "x.csv", "--numbered", "{id}-{frame}"), 1, "are for a DataSet or a DataSeries alone"),
    (("x.ts", "x.csv", "--numbered", "a", "--flat", "2"), 2, "two ways to hold series: choose one"),
    (("x.ts", "x.arff"), 1, "ARFF is read only: write one of"),
    (("no.ts", "x.csv"), 1, r"no\.ts: there is no such file"),
    (("x.ts", "x.xyz"), 1, "says no format"),
    (("x.ts", "x.ts"), 1, "is there already"),
    (("s.csv", "l.csv", "--labels", "y.csv"), 1, "s.csv holds no labels or targets: leave --lab"),
    (("s.csv", "l.json", "--flat", "2"), 1, "--flat is 2, but the series of IN have 1 dimensions"),
])  # fmt: skip
def test_convert_refuses(arguments, code, message, run, folder):
    fs.write("s.csv", folder[0])
    before = {path: path.read_bytes() for path in Path().iterdir()}
    got, out, err = run("convert", *arguments)
    assert (got, out) == (code, "")
    assert re.search(message, err)
    assert {path: path.read_bytes() for path in Path().iterdir()} == before
