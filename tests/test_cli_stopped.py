"""Ctrl-C in every command that reads and writes: one line, exit code 130, files as they were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import fluidseries as fs

from conftest import write_named_tones

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are others there")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    write_named_tones(tmp_path, 12)
    for name in ("answers.json", "picture.png", "out.csv"):
        (tmp_path / name).write_text("of yesterday")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def start(*words: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    program = [sys.executable, "-m", "fluidseries", *words]
    return subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize(
    "line",
    [
        "predict model.json - --output answers.json --force",
        "convert - out.csv --force",
        "plot - --output picture.png --force",
        "plot model.json - names.json --output picture.png --force",
        "evaluate model.json - names.json",
        "inspect - names.json",
        "fit dtw-classifier - names.json --output model.json --force",
    ],
)
def test_while_it_reads(folder, line):
    """It waits for the end of its input, which never comes."""
    before = contents(folder)
    with start(*line.split()) as running:
        # As soon as it takes this, all is loaded that it needs to read: more than a pipe holds.
        running.stdin.write((folder / "series.json").read_bytes()[:-2] + b" " * 200_000)
        running.stdin.flush()
        running.send_signal(signal.SIGINT)
        told = running.communicate()[1]
    assert (running.returncode, told) == (130, b"stopped by Ctrl-C\n")
    assert contents(folder) == before


def test_while_it_loads(folder):
    """A signal that comes while a module loads, from the module itself."""
    package = folder / "slow"
    package.mkdir()
    (package / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    program = [sys.executable, "-m", "fluidseries", "inspect", "series.json"]
    shell = {**os.environ, "PYTHONPATH": str(package)}
    told = subprocess.run(program, env=shell, capture_output=True, timeout=60, check=False)
    assert (told.returncode, told.stdout, told.stderr) == (130, b"", b"stopped by Ctrl-C\n")


@pytest.mark.usefixtures("folder")
def test_in_the_background_of_a_script_it_is_not_meant():
    """There the shell lets programs ignore Ctrl-C, and it stays ignored."""
    code = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from fluidseries.__main__ import main; sys.argv[1:] = ['inspect', 'series.json']\n"
        "import fluidseries.cli_inspect as module; inspect = module.read_any\n"
        "module.read_any = lambda path: (os.kill(os.getpid(), signal.SIGINT), inspect(path))[1]\n"
        "main()"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert b"12 ('tone-0'" in told.stdout


def test_while_sounds_are_extracted(folder):
    """Whenever it comes: all is there, or nothing has changed."""
    soundfile = pytest.importorskip("soundfile", reason="sounds need the extra audio")
    pytest.importorskip("librosa", reason="sounds need the extra audio")
    rng = np.random.default_rng(0)
    (folder / "sounds" / "noise").mkdir(parents=True)
    for number in range(30):
        noise = rng.normal(0, 0.1, 22050)
        soundfile.write(folder / "sounds" / "noise" / f"{number}.wav", noise, 22050)
    before = contents(folder)
    line = "extract sounds --output answers.json --labels names.json --features mfcc --force"
    with start(*line.split()) as running:
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        told = running.communicate()[1]
    if running.returncode == 0:
        assert len(fs.read("answers.json")) == len(fs.read("names.json")) == 30
    else:
        # Python ends by the signal itself, which a shell calls 130, if it came inside an eval.
        assert running.returncode in (130, -signal.SIGINT)
        assert told == b"stopped by Ctrl-C\n"
        assert contents(folder) == before
