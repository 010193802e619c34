"""Files of many formats in and out: `read` and `write` choose by the suffix."""

from __future__ import annotations

from .examples import Examples
from .exchange import from_aeon, from_sktime, from_tslearn, to_aeon, to_sktime, to_tslearn
from .reading import iterate, read
from .rows import Row
from .table import FORMATS, Format, format_of, has_suffix
from .writing import write, write_rows

__all__ = [
    "FORMATS",
    "Examples",
    "Format",
    "Row",
    "format_of",
    "from_aeon",
    "from_sktime",
    "from_tslearn",
    "has_suffix",
    "iterate",
    "read",
    "to_aeon",
    "to_sktime",
    "to_tslearn",
    "write",
    "write_rows",
]
