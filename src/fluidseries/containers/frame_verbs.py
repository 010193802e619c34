"""What DataSeries can do with single frames."""

from __future__ import annotations

import operator
from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from ..errors import IdentifierError, InputTypeError
from .arrays import FloatArray, as_frame, as_frames
from .frames import Frames
from .identifiers import check_identifier
from .numeric import NumericContainer

__all__ = ["FrameVerbs", "as_time"]


class FrameVerbs(NumericContainer[Frames]):
    """Series whose frames can be added, read, replaced and removed one by one."""

    def add_frame(self, identifier: str, frame: ArrayLike) -> None:
        """Append a frame to a series, which begins with it if it is not there yet.

        Parameters
        ----------
        identifier : str
            Which series.
        frame : array_like of shape (n_dims,)
            It is copied.

        Raises
        ------
        DimensionError
            If the other frames have another number of dimensions.
        """
        identifier = check_identifier(identifier)
        row = self._accept_frame(identifier, frame)
        if identifier in self._entries:
            self._entries[identifier].append(row)
        else:
            self._entries[identifier] = Frames(row[np.newaxis])

    def get_frame(self, identifier: str, time: int) -> FloatArray:
        """Return the frame of a series at a time.

        Parameters
        ----------
        identifier : str
            Which series.
        time : int
            0 is the oldest frame, -1 the newest.

        Returns
        -------
        ndarray of shape (n_dims,)
            Read-only.

        Raises
        ------
        IdentifierError
            If the series is missing, or has no frame at that time.
        """
        frame: FloatArray = self[identifier][self._find_time(identifier, time)]
        return frame

    def set_frame(self, identifier: str, time: int, frame: ArrayLike) -> None:
        """Replace the frame at a time, or append where the series ends before that time.

        As in FluCoMa, a time after the end, or an identifier that is not there, makes this
        `add_frame`: the new frame comes right after the last one.

        Parameters
        ----------
        identifier : str
            Which series.
        time : int
            0 is the oldest frame, -1 the newest.
        frame : array_like of shape (n_dims,)
            It is copied.

        Raises
        ------
        IdentifierError
            If the series is there and a negative time lies before its first frame.
        DimensionError
            If the other frames have another number of dimensions.
        """
        time = as_time(time)
        if identifier in self and time < len(self._find(identifier)):
            self.update_frame(identifier, time, frame)
        else:
            self.add_frame(identifier, frame)

    def update_frame(self, identifier: str, time: int, frame: ArrayLike) -> None:
        """Replace the frame at a time.

        Copies the series, since arrays that were handed out do not change.

        Parameters
        ----------
        identifier : str
            Which series.
        time : int
            0 is the oldest frame, -1 the newest.
        frame : array_like of shape (n_dims,)
            It is copied.

        Raises
        ------
        IdentifierError
            If the series is missing, or has no frame at that time.
        DimensionError
            If the other frames have another number of dimensions.
        """
        time = self._find_time(identifier, time)
        row = self._accept_frame(identifier, frame)
        self._entries[identifier] = self._entries[identifier].replaced(time, row)

    def delete_frame(self, identifier: str, time: int) -> None:
        """Remove the frame at a time; later ones move up, and a series without frames is gone.

        Parameters
        ----------
        identifier : str
            Which series.
        time : int
            0 is the oldest frame, -1 the newest.

        Raises
        ------
        IdentifierError
            If the series is missing, or has no frame at that time.
        """
        time = self._find_time(identifier, time)
        if len(self._entries[identifier]) == 1:
            del self[identifier]
        else:
            self._entries[identifier] = self._entries[identifier].without(time)

    def _accept(self, identifier: str, value: ArrayLike) -> Frames:
        frames = as_frames(value, self.dtype, f"series {identifier!r}")
        self._require_dims(f"series {identifier!r}", frames.shape[1])
        return Frames(frames)

    def _accept_frame(self, identifier: str, frame: ArrayLike) -> FloatArray:
        row = as_frame(frame, self.dtype, f"the frame for {identifier!r}")
        self._require_dims(f"the frame for {identifier!r}", row.size)
        return row

    def _show(self, entry: Frames) -> FloatArray:
        return entry.show()

    def _dims_of(self, entry: Frames) -> int:
        return entry.n_dims

    def _find_time(self, identifier: str, time: SupportsIndex) -> int:
        """Return a time that is there, counted from the oldest frame."""
        length = len(self._find(identifier))
        index = as_time(time)
        if not -length <= index < length:
            raise IdentifierError(
                f"series {identifier!r} has no frame {index}: it has {length} "
                f"(0 to {length - 1}, or -1 for the newest)"
            )
        return index % length


def as_time(time: SupportsIndex) -> int:
    """Return a time as int, or raise InputTypeError if it is not a whole number."""
    try:
        return operator.index(time)
    except TypeError as err:
        raise InputTypeError(f"a time is a whole number of frames, but got {time!r}") from err
