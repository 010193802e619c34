"""fs.read and fs.write: the table of formats, FluCoMa's JSON, CSV, folders."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.errors import (
    EmptyError,
    FormatError,
    InputError,
    InputTypeError,
    NonFiniteError,
)
from fluidseries.formats import csv_rows

from damage import damaged

FOLLOWS = "abé ,;\"'\t\n\r-_0"
names = st.text(FOLLOWS, min_size=1, max_size=6)
numbers = st.floats(width=64)


@st.composite
def containers(draw):
    """Series, points or labels, alone or as examples, with difficult names."""
    ids = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    dims = st.integers(1, 3)

    def series(width):
        row = st.lists(numbers, min_size=width, max_size=width)
        return {name: draw(st.lists(row, min_size=1, max_size=4)) for name in ids}

    def points(width):
        return {name: draw(st.lists(numbers, min_size=width, max_size=width)) for name in ids}

    labels = fs.LabelSet({name: draw(st.text(FOLLOWS, max_size=4)) for name in ids})
    source = draw(st.sampled_from(["series", "points"]))
    source = fs.DataSeries(series(draw(dims))) if source == "series" else fs.DataSet(points(2))
    options = [source, labels, (source, labels), (source, fs.DataSet(points(draw(dims))))]
    if isinstance(source, fs.DataSeries):
        n = draw(dims)
        target = fs.DataSeries(
            {
                name: [draw(st.lists(numbers, min_size=n, max_size=n)) for _ in frames]
                for name, frames in source.items()
            }
        )
        options.append((source, target))
    return draw(st.sampled_from(options))


@settings(max_examples=120)
@given(containers(), st.sampled_from(["x.csv", "x.tsv"]))
def test_csv_gives_back_what_it_got(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("csv") / name
    fs.write(path, content)
    again = fs.read(path)
    assert type(again) is (fs.Examples if isinstance(content, tuple) else type(content))
    assert again == content


def csv(folder, text, name="x.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_csv_that_programs_write(tmp_path):
    table = "take;when;x;note_2\n7;2026-03-01 10:00;1;2\n\n7;2026-03-01 09:00;;3\n8;2026-03-01;4;5"
    series = fs.read(csv(tmp_path, table), id="take", time="when")
    np.testing.assert_array_equal(series["7"], [[np.nan, 3], [1, 2]])
    assert series["8"].tolist() == [[4, 5]]
    european = fs.read(csv(tmp_path, 'ID;Time;x;\na;0;1,5;\n"a";1;"-2,25";\na;2;3;\n'))
    assert european == fs.DataSeries({"a": [1.5, -2.25, 3]})
    assert fs.read(csv(tmp_path, "0,5;1\n2;3\n"))["x"].tolist() == [[0.5, 1], [2, 3]]
    plain = fs.read(csv(tmp_path, "0.5,1\n2,3\r\n", "sensor log.csv"), dtype="float32")
    assert plain == fs.DataSeries({"sensor log": [[0.5, 1], [2, 3]]})
    assert plain.dtype == np.float32
    assert fs.read(csv(tmp_path, "\ufefftime,x\n2,3\n1,4\n"))["x"].tolist() == [[4], [3]]
    assert fs.read(csv(tmp_path, "time,x\n2020-01-02T00:00:00Z,3\n2020-01-01T00:00:00Z,4"))[
        "x"
    ].tolist() == [[4], [3]]
    zones = "time,x\n2020-01-01T01:00:00+02:00,2\n2019-12-31 23:00:00.5,3\n2019-12-31 22:59Z,1\n"
    assert fs.read(csv(tmp_path, zones, "z.csv"))["z"].tolist() == [[1], [2], [3]]
    assert fs.read(csv(tmp_path, "id,x,y\na,1,2\nb,3,4\n")) == fs.DataSet(
        {"a": [1, 2], "b": [3, 4]}
    )
    assert fs.read(csv(tmp_path, "id,label\na,up\n")) == fs.LabelSet({"a": "up"})
    assert fs.read(csv(tmp_path, "id,target\na,2\n")) == fs.DataSet({"a": [2]})
    long = "id,time,label\na,0,up\na,1,up\nb,0,down\n"
    assert fs.read(csv(tmp_path, long)) == fs.LabelSet({"a": "up", "b": "down"})


@pytest.mark.parametrize(("text", "message"), [
    ("", r"x\.csv, line 1: the file is empty"),
    ("\nid,x\n", r"x\.csv, line 1: the file begins with an empty line"),
    ("id,time,x\na,0,1\na,1,two\n", r"x\.csv, line 3, column 3 \('x'\): 'two' is no number: rem"),
    ("id\ttime\tx\na\t0\t1,5\n", r"line 2, column 3 \('x'\): '1,5' is no number: write decimals"),
    ("id;time;x\na;0;1.000,5\n", r"column 3 \('x'\): '1\.000,5' is no number: write deci"),
    ("id,time,x\na,0,1e999\n", "'1e999' is too large for a number of 64 bits: remove that"),
    ("take,time,x\na,0,1\n", r"'a' is no number: if it names the series, say so: id='take', or"),
    (",x\n0,1\n", "line 2, column 1 .*: '0' stands in a column without a name: call it id if"),
    ("x y\n1 2\n", "'1 2' is no number: separate columns by commas, semicolons or tabs"),
    ("# remark\nid,time,x\n", "line 2: this row has 3 columns, but .* 1: the first must name all"),
    ("id,time,x\na,0,1,5\n", "line 2: this row has 4 columns, .* decimals need a point"),
    ("id,time,x\n\"a,0,1\nb,1,2\n", "line 3: this row has 1 col.*: a quotation mark is not clo"),
    ('{"cols": 1}', "line 1: this is JSON: call the file .json"),
    ("id,time,x\na,0,1_0\n", r"line 2, column 3 \('x'\): '1_0' is no number"),
    ("day,x\n2026-03-01,2\n", r"column 1 \('day'\): .* if it is the time .* time='day', or --time"),
    ("id,time,x\na,0\n", "line 2: this row has 2 columns, but the first row has 3"),
    ("id,time,x\n,0,1\n", r"line 2, column 1 \('id'\): an identifier is missing"),
    ("id,time,x\na,0,1\na,1,2\na,0,3\n", r"line 4, column 2 \('time'\): the time 0 is there al"),
    ("time,x\n2026-03-01,1\n2026-03-01,2\n", "line 3, .*: the time '2026-03-01' is there already"),
    ("id,time,x\na,0,1\na,,2\n", r"line 3, column 2 \('time'\): the time is missing: fill it in"),
    ("time,x\n1,1\n2026-03-01,2\n", r"line 2, .*: the time is a number, but others are dates"),
    ("id,time,x\na,0,1\na,soon,2\n", r"line 3, column 2 \('time'\): 'soon' is no time: write"),
    ("id,x\na,1\na,2\n", "line 3: the identifier 'a' is there twice: points have one row each"),
    ("id,time,x,label\na,0,1,u\na,1,1,d\n", "line 3: 'a' has another label or target here"),
    ("id,time,x,target\na,0,1,u\n", "line 2: the target of 'a' is 'u', but wanted numbers"),
    ("id,time,x,label,target\n", "line 1: there are columns of labels and of targets"),
    ("id,time,x,x\n", "line 1: two columns are called 'x'"),
    ("id,time\n", "line 1: there is no column of numbers"),
    ("id,x\n\"a,1\n", r"x\.csv, line 2: "),
    (b"id,x\n\xff,1\n", "line 2, column 1: byte 0xff is not UTF-8"),
    ("id,x\r1,2\r", r"lines end in \\r alone"),
])  # fmt: skip
def test_csv_errors_name_line_and_column(text, message, tmp_path):
    with pytest.raises(FormatError, match=message):
        fs.read(csv(tmp_path, text))


def test_columns_that_were_asked_for(tmp_path):
    path = csv(tmp_path, "id,time,x\na,0,1\n")
    with pytest.raises(
        FormatError, match="line 1: there is no column 'take', only 'id', 'time', 'x'"
    ):
        fs.read(path, id="take")


@settings(max_examples=150)
@given(st.data())
def test_damaged_csv_is_a_format_error_or_readable(tmp_path_factory, data):
    good = b'id,time,x,y,label\na,0,1.5,2,"up"\na,1,2,?,"up"\n"b,c",0,1e3,-4,down\n'
    pieces = [b",", b"\n", b'"', b"\r", b"\0", b"nan", b"2020-01-01", b"9" * 30, b"target"]
    path = csv(tmp_path_factory.mktemp("csv"), data.draw(damaged(good, pieces)))
    with contextlib.suppress(FormatError):
        fs.read(path)


cells = st.sampled_from([
    "0", "1.5", "-2e3", "", "?", "NA", "nan", "inf", "a", "b", '"a"', '"b,c"', '""', '"1"', 'x"y',
    " 3 ", "1_0", "1,5", "1,0.5", "1e999", "2026-03-01", "2026-03-02 10:00", "é", "\r",
])  # fmt: skip


@settings(max_examples=250)
@given(st.data())
def test_the_core_reads_rows_as_python_does(tmp_path_factory, data):
    heads = ["id,time,x,y", "time,x,y", "id,x,label", "x,id,target,time"]
    names = data.draw(st.sampled_from(heads))
    width = names.count(",") + 1
    good = st.lists(cells, min_size=width, max_size=width)
    plain = st.tuples(*[st.sampled_from(["0", "1", "2"])] * width)
    rows = data.draw(st.lists(plain | good | st.lists(cells, max_size=5), max_size=12))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    sign = data.draw(st.sampled_from(",;\t"))
    text = end.join([names.replace(",", sign), *map(sign.join, rows)])
    path = csv(tmp_path_factory.mktemp("rows"), text + data.draw(st.sampled_from(["", end])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "read_rows", lambda _, begin, *__: (0, 0, begin))
        wanted = outcome(path)
    assert outcome(path) == wanted


def outcome(path):
    try:
        return fs.read(path)
    except FormatError as err:
        return str(err)


def fitted():
    series = fs.DataSeries({"a": [[0.0], [1.0]], "b": [[1.0], [0.0]]})
    return fs.DTWClassifier(num_neighbours=1).fit(series, fs.LabelSet({"a": "up", "b": "down"}))


def test_json_is_told_apart_by_content(tmp_path):
    path = tmp_path / "x.json"
    points = fs.DataSet({"a": [0.0, 2.0], "b": [1.0, 4.0]})
    scalers = [fs.Standardize(), fs.Normalize(), fs.RobustScale()]
    for content in (
        fs.DataSeries({"a": [[0.5, 1.0]]}, origin={"rate": 100}), points, fs.LabelSet({"a": "up"}),
        *(scaler.fit(points) for scaler in scalers), fitted(),
    ):  # fmt: skip
        fs.write(path, content)
        again = fs.read(path)
        assert type(again) is type(content)
        assert again.to_dict() == content.to_dict()
    fs.write(path, points)
    assert fs.read(path, dtype="float32").dtype == np.float32
    with pytest.raises(FormatError, match=r"JSON holds .*, not source and target together: choose"):
        fs.write(path, (points, points))
    assert fs.read(path) == points
    holes = fs.DataSet({"a": [np.nan]})
    fs.write(path, holes, allow_missing=True)
    assert fs.read(path) == holes


def test_json_of_flucomas_nearest_series(tmp_path):
    series, labels = fs.DataSeries({"a": [[0.0], [1.0]]}), fs.LabelSet({"a": "up"})
    path = tmp_path / "dtw.json"
    path.write_text(json.dumps({"labels": labels.to_dict(), "series": series.to_dict()}))
    assert fs.read(path) == (series, labels)
    points = fs.DataSet({"a": [2.0]})
    path.write_text(json.dumps({"mappings": points.to_dict(), "series": series.to_dict()}))
    assert fs.read(path) == (series, points)
    path.write_text(json.dumps({"mappings": points.to_dict(), "series": points.to_dict()}))
    with pytest.raises(FormatError, match="'series' is no DataSeries"):
        fs.read(path)


def test_a_folder_of_files(tmp_path):
    series = fs.DataSeries({"a": [[0.5, 1.0], [2.0, np.nan]], "é b": [[3.0, 4.0]]})
    fs.write(tmp_path / "takes" / "{id}.csv", series)
    assert sorted(path.name for path in (tmp_path / "takes").iterdir()) == ["a.csv", "é b.csv"]
    csv(tmp_path / "takes", "nothing of ours", "notes.txt")
    csv(tmp_path / "takes", "hidden", ".hidden.csv")
    seen = []
    assert fs.read(tmp_path / "takes", progress=lambda *at: seen.append(at)) == series
    assert seen == [(1, 2), (2, 2)]
    assert fs.read(tmp_path / "takes" / "{id} b.csv") == fs.DataSeries({"é": [[3.0, 4.0]]})
    with pytest.raises(FileExistsError, match="this folder is not empty: choose another"):
        fs.write(tmp_path / "takes" / "{id}.csv", series)


def test_sub_folders_are_labels(tmp_path):
    series = fs.DataSeries({"up/a": [[0.0]], "up/b": [[1.0]], "down/a": [[2.0]]})
    fs.write(tmp_path / "takes" / "{id}.tsv", series)
    assert fs.read(tmp_path / "takes") == (
        series, fs.LabelSet({"up/a": "up", "up/b": "up", "down/a": "down"}),
    )  # fmt: skip
    csv(tmp_path / "takes", "1\n", "loose.csv")
    with pytest.raises(FormatError, match=r"holds both files \('loose'\) and folders of files"):
        fs.read(tmp_path / "takes")


def test_folders_that_cannot_be(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        fs.read(tmp_path / "no" / "{id}.csv")
    with pytest.raises(EmptyError, match="is an empty folder: put a file for each series into it"):
        fs.read(tmp_path)
    notes = tmp_path / "notes.txt"
    notes.touch()
    with pytest.raises(
        EmptyError, match=r"has no files with one series each, .* known are .*\.csv"
    ):
        fs.read(tmp_path)
    notes.unlink()
    csv(tmp_path, "1\n2\n", "a.csv")
    csv(tmp_path, "1\n2\n", "a.tsv")
    with pytest.raises(FormatError, match="holds two files for the series 'a': remove one, or ch"):
        fs.read(tmp_path)
    assert len(fs.read(tmp_path / "{id}.tsv")) == 1
    csv(tmp_path, "1\t2\n", "b.tsv")
    with pytest.raises(FormatError, match=r"b\.tsv has another number of dimensions than .*\(1\)"):
        fs.read(tmp_path / "{id}.tsv")
    csv(tmp_path, "id\ttime\tx\na\t0\t1\nb\t0\t1\n", "b.tsv")
    with pytest.raises(FormatError, match=r"b\.tsv does not hold one series alone"):
        fs.read(tmp_path / "{id}.tsv")
    series = fs.DataSeries({"../a": [[0.0]]})
    with pytest.raises(InputError, match=r"the identifier '\.\./a' is no name for a file"):
        fs.write(tmp_path / "new" / "{id}.csv", series)
    series = fs.DataSeries({"a": [[0.0]], "b?": [[0.0]]})
    with pytest.raises(InputError, match="the identifier 'b\\?' is no name for a file on every"):
        fs.write(tmp_path / "new" / "{id}.csv", series)
    with pytest.raises(
        FormatError, match=r"files of one series each hold a DataSeries, without labels"
    ):
        fs.write(tmp_path / "new" / "{id}.csv", (series, series))
    with pytest.raises(FormatError, match="is no format for a file per series"):
        fs.write(tmp_path / "new" / "{id}.ts", series)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.tsv", "b.tsv"]


def test_what_no_format_has(tmp_path):
    with pytest.raises(FormatError, match=r"x\.xyz has the suffix '\.xyz', which says no format"):
        fs.read(tmp_path / "x.xyz")
    with pytest.raises(FormatError, match="has a name without suffix"):
        fs.write(tmp_path / "x", fs.DataSet())
    with pytest.raises(InputTypeError, match="a dict cannot be written: give a DataSeries"):
        fs.write(tmp_path / "x.csv", {"a": 1})
    for row in fs.formats.FORMATS:
        if row.reads:
            with pytest.raises(FileNotFoundError, match="there is no such file"):
                fs.read(tmp_path / f"x{row.suffixes[0]}")


@pytest.mark.parametrize("name", ["x.ts", "x.json"])
def test_a_failed_write_leaves_the_file(name, tmp_path):
    path = tmp_path / name
    fs.write(path, fs.DataSeries({"a": [[1.0]]}))
    before = path.read_bytes()
    with pytest.raises(NonFiniteError, match=r"NaN or infinite|holds infinity"):
        fs.write(path, fs.DataSeries({"a": [[1.0]], "b": [[np.inf]]}))
    assert path.read_bytes() == before
    assert len([*tmp_path.iterdir()]) == 1


def test_a_reader_tells_how_far_it_is(tmp_path):
    path = tmp_path / "x.csv"
    fs.write(path, fs.DataSeries({"a": np.random.default_rng(0).normal(size=(30_000, 2))}))
    seen = []
    fs.read(path, progress=lambda done, size: seen.append(done / size))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_the_page_has_every_format():
    page = (Path(__file__).parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = {row[1]: row[0] for row in re.findall(r"^(\|.*?`(\.\w+)`.*)$", page, re.MULTILINE)}
    for row in fs.formats.FORMATS:
        line = next(text for suffix, text in rows.items() if suffix == row.suffixes[0])
        assert all(f"`{suffix}`" in line for suffix in row.suffixes)
