"""The loop above the engine seam: what an epoch shows, what a step does, and what goes wrong."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidseries import engines
from fluidseries.batch import Batch
from fluidseries.engines import native
from fluidseries.errors import FluidSeriesWarning, InputError
from fluidseries.holding_out import draw_split_seed, is_held_out
from fluidseries.learner import Member, Optimiser, Settings
from fluidseries.network import Network
from fluidseries.training import train

import reference

NETWORK = Network(2, (4,), 1)
NOBODY = np.array([], dtype=np.int64)


def corpus(n_series: int = 10, seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 8, n_series)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    frames = rng.normal(size=(int(offsets[-1]), 2)).astype(np.float32)
    sums = np.add.reduceat(frames[:, :1], offsets[:-1])
    return Batch(None, frames, offsets, sums.astype(np.float32))


def run(session, *, rows=None, held_out=NOBODY, callback=None, seed=0, **changed):
    rng = np.random.default_rng(seed)
    parameters = NETWORK.initialise(rng)
    rows = np.arange(10) if rows is None else np.asarray(rows)
    chosen = Settings(**{"epochs": 3, "learn_rate": 0.01, "batch_size": 4, **changed})
    start = [Member(parameters, Optimiser.fresh(NETWORK.n_parameters))]
    return list(train(session, start, NETWORK.weights(), [rows], [held_out], chosen, rng, callback))


class Recording(engines.Session):
    """A session that notes which rows are asked for, around one that computes."""

    def __init__(self, session, spoil=lambda _: None):
        self.session, self.spoil = session, spoil
        self.trained, self.measured, self.parameters = [], [], []

    def gradient(self, parameters, rows, seed, out):
        self.trained.append(rows.tolist())
        self.parameters.append(parameters.copy())
        loss, weight = self.session.gradient(parameters, rows, seed, out)
        spoiled = self.spoil(len(self.trained) - 1)
        if spoiled is not None:
            out[0] = spoiled
        return loss, weight

    def loss(self, parameters, rows):
        self.measured.append(rows.tolist())
        return self.session.loss(parameters, rows)


def test_an_epoch_shows_every_training_series_once():
    session = Recording(native.load(corpus(), NETWORK))
    run(session, rows=[1, 2, 3, 5, 7, 8, 9], held_out=np.array([0, 4, 6]), epochs=2, batch_size=3)
    assert [len(rows) for rows in session.trained] == [3, 3, 1, 3, 3, 1]
    for epoch in (session.trained[:3], session.trained[3:]):
        assert sorted(row for batch in epoch for row in batch) == [1, 2, 3, 5, 7, 8, 9]
    assert session.trained[:3] != session.trained[3:], "not shuffled"
    assert session.measured == [[0, 4, 6]] * 2


def test_the_loss_of_an_epoch_is_the_mean_over_series_not_over_batches():
    losses = {}
    for size in (10, 4):  # 4 + 4 + 2; nothing moves at this rate
        (epoch,) = run(native.load(corpus(), NETWORK), epochs=1, batch_size=size, learn_rate=1e-12)
        losses[size] = epoch.loss
    assert losses[4] == pytest.approx(losses[10], rel=1e-6)


def test_one_step_is_adam_on_the_mean_gradient():
    session, rows = native.load(corpus(), NETWORK), np.arange(10)
    (epoch,) = run(session, epochs=1, batch_size=10, learn_rate=0.01, weight_decay=0.0, clip=0.0)
    start = NETWORK.initialise(np.random.default_rng(0))
    gradient = np.empty(NETWORK.n_parameters, np.float32)
    session.gradient(start, rows, 0, gradient)
    # Adam's first step goes learn_rate against the sign of every gradient, whatever its size.
    moved = np.abs(gradient) > 1e-4
    expected = (start - 0.01 * np.sign(gradient))[moved]
    np.testing.assert_allclose(epoch.members[0].parameters[moved], expected, atol=2e-5)
    np.testing.assert_allclose(
        epoch.members[0].optimiser.first, 0.1 * gradient / 10, rtol=1e-4, atol=1e-9
    )
    assert epoch.members[0].optimiser.step == 1


def test_weights_decay_and_biases_do_not():
    class Flat(engines.Session):
        def gradient(self, _parameters, rows, _seed, out):
            out[...] = 0
            return 1.0, float(len(rows))

    (epoch,) = run(Flat(), epochs=1, batch_size=10, learn_rate=0.5, weight_decay=0.1)
    start = NETWORK.initialise(np.random.default_rng(0))
    expected = np.where(NETWORK.weights() == 1, start * 0.95, start)
    np.testing.assert_allclose(epoch.members[0].parameters, expected, rtol=1e-6)


def test_what_was_passed_in_and_what_came_out_never_changes():
    rng = np.random.default_rng(0)
    parameters, memory = NETWORK.initialise(rng), Optimiser.fresh(NETWORK.n_parameters)
    before = parameters.copy()
    epochs, seen = [], []
    for epoch in train(
        native.load(corpus(), NETWORK),
        [Member(parameters, memory)],
        NETWORK.weights(),
        [np.arange(10)],
        [NOBODY],
        Settings(3, 0.1, 4),
        rng,
    ):
        epochs.append(epoch)
        seen.append((epoch.members[0].parameters.copy(), epoch.members[0].optimiser.first.copy()))
    np.testing.assert_array_equal(parameters, before)
    assert not memory.first.any()
    assert not memory.second.any()
    for epoch, (then, first) in zip(epochs, seen, strict=True):
        np.testing.assert_array_equal(epoch.members[0].parameters, then)
        np.testing.assert_array_equal(epoch.members[0].optimiser.first, first)


def test_the_loop_runs_on_another_engine():
    ours, theirs = (run(e.load(corpus(), NETWORK), epochs=4) for e in (native, reference))
    for a, b in zip(ours, theirs, strict=True):
        assert a.loss == pytest.approx(b.loss, rel=1e-4)
        np.testing.assert_allclose(a.members[0].parameters, b.members[0].parameters, atol=1e-4)


@pytest.mark.parametrize("stop", [True, np.True_])
def test_true_stops_and_other_answers_do_not(stop):
    session = native.load(corpus(), NETWORK)
    assert len(run(session, callback=lambda *_: stop)) == 1
    assert len(run(session, callback=lambda *_: "a bar of its own")) == 3


# Steps that go wrong


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_step_into_numbers_that_are_none_is_undone(bad):
    session = Recording(native.load(corpus(), NETWORK), {4: bad}.get)
    with pytest.warns(FluidSeriesWarning, match="too large for a number") as caught:
        epochs = run(session, epochs=3, batch_size=4)
    assert len(caught) == 1
    assert all(np.isfinite(epoch.members[0].parameters).all() for epoch in epochs)
    assert np.isfinite([epoch.loss for epoch in epochs]).all()
    # The fifth gradient was no number: the sixth is asked for where the fourth was.
    np.testing.assert_array_equal(session.parameters[5], session.parameters[3])
    assert epochs[-1].members[0].optimiser.step == 3 * 3 - 2
    whole = np.abs(session.parameters[4] - session.parameters[3]).max()
    half = np.abs(session.parameters[6] - session.parameters[5]).max()
    assert half < 0.75 * whole


def test_a_fit_that_has_lost_its_way_finds_back():
    class Cliff(engines.Session):
        """Beyond 0.3 in the first parameter every gradient is infinite."""

        def gradient(self, parameters, rows, _seed, out):
            out[...] = 0
            out[0] = -1 if parameters[0] < 0.3 else np.inf
            return 1.0, float(len(rows))

    with pytest.warns(FluidSeriesWarning, match="halved"):
        epochs = run(Cliff(), epochs=30, batch_size=2, learn_rate=1.0, weight_decay=0.0)
    assert epochs[-1].members[0].parameters[0] < 0.31
    assert len(epochs) == 30


def test_nothing_but_bad_numbers_is_an_error():
    session = Recording(native.load(corpus(), NETWORK), lambda _: np.nan)
    with (
        pytest.warns(FluidSeriesWarning, match="too large"),
        pytest.raises(InputError, match="no batch has an error that is a finite number"),
    ):
        run(session)


@settings(max_examples=30)
@given(
    bad=st.sets(st.integers(0, 8), max_size=6),
    value=st.sampled_from([np.nan, np.inf, 3e38]),
    learn_rate=st.floats(1e-6, 1),
)
def test_parameters_and_losses_stay_finite(bad, value, learn_rate):
    spoiled = {step: value for step in bad if step % 3}  # one good batch in every epoch
    session = Recording(native.load(corpus(), NETWORK), spoiled.get)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FluidSeriesWarning)
        epochs = run(session, learn_rate=learn_rate)
    for epoch in epochs:
        assert np.isfinite(epoch.loss)
        assert np.isfinite(epoch.members[0].parameters).all()
        assert np.isfinite(epoch.members[0].optimiser.second).all()


# Who is held out


@given(
    names=st.sets(st.text(min_size=1), max_size=30),
    seed=st.integers(0, 2**63 - 1),
    small=st.floats(0, 1),
    large=st.floats(0, 1),
)
def test_a_larger_fraction_holds_out_all_that_a_smaller_one_does(names, seed, small, large):
    small, large = sorted((small, large))
    for name in names:
        assert is_held_out(name, seed, large) or not is_held_out(name, seed, small)
        assert not is_held_out(name, seed, 0.0)


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.2, 0.5])
def test_a_seed_is_drawn_that_holds_out_as_many_as_asked_for(fraction):
    for seed in range(5):
        for count in (20, 33, 500):
            names = [f"take-{i}" for i in range(count)]
            drawn = draw_split_seed(names, fraction, np.random.default_rng(seed))
            out = sum(is_held_out(name, drawn, fraction) for name in names)
            assert abs(out - fraction * count) <= max(1, 0.02 * count)


def test_about_the_fraction_is_held_out_and_seeds_differ():
    names = [f"series-{i}" for i in range(4000)]
    parts = [{name for name in names if is_held_out(name, seed, 0.2)} for seed in (1, 2)]
    assert all(650 < len(part) < 950 for part in parts)
    assert len(parts[0] & parts[1]) < 250  # 160 by chance
