"""OSC packets: from bytes to messages and back.

python-osc reads the arguments. Around it stands what a stage needs: bundles are walked here, with
every length checked, and messages of numbers alone, which most are, take a short way.
Whatever the bytes are, the worst that comes out is a PacketError.

References
----------
M. Wright, A. Freed, A. Momeni, "OpenSound Control: State of the Art 2003", NIME 2003;
the OSC 1.0 specification, https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from pythonosc.osc_message import OscMessage

from ..errors import FormatError

__all__ = ["MAX_PACKET", "Message", "PacketError", "header_of", "read_packet", "write_message"]

MAX_PACKET = 65507  # bytes: what fits a UDP datagram over IPv4

BUNDLE = b"#bundle\0"
MAX_DEPTH = 16  # bundles within bundles; nobody sends more than two
MAX_ARGUMENTS = 16384
MAX_SINGLE = 3.4028235e38

NUMBERS = {"i": "i", "h": "q", "f": "f", "d": "d"}
KNOWN = {*NUMBERS, *"sTFN[]"}

# The layouts of messages of numbers, by their header. Bounded, since addresses come from anybody.
_LAYOUTS: dict[bytes, tuple[str, struct.Struct]] = {}
_MAX_LAYOUTS = 4096


class PacketError(FormatError):
    """Bytes that are no OSC packet."""


class Message(NamedTuple):
    """An OSC message.

    Parameters
    ----------
    address : str
        Such as "/fluidseries/wave/frame".
    arguments : tuple
        int, float, str, bool, None, or lists of them.
    """

    address: str
    arguments: tuple[Any, ...]


def read_packet(packet: bytes) -> Iterator[Message]:
    """Read the messages of a packet, in the order in which they stand there.

    Time tags are not waited for: a frame that is there is handled at once.

    Parameters
    ----------
    packet : bytes
        A message, or a bundle of messages and bundles.

    Returns
    -------
    iterator of Message
        In a bundle, those before a damaged place come out before the error.

    Raises
    ------
    PacketError
        If the bytes are not what OSC 1.0 says.

    Examples
    --------
    >>> list(read_packet(write_message("/wave/frame", 0.5, 2, "ok")))
    [Message(address='/wave/frame', arguments=(0.5, 2, 'ok'))]
    """
    return _of_bundle(packet, 0) if packet.startswith(BUNDLE) else iter((_read_message(packet),))


def _of_bundle(packet: bytes, depth: int) -> Iterator[Message]:
    if depth == MAX_DEPTH:
        raise PacketError(f"a bundle within more than {MAX_DEPTH} others: send fewer levels")
    at = len(BUNDLE) + 8  # a time tag
    if len(packet) < at:
        raise PacketError("a bundle ends within its time tag")
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        at += 4
        if size == 0 or size % 4 or at + size > len(packet):
            raise PacketError(f"a bundle has an element of {size} bytes where that cannot be")
        element = packet[at : at + size]
        if element.startswith(BUNDLE):
            yield from _of_bundle(element, depth + 1)
        else:
            yield _read_message(element)
        at += size


def header_of(packet: bytes) -> bytes:
    """Return address and type tags with their zeros: what all messages of a kind begin with.

    Empty if the packet has no type tags where they should be.
    """
    comma = packet.find(b",")
    zero = packet.find(0, comma)
    if comma < 4 or comma % 4 or zero < 0:
        return b""
    return packet[: (zero | 3) + 1]


def _read_message(packet: bytes) -> Message:
    header = header_of(packet)
    known = _LAYOUTS.get(header)
    if known is None:
        known = _layout(packet, header)
    address, layout = known
    if layout is _ANYTHING:
        return Message(address, _read_anything(packet, address))
    if len(packet) < len(header) + layout.size:
        raise PacketError(f"{address} ends within its arguments")
    return Message(address, layout.unpack_from(packet, len(header)))


# Stands for the layouts that struct cannot describe, such as those with text.
_ANYTHING = struct.Struct("")


def _layout(packet: bytes, header: bytes) -> tuple[str, struct.Struct]:
    """Look at a kind of message for the first time."""
    address_bytes, _, rest = packet.partition(b"\0")
    address = _decoded(address_bytes)
    if not address.startswith("/"):
        raise PacketError(f"an address begins with /, but {_shortened(address)!r} came")
    if not header:
        if rest.strip(b"\0"):
            raise PacketError(f"{_shortened(address)} has arguments without type tags before them")
        return address, _ANYTHING
    tags = _decoded(header[header.index(b",") + 1 :].rstrip(b"\0"))
    if len(tags) > MAX_ARGUMENTS:
        raise PacketError(
            f"{_shortened(address)} has {len(tags)} arguments: {MAX_ARGUMENTS} at most"
        )
    if unknown := set(tags) - KNOWN:
        raise PacketError(
            f"{_shortened(address)} has an argument of the type {min(unknown)!r}: send numbers "
            "and text"
        )
    numbers = set(tags) <= NUMBERS.keys()
    layout = (
        struct.Struct(">" + "".join(NUMBERS[tag] for tag in tags))
        if numbers and tags
        else _ANYTHING
    )
    if len(_LAYOUTS) >= _MAX_LAYOUTS:
        _LAYOUTS.clear()
    _LAYOUTS[header] = address, layout
    return address, layout


def _read_anything(packet: bytes, address: str) -> tuple[Any, ...]:
    try:
        return tuple(OscMessage(packet).params)
    # Damaged bytes make python-osc raise many kinds of errors, its own and others.
    except Exception as err:
        raise PacketError(
            f"{_shortened(address)} ends within its arguments, or is damaged"
        ) from err


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as err:
        raise PacketError(f"an address is not UTF-8: {text[:40]!r}") from err


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def write_message(address: str, *arguments: Any) -> bytes:
    """Return the packet of one message.

    Parameters
    ----------
    address : str
        Begins with a slash.
    arguments : float, int, str, bool or None
        Floats go out in single precision, as every receiver expects; what is too large for that
        is infinite.

    Returns
    -------
    bytes
        May be longer than MAX_PACKET.
    """
    header, texts, floats = _layout_of(address, tuple(map(type, arguments)))
    if floats is not None:
        try:
            numbers = floats.pack(*arguments[texts:])
        except OverflowError:
            pass
        else:
            return b"".join([header, *map(_padded, arguments[:texts]), numbers])
    pieces = [_written(argument) for argument in arguments]
    tags = "," + "".join(tag for tag, _ in pieces)
    return b"".join([_padded(address), _padded(tags), *(piece for _, piece in pieces)])


@lru_cache(maxsize=_MAX_LAYOUTS)
def _layout_of(address: str, types: tuple[type, ...]) -> tuple[bytes, int, struct.Struct | None]:
    """Return header, number of texts and layout of the numbers: for text, then floats, alone."""
    texts = next((i for i, kind in enumerate(types) if kind is not str), len(types))
    count = len(types) - texts
    if any(kind is not float for kind in types[texts:]):
        return b"", 0, None
    header = _padded(address) + _padded("," + texts * "s" + count * "f")
    return header, texts, struct.Struct(f">{count}f")


def _written(argument: Any) -> tuple[str, bytes]:
    """Return the type tag and the bytes of an argument."""
    match argument:
        case None:
            return "N", b""
        case bool():
            return ("T" if argument else "F"), b""
        case int() if -(2**31) <= argument < 2**31:
            return "i", struct.pack(">i", argument)
        case int() if -(2**63) <= argument < 2**63:
            return "h", struct.pack(">q", argument)
        case int() | float():
            return "f", struct.pack(">f", _single(argument))
        case _:
            return "s", _padded(str(argument))


def _single(number: float) -> float:
    return math.copysign(math.inf, number) if abs(number) > MAX_SINGLE else float(number)


def _padded(text: str) -> bytes:
    # A zero would end the text for the receiver, with the rest taken for arguments.
    content = text.replace("\0", "").encode(errors="replace")
    return content + bytes(4 - len(content) % 4)
