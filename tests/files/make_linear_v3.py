"""Made the kept file of a forecaster with a linear part (format 3): it must load for ever.

Do not run it again for another version. linear_v3_answers.json holds the series that it was asked
about and how it continued them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import fluidseries as fs

frames = np.array([[0.3, 0.1]])
for _ in range(59):
    frames = np.vstack([frames, 3.8 * frames[-1] * (1 - frames[-1])])
frames = 10 * frames + np.arange(60)[:, np.newaxis] * [0.3, -0.2]
X = [frames[start : start + 40] for start in (0, 10, 20)]
model = fs.LSTMForecaster(6, max_iter=300, n_networks=2, linear=True, random_state=1).fit(X)
here = Path(__file__).parent
model.write(here / "lstm_forecaster_v3.json")
asked = [frames[:length] for frames, length in zip(X, (1, 6, 40), strict=True)]
answers = {
    "series": [frames.tolist() for frames in asked],
    "lstm_forecaster": [answer.tolist() for answer in model.predict(asked, 12)],
}
(here / "linear_v3_answers.json").write_text(json.dumps(answers, indent=1) + "\n")
