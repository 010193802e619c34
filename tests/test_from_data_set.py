"""Series from today's FluCoMa, which knows points only: numbered frames and flattened windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.errors import DimensionError, IdentifierError, InputError, ParameterError

series_of = st.dictionaries(
    st.text("ab-_.0 1", min_size=1, max_size=5),
    st.integers(1, 12).flatmap(lambda n: st.lists(st.floats(-9, 9), min_size=n, max_size=n)),
    max_size=4,
)


@given(
    series_of,
    st.sampled_from(["{id}-{frame}", "{frame}:{id}", "take({id})[{frame}]"]),
    st.randoms(),
)
def test_numbered_points_come_back(content, pattern, random):
    series = fs.DataSeries(content)
    points = series.to_data_set(pattern=pattern)
    assert len(points) == sum(map(len, content.values()))
    order = list(points)
    random.shuffle(order)
    shuffled = fs.DataSet({name: points[name] for name in order})
    assert fs.DataSeries.from_data_set(shuffled, pattern=pattern) == series


@given(series_of, st.sampled_from(["frame", "dim"]))
def test_flattened_windows_come_back(content, by):
    series = fs.DataSeries({name: np.outer(x[:1] * 4, [1, 2, 3]) for name, x in content.items()})
    assert fs.DataSeries.from_flat(series.to_flat(by=by), 3, by=by) == series


def test_as_fluid_bufflatten_does():
    points = fs.DataSet({"a": [1, 2, 3, 4, 5, 6]})
    assert fs.DataSeries.from_flat(points, 2)["a"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert fs.DataSeries.from_flat(points, 2, by="dim")["a"].tolist() == [[1, 4], [2, 5], [3, 6]]


def test_numbers_of_people(tmp_path):
    """From 1 as well as from 0, with and without zeros, in the order of FluCoMa's files."""
    points = fs.DataSet({f"a-b-{k}": [k] for k in range(1, 12)} | {"c-01": [7.0]}, dtype="float32")
    points.write(tmp_path / "points.json")
    series = fs.DataSeries.from_data_set(fs.DataSet.read(tmp_path / "points.json", dtype="float32"))
    assert series["a-b"][:, 0].tolist() == list(range(1, 12))
    assert series["c"].tolist() == [[7]]
    assert series.dtype == np.float32


@pytest.mark.parametrize(("names", "message"), [
    (["a-0", "a-2", "b-0"], "the series 'a' has no 'a-1': frames are numbered from 0 with"),
    (["a-0", "b-1"], "the series 'b' has no 'b-0'"),
    (["a-9"], "the series 'a' has no 'a-1', 'a-2', 'a-3', 'a-4', 'a-5' and 3 more: fr"),
    (["a-0", "a-9999999999"], "has no 'a-1', 'a-2', 'a-3', 'a-4', 'a-5' and 9999999993 more"),
    (["a-1", "a-01"], "the points 'a-1' and 'a-01' are the same frame of 'a': remove one"),
    (["a-0", "left"], "the point 'left' does not fit the pattern '{id}-{frame}'"),
    (["-0"], "the point '-0' does not fit"),
])  # fmt: skip
def test_missing_and_double_numbers_are_named(names, message):
    with pytest.raises(IdentifierError, match=message):
        fs.DataSeries.from_data_set(fs.DataSet({name: [0.0] for name in names}))


def test_patterns_that_cannot_be():
    points, series = fs.DataSet({"a-0": [0.0]}), fs.DataSeries({"a-1": [[0.0]]})
    with pytest.raises(ParameterError, match=r"must hold \{id\} and \{frame\}, each once"):
        fs.DataSeries.from_data_set(points, pattern="{id}")
    with pytest.raises(ParameterError, match=r"nothing between \{id\} and \{frame\}, so that '"):
        series.to_data_set(pattern="{id}{frame}")
    with pytest.raises(IdentifierError, match="'01' would not be found again in '0001' by the pat"):
        fs.DataSeries({"01": [[0.0]]}).to_data_set(pattern="{frame}0{id}")
    with pytest.raises(IdentifierError, match="'a' would not be found again in 'a0000' by the pat"):
        fs.DataSeries({"a": np.zeros(101)}).to_data_set(pattern="{id}0{frame}")


def test_windows_that_cannot_be():
    points = fs.DataSet({"a": [0.0, 1.0, 2.0]})
    with pytest.raises(
        DimensionError, match="point 'a' has 3 numbers, which is no whole number of"
    ):
        fs.DataSeries.from_flat(points, 2)
    with pytest.raises(ParameterError, match="n_dims is 0: it must be a whole number from 1 up"):
        fs.DataSeries.from_flat(points, 0)
    with pytest.raises(ParameterError, match="by is 'row': 'frame' for frame after frame"):
        fs.DataSeries.from_flat(points, 3, by="row")
    series = fs.DataSeries({"a": [[0.0]], "b": [[0.0], [1.0]]})
    with pytest.raises(InputError, match="'a' has 1 frames and series 'b' has 2, but the points"):
        series.to_flat()
