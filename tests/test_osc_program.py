"""`fluidseries serve` and `send` as programs: scripted, killed, restarted."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fluidseries import datasets
from fluidseries.cli_serve import _tell_of_little_room
from fluidseries.errors import FluidSeriesWarning, ParameterError
from fluidseries.live import Session
from fluidseries.osc.client import guess
from fluidseries.osc.script import read_line

from osc_stage import Program

ROOT = Path(__file__).parent.parent
SPEAKERS = ("speaker1", "speaker2", "speaker3")


def send(port, *words):
    command = [sys.executable, "-m", "fluidseries.cli", "send", "--to", str(port), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def spoken(half, labels, count):
    ids = {s: [k for k, v in labels.items() if v == s][:count] for s in SPEAKERS}
    return [(speaker, half[key]) for speaker in SPEAKERS for key in ids[speaker]]


def test_who_is_speaking(tmp_path):
    """Takes recorded, learned and answered frame by frame, over a restart."""
    voices = datasets.japanese_vowels()
    program = Program(tmp_path / "p", "--quiet")
    patch = program.patch
    patch.ask("voice", "new", "classifier", "hiddenSize", 16, "maxIter", 40, "randomState", 0)
    for speaker, frames in spoken(voices.train, voices.train_speakers, 15):
        patch.ask("voice", "recordStart", speaker)
        for frame in frames:
            patch.ask("voice", "frame", *frame.tolist())
        assert patch.ask("voice", "recordStop")[1] == len(frames)
    patch.send("/fluidseries/voice/fit")
    patch.until("fit/done", 60)
    assert program.stop() == 0

    program = Program(tmp_path / "p", "--quiet")
    patch, right, heard = program.patch, [], []
    for speaker, frames in spoken(voices.test, voices.test_speakers, 12):
        patch.ask("voice", "segmentStart")
        said = [patch.ask("voice", "frame", *frame.tolist())[0] for frame in frames]
        right.append(patch.ask("voice", "segmentStop")[0] == speaker)
        wrong = [i for i, label in enumerate(said) if label != speaker]
        heard.append((wrong[-1] + 1 if wrong else 0) / len(frames))
    assert np.mean(right) > 0.85
    assert np.median(heard) < 0.7
    assert program.stop() == 0


def numbered(folder):
    """The numbers that all takes of a project hold."""
    with Session(folder) as session:
        takes = [take for model in session.models.values() for take in model.takes.values()]
        assert session.recovered.skipped_steps == 0
        return {int(number) for take in takes for number in take.frames[:, 0]}


def test_killed_again_and_again(tmp_path):
    """Every acknowledged frame is there after kill -9; bench/live.py does it 50 times."""
    rng, number, acknowledged = np.random.default_rng(0), 0, set()
    for round_ in range(4):
        program = Program(tmp_path / "p", "--quiet")
        patch = program.patch
        if round_ == 0:
            patch.ask("m", "new", "classifier", "hiddenSize", 8, "maxIter", 5)
        patch.ask("m", "recordStart", "ab"[round_ % 2])
        for _ in range(int(rng.integers(5, 60))):
            patch.ask("m", "frame", float(number), 1.0)
            acknowledged.add(number)
            number += 1
        if round_ % 2:
            patch.ask("m", "recordStop")
            patch.send("/fluidseries/m/fit")
            patch.until("m/fit")
        program.kill()
        assert acknowledged <= numbered(tmp_path / "p")


def test_send(tmp_path):
    program = Program(tmp_path / "p")
    port = program.patch.to[1]
    made = send(port, "/fluidseries/wave/new", "dtw")
    assert (made.returncode, made.stdout) == (0, "/fluidseries/wave/new DTWClassifier\n")
    wrong = send(port, "/fluidseries/wave/recordStrat")
    assert wrong.returncode == 1
    assert "did you mean 'recordStart'" in wrong.stdout
    assert send(port, "/fluidseries/wave/recordStart", "up").stdout.endswith("up-1\n")
    assert send(port, "/fluidseries/wave/frame", "-0.5", "-1e-3").returncode == 0
    assert send(port, "/fluidseries/wave/recordStop").stdout.endswith("up-1 1 0\n")
    lost = send(port, "/wave/frame", "0.1")
    assert "/wave/frame is no address: it is /fluidseries/<model>/<request>" in lost.stdout
    assert "start serve with --wekinator" in send(port, "/wek/inputs", "0.1").stdout
    assert "no model 'vawe' (there is wave): make" in send(port, "/fluidseries/vawe/fit").stdout
    unsure = send(port, "/fluidseries/wave/fit", "--until", "fit/done", "--wait", "60").stdout
    assert "/fluidseries/wave/warning every take is called 'up'" in unsure
    assert "an address begins with /" in send(port, "wave/frame", "0.1").stderr
    assert "No such option: --untill; did you mean --until?" in send(port, "/x", "--untill").stderr
    assert program.stop() == 0
    nobody = send(port, "/fluidseries/ping", "--wait", "0.2")
    assert nobody.returncode == 1
    assert "is fluidseries serve running" in nobody.stderr


SCRIPT = """\
# a model in a few lines
/fluidseries/hand/new dtw
/fluidseries/hand/recordStart "big wave"
/fluidseries/hand/frame -0.5 1

/fluidseries/hand/recordStop
/fluidseries/hand/fot
hand/fit
/fluidseries/hand/frame "0.5
/fluidseries/hand/recordStart down   # and another
/fluidseries/hand/frame 0.5 1 --wait 0
/fluidseries/hand/recordStop
/fluidseries/hand/fit --until fit/done --wait 60
/fluidseries/hand/predict "big wave-1"
"""


def test_send_from_standard_input(tmp_path):
    program = Program(tmp_path / "p", "--quiet")
    command = [sys.executable, "-m", "fluidseries.cli", "send", "--to", str(program.patch.to[1])]
    run = subprocess.run([*command, "-"], input=SCRIPT, capture_output=True, text=True, check=False)
    said = [line.removeprefix("/fluidseries/hand/") for line in run.stdout.splitlines()]
    assert said[:4] == [
        "new DTWClassifier", "recordStart big wave-1", "frame", "recordStop big wave-1 1 0"
    ]  # fmt: skip
    assert said[4].startswith("/fluidseries/error /fluidseries/hand/fot there is no request")
    assert said[5:8] == ["recordStart down-1", "recordStop down-1 1 0", "fit 2"]
    assert said[-2].startswith("fit/done ")
    assert said[-1].startswith("predict big wave-1 big wave ")
    assert run.stderr.splitlines() == [
        "line 8: an address begins with /, as in /fluidseries/wave/frame: got 'hand/fit'",
        "line 9: '/fluidseries/hand/frame \"0.5' has a quotation mark without another",
    ]
    assert run.returncode == 1
    # An answer comes before the next line is there.
    typed = subprocess.Popen([*command, "-"], stdin=-1, stdout=-1, text=True)
    for _ in range(2):
        typed.stdin.write("/fluidseries/models\n")
        typed.stdin.flush()
        assert typed.stdout.readline() == "/fluidseries/models hand\n"
    typed.stdin.close()
    assert typed.wait() == 0
    typed.stdout.close()
    assert program.stop() == 0
    run = subprocess.run(
        [*command, "-", "--wait", "0.2"], input=SCRIPT, capture_output=True, text=True, check=False
    )
    assert "line 2: nobody answers" in " ".join(run.stderr.split())
    assert run.returncode == 1
    run = subprocess.run([*command, "-", "x"], capture_output=True, text=True, check=False)
    assert "leave out 'x'" in run.stderr


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("/a --wait soon", "--wait needs seconds from 0, not 'soon'"),
        ("/a --wait -1", "--wait needs seconds from 0, not '-1'"),
        ("/a --until", "--until needs the end of an address"),
        ("/a --unitl x", "a line has no option --unitl: there are --wait and --until"),
    ],
)
def test_lines_that_cannot_be(line, text):
    with pytest.raises(ParameterError, match=re.escape(text)):
        read_line(line)


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "hall").touch()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "models").touch()
    command = [sys.executable, "-m", "fluidseries.cli", "serve", "--port", "0", "--project"]
    for project, text in [
        (tmp_path / "hall", "hall is a file: give the name of a folder"),
        (tmp_path / "open", "cannot be written (File exists), and all that is recorded"),
    ]:
        run = subprocess.run([*command, project], capture_output=True, text=True, check=False)
        assert run.returncode == 1
        assert text in " ".join(run.stderr.split())
        assert "Traceback" not in run.stderr


def test_a_disk_that_is_nearly_full(tmp_path, monkeypatch, recwarn):
    with Session(tmp_path) as session:
        _tell_of_little_room(session)
        assert not recwarn.list
        usage = shutil.disk_usage(tmp_path)._replace(free=40_000_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        with pytest.warns(FluidSeriesWarning, match="has 40 MB left: make room before you record"):
            _tell_of_little_room(session)


def test_words_are_guessed():
    assert [guess(w) for w in ("3", "-2.5", "1e3", "wave-1", "inf", "nan", "")] == [
        3, -2.5, 1000.0, "wave-1", "inf", "nan", ""]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--host", "no.such.host.invalid"], "is no host"),
        (["--inputs", "3"], "add --wekinator"),
        (["--wekinator", "regresion"], "it must be regression"),
        (["--reply", "x"], "give HOST:PORT"),
        (["--port", "70000"], "'--port': it must be 65535 or less"),
        (["--out-port", "0"], "'--out-port': it must be 1 or more"),
        (["--wekinator", "regression", "--in-address", "x"], "an address begins with /"),
    ],
)
def test_options_that_cannot_be(tmp_path, options, text):
    command = [sys.executable, "-m", "fluidseries.cli", "serve", "--project", str(tmp_path / "p")]
    run = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert text in run.stderr


def test_the_page_has_the_tables_of_the_program():
    spec = importlib.util.spec_from_file_location("osc_tables", ROOT / "tools" / "osc_tables.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (ROOT / "docs" / "osc.md").read_text(encoding="utf-8")
    assert page == tool.written(page), "run: python tools/osc_tables.py"
