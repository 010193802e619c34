"""Dynamic time warping against tslearn and by its own rules, and the models of nearest examples."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

import fluidseries as fs
from fluidseries import errors

from conftest import tones


def series(seed: int, length: int, dims: int = 2) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).normal(size=(length, dims)), axis=0)


def plain_dtw(a: np.ndarray, b: np.ndarray) -> float:
    """The recurrence, cell by cell."""
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            before = min(total[i, j], total[i, j + 1], total[i + 1, j])
            total[i + 1, j + 1] = ((x - y) ** 2).sum() + before
    return float(np.sqrt(total[-1, -1]))


lengths = st.integers(1, 25)


@settings(max_examples=60)
@given(n=lengths, m=lengths, dims=st.integers(1, 5), seed=st.integers(0, 99))
def test_dtw_is_the_recurrence_and_its_path_is_as_long(n, m, dims, seed):
    a, b = series(seed, n, dims), series(seed + 1000, m, dims)
    distance = fs.dtw(a, b)
    assert distance == pytest.approx(plain_dtw(a, b), rel=1e-9)
    assert fs.dtw(b, a) == pytest.approx(distance, rel=1e-9)
    assert fs.dtw(a, a) == 0
    path, along = fs.dtw_path(a, b)
    assert along == pytest.approx(distance, rel=1e-9)
    assert np.sqrt(((a[path[:, 0]] - b[path[:, 1]]) ** 2).sum()) == pytest.approx(distance)
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [n - 1, m - 1]
    steps = {tuple(step) for step in np.diff(path, axis=0)}
    assert steps <= {(0, 1), (1, 0), (1, 1)}


@settings(max_examples=40)
@given(
    n=st.integers(2, 25), m=st.integers(2, 25), radius=st.integers(0, 8), seed=st.integers(0, 99)
)
def test_dtw_equals_tslearn(n, m, radius, seed):
    metrics = pytest.importorskip("tslearn.metrics", reason="tslearn is what dtw is compared with")
    a, b = series(seed, n), series(seed + 1000, m)
    assert fs.dtw(a, b) == pytest.approx(metrics.dtw(a, b), rel=1e-9)
    theirs = metrics.dtw(a, b, global_constraint="sakoe_chiba", sakoe_chiba_radius=radius)
    assert fs.dtw(a, b, window=radius) == pytest.approx(theirs, rel=1e-9)


@settings(max_examples=60)
@given(
    n=st.integers(2, 25),
    m=st.integers(2, 25),
    slope=st.sampled_from([1.0, 1.2, 1.5, 2.0, 3.0]),
    seed=st.integers(0, 99),
)
def test_itakura_equals_tslearn(n, m, slope, seed):
    metrics = pytest.importorskip("tslearn.metrics", reason="tslearn is what dtw is compared with")
    a, b = series(seed, n), series(seed + 1000, m)
    distance = fs.dtw(a, b, itakura=slope)
    constraint = {"global_constraint": "itakura", "itakura_max_slope": slope}
    if np.isinf(distance):
        # It warns that there is no path.
        with pytest.raises(RuntimeWarning, match="no admissible path"):
            metrics.dtw(a, b, **constraint)
    else:
        assert distance == pytest.approx(metrics.dtw(a, b, **constraint), rel=1e-9)


@settings(max_examples=60)
@given(n=lengths, m=lengths, seed=st.integers(0, 99), share=st.floats(0, 2))
def test_beyond_its_bound_a_distance_is_infinite(n, m, seed, share):
    a, b = series(seed, n), series(seed + 1000, m)
    distance = fs.dtw(a, b)
    bounded = fs.dtw(a, b, bound=share * distance)
    assert bounded == (distance if distance <= share * distance else np.inf)
    assert fs.dtw(a, b, bound=distance) == distance


@pytest.mark.parametrize("constraint", [{}, {"window": 3}, {"itakura": 3.0}])
def test_all_distances_are_those_of_the_pairs(constraint):
    source, _ = tones(6)
    X, others = list(source.values()), list(tones(4, seed=5)[0].values())
    within = fs.dtw_distances(source, **constraint)
    between = fs.dtw_distances(X, others, n_jobs=2, **constraint)
    assert within.shape == (6, 6)
    assert between.shape == (6, 4)
    np.testing.assert_allclose(within, [[fs.dtw(x, y, **constraint) for y in X] for x in X])
    np.testing.assert_allclose(between, [[fs.dtw(x, y, **constraint) for y in others] for x in X])
    np.testing.assert_array_equal(fs.dtw_distances(X, X, n_jobs=1, **constraint), within)


def test_distances_of_a_real_corpus_are_those_of_tslearn():
    metrics = pytest.importorskip("tslearn.metrics", reason="tslearn is what dtw is compared with")
    voices = fs.datasets.japanese_vowels()
    X = [voices.train[name] for name in voices.train.get_ids()[:20]]
    unseen = [voices.test[name] for name in voices.test.get_ids()[:15]]
    theirs = [[metrics.dtw(x, y) for y in unseen] for x in X]
    np.testing.assert_allclose(fs.dtw_distances(X, unseen), theirs, rtol=1e-9)


def test_a_constraint_never_shortens_and_a_wide_one_does_nothing():
    a, b = series(1, 30), series(2, 25)
    free = fs.dtw(a, b)
    narrow = [fs.dtw(a, b, window=w) for w in range(40)]
    assert narrow == sorted(narrow, reverse=True)
    assert narrow[-1] == pytest.approx(free)
    assert fs.dtw(a, b, itakura=2.0) >= free
    assert fs.dtw(a[:20], a[:2], itakura=1.5) == np.inf
    assert len(fs.dtw_path(a[:20], a[:2], itakura=1.5)[0]) == 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fs.dtw([[1.0]], [[1.0, 2.0]]), errors.DimensionError, "a has 1 dim.* b has 2"),
        (lambda: fs.dtw([np.nan], [1.0]), errors.NonFiniteError, "a: the series holds NaN"),
        (lambda: fs.dtw([1.0], []), errors.EmptyError, "b: the series has no frames"),
        (lambda: fs.dtw([1.0], ["x"]), errors.InputError, "b is not a table of numbers"),
        (lambda: fs.dtw([1.0], [1.0], window=-1), errors.ParameterError, "must be 0 or more"),
        (lambda: fs.dtw([1.0], [1.0], itakura=0.5), errors.ParameterError, "must be 1 or more"),
        (lambda: fs.dtw([1.0], [1.0], 3, itakura=2), errors.ParameterError, "give one of them"),
        (lambda: fs.dtw([1.0], [1.0], bound=-1), errors.ParameterError, "bound is -1"),
        (lambda: fs.dtw([1.0], [1.0], bound=np.nan), errors.ParameterError, "bound is nan"),
        (lambda: fs.dtw_distances([]), errors.EmptyError, "no series"),
        (
            lambda: fs.dtw_distances([[[1.0]]], [[[1.0, 2.0]]]),
            errors.DimensionError,
            "source has 1 dim.* other has 2",
        ),
    ],
)
def test_what_cannot_be_compared_is_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_nearest_in_a_container():
    source, target = tones(15)
    X = list(source.values())
    query = tones(1, seed=9)[0]["tone-0"]
    distances = sorted((plain_dtw(query, x), name) for name, x in source.items())
    assert source.k_nearest(query, 4) == [name for _, name in distances[:4]]
    assert source.k_nearest_dist(query, 4) == pytest.approx([d for d, _ in distances[:4]])
    assert source.k_nearest(X[3]) == ["tone-3"]
    assert len(source.k_nearest(query, 99)) == 15
    points = sorted((np.linalg.norm(p - [500, 1]), name) for name, p in target.items())
    assert target.k_nearest([500.0, 1.0], 3) == [name for _, name in points[:3]]
    assert target.k_nearest_dist([500.0, 1.0], 3) == pytest.approx([d for d, _ in points[:3]])
    for empty, one in ((fs.DataSeries(), [[1.0]]), (fs.DataSet(), [1.0])):
        with pytest.raises(errors.EmptyError, match="nothing to compare with"):
            empty.k_nearest(one)
    for container, one in ((source, query), (target, [1.0, 2.0])):
        with pytest.raises(errors.ParameterError, match="k is 0"):
            container.k_nearest(one, 0)
    with pytest.raises(errors.DimensionError, match="3 dim"):
        target.k_nearest([1.0, 2.0, 3.0])


# The models


def labelled(n: int = 24, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    _, X, y = fs.join(*tones(n, seed))
    return X, np.where(y[:, 0] > 700, "fast", "slow")


def brute_force(X, queries, k: int) -> np.ndarray:
    mean, scale = np.concatenate(X).mean(0), np.concatenate(X).std(0)
    table = [[plain_dtw((q - mean) / scale, (x - mean) / scale) for x in X] for q in queries]
    return np.argsort(table, axis=1, kind="stable")[:, :k]


def test_the_nearest_are_those_of_brute_force():
    X, y = labelled()
    queries, _ = labelled(6, seed=1)
    model = fs.DTWClassifier(num_neighbours=1).fit(X, y)
    assert model.predict(queries).tolist() == y[brute_force(X, queries, 1)[:, 0]].tolist()
    three = fs.DTWClassifier(num_neighbours=3).fit(X, y).predict_proba(queries)
    for row, nearest in zip(three, brute_force(X, queries, 3), strict=True):
        assert (row > 0).tolist() == [label in y[nearest] for label in ("fast", "slow")]
        assert row.sum() == pytest.approx(1)


@pytest.mark.parametrize("n_jobs", [1, 2, None])
def test_threads_and_order_change_nothing(n_jobs):
    X, y = labelled()
    expected = fs.DTWClassifier(n_jobs=1).fit(X, y).predict_proba(X)
    got = fs.DTWClassifier(n_jobs=n_jobs).fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(got, expected)


def test_containers_points_and_examples_themselves():
    source, target = tones(12)
    model = fs.DTWRegressor().fit(source, target)
    answers = model.predict(source)
    assert isinstance(answers, fs.DataSet)
    for name in source:
        np.testing.assert_allclose(answers[name], target[name])
        np.testing.assert_allclose(model.predict_point(source[name]), target[name])
    assert model.score(source, target) == pytest.approx(1)
    # Stretching hides how fast a tone is; how large it is stays.
    sizes = [fs.DataSet({n: p[1:] for n, p in tones(60, seed)[1].items()}) for seed in (0, 3)]
    model.fit(tones(60)[0], sizes[0])
    assert model.score(tones(60, seed=3)[0], sizes[1]) > 0.7
    X = list(source.values())
    assert fs.DTWRegressor().fit(X, np.arange(12.0)).predict(X).shape == (12,)
    labels = fs.LabelSet({name: "fast" if target[name][0] > 700 else "slow" for name in source})
    named = fs.DTWClassifier().fit(source, labels)
    assert named.predict(source) == labels
    assert named.score(source, labels) == 1
    assert isinstance(named.predict_proba(source), fs.DataSet)


@pytest.mark.parametrize("kind", [fs.DTWClassifier, fs.DTWRegressor])
def test_the_familys_contract(kind, tmp_path):
    X, y = labelled()
    y = y if kind is fs.DTWClassifier else np.arange(len(X), dtype=float)
    model = kind(num_neighbours=2, constraint="sakoe_chiba", constraint_param=4).fit(X, y)
    expected = model.predict(X)
    assert clone(model).get_params() == model.get_params()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), expected)
    model.write(tmp_path / "m.json")
    np.testing.assert_array_equal(fs.read_model(tmp_path / "m.json").predict(X), expected)
    assert np.isfinite(cross_val_score(kind(), X, y, cv=2)).all()
    assert len(cross_val_predict(kind(), X, y, cv=2)) == len(X)
    search = GridSearchCV(kind(), {"num_neighbours": [1, 2]}, cv=2).fit(X, y)
    assert len(search.predict(X)) == len(X)
    model.clear()
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        model.predict(X)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (fs.DTWClassifier, None),
        (fs.DTWClassifier, ["a"]),
        (fs.DTWClassifier, 7),
        (fs.DTWClassifier, 0.5),
        (fs.DTWRegressor, "x"),
        (fs.DTWRegressor, [1.0, 2.0]),
        (fs.DTWRegressor, [10**400]),
        (fs.DTWRegressor, [None]),
        (fs.DTWRegressor, []),
    ],
)
def test_a_file_with_an_answer_that_is_none_is_refused(kind, answer):
    answers = ["a", "b"] if kind is fs.DTWClassifier else [1.0, 2.0]
    content = kind().fit([[[0.0]], [[1.0]]], answers).to_dict()
    assert kind.from_dict(content).predict([[[1.0]]])[0] == answers[1]
    content["learned"]["answers"][0] = answer
    with pytest.raises(errors.FormatError, match="its content is damaged"):
        kind.from_dict(content)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"num_neighbours": 0}, "num_neighbours is 0"),
        ({"constraint": "free"}, "constraint is 'free': it must be one of"),
        ({"constraint": ["itakura"]}, r"constraint is \['itakura'\]: it must be one of"),
        ({"constraint": "itakura", "constraint_param": 0.5}, "constraint_param is 0.5"),
        ({"constraint": "sakoe_chiba", "constraint_param": None}, "needs a number from 0 up"),
    ],
)
def test_a_parameter_out_of_range_is_named(parameters, message):
    with pytest.raises(errors.ParameterError, match=message):
        fs.DTWClassifier(**parameters).fit([[[1.0]]], ["a"])


def test_one_target_per_frame_is_another_models_work():
    with pytest.raises(errors.InputTypeError, match="use LSTMRegressor for one per frame"):
        fs.DTWRegressor().fit([[[1.0]]], [[[1.0]]])


def test_speakers_by_their_nearest_utterance():
    data = fs.datasets.japanese_vowels()
    model = fs.DTWClassifier(num_neighbours=1).fit(data.train, data.train_speakers)
    assert model.score(data.test, data.test_speakers) > 0.94
