"""DataSeries: series of frames by identifier."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .. import sketches
from ..errors import InputError
from ..json_places import Place
from ..wording import counted
from .arrays import FloatArray
from .flucoma import parse_frames, parse_layout
from .identifiers import check_identifier
from .origin import check_origin
from .series_shapes import SeriesShapes

__all__ = ["DataSeries"]


class DataSeries(SeriesShapes):
    """Series of frames, each under an identifier, all with the same number of dimensions.

    An ordered mapping from identifier to a read-only array of shape (n_frames, n_dims), oldest
    frame first; series may differ in length. Arrays that were handed out never change, whatever is
    added afterwards. A series may hold NaN; fitting and predicting refuse it.

    Parameters
    ----------
    entries : mapping of str to array_like, or iterable of pairs, optional
        Series of shape (n_frames, n_dims), or (n_frames,) for one dimension. They are copied.
    dtype : {"float64", "float32"}, optional
        How numbers are kept; by default as in `entries` if that is a container, else float64.
    origin : dict, optional
        How the frames were made, see `origin`; by default as in `entries` if that is a DataSeries.

    Raises
    ------
    DimensionError
        If series have different numbers of dimensions.
    InputError, InputTypeError, EmptyError
        If a series is not a table of numbers with at least one frame, or the origin not plain.

    Examples
    --------
    >>> series = DataSeries({"wave": [[0.0, 1.0], [0.5, 0.5]], "point": [[1.0, 2.0]]})
    >>> series
    <DataSeries: 2 series, 2 dims, 1 to 2 frames (median 1.5)>
    >>> series.add_frame("wave", [1.0, 0.0])
    >>> series["wave"]
    array([[0. , 1. ],
           [0.5, 0.5],
           [1. , 0. ]])
    >>> series == DataSeries.from_dict(series.to_dict())
    True
    """

    _noun = "series"
    _plural = "series"
    _maker = "DataSeries.from_arrays"

    def add_series(self, identifier: str, frames: ArrayLike) -> None:
        """Add a series under a new identifier.

        Parameters
        ----------
        identifier : str
            One that is not there yet.
        frames : array_like of shape (n_frames, n_dims) or (n_frames,)
            Oldest first. They are copied.

        Raises
        ------
        IdentifierError
            If the identifier is there already.
        DimensionError
            If the other series have another number of dimensions.
        """
        self._add(identifier, frames)

    def get_series(self, identifier: str) -> FloatArray:
        """Return a series: the same as ``series[identifier]``.

        Returns
        -------
        ndarray of shape (n_frames, n_dims)
            Read-only, oldest frame first.

        Raises
        ------
        IdentifierError
            If the series is missing.
        """
        return self[identifier]

    def set_series(self, identifier: str, frames: ArrayLike) -> None:
        """Replace a series or add it: the same as ``series[identifier] = frames``.

        Parameters
        ----------
        identifier : str
            Which series.
        frames : array_like of shape (n_frames, n_dims) or (n_frames,)
            Oldest first. They are copied.

        Raises
        ------
        DimensionError
            If the other series have another number of dimensions.
        """
        self[identifier] = frames

    def update_series(self, identifier: str, frames: ArrayLike) -> None:
        """Replace a series that is there.

        Parameters
        ----------
        identifier : str
            Which series.
        frames : array_like of shape (n_frames, n_dims) or (n_frames,)
            Oldest first. They are copied.

        Raises
        ------
        IdentifierError
            If the series is missing.
        DimensionError
            If the other series have another number of dimensions.
        """
        self._update(identifier, frames)

    def delete_series(self, identifier: str) -> None:
        """Remove a series: the same as ``del series[identifier]``.

        Raises
        ------
        IdentifierError
            If the series is missing.
        """
        del self[identifier]

    # What the base asks for.

    @classmethod
    def _parse(cls, content: Any, where: Place, dtype: DTypeLike | None) -> Self:
        cols, data = parse_layout(content, "DataSeries", where)
        try:
            origin = check_origin(content.get("origin", {}), "'origin'")
        except InputError as err:
            raise where.at("origin").error(str(err)) from err
        made = cls(dtype=dtype, origin=origin)
        for name, frames in data.items():
            rows = parse_frames(frames, cols, where, name)
            try:
                made._entries[check_identifier(name)] = made._accept(name, rows)
            except InputError as err:
                raise where.at("data", name).error(str(err)) from err
        return made

    def _as_json(self, identifier: str, value: FloatArray, *, allow_missing: bool) -> Any:
        rows = self._finite(identifier, value, allow_missing=allow_missing)
        # FluCoMa pads one digit too few for 11, 101, ... frames, and reads those in a wrong order.
        width = len(str(len(rows) - 1))
        return {f"{time:0{width}d}": row for time, row in enumerate(rows)}

    def _sketch(self) -> str:
        return sketches.lines(frames[:, 0] for frames in self.values())

    def _summary(self) -> str:
        if not self:
            return "empty"
        lengths = [len(frames) for frames in self._entries.values()]
        low, high = min(lengths), max(lengths)
        frames = f"{low} to {high} frames (median {np.median(lengths):g})"
        if low == high:
            frames = f"{counted(low, 'frame')} each"
        return f"{len(self)} series, {self._dims_text()}, {frames}"

    def _line(self, value: FloatArray) -> str:
        ends = value if len(value) < 3 else value[[0, -1]]
        frames = " ... ".join(f"[{self._numbers(frame)}]" for frame in ends)
        return f"{len(value):>5} x {frames}"
