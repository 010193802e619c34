"""The journal: everything that happens in a project, appended to one file as it happens.

A record is a header of twelve bytes and its content::

    2 bytes   f5 5d, where a record may begin
    1 byte    what it is: S a step, F a frame, B a block of numbers
    1 byte    0
    4 bytes   length of the content in bytes, little-endian
    4 bytes   CRC-32 of these eight bytes and the content
    ...       the content: JSON for a step

Whatever was written is in the system's hands when `write` returns: if the process is killed then,
the next one reads it. A power cut may lose what the system had not yet put on the disk: seconds,
or with `sync` nothing. Half a record, as it is left where a process died in the middle of writing,
or a damaged one, is passed over, and reading goes on at the next whole one. So nothing that is
unreadable is ever cut off: new records follow behind it.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from .. import files
from ..errors import StorageError

__all__ = ["BLOCK", "FRAME", "STEP", "Journal", "Record", "read_records", "record"]

STEP, FRAME, BLOCK = b"S", b"F", b"B"

MARK = b"\xf5\x5d"
_START = struct.Struct("<2sc1xI")
_CHECK = struct.Struct("<I")
_HEADER_SIZE = _START.size + _CHECK.size


class Record(NamedTuple):
    """One record of a journal; `kind` is None for bytes that hold no whole record."""

    kind: bytes | None
    content: bytes


def record(kind: bytes, content: bytes) -> bytes:
    """Return a whole record as the file has it."""
    start = _START.pack(MARK, kind, len(content))
    return start + _CHECK.pack(crc32(content, crc32(start))) + content


def read_records(data: bytes) -> Iterator[Record]:
    """Yield the records of a journal; of what is damaged, the bytes.

    Parameters
    ----------
    data : bytes
        The whole file.
    """
    place = 0
    while place < len(data):
        end, found = _record_at(data, place)
        if found is None:
            end = _next_record(data, place + 1)
            found = Record(None, data[place:end])
        yield found
        place = end


def _record_at(data: bytes, place: int) -> tuple[int, Record | None]:
    start = place + _HEADER_SIZE
    if data[place : place + 2] != MARK or start > len(data):
        return place, None
    _, kind, length = _START.unpack_from(data, place)
    (check,) = _CHECK.unpack_from(data, place + _START.size)
    content = data[start : start + length]
    if len(content) < length or crc32(content, crc32(data[place : place + _START.size])) != check:
        return place, None
    return start + length, Record(kind, content)


def _next_record(data: bytes, place: int) -> int:
    """Return where the next whole record begins, or the end of the data."""
    while (place := data.find(MARK, place)) >= 0:
        if _record_at(data, place)[1] is not None:
            return place
        place += 1
    return len(data)


class Journal:
    """A journal that is open for writing.

    Parameters
    ----------
    path : path
        The file; made if it is missing.

    Raises
    ------
    StorageError
        If the system does not let it be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._owed: list[bytes] = []
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self._file: int | None = os.open(path, flags, 0o666)
        except OSError as err:
            raise StorageError(
                f"cannot write {path} ({err.strerror}): choose another folder"
            ) from err

    def write(self, kind: bytes, content: bytes) -> None:
        """Append a record; when this returns, a killed process does not lose it.

        Raises
        ------
        StorageError
            If the disk is full or gone, or the journal closed: it was not recorded then.
        """
        with self._lock:
            self._pay()
            self._append(record(kind, content))

    def owe(self, kind: bytes, content: bytes) -> None:
        """Append a record; if there is no room for it now, before the next one that has room.

        Raises
        ------
        StorageError
            If the journal is closed.
        """
        data = record(kind, content)
        with self._lock:
            self._require_open()
            self._owed.append(data)
            with suppress(StorageError):
                self._pay()

    def _pay(self) -> None:
        while self._owed:
            self._append(self._owed[0])
            del self._owed[0]

    def _require_open(self) -> int:
        if self._file is None:
            raise StorageError("the session is closed: open the project again")
        return self._file

    def _append(self, data: bytes) -> None:
        file = self._require_open()
        try:
            done = os.write(file, data)
        except OSError as err:
            if err.errno not in files.DISK_FULL:
                raise StorageError(
                    f"{self.path} cannot be written ({err.strerror}): this was not recorded"
                ) from err
            done = 0
        if done < len(data):
            # What is there of it is passed over in reading.
            raise StorageError(
                f"the disk of {self.path} is full: this was not recorded; make room on it"
            )

    def sync(self) -> None:
        """Wait until all that was written is on the disk."""
        with self._lock:
            # A descriptor of its own: writing goes on meanwhile.
            file = None if self._file is None else os.dup(self._file)
        if file is None:
            return
        try:
            os.fsync(file)
        except OSError as err:
            raise StorageError(f"{self.path} cannot be synced ({err.strerror})") from err
        finally:
            os.close(file)

    def close(self) -> None:
        """Sync and close; closing twice does nothing."""
        self.sync()
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
