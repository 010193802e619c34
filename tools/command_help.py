"""Renew the help texts in docs/command-line.md from the commands themselves."""

from __future__ import annotations

import os
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "command-line.md"
HELP = re.compile(r"```console\n\$ fluidseries ([^\n]*)--help\n(.*?)```", re.DOTALL)


def help_of(command: str) -> str:
    """Return what ``fluidseries COMMAND --help`` prints in 80 columns."""
    os.environ["COLUMNS"] = os.environ["TERMINAL_WIDTH"] = "80"
    from typer.testing import CliRunner

    from fluidseries.cli import app

    words = [*command.split(), "--help"]
    shown = CliRunner().invoke(app, words, prog_name="fluidseries", catch_exceptions=False)
    lines = shown.output.splitlines()
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def renewed(page: str) -> str:
    """Return the page with the help of today."""
    return HELP.sub(
        lambda found: f"```console\n$ fluidseries {found[1]}--help\n{help_of(found[1])}```", page
    )


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
