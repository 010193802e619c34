"""Made the kept files of classifier, forecaster and nearest-series models: they must load for ever.

Do not run it again for another version. Each file is a small fitted model; family_v1_answers.json
holds the series that they were asked about and what they answered.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import fluidseries as fs

rng = np.random.default_rng(0)
X = [np.cumsum(rng.normal(size=(length, 2)), axis=0) for length in (4, 2, 7, 5)] * 3
labels = ["up", "down", "é still"] * 4
points = np.array([[frames.mean(), frames[-1, 0]] for frames in X])
small = {"hidden_size": 3, "max_iter": 2, "random_state": 1}
models = {
    "lstm_classifier": fs.LSTMClassifier(**small).fit(X, labels),
    "lstm_forecaster": fs.LSTMForecaster(**small, differences=True).fit(X),
    "dtw_classifier": fs.DTWClassifier().fit(X, labels),
    "dtw_regressor": fs.DTWRegressor(constraint="sakoe_chiba").fit(X, points),
}
here = Path(__file__).parent
answers: dict[str, object] = {"series": [(frames + 0.1).tolist() for frames in X[:4]]}
asked = [np.array(frames) for frames in answers["series"]]
for name, model in models.items():
    model.write(here / f"{name}_v1.json")
    ask = getattr(model, "predict_proba", model.predict)
    answers[name] = [np.asarray(answer).tolist() for answer in ask(asked)]
(here / "family_v1_answers.json").write_text(json.dumps(answers, indent=1) + "\n")
