"""What tests of damaged files share: bytes of a file, or any one value of a model's content."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from fluidseries import errors

JUNK = [None, True, 0, -1, 3, 10**12, 10**30, 2.5, 1e300, "", "x", "frames", [], [1], [[1, 2]], {}]


@st.composite
def damaged(draw: st.DrawFn, good: bytes, pieces: Sequence[bytes] = ()) -> bytes:
    """A file's content in which a few bytes gave way to others, or to one of the pieces."""
    start = draw(st.integers(0, len(good)))
    end = draw(st.integers(start, min(len(good), start + 30)))
    middle = draw(st.binary(max_size=8) | st.sampled_from([*pieces, good[start:end][::-1]]))
    return good[:start] + middle + good[end:]


def try_junk_everywhere(model: Any, use: Callable[[Any], None]) -> None:
    """Replace each value of a fitted model's content by junk: it is refused, or `use` works.

    Errors of our own are allowed there, if the junk was a parameter or something learned.
    """
    good = json.loads(json.dumps(model.to_dict()))
    refused = 0
    for path in paths(good):
        for value in JUNK:
            try:
                read = type(model).from_dict(replaced(good, path, value))
            except errors.FormatError as err:
                assert "the dictionary" in str(err)  # noqa: PT017
                refused += 1
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", errors.FluidSeriesWarning)
                try:
                    use(read)
                except (errors.ParameterError, errors.NotFittedError, errors.InputError):
                    assert path[0] in ("parameters", "learned"), path
                except Exception as err:
                    raise AssertionError(f"{path} = {value!r}: {err!r}") from err
    assert refused > 500


def paths(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a file, of lists only the first two."""
    if path:
        yield path
    if isinstance(content, dict):
        for key, value in content.items():
            yield from paths(value, (*path, key))
    elif isinstance(content, list):
        for place, value in enumerate(content[:2]):
            yield from paths(value, (*path, place))


def replaced(content: Any, path: Sequence[Any], value: Any) -> Any:
    """The content with another value at a place; it shares the rest with the old one."""
    key, *rest = path
    changed = copy.copy(content)
    changed[key] = replaced(content[key], rest, value) if rest else value
    return changed
