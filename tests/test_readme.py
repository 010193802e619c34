"""The pages: their Python runs, it prints what they say, their links lead somewhere.

A page's ```python and ```sh blocks run in order, as one program in an empty folder. A ```text block
right after one holds what that block prints; `...` stands for anything.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from codeop import compile_command
from pathlib import Path
from typing import Any

import pytest

import fluidseries as fs

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: str) -> list[tuple[int, str, str, str | None]]:
    """Line, language, code and expected output of every block that runs."""
    found = list(FENCE.finditer(page))
    result = []
    for number, block in enumerate(found):
        if block[1] not in ("python", "sh"):
            continue
        following = found[number + 1] if number + 1 < len(found) else None
        adjacent = following and not page[block.end() : following.start()].strip()
        wanted = following[2] if adjacent and following and following[1] == "text" else None
        result.append((page.count("\n", 0, block.start()) + 1, block[1], block[2], wanted))
    return result


def run_page(text: str, name: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "page"}
    for line, language, code, wanted in blocks(text):
        if language == "sh":
            printed = run_commands(code, f"{name}, line {line}")
        else:
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                # The empty lines put the page's line numbers into tracebacks.
                exec(compile("\n" * line + code, name, "exec"), space)
            printed = output.getvalue()
        if wanted is not None:
            same = doctest.OutputChecker().check_output(
                wanted, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            )
            assert same, f"{name}, line {line} prints\n{printed}instead of\n{wanted}"
    return space


def run_commands(code: str, where: str) -> str:
    """Run what a reader would type, with the program of this Python first on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{where}: {done.stderr}"
    return done.stdout


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links, on GitHub and in the site."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(text)
    }


@by_name
def test_code_runs_as_printed(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page.read_text(encoding="utf-8"), str(page))


@by_name
def test_code_can_be_typed_at_the_prompt(page):
    """There a block of indented lines ends with an empty one."""
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        typed: list[str] = []
        for line in [*fence[2].splitlines(), ""] if fence[1] == "python" else []:
            typed.append(line)
            try:
                whole = compile_command("\n".join(typed), symbol="single")
            except SyntaxError as err:
                pytest.fail(f"{page.name}: an empty line is wanted before {line!r} ({err.msg})")
            if whole is not None:
                typed = []
        assert not any(typed), f"{page.name} leaves off in the middle: {typed}"


@by_name
def test_links_lead_somewhere(page):
    for target, heading in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            there = page.parent / target if target else page
            assert there.exists(), f"{page.name} links to {target}"
            assert not heading or heading in anchors(there), f"{page.name}: no #{heading}"


def test_a_wrong_page_is_found():
    run_page("```python\nprint(1)\n```\n\n```text\n1\n```\n", "page")
    with pytest.raises(AssertionError, match=r"line 2 prints\n\s*1\s+instead of\n\s*2"):
        run_page("x\n```python\nprint(1)\n```\n```text\n2\n```\n", "page")
    with pytest.raises(AssertionError, match=r"line 1 prints\n\s*1\s+instead of\n\s*2"):
        run_page("```sh\necho 1\n```\n```text\n2\n```\n", "page")
    with pytest.raises(AssertionError, match=r"line 1: .*no-such-program"):
        run_page("```sh\nno-such-program\n```\n", "page")
    with pytest.raises(ZeroDivisionError):
        run_page("```python\nx = 0\n```\nthen\n```python\n1 / x\n```\n", "page")


def test_the_first_screen():
    """One sentence, the two commands, eight lines from data to prediction."""
    screen = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    assert "make demo" in screen
    assert "make test" in screen
    code = FENCE.search(screen)
    assert code is not None
    assert len([line for line in code[2].splitlines() if line]) <= 8
    assert len(screen.splitlines()) <= 35
    model = run_page(screen, "README.md")["model"]
    assert model.predict_point([[0.1], [0.6], [0.9]]) == pytest.approx([880], abs=120)


def test_the_layout_names_every_part():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    package = Path(fs.__file__).parent
    parts = {p.name for p in package.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    missing = parts - set(re.findall(r"[\w.]+", page))
    assert not missing, f"CONTRIBUTING.md does not say what is in {', '.join(sorted(missing))}"
