"""The mapping protocol and FluCoMa's verbs of the three containers."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluidseries.containers import DataSeries, DataSet, LabelSet, sorted_identifiers
from fluidseries.errors import (
    DimensionError,
    EmptyError,
    IdentifierError,
    InputError,
    InputTypeError,
    ParameterError,
)

NAN = float("nan")


def make_series():
    return DataSeries({"b": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "a": [[7.0, 8.0]]})


def make_points():
    return DataSet({"b": [1.0, 2.0], "a": [3.0, 4.0]})


def make_labels():
    return LabelSet({"b": "wave", "a": "circle"})


MAKERS = [make_series, make_points, make_labels]
EACH = pytest.mark.parametrize("make", MAKERS, ids=["DataSeries", "DataSet", "LabelSet"])
NUMERIC = pytest.mark.parametrize("make", MAKERS[:2], ids=["DataSeries", "DataSet"])


# The mapping protocol


@EACH
def test_is_an_ordered_mapping(make):
    box = make()
    assert list(box) == box.get_ids() == list(box.keys()) == ["b", "a"]
    assert len(box) == 2
    assert "a" in box
    assert "c" not in box
    assert 3 not in box
    assert [np.array_equal(box[name], value) for name, value in box.items()] == [True, True]
    del box["b"]
    assert list(box) == ["a"]
    assert box.get("b") is None
    assert box.get("") is None
    assert bool(box)
    assert not type(box)()


@EACH
def test_equality_ignores_order_and_is_not_hashable(make):
    box = make()
    assert box == type(box)({name: box[name] for name in ("a", "b")})
    assert box != type(box)({"a": box["a"]})
    assert box != type(box)({"a": box["a"], "c": box["b"]})
    assert box != type(box)({"a": box["a"], "b": box["a"]})
    assert box != 3
    assert all(box != other() for other in MAKERS if other is not make)
    with pytest.raises(TypeError, match="unhashable"):
        hash(box)


def test_nan_equals_nan_but_nothing_else():
    assert DataSet({"a": [NAN, 1.0]}) == DataSet({"a": [NAN, 1.0]})
    assert DataSet({"a": [NAN, 1.0]}) != DataSet({"a": [0.0, 1.0]})
    assert DataSeries({"a": [NAN]}) == DataSeries({"a": [[NAN]]})
    assert DataSeries({"a": [NAN]}) != DataSeries({"a": [NAN, NAN]})


@EACH
def test_missing_identifiers_are_named_with_a_hint(make):
    box = make()
    with pytest.raises(IdentifierError, match=r"no \w+ 'zzz' in this \w+: there are 'b', 'a'$"):
        box["zzz"]
    with pytest.raises(KeyError, match=r"no .* 'zzz'"):
        del box["zzz"]
    box["gesture-01"] = box["a"]
    with pytest.raises(IdentifierError, match=r"'gesture-1' .* did you mean 'gesture-01'"):
        box["gesture-1"]
    box.clear()
    with pytest.raises(IdentifierError, match="is empty"):
        box["a"]


@EACH
@pytest.mark.parametrize("wrong", [3, b"a", None, 1.5, ["a"]])
def test_identifiers_are_text(make, wrong):
    box = make()
    with pytest.raises(InputTypeError, match=r"identifiers are text, but got .* of type .*: write"):
        box[wrong]
    with pytest.raises(InputTypeError, match="identifiers are text"):
        box[wrong] = box["a"]
    assert box == make()


@EACH
def test_identifiers_that_cannot_be(make):
    box = make()
    with pytest.raises(InputError, match="an identifier is empty"):
        box[""] = box["a"]
    with pytest.raises(InputError, match="is not valid text: rename it"):
        box["\ud800"] = box["a"]
    box[np.str_("c")] = box["a"]
    assert type(box.get_ids()[-1]) is str


@EACH
def test_update_and_setdefault(make):
    box = make()
    box.update({"c": box["a"]}, d=box["b"])
    assert list(box) == ["b", "a", "c", "d"]
    box.update(type(box)({"e": box["a"]}))
    assert np.array_equal(box.setdefault("e", box["b"]), box["a"])
    assert np.array_equal(box.setdefault("f", box["b"]), box["b"])
    before = box.copy()
    with pytest.raises((InputError, InputTypeError), match=r"where numbers are needed|are text"):
        box.update({"g": box["a"], "h": object()})
    assert box == before


# Making one


@EACH
def test_made_from_mappings_pairs_and_containers(make):
    box = make()
    kind = type(box)
    assert kind(dict(box)) == kind(list(box.items())) == kind(box) == box
    with pytest.raises(IdentifierError, match=r"has a \w+ 'a' already"):
        kind([("a", box["a"]), ("a", box["a"])])
    with pytest.raises(InputTypeError, match="is made from a mapping of identifiers"):
        kind(5)
    with pytest.raises(InputTypeError, match="is made from a mapping of identifiers"):
        kind("text")
    with pytest.raises(InputTypeError, match=rf"for values alone there is {kind.__name__}\.from_"):
        kind(["no", "ok"])


def test_containers_of_another_kind_are_not_taken():
    with pytest.raises(InputTypeError, match=r"DataSeries takes series over .* but got a DataSet"):
        DataSeries(make_points())


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (5.0, InputError, r"series 'c' has the shape \(\), but wanted \(n_frames, n_dims\)"),
        (np.zeros((1, 2, 3)), InputError, r"series 'c' has the shape \(1, 2, 3\)"),
        ([], EmptyError, "series 'c' has no frames"),
        (np.zeros((0, 2)), EmptyError, "series 'c' has no frames"),
        ([[]], DimensionError, "series 'c' has 0 dimensions per frame"),
        ([[1.0, 2.0], [3.0]], InputError, "series 'c' has rows of different lengths"),
        ([["1", "2"]], InputTypeError, "series 'c' holds .* where numbers are needed"),
        ([[1j, 2.0]], InputTypeError, "series 'c' holds complex128 where numbers"),
        ([[object(), 2.0]], InputTypeError, "series 'c' holds .* of type object where numbers"),
        ([[1.0, 2.0, 3.0]], DimensionError, "series 'c' has 3 dimensions, .* series of 2: give 2"),
        ([[10**400, 1.0]], InputError, "series 'c' holds a number too large for float64"),
    ],
)
def test_series_that_cannot_be(value, error, message):
    series = make_series()
    for verb in (series.add_series, series.set_series, series.__setitem__):
        with pytest.raises(error, match=message):
            verb("c", value)
    assert series == make_series()


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([[1.0, 2.0]], InputError, r"has the shape \(1, 2\), but wanted \(n_dims,\)"),
        ([], EmptyError, "has no dimensions"),
        (["1", "2"], InputTypeError, "where numbers are needed"),
        ([1.0], DimensionError, "has 1 dimensions, .* of 2: give 2"),
        (1.0, DimensionError, "has 1 dimensions"),
    ],
)
def test_frames_and_points_that_cannot_be(value, error, message):
    series, points = make_series(), make_points()
    for call in (
        lambda: series.add_frame("a", value),
        lambda: series.add_frame("new", value),
        lambda: series.set_frame("a", 0, value),
        lambda: series.set_frame("a", 9, value),
        lambda: series.update_frame("a", 0, value),
        lambda: points.add_point("c", value),
        lambda: points.set_point("a", value),
        lambda: points.update_point("a", value),
    ):
        with pytest.raises(error, match=message):
            call()
    assert series == make_series()
    assert points == make_points()


def test_kinds_of_numbers_that_are_taken():
    assert DataSet({"a": 5}) == DataSet({"a": [5.0]})
    assert DataSet({"a": [True, False]}) == DataSet({"a": [1.0, 0.0]})
    assert DataSet({"a": [None, np.float32(2)]}) == DataSet({"a": [NAN, 2.0]})
    assert DataSet({"a": np.array([1, 2], dtype=">i2")}) == DataSet({"a": [1.0, 2.0]})
    assert DataSeries({"a": [1, 2, 3]})["a"].shape == (3, 1)
    assert DataSeries({"a": np.ones((4, 6))[::2, ::3]})["a"].shape == (2, 2)


# dtype and dimensions


@NUMERIC
def test_dtype(make):
    kind = type(make())
    assert make().dtype == np.float64
    small = kind(make(), dtype="float32")
    assert small.dtype == small["a"].dtype == np.float32
    assert small == make()
    for other in (
        kind(small),
        small.copy(),
        copy.deepcopy(small),
        pickle.loads(pickle.dumps(small)),
    ):
        assert other.dtype == np.float32
    assert kind(dtype=">f8")._empty().dtype == np.dtype("=f8")
    for wrong in ("int32", "float16", "nonsense", ">f2"):
        with pytest.raises(ParameterError, match="containers hold 'float64' or 'float32'"):
            kind(dtype=wrong)


def test_numbers_too_large_for_float32():
    points = DataSet({"a": [1.0, 2.0]}, dtype="float32")
    with pytest.raises(InputError, match="point 'b' holds a number too large for float32: scale"):
        points["b"] = [1e39, 0.0]
    points["b"] = [np.inf, NAN]
    assert points["b"][0] == np.inf
    with pytest.raises(InputError, match="number too large for float32"):
        points.merge(DataSet({"c": [1e39, 0.0]}))
    assert points.get_ids() == ["a", "b"]


@NUMERIC
def test_dimensions_are_fixed_by_the_first_and_freed_with_the_last(make):
    box = make()
    assert box.n_dims == 2
    other = type(box)({"x": [[1.0, 2.0, 3.0]]} if make is make_series else {"x": [1.0, 2.0, 3.0]})
    with pytest.raises(DimensionError, match=r"'x' has 3 dimensions, but this \w+ holds"):
        box["x"] = other["x"]
    box.clear()
    assert box.n_dims == 0
    box["x"] = other["x"]
    assert box.n_dims == 3
    del box["x"]
    assert box.n_dims == 0


# Nobody can change what is inside


@NUMERIC
def test_what_goes_out_cannot_be_written_to(make):
    box = make()
    boxes = [box, type(box)(box, dtype="float32"), pickle.loads(pickle.dumps(box)), box.copy()]
    boxes += [copy.copy(box), copy.deepcopy(box), type(box).from_dict(box.to_dict())]
    boxes += [make_series().get_data_set(0), DataSet.from_array(np.ones((2, 3)))]
    for each in boxes:
        for array in each.values():
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
            with pytest.raises(ValueError, match="cannot set WRITEABLE"):
                array.flags.writeable = True
    with pytest.raises(ValueError, match="read-only"):
        make_series().get_frame("a", 0)[0] = 1


def test_what_comes_in_is_copied():
    frames, point = np.ones((2, 2)), np.ones(2)
    block, cube = np.ones((2, 3)), np.ones((2, 3, 1))
    series = DataSeries({"a": frames, "c": frames.astype(object)})
    series.add_frame("b", point)
    points = DataSet({"a": point})
    many, cubes = DataSet.from_array(block), DataSeries.from_arrays(cube)
    for array in (frames, point, block, cube):
        array[...] = 5
    for box in (series, points, many, cubes):
        assert all((value == 1).all() for value in box.values())


def test_a_view_stays_what_it_was():
    series = make_series()
    view = series["a"]
    for k in range(50):
        series.add_frame("a", [k, k])
    long = series["a"]
    expected = long.copy()
    series.delete_frame("a", 0)
    series.add_frame("a", [-2, -2])
    shorter = series["a"]
    series.update_frame("a", 3, [-1, -1])
    series.delete_frame("a", -1)
    series.add_frame("a", [-3, -3])
    series.set_series("a", [[0, 0]])
    series.clear()
    assert view.tolist() == [[7.0, 8.0]]
    assert np.array_equal(long, expected)
    assert np.array_equal(shorter, [*expected[1:], [-2, -2]])


@EACH
def test_copies_are_their_own(make):
    box = make()
    for other in (box.copy(), copy.copy(box), copy.deepcopy(box), pickle.loads(pickle.dumps(box))):
        assert type(other) is type(box)
        assert other == box
        assert list(other) == list(box)
        del other["a"]
        other.rename("b", "c")
        assert box == make()


def test_a_copied_series_grows_alone():
    series = make_series()
    other = series.copy()
    empty = DataSeries()
    empty.merge(series)
    other.add_frame("a", [0, 0])
    empty.add_frame("a", [1, 1])
    assert series == make_series()


def test_appending_takes_amortised_constant_time():
    series = DataSeries({"a": [[0.0]]})
    buffers = set()
    for k in range(1, 5000):
        series.add_frame("a", [k])
        buffers.add(series._entries["a"]._buffer.ctypes.data)
    assert series["a"][:, 0].tolist() == list(range(5000))
    assert len(buffers) <= 12


# The verbs of all


@EACH
def test_rename_keeps_the_place(make):
    box = make()
    value = box["b"]
    box.rename("b", "new")
    assert list(box) == ["new", "a"]
    assert np.array_equal(box["new"], value)
    box.rename("a", "a")
    with pytest.raises(IdentifierError, match=r"has a \w+ 'a' already"):
        box.rename("new", "a")
    with pytest.raises(IdentifierError, match=r"no .* 'b'"):
        box.rename("b", "c")
    with pytest.raises(InputError, match="an identifier is empty"):
        box.rename("a", "")
    assert list(box) == ["new", "a"]


@EACH
def test_merge_keeps_unless_overwritten(make):
    box = make()
    other = type(box)({"c": box["a"], "a": box["b"]})
    box.merge(other)
    assert list(box) == ["b", "a", "c"]
    assert np.array_equal(box["a"], make()["a"])
    box.merge(other, overwrite=True)
    assert np.array_equal(box["a"], make()["b"])
    assert len(other) == 2
    box.merge(box, overwrite=True)
    with pytest.raises(InputTypeError, match="but got a dict: make it a"):
        box.merge({"a": box["a"]})


@NUMERIC
def test_merge_is_all_or_nothing(make):
    box = make()
    other = type(box).from_dict({"cols": 1, "data": {}})
    other["z"] = [[1.0]] if make is make_series else [1.0]
    with pytest.raises(DimensionError, match="'z' has 1 dimensions"):
        box.merge(other)
    assert box == make()


# DataSeries


def test_frames_by_time():
    series = make_series()
    assert series.get_frame("b", 0).tolist() == [1.0, 2.0]
    assert series.get_frame("b", -1).tolist() == [5.0, 6.0]
    assert series.get_frame("b", np.int64(1)).tolist() == [3.0, 4.0]
    for call in (series.get_frame, series.delete_frame):
        for time in (3, -4):
            with pytest.raises(IdentifierError, match=rf"no frame {time}: it has 3 \(0 to 2"):
                call("b", time)
        with pytest.raises(IdentifierError, match="no series 'c'"):
            call("c", 0)
        with pytest.raises(InputTypeError, match=r"a time is a whole number .* got 0\.5"):
            call("b", 0.5)
    with pytest.raises(IdentifierError, match="no frame 3"):
        series.update_frame("b", 3, [0, 0])
    with pytest.raises(IdentifierError, match="no series 'c'"):
        series.update_frame("c", 0, [0, 0])
    assert series == make_series()


def test_set_frame_replaces_or_appends():
    series = make_series()
    series.set_frame("b", 1, [0, 0])
    series.set_frame("b", -1, [9, 9])
    series.set_frame("b", 3, [10, 10])
    series.set_frame("b", 99, [11, 11])
    series.set_frame("c", 5, [12, 12])
    assert series["b"][:, 0].tolist() == [1, 0, 9, 10, 11]
    assert series["c"].tolist() == [[12, 12]]
    with pytest.raises(IdentifierError, match="no frame -6"):
        series.set_frame("b", -6, [0, 0])
    with pytest.raises(InputTypeError, match="a time is a whole number"):
        series.set_frame("new", "0", [0, 0])


def test_deleting_the_last_frame_deletes_the_series():
    series = make_series()
    series.delete_frame("b", -2)
    assert series["b"][:, 0].tolist() == [1, 5]
    series.delete_frame("a", 0)
    assert series.get_ids() == ["b"]


def test_series_verbs():
    series = make_series()
    with pytest.raises(IdentifierError, match="has a series 'a' already: to replace it use set_"):
        series.add_series("a", [[0, 0]])
    with pytest.raises(IdentifierError, match="no series 'c'"):
        series.update_series("c", [[0, 0]])
    series.add_series("c", [[0, 0]])
    series.update_series("c", [[1, 1], [2, 2]])
    series.set_series("d", [[3, 3]])
    assert series.get_series("c").tolist() == [[1, 1], [2, 2]]
    series.delete_series("c")
    with pytest.raises(IdentifierError, match="no series 'c'"):
        series.delete_series("c")
    assert series.get_ids() == ["b", "a", "d"]


def test_get_data_set():
    series = make_series()
    assert series.get_data_set(0) == DataSet({"a": [7, 8], "b": [1, 2]})
    assert series.get_data_set(-1) == DataSet({"a": [7, 8], "b": [5, 6]})
    assert series.get_data_set(2) == DataSet({"b": [5, 6]})
    assert series.get_data_set(-2) == DataSet({"b": [3, 4]})
    assert len(series.get_data_set(3)) == 0
    assert DataSeries(series, dtype="float32").get_data_set(0).dtype == np.float32
    with pytest.raises(InputTypeError, match="a time is a whole number"):
        series.get_data_set("first")


# DataSet, LabelSet


def test_point_verbs():
    points = make_points()
    with pytest.raises(
        IdentifierError, match=r"has a point 'a' already: .* use set_point or update"
    ):
        points.add_point("a", [0, 0])
    with pytest.raises(IdentifierError, match="no point 'c'"):
        points.update_point("c", [0, 0])
    points.add_point("c", [0, 0])
    points.update_point("c", [1, 1])
    points.set_point("d", [2, 2])
    points.set_point("d", [3, 3])
    assert points.get_point("c").tolist() == [1, 1]
    assert points.get_point("d").tolist() == [3, 3]
    points.delete_point("c")
    assert points.get_ids() == ["b", "a", "d"]


def test_label_verbs():
    labels = make_labels()
    with pytest.raises(
        IdentifierError, match=r"has a label 'a' already: .* use set_label or update"
    ):
        labels.add_label("a", "x")
    with pytest.raises(IdentifierError, match="no label 'c'"):
        labels.update_label("c", "x")
    labels.add_label("c", "")
    labels.update_label("c", np.str_("wave"))
    labels.set_label("d", "é")
    assert type(labels.get_label("c")) is str
    assert labels.get_ids("wave") == ["b", "c"]
    assert labels.get_ids("nowhere") == []
    assert labels.counts() == {"circle": 1, "wave": 2, "é": 1}
    labels.delete_label("c")
    assert labels.get_ids() == ["b", "a", "d"]


@pytest.mark.parametrize("wrong", [3, None, 1.5, ["wave"], b"wave"])
def test_labels_are_text(wrong):
    labels = make_labels()
    for verb in (labels.set_label, labels.update_label, labels.__setitem__):
        with pytest.raises(InputTypeError, match=r"labels are text, but got .* of type .*: write"):
            verb("a", wrong)
    with pytest.raises(InputError, match=r"the label .* is not valid text"):
        labels["a"] = "\ud800"
    with pytest.raises(InputTypeError, match="labels are text"):
        labels.get_ids(3)
    assert labels == make_labels()


# From arrays


def test_generated_identifiers_sort_in_order():
    points = DataSet.from_array(np.arange(11.0))
    assert points.get_ids() == sorted_identifiers(points)
    assert points.get_ids()[::5] == ["00", "05", "10"]
    assert points["07"].tolist() == [7.0]
    series = DataSeries.from_arrays([[1.0], [2.0, 3.0]])
    assert series == DataSeries({"0": [[1.0]], "1": [[2.0], [3.0]]})
    assert LabelSet.from_list(np.array(["x", "y"])) == LabelSet({"0": "x", "1": "y"})


def test_arrays_of_all_shapes():
    assert DataSeries.from_arrays(np.zeros((2, 3, 4)))["1"].shape == (3, 4)
    assert DataSeries.from_arrays(np.zeros((2, 3, 4)), dtype="float32").dtype == np.float32
    assert DataSet.from_array(np.zeros((2, 3)), ["a", "b"])["b"].shape == (3,)
    assert DataSet.from_array(np.zeros((2, 3), np.int8), dtype="float32").dtype == np.float32
    objects = np.empty(2, dtype=object)
    objects[:] = [np.zeros((2, 1)), np.zeros((3, 1))]
    assert len(DataSeries.from_arrays(objects)["1"]) == 3
    assert len(DataSeries.from_arrays([])) == len(DataSet.from_array([])) == 0
    assert len(LabelSet.from_list([])) == 0


def test_arrays_that_cannot_be():
    with pytest.raises(InputError, match=r"shape \(2, 3\), but wanted \(n_series, n_frames, n_di"):
        DataSeries.from_arrays(np.zeros((2, 3)))
    with pytest.raises(InputError, match=r"shape \(1, 2, 3\), but wanted \(n_points, n_dims\)"):
        DataSet.from_array(np.zeros((1, 2, 3)))
    with pytest.raises(InputError, match=r"shape \(\), but wanted"):
        DataSet.from_array(1.0)
    with pytest.raises(DimensionError, match="the array has 0 dimensions per point"):
        DataSet.from_array(np.zeros((2, 0)))
    with pytest.raises(InputError, match="1 identifiers for 2 entries"):
        DataSet.from_array(np.zeros((2, 3)), ["a"])
    with pytest.raises(InputTypeError, match="identifiers are a list of texts, but got the text"):
        DataSet.from_array(np.zeros((2, 3)), "ab")
    with pytest.raises(IdentifierError, match="the identifier 'a' is there twice"):
        LabelSet.from_list(["x", "y"], ["a", "a"])
    with pytest.raises(InputTypeError, match="wanted a list of labels, but got the text 'xy'"):
        LabelSet.from_list("xy")
    with pytest.raises(DimensionError, match="series '1' has 2 dimensions"):
        DataSeries.from_arrays([[[1.0]], [[1.0, 2.0]]])


# How they look


def test_repr():
    series = make_series()
    assert repr(series) == "<DataSeries: 2 series, 2 dims, 1 to 3 frames (median 2)>"
    assert repr(DataSeries({"a": [1.0]})) == "<DataSeries: 1 series, 1 dim, 1 frame each>"
    assert repr(make_points()) == "<DataSet: 2 points, 2 dims>"
    assert repr(DataSet({"a": 1}, dtype="f4")) == "<DataSet: 1 point, 1 dim (float32)>"
    assert repr(make_labels()) == "<LabelSet: 2 labels, 2 different>"
    assert repr(DataSeries()) == "<DataSeries: empty>"
    assert repr(DataSet()) == "<DataSet: empty>"
    assert str(LabelSet()) == "LabelSet: empty"


def test_str_shows_both_ends():
    points = DataSet.from_array(np.arange(200.0).reshape(20, 10))
    assert str(points).splitlines() == [
        "DataSet: 20 points, 10 dims",
        "  00  0 1 2 ... 7 8 9",
        "  01  10 11 12 ... 17 18 19",
        "  02  20 21 22 ... 27 28 29",
        "  ...",
        "  17  170 171 172 ... 177 178 179",
        "  18  180 181 182 ... 187 188 189",
        "  19  190 191 192 ... 197 198 199",
    ]
    assert str(make_series()).splitlines()[1:] == [
        "  b      3 x [1 2] ... [5 6]",
        "  a      1 x [7 8]",
    ]
    assert str(make_labels()).splitlines()[1:] == ["  b  wave", "  a  circle"]


# Sorting, importing


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_sorted_identifiers_are_sorted_by_their_bytes(names):
    assert sorted_identifiers(names) == sorted(names, key=lambda name: name.encode("utf-8"))


def test_importing_the_containers_loads_numpy_only():
    code = (
        "import sys, fluidseries.containers;"
        "print(sorted({'pandas', 'sklearn', 'torch', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
