"""Each network holds out a part of its own, and the parts show how far to trust the answers."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import errors
from fluidseries.holding_out import draw_fold_seed, draw_split_seed, fold_of, is_held_out
from fluidseries.models.trust import shrinkage

from conftest import tones

QUICK = {"hidden_size": 4, "max_iter": 4, "random_state": 0}


def noise(n_series: int, seed: int = 0) -> tuple[list, np.ndarray]:
    """Series whose targets have nothing to do with them."""
    rng = np.random.default_rng(seed)
    return list(rng.normal(size=(n_series, 10, 2))), rng.normal(3, 2, size=n_series)


def learned(model) -> dict:
    return model.to_dict()["learned"]


# Who holds out whom


@given(st.sets(st.text(min_size=1), max_size=30), st.integers(0, 2**63 - 1), st.integers(1, 9))
def test_every_series_is_held_out_by_one_network(names, seed, n_folds):
    assert all(0 <= fold_of(name, seed, n_folds) < n_folds for name in names)


def test_networks_hold_out_about_as_many():
    names = [f"take-{i}" for i in range(100)]
    for seed in range(5):
        drawn = draw_fold_seed(names, 5, np.random.default_rng(seed))
        assert np.bincount([fold_of(name, drawn, 5) for name in names]).min() >= 14


def test_every_label_is_held_out_in_about_its_share():
    names = [f"take-{i}" for i in range(60)]
    labels = [i % 3 for i in range(60)]
    for seed in range(5):
        drawn = draw_split_seed(names, 0.25, np.random.default_rng(seed), labels)
        out = [x for name, x in zip(names, labels, strict=True) if is_held_out(name, drawn, 0.25)]
        assert (np.abs(np.bincount(out, minlength=3) - 5) <= 2).all()


def test_a_network_never_sees_what_it_holds_out():
    """Change the target of one series: the network that holds it out stays as it was."""
    X, y = noise(60)
    before = learned(fs.LSTMRegressor(**QUICK, standardize=False).fit(X, y))
    assert before["split"]["apart"]
    y[7] = -y[7]
    after = learned(fs.LSTMRegressor(**QUICK, standardize=False).fit(X, y))
    same = [
        a["parameters"] == b["parameters"]
        for a, b in zip(before["networks"], after["networks"], strict=True)
    ]
    assert same.index(True) == fold_of("7", before["split"]["seed"], 5)
    assert sum(same) == 1


@pytest.mark.parametrize(("n_series", "settings_"), [(49, {}), (60, {"n_networks": 1})])
def test_few_series_or_one_network_learn_from_all(n_series, settings_):
    model = fs.LSTMRegressor(**QUICK, **settings_).fit(*noise(n_series))
    assert not learned(model)["split"]["apart"]
    assert learned(model)["trust"] is None
    assert not hasattr(model, "validation_curve_")


def test_parts_stay_held_out_over_bursts_and_files():
    X, y = noise(60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.FluidSeriesWarning)
        whole = fs.LSTMRegressor(**QUICK, schedule="constant").fit(X, y)
        pieces = fs.LSTMRegressor(**{**QUICK, "max_iter": 2}, schedule="constant").fit(X, y)
        pieces = fs.LSTMRegressor.from_dict(pieces.to_dict()).fit(X, y)
        assert learned(pieces) == learned(whole)
        assert len(whole.validation_curve_) == 4
        pieces.set_params(validation=0).fit(X, y)
    assert learned(pieces)["split"]["apart"]
    assert len(pieces.validation_curve_) == 6


# How far to trust


@settings(max_examples=50)
@given(seed=st.integers(0, 999), signal=st.floats(0, 2), n=st.integers(5, 80))
def test_trust_lies_between_nothing_and_all(seed, signal, n):
    rng = np.random.default_rng(seed)
    outputs = rng.normal(size=(n, 2))
    trust = shrinkage(outputs, signal * outputs + rng.normal(size=(n, 2)), n)
    assert ((trust >= 0) & (trust <= 1)).all()


def test_trust_is_what_unseen_series_ask_for():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(5000, 1))
    for error in (0.0, 0.5, 2.0):
        outputs = truth + rng.normal(0, error, truth.shape)
        # The best factor in closed form: the share of the outputs' variance that is truth.
        assert shrinkage(outputs, truth, 5000) == pytest.approx(1 / (1 + error**2), abs=0.02)
    assert shrinkage(-truth, truth, 5000) == 0
    assert shrinkage(np.zeros((9, 1)), truth[:9], 9) == 0


def test_noise_is_answered_with_the_mean_in_batches_and_streams():
    X, y = noise(80)
    model = fs.LSTMRegressor(**{**QUICK, "max_iter": 40})
    with pytest.warns(errors.FluidSeriesWarning, match="drawn towards it.* validation=0"):
        model.fit(X, y)
    fresh, _ = noise(30, seed=1)
    answers = model.predict(fresh)
    assert np.abs(answers - y.mean()).max() < 0.5 * y.std()
    assert model.predict_point(fresh[0])[0] == pytest.approx(answers[0], rel=1e-4)
    stream = model.stream()
    assert [stream.step(frame)[0] for frame in fresh[0]][-1] == pytest.approx(answers[0], rel=1e-4)
    again = fs.LSTMRegressor.from_dict(model.to_dict())
    np.testing.assert_array_equal(again.predict(fresh), answers)


def test_the_warning_names_what_cannot_be_foretold():
    source, target = tones(60)
    rng = np.random.default_rng(3)
    names = ["height", "length", "luck"]
    table = pd.DataFrame([[*point, rng.normal()] for point in target.values()], columns=names)
    arrays = list(source.values())
    with pytest.warns(
        errors.FluidSeriesWarning, match="the target's dimension 'luck' can hardly be"
    ):
        fs.LSTMRegressor(16, max_iter=40, random_state=0).fit(arrays, table)
    with pytest.warns(errors.FluidSeriesWarning, match="the target's dimension 2 can hardly be"):
        fs.LSTMRegressor(16, max_iter=40, random_state=0).fit(arrays, table.to_numpy())


def test_what_can_be_learned_is_trusted():
    source, target = tones(60)
    model = fs.LSTMRegressor(16, max_iter=60, random_state=0).fit(source, target)
    assert min(learned(model)["trust"]) > 0.9


def test_thirty_examples_can_be_learned_by_heart():
    X, y = noise(30)
    model = fs.LSTMRegressor(max_iter=200, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.9


# Patience


def test_patience_stops_and_the_best_epoch_is_kept():
    X, y = noise(60)
    settings_ = {"validation": 0.3, "n_networks": 2, "schedule": "constant", "learn_rate": 0.03}
    model = fs.LSTMRegressor(8, max_iter=200, patience=5, random_state=0, **settings_).fit(X, y)
    curve = model.validation_curve_
    best = int(np.argmin(curve))
    assert len(curve) == best + 6 < 200
    short = fs.LSTMRegressor(8, max_iter=best + 1, random_state=0, **settings_).fit(X, y)
    assert learned(model)["networks"] == learned(short)["networks"]


def test_patience_with_parts_held_apart_keeps_the_epoch_that_was_best_for_all():
    X, y = noise(60)
    model = fs.LSTMRegressor(8, max_iter=200, patience=4, random_state=0, learn_rate=0.03)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.FluidSeriesWarning)
        model.fit(X, y)
    assert len(model.validation_curve_) == np.argmin(model.validation_curve_) + 5 < 200


def test_patience_without_anything_to_watch_is_told():
    with pytest.warns(errors.FluidSeriesWarning, match="patience is without effect"):
        fs.LSTMRegressor(**QUICK, patience=3).fit(*noise(10))


@pytest.mark.parametrize("kind", ["LSTMClassifier", "LSTMForecaster"])
def test_the_others_can_hold_apart_too(kind):
    source, _ = tones(60)
    labels = fs.LabelSet({name: "ab"[i % 2] for i, name in enumerate(source)})
    model = getattr(fs, kind)(**QUICK, validation="auto")
    model.fit(source, labels if kind == "LSTMClassifier" else None)
    assert len(model.validation_curve_) == 4
    assert learned(model)["trust"] is None


@pytest.mark.parametrize("value", ["folds", True, 1.0, -0.1, None])
def test_validation_has_a_range(value):
    with pytest.raises(errors.ParameterError, match=r'validation is .* "auto" or a fraction'):
        fs.LSTMRegressor(**QUICK, validation=value).fit(*noise(5))


@pytest.mark.parametrize("value", [0, True, 2.5, "3"])
def test_patience_has_a_range(value):
    with pytest.raises(errors.ParameterError, match=r"patience is .* number of epochs"):
        fs.LSTMRegressor(**QUICK, patience=value).fit(*noise(5))
