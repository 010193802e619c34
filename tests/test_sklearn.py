"""scikit-learn's tools work on lists of arrays of unequal length."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone, is_regressor
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

import fluidseries as fs
from fluidseries.models.parameters import n_threads

from conftest import tones


@pytest.fixture(scope="module")
def arrays():
    _, X, y = fs.join(*tones(30))
    return X, y


def regressor(**parameters) -> fs.LSTMRegressor:
    return fs.LSTMRegressor(**{"hidden_size": 6, "max_iter": 3, "random_state": 0, **parameters})


def test_parameters_can_be_read_set_and_cloned(arrays):
    model = regressor(validation=0.1).fit(*arrays)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    with pytest.raises(SklearnNotFittedError, match="not fitted yet"):
        check_is_fitted(twin)
    check_is_fitted(model)
    assert model.set_params(learn_rate=0.5).learn_rate == 0.5
    assert is_regressor(model)


def test_init_only_stores():
    size = [3, 4]
    model = fs.LSTMRegressor(hidden_size=size, max_iter="many")
    assert model.hidden_size is size
    assert model.max_iter == "many"


def test_a_pickled_model_predicts_and_learns_on(arrays):
    X, y = arrays
    model = regressor().fit(X, y)
    model.predict_point(X[0])
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict(X), model.predict(X))
    assert twin.fit(X, y).loss_curve_ == model.fit(X, y).loss_curve_


def test_cross_validation_and_grid_search(arrays):
    X, y = arrays
    assert np.isfinite(cross_val_score(regressor(), X, y, cv=3)).all()
    assert cross_val_predict(regressor(), X, y, cv=KFold(3)).shape == (30, 2)
    search = GridSearchCV(regressor(), {"hidden_size": [2, 6], "learn_rate": [1e-6, 0.03]}, cv=3)
    search.fit(X, y)
    assert search.best_params_["learn_rate"] == 0.03
    assert search.predict(X).shape == (30, 2)


def test_in_a_pipeline(arrays):
    X, y = arrays
    whole = Pipeline([("model", regressor())]).fit(X, y)
    np.testing.assert_array_equal(whole.predict(X), regressor().fit(X, y).predict(X))


def test_one_thread_inside_a_joblib_worker():
    assert n_threads(None) >= 1
    for backend in ("loky", "threading"):
        inside = joblib.Parallel(n_jobs=2, backend=backend)(
            joblib.delayed(n_threads)(jobs) for jobs in (None, -1, 3)
        )
        assert inside == [1, 1, 3]


def test_a_search_over_processes(arrays):
    X, y = arrays
    scores = cross_val_score(regressor(), X, y, cv=2, n_jobs=2)
    np.testing.assert_allclose(scores, cross_val_score(regressor(), X, y, cv=2))


def test_score_is_r2_over_containers_and_arrays():
    source, target = tones(30)
    _, X, y = fs.join(source, target)
    model = regressor(max_iter=20).fit(source, target)
    residual = ((model.predict(X) - y) ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    assert model.score(source, target) == pytest.approx(1 - residual.mean())
    assert model.score(X, y) == pytest.approx(1 - residual.mean())
