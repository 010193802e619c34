"""A UDP socket for the stage: packets in the order they came, and a count of those lost."""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..errors import ParameterError
from .packets import MAX_PACKET

__all__ = ["Address", "Received", "Receiver", "is_loopback", "parse_address"]

Address = tuple[str, int]

# The kernel's buffer for the time between two looks at it, and ours for bursts that last longer.
KERNEL_BUFFER = 8 << 20  # bytes
MAX_WAITING = 1 << 17  # packets
MAX_WAITING_BYTES = 64 << 20
# Seconds after which the kernel's buffer is emptied, also while there is enough to do.
DRAIN = 0.001
# Packets taken at once, so that a sender without end still lets the first one be answered.
MAX_DRAIN = 1000
# Linux lets those who may go past the system's limit.
SO_RCVBUFFORCE = 33


class Received(NamedTuple):
    """A packet, its sender, and when it was taken (time.perf_counter)."""

    packet: bytes
    sender: Address
    time: float


class Receiver:
    """Takes packets off a UDP socket, in order.

    A burst moves into memory while its first packet is still being answered, because the kernel
    throws away what does not fit its buffer. What does not fit ours is counted.

    Parameters
    ----------
    host : str
        The address of the network card to listen on; "127.0.0.1" for this computer alone.
    port : int
        0 takes a free one.

    Attributes
    ----------
    received, overflowed : int
        Packets taken, and packets taken and thrown away since too many were waiting.

    Raises
    ------
    ParameterError
        If the port is taken, or the host is not this computer's.
    """

    def __init__(self, host: str, port: int) -> None:
        self.received = self.overflowed = 0
        self._waiting: deque[Received] = deque()
        self._waiting_bytes = 0
        self._drained = 0.0
        self.socket = _bound(host, port)
        self.address: Address = self.socket.getsockname()[:2]
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(self.socket, select.POLLIN)

    def next(self, timeout: float) -> Received | None:
        """Return the packet that has waited longest.

        Parameters
        ----------
        timeout : float
            Seconds to wait if there is none; then None is returned.
        """
        first = self.take()
        if first is None:
            self.wait(timeout)
            first = self.take()
        return first

    def take(self) -> Received | None:
        """Return the packet that has waited longest, None if there is none."""
        now = time.perf_counter()
        if not self._waiting or now - self._drained > DRAIN:
            self._drain(now)
        if not self._waiting:
            return None
        first = self._waiting.popleft()
        self._waiting_bytes -= len(first.packet)
        return first

    def _drain(self, now: float) -> None:
        receive, waiting = self.socket.recvfrom, self._waiting
        self._drained = now
        for _ in range(MAX_DRAIN):
            try:
                packet, sender = receive(MAX_PACKET + 1)
            except BlockingIOError:
                return
            # Windows tells here that somebody to whom an answer went is no longer there.
            except ConnectionError:
                continue
            self.received += 1
            if len(waiting) >= MAX_WAITING or self._waiting_bytes > MAX_WAITING_BYTES:
                self.overflowed += 1
                continue
            waiting.append(Received(packet, sender, now))
            self._waiting_bytes += len(packet)

    def wait(self, timeout: float) -> None:
        """Wait for a packet, for so many seconds at most."""
        if self._poll:
            self._poll.poll(timeout * 1e3)
        else:
            select.select([self.socket], [], [], timeout)

    @property
    def waiting(self) -> int:
        """Packets received and not yet answered."""
        return len(self._waiting)

    def kernel_drops(self) -> int | None:
        """Return how many packets the kernel threw away, or None where it does not tell.

        Linux tells in /proc/net/udp, in the last column of the socket's line.
        """
        table = Path("/proc/net/udp6" if self.socket.family == socket.AF_INET6 else "/proc/net/udp")
        with suppress(OSError, ValueError):
            inode = str(os.fstat(self.socket.fileno()).st_ino)
            for line in table.read_text().splitlines()[1:]:
                columns = line.split()
                if columns[9] == inode:
                    return int(columns[-1])
        return None

    def send(self, packet: bytes, to: Address) -> bool:
        """Send a packet from this socket; False if the system does not take it."""
        try:
            self.socket.sendto(packet, to)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Free the port."""
        self.socket.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    except OSError as err:
        raise ParameterError(
            f"{host!r} is no host: give a name or an address of this computer"
        ) from err
    new = socket.socket(family, kind)
    _enlarge(new)
    try:
        new.bind(place)
    except OSError as err:
        new.close()
        raise ParameterError(
            f"cannot listen on {host} port {port}: {err.strerror}; is another program there? "
            "Stop it, or choose another port"
        ) from err
    new.setblocking(False)
    return new


def _enlarge(new: socket.socket) -> None:
    for option in (SO_RCVBUFFORCE, socket.SO_RCVBUF):
        if option == SO_RCVBUFFORCE and not Path("/proc").exists():
            continue
        with suppress(OSError):
            new.setsockopt(socket.SOL_SOCKET, option, KERNEL_BUFFER)
            return


def is_loopback(host: str) -> bool:
    """Tell whether only this computer reaches a host.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    return host in ("localhost", "::1") or host.startswith("127.")


def parse_address(text: str) -> Address:
    """Read HOST:PORT, or a port alone, which is this computer's.

    Raises
    ------
    ParameterError
        If it says neither.

    Examples
    --------
    >>> parse_address("12000"), parse_address("192.168.0.7:9000")
    (('127.0.0.1', 12000), ('192.168.0.7', 9000))
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ParameterError(
            f"{text!r} is no address: give HOST:PORT, such as 127.0.0.1:12000, or a port from 1 to "
            "65535"
        )
    return host or "127.0.0.1", int(port)
