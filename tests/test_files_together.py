"""Several files at once: all of them take their places, or none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import files
from fluidseries.cli import main

SERIES = fs.DataSeries({"a": [[0.0], [1.0]], "b": [[1.0], [0.0]]})
LABELS = fs.LabelSet({"a": "up", "b": "down"})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    fs.write(tmp_path / "both.csv", (SERIES, LABELS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def run(line: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(line.split())
    return int(exit_.value.code or 0)


class Failing:
    """The n-th call of a function raises."""

    def __init__(self, real, number: int, error: BaseException) -> None:
        self.real, self.left, self.error = real, number, error

    def __call__(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return self.real(*args, **kwargs)


ERRORS = [OSError(5, "the disk is gone"), KeyboardInterrupt()]


@pytest.mark.parametrize("error", ERRORS, ids=["an error", "Ctrl-C"])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("there_before", [False, True])
@pytest.mark.parametrize("step", ["written", "renamed"])
def test_convert_writes_both_or_none(
    folder, monkeypatch, capsys, error, number, there_before, step
):
    if there_before:
        for name in ("series.json", "labels.json"):
            (folder / name).write_text("of yesterday")
    before = contents(folder)
    line = "convert both.csv series.json --labels labels.json --force"
    if step == "written":
        monkeypatch.setattr(files.os, "fsync", Failing(os.fsync, number, error))
    else:
        failing = Failing(Path.replace, number, error)
        monkeypatch.setattr(files.Path, "replace", lambda *args: failing(*args))
    assert run(line) == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert "stopped by Ctrl-C\n" in capsys.readouterr().err or not isinstance(
        error, KeyboardInterrupt
    )
    assert contents(folder) == before
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert run(line) == 0
    assert fs.read("series.json") == SERIES
    assert fs.read("labels.json") == LABELS
    assert len(contents(folder)) == 3


def test_a_folder_of_files_is_one_of_the_two(folder, monkeypatch):
    line = "convert both.csv takes/{id}.csv --labels labels.json"
    before = contents(folder)
    failing = Failing(Path.replace, 4, ERRORS[0])  # the two in the folder, the folder, the labels
    monkeypatch.setattr(files.Path, "replace", lambda *args: failing(*args))
    assert run(line) == 1
    assert failing.left == 0
    assert contents(folder) == before
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert run(line) == 0
    assert sorted(path.name for path in Path("takes").iterdir()) == ["a.csv", "b.csv"]


def test_content_that_one_file_cannot_hold(folder, capsys):
    fs.write("gap.csv", (fs.DataSeries({"a": [[np.nan]], "b": [[1.0]]}), LABELS))
    before = contents(folder)
    assert run("convert gap.csv labels-first.csv --labels labels.ts") == 1
    assert "error: " in capsys.readouterr().err
    assert contents(folder) == before


def test_extract_writes_all_or_none(tmp_path, monkeypatch, capsys):
    soundfile = pytest.importorskip("soundfile", reason="sounds need the extra audio")
    pytest.importorskip("librosa", reason="sounds need the extra audio")
    (tmp_path / "sounds" / "hiss").mkdir(parents=True)
    noise = np.random.default_rng(0).normal(0, 0.1, 22050)
    soundfile.write(tmp_path / "sounds" / "hiss" / "1.wav", noise, 22050)
    (tmp_path / "labels.json").write_text("of yesterday")
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    failing = Failing(Path.replace, 2, OSError(5, "the disk is gone"))
    monkeypatch.setattr(files.Path, "replace", lambda *args: failing(*args))
    line = "extract sounds --output series.json --labels labels.json --features loudness --force"
    assert run(line) == 1
    told = capsys.readouterr()
    assert "the disk is gone" in told.err
    assert told.out == ""
    assert contents(tmp_path) == before


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=5), st.integers(0, 6))
def test_any_files_written_together(tmp_path_factory, names, bad):
    folder = tmp_path_factory.mktemp("together")
    (folder / "a").write_text("old")
    before = contents(folder)

    def write():
        with files.together():
            for number, name in enumerate(names):
                files.write_text(folder / name, f"{name} {number}")
                assert contents(folder).get(name) == before.get(name)
                if number == bad:
                    raise ZeroDivisionError

    if bad < len(names):
        with pytest.raises(ZeroDivisionError):
            write()
        assert contents(folder) == before
    else:
        write()
        wanted = {name: f"{name} {number}".encode() for number, name in enumerate(names)}
        assert contents(folder) == {**before, **wanted}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_permissions_stay(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    with files.together():
        files.write_text(tmp_path / "a", "new")
        files.write_text(tmp_path / "b", "new")
    assert (tmp_path / "a").stat().st_mode & 0o7777 == 0o640
