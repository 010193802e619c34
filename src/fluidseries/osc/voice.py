"""A server's voice: what it says, to everybody who wants to hear it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from .packets import MAX_PACKET, write_message

if TYPE_CHECKING:
    from .saying import Said
    from .udp import Address, Receiver

__all__ = ["Voice"]

MAX_LISTENERS = 8
# So long, in seconds, an answer waits for those of the packets behind it.
LONGEST_HOLD = 0.0005


class Voice:
    """Sends messages to the place for answers, and to those who listen.

    To wake a program that waits for a packet costs more than to answer one. So the answers to
    packets that came together go out together, and wake it once.

    Parameters
    ----------
    receiver : Receiver
        The socket that they are sent from.
    reply : (host, port)
        The place for answers.
    """

    def __init__(self, receiver: Receiver, reply: Address) -> None:
        self.reply = reply
        self._receiver = receiver
        self._listeners: tuple[Address, ...] = ()
        self._held: list[tuple[bytes, Address]] = []
        self._thread: int | None = None
        self._since = 0.0

    def say(self, model: str, said: Said) -> None:
        """Send what is said about a model, or with "" by the program, to all who hear it."""
        address = f"/fluidseries/{model}/{said.name}" if model else f"/fluidseries/{said.name}"
        packet = write_message(address, *said.values)
        if len(packet) > MAX_PACKET:
            text = f"the answer has {len(packet)} bytes: a message holds {MAX_PACKET}"
            packet = write_message(address.removesuffix(said.name) + "error", said.name, text)
        self.send(packet)

    def send(self, packet: bytes, to: Address | None = None) -> None:
        """Send a packet to the place for answers, or another, and to those who listen."""
        for place in (to or self.reply, *self._listeners):
            # What other threads say answers nothing that is held.
            if self._thread == threading.get_ident():
                self._held.append((packet, place))
            else:
                self._receiver.send(packet, place)

    def hold(self) -> None:
        """Keep what this thread says until `let_go`, or until it has waited for long."""
        now = time.perf_counter()
        if self._thread is None:
            self._thread, self._since = threading.get_ident(), now
        elif now - self._since > LONGEST_HOLD:
            self.let_go()
            self.hold()

    def let_go(self) -> None:
        """Send what was held, in order."""
        self._thread = None
        held, self._held = self._held, []
        for packet, place in held:
            self._receiver.send(packet, place)

    def add(self, listener: Address) -> None:
        """Let somebody hear all; the last few who wanted to are heard."""
        self.remove(listener)
        self._listeners = (*self._listeners, listener)[-MAX_LISTENERS:]

    def remove(self, listener: Address) -> None:
        """Let them hear no more."""
        self._listeners = tuple(known for known in self._listeners if known != listener)
