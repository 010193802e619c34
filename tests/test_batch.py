"""Reading, joining and packing: what is taken, in which order, and what is refused where."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluidseries import DataSeries, DataSet, LabelSet, errors, join
from fluidseries.batch import Series, pack
from fluidseries.reading import read_frames, read_labels, read_series, read_targets
from fluidseries.scaling import Scaler

TABLES = st.lists(
    arrays(np.float64, st.tuples(st.integers(1, 7), st.just(2)), elements=st.floats(-99, 99)),
    min_size=1,
    max_size=8,
)


def series(*lengths: int) -> Series:
    return Series([np.zeros((length, 2)) for length in lengths], None)


# Packing


@given(TABLES)
def test_packed_frames_are_the_series_one_after_the_other(tables):
    packed, offsets = pack(tables, Scaler.identity(2))
    assert packed.dtype == np.float32
    assert packed.flags.c_contiguous
    assert offsets.tolist() == [0, *np.cumsum([len(t) for t in tables])]
    for table, start, end in zip(tables, offsets[:-1], offsets[1:], strict=True):
        np.testing.assert_array_equal(packed[start:end], table.astype(np.float32))


@given(
    lengths=st.lists(st.integers(1, 3000), min_size=1, max_size=6),
    dims=st.integers(1, 40),
    single=st.booleans(),
    n_threads=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_packing_is_numpys_to_the_bit(lengths, dims, single, n_threads, seed):
    rng = np.random.default_rng(seed)
    tables = [rng.normal(3, 20, (n, dims)) for n in lengths]
    tables = [t.astype(np.float32) for t in tables] if single else tables
    tables[-1] = np.asfortranarray(tables[-1])
    scaler = Scaler.fit(tables)
    packed, _ = pack(tables, scaler, n_threads=n_threads)
    expected = np.concatenate([scaler.standardise(t) for t in tables]).astype(np.float32)
    np.testing.assert_array_equal(packed, expected)


def test_the_first_of_several_numbers_that_do_not_fit_is_named():
    tables = [np.zeros((50_000, 3)) for _ in range(3)]
    for number, table in enumerate(tables):
        table[40_000 + number, 1] = -1e200
    for n_threads in (1, 2):
        with pytest.raises(errors.NonFiniteError, match=r"'0' .* \(frame 40000, dimension 1\)"):
            pack(tables, Scaler.identity(3), n_threads=n_threads)


def test_digits_are_kept_by_standardising_in_double():
    # Seconds since 1970: float32 alone knows them to two minutes.
    table = 1.7e9 + np.arange(10.0)[:, None]
    packed, _ = pack([table], Scaler.fit([table]))
    np.testing.assert_allclose(np.diff(packed[:, 0]), np.diff(packed[:, 0]).mean(), rtol=1e-5)


def test_a_number_too_large_for_float32_is_named():
    tables = [np.zeros((3, 2)), np.zeros((4, 2))]
    tables[1][2, 1] = 1e39
    with pytest.raises(errors.NonFiniteError, match=r"series 'b' .* \(frame 2, dimension 1\)"):
        pack(tables, Scaler.identity(2), ["a", "b"])
    with pytest.raises(errors.NonFiniteError, match="target '1' holds"):
        pack(tables, Scaler.identity(2), what="target")


# Series


def test_a_container_is_taken_in_its_order_or_in_that_of_its_identifiers():
    source = DataSeries({"b": [[1.0]], "10": [[2.0]], "2": [[3.0]]})
    assert read_series(source).names == ["b", "10", "2"]
    ordered = read_series(source, in_order=True)
    assert ordered.names == ["10", "2", "b"]
    assert [frames[0, 0] for frames in ordered.arrays] == [2, 3, 1]


@pytest.mark.parametrize(
    "source",
    [
        [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]],
        (np.array([[1, 2], [3, 4]]), np.array([[5, 6]], dtype=np.float32)),
        np.array([np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6]])], dtype=object),
        [np.array([[1.0, 2], [3, 4]], dtype=">f8"), np.asfortranarray([[5.0, 6.0]])],
    ],
    ids=["lists", "whole numbers", "an array of objects", "other layouts"],
)
def test_series_in_many_forms(source):
    arrays_ = read_series(source).arrays
    assert [frames.tolist() for frames in arrays_] == [[[1, 2], [3, 4]], [[5, 6]]]


def test_a_row_of_numbers_is_a_series_of_one_dimension():
    assert [f.shape for f in read_series([[1.0, 2.0, 3.0], [4.0]]).arrays] == [(3, 1), (1, 1)]
    assert read_frames([1.0, 2.0], 1).shape == (2, 1)


def test_a_cube_is_series_of_equal_length():
    assert [f.shape for f in read_series(np.zeros((4, 3, 2))).arrays] == [(3, 2)] * 4


BAD_SERIES = {
    "text that looks like numbers": ([[["1", "2"]]], errors.InputTypeError, "series 0 .* needed"),
    "complex numbers": ([np.zeros((2, 2), complex)], errors.InputTypeError, "complex128 where"),
    "nothing in a table": ([[[1.0, None]]], errors.NonFiniteError, "frame 0, dimension 1"),
    "rows of unequal length": ([[[1.0, 2.0], [3.0]]], errors.InputError, "different lengths"),
    "no dimensions": ([np.zeros((3, 0))], errors.DimensionError, "without any dimension"),
    "a number": ([1.0, 2.0], errors.DimensionError, r"series 0 of the list has shape \(\)"),
    "one series": (np.zeros((3, 2)), errors.DimensionError, "single series.*predict_point"),
    "one row": (np.zeros(3), errors.DimensionError, r"one array of shape \(3,\)"),
    "four axes": (np.zeros((2, 3, 2, 1)), errors.DimensionError, "use predict_point for one"),
    "points": (DataSet({"a": [1.0]}), errors.InputTypeError, "it must be a DataSeries"),
    "a generator": (iter([]), errors.InputTypeError, "give a DataSeries, or a list"),
}


@pytest.mark.parametrize("name", BAD_SERIES)
def test_bad_series_are_explained(name):
    source, error, message = BAD_SERIES[name]
    with pytest.raises(error, match=message):
        read_series(source)


# Targets


@pytest.mark.parametrize(
    ("target", "form", "shapes"),
    [
        ([1, 2], "vector", [(1, 1)] * 2),
        (np.array([1.0, 2.0]), "vector", [(1, 1)] * 2),
        ([[1, 2, 3], [4, 5, 6]], "point", [(1, 3)] * 2),
        (np.zeros((2, 1)), "point", [(1, 1)] * 2),
        ([np.zeros((3, 4)), np.zeros((1, 4))], "frames", [(3, 4), (1, 4)]),
    ],
)
def test_forms_of_targets(target, form, shapes):
    tables, found = read_targets(target, series(3, 1))
    assert found == form
    assert [table.shape for table in tables] == shapes
    assert all(table.dtype == np.float64 for table in tables)


def test_columns_of_pandas_are_targets():
    pandas = pytest.importorskip("pandas", reason="pandas is optional")
    column = pandas.Series([1.0, 2.0], index=[5, 4])
    assert read_targets(column, series(1, 1))[1] == "vector"
    assert read_targets(pandas.DataFrame({"x": column, "y": column}), series(1, 1))[1] == "point"
    assert read_labels(pandas.Series(["a", "b"]), series(1, 1)) == ["a", "b"]


def test_containers_meet_by_identifier():
    source = read_series(DataSeries({"b": [[1.0]], "a": [[2.0]]}), in_order=True)
    tables, form = read_targets(DataSet({"b": [10.0], "a": [20.0]}), source)
    assert form == "point"
    assert [table[0, 0] for table in tables] == [20, 10]
    assert read_labels(LabelSet({"b": "x", "a": "y"}), source) == ["y", "x"]


BAD_TARGETS = {
    "text": ((["1", "2"]), errors.InputTypeError, "target '0' holds"),
    "NaN in a point": ([[1.0, np.nan], [1.0, 2.0]], errors.NonFiniteError, r"NaN \(dimension 1\)"),
    "NaN in a frame": (
        [np.zeros((3, 1)), np.full((2, 1), np.nan)],
        errors.NonFiniteError,
        r"target '1' holds NaN \(frame 0, dimension 0\)",
    ),
    "rows of unequal length": ([[[1], [2, 3]], [[1]]], errors.InputError, "different lengths"),
    "no outputs": (np.zeros((2, 0)), errors.DimensionError, "give at least one output"),
    "points of unequal width": (
        [[1.0, 2.0, 3.0], [1.0, 2.0]],
        errors.DimensionError,
        r"one target per frame has shape \(n_frames, n_outputs\)",
    ),
    "a number among points": ([[1.0], 2.0], errors.DimensionError, "unequal shapes"),
    "a number": (3.0, errors.InputTypeError, "one row for each series"),
    "points by name": (DataSet({"a": [1.0]}), errors.InputTypeError, "a list of arrays"),
    "labels": (LabelSet(), errors.InputTypeError, "a regressor learns numbers"),
}


@pytest.mark.parametrize("name", BAD_TARGETS)
def test_bad_targets_are_explained(name):
    target, error, message = BAD_TARGETS[name]
    with pytest.raises(error, match=message):
        read_targets(target, series(3, 2))


# Joining


def test_join_sorts_and_pairs():
    names = [f"{i}" for i in range(12)]
    source = DataSeries({name: [[float(name)]] for name in names})
    target = DataSet({name: [10.0 * float(name)] for name in reversed(names)})
    identifiers, X, y = join(source, target)
    assert identifiers == sorted(names)
    assert [x[0, 0] * 10 for x in X] == y[:, 0].tolist()


def test_what_is_missing_on_both_sides_is_named():
    source = DataSeries({name: [[0.0]] for name in "abcdef"})
    target = LabelSet(dict.fromkeys("fg", "x"))
    with pytest.raises(errors.IdentifierError) as raised:
        join(source, target)
    assert str(raised.value) == (
        "5 identifiers of the source are missing in the target: 'a', 'b', 'c' and 2 more; "
        "1 identifier of the target is missing in the source: 'g'. "
        "Add or delete them so that both have the same"
    )
