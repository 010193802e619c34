from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import fluidseries as fs
from fluidseries import cli, cli_shared

from conftest import tones


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with a corpus that a network can learn, as the current one."""
    source, target = tones(24)
    source.write(tmp_path / "source.json")
    target.write(tmp_path / "target.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def fails(run):
    """Run a command line that must fail as all failures do; return its one line."""

    def fails(*arguments):
        before = {path: path.read_bytes() for path in files_here()}
        code, out, err = run(*arguments)
        assert (code in (1, 2), out) == (True, "")
        assert re.fullmatch(r"error: [^\n]+\n", err), err
        assert {path: path.read_bytes() for path in files_here()} == before
        return err

    return fails


def files_here():
    return sorted(path for path in Path().rglob("*") if path.is_file())


QUICK = ("--max-iter", 3, "--hidden-size", 8, "--random-state", 0)
FIT = ("fit", "regressor", "source.json", "target.json", "--output", "model.json")


def test_from_files_to_predictions(run, folder):
    code, out, err = run(*FIT, *QUICK)
    assert (code, err) == (0, "")
    assert re.fullmatch(r"model\.json: LSTMRegressor, 3 epochs, error [\d.e-]+\n", out)

    code, out, err = run("predict", "model.json", "source.json", "--output", "answers.json")
    assert (code, out, err) == (0, "answers.json: <DataSet: 24 points, 2 dims>\n", "")

    source, target = tones(24)
    model = fs.LSTMRegressor(hidden_size=8, max_iter=3, random_state=0).fit(source, target)
    assert fs.DataSet.read("answers.json") == model.predict(source)
    assert {path.name for path in folder.iterdir()} == {
        "source.json", "target.json", "model.json", "answers.json",
    }  # fmt: skip


def test_every_setting_reaches_the_model(run):
    settings = ("--hidden-size", "6,4", "--max-iter", 2, "--learn-rate", 0.02, "--batch-size", 5)
    more = ("--validation", 0.25, "--random-state", 7, "--n-jobs", 1)
    code, out, _ = run(*FIT, *settings, *more)
    assert code == 0
    assert "held out" in out
    wanted = {
        "hidden_size": (6, 4), "max_iter": 2, "learn_rate": 0.02, "batch_size": 5,
        "validation": 0.25, "random_state": 7, "n_jobs": 1,
    }  # fmt: skip
    parameters = fs.LSTMRegressor.read("model.json").get_params()
    parameters["hidden_size"] = tuple(parameters["hidden_size"])
    assert parameters == fs.LSTMRegressor().get_params() | wanted


def test_defaults_are_those_of_the_library(run):
    run(*FIT)
    assert fs.LSTMRegressor.read("model.json").get_params() == fs.LSTMRegressor().get_params()


def test_a_target_for_every_frame(run):
    source, _ = tones(6)
    fs.DataSeries((name, frames[:, :1]) for name, frames in source.items()).write("frames.json")
    source.write("six.json")
    fit = ("fit", "regressor", "six.json", "frames.json", "-o", "model.json", *QUICK)
    assert run(*fit)[0] == 0
    code, out, _ = run("predict", "model.json", "six.json", "-o", "answers.json")
    assert code == 0
    assert "DataSeries: 6 series, 1 dim" in out
    assert re.search("a target per +frame", run("inspect", "model.json")[1])


def test_nothing_is_replaced_without_force(run, fails):
    run(*FIT, *QUICK)
    assert "model.json is there already" in fails(*FIT, *QUICK)
    assert run(*FIT, *QUICK, "--force")[0] == 0
    predict = ("predict", "model.json", "source.json", "--output", "target.json")
    assert "target.json is there already" in fails(*predict)
    assert "is a folder" in fails(*predict[:-1], ".")
    assert "there is no folder 'no'" in fails(*predict[:-1], "no/where.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bogus",), "No such command 'bogus' (see: fluidseries --help)"),
        (("fit",), "fit what? Name the kind of model first: regressor, classifier, fore"),
        (("fit", "regressor"), "Missing argument 'SOURCE' (see: fluidseries fit regressor --help)"),
        (FIT[:-2], "Missing option '--output' / '-o', the name of the file to write (see"),
        (("--frob",), "No such option: --frob"),
        ((*FIT, "--max-iter", "many"), "Invalid value for '--max-iter'"),
        ((*FIT, "--max-iter", "0"), "max_iter is 0: it must be a whole number from 1 up"),
        ((*FIT, "--learn-rate", "-1"), "learn_rate is -1.0: it must be above 0"),
        ((*FIT, "--hidden-size", "3x"), "--hidden-size is '3x': it must be a whole number"),
        ((*FIT, "--hidden-size", ""), "--hidden-size is ''"),
        ((*FIT, "--hidden-size", "0"), "hidden_size is 0"),
        ((*FIT, "--batch-size", "x"), "--batch-size is 'x': it must be auto or"),
        ((*FIT, "--random-state", "-1"), "Invalid value for '--random-state'"),
        (("inspect", "sauce.json"), "sauce.json: there is no such file (did you"),
        (("inspect", "."), "error: . has no files with one series each"),
        (("predict", "source.json", "source.json", "-o", "x"), "holds a DataSeries, not a model"),
        (("fit", "regressor", "target.json", "target.json", "-o", "x"), "holds a DataSet"),
        (("demo", "--output", "source.json"), "source.json is a file"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line(fails, arguments, message):
    assert message in fails(*arguments)


def test_wrong_content_is_one_line(fails, folder):
    (folder / "cut.json").write_text('{"cols": 2, "da')
    assert "cut.json, line 1, column 13" in fails("inspect", "cut.json")
    (folder / "other.json").write_text('{"layers": []}')
    assert "other.json" in fails("inspect", "other.json")
    (folder / "bytes.json").write_bytes(b"\xff\xfe")
    assert "bytes.json is not JSON" in fails("inspect", "bytes.json")
    source = fs.DataSeries({"line\nbreak": [[1.0, 2.0]]})
    source.write("strange.json")
    assert "missing in the target" in fails(*FIT[:2], "strange.json", *FIT[3:])


@pytest.mark.filterwarnings("always")
def test_a_warning_is_one_line(run):
    source, target = tones(6)
    source.write("few.json")
    target.write("points.json")
    fit = ("fit", "regressor", "few.json", "points.json", "-o", "m.json", "--validation", 0.5)
    code, out, err = run(*fit, *QUICK)
    assert code == 0
    assert "held out" not in out
    assert re.fullmatch(r"warning: validation is off: with 6 series [^\n]+\n", err)


def test_inspect_series(run):
    fs.DataSeries({"a": [[0.0, 1.5], [2.0, np.nan]], "b": [[4.0, -3.0]]}).write(
        "gaps.json", allow_missing=True
    )
    code, out, _ = run("inspect", "gaps.json")
    assert code == 0
    assert out.splitlines() == [
        "gaps.json: DataSeries",
        "  series   2 ('a' to 'b')",
        "  dims     2",
        "  frames   1 to 2, median 1.5, 3 in all",
        "  missing  1 of 6 numbers (NaN or infinite)",
        "",
        "  dim  min   mean  max",
        "  0      0      2    4",
        "  1     -3  -0.75  1.5",
    ]


def test_inspect_points_and_labels(run):
    fs.DataSet({"a": [1.0], "b": [3.0]}).write("points.json")
    assert "points.json: DataSet\n  points   2 ('a' to 'b')" in run("inspect", "points.json")[1]
    fs.LabelSet({"a": "loud", "b": "soft", "c": "loud"}).write("labels.json")
    out = run("inspect", "labels.json")[1]
    assert "different  2" in out
    assert "loud       2" in out
    fs.LabelSet({f"{number:02}": f"label-{number:02}" for number in range(50)}).write("many.json")
    assert "... and 10 more" in run("inspect", "many.json")[1]


def test_inspect_empty(run):
    fs.DataSeries().write("empty.json")
    assert run("inspect", "empty.json")[:2] == (0, "empty.json: empty container\n  entries  none\n")


def test_inspect_model(run):
    run(*FIT, "--max-iter", 3, "--hidden-size", "8,4")
    out = run("inspect", "model.json")[1]
    assert re.search("network +2 in -> LSTM 8 -> LSTM 4 -> 2 out\n", out)
    assert re.search(r"epochs +3\n", out)
    assert re.search(r"hidden_size +\[8, 4\]\n", out)
    fs.LSTMRegressor().write("new.json")
    assert "learned  nothing yet" in run("inspect", "new.json")[1]


def test_models_of_other_kinds(run):
    source, target = tones(6)
    labels = fs.LabelSet({name: f"kind-{row % 2}" for row, name in enumerate(source)})
    fs.LSTMClassifier(4, max_iter=1, random_state=0).fit(source, labels).write("names.json")
    fs.MLPRegressor(4, max_iter=1, random_state=0).fit(target, target).write("points.json")
    assert run("predict", "names.json", "source.json", "-o", "labels.json")[0] == 0
    assert set(fs.LabelSet.read("labels.json").values()) <= {"kind-0", "kind-1"}
    assert run("predict", "points.json", "target.json", "-o", "answers.json")[0] == 0
    assert fs.DataSet.read("answers.json").n_dims == 2
    assert re.search(
        "names.json: LSTMClassifier(.|\n)+labels +kind-0, kind-1", run("inspect", "names.json")[1]
    )
    assert re.search(
        r"points.json: MLPRegressor(.|\n)+epochs +1\n", run("inspect", "points.json")[1]
    )


def test_help_and_version(run):
    for asked in (("--help",), ("-h",), ()):
        code, out, _ = run(*asked)
        assert code == 0
        assert "Usage: fluidseries" in out
        assert all(command in out for command in ("demo", "fit", "predict", "inspect"))
    assert run("--version")[1] == f"fluidseries {fs.__version__}\n"
    result = CliRunner().invoke(cli.app, ["fit", "regressor", "--help"])
    assert result.exit_code == 0
    assert "--learn-rate" in result.output


def test_a_bar_on_a_terminal_only(run, monkeypatch):
    from rich.console import Console

    assert "training" not in "".join(run(*FIT, *QUICK)[1:])
    forced = Console(force_terminal=True, width=100, stderr=True)
    monkeypatch.setattr(cli_shared, "bar_console", lambda: forced)
    code, _, err = run(*FIT, *QUICK, "--force")
    assert code == 0
    assert "training" in err
    assert "3/3" in err
    assert "error 0." in err


def start_program(*arguments):
    program = [sys.executable, "-m", "fluidseries.cli", *arguments]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_as_a_program():
    with start_program("inspect", "nope.json") as program:
        out, err = program.communicate()
    assert (program.returncode, out) == (1, "")
    assert re.fullmatch(r"error: nope\.json: there is no such file [^\n]+\n", err)


@pytest.fixture
def ctrl_c():
    """Press Ctrl-C in a moment, also where the suite runs in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="signals are other there")
def test_ctrl_c_keeps_what_was_learned(run, monkeypatch, ctrl_c):
    def fit_and_stop(model, *data, callback):
        def hear(epoch, batch, *losses):
            if (epoch, batch) == (3, 0):
                ctrl_c()
            return callback(epoch, batch, *losses)

        return fit(model, *data, callback=hear)

    fit = fs.LSTMRegressor.fit
    monkeypatch.setattr(fs.LSTMRegressor, "fit", fit_and_stop)
    code, out, err = run(*FIT, "--max-iter", 1_000_000, "--hidden-size", 4)
    assert (code, err) == (130, "stopped by Ctrl-C\n")
    assert out.startswith("model.json: LSTMRegressor, ")
    assert fs.LSTMRegressor.read("model.json").n_iter_ >= 3


@pytest.mark.skipif(os.name == "nt", reason="signals are other there")
def test_ctrl_c_before_anything_was_learned(run, folder, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(fs.LSTMRegressor, "fit", interrupted)
    assert run(*FIT) == (130, "", "stopped by Ctrl-C\n")
    assert not (folder / "model.json").exists()
