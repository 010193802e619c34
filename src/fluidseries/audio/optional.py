"""The packages of the extra `audio`, loaded when a sound is first described."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import MissingExtraError

__all__ = ["load"]


def load(name: str) -> Any:
    """Return librosa, soundfile or soxr.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as err:
        raise MissingExtraError(
            f"sounds need {name}, which is not installed: pip install 'fluidseries[audio]'"
        ) from err
