"""An ordered mapping from identifiers to validated values, with FluCoMa's verbs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from ..errors import IdentifierError, InputTypeError
from ..wording import listed
from .identifiers import check_identifier, check_text

__all__ = ["IdentifierMapping"]

Value = TypeVar("Value")
Entry = TypeVar("Entry")


class IdentifierMapping(MutableMapping[str, Value], Generic[Value, Entry]):
    """An ordered mapping from identifier to value.

    `Entry` is how a value is kept inside: a descendant turns values into entries (and raises where
    they cannot be) in `_accept`, and entries into values in `_show`. Nothing is changed before
    everything has been accepted, so a failed call leaves the container as it was.
    """

    _noun: ClassVar[str]  # what one entry is called in messages
    _plural: ClassVar[str]
    _maker: ClassVar[str]  # the constructor that generates identifiers
    _entries: dict[str, Entry]

    @property
    def _kind(self) -> str:
        return type(self).__name__

    @abstractmethod
    def _accept(self, identifier: str, value: Any) -> Entry:
        """Return a validated copy of `value`; raise without changing anything."""

    @abstractmethod
    def _show(self, entry: Entry) -> Value:
        """Return what a caller may hold without being able to change the container."""

    @abstractmethod
    def _empty(self) -> Self:
        """Return an empty container with the same settings."""

    @abstractmethod
    def _same(self, mine: Value, others: Value) -> bool:
        """Tell whether two values are equal, NaN counted as equal to NaN."""

    def _fill(self, entries: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> None:
        self._entries = {}
        if entries is None:
            return
        if not isinstance(entries, (Mapping, Iterable)) or isinstance(entries, (str, bytes)):
            raise InputTypeError(
                f"{self._kind} is made from a mapping of identifiers to {self._plural}, "
                f"but got {type(entries).__name__}"
            )
        if isinstance(entries, IdentifierMapping):
            self._require_same_kind(entries)
        pairs = list(entries.items() if isinstance(entries, Mapping) else entries)
        if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
            raise InputTypeError(
                f"{self._kind} is made from a mapping or from pairs of identifier and "
                f"{self._noun}; for values alone there is {self._maker}"
            )
        for identifier, value in pairs:
            self._add(identifier, value)

    # The mapping protocol.

    def __getitem__(self, identifier: str) -> Value:
        return self._show(self._find(identifier))

    def __setitem__(self, identifier: str, value: Any) -> None:
        identifier = check_identifier(identifier)
        self._entries[identifier] = self._accept(identifier, value)

    def __delitem__(self, identifier: str) -> None:
        self._find(identifier)
        del self._entries[identifier]

    def __contains__(self, identifier: object) -> bool:
        return isinstance(identifier, str) and identifier in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IdentifierMapping) or other._noun != self._noun:
            return NotImplemented
        if self._entries.keys() != other._entries.keys():
            return False
        return all(self._same(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]

    def setdefault(self, identifier: str, value: Any = None) -> Value:
        """Return the value of an identifier, having added `value` first if it was not there."""
        if identifier not in self:
            self[identifier] = value
        return self[identifier]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Take over the entries of a mapping, replacing those that are there: all, or none."""
        fresh = self._empty()
        fresh._fill(dict(*args, **kwargs))
        self.merge(fresh, overwrite=True)

    # FluCoMa's verbs, as far as they are the same for all.

    def get_ids(self) -> list[str]:
        """Return the identifiers in the order of the container.

        Returns
        -------
        list of str
        """
        return list(self._entries)

    def clear(self) -> None:
        """Remove everything; the next entry may have another number of dimensions."""
        self._entries.clear()

    def rename(self, old: str, new: str) -> None:
        """Give an entry another identifier; it keeps its place in the order.

        Parameters
        ----------
        old, new : str
            An identifier that is there, and one that is not.

        Raises
        ------
        IdentifierError
            If `old` is missing or `new` is there already.
        """
        self._find(old)
        new = check_identifier(new)
        if new == old:
            return
        self._require_absent(new)
        self._entries = {new if k == old else k: entry for k, entry in self._entries.items()}

    def merge(self, other: Self, *, overwrite: bool = False) -> None:
        """Take over the entries of another container of the same kind: all of them, or none.

        Parameters
        ----------
        other : container of the same kind
            Stays as it is.
        overwrite : bool
            Whether entries that are here already are replaced; otherwise they are kept.

        Raises
        ------
        InputTypeError
            If `other` is of another kind.
        DimensionError
            If its number of dimensions is another.
        """
        self._require_same_kind(other)
        names = [name for name in other if overwrite or name not in self]
        self._entries.update({name: self._accept(name, other[name]) for name in names})

    def copy(self) -> Self:
        """Return a container of its own with the same entries in the same order."""
        copy = self._empty()
        copy.merge(self)
        return copy

    # The verbs that descendants give a name and a docstring.

    def _add(self, identifier: str, value: Any) -> None:
        self._require_absent(check_identifier(identifier))
        self[identifier] = value

    def _update(self, identifier: str, value: Any) -> None:
        self._find(identifier)
        self[identifier] = value

    def _require_same_kind(self, other: object) -> None:
        if not isinstance(other, IdentifierMapping) or other._noun != self._noun:
            raise InputTypeError(
                f"this {self._kind} takes {self._plural} over from another {self._kind}, "
                f"but got a {type(other).__name__}: make it a {self._kind} first"
            )

    def _find(self, identifier: str) -> Entry:
        try:
            return self._entries[identifier]
        except (KeyError, TypeError):
            raise self._unknown(check_text(identifier, "identifier")) from None

    def _unknown(self, identifier: str) -> IdentifierError:
        if not self:
            return IdentifierError(f"no {self._noun} {identifier!r}: this {self._kind} is empty")
        from difflib import get_close_matches

        similar = get_close_matches(identifier, self, n=1)
        hint = (
            f"did you mean {similar[0]!r}?" if similar else f"there are {listed(map(repr, self))}"
        )
        return IdentifierError(f"no {self._noun} {identifier!r} in this {self._kind}: {hint}")

    def _require_absent(self, identifier: str) -> None:
        if identifier in self._entries:
            raise IdentifierError(
                f"this {self._kind} has a {self._noun} {identifier!r} already: "
                f"to replace it use set_{self._noun} or update_{self._noun}"
            )
