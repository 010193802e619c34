"""Points with their targets or labels: checked here, once, and joined by identifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .batch import require_same_identifiers
from .containers import DataSeries, DataSet, LabelSet, sorted_identifiers
from .containers.arrays import as_numbers
from .errors import DimensionError, EmptyError, InputError, InputTypeError, NonFiniteError
from .labels import plain_labels
from .reading import table_origin
from .wording import counted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Points", "read_labels", "read_point", "read_points", "read_target_points"]

Table: TypeAlias = "NDArray[np.float64]"
_DOUBLE = np.dtype(np.float64)


@dataclass(frozen=True)
class Points:
    """Checked points of one width.

    Parameters
    ----------
    table : float64 ndarray of shape (n_points, n_dims)
        Finite numbers, at least one row.
    identifiers : list of str or None
        Names where the points came from a container.
    origin : dict
        What a table's columns are called; {} if that is not known.
    """

    table: Table
    identifiers: list[str] | None
    origin: dict[str, Any] = field(default_factory=dict)

    @property
    def n_dims(self) -> int:
        """Dimensions per point."""
        return int(self.table.shape[1])

    @property
    def names(self) -> list[str]:
        """The identifiers, or the row numbers where there are none."""
        return self.identifiers or [str(row) for row in range(len(self.table))]

    def __len__(self) -> int:
        return len(self.table)


def read_points(source: DataSet | ArrayLike, *, in_order: bool = False) -> Points:
    """Check points from a DataSet or an array of shape (n_points, n_dims).

    With `in_order` a container is taken in the order of its identifiers, so that the order of
    recording changes nothing.
    """
    if isinstance(source, DataSet):
        names = sorted_identifiers(source) if in_order else list(source)
        return Points(_table_of(source, names, "the source"), names)
    _require_array(source, "the source")
    table = as_numbers(source, _DOUBLE, "the source")
    if table.ndim != 2:
        hint = "use predict_point for one point" if table.ndim == 1 else "give a table of points"
        raise DimensionError(
            f"the source has shape {table.shape}, but points have (n_points, n_dims): {hint}"
        )
    _require_usable(table, "the source", None)
    return Points(table, None, table_origin(source))


def read_point(point: ArrayLike, n_dims: int) -> Table:
    """Check one point of shape (n_dims,) for a model of that many dimensions."""
    if isinstance(point, DataSet):
        raise InputTypeError("predict_point takes the numbers of one point: use predict for all")
    numbers = as_numbers(point, _DOUBLE, "the point")
    if numbers.ndim > 1:
        raise DimensionError(f"the point has shape {numbers.shape}: one point has ({n_dims},)")
    row = numbers.reshape(-1)
    require_dims("the point", row.size, n_dims)
    if not np.isfinite(row).all():
        raise NonFiniteError(f"the point holds {_first_odd(row[np.newaxis])}: correct it")
    return row


def require_dims(where: str, got: int, want: int) -> None:
    """Raise unless a point has as many dimensions as the model knows."""
    if got != want:
        raise DimensionError(
            f"{where} has {counted(got, 'dimension')}, but this was fitted on {want}: give "
            "it the same dimensions, or fit again"
        )


def read_target_points(target: DataSet | ArrayLike, points: Points) -> tuple[Table, str]:
    """Check numeric targets and bring them into the order of the points.

    Returns
    -------
    targets : float64 ndarray of shape (n_points, n_outputs)
    form : {"point", "vector"}
        "vector" if the targets were one number per point in a 1-D array.
    """
    if isinstance(target, LabelSet):
        raise InputTypeError(
            "the target is a LabelSet, and a regressor learns numbers: use MLPClassifier for labels"
        )
    if isinstance(target, DataSet):
        _require_joined(points, target)
        return _table_of(target, points.names, "the target"), "point"
    _require_plain(points, target, "a DataSet")
    _require_array(target, "the target")
    table = as_numbers(target, _DOUBLE, "the target")
    if table.ndim not in (1, 2):
        raise DimensionError(
            f"the target has shape {table.shape}, but wanted (n_points, n_outputs) or (n_points,)"
        )
    _require_as_many(len(table), len(points))
    form = "point" if table.ndim == 2 else "vector"
    table = table.reshape(len(table), -1)
    _require_usable(table, "the target", None)
    return table, form


def read_labels(target: LabelSet | Any, points: Points) -> list[Any]:
    """Check labels, which in arrays may be numbers, and bring them into the points' order."""
    if isinstance(target, DataSet):
        raise InputTypeError(
            "the target is a DataSet, and a classifier learns labels: use MLPRegressor for numbers"
        )
    if isinstance(target, LabelSet):
        _require_joined(points, target)
        return [target[name] for name in points.names]
    _require_plain(points, target, "a LabelSet")
    _require_array(target, "the target")
    labels = plain_labels(target)
    _require_as_many(len(labels), len(points))
    return labels


def _table_of(data: DataSet, names: list[str], where: str) -> Table:
    if not names:
        raise EmptyError(f"{where} is an empty DataSet: add at least one point")
    table = np.array([data[name] for name in names], dtype=np.float64)
    _require_usable(table, where, names)
    return table


def _require_usable(table: Table, where: str, names: list[str] | None) -> None:
    if not len(table):
        raise EmptyError(f"{where} has no points: give at least one")
    if not table.shape[1]:
        raise DimensionError(f"{where} has 0 dimensions per point: give at least one")
    finite = np.isfinite(table).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        place = f"row {row}" if names is None else f"point {names[row]!r}"
        raise NonFiniteError(
            f"{where}, {place} holds {_first_odd(table[row : row + 1])}: correct it or delete it"
        )


def _first_odd(table: Table) -> str:
    dim = int(np.argwhere(~np.isfinite(table))[0, 1])
    return f"{'NaN' if np.isnan(table[0, dim]) else 'infinity'} (dimension {dim})"


def _require_joined(points: Points, target: DataSet | LabelSet) -> None:
    if points.identifiers is None:
        raise InputTypeError(
            "the target is a container but the source is an array: give a DataSet with the same "
            "identifiers"
        )
    require_same_identifiers(points.identifiers, target)


def _require_plain(points: Points, target: Any, wanted: str) -> None:
    if points.identifiers is not None:
        raise InputTypeError(
            f"the source is a DataSet but the target is of type {type(target).__name__}: give "
            f"{wanted} with the same identifiers"
        )


def _require_array(values: Any, where: str) -> None:
    if isinstance(values, DataSeries):
        raise InputTypeError(
            f"{where} is a DataSeries, and this learns from points: use an LSTM for series, or "
            "get_data_set for one moment of all of them"
        )
    if isinstance(values, Mapping | str) or not np.iterable(values):
        raise InputTypeError(
            f"{where} is of type {type(values).__name__}: give a container or an array"
        )


def _require_as_many(n_targets: int, n_points: int) -> None:
    if n_targets != n_points:
        raise InputError(f"there are {n_points} points but {n_targets} targets: give one for each")
