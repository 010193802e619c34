"""What the three containers share besides the mapping: copies, files and how they look."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, Self

from .. import files, sketches
from .mapping import Entry, IdentifierMapping, Value

__all__ = ["Container"]


class Container(IdentifierMapping[Value, Entry], Generic[Value, Entry]):
    """A mapping from identifiers that can be copied, pickled, written and printed."""

    @abstractmethod
    def _as_json(self, identifier: str, value: Value, *, allow_missing: bool) -> Any:
        """Return one value as FluCoMa's JSON has it."""

    @abstractmethod
    def _columns(self) -> int:
        """Return what FluCoMa calls cols."""

    @abstractmethod
    def _summary(self) -> str:
        """Return counts and sizes in a few words."""

    @abstractmethod
    def _line(self, value: Value) -> str:
        """Return one value in a few words."""

    def _sketch(self) -> str:
        """Return a small drawing as SVG."""
        return ""

    def _beside_data(self) -> dict[str, Any]:
        """Return what else the file says, under keys of ours that FluCoMa ignores."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_entries": dict(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._fill(state["_entries"])

    def __copy__(self) -> Self:
        return self.copy()

    def to_dict(self, *, allow_missing: bool = False) -> dict[str, Any]:
        """Return the content as FluCoMa's JSON has it, identifiers sorted bytewise.

        Parameters
        ----------
        allow_missing : bool
            Whether NaN and infinity may become None (null in the file). FluCoMa reads a null as
            the number that stood there before, so leave it off for files that go there.

        Returns
        -------
        dict
            ``{"cols": int, "data": {identifier: ...}}``; a DataSeries whose origin is known adds
            "origin", which FluCoMa does not look at.

        Raises
        ------
        NonFiniteError
            If a number is NaN or infinite and `allow_missing` is off.
        """
        data = {
            name: self._as_json(name, self[name], allow_missing=allow_missing)
            for name in sorted(self)
        }
        return {"cols": self._columns(), "data": data, **self._beside_data()}

    def write(self, path: str | os.PathLike[str], *, allow_missing: bool = False) -> None:
        """Write a file of FluCoMa's JSON, whole or not at all.

        Parameters
        ----------
        path : str or path
            The file to write or to replace.
        allow_missing : bool
            Whether NaN and infinity may become null; see `to_dict`.

        Raises
        ------
        NonFiniteError
            If a number is NaN or infinite and `allow_missing` is off.
        FileNotFoundError, PermissionError
            If the file cannot be written there.
        """
        files.write_json(path, self.to_dict(allow_missing=allow_missing))

    def __repr__(self) -> str:
        return f"<{self._kind}: {self._summary()}>"

    def _repr_html_(self) -> str:
        rows = ((name, self._line(self[name])) for name in self._ends(3))
        more = len(self) - 6
        counted = f", the first and last of {len(self)}" if more > 0 else ""
        return sketches.card(f"{self._kind}:", self._summary() + counted, rows, self._sketch())

    def _ends(self, count: int) -> list[str]:
        names = self.get_ids()
        return names if len(names) <= 2 * count else names[:count] + names[-count:]

    def __str__(self) -> str:
        return "\n".join([f"{self._kind}: {self._summary()}", *self._lines()])

    def _lines(self, ends: int = 3) -> Iterator[str]:
        """Yield a line for each of the first and the last few entries."""
        names = self.get_ids()
        shown = names if len(names) <= 2 * ends + 1 else names[:ends] + names[-ends:]
        width = max(map(len, shown), default=0)
        for place, name in enumerate(shown):
            if place == ends and len(shown) < len(names):
                yield "  ..."
            yield f"  {name:<{width}}  {self._line(self[name])}"
