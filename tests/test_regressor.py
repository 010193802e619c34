"""LSTMRegressor's contract: what it learns, how it goes on, and what it refuses."""

from __future__ import annotations

import os
import pickle
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import errors

from conftest import tones


def quick(**parameters) -> fs.LSTMRegressor:
    return fs.LSTMRegressor(**{"hidden_size": 8, "max_iter": 3, "random_state": 0, **parameters})


def same_learning(a: fs.LSTMRegressor, b: fs.LSTMRegressor) -> bool:
    return a.to_dict()["learned"] == b.to_dict()["learned"]


# What it learns


def test_it_learns_and_answers_in_the_units_of_the_target():
    source, target = tones(80)
    model = quick(hidden_size=16, max_iter=150).fit(source, target)
    unseen_source, unseen_target = tones(seed=1)
    assert model.score(source, target) > 0.95
    assert model.score(unseen_source, unseen_target) > 0.8
    predicted = model.predict(unseen_source)
    assert isinstance(predicted, fs.DataSet)
    assert list(predicted) == list(unseen_source)
    assert 100 < predicted["tone-0"][0] < 1300


def test_an_error_of_one_is_as_bad_as_the_mean(corpus):
    source, target = corpus
    first = quick(max_iter=1, learn_rate=1e-9).fit(source, target).loss_
    assert 0.8 < first < 1.5


def test_one_target_per_frame():
    rng = np.random.default_rng(0)
    source = fs.DataSeries({str(i): rng.normal(size=(rng.integers(5, 30), 1)) for i in range(30)})
    # The running mean of what was heard: every frame's answer needs the frames before it.
    target = fs.DataSeries(
        {
            name: np.cumsum(frames, axis=0) / (1 + np.arange(len(frames)))[:, None]
            for name, frames in source.items()
        }
    )
    model = quick(hidden_size=16, max_iter=60).fit(source, target)
    predicted = model.predict(source)
    assert isinstance(predicted, fs.DataSeries)
    assert {name: len(predicted[name]) for name in source} == {
        name: len(source[name]) for name in source
    }
    assert model.score(source, target) > 0.7
    np.testing.assert_allclose(model.predict_point(source["3"]), predicted["3"][-1], atol=1e-5)
    stream = model.stream()
    for frame, expected in zip(source["3"], predicted["3"], strict=True):
        np.testing.assert_allclose(stream.step(frame), expected, atol=1e-5)


def test_arrays_mirror_the_shape_of_their_targets(corpus):
    identifiers, X, y = fs.join(*corpus)
    assert identifiers == sorted(identifiers)
    assert quick().fit(X, y).predict(X).shape == (24, 2)
    assert quick().fit(X, y[:, 0]).predict(X).shape == (24,)
    assert quick().fit(X, y[:, :1]).predict(X).shape == (24, 1)
    cube = np.stack([frames[:8] for frames in X])
    assert quick().fit(cube, y).predict(cube).shape == (24, 2)
    tables = quick().fit(X, [frames * 2 for frames in X]).predict(X)
    assert [t.shape for t in tables] == [frames.shape for frames in X]


def test_containers_and_arrays_give_the_same_model(corpus):
    _, X, y = fs.join(*corpus)
    by_name, by_row = quick().fit(*corpus), quick().fit(X, y)
    assert same_learning(by_name, by_row)


def test_the_order_of_recording_changes_nothing(corpus):
    source, target = corpus
    backwards = fs.DataSeries({name: source[name] for name in reversed(list(source))})
    assert same_learning(quick().fit(source, target), quick().fit(backwards, target))


def test_a_written_and_read_corpus_gives_the_same_model(corpus, tmp_path):
    source, target = corpus
    source.write(tmp_path / "s.json")
    target.write(tmp_path / "t.json")
    again = fs.DataSeries.read(tmp_path / "s.json"), fs.DataSet.read(tmp_path / "t.json")
    assert same_learning(quick().fit(source, target), quick().fit(*again))


@pytest.mark.parametrize("n_jobs", [1, 2, 3, -1, None])
def test_threads_change_no_bit(corpus, n_jobs):
    assert same_learning(quick(n_jobs=1).fit(*corpus), quick(n_jobs=n_jobs).fit(*corpus))


def test_stacked_layers(corpus):
    model = quick(hidden_size=(6, 4)).fit(*corpus)
    assert model.to_dict()["learned"]["network"]["hidden_sizes"] == [6, 4]
    assert model.predict(corpus[0]).n_dims == 2


def test_units_do_not_matter_when_standardised(corpus):
    source, target = corpus
    big = fs.DataSeries({name: frames * 1024.0 for name, frames in source.items()})
    same = quick().fit(big, target).predict(big)
    expected = quick().fit(source, target).predict(source)
    for name in source:
        np.testing.assert_allclose(same[name], expected[name], rtol=1e-6)


def test_without_standardising_the_numbers_go_in_as_they_are():
    X, y = [np.full((3, 1), 5.0), np.full((3, 1), 7.0)], np.array([1.0, 2.0])
    scaling = quick(standardize=False).fit(X, y).to_dict()["learned"]["scaling"]
    assert scaling["input"] == scaling["output"] == {"mean": [0.0], "scale": [1.0]}


def test_a_batch_size_is_obeyed_exactly(corpus):
    calls = []
    quick(batch_size=7, max_iter=1).fit(*corpus, callback=lambda *call: calls.append(call))
    assert [batch for _, batch, _, _ in calls] == [0, 1, 2, 3]  # 7 + 7 + 7 + 3


@pytest.mark.parametrize("frames", [1, 2])
def test_the_smallest_corpus(frames):
    model = quick().fit([np.zeros((frames, 1))], [3.0])
    assert model.predict([np.zeros((frames, 1))]) == pytest.approx([3.0], abs=2)


# Bursts


def test_two_fits_are_one_longer_fit(corpus):
    whole = quick(max_iter=6).fit(*corpus)
    parts = quick(max_iter=3).fit(*corpus).fit(*corpus)
    assert same_learning(whole, parts)
    assert parts.n_iter_ == 6
    assert len(parts.loss_curve_) == 6
    assert parts.loss_ == parts.loss_curve_[-1]


def test_a_file_between_two_fits_changes_no_bit(corpus, tmp_path):
    model = quick(validation=0.3).fit(*corpus)
    model.write(tmp_path / "model.json")
    read = fs.LSTMRegressor.read(tmp_path / "model.json")
    assert same_learning(model, read)
    assert same_learning(model.fit(*corpus), read.fit(*corpus))


def test_settings_may_change_between_bursts(corpus):
    model = quick().fit(*corpus)
    model.set_params(learn_rate=0.001, batch_size=2, max_iter=1).fit(*corpus)
    assert model.n_iter_ == 4


def test_partial_fit_is_one_epoch(corpus):
    model = quick(max_iter=2).fit(*corpus)
    model.partial_fit(*corpus)
    assert same_learning(model, quick(max_iter=3).fit(*corpus))


def test_clear_forgets_and_other_dimensions_fit(corpus):
    model = quick().fit(*corpus)
    model.clear()
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        model.predict(corpus[0])
    model.fit([np.zeros((4, 5)), np.ones((3, 5))], [1.0, 2.0])
    assert model.n_features_in_ == 5
    assert model.n_iter_ == 3


def test_other_dimensions_start_afresh(corpus):
    model = quick().fit(*corpus)
    with pytest.warns(errors.FluidSeriesWarning, match="afresh: the source has 5 .* learned has 2"):
        model.fit([np.zeros((4, 5)), np.ones((3, 5))], [1.0, 2.0])
    assert (model.n_features_in_, model.n_outputs_, model.n_iter_) == (5, 1, 3)


def test_another_hidden_size_counts_as_not_fitted_until_it_is_set_back(corpus):
    model = quick().fit(*corpus)
    before = model.predict(corpus[0])
    model.set_params(hidden_size=9)
    with pytest.raises(fs.NotFittedError, match="hidden_size is 9 now"):
        model.predict(corpus[0])
    with pytest.raises(fs.NotFittedError, match="hidden_size is 9 now"):
        model.stream()
    assert not hasattr(model, "loss_")
    model.set_params(hidden_size=[8])
    assert model.predict(corpus[0]) == before
    model.set_params(hidden_size=9).fit(*corpus)
    assert model.n_iter_ == 3
    with pytest.raises(fs.NotFittedError, match="hidden_size is 8 now"):
        model.set_params(hidden_size=8).predict(corpus[0])


def test_without_warm_start_every_fit_is_the_first(corpus):
    model = quick(warm_start=False).fit(*corpus)
    once = model.to_dict()["learned"]
    assert model.fit(*corpus).to_dict()["learned"] == once


def test_scaling_is_that_of_the_first_fit_and_far_data_warn(corpus):
    source, target = corpus
    model = quick().fit(source, target)
    scaling = model.to_dict()["learned"]["scaling"]
    model.fit(source, target)
    far = fs.DataSeries({name: frames + 1000 for name, frames in source.items()})
    with pytest.warns(errors.FluidSeriesWarning, match="standard deviations"):
        model.fit(far, target)
    assert model.to_dict()["learned"]["scaling"] == scaling


# Validation


def held_out_of(model: fs.LSTMRegressor, names) -> set[str]:
    from fluidseries.holding_out import is_held_out

    split = model.to_dict()["learned"]["split"]
    return {name for name in names if is_held_out(name, split["seed"], split["held_out"])}


def test_held_out_series_are_never_trained_on():
    source, target = tones(60)
    model = quick(validation=0.3).fit(source, target)
    held_out = held_out_of(model, source)
    assert 5 < len(held_out) < 35
    # Changing what is held out changes no weight in an epoch without a choice of the best.
    changed = target.copy()
    for name in held_out:
        changed[name] = changed[name] + 50.0
    one = quick(validation=0.3, max_iter=1).fit(source, target).to_dict()["learned"]
    other = quick(validation=0.3, max_iter=1).fit(source, changed).to_dict()["learned"]
    assert one["network"] == other["network"]
    assert one["scaling"] == other["scaling"]
    assert one["validation_curve"] != other["validation_curve"]


def test_held_out_stays_held_out_over_bursts():
    source, target = tones(60)
    model = quick(validation=0.3, max_iter=1).fit(source, target)
    held_out = held_out_of(model, source)
    more_source, more_target = source.copy(), target.copy()
    extra_source, extra_target = tones(30, seed=2)
    for name in extra_source:
        more_source[f"more-{name}"] = extra_source[name]
        more_target[f"more-{name}"] = extra_target[name]
    model.fit(more_source, more_target)
    assert held_out <= held_out_of(model, more_source)
    model.set_params(validation=0.0).fit(source, target)
    assert held_out_of(model, source) == held_out
    assert len(model.validation_curve_) == 3


def test_validation_keeps_the_best_epoch():
    source, target = tones(60)
    settings = {"learn_rate": 0.3, "batch_size": 4, "schedule": "constant", "n_networks": 1}
    model = quick(validation=0.3, max_iter=25, **settings)
    model.fit(source, target)
    curve = model.validation_curve_
    assert min(curve) < curve[-1], "this test needs a last epoch that is not the best"
    names = sorted(held_out_of(model, source))
    predicted = model.predict(fs.DataSeries({n: source[n] for n in names}))
    scale = model.to_dict()["learned"]["scaling"]["output"]["scale"]
    error = np.mean([((predicted[n] - target[n]) / scale) ** 2 for n in names])
    assert error == pytest.approx(min(curve), rel=1e-4)


def test_too_few_series_to_hold_any_out(corpus):
    few = [fs.DataSeries(list(corpus[0].items())[:10]), fs.DataSet(list(corpus[1].items())[:10])]
    with pytest.warns(errors.FluidSeriesWarning, match="validation is off: with 10 series"):
        model = quick(validation=0.5).fit(*few)
    assert not hasattr(model, "validation_curve_")


# Stopping


def test_a_callback_sees_every_batch_and_stops(corpus):
    calls = []

    def stop(epoch, batch, loss, validation_loss):
        calls.append((epoch, batch))
        assert loss > 0
        assert validation_loss is None
        return (epoch, batch) == (1, 2)

    model = quick(batch_size=6, max_iter=9).fit(*corpus, callback=stop)
    assert calls == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2)]
    assert model.n_iter_ == 2


def test_ctrl_c_keeps_the_last_finished_epoch(corpus):
    def interrupt(epoch, batch, *_):
        if (epoch, batch) == (3, 1):
            raise KeyboardInterrupt

    model = quick(batch_size=6, max_iter=9)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*corpus, callback=interrupt)
    assert same_learning(model, quick(batch_size=6, max_iter=3).fit(*corpus))


def test_predicting_during_a_fit_and_refusing_a_second(corpus):
    source, target = corpus
    model = quick(max_iter=1).fit(source, target)
    seen, refused = [], []

    def meanwhile(_epoch, batch, *_):
        if batch == 0:
            seen.append(model.predict_point(source["tone-0"])[0])
            for call in (lambda: model.fit(source, target), model.clear):
                try:
                    call()
                except errors.BusyError as err:
                    refused.append(str(err))

    model.set_params(max_iter=4).fit(source, target, callback=meanwhile)
    assert len(set(seen)) == 4
    assert len(refused) == 8
    assert "a fit of this model is running" in refused[0]
    model.fit(source, target)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fit_stays_behind_in_a_fork(corpus):
    model = quick().fit(*corpus)
    results = []

    def fork(epoch, batch, *_):
        if (epoch, batch) != (0, 0):
            return
        child = os.fork()
        if child == 0:
            try:
                model.partial_fit(*corpus)
                os._exit(0)
            except BaseException:
                os._exit(1)
        results.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    model.fit(*corpus, callback=fork)
    assert results == [0]


def test_many_threads_may_predict_at_once(corpus):
    source, target = corpus
    model = quick().fit(source, target)
    expected = {name: model.predict_point(frames) for name, frames in source.items()}
    wrong = []

    def listen():
        for name, frames in list(source.items()) * 20:
            if not np.array_equal(model.predict_point(frames), expected[name]):
                wrong.append(name)

    threads = [threading.Thread(target=listen) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# Streaming


@settings(max_examples=25)
@given(length=st.integers(1, 40), window=st.integers(1, 12), double=st.booleans())
def test_a_stream_gives_what_predict_point_gives(fitted, length, window, double):
    frames = np.random.default_rng(length).normal(size=(length, 2))
    frames = frames if double else frames.astype(np.float32)
    stream, windowed = fitted.stream(), fitted.stream(window=window)
    for t in range(length):
        point, heard = stream.step(frames[t]), windowed.step(frames[t])
        expected = fitted.predict_point(frames[max(0, t + 1 - window) : t + 1])
        np.testing.assert_allclose(heard, expected, rtol=1e-6)
    np.testing.assert_allclose(point, fitted.predict_point(frames), rtol=1e-6)
    np.testing.assert_allclose(fitted.predict([frames])[0], point, rtol=1e-4)
    stream.reset()
    np.testing.assert_array_equal(stream.step(frames[0]), fitted.predict_point(frames[:1]))


@pytest.fixture(scope="module")
def fitted() -> fs.LSTMRegressor:
    return quick(max_iter=10).fit(*tones())


def test_a_stream_takes_any_row_of_numbers_and_writes_where_told(fitted):
    frame = [0.5, -1.0]
    expected = fitted.stream().step(np.array(frame))
    out = np.empty(2)
    for row in (frame, tuple(frame), np.array([0.5, 9, -1.0])[::2]):
        assert fitted.stream().step(row, out=out) is out
        np.testing.assert_array_equal(out, expected)
    narrow = fitted.stream().step(frame, out=np.empty(2, np.float32))
    np.testing.assert_allclose(narrow, expected, rtol=1e-6)
    np.testing.assert_array_equal(
        fitted.stream().step([1, 2]), fitted.stream().step(np.array([1.0, 2.0]))
    )


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        ([1.0], errors.DimensionError, r"the frame has 1 dimension per frame, .* fitted on 2"),
        ([1.0, np.nan], errors.NonFiniteError, r"the frame holds nan \(dimension 1\)"),
        ([[1.0, 2.0]], errors.DimensionError, r"the frame has shape \(1, 2\)"),
        (None, errors.DimensionError, r"the frame has shape \(\)"),
        (["a", "b"], errors.InputTypeError, "the frame holds .* where numbers are needed"),
        ([1e300, 0.0], errors.NonFiniteError, "too far from the training data"),
    ],
)
def test_a_bad_frame_leaves_the_stream_where_it_stood(fitted, frame, error, message):
    stream, other = fitted.stream(), fitted.stream()
    stream.step([0.1, 0.2])
    other.step([0.1, 0.2])
    with pytest.raises(error, match=message):
        stream.step(frame)
    np.testing.assert_array_equal(stream.step([0.3, 0.4]), other.step([0.3, 0.4]))


def test_a_bad_out_is_named(fitted):
    with pytest.raises(errors.DimensionError, match=r"must be an array of shape \(2,\)"):
        fitted.stream().step([0.1, 0.2], out=np.empty(3))


def test_an_out_that_cannot_take_a_point_leaves_the_stream_where_it_stood(fitted):
    closed = np.empty(2)
    closed.flags.writeable = False
    stream = fitted.stream()
    first = fitted.stream().step([0.1, 0.2])
    for out in (closed, np.empty(2, int)):
        with pytest.raises(errors.InputTypeError, match=r"out is .*: it must be a writable"):
            stream.step(np.array([5.0, 5.0]), out=out)
    np.testing.assert_array_equal(stream.step([0.1, 0.2]), first)


@pytest.mark.parametrize("window", [0, -1, 1.5, True, "long", float("nan"), 2**40])
def test_a_bad_window(fitted, window):
    with pytest.raises(errors.ParameterError, match=r"window is .*: it must be None or a number"):
        fitted.stream(window=window)


def test_a_stream_keeps_what_was_known_when_it_was_made(corpus):
    model = quick().fit(*corpus)
    stream = model.stream()
    first = stream.step([0.1, 0.2])
    model.fit(*corpus)
    stream.reset()
    np.testing.assert_array_equal(stream.step([0.1, 0.2]), first)


# What it refuses


def with_bad_frame(value: float) -> fs.DataSeries:
    source, _ = tones(3)
    frames = source["tone-1"].copy()
    frames[4, 1] = value
    source["tone-1"] = frames
    return source


BAD_FITS = {
    "NaN": (
        lambda: (with_bad_frame(np.nan), tones(3)[1]),
        errors.NonFiniteError,
        r"series 'tone-1' holds NaN \(frame 4, dimension 1\)",
    ),
    "infinity": (
        lambda: (with_bad_frame(np.inf), tones(3)[1]),
        errors.NonFiniteError,
        r"series 'tone-1' holds infinity \(frame 4, dimension 1\)",
    ),
    "NaN in a target": (
        lambda: ([np.zeros((2, 2))] * 2, [1.0, np.nan]),
        errors.NonFiniteError,
        "target '1' holds NaN",
    ),
    "nothing": (lambda: (fs.DataSeries(), fs.DataSet()), errors.EmptyError, "there are no series"),
    "an empty list": (lambda: ([], []), errors.EmptyError, "there are no series"),
    "no frames": (
        lambda: ([np.zeros((0, 2)), np.zeros((3, 2))], [1.0, 2.0]),
        errors.EmptyError,
        "series 0 of the list has no frames",
    ),
    "unequal dimensions": (
        lambda: ([np.zeros((3, 2)), np.zeros((3, 1))], [1.0, 2.0]),
        errors.DimensionError,
        "series 1 of the list has 1 dimensions per frame, but series 0 of the list has 2",
    ),
    "missing targets": (
        lambda: (tones(9)[0], tones(4)[1]),
        errors.IdentifierError,
        "5 identifiers of the source are missing in the target: 'tone-4', 'tone-5', 'tone-6' and 2",
    ),
    "missing series": (
        lambda: (tones(3)[0], tones(4)[1]),
        errors.IdentifierError,
        "1 identifier of the target is missing in the source: 'tone-3'",
    ),
    "a count of targets": (
        lambda: ([np.zeros((3, 2))] * 3, [1.0, 2.0]),
        errors.InputError,
        "3 series but 2 targets",
    ),
    "a length of targets": (
        lambda: ([np.zeros((3, 2))], [np.zeros((4, 1))]),
        errors.InputError,
        "has 3 frames but its target has 4",
    ),
    "a container and an array": (
        lambda: (tones(3)[0], [1.0, 2.0, 3.0]),
        errors.InputTypeError,
        "the source is a DataSeries but the target is a list",
    ),
    "labels": (
        lambda: (tones(1)[0], fs.LabelSet({"tone-0": "a"})),
        errors.InputTypeError,
        "use LSTMClassifier for labels",
    ),
    "one table": (lambda: (np.zeros((5, 2)), [1.0]), errors.DimensionError, "a single series"),
    "words": (
        lambda: ([[["a"]]], [1.0]),
        errors.InputTypeError,
        "holds .* where numbers are needed",
    ),
    "a mapping": (lambda: ({"a": [1.0]}, [1.0]), errors.InputTypeError, "make a DataSeries"),
    "a number": (lambda: (3, [1.0]), errors.InputTypeError, "the source is an int"),
}


@pytest.mark.parametrize("name", BAD_FITS)
def test_a_bad_fit_is_explained_and_changes_nothing(corpus, name):
    make, error, message = BAD_FITS[name]
    model = quick().fit(*corpus)
    before = pickle.dumps(model.to_dict())
    with pytest.raises(error, match=message):
        model.fit(*make())
    assert pickle.dumps(model.to_dict()) == before
    assert issubclass(error, fs.FluidSeriesError)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("hidden_size", 0),
        ("hidden_size", 2.5),
        ("hidden_size", []),
        ("hidden_size", (4, 0)),
        ("hidden_size", "32"),
        ("max_iter", 0),
        ("max_iter", 1.5),
        ("learn_rate", 0),
        ("learn_rate", -0.1),
        ("learn_rate", 2),
        ("learn_rate", "fast"),
        ("batch_size", 0),
        ("batch_size", "big"),
        ("batch_size", True),
        ("validation", 1.0),
        ("validation", -0.1),
        ("n_jobs", 0),
        ("hidden_size", None),
        ("standardize", "no"),
        ("warm_start", 1),
        ("verbose", "loud"),
        ("random_state", -1),
        ("random_state", "chance"),
    ],
)
def test_a_parameter_out_of_range_is_named(corpus, parameter, value):
    with pytest.raises(errors.ParameterError, match=f"{parameter} is .*: it must be"):
        quick(**{parameter: value}).fit(*corpus)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda m: m.predict([np.zeros((3, 5))]), "the source has 5 dimensions per frame, .* on 2"),
        (lambda m: m.predict(np.zeros((3, 2))), "use predict_point for one series"),
        (lambda m: m.score([np.zeros((3, 2))] * 2, [1.0, 2.0]), "this model answers with 2"),
        (lambda m: m.predict_point(np.zeros((3, 5))), "the series has 5 dimensions per frame"),
        (lambda m: m.predict_point(np.zeros((0, 2))), "the series has no frames"),
        (lambda m: m.predict_point([[0.0, np.inf]]), r"infinity \(frame 0, dimension 1\)"),
    ],
)
def test_a_bad_question_is_explained(fitted, ask, message):
    with pytest.raises(errors.InputError, match=message):
        ask(fitted)


@settings(max_examples=20)
@given(
    learn_rate=st.floats(1e-8, 1.0),
    batch_size=st.integers(1, 40),
    hidden_size=st.integers(1, 20),
    scale=st.floats(1e-20, 1e20),
    standardize=st.booleans(),
)
def test_the_error_stays_finite(learn_rate, batch_size, hidden_size, scale, standardize):
    source, target = tones(12)
    source = fs.DataSeries({name: frames * scale for name, frames in source.items()})
    model = quick(
        learn_rate=learn_rate,
        batch_size=batch_size,
        hidden_size=hidden_size,
        standardize=standardize,
        max_iter=5,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.FluidSeriesWarning)
        model.fit(source, target)
    assert np.isfinite(model.loss_curve_).all()
    assert all(np.isfinite(point).all() for point in model.predict(source).values())
