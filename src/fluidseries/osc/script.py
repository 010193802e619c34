"""Requests as lines of text, as one types them: for scripts, and to try things out."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from ..errors import ParameterError

__all__ = ["Line", "read_line"]


class Line(NamedTuple):
    """A request in a line.

    Parameters
    ----------
    address : str
    arguments : list of str
    wait : float
        Seconds to wait for the answer.
    until : str or None
        The end of the address of the last answer.
    """

    address: str
    arguments: list[str]
    wait: float
    until: str | None


def read_line(text: str, *, wait: float = 2.0, until: str | None = None) -> Line | None:
    """Read a line: an address, arguments, and --wait or --until as behind the command.

    Parameters
    ----------
    text : str
        Words in quotes may hold spaces; what follows a # is a comment.
    wait, until
        For lines that say nothing else.

    Returns
    -------
    Line or None
        None if there is nothing in it.

    Raises
    ------
    ParameterError
        If it cannot be read.

    Examples
    --------
    >>> read_line("/fluidseries/wave/fit --until fit/done --wait 60  # learn")
    Line(address='/fluidseries/wave/fit', arguments=[], wait=60.0, until='fit/done')
    """
    try:
        words = shlex.split(text, comments=True)
    except ValueError as err:
        raise ParameterError(f"{text.strip()!r} has a quotation mark without another") from err
    if not words:
        return None
    arguments: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if word == "--wait":
            wait = _seconds(next(rest, ""))
        elif word == "--until":
            until = next(rest, "")
            if not until:
                raise ParameterError("--until needs the end of an address, such as fit/done")
        elif word.startswith("--"):
            raise ParameterError(f"a line has no option {word}: there are --wait and --until")
        else:
            arguments.append(word)
    return Line(words[0], arguments, wait, until)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise ParameterError(f"--wait needs seconds from 0, not {text!r}")
    return seconds
