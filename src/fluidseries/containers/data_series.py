"""DataSeries: series of frames by identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import sketches
from ..errors import DimensionError, InputError
from ..json_places import Place
from ..wording import counted
from .arrays import FloatArray, as_numbers, read_only
from .data_set import DataSet
from .dim_names import dim_names, names_as_origin
from .flattened import flat_points, folded_points
from .flucoma import parse_frames, parse_layout
from .frame_verbs import FrameVerbs, as_time
from .frames import Frames
from .identifiers import check_identifier, matched_identifiers
from .nearest import nearest_series
from .numbered import joined_points, numbered_points
from .origin import Origin, check_origin, require_same_origin

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

    def __init__(
        self,
        entries: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        *,
        dtype: DTypeLike | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> None:
        inherited = entries.origin if isinstance(entries, DataSeries) else {}
        self.origin = inherited if origin is None else origin
        super().__init__(entries, dtype=dtype)

    @property
    def origin(self) -> Origin:
        """How the frames were made, as plain values; {} if that is not known.

        A model keeps the origin that it was fitted on and refuses series of another one. It is
        written into the file, ``==`` ignores it, and arrays that are added are taken to be made
        the same way. To change it, assign a whole one.

        Examples
        --------
        >>> series = DataSeries({"a": [[0.0], [1.0]]}, origin={"rate": 100, "sensor": "left"})
        >>> series.origin["rate"]
        100
        >>> series.merge(DataSeries({"b": [[2.0]]}, origin={"rate": 50, "sensor": "left"}))
        Traceback (most recent call last):
        fluidseries.errors.OriginError: ... rate is 100 here and 50 there...
        """
        return deepcopy(self._origin)

    @origin.setter
    def origin(self, origin: Mapping[str, Any]) -> None:
        self._origin = check_origin(origin, "the origin")

    @property
    def dim_names(self) -> list[str]:
        """What each dimension is called, if the origin tells; else empty.

        It tells where `extract` made the frames, or under "dim_names", as `from_table` writes it.

        Examples
        --------
        >>> DataSeries({"a": [[0.0, 1.0]]}, origin={"dim_names": ["x", "y"]}).dim_names
        ['x', 'y']
        >>> import numpy as np
        >>> from fluidseries.audio import Settings
        >>> made = Settings(["loudness", "pitch"], window=2048).to_origin()
        >>> DataSeries({"a": np.zeros((5, 3))}, origin=made).dim_names
        ['loudness', 'pitch', 'pitch-confidence']
        """
        return dim_names(self._origin, self.n_dims)

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

    # What happens to the origin.

    def clear(self) -> None:
        """Remove everything, the origin too; the next entry may have other dimensions."""
        super().clear()
        self._origin = {}

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Take over the entries of a mapping, replacing those that are there: all, or none."""
        origin = self._joint_origin(args[0]) if args else self._origin
        super().update(*args, **kwargs)
        self._origin = origin

    def merge(self, other: Self, *, overwrite: bool = False) -> None:
        """Take over the entries of another DataSeries: all of them, or none.

        Parameters
        ----------
        other : DataSeries
            Stays as it is.
        overwrite : bool
            Whether entries that are here already are replaced; otherwise they are kept.

        Raises
        ------
        InputTypeError
            If `other` is of another kind.
        DimensionError
            If its number of dimensions is another.
        OriginError
            If both origins are known and differ; the message names the settings.
        """
        origin = self._joint_origin(other)
        super().merge(other, overwrite=overwrite)
        self._origin = origin

    def _joint_origin(self, other: object) -> Origin:
        """Return what is true of all frames after `other` has come in."""
        if not isinstance(other, DataSeries) or not other._origin:
            return self._origin
        require_same_origin(
            self._origin,
            other._origin,
            "the frames of the two were made with different settings",
            "Make both the same way, or keep them apart",
        )
        return other.origin if not self else self._origin

    def _empty(self) -> Self:
        return type(self)(dtype=self.dtype, origin=self._origin)

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

    def _beside_data(self) -> dict[str, Any]:
        return {"origin": self.origin} if self._origin else {}

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
