"""A DataSeries from and to arrays, points, windows and tables, and the nearest of its series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..errors import DimensionError, InputError
from .arrays import FloatArray, as_numbers, read_only
from .data_set import DataSet
from .dim_names import names_as_origin
from .flattened import flat_points, folded_points
from .frame_verbs import as_time
from .frames import Frames
from .identifiers import matched_identifiers
from .nearest import nearest_series
from .numbered import joined_points, numbered_points
from .series_origin import WithOrigin

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SeriesShapes"]


class SeriesShapes(WithOrigin):
    """Series that are made of other shapes, and become others."""

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
        >>> from fluidseries import DataSeries
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
        >>> from fluidseries import DataSeries
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
        >>> from fluidseries import DataSeries
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
    def from_data_set(cls, points: DataSet, *, pattern: str = "{id}-{frame}") -> Self:
        """Join points that were numbered frame by frame, as FluCoMa's corpora hold series.

        Parameters
        ----------
        points : DataSet
            A point per frame, in any order. Numbers begin at 0 or at 1, for all series the same,
            with or without leading zeros.
        pattern : str
            How the points are named: ``{id}`` and ``{frame}``, each once, with a sign between them.

        Raises
        ------
        IdentifierError
            If a number is missing or there twice, or a name does not fit; the message names them.
        ParameterError
            If the pattern cannot tell identifier and number apart.

        Examples
        --------
        >>> from fluidseries import DataSeries
        >>> points = DataSet({"up-10": [3.0], "up-8": [1.0], "up-9": [2.0], "still-8": [5.0]})
        >>> DataSeries.from_data_set(points)
        Traceback (most recent call last):
        fluidseries.errors.IdentifierError: the series 'up' has no 'up-1', 'up-2', 'up-3', ...
        >>> points = DataSet({"up/2": [3.0], "still/1": [5.0], "up/1": [1.0]})
        >>> DataSeries.from_data_set(points, pattern="{id}/{frame}")["up"]
        array([[1.],
               [3.]])
        """
        return cls(joined_points(points, pattern), dtype=points.dtype)

    def to_data_set(self, *, pattern: str = "{id}-{frame}") -> DataSet:
        """Return a point for every frame, numbered from 0; `from_data_set` undoes it.

        Parameters
        ----------
        pattern : str
            How the points are named: ``{id}`` and ``{frame}``, each once, with a sign between them.

        Raises
        ------
        IdentifierError
            If an identifier could not be found again in a point's name.
        ParameterError
            If the pattern cannot tell identifier and number apart.

        Examples
        --------
        >>> from fluidseries import DataSeries
        >>> DataSeries({"up": [[1.0], [2.0]]}).to_data_set().get_ids()
        ['up-0', 'up-1']
        """
        return DataSet(numbered_points(self, pattern), dtype=self.dtype)

    @classmethod
    def from_flat(cls, points: DataSet, n_dims: int, *, by: str = "frame") -> Self:
        """Make series of points that are flattened windows, as fluid.bufflatten~ makes them.

        Parameters
        ----------
        points : DataSet
            Points of n_frames * n_dims numbers.
        n_dims : int
            Numbers per frame.
        by : {"frame", "dim"}
            What lies together: the numbers of one frame (fluid.bufflatten~ with axis 1, its
            default), or all moments of one dimension (axis 0).

        Raises
        ------
        DimensionError
            If a point is no whole number of frames.
        ParameterError
            If `n_dims` or `by` is outside its range.

        Examples
        --------
        >>> from fluidseries import DataSeries
        >>> points = DataSet({"a": [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]})
        >>> DataSeries.from_flat(points, 2)["a"]
        array([[ 1., 10.],
               [ 2., 20.],
               [ 3., 30.]])
        """
        return cls(folded_points(points, n_dims, by), dtype=points.dtype)

    def to_flat(self, *, by: str = "frame") -> DataSet:
        """Return every series as one point of n_frames * n_dims numbers; see `from_flat`.

        Raises
        ------
        InputError
            If series differ in length.
        """
        return DataSet(flat_points(self, by), dtype=self.dtype)

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
            All columns but `id` and `time` are dimensions, in their order; see `dim_names`.
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
        >>> from fluidseries import DataSeries
        >>> import pandas as pd
        >>> table = pd.DataFrame({"id": ["a", "b", "a"], "time": [1, 0, 0], "x": [0.5, 2.0, 0.0]})
        >>> DataSeries.from_table(table)["a"]
        array([[0. ],
               [0.5]])
        """
        from .tables import series_of_table

        series = series_of_table(table, id, time)
        made = cls(series, dtype=dtype)
        made.origin = names_as_origin(name for name in table.columns if name not in (id, time))
        return made

    def to_table(self) -> pd.DataFrame:
        """Return a long pandas table: a row per frame, columns id, time, dim_0, dim_1, ...

        Dimensions that have names (`dim_names`) are called so.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        from .tables import table_of_series

        return table_of_series(self)

    @classmethod
    def _of_rows(
        cls,
        names: Iterable[str] | None,
        lengths: Sequence[int] | NDArray[np.int64],
        rows: FloatArray,
        *,
        dtype: DTypeLike | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return series whose frames lie one after the other in `rows`, which is now theirs."""
        made = cls(dtype=dtype, origin=origin)
        names = matched_identifiers(names, len(lengths))
        if rows.ndim != 2 or min(lengths, default=1) < 1 or sum(lengths) != len(rows):
            raise InputError("the lengths do not fit the frames and identifiers: export it again")
        if len(rows) and not rows.shape[1]:
            raise DimensionError("the series have 0 dimensions per frame: give at least one")
        if rows.dtype != made.dtype:
            rows = as_numbers(rows, made.dtype, "a series")
        rows = read_only(np.ascontiguousarray(rows))
        ends = np.cumsum(lengths).tolist()
        made._entries = {
            name: Frames(rows[begin:end])
            for name, begin, end in zip(names, [0, *ends], ends, strict=False)
        }
        return made
