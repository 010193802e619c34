"""Series and targets from containers or arrays: checked here, once, and joined by identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import _core
from .batch import Series, require_same_identifiers
from .containers import DataSeries, DataSet, LabelSet, sorted_identifiers
from .containers.arrays import as_numbers
from .containers.dim_names import columns_differ, names_as_origin
from .containers.origin import Origin, require_same_origin
from .errors import (
    DimensionError,
    EmptyError,
    InputError,
    InputTypeError,
    NonFiniteError,
    OriginError,
)
from .labels import plain_labels
from .missing import filled, usual
from .wording import counted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "read_frames",
    "read_labels",
    "read_series",
    "read_targets",
    "require_dims",
    "require_origin",
    "table_names",
    "table_origin",
]

Arrays: TypeAlias = "Sequence[ArrayLike] | NDArray[Any]"

_DOUBLE = np.dtype(np.float64)
# What else helps where a sensor dropped out.
_FILLED = ', or let an LSTM fill it in: missing="interpolate"'


def read_series(
    source: DataSeries | Arrays,
    *,
    in_order: bool = False,
    missing: str = "error",
    mean: NDArray[np.float64] | None = None,
) -> Series:
    """Check series from a DataSeries, a list of (n_frames, n_dims) arrays or one 3-D array.

    With `in_order` a container is taken in the order of its identifiers, so that the order of
    recording changes nothing. With another `missing` than "error" NaN is filled in, see `filled`;
    `mean` (n_dims,) is the mean then, by default that of these series.

    Raises
    ------
    EmptyError
        If there are no series, or one without frames.
    DimensionError
        If it is one 2-D array, or series have different numbers of dimensions.
    NonFiniteError
        If a number is NaN or infinite.
    InputTypeError
        If it is something else.
    """
    names: list[str] | None = None
    origin: Origin = {}
    if isinstance(source, DataSeries):
        names = sorted_identifiers(source) if in_order else list(source)
        arrays, origin = [source[name] for name in names], source.origin
    else:
        arrays = list(_rows_of(source))
    if _sound(arrays):
        return Series(arrays, names, origin)
    if names is None:
        places = [f"series {row} of the list" for row in range(len(arrays))]
        origin = _origin_of_tables(arrays, places)
        arrays = [_as_frames(*pair) for pair in zip(arrays, places, strict=True)]
    else:
        places = [f"series {name!r}" for name in names]
    series = Series(arrays, names, origin)
    if not len(series):
        raise EmptyError("there are no series: record or add at least one")
    for place, frames in zip(places, series.arrays, strict=True):
        _require_frames(place, frames)
        if frames.shape[1] != series.n_dims:
            raise DimensionError(
                f"{place} has {frames.shape[1]} dimensions per frame, but {places[0]} has "
                f"{series.n_dims}: all series need the same number"
            )
    if missing != "error" and any(np.isnan(frames).any() for frames in series.arrays):
        if mean is None or len(mean) != series.n_dims:
            mean = usual(series.arrays)
        arrays = [filled(frames, missing, mean) for frames in series.arrays]
        series = replace(series, arrays=arrays)
    for place, frames in zip(places, series.arrays, strict=True):
        _require_finite(place, frames, remedy=_FILLED)
    return series


def _sound(arrays: list[Any]) -> bool:
    """Whether all are tables of one width as the core reads them, with frames and finite numbers.

    It looks at thousands of series in the time that Python takes for a few; what it declines is
    looked at one by one.
    """
    if not arrays or any(type(array) is not np.ndarray for array in arrays):
        return False
    n_dims = arrays[0].shape[-1] if arrays[0].ndim == 2 else 0
    return n_dims > 0 and _core.sound(arrays, n_dims)


def read_frames(
    frames: ArrayLike,
    n_dims: int,
    missing: str = "error",
    mean: NDArray[np.float64] | None = None,
    origin: Origin | None = None,
) -> NDArray[Any]:
    """Check one series of shape (n_frames, n_dims) for a model of that many dimensions.

    Where it is a table its columns must be those that the model's origin names.
    With another `missing` than "error" NaN is filled in, see `filled`.
    """
    if isinstance(frames, DataSeries):
        raise InputTypeError(
            "got a DataSeries where the frames of one series were wanted: use predict for all of "
            "them, or take one by its identifier"
        )
    require_origin(table_origin(frames), origin or {})
    array = _as_frames(frames, "the series")
    _require_frames("the series", array)
    require_dims("the series", array.shape[1], n_dims)
    if missing != "error" and mean is not None:
        array = filled(array, missing, mean)
    _require_finite("the series", array, remedy=_FILLED)
    return array


def table_origin(table: Any) -> Origin:
    """Return the origin that a table's columns tell, {} for what is no table with named columns."""
    columns = getattr(table, "columns", None)
    return {} if columns is None or isinstance(table, DataSeries) else names_as_origin(columns)


def table_names(table: Any) -> list[str]:
    """Return what a table's columns are called, if they have names."""
    names: list[str] = table_origin(table).get("dim_names", [])
    return names


def _origin_of_tables(rows: Iterable[Any], places: Sequence[str]) -> Origin:
    origin: Origin = {}
    for row, place in zip(rows, places, strict=True):
        own = table_origin(row)
        if why := columns_differ(own, origin):
            raise OriginError(f"{place} is called otherwise than those before it: {why}")
        origin = origin or own
    return origin


def require_dims(where: str, got: int, want: int) -> None:
    """Raise unless a frame has as many dimensions as the model knows."""
    if got != want:
        raise DimensionError(
            f"{where} has {counted(got, 'dimension')} per frame, but this model was fitted "
            f"on {want}: give it the same dimensions, or fit again"
        )


def require_origin(got: Origin, known: Origin) -> None:
    """Raise unless frames were made as those that the model knows, or one of the two is unknown."""
    require_same_origin(
        got,
        known,
        "the source was made with other settings than the series that this model was fitted on",
        "Make it with the model's settings (for sounds: extract with like), or fit a new model",
    )


def _require_finite(
    place: str, table: NDArray[Any], *, row_name: str = "frame", remedy: str = ""
) -> None:
    """Raise if a table of shape (n_rows, n_dims) holds NaN or infinity.

    `row_name` is "" for one row; `remedy` is what else helps against NaN.
    """
    finite = np.isfinite(table)
    if finite.all():
        return
    row, dim = np.argwhere(~finite)[0]
    what, remedy = ("NaN", remedy) if np.isnan(table[row, dim]) else ("infinity", "")
    at = f"{row_name} {row}, dimension {dim}" if row_name else f"dimension {dim}"
    raise NonFiniteError(f"{place} holds {what} ({at}): correct it or delete this series{remedy}")


def read_targets(
    target: DataSet | DataSeries | ArrayLike | Sequence[ArrayLike], series: Series
) -> tuple[list[NDArray[np.float64]], str]:
    """Check numeric targets and bring them into the order of the series.

    Returns
    -------
    targets : list of float64 ndarray
        One (1, n_outputs) row per series, or (n_frames, n_outputs) where every frame has a target.
    form : {"point", "vector", "frames"}
        "vector" if the targets were one number per series in a 1-D array.

    Raises
    ------
    IdentifierError
        If an identifier stands in only one of source and target.
    DimensionError, NonFiniteError, InputError, InputTypeError
        If the targets are not numbers of one width, one for each series or frame.
    """
    if isinstance(target, LabelSet):
        raise InputTypeError(
            "the target is a LabelSet, and a regressor learns numbers: use LSTMClassifier for "
            "labels"
        )
    places = [f"target {name!r}" for name in series.names]
    if isinstance(target, DataSet | DataSeries):
        rows = _joined(target, series)
        form = "frames" if isinstance(target, DataSeries) else "point"
    else:
        listed = _listed(target, series, "a DataSet with the same identifiers, or a DataSeries")
        rows = [as_numbers(row, _DOUBLE, place) for row, place in zip(listed, places, strict=True)]
        form = _form_of(rows)
    if form == "frames":
        _require_lengths(series, rows)
    tables = [
        np.asarray(row if form == "frames" else np.reshape(row, (1, -1)), dtype=np.float64)
        for row in rows
    ]
    _require_tables(tables, places, "frame" if form == "frames" else "")
    return tables, form


def read_labels(target: LabelSet | Sequence[Any] | NDArray[Any], series: Series) -> list[Any]:
    """Check labels and bring them into the order of the series: text, in arrays also numbers.

    Raises
    ------
    IdentifierError
        If an identifier stands in only one of source and target.
    DimensionError, NonFiniteError, InputError, InputTypeError
        If it is not one label of one kind for each series, see `plain_labels`.
    """
    if isinstance(target, DataSet | DataSeries):
        raise InputTypeError(
            f"the target is a {type(target).__name__}, and a classifier learns labels: give a "
            "LabelSet, or use LSTMRegressor for numbers"
        )
    if isinstance(target, LabelSet):
        return _joined(target, series)
    return plain_labels(_listed(target, series, "a LabelSet with the same identifiers"))


def _rows_of(source: Any) -> Sequence[Any] | NDArray[Any]:
    if isinstance(source, DataSet | LabelSet):
        raise InputTypeError(f"the source is a {type(source).__name__}: it must be a DataSeries")
    if isinstance(source, Mapping):
        raise InputTypeError("the source is a plain mapping: make a DataSeries of it first")
    if isinstance(source, str) or not isinstance(source, Sequence | np.ndarray):
        raise InputTypeError(
            f"the source is {_named(source)}: give a DataSeries, or a list of (n_frames, n_dims) "
            "arrays"
        )
    # An array of objects is a list of series, as scikit-learn's tools make them.
    if isinstance(source, np.ndarray) and source.dtype != object and source.ndim != 3:
        one = ", which is a single series" if source.ndim == 2 else ""
        raise DimensionError(
            f"got one array of shape {source.shape}{one}: give a list of series or an array of "
            "shape (n_series, n_frames, n_dims), or use predict_point for one series"
        )
    return source


def _as_frames(item: Any, place: str) -> NDArray[Any]:
    # What is a table of floats already is used as it is, without a copy; a subclass may be a table
    # of another kind (a matrix, or numbers behind a mask).
    quick = type(item) in (np.ndarray, np.memmap) and item.dtype in (np.float32, np.float64)
    frames: NDArray[Any] = item if quick else as_numbers(item, _DOUBLE, place)
    if frames.ndim == 1:
        frames = frames[:, np.newaxis]
    if frames.ndim != 2:
        raise DimensionError(
            f"{place} has shape {frames.shape}: one series is a table of shape (n_frames, n_dims)"
        )
    return frames


def _require_frames(place: str, frames: NDArray[Any]) -> None:
    if not len(frames):
        raise EmptyError(
            f"{place} has no frames: at least one is needed; delete it or record it again"
        )
    if not frames.shape[1]:
        raise DimensionError(f"{place} has frames without any dimension: at least one is needed")


def _joined(target: Any, series: Series) -> list[Any]:
    """Take a container's entries in the order of the series."""
    if series.identifiers is None:
        raise InputTypeError(
            "the target is a container but the source is a list of arrays: give a DataSeries with "
            "the same identifiers"
        )
    require_same_identifiers(series.names, target)
    return [target[name] for name in series.names]


def _listed(target: Any, series: Series, instead: str) -> list[Any]:
    """Take an array's or a list's rows, one for each series."""
    if series.identifiers is not None:
        raise InputTypeError(
            f"the source is a DataSeries but the target is {_named(target)}: give {instead}"
        )
    if hasattr(target, "to_numpy"):  # a table or a column of pandas
        target = target.to_numpy()
    if isinstance(target, str) or not isinstance(target, Sequence | np.ndarray):
        raise InputTypeError(
            f"the target is {_named(target)}: give an array or a list, one row for each series"
        )
    if len(target) != len(series):
        raise InputError(
            f"there are {len(series)} series but {len(target)} targets: give one for each"
        )
    return list(target)


def _form_of(rows: list[NDArray[np.float64]]) -> str:
    dims = {row.ndim for row in rows}
    if len(dims) > 1 or max(dims) > 2:
        raise DimensionError(
            "the targets have unequal shapes: give a number or a point for every series, or a "
            "table of shape (n_frames, n_outputs) for every series"
        )
    return ("vector", "point", "frames")[max(dims)]


def _require_lengths(series: Series, targets: Sequence[NDArray[Any]]) -> None:
    for name, frames, rows in zip(series.names, series.arrays, targets, strict=True):
        if len(frames) != len(rows):
            raise InputError(
                f"series {name!r} has {len(frames)} frames but its target has {len(rows)}: one "
                "target per frame needs as many"
            )


def _require_tables(
    tables: Sequence[NDArray[np.float64]], places: Sequence[str], row_name: str
) -> None:
    width = tables[0].shape[1]
    if not width:
        raise DimensionError(f"{places[0]} has no numbers: give at least one output")
    for place, table in zip(places, tables, strict=True):
        if table.shape[1] != width:
            hint = "" if row_name else " (one target per frame has shape (n_frames, n_outputs))"
            raise DimensionError(
                f"{place} has {table.shape[1]} dimensions, but {places[0]} has {width}: all "
                f"targets need the same number{hint}"
            )
        _require_finite(place, table, row_name=row_name)


def _named(value: Any) -> str:
    """Name a value's type with its article."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
