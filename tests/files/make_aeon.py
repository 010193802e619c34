"""Make tests/files/aeon: .ts files that aeon wrote, and what aeon's reader says of them.

Run once, when the files were made, in an environment with aeon 1.6.0; kept so that anybody can make
them again:

    python tests/files/make_aeon.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from aeon.datasets import load_from_ts_file, save_to_ts_file

FOLDER = Path(__file__).parent / "aeon"


def cases(lengths: list[int], n_channels: int, *, missing: bool = False) -> list[np.ndarray]:
    """Return arrays of shape (n_channels, n_timepoints), as aeon has them."""
    rng = np.random.default_rng(len(lengths) + n_channels)
    made = [rng.normal(0, 10, (n_channels, length)).round(6) for length in lengths]
    if missing:
        made[0][0, 1] = made[-1][-1, -1] = np.nan
    return made


def main() -> None:
    """Write each set, and beside it what aeon reads, None for NaN."""
    labels, targets = np.array(["up", "down", "up"]), np.array([0.25, -1.5, 1e-7])
    sets = {
        "labels": (np.stack(cases([5, 5, 5], 2)), labels, "classification"),
        "targets": (np.stack(cases([4, 4, 4], 1)), targets, "regression"),
        "unequal": (cases([3, 7, 1], 3), labels, "classification"),
        "missing": (cases([4, 6, 5], 2, missing=True), targets, "regression"),
        "alone": (cases([2, 3, 4], 2), None, None),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, (collection, answers, kind) in sets.items():
        save_to_ts_file(
            collection, answers, label_type=kind, path=FOLDER, problem_name=name, header="by aeon"
        )
        read, found = load_from_ts_file(str(FOLDER / f"{name}.ts"))
        content = {
            "cases": [np.where(np.isnan(one), None, one).tolist() for one in read],
            "answers": None if answers is None else found.tolist(),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
