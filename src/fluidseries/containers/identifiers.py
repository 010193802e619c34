"""Identifiers: the names by which series, points and labels meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import IdentifierError, InputError, InputTypeError

__all__ = ["check_identifier", "check_text", "matched_identifiers", "sorted_identifiers"]


def sorted_identifiers(identifiers: Iterable[str]) -> list[str]:
    """Return identifiers in the order of their UTF-8 bytes, as FluCoMa sorts its files.

    Parameters
    ----------
    identifiers : iterable of str
        A container, or any identifiers.

    Returns
    -------
    list of str

    Examples
    --------
    >>> sorted_identifiers(["2", "é", "10", "z"])
    ['10', '2', 'z', 'é']
    """
    # Python compares text by code points, and UTF-8 was made to keep that order.
    return sorted(identifiers)


def check_text(text: Any, what: str) -> str:
    """Return `text` as a plain str that can be written to a file, or raise.

    Raises
    ------
    InputTypeError
        If it is not text.
    InputError
        If it holds half a character (a lone surrogate), which UTF-8 cannot write.
    """
    if not isinstance(text, str):
        raise InputTypeError(
            f"{what}s are text, but got {text!r} of type {type(text).__name__}: "
            f"write {str(text)!r}, or str(...)"
        )
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as err:
            raise InputError(f"the {what} {text!r} is not valid text: rename it") from err
    plain: str = str.__str__(text)  # NumPy's str_ and other descendants become plain
    return plain


def check_identifier(identifier: Any) -> str:
    """Return `identifier` as a plain str, or raise if it is empty or not text.

    Raises
    ------
    InputTypeError
        If it is not text.
    InputError
        If it is empty or not valid text.
    """
    name = check_text(identifier, "identifier")
    if not name:
        raise InputError("an identifier is empty: give it at least one character")
    return name


def matched_identifiers(identifiers: Iterable[Any] | None, count: int) -> Sequence[str]:
    """Return one identifier for each of `count` entries.

    Parameters
    ----------
    identifiers : iterable of str, or None
        None: "0", "1", ..., padded with zeros to one width, so that sorting keeps the order.
    count : int
        Number of entries.

    Raises
    ------
    InputError
        If there are not `count` of them.
    IdentifierError
        If one is there twice.

    Examples
    --------
    >>> list(matched_identifiers(None, 11))[-3:]
    ['08', '09', '10']
    """
    if identifiers is None:
        width = len(str(count - 1))
        return [f"{k:0{width}d}" for k in range(count)]
    if isinstance(identifiers, str):
        raise InputTypeError(f"identifiers are a list of texts, but got the text {identifiers!r}")
    names = [check_identifier(name) for name in identifiers]
    if len(names) != count:
        raise InputError(f"{len(names)} identifiers for {count} entries: give one for each")
    if len(set(names)) < count:
        twice = Counter(names).most_common(1)[0][0]
        raise IdentifierError(f"the identifier {twice!r} is there twice: make them unique")
    return names
