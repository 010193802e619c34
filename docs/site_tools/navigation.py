"""What stands beside every page, in which order.

The pages stay plain Markdown that reads well outside of the site too, so the navigation is put
behind the text of index.md when the site is built. A page that is not named here comes last.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent
NAVIGATION = {
    "Begin": ["quick-start", "how-it-learns", "from-series-to-numbers", "which-model", "glossary"],
    "How to": ["how-to-sounds", "how-to-gestures", "how-to-sensors", "how-to-flucoma"],
    "Models": ["lstm-regressor", "lstm-classifier", "lstm-forecaster", "nearest", "mlp"],
    "Data": ["containers", "formats", "audio", "scalers", "model-file"],
    "On stage": ["live", "live-supercollider", "live-puredata", "live-max", "osc"],
    "Tools": ["command-line", "pictures"],
    "FluCoMa": ["flucoma"],
    "How good, how fast": ["learning", "performance"],
    "Reference": [
        "reference/models",
        "reference/containers",
        "reference/files",
        "reference/live",
        "reference/plots",
        "reference/functions",
    ],
}


def pages() -> dict[str, list[str]]:
    """Return the pages that are there, by caption."""
    there = {
        str(page.relative_to(DOCS).with_suffix(""))
        for page in DOCS.rglob("*")
        if page.suffix in (".md", ".rst")
    }
    named = {
        caption: [page for page in pages if page in there] for caption, pages in NAVIGATION.items()
    }
    unnamed = there - {"index"} - {page for pages in named.values() for page in pages}
    return {**named, "More": sorted(unnamed)}


def append_navigation(app: Any, page: str, source: list[str]) -> None:
    """Put the navigation behind the first page."""
    del app
    if page == "index":
        for caption, names in pages().items():
            lines = [":::{toctree}", ":hidden:", f":caption: {caption}", "", *names, ":::"]
            source[0] += "\n" + "\n".join(lines) + "\n"


def read_index_again(*event: Any) -> list[str]:
    """Tell that index.md is out of date: a page may have come, or gone."""
    del event
    return ["index"]


def setup(app: Any) -> dict[str, bool]:
    """Join the build."""
    app.connect("source-read", append_navigation)
    app.connect("env-get-outdated", read_index_again)
    return {"parallel_read_safe": True}
