"""The .ts format: aeon's files and real data read, ours read by aeon, damaged ones refused."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.errors import (
    DimensionError,
    EmptyError,
    FormatError,
    IdentifierError,
    InputError,
    InputTypeError,
    NonFiniteError,
)

from damage import damaged

AEON = Path(__file__).parent / "files" / "aeon"

HEAD = "@timestamps false\n@missing false\n@classLabel true up down\n@data\n"


def write(folder, text, name="x.ts"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", ["labels", "targets", "unequal", "missing", "alone"])
def test_what_aeon_wrote_is_read_as_aeon_reads_it(name):
    wanted = json.loads((AEON / f"{name}.json").read_text())
    read = fs.read(AEON / f"{name}.ts")
    series, answers = read if isinstance(read, fs.Examples) else (read, None)
    assert series.get_ids() == ["0", "1", "2"]
    for mine, case in zip(series.values(), wanted["cases"], strict=True):
        np.testing.assert_array_equal(mine, np.array(case, dtype=float).T)
    if wanted["answers"] is None:
        assert answers is None
    elif isinstance(answers, fs.LabelSet):
        assert list(answers.values()) == wanted["answers"]
    else:
        assert [float(point[0]) for point in answers.values()] == wanted["answers"]


@pytest.mark.parametrize("set_", [
    "BasicMotions", "CardanoSentiment", "Covid3Month", "JapaneseVowels", "PickupGestureWiimoteZ",
    "Tecator",
])  # fmt: skip
def test_real_data_come_back_from_our_own_files(set_, real_data, tmp_path):
    source, target = fs.read(real_data / set_ / f"{set_}_TRAIN.ts")
    assert len(source) == len(target)
    for name in ("again.ts", "again.csv"):
        fs.write(tmp_path / name, (source, target))
        again = fs.read(tmp_path / name)
        assert again == (source, target)
        assert again.source.get_ids() == source.get_ids()


def test_real_data_are_what_the_package_has(real_data):
    voices = fs.datasets.japanese_vowels()
    source, target = fs.read(real_data / "JapaneseVowels" / "JapaneseVowels_TEST.ts")
    for mine, known in zip(source.values(), voices.test.values(), strict=True):
        np.testing.assert_array_equal(mine, known)
    assert [f"speaker{x}" for x in target.values()] == list(voices.test_speakers.values())


def test_aeon_reads_what_we_write(tmp_path, real_data):
    aeon = pytest.importorskip("aeon.datasets", reason="compares with aeon where it is installed")
    for set_ in ("JapaneseVowels", "Covid3Month", "BasicMotions"):
        source, target = fs.read(real_data / set_ / f"{set_}_TRAIN.ts")
        fs.write(tmp_path / "ours.ts", (source, target))
        cases, answers = aeon.load_from_ts_file(str(tmp_path / "ours.ts"))
        for mine, case in zip(source.values(), cases, strict=True):
            np.testing.assert_array_equal(mine, case.T)
        if isinstance(target, fs.LabelSet):
            assert list(answers) == [label.lower() for label in target.values()]
        else:
            assert list(answers) == [point[0] for point in target.values()]


@pytest.mark.parametrize("kind", ["classification", "regression", None])
@pytest.mark.parametrize("seed", range(4))
def test_aeon_and_we_read_the_same(kind, seed, tmp_path):
    aeon = pytest.importorskip("aeon.datasets", reason="compares with aeon where it is installed")
    rng = np.random.default_rng(seed)
    dims, lengths = rng.integers(1, 4), rng.integers(2, 6, 5) if seed % 2 else [4] * 5
    cases = [rng.normal(size=(dims, length)) * 10.0 ** rng.integers(-9, 9) for length in lengths]
    if seed > 1:
        cases[1][0, 0] = np.nan
    answers = np.array(["up", "down", "up", "up", "down"])
    answers = rng.normal(size=5) if kind == "regression" else answers if kind else None
    collection = np.stack(cases) if len({*lengths}) == 1 else cases
    aeon.save_to_ts_file(collection, answers, label_type=kind, path=tmp_path, problem_name="theirs")
    fs.write(tmp_path / "ours.ts", fs.read(tmp_path / "theirs.ts"))
    for name in ("theirs.ts", "ours.ts"):
        mine = fs.read(tmp_path / name)
        theirs, found = aeon.load_from_ts_file(str(tmp_path / name))
        assert isinstance(mine, fs.Examples) == (kind is not None)
        source = mine.source if kind else mine
        assert source == fs.formats.from_aeon(theirs)
        if kind == "classification":
            assert list(mine.target.values()) == list(found)
        elif kind == "regression":
            assert [float(point[0]) for point in mine.target.values()] == list(found)


words = st.text("abcXYZ019_-,é", min_size=1, max_size=6)
numbers = st.floats(allow_infinity=False)
tables = st.integers(1, 3).flatmap(
    lambda dims: st.lists(
        st.lists(st.lists(numbers, min_size=dims, max_size=dims), min_size=1, max_size=5),
        min_size=1, max_size=5,
    )
)  # fmt: skip


@settings(max_examples=60)
@given(tables, st.data())
def test_a_round_trip_is_equality(tmp_path_factory, arrays, data):
    path = tmp_path_factory.mktemp("ts") / "x.ts"
    series = fs.DataSeries.from_arrays(arrays)
    fs.write(path, series)
    assert fs.read(path) == series
    labels = fs.LabelSet({name: data.draw(words) for name in series})
    fs.write(path, (series, labels))
    assert fs.read(path) == (series, labels)
    values = st.floats(allow_nan=False, allow_infinity=False)
    points = fs.DataSet({name: data.draw(values) for name in series})
    fs.write(path, (series, points))
    assert fs.read(path) == (series, points)


def test_spellings_that_archives_have(tmp_path):
    text = (
        "\ufeff# comment\n\n@problemName x\n@timeStamps FALSE\n@CLASSLABEL TRUE Up down\n@Data\n"
        "1, 2 ,?: 4,NaN,6:up\n\n# between\n7,8,9:1e2,.5,-0:DOWN\r\n"
    )
    source, target = fs.read(write(tmp_path, text))
    np.testing.assert_array_equal(source["0"], [[1, 4], [2, np.nan], [np.nan, 6]])
    np.testing.assert_array_equal(source["1"], [[7, 100], [8, 0.5], [9, 0]])
    assert list(target.values()) == ["Up", "down"]
    head = "@timestamps true\n@classLabel true a\n@data\n"
    source, _ = fs.read(write(tmp_path, head + "(0,1.5),(1,2.5):(0,3),(1,?):a\n"))
    np.testing.assert_array_equal(source["0"], [[1.5, 3], [2.5, np.nan]])
    source, _ = fs.read(write(tmp_path, head + "(2020-01-01 00:00:00,1),(2020-01-02 10:00:00,2):a"))
    assert source["0"].tolist() == [[1], [2]]
    assert fs.read(write(tmp_path, HEAD), dtype="float32").source.dtype == np.float32


@pytest.mark.parametrize(("text", "message"), [
    ("", r"x\.ts, line 1: the file ends without @data"),
    ("@data\n1,2:a\n", "line 1, column 1: the header says neither @classLabel nor @targetlabel"),
    ("1,2,3:a\n", "line 1, column 1: '1,2,3:a' stands before @data"),
    ("@classLabel maybe\n@data\n", "line 1, column 1: '@classLabel maybe' must say true or false"),
    ("@dimensions x\n@data\n", "line 1, column 1: a count of dimensions is wanted"),
    (HEAD + "1,2:up\n1,x2:up\n", "line 6, column 3: 'x2' is no number"),
    (HEAD + "1,2,:up\n", r"line 5, column 5: a number is missing: write \? where"),
    (HEAD + "1_0:up\n", "line 5, column 1: '1_0' is no number"),
    (HEAD + "1,2:3,4,5:up\n", "line 5, column 5: dimension 1 has 3 numbers, but dimension 0 has 2"),
    (HEAD + "1,2:3,4:up\n1,2:up\n", "line 6, column 1: this case has 1 dimensions, but those"),
    (HEAD + "1,2:left\n", r"line 5, column 5: the label 'left' is not among .* \(up, down\)"),
    (HEAD + "1,2:\n", "line 5, column 5: the label or target is missing"),
    (HEAD + "1,2,3\n", "line 5, column 6: the case ends without label"),
    ("@targetlabel true\n@data\n1,2:a\n", "line 3, column 5: 'a' is no number"),
    ("@targetlabel true\n@data\n1,2:1,2\n", "line 3, column 5: one target is wanted"),
    ("@dimensions 3\n@classLabel false\n@data\n1:2\n", "line 4, column 1: this case has 2 dim"),
    ("@timestamps true\n@classLabel false\n@data\n1,2\n", r"line 4, column 1: .* pairs \(time,"),
    (b"@problemName \xff\n", "line 1, column 14: byte 0xff is not UTF-8"),
])  # fmt: skip
def test_errors_name_line_and_column(text, message, tmp_path):
    with pytest.raises(FormatError, match=message):
        fs.read(write(tmp_path, text))


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_a_format_error_or_readable(tmp_path_factory, data):
    good = (AEON / data.draw(st.sampled_from(["unequal.ts", "missing.ts"]))).read_bytes()
    pieces = [b":", b",", b"\n", b"@data", b"?"]
    path = write(tmp_path_factory.mktemp("ts"), data.draw(damaged(good, pieces)))
    with contextlib.suppress(FormatError):
        fs.read(path)


def test_what_cannot_be_written(tmp_path):
    path = tmp_path / "x.ts"
    series = fs.DataSeries({"a": [[1.0], [2.0]]})
    with pytest.raises(InputError, match="the label 'two words' cannot be written as"):
        fs.write(path, (series, fs.LabelSet({"a": "two words"})))
    with pytest.raises(DimensionError, match="holds one number as target, but these have 2"):
        fs.write(path, (series, fs.DataSet({"a": [1.0, 2.0]})))
    with pytest.raises(NonFiniteError, match="series 'a' holds infinity"):
        fs.write(path, fs.DataSeries({"a": [[np.inf]]}))
    with pytest.raises(NonFiniteError, match="the target of 'a' is nan"):
        fs.write(path, (series, fs.DataSet({"a": np.nan})))
    with pytest.raises(InputError, match="holds series with a label or a number each"):
        fs.write(path, (series, series))
    with pytest.raises(EmptyError, match="there are no series to write"):
        fs.write(path, fs.DataSeries())
    with pytest.raises(IdentifierError, match="the target has no 'a': source and target need"):
        fs.write(path, (series, fs.LabelSet()))
    with pytest.raises(InputTypeError, match="examples are a DataSeries or DataSet and its target"):
        fs.write(path, (series, [1]))
    with pytest.raises(FormatError, match=r"\.ts holds DataSeries or Examples, not a LabelSet: ch"):
        fs.write(path, fs.LabelSet({"a": "b"}))
    assert not path.exists()
