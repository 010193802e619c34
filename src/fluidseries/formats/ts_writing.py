"""Writing .ts: see `ts` for the format. It has no identifiers, so these are lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import DimensionError, EmptyError, InputError, NonFiniteError
from ..files import replacing
from .examples import Examples, Target

__all__ = ["write"]


def write(path: Path, content: DataSeries | Examples) -> None:
    """Write cases in the order of the container, dimensions first; NaN becomes a question mark."""
    source, target = content if isinstance(content, Examples) else (content, None)
    if not isinstance(source, DataSeries) or isinstance(target, DataSeries):
        raise InputError(
            f"{path}: a .ts file holds series with a label or a number each: use another format"
        )
    if not source:
        raise EmptyError(f"{path}: there are no series to write")
    with replacing(path) as file:
        for line in _lines(path, source, target):
            file.write(f"{line}\n".encode())


def _lines(path: Path, source: DataSeries, target: Target | None) -> Iterator[str]:
    yield from _header(path, source, target)
    yield "@data"
    for name, frames in source.items():
        answer = [] if target is None else [_answer(target, name)]
        yield ":".join([*(_numbers(name, column) for column in frames.T), *answer])


def _header(path: Path, source: DataSeries, target: Target | None) -> Iterator[str]:
    lengths = {len(frames) for frames in source.values()}
    missing = any(np.isnan(frames).any() for frames in source.values())
    yield f"@problemName {'_'.join(path.stem.split()) or 'data'}"
    yield "@timestamps false"
    yield f"@missing {_said(missing)}"
    yield f"@univariate {_said(source.n_dims == 1)}"
    if source.n_dims > 1:
        yield f"@dimensions {source.n_dims}"
    yield f"@equalLength {_said(len(lengths) == 1)}"
    if len(lengths) == 1:
        yield f"@seriesLength {lengths.pop()}"
    if target is None:
        yield "@classLabel false"
    elif isinstance(target, LabelSet):
        yield f"@classLabel true {' '.join(_word(label) for label in target.counts())}"
    else:
        _require_one(target)
        yield "@targetlabel true"


def _said(truth: bool) -> str:
    return str(bool(truth)).lower()


def _numbers(name: str, column: NDArray[np.float64]) -> str:
    if np.isinf(column).any():
        raise NonFiniteError(f"series {name!r} holds infinity, which .ts cannot say: repair it")
    return ",".join("?" if number != number else repr(number) for number in column.tolist())


def _answer(target: Target, name: str) -> str:
    if isinstance(target, LabelSet):
        return target[name]
    value = float(target[name][0])
    if not np.isfinite(value):
        raise NonFiniteError(f"the target of {name!r} is {value}, which .ts cannot say: repair it")
    return repr(value)


def _word(label: str) -> str:
    if label.split() != [label] or ":" in label:
        raise InputError(
            f"the label {label!r} cannot be written as .ts, where spaces and colons separate: "
            "rename it, such as with _"
        )
    return label


def _require_one(target: Target) -> None:
    if isinstance(target, DataSet) and target.n_dims > 1:
        raise DimensionError(
            f"a .ts file holds one number as target, but these have {target.n_dims}: write several "
            "files, or use another format"
        )
