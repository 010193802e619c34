"""Where what was learned cannot go on: fit starts afresh and says so, partial_fit raises."""

from __future__ import annotations

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import errors

SERIES = [np.linspace([0, 0], [1, 1 - 2 * (row % 2)], 5) for row in range(8)]
OTHER_SERIES = [np.hstack([frames, frames[:, :1]]) for frames in SERIES]
NUMBERS = np.arange(16.0).reshape(8, 2)
LABELS = ["up", "down"] * 4
POINTS = np.array([frames[-1] for frames in SERIES])
SMALL = {"hidden_size": 4, "max_iter": 2, "random_state": 0}

# What was learned, what comes then, the error and its message.
MISFITS = {
    "dimensions": (
        fs.LSTMRegressor, (SERIES, NUMBERS), (OTHER_SERIES, NUMBERS),
        errors.DimensionError, "the source has 3 dimensions, and what was learned has 2",
    ),
    "outputs": (
        fs.LSTMRegressor, (SERIES, NUMBERS), (SERIES, NUMBERS[:, 0]),
        errors.DimensionError, "the target has 1 dimension, and what was learned has 2",
    ),
    "a target per frame": (
        fs.LSTMRegressor, (SERIES, NUMBERS), (SERIES, SERIES),
        errors.InputError, "has one point for each frame, .* learned has one point for each series",
    ),
    "labels": (
        fs.LSTMClassifier, (SERIES, LABELS), (SERIES, [1, 2] * 4),
        errors.InputTypeError, "labels are of type int, and those that were learned str",
    ),
    "dimensions under labels": (
        fs.LSTMClassifier, (SERIES, LABELS), (OTHER_SERIES, LABELS),
        errors.DimensionError, "the source has 3 dimensions",
    ),
    "dimensions foretold": (
        fs.LSTMForecaster, (SERIES,), (OTHER_SERIES,),
        errors.DimensionError, "the source has 3 dimensions",
    ),
    "a perceptron's points": (
        fs.MLPRegressor, (POINTS, NUMBERS), (POINTS[:, :1], NUMBERS),
        errors.DimensionError, "the source has 1 dimension, and what was learned has 2",
    ),
    "a perceptron's outputs": (
        fs.MLPRegressor, (POINTS, NUMBERS), (POINTS, NUMBERS[:, 0]),
        errors.DimensionError, "the target has 1 dimension",
    ),
    "a perceptron's labels": (
        fs.MLPClassifier, (POINTS, LABELS), (POINTS, [0.5, 1.5] * 4),
        errors.InputTypeError, "labels are of type float, and those that were learned str",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "first", "then", "error", "why"), MISFITS.values(), ids=MISFITS)
def test_fit_starts_afresh_and_partial_fit_refuses(kind, first, then, error, why):
    model = kind(**SMALL).fit(*first)
    before = model.to_dict()
    with pytest.raises(error, match=rf"{why}.*: give what fits .*, or start afresh with fit"):
        model.partial_fit(*then)
    assert model.to_dict() == before
    with pytest.warns(errors.FluidSeriesWarning, match=f"learning starts afresh: .*{why}") as heard:
        model.fit(*then)
    assert heard[0].filename == __file__
    assert model.to_dict() == kind(**SMALL).fit(*then).to_dict()


@pytest.mark.parametrize("kind", [fs.LSTMRegressor, fs.LSTMClassifier, fs.MLPRegressor])
def test_partial_fit_refuses_parameters_that_do_not_fit(kind):
    source = POINTS if kind is fs.MLPRegressor else SERIES
    target = LABELS if kind is fs.LSTMClassifier else NUMBERS
    model = kind(**SMALL).fit(source, target).set_params(hidden_size=5)
    with pytest.raises(errors.ParameterError, match="hidden_size is 5"):
        model.partial_fit(source, target)
    assert model.set_params(hidden_size=4).partial_fit(source, target).n_iter_ == 3
    model.set_params(hidden_size=5)
    assert model.fit(source, target).n_iter_ == 2  # whoever changed the parameter is told nothing


def test_partial_fit_refuses_a_forecaster_that_would_learn_something_else():
    model = fs.LSTMForecaster(differences=True, **SMALL).fit(SERIES)
    with pytest.raises(errors.ParameterError, match="differences is False now, and what"):
        model.set_params(differences=False).partial_fit(SERIES)
    assert model.fit(SERIES).n_iter_ == 2


@pytest.mark.parametrize("kind", [fs.LSTMClassifier, fs.MLPClassifier])
def test_a_part_of_the_data_may_lack_labels_that_the_rest_has(kind):
    X = POINTS if kind is fs.MLPClassifier else SERIES
    whole = kind(**SMALL).fit(X, LABELS)
    whole.partial_fit(X[:1], ["up"])
    assert whole.classes_.tolist() == ["down", "up"]
    whole.partial_fit(X[:1], ["sideways"])
    assert whole.classes_.tolist() == ["down", "sideways", "up"]
    assert whole.predict_proba(X).shape == (8, 3)
    first = kind(**SMALL).partial_fit(X[:1], ["up"]).partial_fit(X[1:2], ["down"])
    assert first.classes_.tolist() == ["down", "up"]
    assert first.fit(X[:1], ["up"]).classes_.tolist() == ["up"]


# The best epoch on what was held out


def learners():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(4, 2)) for _ in range(40)]
    y = np.array([frames.sum(axis=0) for frames in X]) + rng.normal(size=(40, 2))
    rough = {"max_iter": 8, "learn_rate": 0.2, "validation": 0.4, "random_state": 0}
    points = np.array([frames.ravel() for frames in X])
    return {
        "series": (fs.LSTMRegressor(8, n_networks=2, schedule="constant", **rough), X, y),
        "labels": (fs.LSTMClassifier(8, n_networks=1, **rough), X, (y[:, 0] > 0).tolist()),
        "points": (fs.MLPRegressor(8, **rough), points, y),
        "named points": (fs.MLPClassifier(8, **rough), points, (y[:, 0] > 0).tolist()),
    }


@pytest.mark.parametrize("which", ["series", "labels", "points", "named points"])
def test_the_best_epoch_is_that_of_all_fits_on_the_same_data(which, tmp_path):
    model, X, y = learners()[which]
    lost, kept = 0, None
    for _ in range(6):
        before = min(getattr(model, "validation_curve_", [np.inf]))
        model.fit(X, y)
        least = min(model.validation_curve_)
        assert model.to_dict()["learned"]["best"]["loss"] == least
        if least == before:  # no epoch of this fit was better: what answers is what did
            lost += 1
            np.testing.assert_array_equal(model.predict(X), kept)
        kept = model.predict(X)
        model.write(tmp_path / "m.json")
        model = type(model).read(tmp_path / "m.json")
    assert lost, "this test needs a fit that does no better"
    assert model.n_iter_ == 48


def test_other_data_are_learned_though_no_epoch_beats_the_best_on_the_first():
    model, X, y = learners()["series"]
    model.fit(X, y)
    known, least = model.predict(X), min(model.validation_curve_)
    model.set_params(max_iter=1, learn_rate=1.0).fit([*X, X[0] + 1], [*y, y[0] + 1])
    assert model.validation_loss_ > least, "this test needs a fit that does no better"
    assert not np.array_equal(model.predict(X), known)
    assert model.to_dict()["learned"]["best"]["loss"] == model.validation_loss_


def test_without_anything_held_out_the_newest_epoch_stays():
    model, X, y = learners()["series"]
    model.set_params(validation=0.0).fit(X, y)
    assert model.to_dict()["learned"]["best"] is None
