"""The float64 reference against finite differences, and the core against the reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidseries.batch import Batch
from fluidseries.engines import native
from fluidseries.engines.native import Augmentation
from fluidseries.models.recipe import Recipe
from fluidseries.network import Network

import reference

# Nothing at random, so that two engines can be compared.
STILL = Recipe(("last", "mean", "max"), True, True, Augmentation())
SECTIONS = ("last", "mean", "max")


def random_batch(rng, lengths, n_inputs, n_outputs, loss, per_frame) -> Batch:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = offsets[-1] if per_frame else len(lengths)
    if loss == "squared":
        targets = rng.normal(size=(places, n_outputs))
    else:
        targets = rng.integers(n_outputs, size=(places, 1))
    frames = rng.normal(size=(offsets[-1], n_inputs))
    return Batch(None, frames.astype(np.float32), offsets, targets.astype(np.float32))


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize(
    ("hidden", "readout", "per_frame"),
    [((5,), ("last",), False), ((4, 3), SECTIONS, False), ((3, 4), ("last",), True)],
)
def test_reference_passes_finite_differences(loss, hidden, readout, per_frame):
    rng = np.random.default_rng(1)
    network = Network(2, hidden, 3, readout)
    batch = random_batch(rng, [4, 1, 6], 2, 3, loss, per_frame)
    session = reference.load(batch, network, loss=loss, per_frame=per_frame)
    parameters = rng.normal(0, 0.5, network.n_parameters)
    rows, gradient = np.arange(3), np.empty(network.n_parameters)
    session.gradient(parameters, rows, 0, gradient)
    small = 1e-6
    for at in rng.choice(network.n_parameters, 60, replace=False):
        step = small * (np.arange(network.n_parameters) == at)
        up, down = (
            session.loss(parameters + step, rows)[0],
            session.loss(parameters - step, rows)[0],
        )
        assert gradient[at] == pytest.approx((up - down) / (2 * small), rel=1e-5, abs=1e-8)


@settings(max_examples=60)
@given(
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=20),
    hidden=st.lists(st.integers(1, 12), min_size=1, max_size=3).map(tuple),
    n_inputs=st.integers(1, 6),
    n_outputs=st.integers(1, 5),
    readout=st.sets(st.sampled_from(SECTIONS), min_size=1),
    loss=st.sampled_from(["squared", "cross_entropy"]),
    per_frame=st.booleans(),
    differences=st.booleans(),
    clock=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_core_equals_reference(
    lengths, hidden, n_inputs, n_outputs, readout, loss, per_frame, differences, clock, seed
):
    rng = np.random.default_rng(seed)
    sections = ("last",) if per_frame else tuple(s for s in SECTIONS if s in readout)
    network = Network(n_inputs, hidden, n_outputs, sections, differences, clock)
    scale = rng.uniform(0.5, 2, n_inputs).astype(np.float32) if differences else None
    batch = random_batch(rng, lengths, n_inputs, n_outputs, loss, per_frame)
    parameters = rng.normal(0, 0.3, network.n_parameters).astype(np.float32)
    rows = rng.permutation(len(lengths))
    results = []
    for engine in (native, reference):
        session = engine.load(
            batch, network, loss=loss, per_frame=per_frame, difference_scale=scale
        )
        gradient = np.empty(network.n_parameters, np.float32)
        total, weight = session.gradient(parameters, rows, 0, gradient)
        results.append((total, weight, gradient, session.outputs(parameters, rows)))
    (total, weight, gradient, outputs), (exact_total, exact_weight, exact, exact_outputs) = results
    # A loss near zero is a difference of float32 numbers of size one.
    assert total == pytest.approx(exact_total, rel=1e-5, abs=1e-6 * len(lengths))
    assert weight == exact_weight
    # A single class has no gradient but what rounding leaves of it.
    near = 3e-6 * np.abs(exact).max() + 1e-7
    np.testing.assert_allclose(gradient, exact, rtol=1e-3, atol=near)
    np.testing.assert_allclose(outputs, exact_outputs, rtol=1e-4, atol=2e-6)


def test_training_on_either_engine_learns_the_same(corpus, monkeypatch):
    import fluidseries as fs

    monkeypatch.setattr(fs.LSTMRegressor, "_recipe", STILL)
    model = fs.LSTMRegressor(hidden_size=6, max_iter=3, random_state=0, validation=0.2)
    on_core = model.fit(*corpus).loss_curve_
    monkeypatch.setattr(fs.LSTMRegressor, "_engine", reference)
    model.clear()
    assert model.fit(*corpus).loss_curve_ == pytest.approx(on_core, rel=1e-3)
