"""What DataSeries and DataSet share: numbers of one dtype and one number of dimensions."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Generic, Self

import numpy as np
from numpy.typing import DTypeLike

from .. import files
from ..errors import DimensionError, NonFiniteError
from ..json_places import Place
from ..wording import counted
from .arrays import FloatArray, as_dtype
from .base import Container
from .mapping import Entry

__all__ = ["NumericContainer"]


class NumericContainer(Container[FloatArray, Entry], Generic[Entry]):
    """A container of numbers; the first entry fixes the number of dimensions."""

    def __init__(
        self,
        entries: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        *,
        dtype: DTypeLike | None = None,
    ) -> None:
        inherited = entries.dtype if isinstance(entries, NumericContainer) else np.float64
        self._dtype = as_dtype(inherited if dtype is None else dtype)
        self._fill(entries)

    @property
    def dtype(self) -> np.dtype[Any]:
        """How numbers are kept: float64 or float32."""
        return self._dtype

    @property
    def n_dims(self) -> int:
        """Numbers per frame or point; 0 as long as the container is empty."""
        for entry in self._entries.values():
            return self._dims_of(entry)
        return 0

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], *, dtype: DTypeLike | None = None) -> Self:
        """Make a container from what `to_dict` returns, or from parsed FluCoMa JSON.

        Parameters
        ----------
        content : dict
            ``{"cols": int, "data": {identifier: ...}}``; None among the numbers becomes NaN.
        dtype : {"float64", "float32"}, optional
            How numbers are kept; by default float64.

        Raises
        ------
        FormatError
            If it is something else; the message names the identifier and the frame.
        """
        return cls._parse(content, Place("the dictionary"), dtype)

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, dtype: DTypeLike | None = None) -> Self:
        """Read a file of FluCoMa's JSON; null among the numbers becomes NaN.

        Parameters
        ----------
        path : str or path
            A file that `write` or FluCoMa wrote.
        dtype : {"float64", "float32"}, optional
            How numbers are kept; by default float64.

        Raises
        ------
        FormatError
            If it is truncated, not JSON, or holds something else; the message names line, column,
            identifier and frame.
        FileNotFoundError
            If there is no such file.
        """
        return cls._parse(files.read_json(path), files.json_place(path), dtype)

    @classmethod
    @abstractmethod
    def _parse(cls, content: Any, where: Place, dtype: DTypeLike | None) -> Self:
        """Return the container that parsed JSON describes; `where` starts the messages."""

    @abstractmethod
    def _dims_of(self, entry: Entry) -> int:
        """Return the numbers per frame of an entry."""

    def _empty(self) -> Self:
        return type(self)(dtype=self.dtype)

    def _same(self, mine: FloatArray, others: FloatArray) -> bool:
        return np.array_equal(mine, others, equal_nan=True)

    def _columns(self) -> int:
        return self.n_dims

    def _require_dims(self, what: str, got: int) -> None:
        want = self.n_dims
        if want and got != want:
            raise DimensionError(
                f"{what} has {got} dimensions, but this {self._kind} holds {self._plural} of "
                f"{want}: give {want} numbers, or use another {self._kind}"
            )

    def _finite(self, identifier: str, values: FloatArray, *, allow_missing: bool) -> Any:
        """Return values as nested lists, None where one is missing and that is allowed."""
        finite = np.isfinite(values)
        if finite.all():
            return values.tolist()
        if allow_missing:
            holes = values.astype(object)
            holes[~finite] = None
            return holes.tolist()
        *frame, dim = np.argwhere(~finite)[0]
        place = "".join(f", frame {time}" for time in frame) + f", dimension {dim}"
        raise NonFiniteError(
            f"cannot write the {self._noun} {identifier!r}{place}: it is NaN or infinite, which "
            "FluCoMa does not read; repair it, or write null there with allow_missing=True "
            "(--allow-missing)"
        )

    def _dims_text(self) -> str:
        text = counted(self.n_dims, "dim")
        return text if self.dtype == np.float64 else f"{text} ({self.dtype})"

    def _numbers(self, row: FloatArray, ends: int = 3) -> str:
        """Return the first and the last few numbers of a row."""
        text = [f"{number:.4g}" for number in row]
        if len(text) > 2 * ends + 1:
            text = [*text[:ends], "...", *text[-ends:]]
        return " ".join(text)
