"""MLPRegressor and MLPClassifier: learning on, answers, errors, scikit-learn's tools."""

from __future__ import annotations

import pickle
import threading

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.neural_network import MLPRegressor as SklearnRegressor
from sklearn.pipeline import Pipeline

import fluidseries as fs
from fluidseries import errors
from fluidseries.models.layers import ACTIVATIONS, Layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = np.stack([X.sum(axis=1) * 100 + 1000, X[:, 0] ** 2], axis=1)
NAMES = np.array(["dark", "grey", "bright"])[np.digitize(X[:, 1], [-0.5, 0.5])]
IDS = [f"sound-{row:02d}" for row in range(40)]
KINDS = {fs.MLPRegressor: Y, fs.MLPClassifier: NAMES}

both = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def small(kind, **parameters):
    return kind(**{"hidden_size": 8, "max_iter": 15, "random_state": 0, **parameters})


def answers(model, points=X):
    return model.predict_proba(points) if is_classifier(model) else model.predict(points)


def sets(order=None):
    """The points in containers."""
    rows = range(40) if order is None else order
    source = fs.DataSet((IDS[row], X[row]) for row in rows)
    return source, fs.DataSet(zip(IDS, Y, strict=True)), fs.LabelSet(zip(IDS, NAMES, strict=True))


# What it learns


def test_a_mapping_is_learned():
    model = fs.MLPRegressor(max_iter=100, random_state=0).fit(X, Y)
    assert model.loss_ < 0.01
    assert model.score(X, Y) > 0.99
    assert model.loss_ == pytest.approx(
        (((model.predict(X) - Y) / Y.std(axis=0)) ** 2).mean(), rel=1e-9
    )


def test_labels_are_learned():
    model = fs.MLPClassifier(max_iter=100, random_state=0).fit(X, NAMES)
    assert model.score(X, NAMES) == 1.0
    assert model.classes_.tolist() == ["bright", "dark", "grey"]
    right = model.predict_proba(X)[np.arange(40), np.searchsorted(model.classes_, NAMES)]
    assert model.loss_ == pytest.approx(-np.log(right).mean(), rel=1e-9)


def test_containers_join_by_identifier_and_order_changes_nothing():
    shuffled = RNG.permutation(40)
    for kind, place in ((fs.MLPRegressor, 1), (fs.MLPClassifier, 2)):
        straight, mixed = sets(), sets(shuffled)
        one = small(kind).fit(straight[0], straight[place])
        two = small(kind).fit(mixed[0], mixed[place])
        np.testing.assert_array_equal(answers(one), answers(two))
        np.testing.assert_array_equal(answers(one), answers(small(kind).fit(X, KINDS[kind])))


@both
def test_a_point_is_answered_as_in_a_table(kind):
    model = small(kind).fit(X, KINDS[kind])
    for row, point in enumerate(X[:5]):
        if kind is fs.MLPClassifier:
            assert model.predict_point(point) == model.predict(X)[row]
            np.testing.assert_allclose(
                model.predict_point_proba(list(point)), answers(model)[row], rtol=1e-12
            )
        else:
            np.testing.assert_allclose(model.predict_point(point), answers(model)[row], rtol=1e-12)


def test_what_comes_out_follows_what_came_in():
    source, points, labels = sets()
    regressor, classifier = small(fs.MLPRegressor), small(fs.MLPClassifier)
    assert regressor.fit(X, Y[:, 0]).predict(X).shape == (40,)
    assert regressor.fit(X, Y[:, :1]).predict(X).shape == (40, 1)
    regressor.clear()
    predicted = regressor.fit(source, points).predict(source)
    assert isinstance(predicted, fs.DataSet)
    assert predicted.get_ids() == source.get_ids()
    np.testing.assert_array_equal(predicted["sound-03"], regressor.predict(X)[3])
    named = classifier.fit(source, labels).predict(source)
    assert isinstance(named, fs.LabelSet)
    assert list(named.values()) == classifier.predict(X).tolist()
    shares = classifier.predict_proba(source)
    assert isinstance(shares, fs.DataSet)
    assert shares.n_dims == 3
    assert classifier.score(source, labels) == classifier.score(X, NAMES)
    assert regressor.score(source, points) == regressor.score(X, Y)


# Going on


@both
def test_two_fits_are_one_long_fit(kind):
    bursts, long = small(kind), small(kind, max_iter=30)
    bursts.fit(X, KINDS[kind]).fit(X, KINDS[kind])
    long.fit(X, KINDS[kind])
    np.testing.assert_allclose(answers(bursts), answers(long), rtol=1e-9)
    assert bursts.loss_curve_ == pytest.approx(long.loss_curve_)
    assert bursts.n_iter_ == 30
    bursts.partial_fit(X, KINDS[kind])
    assert bursts.n_iter_ == 31


@both
def test_what_starts_afresh(kind):
    y = KINDS[kind]
    model = small(kind).fit(X, y)
    first = model.loss_curve_
    assert model.set_params(warm_start=False).fit(X, y).loss_curve_ == first
    assert model.fit(X[:, :2], y).n_iter_ == 15
    model.set_params(warm_start=True)
    with pytest.warns(errors.FluidSeriesWarning, match="afresh: the source has .* learned has 2"):
        model.fit(X, y)
    assert model.n_iter_ == 15
    for changes in ({"hidden_size": (4, 4)}, {"activation": "tanh"}, {"hidden_size": ()}):
        model.set_params(**changes)
        with pytest.raises(fs.NotFittedError, match="set them back, or call fit to start afresh"):
            model.predict(X)
        assert model.fit(X, y).n_iter_ == 15
    model.clear()
    with pytest.raises(fs.NotFittedError, match=f"this {kind.__name__} has not learned anything"):
        model.predict(X)
    assert model.fit(X, y).n_iter_ == 15


def test_a_regressor_with_another_number_of_outputs_starts_afresh():
    model = small(fs.MLPRegressor).fit(X, Y)
    with pytest.warns(errors.FluidSeriesWarning, match="afresh: the target has 1 dimension, "):
        model.fit(X, Y[:, 0])
    assert model.n_iter_ == 15
    assert model.n_outputs_ == 1


@pytest.mark.parametrize("counts", [(1, 2), (2, 3), (1, 3), (2, 5)])
def test_a_new_label_is_learned_and_the_old_ones_stay(counts):
    old, new = (np.array([f"label-{row % n}" for row in range(40)]) for n in counts)
    model = small(fs.MLPClassifier, hidden_size=16).fit(X, old)
    before = model.predict_proba(X)
    # Before the first step the old labels stand to each other as they stood.
    model.set_params(learn_rate=1e-12, max_iter=1).fit(X, new)
    after = model.predict_proba(X)[:, : counts[0]]
    np.testing.assert_allclose(after / after.sum(axis=1, keepdims=True), before, atol=1e-9)
    assert model.classes_.tolist() == sorted(set(new))
    model.set_params(learn_rate=0.05, max_iter=80).fit(X, new)
    assert model.score(X, new) > 0.8


def test_a_label_that_is_gone_is_kept_in_mind():
    model = small(fs.MLPClassifier, max_iter=50).fit(X, NAMES)
    known = model.predict_proba(X)
    rest = NAMES != "grey"
    model.set_params(learn_rate=1e-12, max_iter=1).fit(X[rest], NAMES[rest])
    assert model.classes_.tolist() == ["bright", "dark"]
    assert set(model.predict(X)) == {"bright", "dark"}
    model = fs.MLPClassifier.from_dict(model.to_dict())
    np.testing.assert_allclose(model.fit(X, NAMES).predict_proba(X), known, atol=1e-9)


def test_numbers_as_labels_and_text_after_them():
    numbers = np.arange(40) % 3
    model = small(fs.MLPClassifier).fit(X, numbers)
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.predict(X).dtype.kind == "i"
    assert fs.MLPClassifier.from_dict(model.to_dict()).classes_.tolist() == [0, 1, 2]
    with pytest.warns(errors.FluidSeriesWarning, match="afresh: the labels are of type str"):
        model.fit(X, NAMES)
    assert model.n_iter_ == 15


@pytest.mark.parametrize("n_labels", [1, 2, 40])
def test_any_number_of_labels(n_labels):
    labels = [f"é{row % n_labels}" for row in range(40)]
    model = fs.MLPClassifier(32, 80, 0.05, random_state=0).fit(X, labels)
    assert model.predict_proba(X).shape == (40, n_labels)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.score(X, labels) > 0.9


def test_none_of_these():
    model = small(fs.MLPClassifier, threshold=0.9, reject_label="?").fit(X, NAMES)
    sure = model.predict_proba(X).max(axis=1) >= 0.9
    assert (model.predict(X) == "?").tolist() == (~sure).tolist()
    assert 0 < model.score(X, NAMES) < 1
    assert model.predict_point(X[np.argmin(sure)]) == "?"


# Held-out points, callbacks, and what a fit leaves when it ends early


@both
def test_held_out_points_choose_the_epoch(kind):
    model = small(kind, validation=0.3, max_iter=60, learn_rate=0.2).fit(X, KINDS[kind])
    assert len(model.validation_curve_) == 60
    assert min(model.validation_curve_) < model.validation_curve_[-1]
    # The kept epoch is the best one: a fit that stops there has the same answers.
    best = int(np.argmin(model.validation_curve_)) + 1
    short = small(kind, validation=0.3, max_iter=best, learn_rate=0.2).fit(X, KINDS[kind])
    np.testing.assert_array_equal(answers(short), answers(model))


def test_held_out_points_are_never_learned_from():
    """Targets of held-out points may be anything."""
    plain = small(fs.MLPRegressor, validation=0.3).fit(X, Y)
    strange = Y.copy()
    curve = plain.validation_curve_
    learned = plain.to_dict()["learned"]
    from fluidseries.holding_out import is_held_out

    out = [is_held_out(str(row), learned["split"]["seed"], 0.3) for row in range(40)]
    strange[out] += 1e6
    other = small(fs.MLPRegressor, validation=0.3).fit(X, strange)
    assert 0 < sum(out) < 40
    assert other.loss_curve_ == plain.loss_curve_
    assert other.validation_curve_ != curve


def test_validation_with_few_points():
    with pytest.warns(errors.FluidSeriesWarning, match="with 10 points all are needed"):
        model = small(fs.MLPRegressor, validation=0.2).fit(X[:10], Y[:10])
    with pytest.raises(fs.NotFittedError, match="nothing was held out"):
        _ = model.validation_curve_


@both
def test_the_callback_hears_every_epoch_and_may_stop(kind):
    heard = []

    def listen(epoch, batch, loss, held):
        heard.append((epoch, batch, loss, held))
        return epoch == 4

    model = small(kind).fit(X, KINDS[kind], callback=listen)
    assert [entry[:2] for entry in heard] == [(epoch, 0) for epoch in range(5)]
    assert [entry[2] for entry in heard] == model.loss_curve_
    assert heard[0][3] is None
    small(kind, validation=0.3).fit(X, KINDS[kind], callback=listen)
    assert heard[-1][3] > 0


def test_ctrl_c_keeps_the_last_epoch(monkeypatch):
    calls = []
    step = SklearnRegressor._backprop

    def interrupted(self, *arguments):
        calls.append(1)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return step(self, *arguments)

    monkeypatch.setattr(SklearnRegressor, "_backprop", interrupted)
    model = small(fs.MLPRegressor, batch_size=10)
    with pytest.raises(KeyboardInterrupt), pytest.warns(UserWarning, match="interrupted"):
        model.fit(X, Y)
    monkeypatch.undo()
    # One step to begin with, four in an epoch: the third was not finished.
    assert model.n_iter_ == 2
    short = small(fs.MLPRegressor, batch_size=10, max_iter=2).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), short.predict(X))


@both
def test_predictions_while_another_thread_fits(kind):
    model = small(kind).fit(X, KINDS[kind])
    old = answers(model)
    inside, go_on = threading.Event(), threading.Event()

    def wait(epoch, *_):
        if epoch == 0:
            inside.set()
            assert go_on.wait(10)

    thread = threading.Thread(target=model.fit, args=(X, KINDS[kind], wait))
    thread.start()
    assert inside.wait(10)
    try:
        assert not np.array_equal(answers(model), old)
        with pytest.raises(errors.BusyError, match="a fit of this model is running"):
            model.fit(X, KINDS[kind])
        with pytest.raises(errors.BusyError, match="cannot clear now"):
            model.clear()
    finally:
        go_on.set()
        thread.join()
    assert model.n_iter_ == 30


def test_a_line_per_epoch(capsys):
    small(fs.MLPRegressor, max_iter=2, verbose=1, validation=0.3).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1", "epoch 2"]
    assert "held out" in lines[0]


# Scaling


@given(
    st.lists(st.floats(0.01, 1e6), min_size=3, max_size=3),
    st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3),
)
@settings(max_examples=10)
def test_units_change_nothing(scale, offset):
    """Standardised inside, so a target in cents learns as one in semitones does."""
    plain = small(fs.MLPRegressor, max_iter=5).fit(X, Y)
    moved = small(fs.MLPRegressor, max_iter=5).fit(X * scale + offset, Y * scale[0] + offset[0])
    np.testing.assert_allclose(
        moved.predict(X * scale + offset), plain.predict(X) * scale[0] + offset[0], rtol=1e-4,
        atol=1e-4 * scale[0],
    )  # fmt: skip


def test_without_scaling_points_go_in_as_they_are():
    model = small(fs.MLPRegressor, standardize=False, hidden_size=()).fit(X, Y)
    layer = model.to_flucoma()["layers"][0]
    np.testing.assert_allclose(
        model.predict(X), X @ np.array(layer["weights"]) + layer["biases"], rtol=1e-12
    )


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
def test_every_activation_learns(activation):
    model = fs.MLPRegressor(16, 60, 0.02, activation=activation, random_state=0).fit(X, Y)
    assert model.loss_ < (0.6 if activation == "identity" else 0.15)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


# scikit-learn's tools


@both
def test_copies(kind):
    model = small(kind).fit(X, KINDS[kind])
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        twin.predict(X)
    other = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(answers(other), answers(model))
    assert other.fit(X, KINDS[kind]).loss_curve_ == model.fit(X, KINDS[kind]).loss_curve_


def test_what_they_are():
    assert is_regressor(fs.MLPRegressor())
    assert is_classifier(fs.MLPClassifier())
    size = [3, 4]
    model = fs.MLPClassifier(hidden_size=size, max_iter="many")
    assert model.hidden_size is size
    assert model.max_iter == "many"


@both
def test_searches_and_pipelines(kind):
    y = KINDS[kind]
    assert np.isfinite(cross_val_score(small(kind), X, y, cv=2)).all()
    assert len(cross_val_predict(small(kind), X, y, cv=2)) == 40
    search = GridSearchCV(
        small(kind), {"learn_rate": [1e-9, 0.03], "hidden_size": [4, (4, 4)]}, cv=3
    )
    assert search.fit(X, y).best_params_["learn_rate"] == 0.03
    whole = Pipeline([("scale", fs.Normalize()), ("model", small(kind))]).fit(X, y)
    assert whole.score(X, y) > 0.3
    with joblib.parallel_backend("threading"):
        scores = cross_val_score(small(kind), X, y, cv=2, n_jobs=2)
    np.testing.assert_allclose(scores, cross_val_score(small(kind), X, y, cv=2))


def test_predict_proba_is_used_by_scorers():
    scores = cross_val_score(small(fs.MLPClassifier), X, NAMES, cv=2, scoring="neg_log_loss")
    assert np.isfinite(scores).all()


@both
def test_random_states(kind):
    y = KINDS[kind]
    one, two = small(kind, random_state=3).fit(X, y), small(kind, random_state=3).fit(X, y)
    assert one.loss_curve_ == two.loss_curve_
    assert small(kind, random_state=4).fit(X, y).loss_curve_ != one.loss_curve_
    for state in (np.random.default_rng(1), np.random.RandomState(1), np.int64(3), None):
        model = small(kind, random_state=state, max_iter=2).fit(X, y)
        assert type(model).from_dict(model.to_dict()).loss_ == model.loss_


# Errors: every one leaves the model as it was


@both
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hidden_size", 0, "hidden_size is 0: it must be a whole number from 1"),
        ("activation", "swish", "activation is 'swish': it must be one of identity, sigmoid"),
        ("max_iter", 0, "max_iter is 0: it must be a whole number from 1 up"),
        ("learn_rate", 1.5, "learn_rate is 1.5: it must be above 0 and at most 1"),
        ("batch_size", "many", "batch_size is 'many': it must be"),
        ("validation", 1.0, "validation is 1.0: it must be a fraction from 0 to below 1"),
        ("momentum", -0.1, "momentum is -0.1: it must be a fraction from 0 to below 1"),
        ("momentum", True, "momentum is True: it must be a fraction from 0 to below 1"),
    ],
)
def test_parameters_outside_their_range(kind, name, value, message):
    model = small(kind).fit(X, KINDS[kind])
    before = model.loss_curve_
    old = getattr(model, name)
    model.set_params(**{name: value})
    with pytest.raises(errors.ParameterError, match=message):
        model.fit(X, KINDS[kind])
    assert model.set_params(**{name: old}).loss_curve_ == before


def test_a_threshold_outside_its_range():
    model = small(fs.MLPClassifier).fit(X, NAMES).set_params(threshold=2)
    with pytest.raises(errors.ParameterError, match="threshold is 2: it must be from 0 to 1"):
        model.predict(X)


BAD_SOURCES = {
    "one point": (X[0], errors.DimensionError, "use predict_point for one point"),
    "3-D": (X[None], errors.DimensionError, r"points have \(n_points, n_dims\): give a table"),
    "NaN": (np.where(X > 2, np.nan, X), errors.NonFiniteError, r"the source, row \d+ holds NaN"),
    "nothing": (np.empty((0, 3)), errors.EmptyError, "the source has no points"),
    "no dimensions": (np.empty((40, 0)), errors.DimensionError, "0 dimensions per point"),
    "text": ([["a"]], errors.InputTypeError, "where numbers are needed"),
    "one text": ("abc", errors.InputTypeError, "the source is of type str"),
    "a number": (3.0, errors.InputTypeError, "the source is of type float"),
    "series": (fs.DataSeries({"a": [[1.0]]}), errors.InputTypeError, "use an LSTM for series"),
    "labels": (fs.LabelSet({"a": "b"}), errors.InputTypeError, "the source is of type LabelSet"),
    "empty": (fs.DataSet(), errors.EmptyError, "the source is an empty DataSet"),
    "NaN in a set": (
        fs.DataSet({"a": [1.0, np.inf]}), errors.NonFiniteError,
        r"point 'a' holds infinity \(dimension 1\)",
    ),
}  # fmt: skip


@both
@pytest.mark.parametrize("name", BAD_SOURCES)
def test_sources_that_cannot_be_used(kind, name):
    source, error, message = BAD_SOURCES[name]
    model = small(kind).fit(X, KINDS[kind])
    before = model.to_dict()
    for call in (model.predict, lambda source: model.fit(source, KINDS[kind])):
        with pytest.raises(error, match=message):
            call(source)
    assert model.to_dict() == before


@both
def test_other_dimensions_than_the_model_knows(kind):
    model = small(kind).fit(X, KINDS[kind])
    with pytest.raises(errors.DimensionError, match=r"the source has 2 dimensions.*fitted on 3"):
        model.predict(X[:, :2])
    with pytest.raises(errors.DimensionError, match="the point has 1 dimension, but"):
        model.predict_point([1.0])
    with pytest.raises(errors.DimensionError, match=r"the point has shape \(40, 3\)"):
        model.predict_point(X)
    with pytest.raises(errors.NonFiniteError, match=r"the point holds NaN \(dimension 2\)"):
        model.predict_point([1.0, 2.0, np.nan])
    with pytest.raises(errors.InputTypeError, match="use predict for all"):
        model.predict_point(fs.DataSet({"a": [1.0, 2.0, 3.0]}))
    with pytest.raises(errors.InputError, match="lies too far from the training data"):
        small(kind).fit(X * 1e-300, KINDS[kind]).predict_point([1e300, 0, 0])


SOURCE, POINTS, LABELS = sets()
BAD_TARGETS = {
    "labels": (fs.MLPRegressor, SOURCE, LABELS, errors.InputTypeError, "use MLPClassifier"),
    "points": (fs.MLPClassifier, SOURCE, POINTS, errors.InputTypeError, "use MLPRegressor"),
    "too few": (fs.MLPRegressor, X, Y[:3], errors.InputError, "40 points but 3 targets"),
    "too few labels": (fs.MLPClassifier, X, ["a"], errors.InputError, "40 points but 1 target"),
    "3-D": (fs.MLPRegressor, X, Y[:, :, None], errors.DimensionError, "the target has shape"),
    "2-D": (fs.MLPClassifier, X, NAMES[:, None], errors.DimensionError, "label 0 is a row of 1"),
    "NaN": (fs.MLPRegressor, X, np.full(40, np.nan), errors.NonFiniteError, "the target, row 0"),
    "mixed": (fs.MLPClassifier, X, ["a", 1] * 20, errors.InputTypeError, r"kinds \(int, str\)"),
    "an array": (fs.MLPRegressor, SOURCE, Y, errors.InputTypeError, "give a DataSet with the same"),
    "a list": (fs.MLPClassifier, SOURCE, NAMES, errors.InputTypeError, "give a LabelSet with the"),
    "a container": (fs.MLPRegressor, X, POINTS, errors.InputTypeError, "the source is an array"),
    "a missing point": (
        fs.MLPRegressor, SOURCE, fs.DataSet({"sound-00": [1.0]}), errors.IdentifierError,
        "39 identifiers of the source are missing in the target: 'sound-01'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_TARGETS)
def test_targets_that_cannot_be_used(name):
    kind, source, target, error, message = BAD_TARGETS[name]
    model = small(kind)
    with pytest.raises(error, match=message):
        model.fit(source, target)
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        model.predict(X)


@both
def test_a_fit_that_runs_away_changes_nothing(kind):
    model = small(kind).fit(X, KINDS[kind])
    before = model.to_dict()
    with pytest.raises(errors.InputError, match=r"learning ran away.*\(learn_rate 0.01\)"):
        model.fit(X * 1e200, KINDS[kind])
    assert model.to_dict() == before


def test_everything_held_out():
    model = small(fs.MLPRegressor, validation=0.9999999).fit
    with pytest.raises(errors.InputError, match="all 40 points are held out"):
        model(X, Y)


@both
def test_attributes_before_a_fit(kind):
    model = kind()
    names = ["loss_", "loss_curve_", "validation_curve_", "n_iter_", "n_features_in_", "n_outputs_"]
    if kind is fs.MLPClassifier:
        names.append("classes_")
    for name in names:
        with pytest.raises(fs.NotFittedError, match="comes with fit"):
            getattr(model, name)
        assert not hasattr(model, name)


def test_layers_that_do_not_fit_together():
    good = Layers.initialise((2, 3, 1), "relu", "identity", RNG)
    with pytest.raises(ValueError, match="3 units is followed by one that takes 2"):
        Layers((good.layers[0], good.layers[0]))
    with pytest.raises(ValueError, match="there are no layers"):
        Layers.from_list([])
