"""FluCoMa's spellings of names."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.spelling import SYNONYMS, ours, theirs

WORDS = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map("_".join)
# A word of one letter may stand beside another: aBC could be a_b_c or a_bc.
CLEAR = st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=4).map("_".join)


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("hiddenSize", "hidden_size"), ("hiddenLayers", "hidden_size"), ("seed", "random_state"),
        ("hidden_layers", "hidden_size"), ("hidden-layers", "hidden_size"), ("maxIter", "max_iter"),
        ("predictSeries", "predict_point"), ("predictPoint", "predict_point"),
        ("numNeighbours", "num_neighbours"), ("constraintParam", "constraint_param"),
        ("momentum", "momentum"), ("Validation", "validation"), ("kNearestDist", "k_nearest_dist"),
        ("toMLPFile", "to_mlp_file"), ("layer2Size", "layer2_size"), ("", ""),
    ],
)  # fmt: skip
def test_known_names(spelled, name):
    assert ours(spelled) == name


def test_a_name_that_is_there_comes_before_a_synonym():
    verbs = [name for name in dir(fs.LSTMForecaster) if not name.startswith("_")]
    assert ours("predictSeries", known=verbs) == "predict_series"
    assert ours("predictSeries", known=dir(fs.LSTMRegressor)) == "predict_point"


@given(CLEAR)
def test_there_and_back(name):
    assert ours(theirs(name)) == SYNONYMS.get(name, name)


@given(NAMES)
def test_our_names_stay(name):
    assert ours(ours(name)) == ours(name)
    assert name in SYNONYMS or ours(name) == name


@pytest.mark.parametrize("kind", [n for n in fs.__all__ if n.startswith(("LSTM", "MLP", "DTW"))])
def test_every_parameter_survives(kind):
    for name in inspect.signature(getattr(fs, kind)).parameters:
        assert ours(theirs(name)) == ours(name) == name


def test_synonyms_lead_to_names_of_ours():
    verbs, parameters = dir(fs.LSTMRegressor), inspect.signature(fs.LSTMRegressor).parameters
    assert all(name in verbs or name in parameters for name in SYNONYMS.values())
