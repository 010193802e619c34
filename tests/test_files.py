from __future__ import annotations

import json
import os
import stat
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluidseries.errors import FormatError, InputTypeError, NonFiniteError
from fluidseries.files import read_bytes, read_json, replacing, write_bytes, write_json, write_text
from fluidseries.json_text import decode, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
CONTENT = st.recursive(
    NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


# JSON


@given(CONTENT)
def test_layout_is_that_of_an_indented_dump(content):
    text = "".join(encode(content, "x.json"))
    assert text == json.dumps(content, indent=2, ensure_ascii=False) + "\n"


@given(CONTENT)
def test_what_is_written_is_read(content):
    assert decode("".join(encode(content, "x.json")), "x.json") == content


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_bit_by_bit(number):
    (back,) = decode("".join(encode([number], "x.json")), "x.json")
    assert np.float64(back).tobytes() == np.float64(number).tobytes()


def test_exact_bytes(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"cols": 1, "data": {"é": [0.1]}, "none": {}, "empty": []})
    assert path.read_bytes() == (
        b'{\n  "cols": 1,\n  "data": {\n    "\xc3\xa9": [\n      0.1\n    ]\n  },\n'
        b'  "none": {},\n  "empty": []\n}\n'
    )


def test_other_indents(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"a": [1, {"b": 2}]}, indent=4)
    assert path.read_text() == json.dumps({"a": [1, {"b": 2}]}, indent=4) + "\n"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_non_finite_numbers_are_refused_with_their_place(tmp_path, bad):
    path = tmp_path / "a.json"
    with pytest.raises(NonFiniteError, match=r"a\.json: data / x / 1 is NaN or infinite"):
        write_json(path, {"data": {"x": [0.0, bad]}})
    assert list(tmp_path.iterdir()) == []


def test_other_types_are_refused(tmp_path):
    with pytest.raises(InputTypeError, match=r"cannot write this as JSON: .*ndarray"):
        write_json(tmp_path / "a.json", {"a": np.zeros(2)})
    with pytest.raises(InputTypeError, match="JSON keys are text, but got 1: use '1'"):
        write_json(tmp_path / "a.json", {1: 2})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.json is empty: export it again"),
        (" \n", "a.json is empty"),
        ('{"cols": 2,\n "data', r"a.json, line 2, column 2: the file ends too early"),
        ('{"cols": 2', r"a.json, line 1, column 11: the file ends too early"),
        ("RIFF....WAVE", r"a.json, line 1, column 1: not JSON \(expecting value, at 'RIFF"),
        ('{"a": 1} x', r"line 1, column 10: not JSON \(extra data, at 'x'\)"),
        ('{"a": 1, "b": 2, "a": 3}', "a.json, line 1, column 18: the key 'a' is there twice: keep"),
        ('{"a": NaN}', "a.json, line 1, column 7: NaN is not JSON: write null"),
        ('{"a": -Infinity}', "a.json, line 1, column 7: -Infinity is not JSON"),
        ("[" * 100_000, "a.json is nested too deeply"),
        ("1" * 5000, "a.json, line 1, column 1: a number with too many digits"),
    ],
)
def test_bad_json_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_json(path)


def test_every_truncation_is_an_error(tmp_path):
    path = tmp_path / "a.json"
    text = json.dumps({"cols": 2, "data": {"a": [1.5, -2e-9], "b": [None, True]}}, indent=2)
    for end in range(len(text)):
        path.write_text(text[:end])
        with pytest.raises(FormatError, match=r"the file ends too early|is empty"):
            read_json(path)


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(FormatError, match=r"a\.json is not JSON \(byte 7 is not UTF-8"):
        read_json(path)


def test_a_byte_order_mark_is_skipped(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf[1]")
    assert read_json(path) == [1]


def test_a_missing_file_names_a_similar_one(tmp_path):
    write_text(tmp_path / "gestures.json", "{}")
    with pytest.raises(
        FileNotFoundError, match=r"no such file \(did you mean 'gestures\.json'\?\)"
    ):
        read_json(tmp_path / "gesture.json")
    with pytest.raises(FileNotFoundError, match=r"no such file .looked in .*'.*zzz'"):
        read_bytes(tmp_path / "zzz")
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'"):
        read_bytes(tmp_path / "nowhere" / "x.json")


# Writing whole or not at all


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, [1])
    with pytest.raises(NonFiniteError, match="NaN"):
        write_json(path, [1.0, float("nan")])
    assert read_json(path) == [1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_block_leaves_nothing(tmp_path, error):
    def write_half():
        with replacing(tmp_path / "a") as file:
            file.write(b"half")
            assert len(list(tmp_path.iterdir())) == 1
            raise error("stop")

    with pytest.raises(error, match="stop"):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_a_failing_rename_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    write_bytes(tmp_path / "a", b"old")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_bytes(tmp_path / "a", b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_the_old_file_stays_until_the_block_ends(tmp_path):
    path = tmp_path / "a"
    write_bytes(path, b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_the_content_is_synced_before_the_rename(tmp_path, monkeypatch):
    order = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("sync"), fsync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda *a: (order.append("rename"), replace(*a))[1])
    write_bytes(tmp_path / "a", b"x")
    assert order[:2] == ["sync", "rename"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions_follow_the_umask_or_the_old_file(tmp_path):
    path = tmp_path / "a"
    before = os.umask(0o027)
    try:
        write_bytes(path, b"")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o604)
        write_bytes(path, b"")
        assert stat.S_IMODE(path.stat().st_mode) == 0o604
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_are_written_through(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    real, link = tmp_path / "elsewhere" / "real.json", tmp_path / "link.json"
    link.symlink_to(real)
    for content in ([1], [2]):  # once to a file that is not there yet
        write_json(link, content)
        assert link.is_symlink()
        assert read_json(real) == content
    assert Counter(p.name for p in tmp_path.rglob("*.json")) == {"real.json": 1, "link.json": 1}


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="needs a device")
def test_a_device_is_written_to_and_stays_a_device():
    write_bytes("/dev/null", b"gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_writing_where_it_cannot_be(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"no folder '.*nowhere': make it first"):
        write_bytes(tmp_path / "nowhere" / "a", b"")
    with pytest.raises(IsADirectoryError, match="directory"):
        write_bytes(tmp_path, b"")
    write_bytes(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # the superuser may write everything
    with pytest.raises(PermissionError, match="this file is write-protected"):
        write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_text_keeps_its_line_ends(tmp_path):
    write_text(tmp_path / "a", "é\r\n\n")
    assert read_bytes(tmp_path / "a") == "é\r\n\n".encode()
