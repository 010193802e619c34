"""FluCoMa's JSON: exact bytes, round trips, its odd corners, and files that are something else."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fluidseries.containers import DataSeries, DataSet, LabelSet
from fluidseries.containers.flucoma import kind_of
from fluidseries.errors import FormatError, InputError, NonFiniteError

NAN = float("nan")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
IDENTIFIERS = TEXT.filter(bool)
DTYPES = st.sampled_from(["float32", "float64"])


@st.composite
def numeric(draw, kind, *, missing=False):
    """A DataSeries or DataSet of any finite numbers, or with NaN among them."""
    dtype = np.dtype(draw(DTYPES))
    numbers = st.floats(width=dtype.itemsize * 8, allow_nan=missing, allow_infinity=False)
    n_dims = draw(st.integers(1, 3))
    box = kind(dtype=dtype)
    for name in draw(st.lists(IDENTIFIERS, unique=True, max_size=4)):
        shape = (draw(st.integers(1, 12)), n_dims) if kind is DataSeries else (n_dims,)
        box[name] = draw(hnp.arrays(dtype, shape, elements=numbers))
    return box


# Exact bytes


def test_exact_bytes_of_a_data_series(tmp_path):
    path = tmp_path / "s.json"
    DataSeries({"2": [[1.0, 2.5]], "10": [[0.1, -0.0], [1e-7, 1e22]]}).write(path)
    assert (
        path.read_bytes()
        == b"""{
  "cols": 2,
  "data": {
    "10": {
      "0": [
        0.1,
        -0.0
      ],
      "1": [
        1e-07,
        1e+22
      ]
    },
    "2": {
      "0": [
        1.0,
        2.5
      ]
    }
  }
}
"""
    )


def test_exact_bytes_of_the_others(tmp_path):
    path = tmp_path / "x.json"
    DataSet({"b": 1, "a": 0.5}).write(path)
    expected = '{"cols": 1, "data": {"a": [0.5], "b": [1.0]}}'
    assert path.read_text() == json.dumps(json.loads(expected), indent=2) + "\n"
    LabelSet({"é": 'a "b"', "b": ""}).write(path)
    expected = {"cols": 1, "data": {"b": [""], "é": ['a "b"']}}
    assert path.read_text("utf-8") == json.dumps(expected, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("box", "cols"), [(DataSeries(), 0), (DataSet(), 0), (LabelSet(), 1)], ids=str
)
def test_empty_containers(tmp_path, box, cols):
    path = tmp_path / "x.json"
    box.write(path)
    assert path.read_text() == f'{{\n  "cols": {cols},\n  "data": {{}}\n}}\n'
    for text in (path.read_text(), '{"cols": 7}', '{"cols": 7, "data": {}}'):
        path.write_text(text)
        back = type(box).read(path)
        assert back == box
        assert getattr(back, "n_dims", 0) == 0


# Round trips


@given(numeric(DataSeries) | numeric(DataSet))
def test_a_round_trip_is_equality_bit_by_bit(tmp_path_factory, box):
    path = tmp_path_factory.getbasetemp() / "trip.json"
    box.write(path)
    back = type(box).read(path, dtype=box.dtype)
    assert back == box
    assert back.get_ids() == sorted(box, key=lambda name: name.encode("utf-8"))
    assert all(back[name].tobytes() == box[name].tobytes() for name in box)
    assert type(box).from_dict(box.to_dict()) == box


@given(numeric(DataSeries, missing=True) | numeric(DataSet, missing=True))
def test_missing_numbers_come_back_when_allowed(box):
    content = json.loads(json.dumps(box.to_dict(allow_missing=True), allow_nan=False))
    assert type(box).from_dict(content, dtype=box.dtype) == box


@given(st.dictionaries(IDENTIFIERS, TEXT))
def test_labels_come_back(tmp_path_factory, entries):
    path = tmp_path_factory.getbasetemp() / "labels.json"
    labels = LabelSet(entries)
    labels.write(path)
    assert dict(LabelSet.read(path)) == entries


@given(numeric(DataSeries))
def test_what_is_written_does_not_depend_on_the_order(box):
    turned = DataSeries({name: box[name] for name in reversed(box.get_ids())})
    assert json.dumps(turned.to_dict()) == json.dumps(box.to_dict())


def test_read_as_float32(tmp_path):
    path = tmp_path / "s.json"
    DataSeries({"a": [[0.1]]}).write(path)
    small = DataSeries.read(path, dtype="float32")
    assert small["a"].dtype == np.float32
    assert small["a"][0, 0] == np.float32(0.1)
    with pytest.raises(FormatError, match=r"the dictionary: .* too large for float32"):
        DataSet.from_dict({"cols": 1, "data": {"a": [1e39]}}, dtype="float32")
    with pytest.raises(FormatError, match=r"the dictionary: series 'a' .* too large for float32"):
        DataSeries.from_dict({"cols": 1, "data": {"a": {"0": [1e39]}}}, dtype="float32")


# FluCoMa's odd corners


@pytest.mark.parametrize("n_frames", [1, 2, 9, 10, 11, 12, 100, 101, 1001])
def test_time_keys_are_padded_so_that_their_bytes_sort(n_frames):
    frames = np.arange(float(n_frames))
    (written,) = DataSeries({"a": frames}).to_dict()["data"].values()
    keys = list(written)
    assert {len(key) for key in keys} == {len(str(n_frames - 1))}
    assert keys == sorted(keys)
    assert [row[0] for row in written.values()] == frames.tolist()


@given(st.integers(1, 30), st.randoms(use_true_random=False), st.integers(0, 3))
def test_time_keys_are_read_as_integers_in_any_order_and_padding(n_frames, random, width):
    times = list(range(n_frames))
    random.shuffle(times)
    frames = {f"{time:0{width}d}": [float(time)] for time in times}
    series = DataSeries.from_dict({"cols": 1, "data": {"a": frames}})
    assert series["a"][:, 0].tolist() == list(range(n_frames))


def test_null_is_nan_and_whole_numbers_are_numbers():
    points = DataSet.from_dict({"cols": 3, "data": {"a": [None, 1, 2.5]}})
    assert points == DataSet({"a": [NAN, 1.0, 2.5]})
    series = DataSeries.from_dict({"cols": 1, "data": {"a": {"0": [None], "1": [3]}}})
    assert series == DataSeries({"a": [NAN, 3.0]})


def test_other_keys_beside_cols_and_data_are_left_alone():
    content = {"cols": 1, "data": {"a": [1.0]}, "settings": {"hop": 0.1}, "kind": "x", "layers": []}
    assert DataSet.from_dict(content) == DataSet({"a": 1.0})


# Numbers that JSON cannot say


def test_non_finite_numbers_are_refused_with_their_place(tmp_path):
    path = tmp_path / "x.json"
    series = DataSeries({"a": [[1.0, 2.0], [3.0, np.inf]]})
    with pytest.raises(NonFiniteError, match="series 'a', frame 1, dimension 1: it is NaN or inf"):
        series.write(path)
    points = DataSet({"a": [1.0, 2.0], "b": [NAN, 1.0]})
    with pytest.raises(NonFiniteError, match=r"point 'b', dimension 0: .* allow_missing=True"):
        points.write(path)
    assert not path.exists()
    series.write(path, allow_missing=True)
    assert json.loads(path.read_text())["data"]["a"] == {"0": [1.0, 2.0], "1": [3.0, None]}
    assert DataSeries.read(path) == DataSeries({"a": [[1.0, 2.0], [3.0, NAN]]})


# Files that are something else


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"cols": 1, "data": {"a": {"0": [1.0]}}}, "DataSeries"),
        ({"cols": 1, "data": {"a": [1.0]}}, "DataSet"),
        ({"cols": 1, "data": {"a": ["x"]}}, "LabelSet"),
        ({"cols": 1}, "empty container"),
        ({"cols": 2, "mean": [], "std": []}, "Standardize"),
        ({"cols": 2, "data_min": [], "data_max": [], "min": 0, "max": 1}, "Normalize"),
        ({"cols": 2, "median": [], "range": [], "low": 25, "high": 75}, "RobustScale"),
        ({"layers": []}, "FluCoMa MLP"),
        ({"labels": {}, "mlp": {}}, "FluCoMa MLP classifier"),
        ({"size": 2, "sizes": [1, 2], "layers": []}, "FluCoMa LSTM"),
        ({"labels": {}, "lstm": {}}, "FluCoMa LSTM classifier"),
        ({"labels": {}, "series": {}}, "FluCoMa DTW classifier"),
        ({"mappings": {}, "series": {}}, "FluCoMa DTW regressor"),
        ({"fluidseries": {"kind": "LSTMRegressor"}}, "fluidseries model"),
        ({"a": 1}, "JSON object without 'cols' and 'data'"),
        ({"cols": 1, "data": {"a": 1.0}}, "container of an unknown kind"),
        ({"cols": 1, "data": [1.0]}, "JSON object without 'cols' and 'data'"),
        ([1], "JSON list"),
        (None, "JSON NoneType"),
    ],
)
@pytest.mark.parametrize("wanted", [DataSeries, DataSet, LabelSet])
def test_another_kind_of_file_is_named(tmp_path, content, kind, wanted):
    assert kind_of(content) == kind
    if kind in (wanted.__name__, "empty container"):
        wanted.from_dict(content)
        return
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    with pytest.raises(
        FormatError, match=rf"x\.json holds an? {kind}, but wanted a {wanted.__name__}"
    ):
        wanted.read(path)


def test_the_remedy_names_the_right_reader():
    with pytest.raises(FormatError, match=r"the dictionary holds a DataSet, .*DataSet\.read"):
        DataSeries.from_dict({"cols": 1, "data": {"a": [1.0]}})
    with pytest.raises(FormatError, match=r"holds a Standardize, .* choose another file"):
        DataSeries.from_dict({"cols": 1, "mean": [], "std": []})


@pytest.mark.parametrize("cols", [-1, 1.5, "1", None, True, [1]])
def test_bad_cols(cols):
    with pytest.raises(
        FormatError, match=r"the dictionary: 'cols' is .*, but wanted a count of dim"
    ):
        DataSet.from_dict({"cols": cols, "data": {"a": [1.0]}})


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"0": [1.0, 2.0], "1": [1.0]}, "series 'b', frame 1 has 1 numbers, but 'cols' says 2"),
        ({"0": [1.0, 2.0, 3.0]}, "series 'b', frame 0 has 3 numbers, but 'cols' says 2"),
        ({"0": []}, "series 'b', frame 0 has 0 numbers"),
        ({"0": [1.0, "x"]}, "series 'b', frame 0, dimension 1 is 'x', but wanted a number"),
        ({"0": [1.0, "2"]}, "dimension 1 is '2', but wanted a number"),
        ({"0": [True, 1.0]}, "dimension 0 is True, but wanted a number"),
        ({"0": [[1.0], 1.0]}, r"dimension 0 is \[1\.0\], but wanted a number"),
        ({"0": 3.0}, r"series 'b', frame 0 is 3\.0, but wanted a list of numbers"),
        ({"0": None}, "series 'b', frame 0 is None, but wanted a list"),
        ({}, "series 'b' has no frames: remove it"),
        ([[1.0, 2.0]], r"series 'b' is \[\[1\.0, 2\.0\]\], but wanted frames by their time"),
        ({"1": [1.0, 2.0]}, r"series 'b': frame 0 is missing \(next is 1\)"),
        ({"0": [1.0, 2.0], "2": [1.0, 2.0]}, r"frame 1 is missing \(next is 2\): times go 0, 1"),
        ({"0": [1.0, 2.0], "00": [1.0, 2.0]}, "series 'b': frame 0 is there twice"),
        ({"0": [1.0, 2.0], "-1": [1.0, 2.0]}, "the time '-1' is not a whole number"),
        ({"0": [1.0, 2.0], "1.0": [1.0, 2.0]}, r"the time '1\.0' is not a whole number"),
        ({"0": [1.0, 2.0], "x": [1.0, 2.0]}, "the time 'x' is not a whole number from 0 on"),
        ({"²": [1.0, 2.0]}, "the time '²' is not a whole number"),
        ({"": [1.0, 2.0]}, "the time '' is not a whole number"),
        ({"9" * 5000: [1.0, 2.0]}, "frame 0 is missing"),
        ({"0": [1e999, 1.0]}, "series 'b', frame 0 has a number too large for a double"),
        ({"0": [10**400, 1.0]}, "series 'b', frame 0 has a number too large for a double"),
    ],
)
def test_bad_series_are_named(tmp_path, frames, message):
    path = tmp_path / "s.json"
    content = {"cols": 2, "data": {"a": {"0": [1.0, 2.0]}, "b": frames}}
    path.write_text(json.dumps(content, indent=1).replace("Infinity", "1e999"))
    with pytest.raises(FormatError, match=rf"s\.json, line \d+, column \d+: .*{message}"):
        DataSeries.read(path)


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ([1.0], "point 'b' has 1 numbers, but 'cols' says 2"),
        ([1.0, "x"], "point 'b', dimension 1 is 'x', but wanted a number"),
        ([1.0, {}], "point 'b', dimension 1 is {}, but wanted a number"),
        ("x", "point 'b' is 'x', but wanted a list of numbers"),
        ([1e999, 1.0], "point 'b' has a number too large for a double"),
        ([10**400, 1.0], "point 'b' has a number too large for a double"),
    ],
)
def test_bad_points_are_named(point, message):
    with pytest.raises(FormatError, match=rf"the dictionary: {message}"):
        DataSet.from_dict({"cols": 2, "data": {"a": [1.0, 2.0], "b": point}})


@pytest.mark.parametrize("entry", [[], ["x", "y"], [1.0], "x", None, {"0": "x"}])
def test_bad_labels_are_named(entry):
    with pytest.raises(FormatError, match=r"the label of 'b' is .*, but wanted a list of one text"):
        LabelSet.from_dict({"cols": 1, "data": {"a": ["x"], "b": entry}})


def test_other_things_that_cannot_be():
    with pytest.raises(FormatError, match="'cols' is 2, but a LabelSet has 1"):
        LabelSet.from_dict({"cols": 2, "data": {"a": ["x"]}})
    for kind, entry in ((DataSeries, {"0": [1.0]}), (DataSet, [1.0]), (LabelSet, ["x"])):
        with pytest.raises(FormatError, match="the dictionary: an identifier is empty"):
            kind.from_dict({"cols": 1, "data": {"": entry}})
        with pytest.raises(FormatError, match="is not valid text"):
            kind.from_dict({"cols": 1, "data": {"\ud800": entry}})
    with pytest.raises(FormatError, match="has 0 numbers, but 'cols' says 0"):
        DataSet.from_dict({"cols": 0, "data": {"a": []}})


def test_a_truncated_file_and_one_with_the_same_key_twice(tmp_path):
    path = tmp_path / "s.json"
    DataSeries({"a": [[1.0, 2.0]]}).write(path)
    text = path.read_text()
    for end in range(0, len(text) - 2, 7):
        path.write_text(text[:end])
        with pytest.raises(
            FormatError, match=r"s\.json(, line \d+, column \d+: the file| is empty)"
        ):
            DataSeries.read(path)
    path.write_text('{"cols": 1, "data": {"a": {"0": [1], "0": [2]}}}')
    with pytest.raises(FormatError, match=r"s\.json, line 1, column 38: the key '0' is there twi"):
        DataSeries.read(path)
    with pytest.raises(FileNotFoundError, match=r"no such file \(did you mean 's\.json'"):
        DataSeries.read(tmp_path / "z.json")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["cols", "data", "0", "1", "a"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_hostile_content_is_an_input_error_or_fine(content):
    for kind in (DataSeries, DataSet, LabelSet):
        for wrapped in (content, {"cols": 1, "data": content}, {"cols": 1, "data": {"a": content}}):
            try:
                box = kind.from_dict(wrapped)
            except FormatError:
                continue
            assert kind.from_dict(box.to_dict(allow_missing=True)) == box


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "s.json"
    DataSet({"a": 1.0}).write(path)
    with pytest.raises(InputError, match="NaN or infinite"):
        DataSet({"a": NAN}).write(path)
    assert DataSet.read(path) == DataSet({"a": 1.0})
    assert len(list(tmp_path.iterdir())) == 1
