"""One contract: scikit-learn's tools, copies and files, for every estimator of the family."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

import fluidseries as fs

SERIES = "series of unequal length"
POINTS = "points"
LSTM = {"hidden_size": 4, "max_iter": 3, "random_state": 0}


@dataclass(frozen=True)
class Member:
    """How a test makes one of the family and what it learns from."""

    kind: type
    parameters: dict[str, Any]
    source: str
    labels: bool
    grid: dict[str, list[Any]]

    def make(self) -> Any:
        return self.kind(**self.parameters)


FAMILY = [
    Member(fs.LSTMRegressor, LSTM, SERIES, False, {"hidden_size": [2, 4]}),
    Member(fs.LSTMClassifier, LSTM, SERIES, True, {"learn_rate": [0.001, 0.01]}),
    Member(fs.LSTMForecaster, LSTM, SERIES, False, {"differences": [False, True]}),
    Member(fs.DTWRegressor, {}, SERIES, False, {"num_neighbours": [1, 3]}),
    Member(fs.DTWClassifier, {}, SERIES, True, {"constraint": ["unconstrained", "itakura"]}),
    Member(fs.MLPRegressor, LSTM, POINTS, False, {"activation": ["tanh", "relu"]}),
    Member(fs.MLPClassifier, LSTM, POINTS, True, {"hidden_size": [2, 4]}),
]


def kind_of(member: Member) -> str:
    return member.kind.__name__


@pytest.fixture(params=FAMILY, ids=kind_of)
def member(request):
    return request.param


def corpus(member: Member, n: int = 18) -> tuple[Any, Any]:
    """As arrays: rising and falling series of 3 to 12 frames, or points left and right of 0."""
    rng = np.random.default_rng(4)
    up = np.arange(n) % 2 == 0
    if member.source == POINTS:
        X: Any = rng.normal(np.where(up, 1.0, -1.0)[:, None], 0.2, (n, 2))
    else:
        X = [
            np.linspace([0, 1], [1 if rises else -1, 0], length)
            for rises, length in zip(up, rng.integers(3, 13, n), strict=True)
        ]
    if member.labels:
        return X, np.where(up, "up", "down")
    if member.kind is fs.LSTMForecaster:
        return X, None
    return X, np.stack([np.where(up, 880.0, 220.0), rng.normal(size=n)], axis=1)


def as_containers(member: Member, X: Any, y: Any) -> tuple[Any, ...]:
    names = [f"take-{row}" for row in range(len(X))]
    kind = fs.DataSet if member.source == POINTS else fs.DataSeries
    source = kind(zip(names, X, strict=True))
    if y is None:
        return (source,)
    target: Any = fs.LabelSet if member.labels else fs.DataSet
    return source, target(zip(names, y.tolist(), strict=True))


def given(y: Any) -> tuple[Any, ...]:
    return () if y is None else (y,)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, list):
        return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    return one == other if isinstance(one, fs.DataSeries) else np.array_equal(one, other)


def test_clones_have_the_parameters_and_not_the_learning(member):
    X, y = corpus(member)
    model = member.make().fit(X, *given(y))
    check_is_fitted(model)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    with pytest.raises(SklearnNotFittedError, match="not fitted yet"):
        check_is_fitted(twin)
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        twin.predict(X)
    assert same(twin.fit(X, *given(y)).predict(X), model.predict(X))


def test_pickles_and_joblib_keep_the_answers(member, tmp_path):
    X, y = corpus(member)
    model = member.make().fit(X, *given(y))
    answers = model.predict(X)
    assert same(pickle.loads(pickle.dumps(model)).predict(X), answers)
    joblib.dump(model, tmp_path / "model.joblib")
    assert same(joblib.load(tmp_path / "model.joblib").predict(X), answers)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_models_predict_in_joblibs_workers(member, backend):
    X, y = corpus(member)
    model = member.make().fit(X, *given(y))
    answers = joblib.Parallel(n_jobs=2, backend=backend)(
        joblib.delayed(model.predict)(X) for _ in range(2)
    )
    assert all(same(one, model.predict(X)) for one in answers)


def test_tags_say_what_a_fit_takes(member):
    tags = member.make().__sklearn_tags__()
    forecasts = member.kind is fs.LSTMForecaster
    assert tags.target_tags.required is not forecasts
    assert tags.target_tags.multi_output is not (member.labels or forecasts)


def test_cross_validation(member):
    X, y = corpus(member)
    assert np.isfinite(cross_val_score(member.make(), X, y, cv=KFold(3))).all()
    if y is not None:
        answers = cross_val_predict(member.make(), X, y, cv=KFold(3))
        assert answers.shape == y.shape


@pytest.mark.parametrize("member", [one for one in FAMILY if one.labels], ids=kind_of)
def test_probabilities_in_cross_validation(member):
    X, y = corpus(member)
    shares = cross_val_predict(member.make(), X, y, cv=3, method="predict_proba")
    assert shares.shape == (18, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_grid_search(member):
    X, y = corpus(member)
    search = GridSearchCV(member.make(), member.grid, cv=KFold(2)).fit(X, *given(y))
    assert search.best_params_.keys() == member.grid.keys()
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(search.predict(X)) == len(X)


def test_pipeline(member):
    X, y = corpus(member)
    whole = Pipeline([("scale", fs.Standardize()), ("model", member.make())])
    answers = whole.fit(X, *given(y)).predict(X)
    assert len(answers) == len(X)
    searched = GridSearchCV(whole, {f"model__{k}": v for k, v in member.grid.items()}, cv=KFold(2))
    assert len(searched.fit(X, *given(y)).predict(X)) == len(X)


def test_one_model_file_for_all(member, tmp_path):
    X, y = corpus(member)
    source, *target = as_containers(member, X, y)
    model = member.make().fit(source, *target)
    model.write(tmp_path / "model.json")
    again = fs.read_model(tmp_path / "model.json")
    assert type(again) is member.kind
    assert again.get_params() == model.get_params()
    assert same(again.predict(source), model.predict(source))
    model.clear()
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        model.predict(source)


def test_containers_come_back_with_their_identifiers(member):
    X, y = corpus(member)
    source, *target = as_containers(member, X, y)
    answers = member.make().fit(source, *target).predict(source)
    assert sorted(answers) == sorted(source)
    assert isinstance(answers, type(target[0]) if target else fs.DataSeries)
