"""What the network hears: hidden states."""

from __future__ import annotations

import numpy as np
import pytest

import fluidseries as fs

from conftest import tones


@pytest.mark.parametrize("kind", ["LSTMRegressor", "LSTMForecaster"])
def test_states_lie_where_the_readout_finds_them(kind):
    source, target = tones(12)
    model = getattr(fs, kind)(hidden_size=(5, 7), max_iter=2, n_networks=3, random_state=0)
    model.fit(source, target if kind == "LSTMRegressor" else None)
    ends, frames = model.states(source), model.states(source, every_frame=True)
    assert (type(ends), type(frames)) == (fs.DataSet, fs.DataSeries)
    for name, series in source.items():
        assert frames[name].shape == (len(series), 3 * 7)
        np.testing.assert_array_equal(ends[name], frames[name][-1])
        assert np.abs(frames[name]).max() < 1
    X = list(source.values())
    np.testing.assert_allclose(model.states(X), list(ends.values()), atol=1e-6)
    tables = model.states(X, every_frame=True)
    assert [len(table) for table in tables] == [len(x) for x in X]


def test_states_feed_the_readout():
    """The regressor's answer follows from the states by its own last, mean and maximum."""
    source, target = tones(6)
    model = fs.LSTMRegressor(4, max_iter=2, random_state=0).fit(source, target)
    learned = model.to_dict()["learned"]
    scaling = learned["scaling"]["output"]
    for name, states in model.states(source, every_frame=True).items():
        ys = []
        for h, one in zip(np.hsplit(states, 5), learned["networks"], strict=True):
            named = one["parameters"]
            features = np.concatenate([h[-1], h.mean(axis=0), h.max(axis=0)])
            ys.append(np.array(named["readout_weight"]) @ features + named["readout_bias"])
        y = np.mean(ys, axis=0) * scaling["scale"] + scaling["mean"]
        np.testing.assert_allclose(model.predict(source)[name], y, rtol=1e-4)


def test_states_need_a_fit():
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        fs.LSTMRegressor().states([[[1.0]]])
