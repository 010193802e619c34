"""Sizes, names and order of the parameters, and what training starts from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidseries.network import Network

NETWORKS = st.builds(
    Network,
    st.integers(1, 5),
    st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple),
    st.integers(1, 4),
    st.sampled_from([("last",), ("mean",), ("last", "mean", "max")]),
)


@given(NETWORKS)
def test_views_cover_the_flat_vector_once_and_in_order(network):
    flat = np.arange(network.n_parameters, dtype=np.float32)
    views = network.views(flat)
    np.testing.assert_array_equal(np.concatenate([v.ravel() for v in views.values()]), flat)
    assert {name: view.shape for name, view in views.items()} == network.shapes
    views["readout_bias"][-1] = -5
    assert flat[-1] == -5


@settings(max_examples=25)
@given(NETWORKS)
def test_names_shapes_and_order_are_those_of_pytorch(network):
    torch = pytest.importorskip("torch", reason="PyTorch gives the names")
    expected = {}
    width = network.n_inputs
    for layer, units in enumerate(network.hidden_sizes):
        for name, value in torch.nn.LSTM(width, units).state_dict().items():
            expected[name.replace("_l0", f"_l{layer}")] = tuple(value.shape)
        width = units
    names = list(network.shapes)
    assert {name: network.shapes[name] for name in expected} == expected
    assert names[: len(expected)] == list(expected)
    assert names[len(expected) :] == ["readout_weight", "readout_bias"]


@given(NETWORKS, st.integers(0, 100))
def test_where_training_starts(network, seed):
    views = network.views(network.initialise(np.random.default_rng(seed)))
    for layer, units in enumerate(network.hidden_sizes):
        for gate in np.split(views[f"weight_hh_l{layer}"], 4):
            np.testing.assert_allclose(gate @ gate.T, np.eye(units), atol=1e-5)
        assert np.abs(views[f"weight_ih_l{layer}"]).max() <= 1 / np.sqrt(units) + 1e-6
        gates = np.split(views[f"bias_ih_l{layer}"] + views[f"bias_hh_l{layer}"], 4)
        assert [set(gate) for gate in gates] == [{0}, {1}, {0}, {0}]  # i, f, g, o
    assert not views["readout_bias"].any()


def test_the_start_follows_from_the_seed_alone():
    network = Network(2, (5,), 1)
    start = [network.initialise(np.random.default_rng(seed)) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(start[0], start[1])
    assert (start[0] != start[2]).any()


@given(NETWORKS)
def test_decay_applies_to_weights_and_not_to_biases(network):
    for name, view in network.views(network.weights()).items():
        assert (view == (0 if "bias" in name else 1)).all()
