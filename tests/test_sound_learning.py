"""Whatever the parameters within their ranges, learning stays finite; few examples are enough."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs

KINDS = ["LSTMRegressor", "LSTMClassifier", "LSTMForecaster"]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(
    learn_rate=st.floats(1e-6, 1.0),
    momentum=st.floats(0, 0.999),
    batch_size=st.sampled_from(["auto", 1, 7]),
    schedule=st.sampled_from(["auto", "constant", "cycle"]),
    standardize=st.booleans(),
    size=st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_no_parameters_within_their_ranges_make_it_diverge(
    kind, learn_rate, momentum, batch_size, schedule, standardize, size
):
    rng = np.random.default_rng(0)
    X = [size * rng.normal(size=(length, 2)) for length in (3, 9, 1, 30, 5, 12)]
    targets = {"LSTMRegressor": size * rng.normal(size=6), "LSTMClassifier": list("abcabc")}
    model = getattr(fs, kind)(
        3, 20, learn_rate, batch_size, momentum=momentum, schedule=schedule,
        standardize=standardize, n_networks=2, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fs.errors.FluidSeriesWarning)
        model.fit(X, targets.get(kind))
    assert np.isfinite(model.loss_curve_).all()
    for answer in model.predict(X):
        if kind != "LSTMClassifier":
            assert np.isfinite(answer).all()


def test_three_series_of_each_label_are_enough_to_begin_with():
    """Gestures of 0.2 to 3 seconds at 100 frames a second, side by side."""

    def gestures(seed: int, per_label: int) -> tuple[list[np.ndarray], list[str]]:
        rng = np.random.default_rng(seed)
        X, y = [], []
        for label, shape in {"rise": 1.0, "fall": -1.0, "bump": 0.0}.items():
            for length in rng.integers(20, 300, per_label):
                time = np.linspace(0, 1, length)
                curve = shape * time if shape else np.sin(np.pi * time)
                X.append((curve + rng.normal(0, 0.05, length))[:, np.newaxis])
                y.append(label)
        return X, y

    model = fs.LSTMClassifier(random_state=0).fit(*gestures(0, per_label=3))
    assert model.score(*gestures(1, per_label=20)) > 0.9
