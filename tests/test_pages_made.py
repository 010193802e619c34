"""The pages that scripts renew: the commands' help is today's, and the pictures are there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import typer

from fluidseries import cli

ROOT = Path(__file__).parent.parent


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_help_on_the_page_is_that_of_today(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    tool = script("command_help")
    page = tool.PAGE.read_text(encoding="utf-8")
    assert tool.renewed(page) == page, "renew it with: python tools/command_help.py"


def test_every_command_is_on_the_page():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    commands = set(typer.main.get_command(cli.app).commands)
    assert commands <= set(re.findall(r"^\$ fluidseries ([\w-]+)", page, re.MULTILINE))


@pytest.mark.parametrize("command", sorted(typer.main.get_command(cli.app).commands))
def test_every_help_has_an_example(command):
    told = script("command_help").help_of("fit regressor" if command == "fit" else command)
    assert re.search(rf"Examples?:\n+  fluidseries {command} ", told), told


def test_every_picture_of_the_page_is_there():
    tool = script("draw_pictures")
    page = tool.PAGE.read_text(encoding="utf-8")
    shown = set(re.findall(r"\]\(pictures/([\w.-]+)\)", page))
    there = {path.name for path in tool.PAGE.with_suffix("").glob("*.png")}
    assert shown == there
    assert len(shown) >= 10
    code = "\n".join(tool.CODE.findall(page))
    drawn = {name.replace("{method}", m) for name in re.findall(r'"([\w{}-]+\.png)"', code)
             for m in ("pca", "tsne")}  # fmt: skip
    assert shown <= drawn
