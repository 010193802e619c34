"""NPZ, Arrow, Parquet and float sounds: round trips, damage, what other programs write."""

from __future__ import annotations

import contextlib
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.errors import EmptyError, FormatError, InputError, MissingExtraError
from test_formats import containers

from damage import damaged

pa = pytest.importorskip("pyarrow", reason="Arrow and Parquet need pyarrow")
pytest.importorskip("pandas", reason="long tables need pandas")
sf = pytest.importorskip("soundfile", reason="sounds need soundfile")

SERIES = fs.DataSeries(
    {"a": [[0.5, 1.0], [2.0, np.nan]], "é": [[3.0, -1e300]]}, origin={"rate": 100, "sensors": ["x"]}
)
LABELS = fs.LabelSet({"a": "up", "é": "down"})
BINARY = ["x.npz", "x.arrow", "x.feather", "x.parquet"]


@settings(max_examples=80)
@given(containers(), st.sampled_from(BINARY))
def test_they_give_back_what_they_got(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("binary") / name
    fs.write(path, content)
    again = fs.read(path)
    assert type(again) is (fs.Examples if isinstance(content, tuple) else type(content))
    assert again == content


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_origin_and_dtype_stay(name, dtype, tmp_path):
    series = fs.DataSeries({"a": SERIES["a"]}, dtype=dtype, origin=SERIES.origin)
    fs.write(tmp_path / name, series)
    again = fs.read(tmp_path / name)
    assert (again, again.origin, again.dtype) == (series, series.origin, np.dtype(dtype))
    assert fs.read(tmp_path / name, dtype="float32").dtype == np.float32
    points = series.get_data_set(0)
    fs.write(tmp_path / name, points)
    assert fs.read(tmp_path / name).dtype == dtype


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_files_are_format_errors_or_readable(tmp_path, data):
    name = data.draw(st.sampled_from([*BINARY, "x.npy", "x.wav", "x.aiff"]))
    path = tmp_path / name
    fs.write(path, (SERIES, LABELS) if name in BINARY else fs.DataSeries({"x": SERIES["a"]}))
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    with contextlib.suppress(FormatError):
        fs.read(path)


@pytest.mark.parametrize("name", [*BINARY, "x.npy", "x.wav"])
def test_nonsense_is_refused(name, tmp_path):
    for content in (b"", b"nonsense" * 100):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError, match=rf"{name} is no .* that can be read"):
            fs.read(tmp_path / name)


def test_arrays_that_numpy_saved(tmp_path):
    np.savez(tmp_path / "x.npz", up=np.arange(6).reshape(3, 2), down=np.ones((1, 2), np.float32))
    assert fs.read(tmp_path / "x.npz") == fs.DataSeries(
        {"up": [[0, 1], [2, 3], [4, 5]], "down": [[1, 1]]}
    )
    np.save(tmp_path / "log.npy", np.arange(3))
    assert fs.read(tmp_path / "log.npy") == fs.DataSeries({"log": [0, 1, 2]})
    np.save(tmp_path / "log.npy", np.zeros((2, 5, 3)))
    assert fs.read(tmp_path / "log.npy").get_ids() == ["0", "1"]
    np.savez(tmp_path / "x.npz", a=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match="it holds pickled objects"):
        fs.read(tmp_path / "x.npz")
    np.savez(tmp_path / "x.npz", a=np.zeros((2, 2, 2)))
    with pytest.raises(FormatError, match=r"x\.npz: series 'a' has the shape \(2, 2, 2\), but"):
        fs.read(tmp_path / "x.npz")
    np.savez(tmp_path / "x.npz", identifiers=["a"], frames=np.zeros((3, 2)), lengths=[2])
    with pytest.raises(FormatError, match="the lengths do not fit the frames and identifiers"):
        fs.read(tmp_path / "x.npz")
    np.savez(tmp_path / "x.npz", identifiers=["a"], frames=np.zeros((3, 2)))
    with pytest.raises(FormatError, match="there is no array 'lengths'"):
        fs.read(tmp_path / "x.npz")
    with pytest.raises(InputError, match="a text ends in a zero character"):
        fs.write(tmp_path / "x.npz", fs.LabelSet({"a\0": ""}))
    with pytest.raises(FormatError, match=r"an \.npy file holds one series: write \.npz"):
        fs.write(tmp_path / "x.npy", SERIES)


@pytest.mark.parametrize("name", ["x.arrow", "x.parquet"])
def test_tables_of_other_programs(name, tmp_path):
    def write(**columns):
        table = pa.table(columns)
        if name == "x.arrow":
            with pa.ipc.new_file(str(tmp_path / name), table.schema) as file:
                file.write_table(table)
        else:
            pa.parquet.write_table(table, tmp_path / name)
        return fs.read(tmp_path / name)

    long = {"id": ["a", "a", "b"], "time": [1, 0, 0], "x": [1.5, 0.5, None], "y": [1, 2, 3]}
    series = fs.DataSeries({"a": [[0.5, 2], [1.5, 1]], "b": [[np.nan, 3]]})
    assert write(**long) == series
    assert write(**long, label=["u", "u", "d"]) == (series, fs.LabelSet({"a": "u", "b": "d"}))
    assert write(**long, target=[1, 1, 2]) == (series, fs.DataSet({"a": [1], "b": [2]}))
    assert write(x=[1.5, 2.5]) == fs.DataSeries({"x": [1.5, 2.5]})
    assert write(id=["a", "b"], x=[1.5, 2.5]) == fs.DataSet({"a": [1.5], "b": [2.5]})
    lists = write(id=[1, 2], frames=[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]], label=["u", "d"])
    assert lists == (
        fs.DataSeries({"1": [[1, 2], [3, 4]], "2": [[5, 6]]}),
        fs.LabelSet({"1": "u", "2": "d"}),
    )
    assert write(id=["a"], frames=[[1, 2, 3]]) == fs.DataSeries({"a": [1, 2, 3]})
    for columns, message in (
        ({"id": ["a", None], "frames": [[1.0], [2.0]]}, "row 1, column 'id': nothing there"),
        ({"frames": [[1.0]]}, "has no column 'id'"),
        ({"id": ["a"], "frames": [["x"]]}, "column 'frames' holds string, but wanted numbers"),
        ({"id": ["a"], "frames": [[[1.0], [1.0, 2.0]]]}, "rows of 1 and of 2 numbers"),
        ({"id": ["a", "a"], "frames": [[1.0], [2.0]]}, "the identifier 'a' is there twice"),
        ({"id": ["a"], "frames": [[]]}, "column 'frames' holds null|series 'a' has no frames"),
        ({"id": ["a"], "time": [0], "x": ["y"]}, "the column 'x' holds"),
    ):
        with pytest.raises(FormatError, match=message):
            write(**columns)


@pytest.mark.parametrize("name", ["x.arrow", "x.parquet"])
def test_row_by_row(name, tmp_path):
    """Only a few rows are alive at once, both ways."""
    made = []

    def rows(count):
        for number in range(count):
            made.append(number)
            label = ("even", "odd")[number % 2]
            yield fs.formats.Row(f"{number:04d}", np.full((20, 3), float(number)), label)

    fs.formats.write_rows(tmp_path / name, rows(2000), origin={"rate": 50})
    assert len(made) == 2000
    seen = fs.formats.iterate(tmp_path / name)
    first = next(seen)
    assert (first.id, first.value.shape, first.target) == ("0000", (20, 3), "even")
    assert sum(row.value[0, 0] for row in seen) == sum(range(2000))
    source, target = fs.read(tmp_path / name)
    assert source.origin == {"rate": 50}
    assert target.counts() == {"even": 1000, "odd": 1000}
    fs.write(tmp_path / "y.npz", (source, target))
    assert [row.id for row in fs.formats.iterate(tmp_path / "y.npz")] == list(source)


def test_long_rows_make_small_batches(tmp_path):
    rows = (fs.formats.Row(str(k), np.zeros((10_000, 100))) for k in range(11))  # of 8 MB
    fs.formats.write_rows(tmp_path / "x.arrow", rows)
    with pa.ipc.open_file(str(tmp_path / "x.arrow")) as file:
        assert [file.get_batch(k).num_rows for k in range(file.num_record_batches)] == [4, 4, 3]


def test_an_arrow_file_is_mapped(tmp_path):
    fs.write(tmp_path / "x.arrow", fs.DataSeries({"a": np.arange(1000.0)}))
    value = next(fs.formats.iterate(tmp_path / "x.arrow")).value
    assert not value.flags.owndata
    assert not value.flags.writeable


def test_rows_that_cannot_be(tmp_path):
    row = fs.formats.Row
    with pytest.raises(EmptyError, match="there is nothing to write"):
        fs.formats.write_rows(tmp_path / "x.arrow", [])
    with pytest.raises(FormatError, match=r"only \.arrow and \.parquet are written row by row"):
        fs.formats.write_rows(tmp_path / "x.csv", [row("a", np.zeros((2, 1)))])
    rows = [row("a", np.zeros((2, 1))), row("b", np.zeros((2, 2)))]
    with pytest.raises(FormatError, match="the rows of 'frames' have different numbers of dim"):
        fs.formats.write_rows(tmp_path / "x.arrow", rows)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".aif"])
def test_float_sounds(suffix, tmp_path):
    series = fs.DataSeries({"a": [[0.5, -100.25], [2e6, np.nan]], "b": [[3.0, 4.0]]})
    fs.write(tmp_path / "takes" / f"{{id}}{suffix}", series)
    assert fs.read(tmp_path / "takes") == series
    one = fs.read(tmp_path / "takes" / f"a{suffix}", dtype="float32")
    assert (one["a"].shape, one.dtype) == ((2, 2), np.float32)
    info = sf.info(tmp_path / "takes" / f"a{suffix}")
    assert (info.channels, info.frames, info.subtype) == (2, 2, "FLOAT")


def test_sounds_that_are_no_descriptors(tmp_path):
    path = tmp_path / "x.wav"
    sf.write(path, np.zeros((10, 2)), 44100, subtype="PCM_16")
    with pytest.raises(FormatError, match=r"of the kind PCM_16, but .* fluidseries extract"):
        fs.read(path)
    sf.write(path, np.zeros((0, 2)), 44100, subtype="FLOAT")
    with pytest.raises(FormatError, match="holds no frames"):
        fs.read(path)
    with pytest.raises(FormatError, match=r"holds one series, but there are 2: write a folder, su"):
        fs.write(path, SERIES)
    with pytest.raises(InputError, match="a number is too large for 32 bits"):
        fs.write(path, fs.DataSeries({"a": [1e300]}))
    with pytest.raises(InputError, match="has up to 1024 channels"):
        fs.write(path, fs.DataSeries({"a": np.zeros((1, 1025))}))


@pytest.mark.parametrize(("package", "name", "extra"), [
    ("pyarrow", "x.arrow", "tables"), ("pyarrow", "x.parquet", "tables"),
    ("soundfile", "x.wav", "audio"),
])  # fmt: skip
def test_the_remedy_is_named(package, name, extra, tmp_path, monkeypatch):
    fs.write(tmp_path / name, fs.DataSeries({"x": [1.0]}))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'fluidseries\[{extra}\]'"):
        fs.read(tmp_path / name)
    with pytest.raises(MissingExtraError, match=rf"pip install 'fluidseries\[{extra}\]'"):
        fs.write(tmp_path / name, fs.DataSeries({"x": [1.0]}))
