"""The command line with every kind of model: fit, predict, evaluate, inspect."""

from __future__ import annotations

import inspect
import json
import re

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import cli_fit, cli_settings
from fluidseries.evaluation import evaluate
from fluidseries.spelling import theirs

from conftest import tones

LEFT_OUT = {"warm_start", "verbose"}  # a fit on the command line is always new, and shows a bar


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    source, target = tones(24)
    source.write(tmp_path / "series.json")
    target.write(tmp_path / "targets.json")
    fs.DataSet({name: frames.std(axis=0) for name, frames in source.items()}).write(
        tmp_path / "points.json"
    )
    fs.LabelSet({i: "fast" if x[0] > 700 else "slow" for i, x in target.items()}).write(
        tmp_path / "labels.json"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_of(kind: str) -> tuple[str, ...]:
    source = "points.json" if kind.startswith("mlp") else "series.json"
    if kind == "forecaster":
        return (source,)
    return source, "labels.json" if "classifier" in kind else "targets.json"


def quick(kind: str) -> tuple[object, ...]:
    if kind.startswith("dtw"):
        return ("--num-neighbours", 1)
    return ("--max-iter", 3, "--hidden-size", 6, "--random-state", 0)


every_kind = pytest.mark.parametrize("kind", cli_fit.KINDS)


@every_kind
def test_every_parameter_is_a_setting_with_its_default(kind):
    row = cli_fit.KINDS[kind]
    parameters = inspect.signature(getattr(fs, row.model)).parameters
    assert set(row.settings) == set(parameters) - LEFT_OUT
    defaults = {s: row.defaults.get(s, cli_settings.SETTINGS[s].default) for s in row.settings}
    assert cli_settings.parse(defaults) == {s: parameters[s].default for s in row.settings}


def test_every_setting_is_used():
    assert set(cli_settings.SETTINGS) == {s for row in cli_fit.KINDS.values() for s in row.settings}


@every_kind
def test_from_files_to_answers_and_back(kind, run):
    model_kind = cli_fit.KINDS[kind].model
    code, out, err = run("fit", kind, *files_of(kind), "-o", "model.json", *quick(kind))
    assert (code, err) == (0, "")
    told = r"keeps 24 series as examples" if kind.startswith("dtw") else r"3 epochs, error [\d.e-]+"
    assert re.fullmatch(rf"model\.json: {model_kind}, {told}\n", out)

    model = fs.read_model("model.json")
    source = (fs.DataSet if kind.startswith("mlp") else fs.DataSeries).read(files_of(kind)[0])
    assert run("predict", "model.json", files_of(kind)[0], "-o", "answers.json")[0] == 0
    answers = model.predict(source)
    assert type(answers).read("answers.json") == answers

    code, out, err = run("evaluate", "model.json", *files_of(kind), "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    data = (source,) if kind == "forecaster" else (source, _read(files_of(kind)[1]))
    assert json.loads(out) == evaluate(model, *data).to_dict()
    code, out, err = run("evaluate", "model.json", *files_of(kind))
    assert (code, err) == (0, "")
    assert out.startswith(model_kind)
    assert max(map(len, out.splitlines())) <= 80

    code, out, err = run("inspect", "model.json")
    assert (code, err) == (0, "")
    assert out.startswith(f"model.json: {model_kind}\n")
    assert re.search("  2 in ->|  24 series of 8 to 24 frames\n", out)
    assert all(name in out for name in model.get_params())


def _read(path):
    return (fs.LabelSet if path == "labels.json" else fs.DataSet).read(path)


@every_kind
def test_help_has_an_example(kind, run):
    code, out, _ = run("fit", kind, "--help")
    assert code == 0
    assert f"fluidseries fit {kind} " in " ".join(out.split())
    assert "TARGET" in out or kind == "forecaster"


@every_kind
def test_flucomas_spellings(kind, run):
    settings = [str(x) for x in quick(kind)]
    spelled = ["--" + theirs(x[2:].replace("-", "_")) if x[:2] == "--" else x for x in settings]
    assert spelled != settings
    run("fit", kind, *files_of(kind), "-o", "a.json", *settings)
    assert run("fit", kind, *files_of(kind), "-o", "b.json", *spelled)[0] == 0
    a, b = fs.read_model("a.json"), fs.read_model("b.json")
    assert a.get_params() == b.get_params()


def test_flucomas_other_words(run):
    spelled = ("--hiddenLayers", "5,4", "--seed", 3, "--maxIter", 2, "--momentum", 0.5)
    more = ("--learnRate", 0.02, "--batchSize", 4)
    assert run("fit", "regressor", *files_of("regressor"), "-o", "m.json", *spelled, *more)[0] == 0
    parameters = fs.read_model("m.json").get_params()
    wanted = {"hidden_size": [5, 4], "random_state": 3, "max_iter": 2, "momentum": 0.5,
              "learn_rate": 0.02, "batch_size": 4}  # fmt: skip
    assert {name: parameters[name] for name in wanted} == wanted
    help_text = run("fit", "regressor", "--help")[1]
    assert not re.search("hiddenLayers|maxIter|--seed|learnRate", help_text)


def test_settings_of_the_classifier_reach_it(run):
    settings = ("--class-weight", "balanced", "--threshold", 1, "--reject-label", "nobody")
    more = ("--no-standardize", "--schedule", "constant", *quick("classifier"))
    run("fit", "classifier", "series.json", "labels.json", "-o", "m.json", *settings, *more)
    parameters = fs.read_model("m.json").get_params()
    wanted = {"class_weight": "balanced", "threshold": 1.0, "reject_label": "nobody",
              "standardize": False, "schedule": "constant"}  # fmt: skip
    assert {name: parameters[name] for name in wanted} == wanted
    assert "nobody" in run("evaluate", "m.json", "series.json", "labels.json")[1]


def test_settings_of_the_forecaster_reach_it(run):
    run("fit", "forecaster", "series.json", "-o", "m.json", "--differences", "--linear",
        "--temperature", 0.5, *quick("forecaster"))  # fmt: skip
    parameters = fs.read_model("m.json").get_params()
    wanted = {"differences": True, "linear": True, "temperature": 0.5}
    assert {name: parameters[name] for name in wanted} == wanted
    assert "looks back" in run("inspect", "m.json")[1]


def test_settings_of_the_nearest_reach_them(run):
    settings = ("--num-neighbours", 2, "--constraint", "sakoe_chiba", "--constraint-param", 4)
    run("fit", "dtw-regressor", "series.json", "targets.json", "-o", "m.json", *settings)
    parameters = fs.read_model("m.json").get_params()
    assert (parameters["num_neighbours"], parameters["constraint"]) == (2, "sakoe_chiba")
    assert parameters["constraint_param"] == 4


@pytest.mark.parametrize("kind", ["classifier", "dtw-classifier", "mlp-classifier"])
def test_probabilities(kind, run):
    run("fit", kind, *files_of(kind), "-o", "m.json", *quick(kind))
    ask = ("predict", "m.json", files_of(kind)[0], "-o", "shares.json", "--probabilities")
    code, out, _ = run(*ask)
    assert code == 0
    assert "the dimensions are fast, slow\n" in out
    shares = fs.DataSet.read("shares.json")
    np.testing.assert_allclose([sum(point) for point in shares.values()], 1)


def test_length_of_a_forecast(run):
    run("fit", "forecaster", "series.json", "-o", "m.json", *quick("forecaster"))
    assert run("predict", "m.json", "series.json", "-o", "more.json", "--length", 5)[0] == 0
    assert {len(frames) for frames in fs.DataSeries.read("more.json").values()} == {5}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("predict", "reg.json", "series.json", "-o", "x", "--probabilities"), "for classifiers"),
        (("predict", "reg.json", "series.json", "-o", "x", "--length", 3), "is for forecasters"),
        (("predict", "fore.json", "series.json", "-o", "x", "--length", 0), "from 1 up"),
        (("predict", "reg.json", "points.json", "-o", "x"), "points.json holds a DataSet, but DTW"),
        (("predict", "reg.json", "labels.json", "-o", "x"), "labels.json holds a LabelSet"),
        (("evaluate", "reg.json", "series.json"), "name the file that holds them as TARGET"),
        (("evaluate", "reg.json", "series.json", "labels.json"), "the target is a LabelSet"),
        (("evaluate", "fore.json", "series.json", "labels.json"), "needs no target"),
        (("evaluate", "reg.json", "series.json", "gone.json"), "gone.json: there is no such file"),
        (("evaluate", "series.json", "series.json"), "series.json holds a DataSeries, not a model"),
        (("fit", "forecaster", "series.json", "labels.json", "-o", "x"), "unexpected extra"),
        (("fit", "mlp-regressor", "series.json", "targets.json", "-o", "x"), "is for a DataSet"),
        (("fit", "classifier", "series.json", "targets.json", "-o", "x"), "learns labels"),
        (("fit", "dtw-regressor", "series.json", "series.json", "-o", "x"), "one point per series"),
        (("fit", "dtw-regressor", "series.json", "targets.json", "-o", "x", "--num-neighbours", 0),
         "num_neighbours is 0"),
        (("fit", "classifier", "series.json", "labels.json", "-o", "x", "--class-weight", "odd"),
         "class_weight"),
        (("fit", "classifier", "series.json", "labels.json", "-o", "x", "--threshold", 2),
         "threshold"),
        (("fit", "mlp-classifier", "points.json", "labels.json", "-o", "x", "--activation", "odd"),
         "activation"),
        (("fit", "regressor", "series.json", "targets.json", "-o", "x", "--schedule", "odd"),
         "schedule"),
        (("fit", "clasifier",), "Did you mean 'classifier'"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line(run, folder, arguments, message):
    series, targets = fs.DataSeries.read("series.json"), fs.DataSet.read("targets.json")
    fs.DTWRegressor().fit(series, targets).write("reg.json")
    fs.LSTMForecaster(4, 1, random_state=0).fit(series).write("fore.json")
    before = sorted(path.name for path in folder.iterdir())
    code, out, err = run(*arguments)
    assert (code in (1, 2), out) == (True, "")
    assert re.fullmatch(r"error: [^\n]+\n", err), err
    assert message in err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_many_or_long_labels(run):
    """200 labels make no table of 200 columns."""
    series = fs.DataSeries({f"{n:03}": [[float(n)], [n + 0.5]] for n in range(200)})
    series.write("many.json")
    fs.LabelSet({name: f"label {name}" for name in series}).write("names.json")
    run("fit", "dtw-classifier", "many.json", "names.json", "-o", "m.json", "--num-neighbours", 1)
    wrong = {name: f"label {(int(name) + 1) % 200:03}" for name in series}
    fs.LabelSet(wrong).write("wrong.json")
    out = run("evaluate", "m.json", "many.json", "names.json")[1]
    assert "100.0% get their label (200 of 200)" in out
    out = run("evaluate", "m.json", "many.json", "wrong.json")[1]
    assert "label 001  label 000      1" in out
    assert "... and 180 other mix-ups" in out

    fs.LabelSet({name: "[bold]" + "x" * 60 + name[0] for name in series}).write("long.json")
    run("fit", "dtw-classifier", "many.json", "long.json", "-o", "long_m.json")
    out = run("evaluate", "long_m.json", "many.json", "long.json")[1]
    assert re.search(r"1 \[bold\]x+0 +\d+ ", out)
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("kind", ["Standardize", "Normalize", "RobustScale"])
def test_inspect_scalers(kind, run):
    getattr(fs, kind)().fit(fs.DataSeries.read("series.json")).write("scaler.json")
    code, out, _ = run("inspect", "scaler.json")
    assert code == 0
    assert out.startswith(f"scaler.json: {kind}\n  dims  2\n")
    columns = {"Standardize": "mean +std", "Normalize": "data_max +data_min"}
    assert re.search(f"  dim +{columns.get(kind, 'data_high +data_low +median +range')}\n", out)
    assert len(out.splitlines()[-1].split()) == (5 if kind == "RobustScale" else 3)


def test_inspect_flucomas_perceptrons(run):
    points, labels = fs.DataSet.read("points.json"), fs.LabelSet.read("labels.json")
    fs.MLPClassifier(5, 3, random_state=0).fit(points, labels).write_flucoma("names.json")
    code, out, _ = run("inspect", "names.json")
    assert code == 0
    assert "names.json: MLPClassifier\n  network  2 in -> relu 5 -> 2 out\n" in out
    assert "error" not in out
    assert run("predict", "names.json", "points.json", "-o", "answers.json")[0] == 0


def test_held_out_error_of_a_perceptron(run):
    fit = ("fit", "mlp-regressor", "points.json", "targets.json", "-o", "m.json")
    out = run(*fit, "--validation", 0.3, *quick("mlp"))[1]
    told = re.search(r"held out ([\d.e-]+)\n", out)
    assert told
    assert f"held-out error  {told[1]} at best" in run("inspect", "m.json")[1]
