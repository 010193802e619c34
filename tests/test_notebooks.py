"""The notebooks under examples/ run from beginning to end, and are kept without outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="a notebook runs with the group test alone")
nbclient = pytest.importorskip("nbclient", reason="a notebook runs with the group test alone")

EXAMPLES = Path(__file__).parent.parent / "examples"
by_name = pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem
)


@by_name
# The kernel is another process: what jupyter_client says of itself here is not ours.
@pytest.mark.filterwarnings("default")
def test_runs(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()


@by_name
def test_is_kept_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_the_readme_names_every_notebook():
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.glob("*.ipynb"):
        assert f"({path.name})" in page
