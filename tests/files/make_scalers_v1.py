"""Made the scalers' files, which must load for ever; do not run it again for another version."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import fluidseries as fs

here = Path(__file__).parent
# The last dimension never changes.
table = np.random.default_rng(0).normal(size=(9, 4)) * [1.0, 100.0, 0.01, 0.0] + [
    0.0,
    50.0,
    3.0,
    7.0,
]
answers: dict[str, object] = {"points": table.tolist()}
for scaler in (
    fs.Standardize(),
    fs.Normalize(min=-1.0, max=2.0),
    fs.RobustScale(low=10.0, high=90.0),
):
    name = type(scaler).__name__.lower()
    answers[name] = scaler.fit_transform(table).tolist()
    scaler.write(here / f"{name}_v1.json")
(here / "scalers_v1_answers.json").write_text(json.dumps(answers, indent=1) + "\n")
