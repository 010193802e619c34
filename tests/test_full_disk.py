"""A disk that is full in the middle of a show: nothing is lost, and the models play on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import cli, files
from fluidseries.errors import InputError, StorageError
from fluidseries.live import Session, journal
from fluidseries.live.learning import LearningVerbs

FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def disk(monkeypatch):
    """A disk whose room can be taken from the journal and given back."""

    class Disk:
        real = staticmethod(os.write)

        def fill(self):
            monkeypatch.setattr(journal.os, "write", lambda file, data: self.real(file, data[:7]))

        def make_room(self):
            monkeypatch.setattr(journal.os, "write", self.real)

    return Disk()


def learned(session):
    hand = session.new("hand", "classifier", max_iter=2, hidden_size=4)
    for label, height in (("up", 1.0), ("down", -1.0)):
        hand.add_take(f"{label}-1", np.full((8, 1), height), label)
    hand.fit().result(60)
    return hand


def test_it_answers_what_it_cannot_record(tmp_path, disk):
    with Session(tmp_path) as session:
        hand = learned(session)
        hand.record_start("up")
        answer = hand.frame([1.0])
        hand.reset()
        disk.fill()
        with pytest.raises(StorageError, match="full: this was not recorded; make room") as err:
            hand.frame([1.0])
        assert err.value.answer.probabilities.tolist() == answer.probabilities.tolist()
        assert session.frame([1.0])["hand"].answer is not None
        disk.make_room()
        assert len(hand.record_stop()) == 1


def test_a_recording_can_be_dropped(tmp_path, disk):
    with Session(tmp_path) as session:
        hand = learned(session)
        hand.record_start("up")
        hand.frame([1.0])
        disk.fill()
        assert hand.record_discard() == "up-2"
        assert hand.frame([1.0]) is not None
        with pytest.raises(StorageError, match="full"):
            hand.record_start("up")
        disk.make_room()
        assert hand.record_start("down") == "down-2"
        hand.frame([2.0])
        hand.record_stop()
    with Session(tmp_path) as session:
        assert list(session["hand"].takes) == ["up-1", "down-1", "down-2"]
        assert session.recovered.takes == ()


def test_what_was_dropped_without_a_trace_comes_back(tmp_path, disk):
    with Session(tmp_path) as session:
        hand = learned(session)
        hand.record_start("up")
        hand.frame([1.0])
        disk.fill()
        hand.record_discard()
        assert list(hand.takes) == ["up-1", "down-1"]
    disk.make_room()
    with Session(tmp_path) as session:
        assert session.recovered.takes == (("hand", "up-2"),)


def test_a_project_opens(tmp_path, disk):
    with Session(tmp_path) as session:
        learned(session).record_start("up")
        session["hand"].frame([1.0])
    disk.fill()
    with Session(tmp_path) as session:
        hand = session["hand"]
        assert hand.frame([1.0]) is not None
        assert list(hand.takes) == ["up-1", "down-1", "up-2"]
        disk.make_room()
        hand.delete("up-1")
    with Session(tmp_path) as session:
        assert list(session["hand"].takes) == ["down-1", "up-2"]
        assert session.recovered.takes == ()


@needs_full
def test_a_fit_that_cannot_be_kept(tmp_path, monkeypatch):
    with Session(tmp_path) as session:
        hand = learned(session)
        monkeypatch.setattr(LearningVerbs, "_new_place", lambda _: str(FULL))
        with pytest.raises(StorageError, match=r"cannot be kept in the project .the disk is full"):
            hand.fit().result(60)
        assert hand.frame([1.0]) is not None


@needs_full
def test_a_model_that_is_written_over_another_stays_whole(tmp_path, monkeypatch):
    with Session(tmp_path) as session:
        hand = learned(session)
        before = hand.write("mine.json").read_bytes()

        def full(_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "fsync", full)
        with pytest.raises(InputError, match=r"'mine.json' cannot be written .the disk is full"):
            hand.write("mine.json")
        monkeypatch.undo()
        assert (tmp_path / "mine.json").read_bytes() == before


def test_a_model_that_is_not_there(tmp_path):
    with Session(tmp_path) as session:
        hand = learned(session)
        with pytest.raises(InputError, match=r"nothing\.json: there is no such file"):
            hand.read("nothing.json").result(60)
        assert hand.snapshot("good").playing


@needs_full
def test_the_command_line(tmp_path, capsys):
    fs.DataSet({"a": [1.0]}).write(tmp_path / "a.json")
    (tmp_path / "b.json").symlink_to(FULL)
    with pytest.raises(SystemExit) as end:
        cli.main(["convert", str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--force"])
    assert end.value.code == 1
    assert "b.json: the disk is full: make room on it" in capsys.readouterr().err
