"""Any one value of a model file is replaced by junk: refused with a clear error, or harmless."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import fluidseries as fs

from damage import try_junk_everywhere

RNG = np.random.default_rng(0)
X = [RNG.normal(size=(length, 2)) for length in (5, 3, 9, 4, 6, 2)]
TARGETS = {
    fs.LSTMRegressor: RNG.normal(size=(6, 2)),
    fs.LSTMClassifier: ["a", "b", "c"] * 2,
    fs.LSTMForecaster: None,
}


def use(model: Any, target: Any) -> None:
    """Do all that a model does; errors of our own are allowed, non-finite numbers are not."""
    model.set_params(max_iter=1, verbose=0)
    model.predict(X)
    model.predict_point(X[0])
    model.stream().step([1.0, 2.0])
    assert np.isfinite([model.loss_, *model.loss_curve_]).all()
    model.fit(X, target)
    json.dumps(model.to_dict(), allow_nan=False)


@pytest.mark.parametrize("kind", TARGETS, ids=lambda kind: kind.__name__)
def test_junk_anywhere_is_refused_or_harmless(kind):
    model = kind((3, 2), max_iter=2, random_state=0).fit(X, TARGETS[kind])
    try_junk_everywhere(model, lambda read: use(read, TARGETS[kind]))


def test_the_content_that_was_read_is_not_used_any_more():
    model = fs.LSTMRegressor(3, max_iter=1, random_state=0).fit(X, TARGETS[fs.LSTMRegressor])
    content = model.to_dict()
    read = fs.LSTMRegressor.from_dict(content)
    content["learned"]["random"]["state"]["state"] = 0
    content["learned"]["scaling"]["input"]["mean"][0] = 1e9
    content["learned"]["network"]["hidden_sizes"].append(3)
    assert read.to_dict() == model.to_dict()
