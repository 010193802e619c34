"""DataSet: points by identifier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from numpy.typing import ArrayLike, DTypeLike

from .. import sketches
from ..errors import DimensionError, InputError
from ..json_places import Place
from ..wording import counted
from .arrays import FloatArray, as_frame, as_numbers, read_only
from .flucoma import parse_layout, parse_points
from .identifiers import check_identifier, matched_identifiers
from .nearest import nearest_points
from .numeric import NumericContainer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DataSet"]


class DataSet(NumericContainer[FloatArray]):
    """Points, each under an identifier, all with the same number of dimensions.

    An ordered mapping from identifier to a read-only array of shape (n_dims,). A point may hold
    NaN; fitting refuses it.

    Parameters
    ----------
    entries : mapping of str to array_like, or iterable of pairs, optional
        Points of shape (n_dims,); a number alone has one dimension. They are copied.
    dtype : {"float64", "float32"}, optional
        How numbers are kept; by default as in `entries` if that is a container, else float64.

    Raises
    ------
    DimensionError
        If points have different numbers of dimensions.
    InputError, InputTypeError, EmptyError
        If a point is not a row of numbers.

    Examples
    --------
    >>> points = DataSet({"left": [-1.0, 0.0], "right": [1.0, 0.0]})
    >>> points
    <DataSet: 2 points, 2 dims>
    >>> points.set_point("top", [0, 1])
    >>> points["top"]
    array([0., 1.])
    """

    _noun = "point"
    _plural = "points"
    _maker = "DataSet.from_array"

    def add_point(self, identifier: str, point: ArrayLike) -> None:
        """Add a point under a new identifier.

        Parameters
        ----------
        identifier : str
            One that is not there yet.
        point : array_like of shape (n_dims,)
            It is copied.

        Raises
        ------
        IdentifierError
            If the identifier is there already.
        DimensionError
            If the other points have another number of dimensions.
        """
        self._add(identifier, point)

    def get_point(self, identifier: str) -> FloatArray:
        """Return a point: the same as ``data[identifier]``.

        Returns
        -------
        ndarray of shape (n_dims,)
            Read-only.

        Raises
        ------
        IdentifierError
            If the point is missing.
        """
        return self[identifier]

    def set_point(self, identifier: str, point: ArrayLike) -> None:
        """Replace a point or add it: the same as ``data[identifier] = point``.

        Parameters
        ----------
        identifier : str
            Which point.
        point : array_like of shape (n_dims,)
            It is copied.

        Raises
        ------
        DimensionError
            If the other points have another number of dimensions.
        """
        self[identifier] = point

    def update_point(self, identifier: str, point: ArrayLike) -> None:
        """Replace a point that is there.

        Parameters
        ----------
        identifier : str
            Which point.
        point : array_like of shape (n_dims,)
            It is copied.

        Raises
        ------
        IdentifierError
            If the point is missing.
        DimensionError
            If the other points have another number of dimensions.
        """
        self._update(identifier, point)

    def delete_point(self, identifier: str) -> None:
        """Remove a point: the same as ``del data[identifier]``.

        Raises
        ------
        IdentifierError
            If the point is missing.
        """
        del self[identifier]

    def k_nearest(self, point: ArrayLike, k: int = 1) -> list[str]:
        """Return the identifiers of the points nearest to one, nearest first.

        Parameters
        ----------
        point : array-like of shape (n_dims,)
            In the units of the points.
        k : int
            How many; all if there are fewer.

        Examples
        --------
        >>> DataSet({"low": [0.0, 0.0], "high": [1.0, 1.0]}).k_nearest([0.2, 0.1])
        ['low']
        """
        return [name for name, _ in self._nearest(point, k)]

    def k_nearest_dist(self, point: ArrayLike, k: int = 1) -> list[float]:
        """Return the Euclidean distances of what `k_nearest` finds."""
        return [distance for _, distance in self._nearest(point, k)]

    def _nearest(self, point: ArrayLike, k: int) -> list[tuple[str, float]]:
        # Checked as a point of this container would be, but not kept.
        wanted = self._show(self._accept("the point asked for", point))
        return nearest_points(self, wanted, k)

    @classmethod
    def from_array(
        cls,
        array: ArrayLike,
        identifiers: Iterable[str] | None = None,
        *,
        dtype: DTypeLike | None = None,
    ) -> Self:
        """Make a DataSet from a table of points.

        Parameters
        ----------
        array : array_like of shape (n_points, n_dims) or (n_points,)
            It is copied; (n_points,) are points of one dimension.
        identifiers : iterable of str, optional
            One for each; by default "0", "1", ..., padded with zeros to one width, so that
            sorting keeps the order.
        dtype : {"float64", "float32"}, optional
            How numbers are kept; by default float64.

        Raises
        ------
        InputError
            If it is no such table, or the number of identifiers is another.
        IdentifierError
            If an identifier is there twice.

        Examples
        --------
        >>> DataSet.from_array([[0.0, 1.0], [2.0, 3.0]]).get_ids()
        ['0', '1']
        """
        made = cls(dtype=dtype)
        table = as_numbers(array, made.dtype, "the array")
        if table.ndim not in (1, 2):
            raise InputError(
                f"the array has the shape {table.shape}, but wanted (n_points, n_dims)"
            )
        names = matched_identifiers(identifiers, len(table))
        if len(table):
            made._use_rows(names, table, "the array")
        return made

    @classmethod
    def from_table(
        cls, table: pd.DataFrame, *, id: str = "id", dtype: DTypeLike | None = None
    ) -> Self:
        """Make a DataSet from a pandas table: one row per point.

        Parameters
        ----------
        table : pandas.DataFrame
            All columns but `id` are dimensions, in their order.
        id : str
            The column of identifiers; numbers become text.
        dtype : {"float64", "float32"}, optional
            How numbers are kept; by default float64.

        Raises
        ------
        InputError
            If the column is missing or an identifier is empty.
        InputTypeError
            If a dimension is not numbers.
        IdentifierError
            If an identifier is there twice.
        MissingExtraError
            If pandas is not installed.

        Examples
        --------
        >>> import pandas as pd
        >>> DataSet.from_table(pd.DataFrame({"id": [7], "x": [0.5], "y": [1.0]})).to_dict()
        {'cols': 2, 'data': {'7': [0.5, 1.0]}}
        """
        from .tables import points_of_table

        names, numbers = points_of_table(table, id)
        return cls.from_array(numbers, names, dtype=dtype)

    def to_table(self) -> pd.DataFrame:
        """Return a pandas table: a row per point, columns id, dim_0, dim_1, ...

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        from .tables import table_of_points

        return table_of_points(self)

    # What the base asks for.

    def _use_rows(self, names: Iterable[str], table: FloatArray, what: str) -> None:
        """Take over rows as points of this empty container, in one block of memory."""
        table = table.reshape(len(table), -1)
        if not table.shape[1]:
            raise DimensionError(f"{what} has 0 dimensions per point: give at least one")
        self._entries = dict(zip(names, read_only(table), strict=True))

    @classmethod
    def _parse(cls, content: Any, where: Place, dtype: DTypeLike | None) -> Self:
        cols, data = parse_layout(content, "DataSet", where)
        made = cls(dtype=dtype)
        if not data:
            return made
        numbers = parse_points(data, cols, where)
        try:
            names = [check_identifier(name) for name in data]
            made._use_rows(names, as_numbers(numbers, made.dtype, "a point"), "a point")
        except InputError as err:
            raise where.at("data").error(str(err)) from err
        return made

    def _accept(self, identifier: str, value: ArrayLike) -> FloatArray:
        point = as_frame(value, self.dtype, f"point {identifier!r}")
        self._require_dims(f"point {identifier!r}", point.size)
        return read_only(point)

    def _show(self, entry: FloatArray) -> FloatArray:
        return entry

    def _dims_of(self, entry: FloatArray) -> int:
        return entry.size

    def _as_json(self, identifier: str, value: FloatArray, *, allow_missing: bool) -> Any:
        return self._finite(identifier, value, allow_missing=allow_missing)

    def _sketch(self) -> str:
        return sketches.dots(self.values())

    def _summary(self) -> str:
        if not self:
            return "empty"
        return f"{counted(len(self), 'point')}, {self._dims_text()}"

    def _line(self, value: FloatArray) -> str:
        return self._numbers(value)
