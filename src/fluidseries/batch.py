"""From containers or arrays to packed numbers: checked here, once, and joined by identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .containers import DataSeries, DataSet, LabelSet, sorted_identifiers
from .errors import (
    DimensionError,
    EmptyError,
    IdentifierError,
    InputError,
    InputTypeError,
    NonFiniteError,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .scaling import Scaler

__all__ = [
    "Batch",
    "Series",
    "join",
    "pack",
    "read_frames",
    "read_labels",
    "read_series",
    "read_targets",
    "require_dims",
]

Arrays: TypeAlias = "Sequence[ArrayLike] | NDArray[Any]"


@dataclass(frozen=True)
class Batch:
    """What an engine takes: all frames one after the other, and where each series starts.

    Parameters
    ----------
    identifiers : list of str or None
        One name per series.
    frames : float32 ndarray of shape (n_frames of all series, n_dims)
        C-contiguous.
    offsets : int64 ndarray of shape (n_series + 1,)
        Series i has the frames offsets[i] to offsets[i + 1] - 1.
    targets : float32 ndarray of shape (n_series, width) or (n_frames of all series, width), or None
        One row per series or one per frame.
    """

    identifiers: list[str] | None
    frames: NDArray[np.float32]
    offsets: NDArray[np.int64]
    targets: NDArray[np.float32] | None


@dataclass(frozen=True)
class Series:
    """Checked series of one width.

    Parameters
    ----------
    arrays : list of ndarray of shape (n_frames, n_dims)
        Finite numbers, at least one frame each.
    identifiers : list of str or None
        Names where the series came from a container.
    """

    arrays: list[NDArray[Any]]
    identifiers: list[str] | None

    @property
    def n_dims(self) -> int:
        """Dimensions per frame."""
        return int(self.arrays[0].shape[1])

    @property
    def names(self) -> list[str]:
        """The identifiers, or the row numbers where there are none."""
        return self.identifiers or [str(row) for row in range(len(self.arrays))]

    def __len__(self) -> int:
        return len(self.arrays)


def read_series(source: DataSeries | Arrays, *, in_order: bool = False) -> Series:
    """Check series from a DataSeries, a list of (n_frames, n_dims) arrays or one 3-D array.

    With `in_order` a container is taken in the order of its identifiers, so that the order of
    recording changes nothing.
    """
    if isinstance(source, DataSeries):
        names = sorted_identifiers(source) if in_order else list(source)
        arrays: list[NDArray[Any]] = [source[name] for name in names]
        series = Series(arrays, names)
        places = [f"series {name!r}" for name in names]
    else:
        arrays = [_as_frames(item, row) for row, item in enumerate(_rows_of(source))]
        series = Series(arrays, None)
        places = [f"series {row} of the list" for row in range(len(arrays))]
    if not arrays:
        raise EmptyError("there are no series: record or add at least one")
    for place, frames in zip(places, arrays, strict=True):
        _require_frames(place, frames, series.n_dims, places[0])
    return series


def read_frames(frames: ArrayLike, n_dims: int) -> NDArray[Any]:
    """Check one series of shape (n_frames, n_dims) for a model of that many dimensions."""
    if isinstance(frames, DataSeries):
        raise InputTypeError("predict_point takes the frames of one series: use predict for all")
    array = _as_frames(frames, None)
    _require_finite("the series", array)
    if not len(array):
        raise EmptyError("the series has no frames: at least one is needed")
    require_dims("the series", array.shape[1], n_dims)
    return array


def require_dims(where: str, got: int, want: int) -> None:
    """Raise unless a frame has as many dimensions as the model knows."""
    if got != want:
        raise DimensionError(
            f"{where} has {got} dimension{'s' * (got != 1)} per frame, but this model was fitted "
            "on "
            f"{want}: give it the same dimensions, or fit again"
        )


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
    """
    names, places = series.names, [f"target {name!r}" for name in series.names]
    if isinstance(target, DataSet | DataSeries):
        _require_identifiers(series)
        require_same_identifiers(names, target)
        rows: list[Any] = [target[name] for name in names]
        form = "frames" if isinstance(target, DataSeries) else "point"
    elif isinstance(target, LabelSet):
        raise InputTypeError(
            "the target is a LabelSet, and a regressor learns numbers: use LSTMClassifier for "
            "labels"
        )
    else:
        if series.identifiers is not None:
            raise InputTypeError(
                f"the source is a DataSeries but the target is {_named(target)}: give a DataSet "
                "with "
                "the same identifiers, or DataSeries for one target per frame"
            )
        rows, form = _target_rows(target, len(series))
    # A constant second dimension: every target is a table.
    targets = [_as_numbers(row, place) for row, place in zip(rows, places, strict=True)]
    if form == "frames":
        _require_lengths(names, series.arrays, targets)
    targets = [row if form == "frames" else row.reshape(1, -1) for row in targets]
    width = targets[0].shape[1]
    for place, row in zip(places, targets, strict=True):
        if row.shape[1] != width:
            raise DimensionError(
                f"{place} has {row.shape[1]} dimensions, but {places[0]} has {width}: all targets "
                "need the same number"
            )
        _require_finite(place, row)
    return targets, form


def read_labels(target: LabelSet | Sequence[Any] | NDArray[Any], series: Series) -> list[Any]:
    """Check labels and bring them into the order of the series: text, or whole numbers in arrays."""
    if isinstance(target, LabelSet):
        _require_identifiers(series)
        require_same_identifiers(series.names, target)
        return [target[name] for name in series.names]
    if isinstance(target, DataSet | DataSeries):
        raise InputTypeError(
            f"the target is a {type(target).__name__}, and a classifier learns labels: give a "
            "LabelSet, or use LSTMRegressor for numbers"
        )
    if series.identifiers is not None:
        raise InputTypeError(
            f"the source is a DataSeries but the target is {_named(target)}: give a LabelSet with "
            "the same identifiers"
        )
    rows, form = _target_rows(target, len(series))
    labels = [row.item() if isinstance(row, np.generic) else row for row in rows]
    kinds = {type(label) for label in labels}
    if form != "vector" or not (kinds <= {str} or kinds <= {int, bool}):
        raise InputTypeError(
            "the labels must be text or whole numbers, one for each series: got "
            f"{', '.join(sorted(kind.__name__ for kind in kinds))}"
        )
    return labels


def join(
    source: DataSeries, target: DataSet | DataSeries | LabelSet
) -> tuple[list[str], list[NDArray[Any]], Any]:
    """Join two containers by identifier, for tools that work on arrays.

    Parameters
    ----------
    source : DataSeries
        The series.
    target : DataSet, LabelSet or DataSeries
        A point, a label or one target per frame for each of them.

    Returns
    -------
    identifiers : list of str
        In the order of their UTF-8 bytes.
    X : list of ndarray of shape (n_frames, n_dims)
        The series.
    y : ndarray of shape (n_series, n_dims), ndarray of str of shape (n_series,), or list of ndarray
        The points, the labels, or for a DataSeries one array per series.

    Raises
    ------
    IdentifierError
        If an identifier stands in only one of the two.

    Examples
    --------
    >>> from fluidseries import DataSeries, LabelSet, join
    >>> source = DataSeries({"b": [[1.0], [2.0]], "a": [[3.0]]})
    >>> identifiers, X, y = join(source, LabelSet({"a": "clap", "b": "wave"}))
    >>> identifiers, [len(frames) for frames in X], y.tolist()
    (['a', 'b'], [1, 2], ['clap', 'wave'])
    """
    names = sorted_identifiers(source)
    require_same_identifiers(names, target)
    rows = [target[name] for name in names]
    y: Any = rows if isinstance(target, DataSeries) else np.array(rows)
    return names, [source[name] for name in names], y


def pack(
    arrays: Sequence[NDArray[Any]], scaler: Scaler
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Standardise in double and lay all frames one after the other in float32."""
    offsets = np.zeros(len(arrays) + 1, dtype=np.int64)
    np.cumsum([len(frames) for frames in arrays], out=offsets[1:])
    packed = np.empty((int(offsets[-1]), len(scaler.mean)), dtype=np.float32)
    for frames, start, end in zip(arrays, offsets[:-1], offsets[1:], strict=True):
        packed[start:end] = scaler.standardise(frames)
    return packed, offsets


def require_same_identifiers(names: Iterable[str], target: Mapping[str, Any]) -> None:
    """Raise unless source and target have the same identifiers."""
    source_names = set(names)
    for missing, there, here in (
        (source_names - set(target), "source", "target"),
        (set(target) - source_names, "target", "source"),
    ):
        if missing:
            first = ", ".join(repr(name) for name in sorted(missing)[:3])
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise IdentifierError(
                f"{len(missing)} identifier{'s' * (len(missing) > 1)} of the {there} "
                f"{'are' if len(missing) > 1 else 'is'} missing in the {here}: {first}{more}. "
                "Add or delete them so that both have the same"
            )


def _rows_of(source: Any) -> Sequence[Any] | NDArray[Any]:
    if isinstance(source, DataSet | LabelSet):
        raise InputTypeError(f"the source is a {type(source).__name__}: it must be a DataSeries")
    if isinstance(source, Mapping):
        raise InputTypeError("the source is a plain mapping: make a DataSeries of it first")
    if isinstance(source, np.ndarray) and source.dtype != object and source.ndim == 2:
        raise DimensionError(
            f"got one array of shape {source.shape}, which is a single series: give a list of "
            "series "
            "or a 3-D array, or use predict_point for one series"
        )
    if isinstance(source, np.ndarray) and source.dtype != object and source.ndim != 3:
        raise DimensionError(
            f"got one array with {source.ndim} dimensions: give a list of (n_frames, n_dims) "
            "arrays or "
            "one array of shape (n_series, n_frames, n_dims)"
        )
    if isinstance(source, str) or not isinstance(source, Sequence | np.ndarray):
        raise InputTypeError(
            f"the source is {_named(source)}: give a DataSeries, or a list of (n_frames, n_dims) "
            "arrays"
        )
    return source


def _as_frames(item: Any, row: int | None) -> NDArray[Any]:
    where = "the series" if row is None else f"series {row} of the list"
    try:
        frames = np.asarray(item)
        if frames.dtype not in (np.float32, np.float64):
            frames = frames.astype(np.float64)
    except (TypeError, ValueError) as err:
        raise InputTypeError(
            f"{where} is not a table of numbers of shape (n_frames, n_dims): {err}"
        ) from err
    if frames.ndim == 1:
        frames = frames[:, np.newaxis]
    if frames.ndim != 2:
        raise DimensionError(
            f"{where} has shape {frames.shape}: one series is a table of shape (n_frames, n_dims)"
        )
    return frames


def _require_frames(place: str, frames: NDArray[Any], n_dims: int, first: str) -> None:
    if not len(frames):
        raise EmptyError(
            f"{place} has no frames: at least one is needed; delete it or record it again"
        )
    if frames.shape[1] != n_dims:
        raise DimensionError(
            f"{place} has {frames.shape[1]} dimensions per frame, but {first} has {n_dims}: all "
            "series "
            "need the same number"
        )
    if not n_dims:
        raise DimensionError(f"{place} has frames without any dimension: at least one is needed")
    _require_finite(place, frames)


def _require_finite(place: str, table: NDArray[Any]) -> None:
    finite = np.isfinite(table)
    if finite.all():
        return
    frame, dim = np.argwhere(~finite)[0]
    what = "NaN" if np.isnan(table[frame, dim]) else "infinity"
    raise NonFiniteError(
        f"{place} holds {what} (frame {frame}, dimension {dim}): correct it or delete this series"
    )


def _require_identifiers(series: Series) -> None:
    if series.identifiers is None:
        raise InputTypeError(
            "the target is a container but the source is a list of arrays: give a DataSeries with "
            "the "
            "same identifiers"
        )


def _target_rows(target: Any, n_series: int) -> tuple[list[Any], str]:
    if isinstance(target, str) or not isinstance(target, Sequence | np.ndarray):
        raise InputTypeError(
            f"the target is {_named(target)}: give a DataSet for a DataSeries, or an array"
        )
    if len(target) != n_series:
        raise InputError(
            f"there are {n_series} series but {len(target)} targets: give one for each"
        )
    dims = {np.ndim(row) for row in target}
    if len(dims) > 1 or max(dims) > 2:
        raise DimensionError(
            "the targets have unequal shapes: give a number or a point for every series, or a "
            "table of "
            "shape (n_frames, n_outputs) for every series"
        )
    return list(target), ("vector", "point", "frames")[max(dims)]


def _as_numbers(row: Any, place: str) -> NDArray[np.float64]:
    try:
        return np.asarray(row, dtype=np.float64)
    except (TypeError, ValueError) as err:
        raise InputTypeError(f"{place} is not made of numbers: {err}") from err


def _require_lengths(
    names: list[str], arrays: Sequence[NDArray[Any]], targets: Sequence[NDArray[Any]]
) -> None:
    for name, frames, rows in zip(names, arrays, targets, strict=True):
        if len(frames) != len(rows):
            raise InputError(
                f"series {name!r} has {len(frames)} frames but its target has {len(rows)}: one "
                "target "
                "per frame needs as many"
            )


def _named(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
