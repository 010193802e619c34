"""read_model: a file says which model it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import errors
from fluidseries.models.base import Model
from fluidseries.models.registry import _MODULES

FILES = Path(__file__).parent / "files"
X = np.random.default_rng(0).normal(size=(6, 2))
SERIES = [X[:3], X[2:], X[1:5]] * 2


def fitted(kind):
    """A small model of any kind."""
    model = getattr(fs, kind)()
    small = {"hidden_size": 3, "max_iter": 1, "random_state": 0}
    model.set_params(**{name: small[name] for name in small.keys() & model.get_params().keys()})
    source = X if kind.startswith("MLP") else SERIES
    if kind.endswith("Classifier"):
        return model.fit(source, list("ababab"))
    return model.fit(source, X) if kind.endswith("Regressor") else model.fit(source)


@pytest.mark.parametrize("kind", _MODULES)
def test_every_kind_comes_back(kind, tmp_path):
    model = fitted(kind)
    path = tmp_path / "model.json"
    model.write(path)
    again = fs.read_model(path)
    assert type(again) is type(model)
    assert again.to_dict() == model.to_dict()


def test_every_model_is_in_the_register():
    """A class derived from Model that has a public name is readable by its kind."""
    public = {name for name in fs.__all__ if isinstance(getattr(fs, name), type)}
    models = {getattr(fs, name).__name__ for name in public if issubclass(getattr(fs, name), Model)}
    assert models == set(_MODULES)
    for kind, module in _MODULES.items():
        assert hasattr(import_module(f"fluidseries.models.{module}"), kind)
    assert list(_MODULES) == sorted(_MODULES)


@pytest.mark.parametrize("path", sorted(FILES.glob("*_v1.json")), ids=lambda path: path.stem)
def test_kept_files_open(path):
    kind = json.loads(path.read_text()).get("fluidseries", {}).get("kind")
    if kind is not None:
        assert type(fs.read_model(path)).__name__ == kind


def test_flucomas_perceptrons_open():
    assert isinstance(fs.read_model(FILES / "mlp_regressor_v1_flucoma.json"), fs.MLPRegressor)
    assert isinstance(fs.read_model(FILES / "mlp_classifier_v1_flucoma.json"), fs.MLPClassifier)


OTHERS = {
    "points": ({"cols": 1, "data": {"a": [1.0]}}, r"a DataSet, not a model: choose a file"),
    "a scaler": ({"cols": 1, "mean": [0.0], "std": [1.0]}, r"with Standardize\.read\)"),
    "FluCoMa's LSTM": ({"size": 1, "sizes": [1], "layers": []}, "is not a fluidseries model"),
    "a list": ([1], "is not a fluidseries model"),
    "a kind to come": (
        {"fluidseries": {"format": 1, "kind": "Oracle", "version": "9"}, "parameters": {},
         "learned": None},
        "holds a Oracle, a model that this version does not know: install a newer one",
    ),
    "no code of others": (
        {"fluidseries": {"format": 1, "kind": "os.system"}, "parameters": {}, "learned": None},
        "holds a os.system, a model that this version does not know",
    ),
    "a part": ({"fluidseries": {"format": 1, "kind": "MLPRegressor"}}, "has no 'parameters'"),
    "damaged": (
        {"fluidseries": {"format": 1, "kind": "MLPRegressor"}, "parameters": {"size": 1},
         "learned": None},
        "says it is a MLPRegressor but its content is damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_explained(name, tmp_path):
    content, message = OTHERS[name]
    path = tmp_path / "file.json"
    path.write_text(json.dumps(content))
    with pytest.raises(errors.FormatError, match=message) as raised:
        fs.read_model(path)
    assert str(path) in str(raised.value)


def test_a_newer_format(tmp_path):
    path = tmp_path / "file.json"
    path.write_text('{"fluidseries": {"format": 99, "kind": "MLPRegressor", "version": "9"}}')
    with pytest.raises(errors.VersionError, match="install a newer one"):
        fs.read_model(path)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        fs.read_model(tmp_path / "nothing.json")


def test_the_register_loads_no_model_before_it_must():
    code = (
        "import sys, fluidseries.models.registry\n"
        "print([m for m in sys.modules if m.startswith(('sklearn', 'fluidseries.models.l'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() in ("[]", "['fluidseries.models.layers']")
