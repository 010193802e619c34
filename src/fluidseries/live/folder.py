"""A project's folder: one process at a time, and no path that leads out of it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ..errors import BusyError, InputError, InputTypeError, StorageError

__all__ = ["Folder"]

JOURNAL, MODELS, LOCK = "journal", "models", ".lock"
_OURS = (JOURNAL, MODELS, LOCK)

# A program that was killed a moment ago may not be quite gone, in seconds.
PATIENCE = 1.0


class Folder:
    """A folder that belongs to this process until `release`.

    Parameters
    ----------
    path : str or path
        Made if it is missing.

    Raises
    ------
    BusyError
        If another process, or another session of this one, has it.
    StorageError
        If it cannot be made or written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            Path(path).mkdir(parents=True, exist_ok=True)
            self.path = Path(path).resolve()
            (self.path / MODELS).mkdir(exist_ok=True)
            self._file = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as err:
            raise StorageError(_why_not(path, err)) from err
        try:
            _lock(self._file, time.monotonic() + PATIENCE)
        except OSError as err:
            os.close(self._file)
            raise BusyError(
                f"another program has the project {os.fspath(path)} open: close it there first, or "
                "choose another folder"
            ) from err
        # What a program that was killed was about to write.
        for left in self.models.glob(".*"):
            left.unlink(missing_ok=True)

    @property
    def journal(self) -> Path:
        """The file of all that happened."""
        return self.path / JOURNAL

    @property
    def models(self) -> Path:
        """The folder of model files."""
        return self.path / MODELS

    def confine(self, path: str | os.PathLike[str]) -> Path:
        """Return a path of the user's inside this folder, or raise.

        Parameters
        ----------
        path : str or path
            Relative to the folder.

        Raises
        ------
        InputError
            If it leads out of the folder, also by way of a link, or to one of our own files.
        """
        try:
            text = os.fspath(path)
            if not isinstance(text, str):
                raise TypeError
        except TypeError as err:
            raise InputTypeError(f"a path is text, but got {path!r}") from err
        try:
            place = Path(os.path.realpath(self.path / text))
        except (OSError, ValueError) as err:
            raise InputError(f"{text!r} is not a path: {err}") from err
        if not place.is_relative_to(self.path) or place == self.path:
            raise InputError(
                f"{text!r} is outside the project's folder {self.path}: give a name inside it"
            )
        if place.relative_to(self.path).parts[0].lower() in _OURS:
            raise InputError(f"{text!r} is kept for the project itself: choose another name")
        return place

    def release(self) -> None:
        """Let others have it; the system does the same when a process ends, however it ends."""
        os.close(self._file)


def _why_not(path: str | os.PathLike[str], err: OSError) -> str:
    """Say why a folder is of no use, and what to do."""
    place = Path(path)
    if place.is_file():
        return f"{place} is a file: give the name of a folder, which is made if it is not there"
    text = f"the folder {place} cannot be written ({err.strerror or err})"
    if (place / JOURNAL).exists():
        return f"{text}: copy it to a place where you can write, and open the copy"
    return (
        f"{text}, and all that is recorded and learned is kept there: choose another one, such as "
        f"{Path('~') / (place.name or 'project')}"
    )


def _lock(file: int, until: float) -> None:
    """Take the lock; OSError if another has it, and keeps it till then."""
    while True:
        try:
            _lock_at_once(file)
        except OSError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.02)
        else:
            return


def _lock_at_once(file: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
