"""LSTMForecaster: the next frame, and going on alone."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score

import fluidseries as fs
from fluidseries import errors


def waves(n: int = 6, length: int = 120, seed: int = 0) -> fs.DataSeries:
    """Two sines in quarter phase, of one speed, starting anywhere."""
    rng = np.random.default_rng(seed)
    phases = rng.uniform(0, 7, n)[:, None] + 0.35 * np.arange(length)
    return fs.DataSeries(
        {f"wave-{i}": np.stack([np.sin(p), 5 + np.cos(p)], axis=1) for i, p in enumerate(phases)}
    )


def quick(**parameters) -> fs.LSTMForecaster:
    return fs.LSTMForecaster(**{"hidden_size": 12, "max_iter": 40, "random_state": 0, **parameters})


@pytest.fixture(scope="module")
def fitted() -> fs.LSTMForecaster:
    return quick().fit(waves())


def test_the_alias_is_the_same_class():
    assert fs.LSTMForecast is fs.LSTMForecaster


def test_it_goes_on_as_the_series_would(fitted):
    whole = waves(3, 90, seed=1)
    heard = fs.DataSeries({name: frames[:70] for name, frames in whole.items()})
    more = fitted.predict(heard, forecast_length=20)
    assert isinstance(more, fs.DataSeries)
    assert list(more) == list(heard)
    for name, frames in more.items():
        assert frames.shape == (20, 2)
        assert np.abs(frames - whole[name][70:]).max() < 0.35
    assert fitted.score(whole) > 0.95


def test_as_many_frames_as_came_in_by_default(fitted):
    X = [frames[:n] for frames, n in zip(waves().values(), (5, 1, 9), strict=False)]
    assert [table.shape for table in fitted.predict(X)] == [(5, 2), (1, 2), (9, 2)]
    assert fitted.predict_series(X[0]).shape == (5, 2)
    np.testing.assert_array_equal(fitted.predict_point(X[0]), fitted.predict_series(X[0])[0])


def test_step_run_and_step_again(fitted):
    frames = waves()["wave-0"]
    stream, out = fitted.stream(), np.empty(2)
    for frame in frames[:30]:
        assert stream.step(frame, out=out) is out
    expected = fitted.predict_series(frames[:30], 10)
    np.testing.assert_array_equal(out, expected[0])
    np.testing.assert_array_equal(stream.run(4), expected[:4])
    np.testing.assert_array_equal(stream.run(6), expected[4:])
    after = stream.step(frames[40])
    assert np.isfinite(after).all()
    stream.reset()
    with pytest.raises(fs.NotFittedError, match="has heard nothing yet"):
        stream.run(1)
    with pytest.raises(errors.ParameterError, match="the number of frames is 0"):
        stream.run(0)


@pytest.mark.parametrize("missing", ["error", "interpolate"])
def test_the_next_frame_may_be_written_over_the_one_that_was_heard(missing):
    model = fs.LSTMForecaster(4, max_iter=2, differences=True, missing=missing, random_state=0)
    model.fit(waves())
    stream, over = model.stream(), model.stream()
    for frame in waves()["wave-0"][:5]:
        expected, table = stream.step(frame), np.array([frame])
        np.testing.assert_array_equal(over.step(table[0], out=table[0]), expected)


@pytest.mark.parametrize("seed", [3, np.int64(3)])
def test_a_whole_number_of_any_type_improvises_the_same(fitted, seed):
    fitted.random_state = seed
    first, second = (fitted.stream(temperature=1.0) for _ in range(2))
    for stream in (first, second):
        stream.step(waves()["wave-0"][0])
    fitted.random_state = 0
    np.testing.assert_array_equal(first.run(5), second.run(5))


@pytest.mark.parametrize("differences", [False, True])
def test_networks_go_on_alone_each_for_itself(differences, tmp_path):
    model = quick(differences=differences, n_networks=3, max_iter=5).fit(waves())
    frames = waves()["wave-0"][:40]
    each = []
    for member in model._learned.members:
        one = quick(n_networks=1)
        one._learned = replace(model._learned, members=(member,))
        each.append(one.predict_series(frames, 30))
    expected = np.mean(each, axis=0)
    assert np.abs(each - expected).max() > 0.01  # after five epochs they do not agree
    np.testing.assert_allclose(model.predict_series(frames, 30), expected, atol=1e-12)
    model.write(tmp_path / "model.json")
    again = fs.LSTMForecaster.read(tmp_path / "model.json").predict_series(frames, 30)
    np.testing.assert_allclose(again, expected, atol=1e-12)
    held = model.set_params(output_limits=(-0.2, 0.3)).predict_series(frames, 30)
    assert held.min() >= -0.2
    assert held.max() <= 0.3


@pytest.mark.parametrize("differences", [False, True])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_hundred_thousand_frames_stay_finite(differences, temperature):
    model = quick(differences=differences, temperature=temperature, max_iter=5).fit(waves())
    assert np.isfinite(model.predict_series(waves()["wave-0"], 100_000)).all()


def test_temperature_improvises_within_the_style(fitted):
    frames = waves()["wave-0"]
    calm = fitted.predict_series(frames, 50)
    assert (fitted.predict_series(frames, 50) == calm).all()
    stream = fitted.stream(temperature=1.0)
    wild = stream.continued(frames, 50)
    assert not np.allclose(wild, calm)
    assert np.abs(wild - calm)[:5].max() < 1
    again = fitted.stream(temperature=1.0).continued(frames, 50)
    np.testing.assert_array_equal(again, wild)  # random_state is a number
    with pytest.raises(errors.ParameterError, match="temperature is -1"):
        fitted.stream(temperature=-1)


def test_differences_go_on_beyond_where_the_series_have_been():
    ramps = [np.arange(a, a + 60.0) for a in range(0, 100, 20)]
    inside, beyond = quick(), quick(differences=True)
    far = np.arange(100.0, 160.0)
    errors_ = [
        np.abs(m.fit(ramps).predict_series(far, 60)[:, 0] - np.arange(160.0, 220.0)).max()
        for m in (inside, beyond)
    ]
    assert errors_[1] < 2 < errors_[0]


def test_series_of_one_frame_are_left_out():
    with pytest.warns(errors.FluidSeriesWarning, match="1 series of one frame left out"):
        quick(max_iter=1).fit([np.zeros((1, 1)), np.ones((5, 1))])
    with pytest.raises(errors.EmptyError, match="no series has two frames"):
        quick().fit([np.zeros((1, 1))])


def test_score_against_repeating_the_last_frame():
    still = [np.ones((9, 1))]
    model = quick(max_iter=1).fit(still)
    assert model.score(still) in (0.0, 1.0)
    assert quick(max_iter=1, learn_rate=1e-8).fit(waves()).score(waves()) < 0.5


def test_bursts_and_files(tmp_path):
    whole, parts = quick(max_iter=4).fit(waves()), quick(max_iter=2).fit(waves())
    parts.write(tmp_path / "f.json")
    read = fs.LSTMForecaster.read(tmp_path / "f.json").fit(waves())
    assert parts.fit(waves()).to_dict()["learned"] == whole.to_dict()["learned"]
    assert read.to_dict()["learned"] == whole.to_dict()["learned"]
    assert read.partial_fit(waves()).n_iter_ == 5
    changed = read.set_params(differences=True, max_iter=1).fit(waves())
    assert changed.n_iter_ == 1


def test_scikit_learns_tools():
    X = list(waves().values())
    assert np.isfinite(cross_val_score(quick(max_iter=2), X, cv=2)).all()
    search = GridSearchCV(quick(max_iter=3), {"learn_rate": [1e-6, 0.01]}, cv=2).fit(X)
    assert search.best_params_ == {"learn_rate": 0.01}
    model = quick(max_iter=2).fit(X)
    assert clone(model).get_params() == model.get_params()
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict_series(X[0]), model.predict_series(X[0]))


def test_the_laser_one_step_ahead(real_data):
    laser = np.load(real_data / "SantaFeLaser" / "santafe_laser.npy").astype(float).ravel()
    model = quick(hidden_size=32, max_iter=50).fit([laser[:1000]])
    stream = model.stream()
    foretold = np.array([stream.step([value])[0] for value in laser[900:2000]])
    error = foretold[99:-1] - laser[1000:2000]
    assert np.sqrt((error**2).mean()) / laser[1000:2000].std() < 0.25


@pytest.mark.parametrize("n", [0, 2.5, True, "4", float("nan"), None])
def test_run_takes_a_whole_number(fitted, n):
    stream = fitted.stream()
    stream.step([0.0, 5.0])
    with pytest.raises(errors.ParameterError, match="the number of frames is"):
        stream.run(n)


@pytest.mark.parametrize("value", [-1, True, "warm", float("nan"), float("inf")])
def test_temperature_out_of_range(fitted, value):
    with pytest.raises(errors.ParameterError, match=r"temperature is .* from 0 up"):
        fitted.stream(temperature=value)


def test_a_temperature_may_be_any_number(fitted):
    assert np.isfinite(fitted.stream(temperature=np.float32(0.5)).step([0.0, 5.0])).all()


def test_differences_are_taken_where_series_climb():
    climbing = [np.arange(30.0) + start for start in (0, 1, 2)]
    for series, expected in ((climbing, True), (waves(), False), ([[[1.0]] * 3], False)):
        content = quick(max_iter=1).fit(series).to_dict()
        assert content["parameters"]["differences"] == "auto"
        assert content["learned"]["differences"] is expected


def test_a_choice_once_made_stays_until_clear():
    model, climbing = quick(max_iter=1).fit(waves()), [np.arange(30.0).reshape(15, 2)]
    with pytest.warns(errors.FluidSeriesWarning, match="standard deviations from those"):
        model.fit(climbing)
    assert not model.to_dict()["learned"]["differences"]
    assert model.n_iter_ == 2
    model.clear()
    assert model.fit(climbing).to_dict()["learned"]["differences"]


def test_differences_are_on_or_off():
    with pytest.raises(
        errors.ParameterError, match='differences is 3: it must be "auto", True or False'
    ):
        quick(differences=3).fit(waves())


def test_a_callback_in_the_place_of_the_target_is_noticed():
    with pytest.raises(errors.InputTypeError, match=r"write callback=\.\.\."):
        quick().fit(waves(), lambda *_: True)


def test_a_single_series_is_not_held_out_and_says_so():
    with pytest.warns(errors.FluidSeriesWarning, match="less than one whole series"):
        model = quick(max_iter=2, validation=0.2).fit(waves(1, 400))
    with pytest.raises(fs.NotFittedError, match="give it enough data"):
        _ = model.validation_curve_


def test_a_whole_corpus_is_not_one_series(fitted):
    with pytest.raises(errors.InputTypeError, match="where the frames of one series were wanted"):
        fitted.predict_series(waves())
