"""How sentences name things: the first of many, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["counted", "listed"]


def listed(words: Iterable[object], shown: int = 3, *, gap: str = ", ") -> str:
    """Name the first few, and say how many there are besides.

    Examples
    --------
    >>> listed(["a", "b"]), listed("abcde"), listed(["wave", "jump"], 1)
    ('a, b', 'a, b, c and 2 more', 'wave and 1 more')
    """
    everything = [str(word) for word in words]
    more = f" and {len(everything) - shown} more" if len(everything) > shown else ""
    return gap.join(everything[:shown]) + more


def counted(number: int, noun: str) -> str:
    """Say how many there are of something whose plural ends in s.

    Examples
    --------
    >>> counted(1, "frame"), counted(0, "frame")
    ('1 frame', '0 frames')
    """
    return f"{number} {noun}{'s' * (number != 1)}"
