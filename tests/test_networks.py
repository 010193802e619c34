"""Several networks in one model: the answer is the mean of theirs, wherever it is asked for."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import errors
from fluidseries.holding_out import is_held_out

from conftest import tones

SOURCE, TARGET = tones(12)
X = list(SOURCE.values())
LABELS = fs.LabelSet({name: name[-1] for name in SOURCE})


def small(kind: type, n_networks: int = 3, **parameters):
    return kind(
        **{"hidden_size": 4, "max_iter": 3, "random_state": 1, **parameters}, n_networks=n_networks
    )


def alone(model) -> list:
    """A model for each of the networks."""
    models = []
    for one in model.to_dict()["learned"]["networks"]:
        content = copy.deepcopy(model.to_dict())
        content["parameters"]["n_networks"] = 1
        content["learned"]["networks"] = [one]
        models.append(type(model).from_dict(content))
    return models


@settings(max_examples=10)
@given(
    n_networks=st.integers(1, 6),
    hidden_size=st.sampled_from([1, 5, 17, (3, 8)]),
    window=st.sampled_from([None, 1, 4]),
)
def test_the_answer_is_the_mean_in_batches_at_once_and_frame_by_frame(
    n_networks, hidden_size, window
):
    model = small(fs.LSTMRegressor, n_networks, hidden_size=hidden_size).fit(SOURCE, TARGET)
    singles = alone(model)
    assert len(singles) == n_networks
    expected = np.mean([one.predict(X) for one in singles], axis=0)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-5)
    for frames, answer in zip(X, expected, strict=True):
        np.testing.assert_allclose(model.predict_point(frames), answer, rtol=1e-4, atol=1e-4)
    together, apart = model.stream(window), [one.stream(window) for one in singles]
    for frame in X[0]:
        mean = np.mean([stream.step(frame) for stream in apart], axis=0)
        np.testing.assert_allclose(together.step(frame), mean, rtol=1e-4, atol=1e-4)


def test_networks_start_and_learn_in_ways_of_their_own():
    model = small(fs.LSTMRegressor).fit(SOURCE, TARGET)
    answers = [one.predict(X) for one in alone(model)]
    assert all(np.abs(a - b).max() > 1e-3 for a, b in pairwise(answers))


def test_probabilities_come_from_the_mean_of_the_outputs():
    content = small(fs.LSTMClassifier).fit(SOURCE, LABELS).to_dict()
    content["learned"]["doubt"] = 0
    model = fs.LSTMClassifier.from_dict(content)
    singles = alone(model)
    logs = np.mean([np.log(one.predict_proba(X)) for one in singles], axis=0)
    # The mean of several is less sure than it may be (bench/sureness.py).
    logs /= 0.85 + 0.15 / len(singles)
    expected = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-4)


def test_a_doubt_that_was_taught_is_taken_off_again():
    content = small(fs.LSTMClassifier).fit(SOURCE, LABELS).to_dict()
    model = fs.LSTMClassifier.from_dict(content)
    content["learned"]["doubt"] = 0
    taught = fs.LSTMClassifier.from_dict(content).predict_proba(X)
    told = model.predict_proba(X)
    n_classes = told.shape[1]
    np.testing.assert_allclose(told.sum(axis=1), 1)
    np.testing.assert_array_equal(told.argmax(axis=1), taught.argmax(axis=1))
    # Smoothing makes of a probability p one of 0.9 p + 0.1 / n_classes: this is the way back.
    np.testing.assert_allclose(0.9 * told + 0.1 / n_classes, taught, atol=0.02)
    sure = np.zeros((1, len(model._learned.outputs)))
    sure[0, 0] = 30
    assert model._learned.probabilities(sure).max() > 0.999
    one = alone(model)[0]
    hardly = one._learned.probabilities(np.log(np.array([[0.98, *[0.02 / 9] * 9]])))
    assert 0 < hardly[0, -1] < 1e-4  # below the doubt that was taught, and yet not impossible


def test_a_new_label_grows_every_network():
    few = fs.LabelSet({name: LABELS[name] for name in list(LABELS)[:5]})
    model = small(fs.LSTMClassifier).fit(fs.DataSeries({n: SOURCE[n] for n in few}), few)
    model.fit(SOURCE, LABELS)
    assert len(model.classes_) == len(set(LABELS.values()))
    for one in alone(model):
        assert one.predict_proba(X).shape == (len(X), len(model.classes_))


def test_with_chance_all_networks_hear_what_came_out():
    model = small(fs.LSTMForecaster).fit(SOURCE)
    singles = [one.stream() for one in alone(model)]
    ahead = [np.mean([stream.step(frame) for stream in singles], axis=0) for frame in X[0]][-1]
    second = np.mean([stream.step(ahead) for stream in singles], axis=0)
    more = model.stream(temperature=1e-9).continued(np.array(X[0]), 2)
    np.testing.assert_allclose(more, [ahead, second], rtol=1e-4, atol=1e-4)


def test_the_error_is_the_mean_over_the_networks():
    model = small(fs.LSTMRegressor, max_iter=1, learn_rate=1e-9, validation=0.4)
    source, target = tones(30)
    model.fit(source, target)
    names = held_out(model, source)
    scale = model.to_dict()["learned"]["scaling"]["output"]["scale"]
    squares = [
        np.mean([((one.predict([source[n]])[0] - target[n]) / scale) ** 2 for n in names])
        for one in alone(model)
    ]
    assert model.validation_loss_ == pytest.approx(np.mean(squares), rel=1e-4)


@pytest.mark.parametrize("n_networks", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [1, 3, 5])
def test_threads_change_no_bit_also_where_a_callback_ends_the_fit(n_networks, batch_size):
    """Whether networks go batch by batch or at their own pace follows from the threads."""

    def end(epoch, batch, *_):
        return (epoch, batch) == (1, 1)

    learned = []
    for n_jobs in (1, 2, 4):
        model = small(fs.LSTMRegressor, n_networks, batch_size=batch_size, n_jobs=n_jobs)
        content = model.fit(SOURCE, TARGET, callback=end).to_dict()["learned"]
        learned.append((model.loss_curve_, repr(content["networks"])))
    assert learned[0] == learned[1] == learned[2]


def held_out(model, source) -> list[str]:
    split = model.to_dict()["learned"]["split"]
    return [name for name in source if is_held_out(name, split["seed"], split["held_out"])]


def test_another_number_of_networks_starts_afresh():
    model = small(fs.LSTMRegressor).fit(SOURCE, TARGET)
    model.set_params(n_networks=2)
    with pytest.raises(errors.NotFittedError, match=r"n_networks is 2 now, but what .* has 3"):
        model.predict(SOURCE)
    assert model.fit(SOURCE, TARGET).n_iter_ == 3


@pytest.mark.parametrize("count", [0, -1, 2.5, True, "3", None, 10**6])
def test_the_number_of_networks_has_a_range(count):
    with pytest.raises(errors.ParameterError, match=r"n_networks is .* whole number from 1"):
        small(fs.LSTMRegressor, count).fit(SOURCE, TARGET)
