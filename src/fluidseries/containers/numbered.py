"""Series as points that are numbered frame by frame, as corpora of today's FluCoMa hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..errors import IdentifierError, ParameterError
from .arrays import FloatArray

__all__ = ["joined_points", "numbered_points"]

_PARTS = {"{id}": r"(?P<id>.+)", "{frame}": r"(?P<frame>[0-9]{1,18})"}
SHOWN = 5


def joined_points(points: Mapping[str, FloatArray], pattern: str) -> dict[str, list[FloatArray]]:
    """Return the frames of every series in the order of their numbers.

    Raises
    ------
    ParameterError
        If the pattern cannot tell identifier and number apart.
    IdentifierError
        If an identifier does not fit the pattern, or a number is missing or there twice.
    """
    split = _reader(pattern)
    frames: dict[str, dict[int, str]] = {}
    for name in points:
        found = split.fullmatch(name)
        if found is None:
            raise IdentifierError(
                f"the point {name!r} does not fit the pattern {pattern!r}: give the pattern that "
                "all points were named by"
            )
        other = frames.setdefault(found["id"], {}).setdefault(int(found["frame"]), name)
        if other != name:
            raise IdentifierError(
                f"the points {other!r} and {name!r} are the same frame of {found['id']!r}: "
                "remove one of them"
            )
    # People count from 0 or from 1, but in one corpus all the same way.
    first = min((number for numbers in frames.values() for number in numbers), default=0)
    for name, numbers in frames.items():
        _require_all(name, numbers, min(first, 1), pattern)
    return {
        name: [points[numbers[number]] for number in sorted(numbers)]
        for name, numbers in frames.items()
    }


def numbered_points(
    series: Mapping[str, FloatArray], pattern: str
) -> Iterable[tuple[str, FloatArray]]:
    """Yield every frame with an identifier that `joined_points` reads; numbers begin at 0."""
    split = _reader(pattern)
    for name, frames in series.items():
        width = len(str(len(frames) - 1))
        for number, frame in enumerate(frames):
            point = pattern.replace("{frame}", f"{number:0{width}d}").replace("{id}", name)
            _require_same(split, point, name, pattern)
            yield point, frame


def _reader(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{id\}|\{frame\})", pattern)
    if sorted(pieces[1::2]) != ["{frame}", "{id}"]:
        raise ParameterError(
            f"the pattern {pattern!r} must hold {{id}} and {{frame}}, each once: such as "
            "'{id}-{frame}'"
        )
    if not pieces[2]:
        raise ParameterError(
            f"the pattern {pattern!r} has nothing between {{id}} and {{frame}}, so that 'take12' "
            "may be frame 2 of 'take1' or frame 12 of 'take': put a sign between them"
        )
    return re.compile("".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)


def _require_all(name: str, numbers: Mapping[int, str], first: int, pattern: str) -> None:
    if min(numbers) == first and max(numbers) - first + 1 == len(numbers):
        return
    missing: list[str] = []
    number = first
    while len(missing) < SHOWN and number < max(numbers):
        if number not in numbers:
            missing.append(pattern.replace("{frame}", str(number)).replace("{id}", name))
        number += 1
    count = max(numbers) - first + 1 - len(numbers)
    more = f" and {count - len(missing)} more" if count > len(missing) else ""
    raise IdentifierError(
        f"the series {name!r} has no {', '.join(map(repr, missing))}{more}: frames are numbered "
        f"from {first} without gaps; add what is missing, or number anew"
    )


def _require_same(split: re.Pattern[str], point: str, name: str, pattern: str) -> None:
    found = split.fullmatch(point)
    if found is None or found["id"] != name:
        raise IdentifierError(
            f"the series {name!r} would not be found again in {point!r} by the pattern "
            f"{pattern!r}: rename it, or choose another sign between {{id}} and {{frame}}"
        )
