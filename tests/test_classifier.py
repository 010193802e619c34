"""LSTMClassifier: labels, an output layer that grows, rejection, streams."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

import fluidseries as fs
from fluidseries import errors
from fluidseries.models.stream import core_stream

SHAPES = {"rise": 1.0, "fall": -1.0, "still": 0.0}


def gestures(labels=tuple(SHAPES), each: int = 10, seed: int = 0):
    """Short noisy ramps of unequal length."""
    rng = np.random.default_rng(seed)
    series, names = fs.DataSeries(), fs.LabelSet()
    for label in labels:
        for i in range(each):
            ramp = SHAPES[label] * np.linspace(-1, 1, rng.integers(6, 15))
            series[f"{label}-{i}"] = ramp[:, None] + rng.normal(0, 0.1, (len(ramp), 1))
            names[f"{label}-{i}"] = label
    return series, names


def quick(**parameters) -> fs.LSTMClassifier:
    return fs.LSTMClassifier(**{"hidden_size": 8, "max_iter": 40, "random_state": 0, **parameters})


@pytest.fixture(scope="module")
def fitted() -> fs.LSTMClassifier:
    return quick().fit(*gestures())


def test_it_learns_to_name_series(fitted):
    series, labels = gestures(seed=1)
    assert fitted.score(series, labels) > 0.95
    named = fitted.predict(series)
    assert isinstance(named, fs.LabelSet)
    assert list(named) == list(series)
    assert fitted.predict_point(series["fall-3"]) == "fall"
    assert is_classifier(fitted)


def test_probabilities_are_in_the_order_of_classes(fitted):
    series, _ = gestures(seed=1)
    assert fitted.classes_.tolist() == ["fall", "rise", "still"]
    shares = fitted.predict_proba(series)
    assert isinstance(shares, fs.DataSet)
    for name, row in shares.items():
        assert row.sum() == pytest.approx(1)
        assert fitted.classes_[row.argmax()] == fitted.predict(series)[name]
        np.testing.assert_allclose(
            row, fitted.predict_point_proba(series[name]), rtol=1e-3, atol=1e-6
        )


def test_numbers_as_labels_come_back_as_numbers():
    series, labels = gestures()
    _, X, y = fs.join(series, labels)
    numbers = np.array([3 * len(label) for label in y])
    model = quick().fit(X, numbers)
    assert model.classes_.tolist() == [12, 15]
    assert model.predict(X).dtype.kind == "i"
    assert model.score(X, numbers) > 0.7


def test_two_hundred_unicode_labels_and_one_seen_once():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(3, 4)) for _ in range(200)]
    labels = [f"é-{i} 🎵" for i in range(200)]
    model = quick(hidden_size=64, max_iter=100, batch_size=20).fit(X, labels)
    assert len(model.classes_) == 200
    assert model.score(X, labels) > 0.9


def test_a_single_label():
    model = quick().fit([[[1.0]], [[2.0]]], ["only", "only"])
    assert model.predict([[[5.0]]]).tolist() == ["only"]
    assert model.loss_ == pytest.approx(0, abs=1e-6)


def test_three_examples_of_each():
    model = quick(max_iter=60).fit(*gestures(each=3))
    assert model.score(*gestures(seed=3)) > 0.85


def test_every_series_counts_once_and_balanced_counts_labels():
    series, labels = gestures(each=2)
    model = quick(max_iter=1, learn_rate=1e-9).fit(series, labels)
    assert model.loss_ == pytest.approx(np.log(3), abs=0.5)
    for name in ("fall-0", "fall-1"):
        series[f"{name}-again"] = series[name]
        labels[f"{name}-again"] = "fall"
    balanced = quick(class_weight="balanced").fit(series, labels)
    assert balanced.to_dict() != quick().fit(series, labels).to_dict()
    with pytest.raises(errors.ParameterError, match="class_weight is 'equal'"):
        quick(class_weight="equal").fit(series, labels)


# An output layer that grows


def lstm_part(model) -> dict:
    networks = model.to_dict()["learned"]["networks"]
    return {
        (number, name): value
        for number, one in enumerate(networks)
        for name, value in one["parameters"].items()
        if "_l0" in name
    }


def test_a_new_label_keeps_what_the_network_knows():
    two, three = gestures(("rise", "fall")), gestures()
    model = quick(learn_rate=1e-7).fit(*two)
    before, known = lstm_part(model), model.predict_proba(two[0])
    model.set_params(max_iter=1).fit(*three)
    assert model.classes_.tolist() == ["fall", "rise", "still"]
    for name, values in lstm_part(model).items():
        np.testing.assert_allclose(values, before[name], atol=1e-4)
    for name, row in known.items():
        both = model.predict_proba(two[0])[name][:2]
        np.testing.assert_allclose(both / both.sum(), row, atol=1e-3)
    assert model.set_params(learn_rate=0.01, max_iter=40).fit(*three).score(*gestures(seed=5)) > 0.9


def test_a_label_that_is_gone_is_not_answered_until_it_comes_back():
    series, labels = gestures()
    model = quick().fit(series, labels)
    fewer = gestures(("rise", "fall"))
    model.set_params(max_iter=2).fit(*fewer)
    assert model.classes_.tolist() == ["fall", "rise"]
    assert set(model.predict(series).values()) <= {"fall", "rise"}
    assert model.predict_point_proba(series["still-0"]).shape == (2,)
    model.fit(series, labels)
    assert model.classes_.tolist() == ["fall", "rise", "still"]
    assert model.score(series, labels) > 0.8


def test_growing_and_masking_survive_a_file(tmp_path):
    model = quick(max_iter=3).fit(*gestures())
    model.fit(*gestures(("rise", "fall"))).write(tmp_path / "c.json")
    read = fs.LSTMClassifier.read(tmp_path / "c.json")
    assert read.classes_.tolist() == ["fall", "rise"]
    assert read.fit(*gestures()).to_dict() == model.fit(*gestures()).to_dict()


def test_two_fits_are_one_longer_fit():
    whole, parts = quick(max_iter=4).fit(*gestures()), quick(max_iter=2).fit(*gestures())
    parts.fit(*gestures())
    assert parts.to_dict()["learned"] == whole.to_dict()["learned"]


def test_numbers_after_text_start_afresh():
    _, X, y = fs.join(*gestures())
    model = quick(max_iter=2).fit(X, y)
    with pytest.warns(errors.FluidSeriesWarning, match="afresh: the labels are of type int"):
        model.fit(X, np.arange(len(X)) % 2)
    assert model.classes_.tolist() == [0, 1]
    assert model.n_iter_ == 2


# Rejection and streams


def test_below_the_threshold_the_answer_is_the_reject_label(fitted):
    series, labels = gestures(seed=2)
    sure = fs.LSTMClassifier.from_dict(fitted.to_dict())
    sure.set_params(threshold=1.0, reject_label="nobody")
    assert set(sure.predict(series).values()) == {"nobody"}
    assert sure.predict_point(series["rise-0"]) == "nobody"
    assert sure.stream().step(series["rise-0"][0])[0] == "nobody"
    assert sure.score(series, labels) == 0
    with pytest.raises(errors.ParameterError, match=r"threshold is 1\.5: it must be from 0 to 1"):
        sure.set_params(threshold=1.5).predict(series)


def test_a_stream_names_a_gesture_before_it_ends(fitted):
    series, labels = gestures(seed=4)
    early = 0
    for name, frames in series.items():
        stream, said = fitted.stream(), []
        for frame in frames:
            label, shares = stream.step(frame)
            said.append(label)
            assert shares.sum() == pytest.approx(1)
        np.testing.assert_allclose(shares, fitted.predict_point_proba(frames), atol=1e-5)
        assert label == fitted.predict_point(frames)
        early += said[-2] == labels[name]
    assert early > 0.85 * len(series)


@pytest.fixture(scope="module")
def unlike() -> fs.LSTMClassifier:
    """Five networks with three outputs, one of them of a label that is gone."""
    model = quick(max_iter=5, n_networks=5).fit(*gestures())
    known = model._learned
    model.fit(*gestures(("fall", "still")))
    assert model._learned.present < known.present
    return model


@settings(max_examples=30, deadline=None)
@given(
    n_networks=st.integers(1, 5),
    doubt=st.sampled_from([0.0, 1e-3, 0.1, 0.9]),
    gone=st.booleans(),
    size=st.sampled_from([0.01, 1.0, 1e3]),
)
def test_the_core_makes_the_probabilities_that_classes_define(
    fitted, unlike, n_networks, doubt, gone, size
):
    learned = (unlike if gone else fitted)._learned
    learned = replace(learned, members=learned.members[:n_networks], doubt=doubt)
    named, outputs = core_stream(learned), core_stream(_answering_outputs(learned))
    shares, point = np.empty(len(learned.classes)), np.empty(learned.network.n_outputs)
    for frame in size * np.random.default_rng(0).normal(size=(20, 1)):
        assert named.step(frame, shares)
        assert outputs.step(frame, point)
        np.testing.assert_allclose(shares, learned.probabilities(point), rtol=1e-12)
        assert named.likeliest() == shares.argmax()


def _answering_outputs(learned):
    class Plain(type(learned)):
        naming = property(lambda _: {})

    return Plain(**vars(replace(learned)))


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_probabilities_go_where_they_are_wanted(fitted, kind):
    series, _ = gestures(seed=3)
    into, new, out = fitted.stream(), fitted.stream(), np.empty(3, kind)
    for frame in series["rise-0"]:
        label, shares = into.step(frame, out=out)
        assert shares is out
        expected, wanted = new.step(frame)
        assert label == expected
        np.testing.assert_allclose(out, wanted, rtol=1e-6)


def test_an_out_of_another_size_is_named_and_the_stream_stands(fitted):
    frames = gestures(seed=3)[0]["rise-0"]
    stream, untouched = fitted.stream(), fitted.stream()
    with pytest.raises(errors.DimensionError, match=r"out has shape \(2,\): .* shape \(3,\)"):
        stream.step(frames[0], out=np.empty(2))
    np.testing.assert_array_equal(stream.step(frames[0])[1], untouched.step(frames[0])[1])


def test_a_step_with_out_makes_no_array(fitted):
    frame, out, stream = np.zeros(1), np.empty(3), fitted.stream()
    new, into = _most(lambda: stream.step(frame)), _most(lambda: stream.step(frame, out=out))
    assert into + out.nbytes < new


def _most(call) -> int:
    """Bytes that one call holds at most."""
    call()
    tracemalloc.start()
    try:
        call()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


# Contract


def test_scikit_learns_tools():
    _, X, y = fs.join(*gestures())
    assert cross_val_score(quick(), X, y, cv=3).mean() > 0.8
    assert cross_val_predict(quick(max_iter=2), X, y, cv=3, method="predict_proba").shape == (30, 3)
    search = GridSearchCV(quick(max_iter=5), {"hidden_size": [2, 8]}, cv=2).fit(X, y)
    assert search.predict(X).shape == (30,)
    model = quick(max_iter=2).fit(X, y)
    assert clone(model).get_params() == model.get_params()
    twin = pickle.loads(pickle.dumps(model))
    assert twin.predict(X).tolist() == model.predict(X).tolist()
    assert twin.partial_fit(X, y, classes=["x"]).n_iter_ == 3


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (fs.DataSet({"a": [1.0]}), errors.InputTypeError, "a classifier learns labels"),
        (["x"], errors.InputTypeError, "the target is a list: give a LabelSet"),
        (fs.LabelSet({"b": "x"}), errors.IdentifierError, "missing in the target: 'a'"),
    ],
)
def test_bad_labels_are_explained(target, error, message):
    with pytest.raises(error, match=message):
        quick().fit(fs.DataSeries({"a": [[1.0]]}), target)


def test_speakers_from_real_speech():
    data = fs.datasets.japanese_vowels()
    model = fs.LSTMClassifier(random_state=0).fit(data.train, data.train_speakers)
    assert model.score(data.test, data.test_speakers) > 0.9
