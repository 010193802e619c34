"""JSON text: written in FluCoMa's layout, read with errors that name line and column."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

from .errors import FormatError, InputTypeError, NonFiniteError
from .json_places import line_and_column, refused_at

__all__ = ["decode", "encode"]


def encode(content: Any, where: str, indent: int = 2) -> Iterator[str]:
    """Yield the text of `content` piece by piece, every key and number on a line of its own.

    Parameters
    ----------
    content : dict, list, str, int, float, bool or None
        Keys must be text, and stay in their order.
    where : str
        The file, for the messages.
    indent : int
        Spaces per level.

    Raises
    ------
    NonFiniteError
        If a number is NaN or infinite, which JSON cannot say.
    InputTypeError
        If anything in it is of a type that JSON does not have.
    """
    try:
        yield from _pieces(content, indent, 0)
    except _NotFinite as err:
        place = " / ".join(_place_of_non_finite(content) or ["it"])
        raise NonFiniteError(
            f"cannot write {where}: {place} is NaN or infinite, which JSON cannot say; "
            "repair it, or write null (None) there"
        ) from err
    yield "\n"


def decode(text: str, where: str) -> Any:
    """Return what JSON text says.

    Parameters
    ----------
    text : str
        The whole text.
    where : str
        The file, for the messages.

    Raises
    ------
    FormatError
        If it is truncated, is not JSON, or has the same key twice.
    """
    if not text.strip():
        raise FormatError(f"{where} is empty: export it again")
    try:
        return STRICT.decode(text)
    except json.JSONDecodeError as err:
        raise FormatError(_not_json(where, err)) from err
    except RecursionError as err:
        raise FormatError(f"{where} is nested too deeply to be one of our files") from err
    except ValueError as err:
        message = str(err) if isinstance(err, _BadContent) else TOO_LONG
        place = line_and_column(text, refused_at(text, STRICT))
        raise FormatError(f"{where}, {place}: {message}") from err


class _NotFinite(Exception):
    """A NaN or an infinity met while writing."""


class _BadContent(ValueError):
    """A sentence about JSON that parses but cannot be meant."""


_encode_text = json.JSONEncoder(ensure_ascii=False).encode


def _pieces(content: Any, indent: int, level: int) -> Iterator[str]:
    """Yield the text of `content`, whose first line is already indented."""
    inner = "\n" + " " * (indent * (level + 1))
    outer = "\n" + " " * (indent * level)
    if isinstance(content, dict) and content:
        before = "{" + inner
        for key, value in content.items():
            if not isinstance(key, str):
                raise InputTypeError(f"JSON keys are text, but got {key!r}: use {str(key)!r}")
            yield f"{before}{_encode_text(key)}: "
            yield from _pieces(value, indent, level + 1)
            before = "," + inner
        yield outer + "}"
    elif isinstance(content, (list, tuple)) and content:
        if _is_flat(content):
            # json.dumps(indent=2) leaves C for Python; whole rows at once stay in C.
            yield "[" + inner + _leaf(content, "," + inner)[1:-1] + outer + "]"
            return
        before = "[" + inner
        for value in content:
            yield before
            yield from _pieces(value, indent, level + 1)
            before = "," + inner
        yield outer + "]"
    else:
        yield _leaf(content, ", ")


def _is_flat(row: list[Any] | tuple[Any, ...]) -> bool:
    return not any(issubclass(kind, (dict, list, tuple)) for kind in set(map(type, row)))


def _leaf(content: Any, separator: str) -> str:
    try:
        return _encoder(separator).encode(content)
    except TypeError as err:
        raise InputTypeError(f"cannot write this as JSON: {err}") from err
    except ValueError as err:
        raise _NotFinite from err


@lru_cache(maxsize=64)
def _encoder(separator: str) -> json.JSONEncoder:
    return json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, check_circular=False, separators=(separator, ": ")
    )


def _place_of_non_finite(content: Any) -> list[str] | None:
    """The keys that lead to the first NaN or infinity; [] if `content` itself is one."""
    if isinstance(content, float):
        return None if math.isfinite(content) else []
    items: Any = ()
    if isinstance(content, dict):
        items = content.items()
    elif isinstance(content, (list, tuple)):
        items = enumerate(content)
    for key, value in items:
        place = _place_of_non_finite(value)
        if place is not None:
            return [str(key), *place]
    return None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _BadContent(f"the key {twice!r} is there twice: keep one of the two")
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise _BadContent(f"{name} is not JSON: write null where a number is missing")


STRICT = json.JSONDecoder(object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
# Python reads no whole number of more than 4300 digits.
TOO_LONG = "a number with too many digits: shorten it"


def _not_json(where: str, err: json.JSONDecodeError) -> str:
    place = f"{where}, line {err.lineno}, column {err.colno}"
    rest = err.doc[err.pos :].strip()
    # Cut within a number or a word such as true, the rest is a piece of it.
    cut = not rest or (err.pos > 0 and re.fullmatch(r"[\w.+-]{1,25}", rest))
    if err.msg.startswith("Unterminated string") or (cut and err.msg != "Extra data"):
        return f"{place}: the file ends too early (truncated?): export it again"
    return f"{place}: not JSON ({err.msg[:1].lower()}{err.msg[1:]}, at {rest[:20]!r})"
