"""What several test files need: real data, small corpora, the command line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import fluidseries as fs
from fluidseries import cli

ROOT = Path(__file__).parent.parent

# A busy machine is slow, which is no defect.
settings.register_profile(
    "any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")
# On a machine that is busy otherwise a live fit that steps back would take minutes.
os.environ.setdefault("FLUIDSERIES_NICE", "0")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real data sets, which are not part of the package."""
    folder = Path(os.environ.get("FLUIDSERIES_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: set FLUIDSERIES_DATA to their folder")
    return folder


# The scripts there made files that must stay as they are; collecting a module runs it.
collect_ignore_glob = ["files/*"]


def tones(n_series: int = 24, seed: int = 0) -> tuple[fs.DataSeries, fs.DataSet]:
    """Noisy sines of unequal length; the target is their speed and their size."""
    rng = np.random.default_rng(seed)
    source, target = fs.DataSeries(), fs.DataSet()
    for i in range(n_series):
        speed, size, length = rng.uniform(0.2, 1.2), rng.uniform(0.5, 2), rng.integers(8, 25)
        phase = speed * np.arange(length)
        wave = np.stack([np.sin(phase), np.cos(phase)], axis=1) * size
        source[f"tone-{i}"] = wave + rng.normal(0, 0.02, wave.shape)
        target[f"tone-{i}"] = [1000 * speed, size]
    return source, target


def write_named_tones(folder, n):
    """Write series.json, names.json and a model.json that learned them; return the series."""
    source, target = tones(n)
    labels = fs.LabelSet({i: "fast" if x[0] > 700 else "slow" for i, x in target.items()})
    source.write(folder / "series.json")
    labels.write(folder / "names.json")
    fs.DTWClassifier().fit(source, labels).write(folder / "model.json")
    return source


@pytest.fixture
def run(capsys):
    """Run a command line; return the exit code, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return run


@pytest.fixture
def corpus() -> tuple[fs.DataSeries, fs.DataSet]:
    return tones()
