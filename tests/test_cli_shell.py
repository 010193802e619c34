"""The command line in a shell: completion, pipes, colours."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import cli_completion

from conftest import write_named_tones

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the shell is another there")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    source = write_named_tones(tmp_path, 24)
    (tmp_path / "takes").mkdir()
    source.write(tmp_path / "takes" / "more.json")
    (tmp_path / ".hidden.json").write_text("{}")
    (tmp_path / "diary.txt").write_text("dear diary")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, **options):
    program = [sys.executable, "-m", "fluidseries.cli", *arguments]
    return subprocess.run(program, capture_output=True, timeout=60, **options)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("offer", "start", "offered"),
    [
        (cli_completion.models, "", ["model.json", "takes/"]),
        (cli_completion.data, "", ["names.json", "series.json", "takes/"]),
        (cli_completion.models_and_data, "", ["model.json", "names.json", "series.json", "takes/"]),
        (cli_completion.data, "s", ["series.json"]),
        (cli_completion.data, "takes/", ["takes/more.json"]),
        (cli_completion.models, "takes/m", []),
        (cli_completion.data, "nowhere/", []),
    ],
)
def test_files_that_fit_are_offered(offer, start, offered):
    assert offer(start) == offered


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("fluidseries pre", "predict"),
        ("fluidseries fit dtw", "dtw-classifier\ndtw-regressor"),
        ("fluidseries fit classifier --max", "--max-iter"),
        ("fluidseries predict ", "model.json\ntakes/"),
        ("fluidseries predict model.json s", "series.json"),
    ],
)
def test_the_shell_asks(line, offered):
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    code = "from fluidseries.cli import app; app(prog_name='fluidseries')"
    shell = {**os.environ, **asked, "_FLUIDSERIES_COMPLETE": "complete_bash"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=shell, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == offered


def test_through_pipes(folder):
    """Series in at one end, answers out at the other, and all that is told beside them."""
    series = (folder / "series.json").read_bytes()
    answered = run("predict", "model.json", "-", "--output", "-", input=series, check=True)
    model, source = fs.read_model("model.json"), fs.DataSeries.read("series.json")
    assert fs.LabelSet.from_dict(json.loads(answered.stdout)) == model.predict(source)
    assert answered.stderr == b"-: <LabelSet: 24 labels, 2 different>\n"

    fitted = run("fit", "dtw-classifier", "-", "names.json", "-o", "-", input=series, check=True)
    assert json.loads(fitted.stdout) == model.to_dict()

    told = run("evaluate", "model.json", "-", "names.json", "--json", input=series, check=True)
    assert json.loads(told.stdout)["accuracy"] == 1
    told = run("inspect", "-", "--json", input=series, check=True)
    assert json.loads(told.stdout)["kind"] == "DataSeries"
    torn = run("inspect", "-", input=series[:100])
    assert torn.returncode == 1
    assert torn.stderr.startswith(b"error: standard input, line ")


@pytest.mark.usefixtures("folder")
def test_as_json():
    told = run("fit", "classifier", "series.json", "names.json", "-o", "new.json", "--json",
               "--max-iter", "3", "--hidden-size", "4", check=True)  # fmt: skip
    summary = json.loads(told.stdout)
    model = fs.read_model("new.json")
    assert (summary["epochs"], summary["error"]) == (3, model.loss_)
    assert (summary["model"], summary["examples"], summary["stopped"]) == (
        "LSTMClassifier", 24, False,
    )  # fmt: skip
    told = run("predict", "new.json", "series.json", "-o", "shares.json", "--json",
               "--probabilities", check=True)  # fmt: skip
    assert json.loads(told.stdout) == {
        "model": "LSTMClassifier", "output": "shares.json", "kind": "DataSet", "entries": 24,
        "dimensions": ["fast", "slow"],
    }  # fmt: skip


def inspected(*files):
    return json.loads(run("inspect", *files, "--json", check=True).stdout)


@pytest.mark.usefixtures("folder")
def test_facts_are_numbers_and_lists():
    source, labels = fs.read("series.json"), fs.read("names.json")
    lengths = [len(frames) for frames in source.values()]
    table = np.concatenate(list(source.values()))
    told = inspected("series.json")
    assert (told["series"], told["dims"], told["missing"]) == (24, 2, 0)
    assert told["frames"] == {
        "min": min(lengths), "median": np.median(lengths), "max": max(lengths), "total": len(table),
    }  # fmt: skip
    assert [row["dim"] for row in told["rows"]] == [0, 1]
    assert [row["max"] for row in told["rows"]] == list(table.max(axis=0))

    # A label is text, also where it looks like a number.
    fs.LabelSet({"a": "1", "b": "1", "c": "2"}).write("digits.json")
    assert inspected("digits.json")["rows"] == [
        {"label": "1", "count": 2}, {"label": "2", "count": 1},
    ]  # fmt: skip

    model = fs.LSTMClassifier((4, 3), max_iter=2, n_networks=2, random_state=0)
    model.fit(source, labels).write("lstm.json")
    told = inspected("lstm.json")
    assert (told["network"], told["networks"], told["epochs"]) == ([2, 4, 3, 2], 2, 2)
    assert (told["error"], told["labels"]) == (model.loss_, ["fast", "slow"])
    settings = {row["parameter"]: row["value"] for row in told["rows"]}
    assert settings == {**model.get_params(), "hidden_size": [4, 3]}


@pytest.mark.usefixtures("folder")
def test_no_colours_in_a_file():
    plain = run("evaluate", "model.json", "series.json", "names.json", check=True)
    assert b"\x1b" not in plain.stdout


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("told_not_to", [False, True])
def test_colours_are_for_terminals(told_not_to):
    """On a terminal there are colours, but not with NO_COLOR."""
    pty = pytest.importorskip("pty")
    main, end = pty.openpty()
    shell = {**os.environ, "TERM": "xterm-256color"}
    shell |= {"NO_COLOR": "1"} if told_not_to else {}
    program = [sys.executable, "-m", "fluidseries.cli", "demo", "airline", "--max-iter", "2"]
    with subprocess.Popen(program, stdout=end, stderr=end, env=shell) as running:
        os.close(end)
        seen = b""
        while True:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
    assert running.returncode == 0
    assert b"airline passengers" in seen
    coloured = any(
        b"\x1b[3%dm" % colour in seen or b";3%dm" % colour in seen for colour in range(1, 8)
    )
    assert coloured is not told_not_to
    os.close(main)
