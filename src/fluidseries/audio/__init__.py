"""Sounds become series of descriptors: whole folders of them, or live, a block at a time.

The descriptors are librosa's. It is optional and loaded when a sound is first described.
"""

from __future__ import annotations

from .extractor import Extractor
from .folder import Extraction, extract
from .settings import Settings

__all__ = ["Extraction", "Extractor", "Settings", "extract"]
