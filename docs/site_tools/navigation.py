"""What stands beside every page, in which order.

The pages stay plain Markdown that reads well outside of the site too, so the navigation is put
behind the text of index.md when the site is built.
"""

from __future__ import annotations

from typing import Any

NAVIGATION = {
    "Begin": ["quick-start"],
    "Models": ["lstm-regressor", "lstm-classifier", "lstm-forecaster", "nearest", "mlp"],
    "Data": ["containers", "scalers", "model-file"],
    "FluCoMa": ["flucoma"],
    "How good, how fast": ["learning", "performance"],
    "Words": ["glossary"],
    "Reference": ["reference/models", "reference/containers", "reference/functions"],
}


def append_navigation(app: Any, page: str, source: list[str]) -> None:
    del app
    if page != "index":
        return
    for caption, pages in NAVIGATION.items():
        lines = [":::{toctree}", ":hidden:", f":caption: {caption}", "", *pages, ":::"]
        source[0] += "\n" + "\n".join(lines) + "\n"


def setup(app: Any) -> dict[str, bool]:
    app.connect("source-read", append_navigation)
    return {"parallel_read_safe": True}
