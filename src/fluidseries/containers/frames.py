"""One growing series."""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray, read_only

__all__ = ["Frames"]


class Frames:
    """Frames that grow at the end; what was shown once never changes.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_dims)
        Oldest first. It now belongs to this object, or is read-only.
    """

    def __init__(self, frames: FloatArray) -> None:
        self._length = len(frames)
        self._use(frames)

    def _use(self, buffer: FloatArray) -> None:
        self._buffer = buffer
        self._shown = read_only(buffer) if buffer.flags.writeable else buffer

    def __len__(self) -> int:
        return self._length

    @property
    def n_dims(self) -> int:
        """Numbers per frame."""
        return int(self._buffer.shape[1])

    def show(self) -> FloatArray:
        """Return a read-only view of shape (n_frames, n_dims)."""
        return self._shown[: self._length]

    def append(self, frame: FloatArray) -> None:
        """Add one frame; the room doubles when full, so n of them cost a time of order n."""
        if self._length == len(self._buffer):
            room = np.empty((max(8, 2 * self._length), self.n_dims), self._buffer.dtype)
            room[: self._length] = self._buffer
            self._use(room)
        self._buffer[self._length] = frame
        self._length += 1

    # The two below make new frames, since the old ones may have been handed out.

    def replaced(self, time: int, frame: FloatArray) -> Frames:
        """Return frames of which the one at `time` is another."""
        frames = self.show().copy()
        frames[time] = frame
        return Frames(frames)

    def without(self, time: int) -> Frames:
        """Return frames without the one at `time`."""
        return Frames(np.delete(self.show(), time, axis=0))
