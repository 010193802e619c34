"""What an engine takes: all series in one array; and how source and target meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from .containers import DataSeries, DataSet, LabelSet, sorted_identifiers
from .errors import IdentifierError, NonFiniteError
from .wording import counted, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .scaling import Scaler

__all__ = ["Batch", "Series", "join", "pack", "require_same_identifiers"]


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
    origin : dict
        How the frames were made; {} if that is not known.
    """

    arrays: list[NDArray[Any]]
    identifiers: list[str] | None
    origin: dict[str, Any] = field(default_factory=dict)

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


def pack(
    arrays: Sequence[NDArray[Any]],
    scaler: Scaler,
    names: Sequence[str] | None = None,
    *,
    what: str = "series",
    n_threads: int = 1,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Standardise in double and lay all frames one after the other in float32.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (n_frames, n_dims)
        Finite numbers.
    scaler : Scaler
        Of n_dims dimensions.
    names : sequence of str, optional
        One for each array, for the message.
    what : str
        What they are, for the message.
    n_threads : int
        How many threads copy.

    Returns
    -------
    packed : float32 ndarray of shape (n_frames of all series, n_dims)
        C-contiguous.
    offsets : int64 ndarray of shape (n_series + 1,)
        Where each series starts, and the end.

    Raises
    ------
    NonFiniteError
        If a standardised number does not fit into float32.
    """
    offsets = np.zeros(len(arrays) + 1, dtype=np.int64)
    np.cumsum([len(frames) for frames in arrays], out=offsets[1:])
    packed = np.empty((int(offsets[-1]), len(scaler.mean)), dtype=np.float32)
    tables = [_lendable(frames) for frames in arrays]
    place = _core.pack(tables, scaler.mean, scaler.scale, packed, n_threads)
    if place >= 0:
        row, dim = divmod(place, packed.shape[1])
        at = int(np.searchsorted(offsets, row, side="right")) - 1
        name, frame = str(at) if names is None else names[at], row - int(offsets[at])
        raise NonFiniteError(
            f"{what} {name!r} holds a number too large for float32 (frame {frame}, dimension "
            f"{dim}): correct it or scale the data"
        )
    return packed, offsets


def _lendable(frames: NDArray[Any]) -> NDArray[Any]:
    """Return the frames as the core reads them: almost always the array itself."""
    dtype = frames.dtype if frames.dtype in (np.float32, np.float64) else np.float64
    return np.ascontiguousarray(frames, dtype=dtype)


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


def require_same_identifiers(
    names: Iterable[str], target: Mapping[str, Any], *, what: str = "target"
) -> None:
    """Raise unless source and target have the same identifiers; `what` is the target's name."""
    source = set(names)
    found = [
        _missing(source - set(target), "source", what),
        _missing(set(target) - source, what, "source"),
    ]
    if any(found):
        raise IdentifierError(
            f"{'; '.join(filter(None, found))}. Add or delete them so that both have the same"
        )


def _missing(names: set[str], there: str, here: str) -> str:
    """Name the first few and say how many; "" if there are none."""
    if not names:
        return ""
    some, are = counted(len(names), "identifier"), "are" if len(names) > 1 else "is"
    first = listed(map(repr, sorted(names)))
    return f"{some} of the {there} {are} missing in the {here}: {first}"
