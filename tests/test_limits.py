"""Answers held within a range."""

from __future__ import annotations

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import errors

from conftest import tones

SOURCE, TARGET = tones(12)
X = list(SOURCE.values())
QUICK = {"hidden_size": 6, "max_iter": 5, "random_state": 0}


def far(scale: float = 30.0) -> list[np.ndarray]:
    """Series that no model here has heard, so that answers go astray."""
    return [x * scale for x in X]


def test_answers_stay_within_two_numbers_wherever_they_are_asked_for():
    free = fs.LSTMRegressor(**QUICK).fit(SOURCE, TARGET)
    held = fs.LSTMRegressor(**QUICK, output_limits=(0.5, 0.9)).fit(SOURCE, TARGET)
    expected = np.clip(free.predict(far()), 0.5, 0.9)
    assert (expected != free.predict(far())).any()
    np.testing.assert_array_equal(held.predict(far()), expected)
    for frames, answer in zip(far(), expected, strict=True):
        np.testing.assert_allclose(held.predict_point(frames), answer, rtol=1e-5)
        stream, out = held.stream(), np.empty(expected.shape[1])
        for frame in frames:
            stream.step(frame, out)
            assert ((out >= 0.5) & (out <= 0.9)).all()
        np.testing.assert_allclose(out, answer, rtol=1e-5)
    assert held.to_dict()["learned"] == free.to_dict()["learned"]


def test_trained_is_the_range_of_the_targets_so_far():
    model = fs.LSTMRegressor(**QUICK, output_limits="trained", learn_rate=0.5).fit(SOURCE, TARGET)
    truth = np.array(list(TARGET.values()))
    answers = model.predict(far())
    assert (answers >= truth.min(axis=0)).all()
    assert (answers <= truth.max(axis=0)).all()
    low, high = model.to_dict()["learned"]["target_range"]
    assert (low, high) == (truth.min(axis=0).tolist(), truth.max(axis=0).tolist())
    model.fit(X[:2], truth[:2] + 1)
    assert model.to_dict()["learned"]["target_range"][1] == pytest.approx(
        np.maximum(high, truth[:2].max(axis=0) + 1)
    )


def test_a_target_per_frame_is_held_too():
    targets = [np.sin(x[:, :1]) for x in X]
    model = fs.LSTMRegressor(**QUICK, output_limits="trained").fit(X, targets)
    low, high = min(t.min() for t in targets), max(t.max() for t in targets)
    for table in model.predict(far()):
        assert ((table >= low) & (table <= high)).all()


@pytest.mark.parametrize("differences", [False, True])
def test_a_forecaster_stays_in_the_range_of_its_frames(differences):
    rng = np.random.default_rng(0)
    climbing = [np.cumsum(rng.uniform(0, 1, (40, 2)), axis=0) for _ in range(4)]
    parameters = {**QUICK, "differences": differences, "temperature": 2.0}
    model = fs.LSTMForecaster(**parameters, output_limits="trained").fit(climbing)
    highest = np.max([x.max(axis=0) for x in climbing], axis=0)
    more = model.predict_series(climbing[0], 200)
    assert (more <= highest).all()
    assert (more == highest).any()
    free = fs.LSTMForecaster(**parameters).fit(climbing)
    assert (free.predict_series(climbing[0], 200) > highest).any()


def test_limits_may_be_changed_after_a_fit():
    model = fs.LSTMRegressor(**QUICK).fit(SOURCE, TARGET)
    before = model.predict_point(X[0])
    model.set_params(output_limits=(-1e-3, 1e-3))
    assert np.abs(model.predict_point(X[0])).max() <= 1e-3
    model.set_params(output_limits=None)
    np.testing.assert_array_equal(model.predict_point(X[0]), before)


def test_a_file_without_the_range_says_so():
    content = fs.LSTMRegressor(**QUICK, output_limits="trained").fit(SOURCE, TARGET).to_dict()
    again = fs.LSTMRegressor.from_dict(content)
    np.testing.assert_array_equal(
        again.predict(far()), fs.LSTMRegressor.from_dict(content).predict(far())
    )
    del content["learned"]["target_range"]
    with pytest.raises(errors.NotFittedError, match="fit it once more"):
        fs.LSTMRegressor.from_dict(content).predict(SOURCE)


@pytest.mark.parametrize(
    "value", ["free", 1, (1,), (1, 0), (1, 1), (0, float("inf")), ("a", "b"), (False, True)]
)
def test_limits_are_two_numbers_in_order(value):
    with pytest.raises(errors.ParameterError, match="output_limits is"):
        fs.LSTMRegressor(**QUICK, output_limits=value).fit(SOURCE, TARGET)
