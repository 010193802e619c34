"""Made lstm_regressor_v1.json, which must load for ever; do not run it again for another version.

It writes a small fitted model beside the series it was asked about and what it answered.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import fluidseries as fs

rng = np.random.default_rng(0)
X = [rng.normal(size=(length, 3)) for length in (4, 1, 7, 5)] * 6
y = np.array([[frames.mean() * 100, frames[-1, 0]] for frames in X])
model = fs.LSTMRegressor((4, 3), max_iter=3, validation=0.2, random_state=7, batch_size=4).fit(X, y)
here = Path(__file__).parent
model.write(here / "lstm_regressor_v1.json")
answers = {
    "series": [frames.tolist() for frames in X[:4]],
    "predictions": model.predict(X[:4]).tolist(),
    "loss_curve": model.loss_curve_,
}
(here / "lstm_regressor_v1_answers.json").write_text(json.dumps(answers, indent=1) + "\n")
