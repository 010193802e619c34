"""DataSeries: series of frames by identifier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..errors import FormatError, InputError
from .arrays import FloatArray
from .data_set import DataSet
from .flucoma import parse_frames, parse_layout
from .frame_verbs import FrameVerbs, as_time
from .identifiers import check_identifier, matched_identifiers
from .nearest import nearest_series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DataSeries"]


class DataSeries(FrameVerbs):
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

    Raises
    ------
    DimensionError
        If series have different numbers of dimensions.
    InputError, InputTypeError, EmptyError
        If a series is not a table of numbers with at least one frame.

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

    # To and from other shapes.

    def get_data_set(self, time: int) -> DataSet:
        """Return one moment of all series as points.

        Parameters
        ----------
        time : int
            0 is the oldest frame, -1 the newest of each series.

        Returns
        -------
        DataSet
            The frame at `time` of every series that has it.

        Examples
        --------
        >>> series = DataSeries({"long": [[1.0], [2.0]], "short": [[3.0]]})
        >>> series.get_data_set(1).to_dict()
        {'cols': 1, 'data': {'long': [2.0]}}
        """
        time = as_time(time)
        points = {
            name: frames.show()[time]
            for name, frames in self._entries.items()
            if -len(frames) <= time < len(frames)
        }
        return DataSet(points, dtype=self.dtype)

    def k_nearest(self, frames: ArrayLike, k: int = 1) -> list[str]:
        """Return the identifiers of the series nearest to one, by dynamic time warping.

        Parameters
        ----------
        frames : array-like of shape (n_frames, n_dims)
            One series, as long or short as it may be.
        k : int
            How many; all if there are fewer.

        Returns
        -------
        list of str
            Nearest first.

        Raises
        ------
        EmptyError, DimensionError, NonFiniteError, ParameterError
            If the two cannot be compared.

        Examples
        --------
        >>> series = DataSeries({"up": [[0.0], [1.0]], "down": [[1.0], [0.0]]})
        >>> series.k_nearest([[0.1], [0.1], [0.9]])
        ['up']
        """
        return [name for name, _ in self._nearest(frames, k)]

    def k_nearest_dist(self, frames: ArrayLike, k: int = 1) -> list[float]:
        """Return the distances of what `k_nearest` finds, in the units of the frames."""
        return [distance for _, distance in self._nearest(frames, k)]

    def _nearest(self, frames: ArrayLike, k: int) -> list[tuple[str, float]]:
        # Checked as a series of this container would be, but not kept.
        wanted = self._show(self._accept("the series asked for", frames))
        return nearest_series(self, wanted, k)

    @classmethod
    def from_arrays(
        cls,
        arrays: Iterable[ArrayLike],
        identifiers: Iterable[str] | None = None,
        *,
        dtype: DTypeLike | None = None,
    ) -> Self:
        """Make a DataSeries from a list of series or one array of series of equal length.

        Parameters
        ----------
        arrays : iterable of array_like, or ndarray of shape (n_series, n_frames, n_dims)
            The series; one of shape (n_frames,) has one dimension.
        identifiers : iterable of str, optional
            One for each; by default "0", "1", ..., padded with zeros to one width, so that
            sorting keeps the order.
        dtype : {"float64", "float32"}, optional
            How numbers are kept; by default float64.

        Raises
        ------
        InputError
            If a single 2-D array comes, or the number of identifiers is another.
        IdentifierError
            If an identifier is there twice.

        Examples
        --------
        >>> DataSeries.from_arrays([[1.0, 2.0], [3.0]], ["up", "still"])
        <DataSeries: 2 series, 1 dim, 1 to 2 frames (median 1.5)>
        """
        if isinstance(arrays, np.ndarray) and arrays.dtype != object and arrays.ndim != 3:
            raise InputError(
                f"the array has the shape {arrays.shape}, but wanted (n_series, n_frames, n_dims): "
                "for one series use DataSeries({'name': array}), for series of one dimension "
                "array[:, :, None]"
            )
        series = list(arrays)
        return cls(
            zip(matched_identifiers(identifiers, len(series)), series, strict=True), dtype=dtype
        )

    @classmethod
    def from_table(
        cls,
        table: pd.DataFrame,
        *,
        id: str = "id",
        time: str | None = "time",
        dtype: DTypeLike | None = None,
    ) -> Self:
        """Make a DataSeries from a long pandas table: one row per frame.

        Parameters
        ----------
        table : pandas.DataFrame
            All columns but `id` and `time` are dimensions, in their order.
        id : str
            The column of identifiers; numbers become text.
        time : str or None
            The column that orders the frames of each series; None: they are in order.
        dtype : {"float64", "float32"}, optional
            How numbers are kept; by default float64.

        Raises
        ------
        InputError
            If a column is missing, an identifier or a time is empty, or a series has a time twice.
        InputTypeError
            If a dimension is not numbers.
        MissingExtraError
            If pandas is not installed.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"id": ["a", "b", "a"], "time": [1, 0, 0], "x": [0.5, 2.0, 0.0]})
        >>> DataSeries.from_table(table)["a"]
        array([[0. ],
               [0.5]])
        """
        from .tables import series_of_table

        return cls(series_of_table(table, id, time), dtype=dtype)

    def to_table(self) -> pd.DataFrame:
        """Return a long pandas table: a row per frame, columns id, time, dim_0, dim_1, ...

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        from .tables import table_of_series

        return table_of_series(self)

    # What the base asks for.

    @classmethod
    def _parse(cls, content: Any, where: str, dtype: DTypeLike | None) -> Self:
        cols, data = parse_layout(content, "DataSeries", where)
        made = cls(dtype=dtype)
        for name, frames in data.items():
            rows = parse_frames(frames, cols, where, name)
            try:
                made._entries[check_identifier(name)] = made._accept(name, rows)
            except InputError as err:
                raise FormatError(f"{where}: {err}") from err
        return made

    def _as_json(self, identifier: str, value: FloatArray, *, allow_missing: bool) -> Any:
        rows = self._finite(identifier, value, allow_missing=allow_missing)
        # FluCoMa pads one digit too few for 11, 101, ... frames, and reads those in a wrong order.
        width = len(str(len(rows) - 1))
        return {f"{time:0{width}d}": row for time, row in enumerate(rows)}

    def _summary(self) -> str:
        if not self:
            return "empty"
        lengths = [len(frames) for frames in self._entries.values()]
        low, high = min(lengths), max(lengths)
        frames = f"{low} to {high} frames (median {np.median(lengths):g})"
        if low == high:
            frames = f"{low} frame{'s' * (low > 1)} each"
        return f"{len(self)} series, {self._dims_text()}, {frames}"

    def _line(self, value: FloatArray) -> str:
        ends = value if len(value) < 3 else value[[0, -1]]
        frames = " ... ".join(f"[{self._numbers(frame)}]" for frame in ends)
        return f"{len(value):>5} x {frames}"
