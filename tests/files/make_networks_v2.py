"""Made the kept files of LSTM models with several networks (format 2): they must load for ever.

Do not run it again for another version. networks_v2_answers.json holds the series that they were
asked about and what they answered.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import fluidseries as fs

rng = np.random.default_rng(0)
X = [np.cumsum(rng.normal(size=(length, 2)), axis=0) for length in (4, 2, 7, 5, 3)] * 12
labels = ["up", "down", "still"] * 20
points = np.array([[frames.mean(), frames[-1, 0]] for frames in X])
small = {"hidden_size": 2, "max_iter": 3, "n_networks": 2, "random_state": 1}
models = {
    "lstm_regressor": fs.LSTMRegressor(**small, output_limits="trained").fit(X, points),
    "lstm_classifier": fs.LSTMClassifier(**small, missing="mask").fit(X, labels),
    "lstm_forecaster": fs.LSTMForecaster(**small, differences=True).fit(X),
}
here = Path(__file__).parent
answers: dict[str, object] = {"series": [(frames + 0.1).tolist() for frames in X[:4]]}
asked = [np.array(frames) for frames in answers["series"]]
for name, model in models.items():
    model.write(here / f"{name}_v2.json")
    ask = getattr(model, "predict_proba", model.predict)
    answers[name] = [np.asarray(answer).tolist() for answer in ask(asked)]
(here / "networks_v2_answers.json").write_text(json.dumps(answers, indent=1) + "\n")
