"""Standardize, Normalize, RobustScale: over points and series, in FluCoMa's files."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

import fluidseries as fs
from fluidseries import errors

FILES = Path(__file__).parent / "files"
RNG = np.random.default_rng(0)
# The last dimension never changes.
TABLE = RNG.normal(size=(12, 4)) * [1.0, 1000.0, 0.01, 0.0] + [0.0, 500.0, 3.0, 0.1]
SCALERS = {
    "Standardize": (fs.Standardize(), StandardScaler()),
    "Normalize": (fs.Normalize(min=-1, max=3), MinMaxScaler((-1, 3))),
    "RobustScale": (fs.RobustScale(low=10, high=80), RobustScaler(quantile_range=(10, 80))),
}
KEYS = {
    "Standardize": ["cols", "mean", "std"],
    "Normalize": ["cols", "data_max", "data_min", "max", "min"],
    "RobustScale": ["cols", "data_high", "data_low", "high", "low", "median", "range"],
}

all_three = pytest.mark.parametrize("name", SCALERS)
tables = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
)


def made(name):
    return clone(SCALERS[name][0])


# What comes out


@all_three
@given(tables)
@settings(max_examples=50)
def test_the_same_as_scikit_learn(name, table):
    ours, theirs = made(name), clone(SCALERS[name][1])
    np.testing.assert_allclose(
        ours.fit_transform(table), theirs.fit_transform(table), rtol=1e-9, atol=1e-9
    )


@all_three
@given(tables)
@settings(max_examples=50)
def test_there_and_back(name, table):
    scaler = made(name).fit(table)
    size = np.abs(table).max() + 1
    back = scaler.inverse_transform(scaler.transform(table))
    np.testing.assert_allclose(back, table, atol=1e-12 * size)
    for row in table:
        np.testing.assert_allclose(
            scaler.inverse_transform_point(scaler.transform_point(row)), row, atol=1e-12 * size
        )


@all_three
@given(tables)
@settings(max_examples=50)
def test_a_file_changes_no_bit(name, table):
    scaler = made(name).fit(table)
    again = type(scaler).from_dict(json.loads(json.dumps(scaler.to_dict())))
    np.testing.assert_array_equal(again.transform(table), scaler.transform(table))
    assert again.get_params() == scaler.get_params()


def test_what_they_are_for():
    scaled = made("Standardize").fit_transform(TABLE)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled.std(axis=0), [1, 1, 1, 0], atol=1e-9)
    scaled = made("Normalize").fit_transform(TABLE)
    assert scaled.min(axis=0).tolist() == [-1] * 4
    assert scaled.max(axis=0).tolist() == [3, 3, 3, -1]
    scaled = made("RobustScale").fit_transform(TABLE)
    np.testing.assert_allclose(np.median(scaled, axis=0), 0, atol=1e-9)
    low, high = np.percentile(scaled, [10, 80], axis=0)
    np.testing.assert_allclose(high - low, [1, 1, 1, 0], atol=1e-9)


# What goes in


@all_three
def test_containers_and_arrays_give_the_same(name):
    points = fs.DataSet((f"p{row}", point) for row, point in enumerate(TABLE))
    series = fs.DataSeries({"a": TABLE[:5], "b": TABLE[5:6], "c": TABLE[6:]})
    scaler = made(name).fit(TABLE)
    scaled = scaler.transform(TABLE)
    for source in (points, series, [TABLE[:5], TABLE[5:]], TABLE.reshape(3, 4, 4), TABLE.tolist()):
        other = made(name).fit(source)
        assert other.to_dict() == scaler.to_dict()
    as_points = scaler.transform(points)
    assert isinstance(as_points, fs.DataSet)
    assert as_points.get_ids() == points.get_ids()
    np.testing.assert_array_equal(list(as_points.values()), scaled)
    as_series = scaler.transform(series)
    assert isinstance(as_series, fs.DataSeries)
    assert as_series.get_ids() == ["a", "b", "c"]
    np.testing.assert_array_equal(np.concatenate(list(as_series.values())), scaled)
    listed = scaler.transform([TABLE[:5], TABLE[5:]])
    np.testing.assert_array_equal(listed[1], scaled[5:])
    unequal = np.empty(2, dtype=object)
    unequal[:] = [TABLE[:5], TABLE[5:]]
    np.testing.assert_array_equal(scaler.transform(unequal)[1], scaled[5:])
    np.testing.assert_array_equal(scaler.transform(TABLE.reshape(3, 4, 4)), scaled.reshape(3, 4, 4))
    np.testing.assert_array_equal(scaler.transform_point(TABLE[2]), scaled[2])
    np.testing.assert_array_equal(scaler.transform_point(series["a"]), scaled[:5])
    assert scaler.inverse_transform(as_series).get_ids() == ["a", "b", "c"]


@all_three
def test_what_comes_in_stays_as_it_was(name):
    table = TABLE.copy()
    scaler = made(name).fit(table)
    scaler.transform(table), scaler.transform_point(table[0])
    np.testing.assert_array_equal(table, TABLE)
    table += 1
    np.testing.assert_array_equal(scaler.transform(TABLE), made(name).fit_transform(TABLE))


@all_three
def test_single_precision_stays_so(name):
    points = fs.DataSet({"a": [1.0, 2.0], "b": [3.0, 5.0]}, dtype="float32")
    assert made(name).fit_transform(points).dtype == np.float32
    series = fs.DataSeries({"a": [[1.0], [2.0]]}, dtype="float32")
    assert made(name).fit_transform(series).dtype == np.float32


@all_three
def test_scikit_learns_tools(name):
    scaler = made(name).fit(TABLE)
    twin = pickle.loads(pickle.dumps(scaler))
    np.testing.assert_array_equal(twin.transform(TABLE), scaler.transform(TABLE))
    assert clone(scaler).get_params() == scaler.get_params()
    assert scaler.n_features_in_ == 4
    takes = [TABLE[:5, :3], TABLE[5:, :3]] * 3
    model = fs.LSTMRegressor(3, max_iter=1, random_state=0)
    whole = Pipeline([("scale", made(name)), ("model", model)]).fit(takes, np.arange(6.0))
    assert whole.predict(takes).shape == (6,)


def test_parameters_count_when_it_is_fitted():
    scaler = fs.Normalize().fit([[0.0], [10.0]])
    scaler.set_params(max=5)
    assert scaler.transform_point([10.0]) == [1.0]
    assert scaler.fit([[0.0], [10.0]]).transform_point([10.0]) == [5.0]


# FluCoMa's files


@all_three
def test_kept_files_still_load(name):
    answers = json.loads((FILES / "scalers_v1_answers.json").read_text())
    scaler = SCALERS[name][0].read(FILES / f"{name.lower()}_v1.json")
    scaled = scaler.transform(answers["points"])
    np.testing.assert_allclose(scaled, answers[name.lower()], rtol=1e-12, atol=1e-12)


@all_three
def test_a_file_is_flucomas(name, tmp_path):
    scaler = made(name).fit(TABLE)
    scaler.write(tmp_path / "scaler.json")
    text = (tmp_path / "scaler.json").read_text()
    content = json.loads(text)
    assert text == json.dumps(content, indent=2, sort_keys=True) + "\n"
    assert list(content) == KEYS[name]
    assert content["cols"] == 4
    np.testing.assert_allclose(flucomas(name, content, TABLE), scaler.transform(TABLE), atol=1e-9)


def flucomas(name, content, table):
    """What FluCoMa computes from its file."""
    numbers = {key: np.array(value) for key, value in content.items()}
    if name == "Standardize":
        return (table - numbers["mean"]) / numbers["std"]
    if name == "RobustScale":
        return (table - numbers["median"]) / numbers["range"]
    span = numbers["data_max"] - numbers["data_min"]
    share = (table - numbers["data_min"]) / np.where(span < 1e-15, 1, span)
    return share * (numbers["max"] - numbers["min"]) + numbers["min"]


def test_files_written_by_flucoma():
    scaler = fs.Normalize.from_dict(
        {"cols": 2, "data_max": [10.0, 3.0], "data_min": [0.0, 3.0], "max": 1.0, "min": 0.0}
    )
    assert scaler.transform_point([5, 4]).tolist() == [0.5, 1.0]
    scaler = fs.Standardize.from_dict({"cols": 2, "mean": [1.0, 2.0], "std": [2.0, 0.0]})
    assert scaler.transform_point([5, 4]).tolist() == [2.0, 2.0]
    content = {"cols": 1, "median": [3.0], "range": [0.0], "data_low": [3.0], "data_high": [3.0]}
    scaler = fs.RobustScale.from_dict({**content, "low": 0, "high": 100})
    assert scaler.transform_point([5]).tolist() == [2.0]
    assert (scaler.low, scaler.high) == (0.0, 100.0)


BAD_FILES = {
    "another kind": ({"cols": 1, "mean": [0.0], "std": [1.0]}, "holds a Standardize, not a Normal"),
    "points": ({"cols": 1, "data": {"a": [1.0]}}, "holds a DataSet, not a Normalize"),
    "text": ({"data_min": "x"}, "'data_min' is not made of numbers"),
    "null": ({"data_max": [None, 1.0]}, "'data_max' must be finite numbers of shape"),
    "a missing number": ({"data_max": [1.0]}, r"'data_max' must be finite numbers of shape \(2,\)"),
    "no range": ({"max": 0.0}, "min is 0.0 and max 0.0: they are numbers, min below max"),
    "no end": ({"max": None}, "'max' must be finite"),
    "a number too large": ({"data_max": [10**400, 1.0]}, "'data_max' is not made of numbers"),
    "cols": ({"cols": "2"}, "'data_max' must be finite numbers of shape"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_damaged_files_are_explained(case, tmp_path):
    changes, message = BAD_FILES[case]
    good = {"cols": 2, "data_max": [1.0, 2.0], "data_min": [0.0, 0.0], "max": 1.0, "min": 0.0}
    fs.Normalize.from_dict(good)
    content = changes if "kind" in case or case == "points" else {**good, **changes}
    (tmp_path / "scaler.json").write_text(json.dumps(content))
    with pytest.raises(errors.FormatError, match=message) as raised:
        fs.Normalize.read(tmp_path / "scaler.json")
    assert str(tmp_path / "scaler.json") in str(raised.value)


# Errors


@all_three
def test_before_a_fit(name, tmp_path):
    scaler = made(name)
    for call in (scaler.transform, scaler.inverse_transform, scaler.transform_point):
        with pytest.raises(fs.NotFittedError, match=f"this {name} has not learned anything"):
            call(TABLE)
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        scaler.write(tmp_path / "scaler.json")
    assert not hasattr(scaler, "n_features_in_")
    scaler.fit(TABLE).clear()
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        scaler.transform(TABLE)


BAD_SOURCES = {
    "NaN": ([[1.0], [np.nan]], errors.NonFiniteError, "row 1 holds NaN"),
    "a series with NaN": ([[[1.0], [np.inf]]], errors.NonFiniteError, "infinity"),
    "nothing": (fs.DataSet(), errors.EmptyError, "an empty DataSet"),
    "no series": (fs.DataSeries(), errors.EmptyError, "no series"),
    "one point": ([1.0, 2.0], errors.DimensionError, "points have"),
    "labels": (fs.LabelSet({"a": "b"}), errors.InputTypeError, "of type LabelSet"),
    "text": ("abc", errors.InputTypeError, "of type str"),
}


@all_three
@pytest.mark.parametrize("case", BAD_SOURCES)
def test_sources_that_cannot_be_used(name, case):
    source, error, message = BAD_SOURCES[case]
    scaler = made(name).fit([[1.0], [2.0]])
    before = scaler.to_dict()
    for call in (scaler.fit, scaler.transform, scaler.inverse_transform):
        with pytest.raises(error, match=message):
            call(source)
    assert scaler.to_dict() == before


@all_three
def test_other_dimensions(name):
    scaler = made(name).fit(TABLE)
    message = f"the source has 1 dimension, but this {name} was fitted on 4"
    with pytest.raises(errors.DimensionError, match=message):
        scaler.transform([[1.0]])
    with pytest.raises(errors.DimensionError, match=message):
        scaler.transform_point([1.0])
    with pytest.raises(errors.DimensionError, match=r"the point has shape \(1, 1, 4\)"):
        scaler.transform_point(TABLE[None, :1])
    with pytest.raises(errors.NonFiniteError, match="the point holds NaN"):
        scaler.transform_point([1.0, 2.0, 3.0, np.nan])
    with pytest.raises(errors.InputTypeError, match="use transform for a container"):
        scaler.transform_point(fs.DataSet({"a": TABLE[0]}))


@pytest.mark.parametrize(
    ("scaler", "message"),
    [
        (fs.Normalize(min=1, max=1), "min is 1 and max 1: they are numbers, min below max"),
        (fs.Normalize(min="a"), "min is 'a'"),
        (fs.Normalize(max=np.inf), "max inf"),
        (fs.RobustScale(low=75, high=25), "low is 75 and high 25: they are per cent"),
        (fs.RobustScale(high=101), "high 101"),
        (fs.RobustScale(low=None), "low is None"),
    ],
)
def test_parameters_outside_their_range(scaler, message):
    with pytest.raises(errors.ParameterError, match=message):
        scaler.fit(TABLE)
