"""Short fits that go on: in any division, through files and pickles, interrupted, from threads."""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import errors

from conftest import tones

SOURCE, TARGET = tones(24)


def model(**parameters) -> fs.LSTMRegressor:
    chosen = {"hidden_size": 5, "random_state": 3, "schedule": "constant", **parameters}
    return fs.LSTMRegressor(**chosen)


def learned(of: fs.LSTMRegressor) -> dict:
    return of.to_dict()["learned"]


def through_a_file(before: fs.LSTMRegressor) -> fs.LSTMRegressor:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.json")
        before.write(path)
        return fs.LSTMRegressor.read(path)


BETWEEN = {
    "nothing": lambda before: before,
    "a file": through_a_file,
    "a dictionary": lambda before: fs.LSTMRegressor.from_dict(before.to_dict()),
    "a pickle": lambda before: pickle.loads(pickle.dumps(before)),
    "predictions": lambda before: (
        (before.predict(SOURCE), before.predict_point([[0.0, 1.0]])) and before
    ),
}


@settings(max_examples=25)
@given(
    parts=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(sorted(BETWEEN))), min_size=2, max_size=4
    ),
    batch_size=st.sampled_from(["auto", 1, 5, 24, 100]),
    standardize=st.booleans(),
)
def test_any_division_into_bursts_gives_the_same_bits(parts, batch_size, standardize):
    settings_ = {"batch_size": batch_size, "standardize": standardize}
    whole = model(max_iter=sum(epochs for epochs, _ in parts), **settings_).fit(SOURCE, TARGET)
    pieces = model(**settings_)
    for epochs, between in parts:
        pieces = BETWEEN[between](pieces.set_params(max_iter=epochs).fit(SOURCE, TARGET))
    assert learned(pieces) == learned(whole)


def test_a_clone_forgets_and_a_copy_does_not():
    from copy import deepcopy

    from sklearn.base import clone

    fitted = model(max_iter=2).fit(SOURCE, TARGET)
    assert learned(deepcopy(fitted)) == learned(fitted)
    assert clone(fitted).to_dict()["learned"] is None
    assert learned(clone(fitted).fit(SOURCE, TARGET)) == learned(fitted)


def test_a_copy_learns_alone():
    from copy import deepcopy

    fitted = model(max_iter=2).fit(SOURCE, TARGET)
    before = learned(fitted)
    deepcopy(fitted).fit(SOURCE, TARGET)
    assert learned(fitted) == before


# Interrupted


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")
def test_a_signal_stops_a_long_fit_and_keeps_whole_epochs():
    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    fitted = model(max_iter=10**6)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            fitted.fit(SOURCE, TARGET)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert fitted.n_iter_ >= 1
    assert learned(fitted) == learned(model(max_iter=fitted.n_iter_).fit(SOURCE, TARGET))
    fitted.set_params(max_iter=1).fit(SOURCE, TARGET)  # nothing is left locked


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_error_in_the_first_epoch_leaves_what_was_there(error):
    def fail(*_):
        raise error

    new = model(max_iter=3)
    with pytest.raises(error):
        new.fit(SOURCE, TARGET, callback=fail)
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        new.predict(SOURCE)
    afresh = model(max_iter=3, warm_start=False).fit(SOURCE, TARGET)
    before = learned(afresh)
    with pytest.raises(error):
        afresh.fit(SOURCE, TARGET, callback=fail)
    assert learned(afresh) == before


def test_an_error_in_a_callback_keeps_the_last_finished_epoch():
    def fail(epoch, batch, *_):
        if (epoch, batch) == (2, 1):
            raise ZeroDivisionError

    fitted = model(max_iter=9, batch_size=6)
    with pytest.raises(ZeroDivisionError):
        fitted.fit(SOURCE, TARGET, callback=fail)
    assert learned(fitted) == learned(model(max_iter=2, batch_size=6).fit(SOURCE, TARGET))


# From threads


def test_another_thread_predicts_while_one_fits():
    fitted = model(max_iter=1).fit(SOURCE, TARGET)
    begun = threading.Event()

    def fit():
        fitted.set_params(max_iter=150).fit(SOURCE, TARGET, callback=lambda *_: begun.set())

    fitting = threading.Thread(target=fit)
    fitting.start()
    assert begun.wait(10)
    curves, refused = [], 0
    while fitting.is_alive():
        answers = fitted.predict(SOURCE)
        assert np.isfinite([answers[name] for name in answers]).all()
        fitted.predict_point(SOURCE["tone-0"])
        curves.append(len(fitted.loss_curve_))
        try:
            fitted.clear()
        except errors.BusyError:
            refused += 1
        else:
            break  # the fit has just ended
    fitting.join()
    assert refused > 0
    assert curves == sorted(curves)
    assert max(curves) <= 151
