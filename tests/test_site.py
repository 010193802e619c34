"""The site's parts fit together; `make docs` builds it and turns every warning into an error."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import fluidseries as fs
from fluidseries import errors

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("reference/*.rst"))


@pytest.mark.parametrize("name", fs.__all__)
def test_every_public_name_is_in_the_reference(name):
    home = {"FluidSeriesError": "errors", "NotFittedError": "errors"}
    wanted = f"fluidseries.{home.get(name, name)}"
    assert re.search(rf"(auto\w+|py:\w+):: {re.escape(wanted)}$", REFERENCE, re.MULTILINE), name


def undocumented(name: str, thing: Any) -> list[str]:
    """Names of this thing, and of all that is public in it, that say nothing of themselves."""
    own = thing.__doc__ if inspect.isclass(thing) else inspect.getdoc(thing)
    missing = [] if own else [name]
    if inspect.isclass(thing) or isinstance(thing, ModuleType):
        for part in getattr(thing, "__all__", members(thing)):
            value = members(thing).get(part) or getattr(thing, part)
            ours = (getattr(value, "__module__", None) or "").startswith("fluidseries")
            if ours and not part.startswith("_"):
                missing += undocumented(f"{name}.{part}", value)
    return missing


def members(thing: Any) -> dict[str, Any]:
    """The functions, classes and properties of a class, inherited ones too."""
    return {
        part: value.fget if isinstance(value, property) else value
        for part, value in inspect.getmembers(thing)
        if inspect.isroutine(value) or inspect.isclass(value) or isinstance(value, property)
    }


@pytest.mark.parametrize("name", fs.__all__)
def test_every_public_name_has_a_docstring(name):
    assert undocumented(name, getattr(fs, name)) == []


def test_every_error_has_a_docstring():
    assert undocumented("errors", errors) == []


def test_a_missing_docstring_is_found():
    class Documented:
        """It is."""

        def method(self) -> None: ...

    Documented.method.__module__ = Documented.__module__ = "fluidseries.there"
    assert undocumented("Documented", Documented) == ["Documented.method"]
