"""NaN in a series: an error, a straight line, or nothing that says anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fluidseries as fs
from fluidseries import errors
from fluidseries.missing import filled, usual

from conftest import tones

QUICK = {"hidden_size": 4, "max_iter": 3, "random_state": 0}
NAN = np.nan


def holed(share: float = 0.2) -> tuple[list[np.ndarray], np.ndarray]:
    """Series of which a share of the numbers is missing, and a target for each."""
    source, target = tones(12)
    rng = np.random.default_rng(0)
    X = [np.where(rng.random(x.shape) < share, NAN, x) for x in source.values()]
    return X, np.array(list(target.values()))


def fit(kind: str, X, **parameters):
    model = getattr(fs, kind)(**{**QUICK, **parameters})
    labels = ["a", "b"] * (len(X) // 2)
    targets = {"LSTMRegressor": [len(x) for x in X], "LSTMClassifier": labels}
    return model.fit(X, targets.get(kind))


KINDS = ["LSTMRegressor", "LSTMClassifier", "LSTMForecaster"]


numbers = st.floats(-1e6, 1e6) | st.just(NAN)


@given(arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 3)), elements=numbers))
def test_what_is_there_stays_and_nothing_is_missing_behind(frames):
    mean = np.full(frames.shape[1], 7.0)
    for method in ("interpolate", "mask"):
        whole = filled(frames, method, mean)
        known = ~np.isnan(frames)
        np.testing.assert_array_equal(whole[known], frames[known])
        assert np.isfinite(whole).all()
    np.testing.assert_array_equal(filled(frames, "mask", mean)[~known], 7.0)


def test_lines_between_neighbours_as_pandas_draws_them():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frames = np.where(rng.random((40, 3)) < 0.4, NAN, rng.normal(size=(40, 3)))
    expected = pandas.DataFrame(frames).interpolate(limit_direction="both").to_numpy()
    np.testing.assert_allclose(filled(frames, "interpolate", np.zeros(3)), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_by_default(kind):
    X, _ = holed()
    with pytest.raises(errors.NonFiniteError, match=r"series . of the list holds NaN \(frame"):
        fit(kind, X)


@pytest.mark.parametrize("method", ["interpolate", "mask"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_is_that_of_the_filled_series(kind, method):
    X, _ = holed()
    whole = [filled(x, method, usual(X)) for x in X]
    model, plain = fit(kind, X, missing=method), fit(kind, whole)
    assert model.to_dict()["learned"] == plain.to_dict()["learned"]
    asked = [filled(x, method, plain._learned.input_scaler.mean) for x in X]
    for got, expected in zip(model.predict(X), plain.predict(asked), strict=True):
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(model.predict_point(X[0]), plain.predict_point(asked[0]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_number_is_the_mean_in_a_stream_too(kind):
    X, _ = holed()
    model = fit(kind, X, missing="mask")
    mean = model._learned.input_scaler.mean
    holes, whole = model.stream(), model.stream()
    for frame in X[0]:
        got, expected = holes.step(frame), whole.step(np.where(np.isnan(frame), mean, frame))
        assert str(got) == str(expected)


@pytest.mark.parametrize("window", [None, 3])
def test_a_stream_keeps_what_the_frame_before_held(window):
    X, _ = holed(0.5)
    model = fit("LSTMRegressor", X, missing="interpolate")
    holes, whole = model.stream(window), model.stream(window)
    for _ in range(2):
        before = model._learned.input_scaler.mean
        for frame in X[0]:
            before = np.where(np.isnan(frame), before, frame)
            np.testing.assert_array_equal(holes.step(frame), whole.step(before))
        holes.reset()
        whole.reset()


def test_a_forecaster_hears_what_it_foretold():
    X, _ = holed(0)
    model = fit("LSTMForecaster", X, missing="interpolate", differences=True)
    holes, whole = model.stream(), model.stream()
    for frame in X[0][:3]:
        foretold = holes.step(frame)
        whole.step(frame)
    hole = np.array([NAN, 0.5])
    np.testing.assert_array_equal(holes.step(hole), whole.step([foretold[0], 0.5]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_masked_array_hides_is_missing(kind):
    X, _ = holed()
    hidden = [np.ma.array(np.where(np.isnan(x), 1e6, x), mask=np.isnan(x)) for x in X]
    with pytest.raises(errors.NonFiniteError, match="holds NaN"):
        fit(kind, hidden)
    model, twin = (fit(kind, each, missing="interpolate") for each in (X, hidden))
    assert model.to_dict() == twin.to_dict()
    np.testing.assert_array_equal(model.predict_point(X[0]), twin.predict_point(hidden[0]))
    streams = model.stream(), twin.stream()
    for frame, masked in zip(X[0], hidden[0], strict=True):
        assert str(streams[0].step(frame)) == str(streams[1].step(masked))


def test_masked_arrays_in_containers_targets_and_distances():
    frames = np.ma.array([[1.0], [2.0], [4.0]], mask=[[False], [True], [False]])
    assert np.isnan(fs.DataSeries({"a": frames})["a"]).ravel().tolist() == [False, True, False]
    with pytest.raises(errors.NonFiniteError, match=r"target '1' holds NaN"):
        fs.LSTMRegressor().fit([[[0.0]]] * 3, frames[:, 0])
    with pytest.raises(errors.NonFiniteError, match="a: the series holds NaN"):
        fs.dtw(frames, [1.0, 2.0])
    assert fs.dtw(frames[[0, 2]], [1.0, 4.0]) == 0


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_is_a_table():
    X, _ = holed(0)
    matrices = [np.matrix(x) for x in X]
    assert fit("LSTMRegressor", matrices).to_dict() == fit("LSTMRegressor", X).to_dict()


@pytest.mark.parametrize("method", ["interpolate", "mask"])
def test_infinity_is_always_an_error(method):
    X, _ = holed()
    model = fit("LSTMRegressor", X, missing=method)
    bad = np.array([[0.0, np.inf], [NAN, 0.0]])
    with pytest.raises(errors.NonFiniteError, match="holds infinity"):
        model.predict([bad])
    with pytest.raises(errors.NonFiniteError, match="holds infinity"):
        model.predict_point(bad)
    with pytest.raises(errors.NonFiniteError, match="the frame holds inf"):
        model.stream().step([NAN, np.inf])


def test_a_dimension_without_any_number_is_an_error():
    X = [np.array([[0.0, NAN], [1.0, NAN]])] * 4
    with pytest.raises(errors.NonFiniteError, match="dimension 1 holds no number in any series"):
        fit("LSTMRegressor", X, missing="mask")


@pytest.mark.parametrize("value", ["fill", None, True, 3])
def test_missing_is_one_of_three(value):
    with pytest.raises(errors.ParameterError, match=r"missing is .* one of"):
        fit("LSTMRegressor", holed()[0], missing=value)
