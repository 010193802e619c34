"""Writes the tables of docs/osc.md anew from the tables that the server works by.

    python tools/osc_tables.py

A table stands between <!-- NAME --> and <!-- end -->.
"""

from __future__ import annotations

import re
from pathlib import Path

from fluidseries.osc.table import EVENTS, MODEL, PROGRAM
from fluidseries.osc.wekinator_control import CONTROL

PAGE = Path(__file__).parent.parent / "docs" / "osc.md"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def requests(rows) -> str:
    cells = [(f"`{row.usage}`", row.help, row.answer or "the address alone") for row in rows]
    return table(("request", "what it does", "answer"), cells)


TABLES = {
    "model": lambda: requests(MODEL),
    "program": lambda: requests(PROGRAM),
    "events": lambda: table(
        ("address", "arguments", "when"),
        [(f"`{event.name}`", event.values, event.help) for event in EVENTS],
    ),
    "wekinator": lambda: table(
        ("message", "what it does"), [(f"`{row.usage}`", row.help) for row in CONTROL.values()]
    ),
}


def written(page: str) -> str:
    """Return the page with its tables as they should be."""
    for name, make in TABLES.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = block.subn(lambda found, make=make: f"{found[1]}{make()}\n{found[2]}", page)
        if count != 1:
            raise ValueError(f"docs/osc.md has {count} places for the table {name!r}: it needs one")
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
