"""What may stand behind an address: one object per argument, which reads it and describes itself.

Pure Data sends every number as a float, Max sends 1 as an int and 1. as a float, SuperCollider
sends symbols as text: what a number or a name is has to be understood from any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import InputTypeError

__all__ = ["Argument", "either", "number", "numbers", "switch", "text", "value", "values", "whole"]


@dataclass(frozen=True)
class Argument:
    """One argument, or all that are left.

    Parameters
    ----------
    name : str
        As people read it.
    wanted : str
        What it must be, in words: "a whole number".
    read : callable
        Returns what the argument means, or None if it is not what is wanted.
    optional, many : bool
        Whether it may be missing; whether it takes all that follow.
    """

    name: str
    wanted: str
    read: Callable[[Any], Any]
    optional: bool = False
    many: bool = False

    def __str__(self) -> str:
        shown = f"{self.name}..." if self.many else self.name
        return f"[{shown}]" if self.optional else shown

    def __call__(self, given: Any) -> Any:
        """Return what an argument means.

        Raises
        ------
        InputTypeError
            If it is not what is wanted.
        """
        meant = self.read(given)
        if meant is None:
            raise InputTypeError(f"{self.name} is {_shown(given)}: it must be {self.wanted}")
        return meant


def text(name: str, *, optional: bool = False) -> Argument:
    """Describe a name: text, or a number that is one, since a patch sends label 1 as a number."""
    return Argument(name, "text", _text, optional)


def number(name: str, *, optional: bool = False) -> Argument:
    """Describe a number."""
    return Argument(name, "a number", _number, optional)


def numbers(name: str, *, optional: bool = False) -> Argument:
    """Describe as many numbers as there are."""
    return Argument(name, "a number", _number, optional, many=True)


def whole(name: str, *, optional: bool = False) -> Argument:
    """Describe a whole number."""
    return Argument(name, "a whole number", _whole, optional)


def switch(name: str, *, optional: bool = False) -> Argument:
    """Describe 0 or 1."""
    return Argument(name, "0 or 1", _switch, optional)


def value(name: str, *, optional: bool = False) -> Argument:
    """Describe a number or text."""
    return Argument(name, "a number or text", _value, optional)


def values(name: str, *, optional: bool = False) -> Argument:
    """Describe as many numbers or texts as there are."""
    return Argument(name, "a number or text", _value, optional, many=True)


def either(given: tuple[Any, ...]) -> Any:
    """Return one text or number by itself, and several as they are."""
    return given[0] if len(given) == 1 else given


def _number(given: Any) -> float | None:
    return float(given) if isinstance(given, int | float) else None


def _whole(given: Any) -> int | None:
    plain = _number(given)
    return (
        int(plain) if plain is not None and math.isfinite(plain) and plain == int(plain) else None
    )


def _switch(given: Any) -> bool | None:
    return {0: False, 1: True}.get(_whole(given))  # type: ignore[arg-type]


def _text(given: Any) -> str | None:
    if isinstance(given, str):
        return given
    known = _value(given)
    return None if known is None else str(known)


def _value(given: Any) -> int | float | str | None:
    if isinstance(given, str):
        return given
    plain = _whole(given)
    return _number(given) if plain is None else plain


def _shown(given: Any) -> str:
    shown = repr(given)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
