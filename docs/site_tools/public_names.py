"""Public names become links to the reference, in docstrings and in the code that pages mention.

Pages and docstrings need no markup for it: whoever writes `LSTMRegressor` or `fs.dtw(a, b)` has
linked it. A name that is public and not in the reference fails the build.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from numpydoc.docscrape_sphinx import SphinxDocString
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxRole

import fluidseries
from fluidseries import audio, errors, live

STREAMS = {
    "Stream": "models.stream",
    "ClassifierStream": "models.classifier",
    "ForecastStream": "models.forecast_stream",
}
# Name -> where the reference has it.
TARGETS = {
    **{name: f"fluidseries.{name}" for name in fluidseries.__all__},
    **{name: f"fluidseries.errors.{name}" for name in errors.__all__},
    **{name: f"fluidseries.{module}.{name}" for name, module in STREAMS.items()},
    **{name: f"fluidseries.live.{name}" for name in live.__all__},
    **{f"live.{name}": f"fluidseries.live.{name}" for name in live.__all__},
    **{f"audio.{name}": f"fluidseries.audio.{name}" for name in audio.__all__},
}
# Words that are also parameters or ordinary English when nothing says that the function is meant.
AMBIGUOUS = {
    *("join", "read", "write", "extract", "audio", "live", "formats", "datasets", "Examples"),
    *("Answer", "Event", "Progress", "Segment", "Session", "Take", "Settings", "Stream"),
}
NAMES = "|".join(sorted(TARGETS, key=len, reverse=True))
IN_PROSE = re.compile(
    rf"(``.+?``|:[\w:]+:`.+?`|`.+?`)|(?<![\w.~`*])({'|'.join(STREAMS)}|{NAMES})(?![\w`*(=])"
)
IN_CODE = re.compile(rf"(?:fs\.)?({NAMES})((?:\.[a-z]\w*)?)(?:\(.*\))?", re.DOTALL)


def link_docstring(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Put links around the public names in a docstring, outside of its examples."""
    del app, what, name, obj, options
    in_examples = False
    for number, line in enumerate(lines):
        if line.startswith(".. rubric::"):
            in_examples = "Examples" in line
        if not in_examples and not line.lstrip().startswith((">>>", "..", ":")):
            lines[number] = IN_PROSE.sub(_link, line)


def _link(found: re.Match[str]) -> str:
    name = found[2]
    if name is None or name in AMBIGUOUS or name.islower():
        return found[0]
    return f":py:obj:`{name} <{TARGETS[name]}>`"


class NameOrCode(SphinxRole):
    """What a single pair of backticks holds: a name of the reference, or else code."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        code = nodes.literal(self.rawtext, self.text, classes=["xref", "py"])
        target = pending_xref(
            self.rawtext,
            code,
            refdomain="py",
            reftype="obj",
            reftarget=TARGETS.get(self.text, self.text),
            refexplicit=False,
            refdoc=self.env.docname,
            else_code=True,
        )
        # The class whose docstring this is, so that a method's bare name is found.
        for key in ("py:module", "py:class"):
            target[key] = self.env.ref_context.get(key)
        return [target], []


def else_code(app: Any, env: Any, node: pending_xref, content: nodes.Node) -> nodes.Node | None:
    """Show what is no name of the reference as code, if it came from `NameOrCode`."""
    del app, env
    return content if node.get("else_code") else None


def link_code(app: Any, document: nodes.document) -> None:
    """Link the public names among the code that a page mentions in its text."""
    for code in list(document.findall(nodes.literal)):
        if isinstance(code.parent, pending_xref | nodes.reference):
            continue
        found = IN_CODE.fullmatch(code.astext())
        if found is None or (found[1] in AMBIGUOUS and not code.astext().startswith("fs.")):
            continue
        target = pending_xref(
            code.rawsource,
            refdomain="py",
            reftype="obj",
            reftarget=TARGETS[found[1]] + found[2],
            refexplicit=True,
            refdoc=app.env.docname,
        )
        code.replace_self(target)
        target += code


def skip_others(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what scikit-learn and Python's mappings bring along: it has pages of its own."""
    del app, what, name, skip, options
    if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number"):
        return True  # of a named tuple, whose docstring says what it holds
    made = getattr(obj, "fget", None) or getattr(obj, "__func__", obj)
    home = getattr(made, "__module__", None) or "fluidseries"
    return None if home.startswith("fluidseries") else True


def describe_in_full(self: Any, name: str, text: list[str], summarise: bool) -> Any:
    # numpydoc would put the first sentence of the property in the place of the class's own text.
    del summarise
    return process_param(self, name, text, False)


process_param = SphinxDocString._process_param
SphinxDocString._process_param = describe_in_full


def setup(app: Any) -> dict[str, bool]:
    """Join the build."""
    app.add_role("name-or-code", NameOrCode())
    # After numpydoc, which makes reST of the docstring.
    app.connect("autodoc-process-docstring", link_docstring, priority=900)
    app.connect("autodoc-skip-member", skip_others)
    app.connect("missing-reference", else_code)
    app.connect("doctree-read", link_code)
    return {"parallel_read_safe": True}
