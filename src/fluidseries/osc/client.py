"""A client: sends a request to a server, and hears what it answers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import FluidSeriesError, ParameterError
from .packets import Message, read_packet, write_message
from .udp import Address, Receiver, is_loopback

__all__ = ["NoAnswerError", "ask", "guess"]


class NoAnswerError(FluidSeriesError, TimeoutError):
    """Nobody answered in time."""


def ask(
    to: Address,
    address: str,
    arguments: Sequence[str],
    *,
    wait: float = 2.0,
    until: str | None = None,
) -> Iterator[Message]:
    """Send a request and yield its answers.

    Parameters
    ----------
    to : (host, port)
        Where the server listens.
    address : str
        Such as "/fluidseries/wave/fit".
    arguments : list of str
        What looks like a number is sent as one.
    wait : float
        Seconds until the first answer, or until `until`; 0 to hear none.
    until : str, optional
        The end of the address of the last answer, such as "fit/done"; without it all that come at
        once are yielded.

    Yields
    ------
    Message
        Without the request's tag.

    Raises
    ------
    ParameterError
        If it is no address.
    NoAnswerError
        If none comes in time.
    """
    if not address.startswith("/"):
        raise ParameterError(
            f"an address begins with /, as in /fluidseries/wave/frame: got {address!r}"
        )
    if wait == 0 and until is None:
        _only_send(to, write_message(address, *map(guess, arguments)))
        return
    receiver = Receiver("127.0.0.1" if is_loopback(to[0]) else "0.0.0.0", 0)
    tag = f"@{secrets.token_hex(4)}"
    ours = address.startswith("/fluidseries/")
    try:
        for packet in (
            write_message("/fluidseries/listen", tag, receiver.address[1]),
            write_message(address, *([tag] if ours else []), *map(guess, arguments)),
            write_message("/fluidseries/ping", tag),
        ):
            receiver.send(packet, to)
        yield from _answers(receiver, tag, address, time.monotonic() + wait, until)
    finally:
        receiver.send(write_message("/fluidseries/unlisten", tag, receiver.address[1]), to)
        receiver.close()


def _only_send(to: Address, packet: bytes) -> None:
    receiver = Receiver("127.0.0.1" if is_loopback(to[0]) else "0.0.0.0", 0)
    receiver.send(packet, to)
    receiver.close()


def _answers(
    receiver: Receiver, tag: str, address: str, end: float, until: str | None
) -> Iterator[Message]:
    heard = ended = came = False
    while (left := end - time.monotonic()) > 0:
        received = receiver.next(left)
        for message in read_packet(received.packet) if received else ():
            plain, mine = _without(message, tag)
            if mine and plain.address == "/fluidseries/listen":
                heard = True
            elif mine and plain.address == "/fluidseries/ping":
                # Requests are answered in order: what is answered at once has come.
                ended = True
            elif mine or _concerns(message, address, until):
                came = True
                yield plain
                if plain.address.endswith("/error") or (until and plain.address.endswith(until)):
                    return
        if ended and came and until is None:
            return
    if not heard:
        raise NoAnswerError(
            "nobody answers: is fluidseries serve running, and on this port? (--to HOST:PORT)"
        )
    raise NoAnswerError(
        f"no answer {until or ''} in time: choose a longer --wait".replace("  ", " ")
    )


def _concerns(message: Message, address: str, until: str | None) -> bool:
    """Tell whether a message without our tag has to do with the request all the same."""
    if not message.address.startswith("/fluidseries/"):
        return True
    if message.address == "/fluidseries/error":
        return message.arguments[:1] == (address,)
    # What comes by itself: play/frame on the way to play/done, a warning on the way to fit/done.
    model = address.rpartition("/")[0]
    on_the_way = (f"{model}/{until.partition('/')[0]}/", f"{model}/warning") if until else ()
    return message.address.startswith(on_the_way)


def _without(message: Message, tag: str) -> tuple[Message, bool]:
    mine = message.arguments[:1] == (tag,)
    return (message._replace(arguments=message.arguments[1:]) if mine else message), mine


def guess(text: str) -> Any:
    """Return what a word typed by a person is: a whole number, a number, or text.

    Examples
    --------
    >>> [guess(word) for word in ("3", "0.5", "1e-3", "wave-1", "nan")]
    [3, 0.5, 0.001, 'wave-1', 'nan']
    """
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        # Nobody who types nan or infinity as a label means a number.
        return value if text[-1].isdigit() or text[-1] == "." else text
    return text
