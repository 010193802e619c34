"""Standardising: against NumPy's mean and std, at both ends of what a double can hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluidseries.errors import InputError
from fluidseries.scaling import Scaler

TABLES = st.lists(
    arrays(np.float64, st.tuples(st.integers(1, 6), st.just(2)), elements=st.floats(-1e3, 1e3)),
    min_size=1,
    max_size=5,
)


@given(TABLES)
def test_mean_and_deviation_are_those_of_all_rows_together(tables):
    rows = np.concatenate(tables)
    scaler = Scaler.fit(tables)
    np.testing.assert_allclose(scaler.mean, rows.mean(axis=0), atol=1e-10)
    deviation = rows.std(axis=0)
    changing = deviation > 1e-9 * (1 + np.abs(scaler.mean))
    np.testing.assert_allclose(scaler.scale[changing], deviation[changing], rtol=1e-9)


@given(TABLES)
def test_restoring_undoes_standardising(tables):
    scaler = Scaler.fit(tables)
    for table in tables:
        np.testing.assert_allclose(
            scaler.restore(scaler.standardise(table)), table, rtol=1e-12, atol=1e-10
        )


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1.0, 1e30, 1e200])
def test_numbers_of_any_size_come_out_the_same(size):
    table = np.random.default_rng(0).normal(size=(50, 3))
    expected = Scaler.fit([table]).standardise(table)
    np.testing.assert_allclose(Scaler.fit([table * size]).standardise(table * size), expected)


def test_a_small_change_far_from_zero_keeps_its_digits():
    table = 1e8 + np.array([[0.0], [1.0], [2.0]])
    np.testing.assert_allclose(Scaler.fit([table]).scale, np.sqrt(2 / 3), rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, -3e7, 1e-300])
def test_a_constant_dimension_keeps_its_size(value):
    scaler = Scaler.fit([np.full((7, 1), value), np.full((3, 1), value)])
    assert scaler.scale == 1
    assert abs(scaler.standardise(np.full((1, 1), value))) <= 1e-12 * abs(value)
    assert scaler.standardise(np.full((1, 1), value + 2.0)) == pytest.approx(2.0)


def test_float32_is_summed_in_double():
    table = np.full((100_000, 1), 0.1, np.float32)
    assert Scaler.fit([table]).mean == pytest.approx(float(np.float32(0.1)), rel=1e-12)


def test_numbers_that_cannot_be_added_up_are_named():
    with pytest.raises(InputError, match="dimension 1 holds numbers too large"):
        Scaler.fit([np.array([[0.0, 1.5e308], [1.0, 1.5e308]])])


def test_a_scaler_comes_back_from_a_dict():
    scaler = Scaler.fit([np.random.default_rng(1).normal(size=(9, 4))])
    again = Scaler.from_dict(scaler.to_dict())
    np.testing.assert_array_equal(again.mean, scaler.mean)
    np.testing.assert_array_equal(again.scale, scaler.scale)
