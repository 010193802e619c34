"""Where in JSON text a value stands. Looked up only when a message has to say it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from .errors import FormatError

__all__ = ["Place", "Trail", "line_and_column", "refused_at"]

Key: TypeAlias = str | int

# Takes everything that has the form of JSON, also numbers with more digits than Python reads.
LENIENT = json.JSONDecoder(parse_int=len)


@dataclass(frozen=True)
class Place:
    """A place in a parsed file, for messages.

    Parameters
    ----------
    name : str
        What the file is called.
    text : callable, optional
        Returns its text once more; None if there is none.
    keys : tuple of str and int
        What leads to the place from the outside in.

    Examples
    --------
    >>> place = Place("takes.json", lambda: '{"cols": 1,\\n "data": {"a": [0.5, "x"]}}')
    >>> print(place.at("data", "a", 1).error("wanted a number"))
    takes.json, line 2, column 22: wanted a number
    """

    name: str
    text: Callable[[], str] | None = None
    keys: tuple[Key, ...] = ()

    def __str__(self) -> str:
        return self.name

    def at(self, *keys: Key) -> Place:
        """Return a place further inside."""
        return replace(self, keys=(*self.keys, *keys))

    def error(self, message: str) -> FormatError:
        """Return the error for what stands here."""
        if self.text is None:
            return FormatError(f"{self.name}: {message}")
        text = self.text()
        place = line_and_column(text, _begin(text, self.keys))
        return FormatError(f"{self.name}, {place}: {message}")


def line_and_column(text: str, at: int) -> str:
    """Return a place in words; both count from 1."""
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return f"line {line}, column {column}"


def refused_at(text: str, decoder: json.JSONDecoder) -> int:
    """Return where the key or the innermost value begins that a decoder does not take.

    The text has the form of JSON, but there is a key twice, or a value that the decoder refuses.
    """
    at = _after_blanks(text, 0)
    while True:
        seen = set()
        for key, key_at, value_at in _members(text, at):
            if key in seen:
                return key_at
            seen.add(key)
            try:
                decoder.raw_decode(text, value_at)
            except ValueError:
                at = value_at
                break
        else:
            return at


def _begin(text: str, keys: Sequence[Key]) -> int:
    """Return where a value begins, or what is around it if it is not there."""
    at = _after_blanks(text, 0)
    for key in keys:
        inside = (value_at for name, _, value_at in _members(text, at) if name == key)
        found = next(inside, None)
        if found is None:
            break
        at = found
    return at


def _members(text: str, at: int) -> Iterator[tuple[Key, int, int]]:
    """Yield key, its beginning and that of the value for all in the object or array at a place."""
    if text[at] not in "{[":
        return
    keyed, count = text[at] == "{", 0
    at = _after_blanks(text, at + 1)
    while text[at] not in "}]":
        key, key_at = count, at
        if keyed:
            key, at = LENIENT.raw_decode(text, at)
            at = _after_blanks(text, _after_blanks(text, at) + 1)
        yield key, key_at, at
        at = _after_blanks(text, LENIENT.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _after_blanks(text, at + 1)
        count += 1


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


class Trail:
    """Looks on while parsed JSON is read once more, to tell where an error came from.

    Attributes
    ----------
    newest : tuple of str and int
        What leads to the value that was taken last.
    lacking : tuple of str and int, or None
        What leads to the value in which something was looked for last, if it was not there.

    Examples
    --------
    >>> trail = Trail()
    >>> content = trail.watch({"layers": [{"rows": 3}]})
    >>> content["layers"][0]["rows"], trail.newest
    (3, ('layers', 0, 'rows'))
    """

    def __init__(self) -> None:
        self.newest: tuple[Key, ...] = ()
        self.lacking: tuple[Key, ...] | None = None

    def watch(self, value: Any, keys: tuple[Key, ...] = ()) -> Any:
        """Return a value that is read as it was, and tells of it here."""
        if isinstance(value, dict):
            return _Object(value, self, keys)
        return _Array(value, self, keys) if isinstance(value, list) else value

    def take(self, value: Any, keys: tuple[Key, ...]) -> Any:
        """Return what was taken, and remember where it stood."""
        self.newest, self.lacking = keys, None
        return self.watch(value, keys)


class _Object(dict[str, Any]):
    def __init__(self, content: dict[str, Any], trail: Trail, keys: tuple[Key, ...]) -> None:
        super().__init__(content)
        self._trail, self._keys = trail, keys

    def __getitem__(self, key: str) -> Any:
        try:
            value = super().__getitem__(key)
        except LookupError:
            self._trail.lacking = self._keys
            raise
        return self._trail.take(value, (*self._keys, key))

    def __iter__(self) -> Iterator[str]:
        # Without it, ** would look past __getitem__.
        return super().__iter__()

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if super().__contains__(key) else default

    def items(self) -> Any:
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        return [self[key] for key in self]


class _Array(list[Any]):
    def __init__(self, content: list[Any], trail: Trail, keys: tuple[Key, ...]) -> None:
        super().__init__(content)
        self._trail, self._keys = trail, keys

    def __getitem__(self, place: Any) -> Any:
        try:
            value = super().__getitem__(place)
        except (LookupError, TypeError):
            self._trail.lacking = self._keys
            raise
        return self._trail.take(value, (*self._keys, place)) if isinstance(place, int) else value

    def __iter__(self) -> Iterator[Any]:
        for place, value in enumerate(super().__iter__()):
            yield self._trail.take(value, (*self._keys, place))
