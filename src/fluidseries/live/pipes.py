"""Objects through a pipe between two processes of ours; arrays go without being copied first."""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

__all__ = ["receive", "send"]

_SIZE = struct.Struct("<Q")


def send(pipe: BinaryIO, message: Any) -> None:
    """Write one object and flush.

    Raises
    ------
    OSError
        If nobody reads at the other end any more.
    """
    buffers: list[pickle.PickleBuffer] = []
    parts: list[Any] = [pickle.dumps(message, protocol=5, buffer_callback=buffers.append)]
    parts += [buffer.raw() for buffer in buffers]
    pipe.write(_SIZE.pack(len(parts)) + b"".join(_SIZE.pack(len(part)) for part in parts))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Wait for one object.

    Raises
    ------
    EOFError
        If the other end closed.
    """
    count = _size(pipe)
    sizes = [_size(pipe) for _ in range(count)]
    first, *buffers = (_exactly(pipe, size) for size in sizes)
    return pickle.loads(first, buffers=buffers)


def _size(pipe: BinaryIO) -> int:
    number: int = _SIZE.unpack(_exactly(pipe, _SIZE.size))[0]
    return number


def _exactly(pipe: BinaryIO, size: int) -> bytearray:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        count = pipe.readinto(view[done:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError("the other process ended")
        done += count
    return data
