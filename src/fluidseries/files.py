"""Files: written whole or not at all, and JSON in the layout that FluCoMa's objects write.

A file is first written beside its place under another name, synced to the disk and then renamed:
whoever reads it finds the old file or the new one, never half of one.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, BinaryIO

from .errors import FormatError
from .json_places import Place
from .json_text import decode, encode

__all__ = [
    "DISK_FULL",
    "json_place",
    "open_to_read",
    "put",
    "read_bytes",
    "read_json",
    "replacing",
    "together",
    "write_bytes",
    "write_json",
    "write_text",
]


# What the system says when a disk, or a user's part of it, takes no more.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place only when the block ends without an error.

    A link is followed, an existing file keeps its permissions and a new one gets those of the
    umask. After an error nothing has changed and nothing is left over.

    Parameters
    ----------
    path : str or path
        The file to write or to replace.

    Yields
    ------
    binary file
        Empty, open for writing.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    PermissionError
        If the file or the folder may not be written.
    OSError
        If the disk is full, or gone.
    """
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_file():
        # Such as /dev/stdout: renaming would destroy it.
        with _saying_that_it_is_full(path), place.open("wb") as device:
            yield device
        return
    _require_writable(place, path)
    beside = place.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with _saying_that_it_is_full(path), beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o7777)
        put(beside, place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


_waiting: ContextVar[list[tuple[Path, Path]] | None] = ContextVar("_waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let all files that the block writes take their places when it ends: all of them, or none.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with together():
    ...     write_text(folder / "a.txt", "one")
    ...     write_json(folder / "b.json", {"two": float("nan")})
    Traceback (most recent call last):
    fluidseries.errors.NonFiniteError: cannot write ...b.json: two is NaN or infinite...
    >>> list(folder.iterdir())
    []
    """
    waiting: list[tuple[Path, Path]] = []
    token = _waiting.set(waiting)
    try:
        yield
    except BaseException:
        for beside, _ in waiting:
            _remove(beside)
        raise
    finally:
        _waiting.reset(token)
    _move(waiting)


def put(beside: Path, place: Path) -> None:
    """Rename what was written to its place, over what is there; inside `together` when that ends.

    A folder may only replace an empty one.
    """
    waiting = _waiting.get()
    if waiting is None:
        _move([(beside, place)])
    else:
        waiting.append((beside, place))


def _move(moves: list[tuple[Path, Path]]) -> None:
    begun: list[tuple[Path, Path, Path | None]] = []
    try:
        for beside, place in moves:
            # One rename alone happens or does not.
            begun.append((beside, place, _kept(place) if len(moves) > 1 else None))
            if place.is_dir():
                place.rmdir()
            beside.replace(place)
    except BaseException:
        for beside, place, before in reversed(begun):
            if beside.exists():
                continue
            _remove(place)
            if before is not None:
                before.replace(place)
        for beside, _ in moves:
            _remove(beside)
        raise
    finally:
        for _, _, before in begun:
            if before is not None:
                before.unlink(missing_ok=True)
    for folder in {place.parent for _, place in moves}:
        _sync_folder(folder)


def _kept(place: Path) -> Path | None:
    """Give what is there a second name, or a copy where there are no links."""
    if not place.is_file():
        return None
    before = place.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        before.hardlink_to(place)
    except OSError:
        shutil.copy2(place, before)
    return before


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _saying_that_it_is_full(path: str | os.PathLike[str]) -> Iterator[None]:
    """Name the file where the system only says that there is no space left."""
    try:
        yield
    except OSError as err:
        if err.errno not in DISK_FULL:
            raise
        raise OSError(err.errno, "the disk is full: make room on it", os.fspath(path)) from err


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write bytes to a file, whole or not at all.

    Raises
    ------
    FileNotFoundError, PermissionError
        As in `replacing`.
    """
    with replacing(path) as file:
        file.write(content)


def write_text(path: str | os.PathLike[str], content: str) -> None:
    """Write text to a file as UTF-8, whole or not at all; line ends stay as they are.

    Raises
    ------
    FileNotFoundError, PermissionError
        As in `replacing`.
    """
    write_bytes(path, content.encode("utf-8"))


def write_json(path: str | os.PathLike[str], content: Any, *, indent: int = 2) -> None:
    r"""Write dicts, lists, text and numbers as JSON, whole or not at all.

    The layout is FluCoMa's: every key and every number on a line of its own, a newline at the
    end. Keys stay in the order of the dict, and floats come back exactly as they were.

    Parameters
    ----------
    path : str or path
        The file to write or to replace.
    content : dict, list, str, int, float, bool or None
        What to write; keys must be text.
    indent : int
        Spaces per level.

    Raises
    ------
    NonFiniteError
        If a number is NaN or infinite, which JSON cannot say.
    InputTypeError
        If anything in it is of a type that JSON does not have.
    FileNotFoundError, PermissionError
        As in `replacing`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "point.json"
    >>> write_json(path, {"cols": 2, "data": {"a": [0.5, 1.0]}})
    >>> print(path.read_text(), end="")
    {
      "cols": 2,
      "data": {
        "a": [
          0.5,
          1.0
        ]
      }
    }
    """
    with replacing(path) as file:
        file.writelines(piece.encode("utf-8") for piece in encode(content, os.fspath(path), indent))


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Read a whole file.

    Raises
    ------
    FileNotFoundError
        If there is no such file; the message names a similar one of the folder.
    """
    with open_to_read(path) as file:
        return file.read()


def open_to_read(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading bytes.

    Raises
    ------
    FileNotFoundError
        If there is no such file; the message names a similar one of the folder.
    """
    try:
        return Path(path).open("rb")
    except FileNotFoundError as err:
        raise FileNotFoundError(errno.ENOENT, _missing(Path(path)), os.fspath(path)) from err


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file into dicts, lists, text and numbers.

    Parameters
    ----------
    path : str or path
        A file of UTF-8 text.

    Returns
    -------
    dict, list, str, int, float, bool or None
        What the file says.

    Raises
    ------
    FormatError
        If it is truncated, is not JSON, or has the same key twice; with line and column.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "take.json"
    >>> write_text(path, '{"cols": 2, "da')
    >>> read_json(path)
    Traceback (most recent call last):
    fluidseries.errors.FormatError: ...take.json, line 1, column 13: the file ends too early...
    """
    return decode(_text(path), os.fspath(path))


def json_place(path: str | os.PathLike[str]) -> Place:
    """Return the place of all that a JSON file says, for messages about parts of it."""
    return Place(os.fspath(path), lambda: _text(path))


def _text(path: str | os.PathLike[str]) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise FormatError(
            f"{os.fspath(path)} is not JSON (byte {err.start} is not UTF-8 text): save it as "
            "UTF-8, or choose another file"
        ) from err


def _missing(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {os.fspath(path.parent)!r}"
    if path.is_symlink():
        return "it is a link that leads nowhere"
    from difflib import get_close_matches

    names = [entry.name for entry in path.parent.iterdir()]
    similar = get_close_matches(path.name, names, n=1)
    hint = f"did you mean {similar[0]!r}?" if similar else f"looked in {path.parent.resolve()}"
    return f"there is no such file ({hint})"


def _require_writable(place: Path, asked: str | os.PathLike[str]) -> None:
    if not place.parent.is_dir():
        message = f"there is no folder {os.fspath(place.parent)!r}: make it first"
        raise FileNotFoundError(errno.ENOENT, message, os.fspath(asked))
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "this file is write-protected", os.fspath(asked))


def _sync_folder(folder: Path) -> None:
    # Without it the new name may be lost in a power cut. Windows cannot, and needs no such thing.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
