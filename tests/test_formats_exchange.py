"""The containers of aeon, sktime and tslearn."""

from __future__ import annotations

import numpy as np
import pytest

import fluidseries as fs
from fluidseries.errors import InputError, InputTypeError
from fluidseries.formats import (
    from_aeon,
    from_sktime,
    from_tslearn,
    to_aeon,
    to_sktime,
    to_tslearn,
)

RNG = np.random.default_rng(0)
EQUAL = fs.DataSeries.from_arrays(RNG.normal(size=(3, 5, 2)))
UNEQUAL = fs.DataSeries.from_arrays([RNG.normal(size=(n, 2)) for n in (3, 6, 1)])
both = pytest.mark.parametrize("series", [EQUAL, UNEQUAL], ids=["equal", "unequal"])


@both
def test_round_trips(series):
    pytest.importorskip("pandas")
    for there, back in ((to_aeon, from_aeon), (to_sktime, from_sktime), (to_tslearn, from_tslearn)):
        assert back(there(series)) == series


def test_axes_are_theirs():
    assert to_aeon(EQUAL).shape == (3, 2, 5)
    assert [case.shape for case in to_aeon(UNEQUAL)] == [(2, 3), (2, 6), (2, 1)]
    assert to_tslearn(UNEQUAL).shape == (3, 6, 2)
    assert from_aeon(np.zeros((4, 9)), list("abcd"))["a"].shape == (9, 1)
    assert from_sktime(np.zeros((4, 2, 9)))["0"].shape == (9, 2)
    assert to_aeon(fs.DataSeries()) == []


@both
def test_tslearn_itself_agrees(series):
    utils = pytest.importorskip("tslearn.utils", reason="compares with tslearn")
    theirs = utils.to_time_series_dataset(list(series.values()))
    np.testing.assert_array_equal(to_tslearn(series), theirs)
    assert from_tslearn(theirs) == series


@both
def test_sktime_itself_agrees(series):
    datatypes = pytest.importorskip("sktime.datatypes", reason="compares where sktime is installed")
    panel = to_sktime(series)
    assert datatypes.check_is_mtype(panel, "pd-multiindex", "Panel")
    for kind in ("df-list", "nested_univ"):
        theirs = datatypes.convert(panel, "pd-multiindex", kind, as_scitype="Panel")
        assert list(from_sktime(theirs).values())[1].tolist() == series["1"].tolist()


def test_panels_of_sktime():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"x": [0.0, 1, 2], "y": [3.0, 4, 5]})
    assert from_sktime([table, table[:1]])["1"].tolist() == [[0, 3]]
    nested = pd.DataFrame(
        {"x": [table["x"], table["y"]], "y": [table["y"], table["x"]]}, index=["a", "b"]
    )
    assert from_sktime(nested)["b"].tolist() == [[3, 0], [4, 1], [5, 2]]
    mixed = pd.concat({"b": table[::-1], "a": table[:2]})
    assert from_sktime(mixed).get_ids() == ["b", "a"]
    assert from_sktime(mixed)["b"][:, 0].tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="the dimensions of case 'a' differ in length"):
        from_sktime(pd.DataFrame({"x": [table["x"]], "y": [table["y"][:2]]}, index=["a"]))
    with pytest.raises(InputError, match="more than two levels of index"):
        from_sktime(pd.concat({"c": mixed}))


def test_what_is_none_of_them():
    with pytest.raises(InputError, match=r"case 0 has the shape \(3,\), but wanted \(n_ch"):
        from_aeon([np.zeros(3)])
    with pytest.raises(InputTypeError, match="a dict is none of aeon's containers of series"):
        from_aeon({})
    with pytest.raises(InputTypeError, match="a str is none of sktime's containers of series"):
        from_sktime("x")
    with pytest.raises(InputError, match=r"the dataset has the shape \(3,\), but wanted \(n_ser"):
        from_tslearn(np.zeros(3))
