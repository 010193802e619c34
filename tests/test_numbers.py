"""The core reads numbers in text as Python does, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluidseries._core import read_numbers


@given(st.lists(st.floats() | st.integers(-(10**15), 10**15), min_size=1), st.sampled_from(",;\t"))
def test_the_same_bits_as_python(values, separator):
    cells = [repr(value) for value in values]
    out = np.empty(len(cells))
    assert read_numbers(f" {separator} ".join(cells), separator, out) == len(cells)
    wanted = np.array([float(cell) for cell in cells])
    np.testing.assert_array_equal(out, wanted)
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(out[known]), np.signbit(wanted[known]))


@given(st.text("0123456789.eE+-_ naif?(),x", max_size=12))
def test_what_it_takes_python_takes_too(text):
    out = np.empty(text.count(",") + 1)
    if read_numbers(text, ",", out) < 0:
        return  # those are left to Python
    wanted = [float("nan" if cell.strip() == "?" else cell) for cell in text.split(",")]
    np.testing.assert_array_equal(out, wanted)


ODD = ["", "1,", "1,x", "1_0", "1 2", "nan(1)", "0x10", "1,2,3", "1e999", "é"]


@pytest.mark.parametrize("text", ODD)
def test_what_it_leaves_to_python(text):
    assert read_numbers(text, ",", np.empty(2)) == -1


def test_a_question_mark_is_missing():
    out = np.empty(3)
    assert read_numbers("?, ? ,nan", ",", out) == 3
    assert np.isnan(out).all()
