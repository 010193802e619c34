"""Files of many formats in and out: `read` and `write` choose by the suffix."""

from __future__ import annotations

from .examples import Examples
from .reading import read
from .table import FORMATS, Format, format_of, has_suffix
from .writing import write

__all__ = [
    "FORMATS",
    "Examples",
    "Format",
    "format_of",
    "has_suffix",
    "read",
    "write",
]
