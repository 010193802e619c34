"""Made the mlp_*_v1.json, which must load for ever; do not run it again for another version.

It writes small fitted models beside the points they were asked about and what they answered.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import fluidseries as fs

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3))
y = np.stack([X.sum(axis=1) * 100, X[:, 0] ** 2], axis=1)
labels = np.array(["low", "middle", "high"])[np.digitize(X[:, 1], [-0.5, 0.5])]
here = Path(__file__).parent
settings = {"hidden_size": (4, 3), "max_iter": 3, "validation": 0.2, "random_state": 7}
regressor = fs.MLPRegressor(**settings).fit(X, y)
regressor.write(here / "mlp_regressor_v1.json")
regressor.write_flucoma(here / "mlp_regressor_v1_flucoma.json")
classifier = fs.MLPClassifier(**settings, activation="tanh").fit(X, labels)
classifier.write(here / "mlp_classifier_v1.json")
classifier.write_flucoma(here / "mlp_classifier_v1_flucoma.json")
answers = {
    "points": X[:5].tolist(),
    "predictions": regressor.predict(X[:5]).tolist(),
    "labels": classifier.predict(X[:5]).tolist(),
    "probabilities": classifier.predict_proba(X[:5]).tolist(),
}
(here / "mlp_v1_answers.json").write_text(json.dumps(answers, indent=1) + "\n")
