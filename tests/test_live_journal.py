"""The journal: cut off or damaged anywhere, every record that is whole is read."""

from __future__ import annotations

import errno
import os
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidseries.errors import BusyError, FormatError, InputError, StorageError, VersionError
from fluidseries.live import Session, folder, journal, project
from fluidseries.live.journal import BLOCK, FRAME, STEP, Journal, read_records, record

contents = st.lists(st.tuples(st.sampled_from([STEP, FRAME, BLOCK]), st.binary(max_size=40)))


@given(contents, st.binary(max_size=30))
def test_what_was_written_is_read(records, tail):
    data = b"".join(record(kind, content) for kind, content in records)
    assert list(read_records(data)) == records
    # Half a record, or nonsense, before new ones: the tail itself may hold no whole record, nor
    # the byte that the half one lacks.
    tail = b"\0" + tail
    torn = data + record(STEP, b"lost")[:-1] + tail.replace(b"\xf5", b"\xf4") + data
    found = list(read_records(torn))
    assert [each for each in found if each.kind] == records * 2
    assert sum(len(each.content) for each in found if not each.kind) == 15 + len(tail)


@given(contents.filter(len), st.data())
def test_a_cut_loses_the_record_that_it_hits(records, data):
    whole = [record(kind, content) for kind, content in records]
    joined, ends = b"".join(whole), np.cumsum([len(each) for each in whole])
    for cut in range(len(joined)):
        found = [each for each in read_records(joined[:cut]) if each.kind]
        assert found == records[: int(np.searchsorted(ends, cut, side="right"))]
    place, bit = data.draw(st.integers(0, len(joined) - 1)), data.draw(st.integers(0, 7))
    damaged = bytearray(joined)
    damaged[place] ^= 1 << bit
    hit = int(np.searchsorted(ends, place, side="right"))
    found = [each for each in read_records(bytes(damaged)) if each.kind]
    assert found == records[:hit] + records[hit + 1 :]


def small_project(folder):
    """Two takes, one of them unfinished, and all frames in the order in which they were taken."""
    with Session(folder) as session:
        hand = session.new("hand", "regressor", targets="frame")
        hand.target([0.5])
        for take in range(2):
            hand.record_start("wave")
            for number in range(6):
                hand.target([float(number)])
                hand.frame([10.0 * take + number, -1.0])
            if not take:
                hand.record_stop()
        hand.mute("wave-1")
        return (folder / "journal").read_bytes()


def test_a_project_cut_off_anywhere_opens(tmp_path, monkeypatch):
    # No power is cut here, and a thousand waits for the disk take half a minute.
    monkeypatch.setattr(journal.os, "fsync", lambda _: None)
    data = small_project(tmp_path / "whole")
    records, ends, frames = [], [], 0
    for each in read_records(data):
        frames += each.kind == FRAME
        records.append(frames)
        ends.append((ends[-1] if ends else 0) + len(record(*each)))
    folder = tmp_path / "cut"
    # Everywhere in frames and short steps, here and there in long ones.
    near = {end + k for end in [0, *ends] for k in range(-40, 41)}
    for cut in range(len(data) + 1):
        if cut % 16 and cut not in near:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "journal").write_bytes(data[:cut])
        with Session(folder) as session:
            whole = int(np.searchsorted(ends, cut, side="right"))
            wanted = records[whole - 1] if whole else 0
            takes = session["hand"].takes.values() if "hand" in session.models else []
            rows = [row for take in takes for row in take.frames]
            assert len(rows) == session.recovered.frames == wanted
            numbers = [number % 10 for number, _ in rows]
            assert numbers == [i % 6 for i in range(wanted)]
            targets = [row[0] for take in takes for row in take.targets]
            assert targets == numbers
            assert session.recovered.skipped_steps == 0
            # What comes now comes behind what was cut off.
            model = session.new("next", "dtw")
            model.add_take("a", [[1.0]], "x")
        if cut % 3:
            continue
        with Session(folder) as session:
            assert session["next"].takes["a"].label == "x"
            assert session.recovered.skipped_bytes == cut - (ends[whole - 1] if whole else 0)


@settings(max_examples=30)
@given(data=st.data())
def test_a_damaged_project_opens(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(small_project(folder))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    (folder / "journal").write_bytes(content)
    with Session(folder) as session:
        found = session.recovered
        assert found.skipped_bytes >= 12
        # One frame, unless it was the step that began a take or the model.
        assert found.frames in (11, 12) or found.skipped_steps >= 6


def test_a_long_journal_is_written_anew(tmp_path, monkeypatch):
    small_project(tmp_path)
    with Session(tmp_path) as session:
        hand = session["hand"]
        hand.rename("wave-1", "first")
        hand.undo()
        session.set("port", 6448)
        before = hand.takes
        state = session._project.memories["hand"].to_dict(lambda array: array.tolist())
    monkeypatch.setattr(project, "MANY_FRAMES", 3)
    size = (tmp_path / "journal").stat().st_size
    with Session(tmp_path) as session:
        assert session.recovered.frames == 12
    assert (tmp_path / "journal").stat().st_size != size
    monkeypatch.undo()
    with Session(tmp_path) as session:
        hand = session["hand"]
        assert session.recovered.frames == 0
        assert session.get("port") == 6448
        assert session._project.memories["hand"].to_dict(lambda array: array.tolist()) == state
        assert hand.redo() == "rename wave-1 first"
        assert list(hand.takes) == ["first", "wave-2"]
        assert (hand.takes["first"].frames == before["wave-1"].frames).all()
        hand.record_start("wave")
        hand.frame([1.0, 2.0])
        hand.record_stop()
    with Session(tmp_path) as session:
        assert list(session["hand"].takes) == ["first", "wave-2", "wave-3"]


def test_what_is_unreadable_is_kept(tmp_path, monkeypatch):
    data = bytearray(small_project(tmp_path))
    data[len(data) // 2] ^= 1
    (tmp_path / "journal").write_bytes(data)
    monkeypatch.setattr(project, "MANY_FRAMES", 3)
    Session(tmp_path).close()
    assert (tmp_path / "journal.damaged-1").read_bytes() == data


def test_one_session_at_a_time(tmp_path):
    with (
        Session(tmp_path),
        pytest.raises(BusyError, match="another program has the project"),
    ):
        Session(tmp_path)
    Session(tmp_path).close()


def test_a_folder_that_is_no_project(tmp_path):
    (tmp_path / "journal").write_text("Dear diary, " * 10)
    for _ in range(2):
        with pytest.raises(FormatError, match="is not a journal of fluidseries"):
            Session(tmp_path)
    assert (tmp_path / "journal").read_text().startswith("Dear diary")
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file is a file: give the name of a folder"):
        Session(tmp_path / "file")
    with pytest.raises(StorageError, match=r"hall cannot be written \(Not a directory\), and all "
                       r"that is recorded .*: choose another one, such as ~.hall"):  # fmt: skip
        Session(tmp_path / "file" / "hall")


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    small_project(tmp_path / "there")
    before = (tmp_path / "there" / "journal").read_bytes()

    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        patched.setattr(folder.os, "open", refuse)
        with pytest.raises(StorageError, match="copy it to a place where you can write, and open"):
            Session(tmp_path / "there")
        with pytest.raises(StorageError, match=r"\(Read-only file system\), and all that is"):
            Session(tmp_path / "new")
    assert (tmp_path / "there" / "journal").read_bytes() == before
    with Session(tmp_path / "there") as session:
        assert len(session["hand"].takes) == 2


def test_a_project_does_not_begin_on_a_full_disk(tmp_path, monkeypatch):
    real = journal.os.write
    monkeypatch.setattr(journal.os, "write", lambda file, data: real(file, data[:0]))
    with pytest.raises(StorageError, match=r"a project cannot begin in .*: make room on its disk"):
        Session(tmp_path)
    monkeypatch.setattr(journal.os, "write", real)
    Session(tmp_path).close()


def test_a_newer_project(tmp_path):
    (tmp_path / "journal").write_bytes(record(STEP, b'{"do":"begin","version":2}'))
    with pytest.raises(VersionError, match="a newer fluidseries wrote this project"):
        Session(tmp_path)


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/passwd", "a/../../x", ".", "", "journal", "Models/x.json", ".lock", "a\0b"],
)
def test_no_path_leads_out(tmp_path, path):
    with Session(tmp_path / "p") as session:
        with pytest.raises(
            InputError, match=r"outside the project|kept for the project|not a path"
        ):
            session.path(path)
        assert session.path("good.json") == (tmp_path / "p" / "good.json").resolve()


def test_no_link_leads_out(tmp_path):
    with Session(tmp_path / "p") as session:
        (tmp_path / "p" / "link").symlink_to(tmp_path)
        with pytest.raises(InputError, match="outside the project"):
            session.path("link/x.json")


def test_a_full_disk(tmp_path, monkeypatch):
    with Session(tmp_path) as session:
        hand = session.new("hand", "dtw")
        hand.record_start("up")
        hand.frame([1.0])
        real = journal.os.write
        monkeypatch.setattr(journal.os, "write", lambda file, data: real(file, data[:7]))
        for _ in range(2):
            with pytest.raises(StorageError, match="full: this was not recorded"):
                hand.frame([2.0])
        with pytest.raises(StorageError, match="full"):
            hand.record_stop()
        monkeypatch.setattr(journal.os, "write", real)
        hand.frame([3.0])
        hand.record_stop()
    with Session(tmp_path) as session:
        assert session["hand"].takes["up-1"].frames.tolist() == [[1.0], [3.0]]
        assert session.recovered.skipped_bytes == 21


def test_after_the_end(tmp_path):
    session = Session(tmp_path)
    hand = session.new("hand", "dtw")
    session.close()
    session.close()
    with pytest.raises(StorageError, match="the session is closed"):
        hand.record_start("up")
    log = Journal(tmp_path / "other")
    log.write(STEP, b"{}")
    log.close()
    log.close()
    assert [*read_records((tmp_path / "other").read_bytes())] == [(STEP, b"{}")]
