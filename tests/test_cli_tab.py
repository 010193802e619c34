"""Completion in the shells themselves: installed, typed, and the line that it made is run."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fluidseries as fs

pty = pytest.importorskip("pty", reason="there are no such terminals")

# The machine may be busy; what is waited for comes within a second on one that is not.
PATIENCE = 90


class Terminal:
    """A shell in a terminal, with an empty home, as after installing the program."""

    def __init__(self, shell: str, home: Path) -> None:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        # Terminals that can do little are asked little: the answers would have to be given here.
        shell_env = {"HOME": str(home), "PATH": path, "TERM": "xterm", "LANG": "C.UTF-8"}
        install = [shell, "-c", "fluidseries --install-completion; true"]
        subprocess.run(install, env=shell_env, check=True, capture_output=True, timeout=PATIENCE)
        main, end = pty.openpty()
        self.main, self.end = main, end
        # A terminal belongs to the session whose first process opens it.
        opened = f"exec {shell} -i <> {os.ttyname(end)} >&0 2>&1"
        self.process = subprocess.Popen(["sh", "-c", opened], env=shell_env, start_new_session=True)
        self.wait_for_silence()

    def wait_for_silence(self) -> None:
        """Read on until the shell has greeted and waits."""
        seen, quiet = b"", 0
        while not seen or quiet < 10:
            piece = self.read(0.1)
            seen, quiet = seen + piece, 0 if piece else quiet + 1

    def read(self, seconds: float) -> bytes:
        ready = select.select([self.main], [], [], seconds)[0]
        return os.read(self.main, 65536) if ready else b""

    def type(self, keys: str, *, until: str) -> None:
        """Press keys, and wait until the shell shows this."""
        os.write(self.main, keys.encode())
        seen, end = b"", time.monotonic() + PATIENCE
        while until.encode() not in seen:
            assert time.monotonic() < end, f"after {keys!r} no {until!r} in {seen!r}"
            seen += self.read(0.5)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.main)
        os.close(self.end)


@pytest.fixture(params=["bash", "zsh", "fish"])
def terminal(request, tmp_path, monkeypatch):
    if shutil.which(request.param) is None:
        pytest.skip(f"there is no {request.param} on this machine")
    series = fs.DataSeries({"up": [[0.0], [1.0]], "down": [[1.0], [0.0]]})
    labels = fs.LabelSet({"up": "rise", "down": "fall"})
    work = tmp_path / "work"
    (work / "takes").mkdir(parents=True)
    series.write(work / "takes" / "my series.json")
    fs.DTWClassifier(num_neighbours=1).fit(series, labels).write(work / "model.json")
    monkeypatch.chdir(work)
    terminal = Terminal(request.param, tmp_path)
    yield terminal
    terminal.close()


def test_a_line_completed_at_every_word_runs(terminal):
    """Commands, models, folders to go on into, and names with a space in them."""
    terminal.type("fluidseries pre\t", until="dict")
    terminal.type("mo\t", until="del.json")
    terminal.type("ta\t", until="kes/")
    terminal.type("my\t", until=r"\ series.json")
    terminal.type("--output new.json\r", until="2 labels")
    assert fs.LabelSet.read("new.json") == fs.LabelSet({"up": "rise", "down": "fall"})
