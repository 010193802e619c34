"""Names in any script: fonts that have their signs, and one warning where none has."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..errors import FluidSeriesWarning
from ..wording import listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["one_warning_about_signs"]

MISSING = re.compile(r"Glyph (\d+) .*missing from (?:current )?font")


@contextmanager
def one_warning_about_signs(drawn: Figure) -> Iterator[None]:
    """Look for fonts that have a figure's signs; tell once which signs no font has."""
    texts = _texts(drawn)
    families = [text.get_fontfamily() for text in texts]
    missing: set[str] = set()
    try:
        for text, family in zip(texts, families, strict=True):
            others = _fonts_for(frozenset(text.get_text()), tuple(family))
            if others:
                text.set_fontfamily([*family, *others])
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
    finally:
        for text, family in zip(texts, families, strict=True):
            text.set_fontfamily(family)
    for one in heard:
        if found := MISSING.search(str(one.message)):
            missing.add(chr(int(found[1])))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if missing := {sign for sign in missing if sign.isprintable()}:
        signs = listed(map(repr, sorted(missing)), 8)
        warnings.warn(
            f"no font of this machine has the signs {signs}, so boxes stand for them: install "
            "one that has, such as Noto Sans",
            FluidSeriesWarning,
            stacklevel=4,
        )


def _texts(drawn: Figure) -> list[Any]:
    from matplotlib.text import Text

    # The names along the axes come to be when they are first asked for.
    for ax in drawn.axes:
        ax.get_xticklabels()
        ax.get_yticklabels()
    return drawn.findobj(Text)


@lru_cache(maxsize=256)
def _fonts_for(signs: frozenset[str], family: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of fonts that have what the first font lacks, as few as will do."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    wanted = {ord(sign) for sign in signs if ord(sign) > 255}
    if not wanted:
        return ()
    wanted -= _signs_of(findfont(FontProperties(family=list(family))))
    found: list[str] = []
    for font in sorted(fontManager.ttflist, key=lambda font: (font.style, font.weight != 400)):
        if not wanted:
            break
        # The last resort has a box for every sign.
        if "Last Resort" in font.name:
            continue
        if font.name not in found and (has := wanted & _signs_of(font.fname)):
            found.append(font.name)
            wanted -= has
    return tuple(found)


@lru_cache(maxsize=4096)
def _signs_of(file: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(file).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
