"""evaluate: against scikit-learn's measures and the models' own scores."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, r2_score, root_mean_squared_error

import fluidseries as fs
from fluidseries import errors
from fluidseries.evaluation import evaluate

from conftest import tones


def labelled(n: int, seed: int) -> tuple[fs.DataSeries, fs.LabelSet]:
    source, target = tones(n, seed)
    return source, fs.LabelSet({i: "fast" if x[0] > 700 else "slow" for i, x in target.items()})


def as_points(source: fs.DataSeries) -> fs.DataSet:
    return fs.DataSet({name: frames.std(axis=0) for name, frames in source.items()})


@pytest.fixture(scope="module")
def classifier() -> fs.LSTMClassifier:
    return fs.LSTMClassifier(8, 12, random_state=0).fit(*labelled(24, 0))


@pytest.mark.parametrize("kind", ["LSTM", "DTW", "MLP"])
def test_labels(kind, classifier):
    source, labels = labelled(24, 0)
    unseen, right = labelled(30, 1)
    if kind == "MLP":
        source, unseen = as_points(source), as_points(unseen)
    model = {
        "LSTM": lambda: classifier,
        "DTW": lambda: fs.DTWClassifier().fit(source, labels),
        "MLP": lambda: fs.MLPClassifier(4, 20, random_state=0).fit(source, labels),
    }[kind]()
    result = evaluate(model, unseen, right)
    answers = model.predict(unseen)
    truth, answered = list(right.values()), [answers[name] for name in right]
    assert result.accuracy == accuracy_score(truth, answered) == model.score(unseen, right)
    assert result.labels == ["fast", "slow"]
    np.testing.assert_array_equal(result.confusion, confusion_matrix(truth, answered))
    assert (result.model, result.examples) == (f"{kind}Classifier", 30)


def test_labels_that_are_new_or_rejected(classifier):
    source, labels = labelled(10, 1)
    labels["tone-0"] = "never heard"
    model = fs.LSTMClassifier.from_dict(classifier.to_dict()).set_params(threshold=1.0)
    result = evaluate(model, source, labels)
    assert result.accuracy == 0
    assert result.labels == ["fast", "never heard", "none", "slow"]
    assert np.sum(result.confusion, axis=0).tolist() == [0, 0, 10, 0]


def test_numbers_as_labels_and_arrays():
    source, labels = labelled(12, 0)
    numbers = [int(label == "fast") for label in labels.values()]
    model = fs.DTWClassifier(num_neighbours=1).fit(list(source.values()), numbers)
    result = evaluate(model, list(source.values()), numbers)
    assert (result.accuracy, result.labels) == (1.0, ["0", "1"])


@pytest.mark.parametrize("kind", ["LSTM", "DTW", "MLP"])
def test_points(kind):
    source, target = tones(24, 0)
    unseen, right = tones(20, 1)
    if kind == "MLP":
        source, unseen = as_points(source), as_points(unseen)
    model = {
        "LSTM": fs.LSTMRegressor(8, 8, random_state=0),
        "DTW": fs.DTWRegressor(),
        "MLP": fs.MLPRegressor(4, 20, random_state=0),
    }[kind].fit(source, target)
    result = evaluate(model, unseen, right)
    answers = model.predict(unseen)
    truth, answered = np.array(list(right.values())), np.array([answers[name] for name in right])
    np.testing.assert_allclose(
        result.rmse, root_mean_squared_error(truth, answered, multioutput="raw_values")
    )
    np.testing.assert_allclose(result.r2, r2_score(truth, answered, multioutput="raw_values"))
    assert np.mean(result.r2) == pytest.approx(model.score(unseen, right))


def test_a_point_for_every_frame():
    source, _ = tones(8, 0)
    target = fs.DataSeries({name: frames[:, :1] * 3 for name, frames in source.items()})
    model = fs.LSTMRegressor(6, 10, random_state=0).fit(source, target)
    result = evaluate(model, source, target)
    assert result.r2 == [pytest.approx(model.score(source, target))]
    assert result.examples == 8
    with pytest.raises(errors.InputError, match="one of the two is a point per series"):
        evaluate(model, source, fs.DataSet({name: [1.0] for name in source}))


def test_a_target_that_never_changes_has_no_r2():
    source, _ = tones(6, 0)
    same = fs.DataSet({name: [2.0] for name in source})
    model = fs.DTWRegressor().fit(source, same)
    assert evaluate(model, source, same).r2 == [None]
    assert json.loads(json.dumps(evaluate(model, source, same).to_dict()))["r2"] == [None]


@pytest.mark.parametrize("differences", [False, True])
def test_forecasts(differences):
    source, _ = tones(12, 0)
    source["short"] = [[1.0, 2.0]]
    model = fs.LSTMForecaster(
        8, 15, differences=differences, temperature=1.0, random_state=0
    )  # fmt: skip
    with pytest.warns(errors.FluidSeriesWarning, match="one frame left out"):
        model.fit(source)
    result = evaluate(model, source)
    with pytest.warns(errors.FluidSeriesWarning, match="one frame left out"):
        assert result.score == pytest.approx(model.score(source), abs=1e-5)
    assert result.frames == sum(len(frames) - 1 for frames in source.values())
    steps = np.concatenate([np.diff(frames, axis=0) for frames in source.values()])
    np.testing.assert_allclose(result.rmse_repeating, np.sqrt((steps**2).mean(axis=0)))
    ratio = np.square(result.rmse).sum() / np.square(result.rmse_repeating).sum()
    assert result.score == pytest.approx(1 - ratio)


def test_forecasts_of_what_stands_still():
    still = fs.DataSeries({"a": np.ones((9, 1))})
    model = fs.LSTMForecaster(4, 2, random_state=0).fit(still)
    result = evaluate(model, still)
    assert result.score is None
    assert result.rmse_repeating == [0.0]
    with pytest.raises(errors.EmptyError, match="no series has two frames"):
        evaluate(model, fs.DataSeries({"a": [[1.0]]}))


def test_the_order_of_identifiers_changes_nothing(classifier):
    source, labels = labelled(12, 3)
    turned = fs.LabelSet(dict(reversed(list(labels.items()))))
    assert evaluate(classifier, source, labels) == evaluate(classifier, source, turned)


def test_wrong_data(classifier):
    source, labels = labelled(6, 0)
    with pytest.raises(errors.InputTypeError, match="LSTMClassifier needs a target"):
        evaluate(classifier, source)
    forecaster = fs.LSTMForecaster(4, 1, random_state=0).fit(source)
    with pytest.raises(errors.InputTypeError, match="LSTMForecaster needs no target"):
        evaluate(forecaster, source, labels)
    narrow = fs.DataSeries({name: frames[:, :1] for name, frames in source.items()})
    with pytest.raises(errors.DimensionError, match="1 dimension per frame"):
        evaluate(forecaster, narrow)
    with pytest.raises(errors.IdentifierError, match="tone-0"):
        evaluate(classifier, source, fs.LabelSet({"x": "fast"}))
    with pytest.raises(errors.NotFittedError, match="fit it first"):
        evaluate(fs.DTWClassifier(), source, labels)
    _, target = tones(6, 0)
    with pytest.raises(errors.InputTypeError, match="a classifier learns labels"):
        evaluate(classifier, source, target)
    model = fs.DTWRegressor().fit(source, target)
    wide = fs.DataSet({name: [1.0, 2.0, 3.0] for name in source})
    with pytest.raises(errors.DimensionError, match="3 dimensions, but this model answers with 2"):
        evaluate(model, source, wide)


@pytest.mark.parametrize("kind", ["LSTMClassifier", "LSTMRegressor"])
def test_missing_numbers_are_heard_as_the_model_hears_them(kind):
    whole, points = tones(8, 0)
    target = labelled(8, 0)[1] if kind == "LSTMClassifier" else points
    holed = fs.DataSeries({name: np.array(frames) for name, frames in whole.items()})
    for name in holed:
        frames = np.array(holed[name])
        frames[1] = np.nan
        holed.update_series(name, frames)
    model = getattr(fs, kind)(4, 3, n_networks=1, random_state=0).fit(whole, target)
    with pytest.raises(errors.NonFiniteError, match="holds NaN"):
        evaluate(model, holed, target)
    result = evaluate(model.set_params(missing="interpolate"), holed, target)
    if kind == "LSTMClassifier":
        assert result.accuracy == model.score(holed, target)
    else:
        assert np.mean(result.r2) == pytest.approx(model.score(holed, target))


def test_a_missing_frame_is_neither_right_nor_wrong():
    wave = np.sin(0.3 * np.arange(80.0))[:, np.newaxis]
    model = fs.LSTMForecaster(4, 3, n_networks=2, missing="interpolate", random_state=0).fit([wave])
    holed = wave.copy()
    holed[-1] = np.nan  # nothing hears it, so all but its own error stays
    result, whole = evaluate(model, [holed]), evaluate(model, [wave[:-1]])
    assert result.rmse == pytest.approx(whole.rmse)
    assert result.rmse_repeating == pytest.approx(whole.rmse_repeating)
    assert result.score == pytest.approx(whole.score)
    inside = wave.copy()
    inside[40] = np.nan
    assert np.isfinite(evaluate(model, [inside]).rmse).all()
