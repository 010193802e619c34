"""What .ts and ARFF share: a case per line, which is a series and perhaps its label or target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..containers import DataSeries, DataSet, LabelSet
from ..containers.arrays import as_dtype, as_frames
from ..errors import FluidSeriesError
from .examples import Examples
from .table import Reading
from .text import TextFile

__all__ = ["Case", "frames_of", "read_cases", "target_of"]

Case: TypeAlias = tuple[NDArray[np.float64], Any]
Kind: TypeAlias = type[LabelSet] | type[DataSet] | None


class Header(Protocol):
    """What a header says about the end of each case."""

    @property
    def labels(self) -> bool | None:
        """Whether it is a label."""

    @property
    def target(self) -> bool | None:
        """Whether it is a number to be learned."""


AnyHeader = TypeVar("AnyHeader", bound=Header)


def read_cases(
    path: Path,
    how: Reading,
    read_header: Callable[[TextFile], AnyHeader],
    case: Callable[[TextFile, str, AnyHeader], Case],
    *,
    comment: str,
) -> DataSeries | Examples:
    """Read a header, and then a case per line.

    Cases are called "0", "1", ..., padded with zeros to one width. The label or target of every
    case makes them Examples; without they are a DataSeries.

    Parameters
    ----------
    path : path
    how : Reading
    read_header : callable
        Takes the file's lines up to the first case and returns what they say.
    case : callable
        Returns frames and answer of a line.
    comment : str
        What a line begins with that says nothing.
    """
    file = TextFile(path, how.progress)
    header = read_header(file)
    kind: Kind = DataSet if header.target else LabelSet if header.labels else None
    kept = as_dtype(how.dtype or np.float64)
    cases: list[NDArray[Any]] = []
    answers = []
    for line in file:
        text = line.strip()
        if not text or text.startswith(comment):
            continue
        frames, answer = case(file, line.rstrip(), header)
        if cases and frames.shape[1] != cases[0].shape[1]:
            raise file.error(
                f"this case has {frames.shape[1]} dimensions, but those before have "
                f"{cases[0].shape[1]}: every case needs the same",
                0,
            )
        try:
            cases.append(as_frames(frames, kept, "this case"))
        except FluidSeriesError as err:
            raise file.error(str(err), 0) from err
        answers.append(answer)
    rows = np.concatenate(cases or [np.empty((0, 0), kept)])
    series = DataSeries._of_rows(None, [*map(len, cases)], rows, dtype=kept)
    if kind is None:
        return series
    made = kind.from_list if issubclass(kind, LabelSet) else kind.from_array
    return Examples(series, made(answers, list(series)))


def frames_of(file: TextFile, channels: Iterable[tuple[int, str]]) -> NDArray[np.float64]:
    """Return frames of shape (n_frames, n_dims), given the numbers of each dimension as text.

    Parameters
    ----------
    file : TextFile
        Whose last line it is.
    channels : iterable of (int, str)
        Where in the line each begins, and its numbers with commas between them.
    """
    rows: list[NDArray[np.float64]] = []
    for offset, text in channels:
        rows.append(file.numbers(text, offset))
        if len(rows[-1]) != len(rows[0]):
            raise file.error(
                f"dimension {len(rows) - 1} has {len(rows[-1])} numbers, but dimension 0 has "
                f"{len(rows[0])}: all dimensions of a case need the same; write ? for the missing",
                offset,
            )
    return np.array(rows).T


def target_of(file: TextFile, text: str, offset: int) -> float:
    """Return the one number at the end of the last line."""
    numbers = file.numbers(text, offset)
    if len(numbers) > 1:
        raise file.error(f"one target is wanted at the end, but {len(numbers)} came", offset)
    return float(numbers[0])
