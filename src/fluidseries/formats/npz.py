"""NumPy's .npz and .npy, without pickles.

An .npz of ours holds ``identifiers`` and, of what lies one after the other, ``frames`` with
``lengths``, or ``points``; beside them ``labels``, ``targets`` or ``frame_targets``, and ``origin``
as JSON. Any other .npz is a series per array, called as the array is; an .npy is one series, or a
table of three axes with series of equal length.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FluidSeriesError, FormatError, InputError
from ..files import open_to_read, read_bytes, replacing
from .examples import Examples
from .table import Reading

__all__ = ["read", "write", "write_one"]


def read(path: Path, how: Reading) -> Any:
    """Read a file of ours, or arrays that NumPy saved."""
    where = os.fspath(path)
    arrays = _arrays(path, where)
    try:
        if isinstance(arrays, np.ndarray):
            return _one_array(path, arrays, how)
        if "identifiers" not in arrays:
            return DataSeries(arrays, dtype=how.dtype)
        return _ours(arrays, how)
    except KeyError as err:
        raise FormatError(f"{where}: there is no array {err}: export it again") from err
    except (FluidSeriesError, ValueError, TypeError) as err:
        raise FormatError(f"{where}: {err}") from err


def write(path: Path, content: Any) -> None:
    """Write containers as arrays that lie one after the other."""
    if path.suffix.lower() == ".npy":
        _write_array(path, content)
        return
    source, target = content if isinstance(content, Examples) else (content, None)
    arrays = {"identifiers": _texts(list(source)), **_of_source(source), **_of_target(target)}
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def write_one(path: Path, series: DataSeries) -> None:
    """Write a series that is called as its file is."""
    (frames,) = series.values()
    with replacing(path) as file:
        if path.suffix.lower() == ".npy":
            np.save(file, frames, allow_pickle=False)
        else:
            np.savez(file, allow_pickle=False, **{path.stem: frames})


def _write_array(path: Path, content: Any) -> None:
    if not isinstance(content, DataSeries) or len(content) != 1:
        raise FormatError(f"{path}: an .npy file holds one series: write .npz")
    write_one(path, content)


def _arrays(path: Path, where: str) -> Any:
    """Return all arrays of a file, by name if there are several."""
    with open_to_read(path) as file:
        try:
            stored = np.load(file, allow_pickle=False)
            if isinstance(stored, np.ndarray):
                return stored
            return {name: stored[name] for name in stored.files}
        # A damaged archive raises whatever its layers raise: the readers of zip, of NumPy's header
        # (which is Python text), of memory that a header asks for.
        except Exception as err:
            reason = str(err)
            if "pickle" in reason:
                known = _begins_as_known(path)
                reason = "it holds pickled objects" if known else "it is of another kind"
            raise FormatError(
                f"{where} is no NumPy file that can be read ({reason}): export it again"
            ) from err


def _begins_as_known(path: Path) -> bool:
    """Tell whether a file begins as NumPy's, zip's or pickle's do; all else NumPy calls pickled."""
    return read_bytes(path).startswith((b"\x93N", b"PK", b"\x80"))


def _one_array(path: Path, array: NDArray[Any], how: Reading) -> DataSeries:
    if array.ndim == 3:
        return DataSeries.from_arrays(array, dtype=how.dtype)
    return DataSeries({path.stem: array}, dtype=how.dtype)


def _ours(arrays: Mapping[str, Any], how: Reading) -> Any:
    names = [str(name) for name in arrays["identifiers"].tolist()]
    source: Any = None
    if "frames" in arrays:
        origin = json.loads(str(arrays["origin"])) if "origin" in arrays else None
        source = _series(names, arrays["frames"], arrays["lengths"], how, origin)
    elif "points" in arrays:
        source = DataSet.from_array(
            _table(arrays["points"]), names, dtype=how.dtype or _kept(arrays["points"])
        )
    target: Any = None
    if "labels" in arrays:
        target = LabelSet.from_list([str(label) for label in arrays["labels"].tolist()], names)
    elif "targets" in arrays:
        target = DataSet.from_array(_table(arrays["targets"]), names)
    elif "frame_targets" in arrays:
        target = _series(names, arrays["frame_targets"], arrays["lengths"], Reading(), None)
    if source is None and target is None:
        raise KeyError("frames")
    if source is None or target is None:
        return target if source is None else source
    return Examples(source, target)


def _series(names: list[str], frames: Any, lengths: Any, how: Reading, origin: Any) -> DataSeries:
    dtype = how.dtype or _kept(frames)
    return DataSeries._of_rows(names, lengths, frames, dtype=dtype, origin=origin)


def _kept(array: NDArray[Any]) -> str:
    return "float32" if array.dtype == np.float32 else "float64"


def _table(array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim != 2:
        raise InputError(f"points have the shape {array.shape}, but wanted (n_points, n_dims)")
    return array


def _of_source(source: Any) -> dict[str, Any]:
    if isinstance(source, LabelSet):
        return _of_target(source)
    if isinstance(source, DataSet):
        return {"points": _stacked(source)}
    lengths = np.array([len(frames) for frames in source.values()], dtype=np.int64)
    origin = {"origin": np.array(json.dumps(source.origin))} if source.origin else {}
    return {"frames": _stacked(source), "lengths": lengths, **origin}


def _of_target(target: Any) -> dict[str, Any]:
    if target is None:
        return {}
    if isinstance(target, LabelSet):
        return {"labels": _texts(list(target.values()))}
    return {"targets" if isinstance(target, DataSet) else "frame_targets": _stacked(target)}


def _stacked(container: DataSeries | DataSet) -> NDArray[Any]:
    if not container:
        return np.empty((0, 0), dtype=container.dtype)
    return np.vstack(list(container.values()))


def _texts(texts: list[str]) -> NDArray[np.str_]:
    array = np.array(texts, dtype=np.str_)
    if array.tolist() != texts:
        raise InputError("a text ends in a zero character, which NumPy would drop: rename it")
    return array
