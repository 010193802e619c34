"""Calls that go wrong, as a stranger makes them: one line says what to do, and nothing else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import fluidseries as fs

from conftest import tones


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A folder with good and bad files."""
    folder = tmp_path_factory.mktemp("stage")
    source, target = tones(24)
    labels = fs.LabelSet({i: "fast" if x[0] > 700 else "slow" for i, x in target.items()})
    for name, content in (("series", source), ("points", target), ("labels", labels)):
        content.write(folder / f"{name}.json")
    fs.DTWClassifier().fit(source, labels).write(folder / "model.json")
    fs.LSTMClassifier(4, 2, random_state=0).fit(source, labels).write(folder / "lstm.json")
    fs.MLPRegressor(4, 2, random_state=0).fit(target, target).write(folder / "mlp.json")
    fs.LSTMRegressor().write(folder / "new.json")
    fs.DataSeries({"a": [[1.0], [2.0]]}).write(folder / "narrow.json")
    fs.DataSeries({"other": [[1.0, 2.0]]}).write(folder / "others.json")
    fs.DataSeries().write(folder / "empty.json")
    whole = (folder / "model.json").read_text()
    (folder / "cut.json").write_text(whole[: len(whole) // 2])
    (folder / "odd.json").write_text('{"hello": "world"}')
    (folder / "nothing.json").write_text("")
    (folder / "bytes.json").write_bytes(bytes(range(256)))
    (folder / "prose.txt").write_text("dear diary")
    (folder / "takes").mkdir()
    (folder / "readme.json").symlink_to("nowhere.json")
    return folder


FIT = ("fit", "classifier", "series.json", "labels.json")
X = ("-o", "x.json")

CALLS = [
    # commands and options
    (("fitt",), 2, "No such command 'fitt'. Did you mean 'fit'"),
    (("preditc", "model.json"), 2, "Did you mean 'predict'"),
    (("fit", "clasifier"), 2, "Did you mean 'classifier'"),
    (("fit", "series.json"), 2, "series.json is a file, and the kind of model comes first"),
    (("fit",), 2, "fit what? Name the kind of model first: regressor, classifier, "),
    ((*FIT, *X, "--max-itr", 3), 2, "No such option: --max-itr; did you mean --max-iter?"),
    ((*FIT, *X, "--hiden-size", 3), 2, "did you mean --hidden-size?"),
    ((*FIT, *X, "--verbose"), 2, "No such option: --verbose"),
    ((*FIT, "more.json", *X), 2, "unexpected extra argument"),
    (FIT, 2, "Missing option '--output' / '-o', the name of the file to write (see"),
    (("fit", "classifier", "series.json", *X), 2, "name the file that holds them as TARGET"),
    (("evaluate", "model.json", "series.json"), 2, "name the file that holds them as TARGET"),
    (("fit", "classifier", "labels.json", "series.json", *X), 1, "let the two change places"),
    (("fit", "classifier", "labels.json", "labels.json", *X), 1, "choose another file"),
    (("inspect", "takes"), 1, "takes is an empty folder: put a file for each series into it"),
    (("evaluate",), 2, "Missing argument 'MODEL'"),
    ((*FIT, "-o"), 2, "Option '-o' requires an argument"),
    # values
    ((*FIT, *X, "--max-iter", "ten"), 2, "'--max-iter': it must be a whole number"),
    ((*FIT, *X, "--learn-rate", "fast"), 2, "'--learn-rate': it must be a number"),
    ((*FIT, *X, "--seed", -3), 2, "'--random-state': it must be 0 or more"),
    ((*FIT, *X, "--learn-rate", 5), 2, "learn_rate is 5.0: it must be above 0 and at most 1"),
    ((*FIT, *X, "--hidden-size", "big"), 2, "--hidden-size is 'big': it must be a whole number"),
    ((*FIT, *X, "--validation", 2), 2, "validation is 2.0"),
    ((*FIT, "-o", "-", "--json"), 2, "both print: give --output a file"),
    (("demo", "opera"), 2, "there is no part 'opera' of the demo: pad, speakers, airline"),
    (("plot", "series.json", "-o", "x"), 2, "a picture's name ends in .png, .svg or .pdf"),
    (("predict", "model.json", "series.json", *X, "--length", 3), 2, "--length is for forecasters"),
    (("predict", "mlp.json", "points.json", *X, "--probabilities"), 2, "is for classifiers"),
    # files and folders
    (("inspect", "serie.json"), 1, "there is no such file (did you mean 'series.json'?)"),
    (("inspect", "sub/series.json"), 1, "there is no folder 'sub'"),
    (("predict", "takes", "series.json", *X), 1, "takes is a folder: give the name of a file"),
    (("evaluate", "takes", "series.json"), 1, "takes is a folder: give the name of a file"),
    ((*FIT, "-o", "takes"), 1, "takes is a folder: give the name of a file"),
    ((*FIT, "-o", "model.json"), 1, "is there already: choose another name, or add --force"),
    ((*FIT, "-o", "no/model.json"), 1, "there is no folder 'no': make it first"),
    (("inspect", "readme.json"), 1, "readme.json: it is a link that leads nowhere"),
    (("inspect", "takes"), 1, "takes"),
    (("inspect", "prose.txt"), 1, "prose.txt"),
    # damaged files
    (("predict", "cut.json", "series.json", *X), 1, "cut.json, line"),
    (("inspect", "nothing.json"), 1, "nothing.json is empty: export it again"),
    (("inspect", "bytes.json"), 1, "bytes.json is not JSON"),
    (("inspect", "odd.json"), 1, "odd.json is a JSON object without 'cols' and 'data'"),
    # wrong kinds
    (("predict", "series.json", "model.json", *X), 1, "holds a DataSeries, not a model"),
    (("predict", "model.json", "points.json", *X), 1, "points.json holds a DataSet, but DTW"),
    (("predict", "model.json", "model.json", *X), 1, "model.json"),
    (("predict", "mlp.json", "series.json", *X), 1, "but MLPRegressor is for a DataSet"),
    (("predict", "new.json", "series.json", *X), 1, "has not learned anything yet"),
    (("predict", "lstm.json", "narrow.json", *X), 1, "1 dimension"),
    (("predict", "lstm.json", "empty.json", *X), 1, "there are no series: record or add"),
    ((*FIT[:3], "points.json", *X), 1, "learns labels"),
    ((*FIT[:2], "others.json", "labels.json", *X), 1, "missing in the"),
    ((*FIT[:2], "labels.json", "series.json", *X), 1, "labels.json holds a LabelSet, but"),
    (("evaluate", "model.json", "series.json", "points.json"), 1, "labels"),
    (("inspect", "series.json", "points.json"), 1, "points.json holds a DataSet, but LABELS is"),
    (("inspect", "model.json", "labels.json"), 1, "to which no labels belong"),
    (("plot", "new.json", "-o", "x.png"), 1, "not learned anything yet"),
    (("plot", "lstm.json", "points.json", "-o", "x.png"), 1, "no picture of these together"),
]  # fmt: skip


def text(arguments):
    return " ".join(map(str, arguments))


@pytest.mark.parametrize(("arguments", "code", "message"), CALLS, ids=lambda x: text(x)
                         if isinstance(x, tuple) else None)  # fmt: skip
def test_one_line_says_what_to_do(arguments, code, message, stage, monkeypatch, run):
    monkeypatch.chdir(stage)
    before = sorted(os.listdir(stage))
    got, out, err = run(*arguments)
    assert re.fullmatch(r"error: [^\n]+\n", err), err
    assert message in err
    assert (got, out) == (code, "")
    assert "Traceback" not in err
    assert "Errno" not in err
    assert sorted(os.listdir(stage)) == before


def test_there_are_many():
    assert len(CALLS) >= 50
    assert {Path(call[0][0]).name for call in CALLS} >= {"fit", "predict", "evaluate", "inspect"}


@pytest.mark.filterwarnings("always")
def test_a_classifier_of_one_label_is_warned_about(stage, tmp_path, run):
    series = fs.DataSeries.read(stage / "series.json")
    labels, model = tmp_path / "one.json", tmp_path / "x.json"
    fs.LabelSet(dict.fromkeys(series, "up")).write(labels)
    code, _, err = run("fit", "dtw-classifier", stage / "series.json", labels, "-o", model)
    assert code == 0
    assert "warning: everything is called 'up', so that this is always the answer" in err
    assert model.exists()
