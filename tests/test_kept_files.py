"""Files that earlier versions wrote still load and still answer the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fluidseries as fs

FILES = Path(__file__).parent / "files"
KINDS = {
    "lstm_classifier": fs.LSTMClassifier,
    "lstm_forecaster": fs.LSTMForecaster,
    "dtw_classifier": fs.DTWClassifier,
    "dtw_regressor": fs.DTWRegressor,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_the_first_version_still_answers(name):
    answers = json.loads((FILES / "family_v1_answers.json").read_text(encoding="utf-8"))
    series = [np.array(frames) for frames in answers["series"]]
    model = fs.read_model(FILES / f"{name}_v1.json")
    assert type(model) is KINDS[name]
    ask = getattr(model, "predict_proba", model.predict)
    for got, expected in zip(ask(series), answers[name], strict=True):
        # Another instruction set may round differently in the last bit of a float32.
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["lstm_regressor", "lstm_classifier", "lstm_forecaster"])
def test_a_file_with_several_networks_still_answers_and_learns_on(name):
    answers = json.loads((FILES / "networks_v2_answers.json").read_text(encoding="utf-8"))
    series = [np.array(frames) for frames in answers["series"]]
    model = fs.read_model(FILES / f"{name}_v2.json")
    ask = getattr(model, "predict_proba", model.predict)
    for got, expected in zip(ask(series), answers[name], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    targets = {"lstm_regressor": answers["lstm_regressor"], "lstm_classifier": ["up", "down"] * 2}
    model.set_params(learn_rate=1e-6).fit(series, targets.get(name))
    assert model.n_iter_ == 6


def test_a_file_with_a_linear_part_still_answers_and_learns_on():
    answers = json.loads((FILES / "linear_v3_answers.json").read_text(encoding="utf-8"))
    series = [np.array(frames) for frames in answers["series"]]
    model = fs.LSTMForecaster.read(FILES / "lstm_forecaster_v3.json")
    for got, expected in zip(model.predict(series, 12), answers["lstm_forecaster"], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)
    assert max(model.to_dict()["learned"]["trust"]) > 0.1
    assert model.set_params(max_iter=3).fit(series[1:]).n_iter_ == 303
