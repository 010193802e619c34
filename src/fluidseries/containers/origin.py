"""How the frames of a DataSeries were made, so that a model is played with the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, TypeAlias

from ..errors import InputError, OriginError
from ..wording import listed
from .dim_names import columns_differ

__all__ = ["Origin", "check_origin", "origin_facts", "require_same_origin"]

Origin: TypeAlias = dict[str, Any]

SHOWN = 4


def check_origin(value: Any, where: str) -> Origin:
    """Return a copy of a dict of plain values as JSON has them, tuples as lists.

    Raises
    ------
    InputError
        If anything in it is something else; the message names the place.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{where} must be a dict of settings, but is {value!r}: {{}} for unknown")
    return {name: _plain(item, where, name) for name, item in value.items() if _is_key(name, where)}


def require_same_origin(mine: Origin, others: Origin, differ: str, remedy: str) -> None:
    """Raise OriginError if both are known and differ.

    Parameters
    ----------
    mine, others : dict
        Checked origins; an empty one is unknown and fits everything.
    differ : str
        The start of the message; "here" in it is `mine`.
    remedy : str
        What to do.
    """
    if columns := columns_differ(mine, others):
        raise OriginError(
            f"{columns}: bring those of one into the other's order, table[names], or rename them"
        )
    if "dim_names" not in mine or "dim_names" not in others:
        mine, others = _nameless(mine), _nameless(others)
    if not mine or not others or mine == others:
        return
    found = listed(_differences(mine, others), SHOWN, gap="; ")
    raise OriginError(f"{differ}: {found}. {remedy}")


def _nameless(origin: Origin) -> Origin:
    return {name: value for name, value in origin.items() if name != "dim_names"}


def origin_facts(origin: Origin) -> list[tuple[str, str]]:
    """Return what is known as (name, text) pairs, for people.

    Examples
    --------
    >>> origin_facts({"rate": 50, "extract": {"features": ["mfcc"], "hop": 441}})
    [('rate', '50'), ('extract', 'features mfcc, hop 441')]
    """
    return [(name, _text(value)) for name, value in origin.items() if name != "dim_names"]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(item)}" for name, item in value.items())
    if isinstance(value, list):
        return " ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_key(name: Any, where: str) -> bool:
    if isinstance(name, str):
        return True
    raise InputError(f"{where} has the key {name!r}: keys must be text, as in JSON")


def _plain(value: Any, where: str, place: str) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _plain(item, where, f"{place}.{name}")
            for name, item in value.items()
            if _is_key(name, f"{where}, {place},")
        }
    if isinstance(value, list | tuple):
        return [_plain(item, where, f"{place}.{row}") for row, item in enumerate(value)]
    if isinstance(value, float) and not isfinite(value):
        raise InputError(f"{where}: {place} is {value}, which JSON cannot say: use None")
    # Exact types: a float64 of NumPy is a float too, and would not be written as one everywhere.
    for kind in (float, int):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind(value)
    if value is None or isinstance(value, bool | str):
        return value
    raise InputError(
        f"{where}: {place} is {value!r}, a {type(value).__name__}: only text, numbers, true, "
        "false, None, lists and dicts of them can be kept in a file"
    )


def _differences(mine: Origin, others: Origin) -> Iterator[str]:
    """Yield a piece of a sentence for every setting that differs."""
    here, there = dict(_settings(mine)), dict(_settings(others))
    for name in [*here, *(name for name in there if name not in here)]:
        if here.get(name, _MISSING) != there.get(name, _MISSING):
            yield f"{name} is {_shown(here, name)} here and {_shown(there, name)} there"


_MISSING = object()


def _settings(origin: Origin, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in origin.items():
        if isinstance(value, dict) and value:
            yield from _settings(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _shown(settings: dict[str, Any], name: str) -> str:
    return repr(settings[name]) if name in settings else "not set"
