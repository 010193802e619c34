"""What the shell offers when Tab is pressed: the files that fit at this place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["data", "models", "models_and_data"]

# A model's file says what it is in its first line of content; so few bytes are read of each.
_HEAD, _MODEL_MARK = 200, b'"fluidseries"'


def models(incomplete: str) -> list[str]:
    """Offer model files, and folders to go on into."""
    return _offer(incomplete, lambda path: path.suffix == ".json" and _is_model(path))


def data(incomplete: str) -> list[str]:
    """Offer files of data, and folders to go on into."""
    return _offer(incomplete, lambda path: _is_known(path) and not _is_model(path))


def models_and_data(incomplete: str) -> list[str]:
    """Offer both."""
    return _offer(incomplete, _is_known)


def _offer(incomplete: str, fits: Callable[[Path], bool]) -> list[str]:
    return sorted(_candidates(incomplete, fits))


def _candidates(incomplete: str, fits: Callable[[Path], bool]) -> Iterator[str]:
    folder, start = os.path.split(incomplete)
    try:
        entries = list(os.scandir(os.path.expanduser(folder) or "."))
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(start) or (entry.name[0] == "." and not start):
            continue
        if entry.is_dir():
            yield os.path.join(folder, entry.name, "")
        elif fits(Path(entry.path)):
            yield os.path.join(folder, entry.name)


def _is_known(path: Path) -> bool:
    from .formats.table import has_suffix

    return has_suffix(path)


def _is_model(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _MODEL_MARK in file.read(_HEAD)
    except OSError:
        return False
