"""The containers of aeon, sktime and tslearn in and out. None of the three is needed for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries
from ..errors import InputError, InputTypeError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["from_aeon", "from_sktime", "from_tslearn", "to_aeon", "to_sktime", "to_tslearn"]


def from_aeon(collection: Any, identifiers: Iterable[str] | None = None) -> DataSeries:
    """Make a DataSeries of what aeon calls a collection.

    Parameters
    ----------
    collection : ndarray of shape (n_cases, n_channels, n_timepoints) or (n_cases, n_timepoints), \
or list of ndarray of shape (n_channels, n_timepoints)
        Channels first, as aeon has them. Two axes are series of one dimension.
    identifiers : iterable of str, optional
        One for each; by default "0", "1", ..., padded with zeros to one width.

    Raises
    ------
    InputError, InputTypeError
        If it is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from_aeon(np.zeros((3, 2, 50)))
    <DataSeries: 3 series, 2 dims, 50 frames each>
    """
    if isinstance(collection, np.ndarray) and collection.ndim == 2:
        collection = collection[:, np.newaxis, :]
    cases = [np.asarray(case) for case in _in_a_row(collection, "aeon")]
    _require_axes(cases, "n_channels, n_timepoints")
    return DataSeries.from_arrays([case.T for case in cases], identifiers)


def to_aeon(series: DataSeries) -> NDArray[np.float64] | list[NDArray[np.float64]]:
    """Return a collection for aeon, in the order of the container.

    Returns
    -------
    ndarray of shape (n_cases, n_channels, n_timepoints), or list of (n_channels, n_timepoints)
        The list if the series differ in length. Numbers are float64.

    Examples
    --------
    >>> import fluidseries as fs
    >>> to_aeon(fs.DataSeries({"a": [[1.0, 5.0], [2.0, 6.0]]})).tolist()
    [[[1.0, 2.0], [5.0, 6.0]]]
    """
    cases = [np.array(frames.T, dtype=np.float64, order="C") for frames in series.values()]
    return np.stack(cases) if len({case.shape for case in cases}) == 1 else cases


def from_sktime(panel: Any, identifiers: Iterable[str] | None = None) -> DataSeries:
    """Make a DataSeries of what sktime calls a panel.

    Parameters
    ----------
    panel : DataFrame with a MultiIndex (instance, time), DataFrame with a Series in every cell, \
list of DataFrame of shape (n_frames, n_dims), or ndarray of shape (n_instances, n_dims, n_frames)
        sktime's pd-multiindex, nested_univ, df-list or numpy3D.
    identifiers : iterable of str, optional
        One for each; by default the names of the instances, or numbers.

    Raises
    ------
    InputError, InputTypeError
        If it is something else.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.MultiIndex.from_product([["a", "b"], range(3)])
    >>> from_sktime(pd.DataFrame({"x": [0.0, 1, 2, 3, 4, 5]}, index=index))["b"].tolist()
    [[3.0], [4.0], [5.0]]
    """
    if not hasattr(panel, "iloc"):
        if isinstance(panel, np.ndarray):
            return from_aeon(panel, identifiers)
        cases = [np.asarray(case) for case in _in_a_row(panel, "sktime")]
        return DataSeries.from_arrays(cases, identifiers)
    if getattr(panel.index, "nlevels", 1) > 2:
        raise InputError("the panel has more than two levels of index: take one of its groups")
    if panel.index.nlevels == 2:
        groups = panel.groupby(level=0, sort=False)
        named = {str(name): case.sort_index(level=1).to_numpy() for name, case in groups}
    else:
        named = {str(name): _nested(row, name) for name, row in panel.iterrows()}
    return DataSeries.from_arrays(
        [*named.values()], [*named] if identifiers is None else identifiers
    )


def to_sktime(series: DataSeries) -> pd.DataFrame:
    """Return a panel for sktime: a pandas.DataFrame with a MultiIndex (instances, timepoints).

    Raises
    ------
    MissingExtraError
        If pandas is not installed.

    Examples
    --------
    >>> import fluidseries as fs
    >>> to_sktime(fs.DataSeries({"a": [[1.0], [2.0]]})).index.tolist()
    [('a', 0), ('a', 1)]
    """
    table = series.to_table().rename(columns={"id": "instances", "time": "timepoints"})
    return table.set_index(["instances", "timepoints"])


def from_tslearn(dataset: Any, identifiers: Iterable[str] | None = None) -> DataSeries:
    """Make a DataSeries of a dataset of tslearn, whose shorter series end in NaN.

    Parameters
    ----------
    dataset : ndarray of shape (n_series, n_frames, n_dims)
        Frames that are NaN at the end of a series are taken away.
    identifiers : iterable of str, optional
        One for each; by default "0", "1", ..., padded with zeros to one width.

    Raises
    ------
    InputError
        If it has another shape.

    Examples
    --------
    >>> import numpy as np
    >>> series = from_tslearn([[[1.0], [2.0]], [[3.0], [np.nan]]])
    >>> series["1"].tolist()
    [[3.0]]
    """
    table = np.asarray(dataset)
    if table.ndim != 3:
        raise InputError(
            f"the dataset has the shape {table.shape}, but wanted (n_series, n_frames, n_dims)"
        )
    known = ~np.isnan(table).all(axis=2)
    lengths = np.where(known.any(axis=1), known.shape[1] - known[:, ::-1].argmax(axis=1), 1)
    return DataSeries.from_arrays(
        [case[:length] for case, length in zip(table, lengths, strict=True)], identifiers
    )


def to_tslearn(series: DataSeries) -> NDArray[np.float64]:
    """Return a dataset for tslearn, in the order of the container.

    Returns
    -------
    ndarray of shape (n_series, n_frames, n_dims)
        As many frames as the longest series has; shorter ones end in NaN.

    Examples
    --------
    >>> import fluidseries as fs
    >>> to_tslearn(fs.DataSeries({"a": [[1.0], [2.0]], "b": [[3.0]]}))[:, :, 0]
    array([[ 1.,  2.],
           [ 3., nan]])
    """
    longest = max((len(frames) for frames in series.values()), default=0)
    table = np.full((len(series), longest, series.n_dims), np.nan)
    for row, frames in zip(table, series.values(), strict=True):
        row[: len(frames)] = frames
    return table


def _in_a_row(cases: Any, who: str) -> Sequence[Any]:
    if not isinstance(cases, Sequence | np.ndarray) or isinstance(cases, str):
        raise InputTypeError(f"a {type(cases).__name__} is none of {who}'s containers of series")
    return cases  # type: ignore[return-value]


def _require_axes(cases: list[NDArray[Any]], axes: str) -> None:
    for place, case in enumerate(cases):
        if case.ndim != 2:
            raise InputError(f"case {place} has the shape {case.shape}, but wanted ({axes})")


def _nested(row: Any, name: Any) -> NDArray[np.float64]:
    columns = [np.asarray(cell, dtype=np.float64).reshape(-1) for cell in row]
    if len({len(column) for column in columns}) > 1:
        raise InputError(f"the dimensions of case {name!r} differ in length: make them equal")
    return np.array(columns).T
