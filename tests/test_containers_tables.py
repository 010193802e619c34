"""pandas tables in and out."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from fluidseries.containers import DataSeries, DataSet, LabelSet
from fluidseries.errors import IdentifierError, InputError, InputTypeError, MissingExtraError

pd = pytest.importorskip("pandas", reason="tables need pandas")


def make_table():
    return pd.DataFrame(
        {
            "take": ["b", "a", "b", "b"],
            "when": [0.3, 0.0, 0.1, 0.2],
            "x": [3, 0, 1, 2],
            "y": [3.5, 0.5, 1.5, np.nan],
        }
    )


def test_a_long_table_becomes_series_sorted_by_time():
    series = DataSeries.from_table(make_table(), id="take", time="when")
    expected = {"b": [[1.0, 1.5], [2.0, np.nan], [3.0, 3.5]], "a": [[0.0, 0.5]]}
    assert series == DataSeries(expected)
    assert series.get_ids() == ["b", "a"]
    unsorted = DataSeries.from_table(make_table().drop(columns="when"), id="take", time=None)
    assert unsorted["b"][:, 0].tolist() == [3, 1, 2]


def test_times_may_be_dates_and_columns_may_be_nullable():
    table = make_table()
    table["when"] = pd.to_datetime(table["when"], unit="s")
    table["x"] = table["x"].astype("Int64")
    table.loc[0, "x"] = pd.NA
    series = DataSeries.from_table(table, id="take", time="when", dtype="float32")
    assert series.dtype == np.float32
    assert np.isnan(series["b"][2, 0])
    assert series["b"][:2, 0].tolist() == [1, 2]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_round_trips(dtype):
    series = DataSeries.from_table(make_table(), id="take", time="when", dtype=dtype)
    points = series.get_data_set(0)
    labels = LabelSet({"2": "x", "10": "é"})
    table = series.to_table()
    assert list(table.columns) == ["id", "time", "x", "y"]
    assert table["x"].dtype == dtype
    assert DataSeries.from_table(table, dtype=dtype) == series
    assert DataSeries.from_table(table.iloc[::-1], dtype=dtype) == series
    assert DataSet.from_table(points.to_table(), dtype=dtype) == points
    assert LabelSet.from_table(labels.to_table()) == labels


def test_empty_containers():
    for box in (DataSeries(), DataSet(), LabelSet()):
        assert len(box.to_table()) == 0
        assert type(box).from_table(box.to_table()) == box


def test_labels_may_be_repeated_but_not_contradict():
    table = pd.DataFrame({"id": [1, 1, 2], "label": [7, 7, 8]})
    assert LabelSet.from_table(table) == LabelSet({"1": "7", "2": "8"})
    table.loc[1, "label"] = 8
    with pytest.raises(IdentifierError, match="'1' has two labels, '7' and '8': keep one"):
        LabelSet.from_table(table)


def test_tables_that_cannot_be():
    table = make_table()
    with pytest.raises(InputError, match="the table has no column 'id', only 'take', 'when', 'x'"):
        DataSeries.from_table(table)
    with pytest.raises(InputError, match="no column 'time', only"):
        DataSeries.from_table(table, id="take")
    with pytest.raises(InputTypeError, match=r"wanted a pandas DataFrame, but got a dict|got dict"):
        DataSeries.from_table({"id": [1]})
    with pytest.raises(InputError, match="two columns of the table have the same name"):
        DataSet.from_table(table.set_axis(["id", "x", "x", "y"], axis=1))
    with pytest.raises(IdentifierError, match="the identifier 'b' is there twice"):
        DataSet.from_table(table, id="take")
    with pytest.raises(
        InputTypeError, match=r"the column 'word' holds .* where numbers are needed"
    ):
        DataSeries.from_table(table.assign(word="hm"), id="take", time="when")
    with pytest.raises(
        InputTypeError, match=r"the column 'when' holds .* in whose order '10' comes"
    ):
        DataSeries.from_table(table.astype({"when": str}), id="take", time="when")
    with pytest.raises(
        InputError, match=r"series 'b' has the time 0\.0 twice: .* or give time=None"
    ):
        DataSeries.from_table(table.assign(when=0.0), id="take", time="when")
    with pytest.raises(InputError, match="the column 'when' has an empty time"):
        DataSeries.from_table(table.assign(when=[0, 1, np.nan, 2]), id="take", time="when")
    with pytest.raises(InputError, match="the column 'take' is empty in row 2"):
        DataSeries.from_table(table.assign(take=["a", "b", None, "c"]), id="take", time="when")


def test_without_pandas_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for box in (DataSeries(), DataSet(), LabelSet()):
        with pytest.raises(MissingExtraError, match=r"pip install 'fluidseries\[tables\]'"):
            box.to_table()
        with pytest.raises(MissingExtraError, match="tables need pandas"):
            type(box).from_table(None)
