"""The linear part of a forecaster: growth goes on, and what it leaves is the networks'."""

from __future__ import annotations

import pickle
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

import fluidseries as fs
from fluidseries import errors
from fluidseries.holding_out import fold_of
from fluidseries.models import linear_choice
from fluidseries.models.linear_choice import choose
from fluidseries.models.linear_part import Autoregression


def growing(length: int = 120, *, slope: float = 0.5, swing: float = 6.0, growth: float = 0.01):
    """A trend, and a season of twelve frames that grows: (length, 1)."""
    time = np.arange(length)
    season = swing * (1 + growth * time) * np.sin(time * np.pi / 6)
    return (100 + slope * time + season)[:, np.newaxis]


def quick(**parameters) -> fs.LSTMForecaster:
    return fs.LSTMForecaster(
        **{"hidden_size": 8, "max_iter": 20, "n_networks": 2, "random_state": 0, **parameters}
    )


def look_back(model: fs.LSTMForecaster) -> int:
    linear = model.to_dict()["learned"]["linear"]
    return 0 if linear is None else len(linear["autoregressions"][-1]["weights"])


def root(error: np.ndarray) -> float:
    return float(np.sqrt((error**2).mean()))


@pytest.fixture(scope="module")
def fitted() -> fs.LSTMForecaster:
    return quick().fit([growing() + np.random.default_rng(0).normal(size=(120, 1))])


@settings(max_examples=15, deadline=None)
@given(
    slope=st.floats(0.3, 2) | st.floats(-2, -0.3),
    swing=st.floats(0, 8),
    growth=st.floats(0, 0.02),
    scale=st.sampled_from([1e-3, 1.0, 1e4]),
    seed=st.integers(0, 99),
)
def test_growth_goes_on(slope, swing, growth, scale, seed):
    whole = growing(144, slope=slope, swing=swing, growth=growth)
    noise = 0.02 * whole.std() * np.random.default_rng(seed).normal(size=whole.shape)
    heard, came = scale * (whole + noise)[:120], scale * whole[120:]
    model = quick(max_iter=5).fit([heard])
    year_before = np.tile(heard[-12:], (2, 1))
    assert look_back(model) > 1
    wrong = root(model.predict_series(heard, 24) - came)
    assert wrong < 0.5 * root(year_before - came)


def test_the_airline_is_better_foretold_than_by_the_year_before():
    # Within the months that benchmarks learn from.
    months = fs.datasets.airline()["airline"][:120]
    heard, came = months[:96], months[96:]
    model = fs.LSTMForecaster(max_iter=20, random_state=0).fit([heard])
    year_before = np.tile(heard[-12:], (2, 1))
    assert root(model.predict_series(heard, 24) - came) < 0.6 * root(year_before - came)


def test_series_that_stay_where_they_are_are_left_to_the_networks():
    rng = np.random.default_rng(0)
    chaos = [0.3]
    for _ in range(299):
        chaos.append(3.9 * chaos[-1] * (1 - chaos[-1]))
    for series in ([np.array(chaos)], [rng.normal(size=(30, 2)) for _ in range(5)]):
        alone, decided = quick(linear=False, max_iter=3).fit(series), quick(max_iter=3).fit(series)
        assert look_back(decided) == 0
        assert alone.to_dict()["learned"] == decided.to_dict()["learned"]


def test_what_cannot_be_foretold_has_no_linear_part():
    jumps = np.where(np.arange(60) < 30, 0.0, 9.0)  # once, for no reason that was heard
    assert choose([jumps[:, np.newaxis]], steps=True, always=False) is None
    rng = np.random.default_rng(1)
    walks = [np.cumsum(rng.normal(size=(400, 1)), axis=0) for _ in range(9)]
    # By chance one goes to one side as if it had to.
    assert sum(choose([walk], steps=True, always=False) is not None for walk in walks) < 3


def test_nonlinear_series_are_not_hurt_by_a_linear_part():
    """The networks learn what it leaves: chaos is foretold one step ahead either way."""
    chaos = [0.3]
    for _ in range(399):
        chaos.append(3.9 * chaos[-1] * (1 - chaos[-1]))
    heard, came = np.array(chaos[:300]), np.array(chaos[300:])
    wrong = []
    for linear in (False, True):
        stream = quick(hidden_size=16, max_iter=100, linear=linear).fit([heard]).stream()
        told = np.array([stream.step([value])[0] for value in chaos])
        wrong.append(root(told[299:-1] - came) / came.std())
    assert max(wrong) < 0.1
    linear_alone = choose([heard[:, np.newaxis]], steps=False, always=True)[-1]
    assert abs(linear_alone.weights).sum() > 0


@pytest.mark.parametrize("steps", [False, True])
def test_an_autoregression_that_would_explode_is_refused(steps, monkeypatch):
    exploding = 1.3 ** np.arange(40.0)[:, np.newaxis]
    for always in (False, True):
        rungs = choose([exploding], steps=steps, always=always)
        if rungs is not None:
            assert rungs[-1].growth ** len(exploding) <= linear_choice.MOST_GROWTH
    monkeypatch.setattr(linear_choice, "MOST_GROWTH", 0.0)
    assert choose([growing()], steps=steps, always=False) is None
    (same_again,) = choose([growing()], steps=steps, always=True)
    np.testing.assert_array_equal(same_again.weights, [[[1.0]]])


def test_growth_is_the_largest_root():
    doubling = Autoregression(np.array([[[0.0]], [[4.0]]]), np.zeros(1))  # x[t] = 4 x[t - 2]
    assert doubling.growth == pytest.approx(2)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_it_stays_a_number_for_ever(fitted, temperature):
    stream = fitted.stream(temperature=temperature)
    stream.step([100.0])
    far = stream.run(20_000)
    assert np.isfinite(far).all()
    assert np.abs(far).max() < 100_000


@pytest.mark.parametrize("n_heard", [1, 2, 5, 40])
def test_streams_foretell_what_the_batch_does(fitted, n_heard):
    """Also while fewer frames were heard than it looks back."""
    whole = growing(60)
    learned = fitted._learned
    expected = learned.linear.after_each(whole)
    stream = fitted.stream()
    told = np.array([stream.step(frame) for frame in whole])
    series = [whole]
    outputs = fitted._outputs(fitted._series(series, learned), learned)
    np.testing.assert_allclose(told, expected + outputs, rtol=1e-6)
    again = fitted.stream()
    for frame in whole[:n_heard]:
        newest = again.step(frame)
    np.testing.assert_array_equal(newest, told[n_heard - 1])
    np.testing.assert_array_equal(fitted.predict_point(whole[:n_heard]), newest)
    np.testing.assert_array_equal(again.run(7), fitted.predict_series(whole[:n_heard], 7))


@pytest.mark.parametrize("window", [1, 3, 50])
def test_a_window_hears_its_last_frames_alone(fitted, window):
    whole = growing(80)
    stream = fitted.stream(window=window)
    for frame in whole:
        newest = stream.step(frame)
    np.testing.assert_allclose(newest, fitted.predict_point(whole[-window:]), rtol=1e-9)


def test_after_going_on_alone_it_hears_what_came(fitted):
    """What each network heard alone is forgotten once it has heard enough."""
    whole = growing(80)
    straight, detour = fitted.stream(), fitted.stream()
    for frame in whole[:10]:
        straight.step(frame)
        detour.step(frame)
    assert not np.array_equal(detour.run(5)[-1], whole[14])
    detour.reset()
    for frame in whole[:10]:
        detour.step(frame)
    np.testing.assert_array_equal(detour.run(3), straight.run(3))


def test_score_and_limits_and_missing(fitted):
    whole = growing(150)
    assert fitted.score([whole]) > 0.9
    held = clone(fitted).set_params(output_limits=(90.0, 165.0)).fit([growing()])
    assert held.predict_series(growing(), 100).max() == 165
    for missing in ("mask", "interpolate"):
        gaps = growing() + np.random.default_rng(0).normal(size=(120, 1))
        gaps[30:33] = np.nan
        model = quick(missing=missing).fit([gaps])
        assert look_back(model) > 1
        assert np.isfinite(model.predict_series(gaps, 12)).all()


def test_several_dimensions_grow_with_each_other():
    rng = np.random.default_rng(0)
    one = growing(160) + rng.normal(size=(160, 1)) * 0.2
    pair = np.hstack([one, 300 - 2 * np.roll(one, 1, axis=0)])[1:]
    model = quick().fit([pair[:120]])
    assert look_back(model) > 1
    more = model.predict_series(pair[:120], 24)
    assert (np.abs(more - pair[120:144]).max(axis=0) < [6, 12]).all()


def test_many_dimensions_are_quick_to_decide_about():
    rng = np.random.default_rng(0)
    series = [np.cumsum(rng.normal(size=(400, 60)) + 0.2, axis=0) for _ in range(30)]
    begin = perf_counter()
    rungs = choose(series, steps=True, always=True)
    assert perf_counter() - begin < 20  # a second, on a machine that does nothing else
    assert rungs[-1].n_back * 60 <= linear_choice.MOST_COLUMNS + 60


def test_the_first_fit_decides_and_later_fits_keep_it(tmp_path):
    grown, still = growing(), np.sin(np.arange(90.0))[:, np.newaxis] + 120
    whole, parts = quick(max_iter=4).fit([grown]), quick(max_iter=2).fit([grown])
    parts.write(tmp_path / "f.json")
    read = fs.LSTMForecaster.read(tmp_path / "f.json")
    np.testing.assert_array_equal(read.predict_series(grown, 9), parts.predict_series(grown, 9))
    twin = pickle.loads(pickle.dumps(parts))
    np.testing.assert_array_equal(twin.predict_series(grown, 9), parts.predict_series(grown, 9))
    parts.fit([grown])
    assert parts.to_dict()["learned"] == whole.to_dict()["learned"]
    assert read.fit([grown]).to_dict()["learned"] == whole.to_dict()["learned"]
    linear = parts.to_dict()["learned"]["linear"]
    parts.partial_fit([still])
    assert parts.n_iter_ == 5
    assert parts.to_dict()["learned"]["linear"] == linear
    assert parts.set_params(linear=False).fit([grown]).n_iter_ == 2
    parts.set_params(linear="auto").fit([grown])
    assert look_back(parts) == 0
    parts.clear()
    assert look_back(parts.fit([grown])) > 1


def test_it_may_be_asked_for_or_forbidden():
    for linear in ("auto", True, False):
        assert quick(linear=linear).get_params()["linear"] is linear
    assert look_back(quick(linear=False, max_iter=1).fit([growing()])) == 0
    still = [np.sin(np.arange(90.0))]
    assert look_back(quick(linear=True, max_iter=1).fit(still)) > 1
    with pytest.raises(errors.ParameterError, match="linear is 'no': it must be"):
        quick(linear="no").fit(still)


@pytest.mark.parametrize("length", [2, 3, 4, 7])
@pytest.mark.parametrize("n_dims", [1, 3])
@pytest.mark.parametrize("differences", [False, True])
def test_the_shortest_series_have_a_linear_part_if_it_is_wanted(length, n_dims, differences):
    series = [np.arange(length * n_dims, dtype=float).reshape(length, n_dims)]
    model = quick(linear=True, differences=differences, max_iter=1).fit(series)
    assert look_back(model) >= 1
    assert np.isfinite(model.predict_series(series[0], 50)).all()
    assert np.isfinite(model.predict_series(series[0][:1], 50)).all()


def test_what_an_exact_sum_leaves_is_not_magnified():
    exact = [np.arange(40.0) + start for start in (0, 3, 7, 20)]
    model = quick(linear=True, differences=True).fit(exact)
    assert model.predict_series(exact[3], 40)[-1, 0] == pytest.approx(99, abs=0.05)
    # Warnings are errors here: a little noise is not far away.
    model.fit([frames + np.random.default_rng(0).normal(size=40) * 0.05 for frames in exact])
    assert model.loss_ < 100


@pytest.mark.parametrize("differences", [False, True])
def test_several_dimensions_come_back_from_a_file_bit_by_bit(differences):
    rng = np.random.default_rng(0)
    for n_dims in (2, 3, 4):
        series = [np.arange(50.0)[:, np.newaxis] + rng.normal(size=(50, n_dims)) for _ in range(3)]
        model = quick(linear=True, differences=differences, max_iter=1).fit(series)
        again = fs.LSTMForecaster.from_dict(model.to_dict())
        np.testing.assert_array_equal(again.predict(series, 20), model.predict(series, 20))
        assert again.score(series) == model.score(series)


def test_what_never_changes_goes_on_so():
    still = np.full((50, 2), 3.0)
    model = quick(linear=True, max_iter=1).fit([still])
    np.testing.assert_allclose(model.predict_series(still, 20), 3.0, atol=1e-3)


def test_networks_are_not_trusted_with_chance():
    rng = np.random.default_rng(3)
    noisy = growing(200) + rng.normal(size=(200, 1))
    model = quick(hidden_size=32, max_iter=200).fit([noisy])
    assert model.loss_ < 0.9  # learned by heart
    assert model.to_dict()["learned"]["trust"][0] < 0.3


def test_networks_are_trusted_with_what_they_can_foretell():
    chaos = [0.3]
    for _ in range(299):
        chaos.append(3.9 * chaos[-1] * (1 - chaos[-1]))
    climbing = 10 * np.array(chaos) + 0.1 * np.arange(300)
    model = fs.LSTMForecaster(linear=True, random_state=0).fit([climbing])
    assert model.to_dict()["learned"]["trust"][0] > 0.5


def test_after_ctrl_c_the_networks_add_nothing():
    def press(epoch, *_):
        if epoch == 2:
            raise KeyboardInterrupt

    model = quick()
    with pytest.raises(KeyboardInterrupt):
        model.fit([growing()], callback=press)
    sums = model._learned.linear.after_each(growing())
    np.testing.assert_allclose(model.predict_point(growing()), sums[-1], rtol=1e-9)
    assert model.fit([growing()]).n_iter_ == 22


@pytest.mark.parametrize("n_networks", [1, 5])
def test_what_was_held_out_is_not_learned_later_and_trust_is_of_what_was(n_networks):
    """Among many series each is held out whole; one that comes alone must still be learned."""
    rng = np.random.default_rng(0)
    takes = {f"take-{n}": growing(60) + rng.normal(size=(60, 1)) + n for n in range(12)}
    model = quick(n_networks=n_networks, linear=True).fit(fs.DataSeries(takes))
    before = model.to_dict()["learned"]
    blocks = model._learned.linear.blocks
    assert blocks.length == 60
    # One of those that are the first network's to hold out.
    name = next(x for x in takes if fold_of(x, blocks.seed, blocks.n_folds) == 0)
    model.set_params(max_iter=200).fit(fs.DataSeries({name: takes[name]}))
    after = model.to_dict()["learned"]
    nets = zip(before["networks"], after["networks"], strict=True)
    changed = [old["parameters"] != new["parameters"] for old, new in nets]
    if n_networks == 1:
        assert changed == [True]
        assert after["trust"] == before["trust"]
    else:
        assert changed == [False, True, True, True, True]
        assert after["trust"][0] < 0.5


@pytest.mark.parametrize(
    "damage",
    [
        lambda linear: linear.update(autoregressions=[]),
        lambda linear: linear["autoregressions"].reverse(),
        lambda linear: linear["autoregressions"][0].update(weights=[[1.0]]),
        lambda linear: linear["autoregressions"][0].update(constant=[float("nan")]),
        lambda linear: linear["autoregressions"][0].update(weights="many"),
        lambda linear: linear["blocks"].update(length=0),
        lambda linear: linear["blocks"].update(seed=-1),
        lambda linear: linear.pop("blocks"),
    ],
)
def test_a_damaged_linear_part_is_noticed(fitted, damage):
    content = fitted.to_dict()
    damage(content["learned"]["linear"])
    with pytest.raises(errors.FormatError, match="its content is damaged"):
        fs.LSTMForecaster.from_dict(content)
