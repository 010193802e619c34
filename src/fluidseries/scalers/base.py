"""What the scalers share: verbs over points and series, and FluCoMa's files."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from .. import files
from ..containers import DataSeries, DataSet
from ..containers.arrays import as_numbers
from ..containers.flucoma import kind_of
from ..errors import (
    DimensionError,
    FormatError,
    InputTypeError,
    NonFiniteError,
    NotFittedError,
    ParameterError,
)
from ..json_places import Place
from ..wording import counted
from .sources import opened

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Numbers", "Scale", "Table"]

Table: TypeAlias = "NDArray[np.float64]"
Source: TypeAlias = "DataSet | DataSeries | Sequence[ArrayLike] | ArrayLike"
Numbers: TypeAlias = "dict[str, NDArray[np.float64]]"


class Scale(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A scaler whose learning is one value that does not change: FluCoMa's numbers by key."""

    # FluCoMa's keys of a number per dimension, and of single numbers (our parameters).
    _vectors: ClassVar[tuple[str, ...]]
    _singles: ClassVar[tuple[str, ...]] = ()

    _numbers: Numbers | None = None

    @abstractmethod
    def _learn(self, table: Table) -> Numbers:
        """Return the numbers of `_vectors` and `_singles`."""

    @abstractmethod
    def _forward(self, table: Table, numbers: Numbers) -> Table:
        """Scale."""

    @abstractmethod
    def _backward(self, table: Table, numbers: Numbers) -> Table:
        """Undo `_forward`."""

    def _check_parameters(self) -> None:
        """Raise unless every parameter is within its range."""

    def fit(self, source: Source, y: Any = None) -> Self:
        """Learn from all points, or from all frames of all series.

        Parameters
        ----------
        source : DataSet, DataSeries, ndarray of shape (n_points, n_dims), list of ndarray of \
shape (n_frames, n_dims), or 3-D ndarray
            Finite numbers.
        y : ignored
            For scikit-learn's pipelines.

        Returns
        -------
        self

        Raises
        ------
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the data cannot be used; what was learned before stays.
        ParameterError
            If a parameter is outside its range.
        """
        del y
        self._check_parameters()
        table, _ = opened(source)
        self._numbers = self._learn(table)
        return self

    def transform(self, source: Source) -> Any:
        """Scale points or series.

        Parameters
        ----------
        source : as in `fit`
            With as many dimensions.

        Returns
        -------
        as `source`
            A container of the same kind, identifiers and dtype; for arrays new arrays.

        Raises
        ------
        NotFittedError
            If nothing was learned.
        DimensionError, NonFiniteError, EmptyError, InputTypeError
            If the data cannot be used.
        """
        return self._through(source, self._forward)

    def inverse_transform(self, source: Source) -> Any:
        """Undo `transform`: back to the units of the data; see there."""
        return self._through(source, self._backward)

    def transform_point(self, point: ArrayLike) -> Table:
        """Scale one point, or the frames of one series.

        Parameters
        ----------
        point : array-like of shape (n_dims,) or (n_frames, n_dims)

        Returns
        -------
        ndarray of the same shape

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, InputTypeError
            As in `transform`.
        """
        return self._point_through(point, self._forward)

    def inverse_transform_point(self, point: ArrayLike) -> Table:
        """Undo `transform_point`; see there."""
        return self._point_through(point, self._backward)

    def clear(self) -> None:
        """Forget what was learned; the parameters stay."""
        self._numbers = None

    @property
    def n_features_in_(self) -> int:
        """Dimensions of a point."""
        return self._require_numbers()[self._vectors[0]].size

    # Files

    def to_dict(self) -> dict[str, Any]:
        """Return what was learned as FluCoMa's JSON has it.

        Raises
        ------
        NotFittedError
            If nothing was learned.
        """
        numbers = self._require_numbers()
        content = {name: array.tolist() for name, array in numbers.items()}
        return dict(sorted({"cols": numbers[self._vectors[0]].size, **content}.items()))

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Make a scaler of what `to_dict` gave, or of parsed FluCoMa JSON.

        Raises
        ------
        FormatError
            If it is something else.
        """
        return cls._parse(content, Place("the dictionary"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write a file that FluCoMa's object of the same name reads, whole or not at all.

        Raises
        ------
        NotFittedError
            If nothing was learned.
        """
        files.write_json(path, self.to_dict())

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read a file that `write`, or FluCoMa's object of the same name, wrote.

        Raises
        ------
        FormatError
            If it is cut off, not JSON, or holds something else.
        FileNotFoundError
            If there is no such file.
        """
        return cls._parse(files.read_json(path), files.json_place(path))

    @classmethod
    def _parse(cls, content: Any, where: Place) -> Self:
        kind = kind_of(content)
        if kind != cls.__name__:
            raise FormatError(f"{where} holds a {kind}, not a {cls.__name__}: choose another file")
        cols = content.get("cols")
        numbers = {}
        for name in (*cls._vectors, *cls._singles):
            shape = (cols,) if name in cls._vectors else ()
            numbers[name] = _read_numbers(content.get(name), shape, where.at(name), repr(name))
        made = cls(**{name: float(numbers[name]) for name in cls._singles})
        try:
            made._check_parameters()
        except ParameterError as err:
            raise where.error(str(err)) from err
        made._numbers = made._usable(numbers)
        return made

    def _usable(self, numbers: Numbers) -> Numbers:
        """Return numbers by which one can divide, wherever they come from."""
        return numbers

    # Inside

    def _require_numbers(self) -> Numbers:
        if self._numbers is None:
            name = type(self).__name__
            raise NotFittedError(f"this {name} has not learned anything yet: fit it first")
        return self._numbers

    def _through(self, source: Source, scale: Callable[[Table, Numbers], Table]) -> Any:
        numbers = self._require_numbers()
        table, closed = opened(source)
        self._require_dims(table.shape[1], numbers)
        return closed(scale(table, numbers))

    def _point_through(self, point: ArrayLike, scale: Callable[[Table, Numbers], Table]) -> Table:
        numbers = self._require_numbers()
        if isinstance(point, Mapping):
            raise InputTypeError("transform_point takes numbers: use transform for a container")
        table = as_numbers(point, np.dtype(np.float64), "the point")
        if table.ndim not in (1, 2):
            raise DimensionError(
                f"the point has shape {table.shape}: give (n_dims,), or (n_frames, n_dims)"
            )
        self._require_dims(table.shape[-1], numbers)
        if not np.isfinite(table).all():
            raise NonFiniteError("the point holds NaN or infinity: correct it")
        return scale(table, numbers)

    def _require_dims(self, got: int, numbers: Numbers) -> None:
        want = numbers[self._vectors[0]].size
        if got != want:
            raise DimensionError(
                f"the source has {counted(got, 'dimension')}, but this "
                f"{type(self).__name__} was fitted on {want}: give it the same, or fit again"
            )

    def __sklearn_is_fitted__(self) -> bool:
        return self._numbers is not None


def _read_numbers(values: Any, shape: tuple[Any, ...], where: Place, what: str) -> Table:
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as err:
        raise where.error(f"{what} is not made of numbers: export it again") from err
    if numbers.shape != shape or not numbers.size or not np.isfinite(numbers).all():
        raise where.error(f"{what} must be finite numbers of shape {shape}: export it again")
    return numbers
