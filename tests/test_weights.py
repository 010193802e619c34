"""How much each series counts: 2 is twice, 0 is not there; by label, by identifier, in scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import r2_score

import fluidseries as fs
from fluidseries import errors
from fluidseries.batch import Batch, pack
from fluidseries.engines import native
from fluidseries.network import Network
from fluidseries.scaling import Scaler

RNG = np.random.default_rng(5)
X = [RNG.normal(size=(length, 2)) for length in (3, 5, 4, 6, 2, 5)]
Y = RNG.normal(size=(6, 2))
NAMES = ["a", "b", "a", "b", "c", "a"]
WEIGHTS = [1.0, 2.0, 0.5, 0.0, 3.0, 0.0]
SMALL = {"hidden_size": 4, "max_iter": 3, "n_networks": 2, "random_state": 0}
FIXED = {"schedule": "constant", "n_networks": 1, "random_state": 0}


def learned(model) -> dict:
    return model.to_dict()["learned"]


def session(rows, loss: str, per_frame: bool, weights=None):
    network = Network(2, (5,), 3 if loss == "cross_entropy" else 2, ("last",))
    arrays = [X[row] for row in rows]
    if loss == "cross_entropy":
        targets = [np.array([[row % 3]], dtype=float) for row in rows]
    else:
        targets = [X[row][:, ::-1] if per_frame else Y[row : row + 1] for row in rows]
    frames, offsets = pack(arrays, Scaler.identity(2))
    table, _ = pack(targets, Scaler.identity(targets[0].shape[1]))
    batch = Batch(None, frames, offsets, table)
    parameters = network.initialise(np.random.default_rng(1))
    return parameters, native.load(
        batch, network, loss=loss, per_frame=per_frame, series_weights=weights
    )


@pytest.mark.parametrize(
    ("loss", "per_frame"), [("squared", False), ("squared", True), ("cross_entropy", False)]
)
def test_a_weight_of_two_has_the_gradient_of_two_such_series(loss, per_frame):
    weights = np.array([1, 2, 1, 3], np.float32)
    parameters, weighted = session([0, 1, 2, 3], loss, per_frame, weights)
    _, repeated = session([0, 1, 1, 2, 3, 3, 3], loss, per_frame)
    one, other = np.empty_like(parameters), np.empty_like(parameters)
    lost = weighted.gradient(parameters, np.arange(4), 0, one)
    assert lost == pytest.approx(repeated.gradient(parameters, np.arange(7), 0, other), rel=1e-6)
    assert lost[1] == 7
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("kind", "y"), [(fs.LSTMRegressor, Y), (fs.LSTMClassifier, NAMES)])
def test_a_weight_of_zero_is_a_series_that_is_not_there(kind, y):
    rows = [0, 1, 2, 4]
    weighted = kind(**SMALL).fit(X, y, sample_weight=WEIGHTS)
    fewer = kind(**SMALL).fit(
        [X[row] for row in rows],
        [y[row] for row in rows],
        sample_weight=[WEIGHTS[row] for row in rows],
    )
    assert learned(weighted) == learned(fewer)
    assert learned(weighted) != learned(kind(**SMALL).fit(X, y))


def test_a_label_of_weight_zero_alone_is_not_learned():
    model = fs.LSTMClassifier(**SMALL).fit(X, NAMES, sample_weight=[1, 1, 1, 1, 0, 1])
    assert model.classes_.tolist() == ["a", "b"]


@pytest.mark.parametrize(("kind", "y"), [(fs.LSTMRegressor, Y), (fs.LSTMClassifier, NAMES)])
@pytest.mark.parametrize("factor", [1.0, 8.0, 1e-60])
def test_equal_weights_are_no_weights(kind, y, factor):
    model = kind(**SMALL).fit(X, y, sample_weight=np.full(6, factor))
    plain = kind(**SMALL).fit(X, y)
    for part in ("networks", "scaling", "loss_curve"):
        assert learned(model)[part] == learned(plain)[part]


@pytest.mark.parametrize("batch_size", [1, 8])
def test_answers_lie_between_targets_by_their_weights(batch_size):
    # The same series, meant as 0 with a weight of 3, or three times, and as 1 with a weight of 1.
    def numbers(targets, **weights):
        model = fs.LSTMRegressor(4, 150, 0.005, batch_size, standardize=False, **FIXED)
        return model.fit([frames] * len(targets), targets, **weights).predict([frames])[0]

    def shares(labels, class_weight=None, **weights):
        model = fs.LSTMClassifier(4, 150, 0.005, batch_size, class_weight=class_weight, **FIXED)
        return model.fit([frames] * len(labels), labels, **weights).predict_proba([frames])[0, 1]

    frames, weights = [[0.3], [0.7]], [3, 1] * 4
    repeated = numbers([0.0, 0.0, 0.0, 1.0] * 4)
    assert 0.05 < repeated < 0.3
    assert numbers([0.0, 1.0] * 4, sample_weight=weights) == pytest.approx(repeated, abs=0.03)
    repeated = shares(["zero", "zero", "zero", "one"] * 4)
    assert 0.7 < repeated < 0.9
    assert shares(["zero", "one"] * 4, sample_weight=weights) == pytest.approx(repeated, abs=0.06)
    assert shares(["zero", "one"] * 4, {"zero": 3}) == pytest.approx(repeated, abs=0.06)


def test_balanced_labels_count_the_same_however_many_and_however_heavy():
    source, labels = [[[0.3], [0.7]]] * 8, ["rare"] * 2 + ["frequent"] * 6
    model = fs.LSTMClassifier(4, 200, 0.005, class_weight="balanced", **FIXED)
    model.fit(source, labels)
    assert model.predict_proba(source[:1])[0, 0] == pytest.approx(0.5, abs=0.06)
    model.clear()
    model.fit(source, labels, sample_weight=[5, 1, 1, 1, 1, 1, 1, 1])
    assert model.predict_proba(source[:1])[0, 0] == pytest.approx(0.5, abs=0.06)


def test_weights_meet_series_by_identifier():
    names = ["z", "b", "m", "a", "y", "c"]
    source = fs.DataSeries(zip(names, X, strict=True))
    target = fs.DataSet(zip(names, Y, strict=True))
    by_name = dict(zip(reversed(names), reversed(WEIGHTS), strict=True))
    model = fs.LSTMRegressor(**SMALL).fit(source, target, sample_weight=by_name)
    points = fs.DataSet({name: [weight] for name, weight in by_name.items()})
    again = fs.LSTMRegressor(**SMALL).fit(source, target, sample_weight=points)
    assert learned(model) == learned(again)
    order = sorted(names)
    _, arrays, table = fs.join(source, target)
    plain = fs.LSTMRegressor(**SMALL).fit(
        arrays, table, sample_weight=pd.Series([by_name[name] for name in order])
    )
    assert learned(plain)["networks"] == learned(model)["networks"]
    wanted = r2_score(Y, model.predict(X), sample_weight=WEIGHTS)
    assert model.score(source, target, by_name) == pytest.approx(wanted)
    assert model.score(X, Y, WEIGHTS) == pytest.approx(wanted)


def test_scores_are_weighted():
    model = fs.LSTMClassifier(**SMALL).fit(X, NAMES)
    right = model.predict(X) == np.array(NAMES)
    assert model.score(X, NAMES, WEIGHTS) == pytest.approx(np.average(right, weights=WEIGHTS))
    per_frame = fs.LSTMRegressor(**SMALL).fit(X, [frames[:, ::-1] for frames in X])
    weights = np.repeat(WEIGHTS, [len(frames) for frames in X])
    truth = np.concatenate([frames[:, ::-1] for frames in X])
    wanted = r2_score(truth, np.concatenate(per_frame.predict(X)), sample_weight=weights)
    assert per_frame.score(X, [frames[:, ::-1] for frames in X], WEIGHTS) == pytest.approx(wanted)


def test_partial_fit_and_bursts_take_weights():
    model = fs.LSTMClassifier(**{**SMALL, "max_iter": 1, "schedule": "constant"})
    parts = clone(model).partial_fit(X, NAMES, sample_weight=WEIGHTS)
    parts.partial_fit(X, NAMES, sample_weight=WEIGHTS)
    whole = model.set_params(max_iter=2).fit(X, NAMES, sample_weight=WEIGHTS)
    assert learned(parts) == learned(whole)


def test_a_dict_of_class_weights_survives_copies_and_files(tmp_path):
    model = fs.LSTMClassifier(class_weight={3: 2.0, np.int64(4): 1}, **SMALL)
    model.fit(X, [3, 4, 3, 4, 3, 4])
    model.write(tmp_path / "m.json")
    read = fs.LSTMClassifier.read(tmp_path / "m.json")
    assert read.class_weight == {3: 2.0, 4: 1} == clone(model).class_weight
    assert read.to_dict() == model.to_dict()


BAD = {
    "too few": ([1.0, 2.0], errors.InputError, r"shape \(2,\), but wanted \(6,\)"),
    "a table": (np.ones((6, 1)), errors.InputError, r"shape \(6, 1\), but wanted \(6,\)"),
    "negative": ([1, 1, -1, 1, 1, 1], errors.NonFiniteError, "sample_weight of '2' is -1"),
    "NaN": ([1, np.nan, 1, 1, 1, 1], errors.NonFiniteError, "sample_weight of '1' is nan"),
    "all 0": ([0] * 6, errors.InputError, "sample_weight is 0 for all"),
    "text": (["a"] * 6, errors.InputTypeError, "where numbers are needed"),
    "names": ({"a": 1.0}, errors.InputTypeError, "the source is no container: give an array"),
}


@pytest.mark.parametrize("name", BAD)
def test_weights_that_cannot_be_used_are_explained(name):
    weights, error, message = BAD[name]
    for model, y in ((fs.LSTMRegressor(**SMALL), Y), (fs.LSTMClassifier(**SMALL), NAMES)):
        with pytest.raises(error, match=message):
            model.fit(X, y, sample_weight=weights)
        model.fit(X, y)
        with pytest.raises(error, match=message):
            model.score(X, y, weights)


def test_weights_of_a_container_have_its_identifiers():
    source = fs.DataSeries({"a": X[0], "b": X[1]})
    target = fs.LabelSet({"a": "x", "b": "y"})
    model = fs.LSTMClassifier(**SMALL)
    with pytest.raises(errors.InputTypeError, match="source is a container: give a dict or a Data"):
        model.fit(source, target, sample_weight=[1, 2])
    with pytest.raises(errors.IdentifierError, match="of the source is missing in the sample_wei"):
        model.fit(source, target, sample_weight={"a": 1.0})
    with pytest.raises(errors.InputError, match=r"shape \(2, 2\)"):
        model.fit(source, target, sample_weight=fs.DataSet({"a": [1.0, 1], "b": [1.0, 1]}))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"a": 0}, "class_weight of 'a' is 0: give a number above 0"),
        ({"a": "much"}, "class_weight of 'a' is 'much'"),
        ({"a": float("nan")}, "class_weight of 'a' is nan"),
        ({"a": 1, "d": 2}, "class_weight has 'd', which no series is called, and lacks 'b', 'c'"),
        (2.0, r'class_weight is 2\.0: it must be None, "balanced" or a dict'),
    ],
)
def test_class_weights_that_cannot_be_used_are_explained(weights, message):
    with pytest.raises(errors.ParameterError, match=message):
        fs.LSTMClassifier(class_weight=weights, **SMALL).fit(X, NAMES)
