"""The walk of docs/audio.md, as a new user goes it: examples/voices.sh, line by line."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fluidseries as fs
from fluidseries.cli import main

EXAMPLES = Path(__file__).parent.parent / "examples"

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None,
    reason="espeak-ng speaks the words of this walk, and it is not installed",
)
pytest.importorskip("librosa")


def commands(script: Path) -> list[list[str]]:
    """Return the lines of a shell script that do something, split as a shell does."""
    text = script.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    return [line for line in lines if line and line != ["set", "-e"]]


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """The folder after the walk, and what each command printed."""
    folder, printed = tmp_path_factory.mktemp("walk"), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for command in commands(EXAMPLES / "voices.sh"):
            printed[" ".join(command)] = run(command)
    return folder, printed


def run(command: list[str]) -> str:
    program, *arguments = command
    if program == "fluidseries":
        # In this process: a new one for each would load everything anew.
        with contextlib.redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0, command
        return out.getvalue()
    if program == "python3":
        script = arguments[0].replace("$(dirname $0)", str(EXAMPLES))
        command = [sys.executable, script, *arguments[1:]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_every_step_says_what_it_did(walked):
    _, printed = walked
    assert len(printed) >= 12
    for command, out in printed.items():
        assert out.strip() or command.startswith("espeak-ng"), command


def test_words_by_voices_that_it_has_not_heard_are_named(walked):
    folder, printed = walked
    answer = next(out for line, out in printed.items() if "evaluate word.json" in line)
    assert float(re.search(r"([\d.]+)% get their label", answer)[1]) >= 90
    assert dict(fs.LabelSet.read(folder / "my-word.json")) == {"mine": "tomorrow"}


def test_speed_and_height_are_near(walked):
    folder, printed = walked
    answer = next(out for line, out in printed.items() if "evaluate speech.json" in line)
    r2 = [float(line.split()[-1]) for line in answer.splitlines() if line[:2] in ("0 ", "1 ")]
    assert r2[0] > 0.75
    assert r2[1] > 0.5
    speed, height = fs.DataSet.read(folder / "my-numbers.json")["mine"]
    assert 150 < speed < 250
    assert 5 < height < 65


def test_the_models_know_how_their_sounds_were_described(walked):
    folder, printed = walked
    origin = json.loads((folder / "known.json").read_text())["origin"]
    for name in ("word", "speech"):
        assert fs.read_model(folder / f"{name}.json").origin_ == origin
    told = next(out for line, out in printed.items() if "inspect" in line)
    assert re.search("13 +loudness", told)
    assert "features mfcc loudness pitch" in told
