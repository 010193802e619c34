"""Who imports whom, and what an import loads. The table of arrows is CONTRIBUTING's."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fluidseries as fs

PACKAGE = Path(fs.__file__).parent

FOR_ALL = {"errors", "wording"}

# Part -> the parts that it may import besides. A part is a module or a sub-package.
ARROWS = {
    "_core": set(),
    "errors": set(),
    "json_places": set(),
    "json_text": {"json_places"},
    "files": {"json_text", "json_places"},
    "containers": {"files", "json_places", "sketches", "_core"},
    "wording": set(),
    "scaling": set(),
    "network": set(),
    "batch": {"containers", "scaling", "_core"},
    "labels": set(),
    "missing": set(),
    "reading": {"labels", "missing", "batch", "containers", "_core"},
    "points": {"labels", "reading", "batch", "containers"},
    "scalers": {"points", "reading", "containers", "files", "json_places"},
    "engines": {"network", "batch", "_core"},
    "holding_out": set(),
    "learner": {"engines", "_core"},
    "training": {"learner", "engines"},
    "models": {
        "warping", "training", "learner", "holding_out", "engines", "scaling", "reading", "missing",
        "labels", "points", "batch", "network", "containers", "files", "json_places", "sketches",
        "_core",
    },
    "audio": {"containers"},
    "spelling": set(),
    "sketches": set(),
    "concerns": {"containers"},
    "evaluation": {"models", "points", "reading", "batch", "containers"},
    "osc": {"live", "spelling", "warping"},
    "plots": {"evaluation", "containers", "files"},
    "datasets": {"containers"},
    "progress": {"training"},
    "formats": {"models", "scalers", "containers", "files", "_core"},
    "live": {"models", "containers", "files", "spelling"},
    "inspection": {"model_facts", "formats", "models", "scalers", "containers", "files"},
    "model_facts": {"models", "containers"},
    "demo": {
        "models", "datasets", "containers", "batch", "progress", "evaluation", "report", "plots",
    },
    "report": {"evaluation"},
    "__main__": {"cli"},
    "cli": {
        "cli_completion", "cli_convert", "cli_demo", "cli_evaluate", "cli_extract", "cli_fit",
        "cli_inspect", "cli_plot", "cli_predict", "cli_serve",
        "spelling",
    },
    "cli_completion": {"formats"},
    "cli_extract": {
        "cli_completion", "cli_shared", "audio", "containers", "files", "models", "progress",
    },
    "cli_convert": {"cli_completion", "cli_shared", "containers", "files", "formats"},
    "cli_demo": {"cli_settings", "cli_shared", "demo"},
    "cli_evaluate": {"cli_completion", "cli_shared", "models", "evaluation", "report"},
    "cli_fit": {"cli_completion", "cli_settings", "cli_shared", "progress"},
    "cli_inspect": {
        "cli_completion", "cli_shared", "concerns", "containers", "formats", "inspection",
    },
    "cli_plot": {"cli_completion", "cli_shared", "formats", "plots"},
    "cli_predict": {"cli_shared", "models"},
    "cli_serve": {"cli_shared", "live", "osc"},
    "cli_settings": set(),
    "cli_shared": {
        "cli_completion", "formats", "containers", "json_places", "json_text", "progress",
    },
    "building": {"engines", "_core"},
    "warping": {"reading", "containers", "_core"},
    "__init__": {
        "audio", "building", "warping", "reading", "batch", "containers", "datasets", "models",
        "scalers", "live", "formats", "plots",
    },
}  # fmt: skip


def part_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py").removesuffix(".pyi")


def imported(file: Path) -> set[str]:
    """The parts of the package that a file imports, at the top, inside functions or for types."""
    found = set()
    package = ["fluidseries", *file.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module.split(".") if node.module else [])]
            names = [".".join([*base, alias.name]) for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("fluidseries.")}
    # `from . import __version__` names the package itself.
    return {name for name in found if not name.startswith("__")} - {part_of(file)}


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(
    file.relative_to(PACKAGE)))  # fmt: skip
def test_arrows(file):
    part = part_of(file)
    assert part in ARROWS, f"{part} is new: say in ARROWS and in CONTRIBUTING.md what it may import"
    forbidden = imported(file) - ARROWS[part] - FOR_ALL
    assert not forbidden, f"{part} must not import {', '.join(sorted(forbidden))}"


def test_arrows_go_one_way():
    below: dict[str, set[str]] = {}

    def reach(part: str, path: tuple[str, ...]) -> set[str]:
        assert part not in path, f"a circle: {' -> '.join([*path, part])}"
        if part not in below:
            others = ARROWS.get(part, set())
            below[part] = set().union(others, *(reach(o, (*path, part)) for o in others))
        return below[part]

    for part in ARROWS:
        reach(part, ())


def test_a_wrong_arrow_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    file = tmp_path / "containers" / "bad.py"
    file.parent.mkdir()
    file.write_text("from ..models.base import Model\nfrom .. import cli\nfrom . import frames\n")
    assert imported(file) == {"models", "cli"}
    file.write_text("def f():\n    import fluidseries.demo\n    from fluidseries.plots import x\n")
    assert imported(file) == {"demo", "plots"}


OPTIONAL = (
    "torch", "ray", "matplotlib", "librosa", "pyarrow", "onnx", "optuna", "sklearn", "pandas",
    "scipy", "rich",
)  # fmt: skip


def loaded_by(code: str) -> list[str]:
    script = f"{code}\nimport sys\nprint(*[m for m in {OPTIONAL!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(
    "code",
    [
        "import fluidseries",
        "from fluidseries import DataSeries, DataSet, LabelSet, FluidSeriesError, datasets, join",
        "import fluidseries; fluidseries.datasets.japanese_vowels()",
        "import fluidseries.cli",
    ],
)
def test_imports_load_nothing_heavy(code):
    assert loaded_by(code) == []


def test_the_first_estimator_brings_scikit_learn_only():
    # scikit-learn itself looks for pandas, which looks for more.
    heavy = set(loaded_by("import fluidseries as fs; fs.LSTMRegressor()"))
    assert "sklearn" in heavy
    assert not heavy & {"torch", "ray", "matplotlib", "librosa", "onnx", "optuna"}


def test_every_public_name_resolves():
    assert fs.__all__ == sorted(fs.__all__)
    for name in fs.__all__:
        assert getattr(fs, name) is not None
        assert name in dir(fs)
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = fs.Nonsense
