"""The server: takes requests in the order they come, has them done, and answers every one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import FluidSeriesError, StorageError
from .meter import Meter
from .packets import Message, PacketError, read_packet
from .place import Place
from .repeats import Repeats
from .requests import Request
from .saying import NOTHING, Said, heard, of_answer, of_event, of_played, of_segment, plain
from .table import find
from .udp import Address, Receiver
from .voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from ..live import Session

__all__ = ["DEFAULT_PORT", "DEFAULT_REPLY", "Server", "Speaker"]

DEFAULT_PORT = 6448
DEFAULT_REPLY: Address = ("127.0.0.1", 12000)

# Seconds until what goes on by itself is looked at: after a packet, and when nothing comes.
TICK, IDLE = 0.002, 0.1
TAG = "@"
# A frame that waited for so many seconds, with so many packets behind it, is answered no more:
# on stage the newest ones matter. A few that waited for something slow are all answered.
LATE, BEHIND = 0.02, 32


class Speaker(Protocol):
    """Another way to speak with the session, such as Wekinator's, for addresses of its own."""

    @property
    def roots(self) -> Iterable[str]:
        """The first parts of its addresses."""

    def handle(self, address: str, arguments: tuple[Any, ...]) -> None:
        """Do what a message asks for."""


class Server:
    """A session's ear and voice over UDP.

    Requests are handled by one thread, one after the other; what happens meanwhile, such as the
    progress of a fit, is sent from where it happens.

    Parameters
    ----------
    session : Session
        The models. The server does not close it.
    host : str
        The card to listen on; this computer alone by default.
    port : int
        0 takes a free one: see `address`.
    reply : (host, port)
        Where answers go.

    Raises
    ------
    ParameterError
        If it cannot listen there.

    Examples
    --------
    >>> import fluidseries as fs, tempfile
    >>> session = fs.live.Session(tempfile.mkdtemp())
    >>> with Server(session, port=0) as server:
    ...     print(server.address[0])
    127.0.0.1
    >>> session.close()
    """

    def __init__(
        self,
        session: Session,
        *,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        reply: Address = DEFAULT_REPLY,
    ) -> None:
        self.session = session
        self.meter = Meter()
        self._repeats = Repeats()
        self.receiver = Receiver(host, port)
        self.address = self.receiver.address
        self.voice = Voice(self.receiver, reply)
        self.say = self.voice.say
        self._speakers: dict[str, Speaker] = {}
        self._sender: Address = self.address
        self._late = False
        self._fit_tags: dict[str, tuple[str, ...]] = {}
        self.progress: dict[str, Any] = {}
        self._tick_at = 0.0
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._stop_listening = session.listen(self._tell)

    def add(self, speaker: Speaker) -> None:
        """Let another protocol have the addresses that begin with its roots."""
        self._speakers |= dict.fromkeys(speaker.roots, speaker)

    def take_over(self, session: Session) -> None:
        """Speak for another session from now on. The one before is not closed."""
        self._stop_listening()
        self.session = session
        self._fit_tags.clear()
        self.progress.clear()
        self._stop_listening = session.listen(self._tell)

    # The loop

    def serve(self) -> None:
        """Answer until `end` is called."""
        take, wait, now = self.receiver.take, self.receiver.wait, time.monotonic
        while not self._stopped.is_set():
            received = take()
            if received is None:
                self.voice.let_go()
                wait(max(0.0, self._tick_at - now()))
            else:
                self.voice.hold()
                waited = time.perf_counter() - received.time
                late = waited > LATE and self.receiver.waiting > BEHIND
                self.handle(received.packet, received.sender, late=late)
                self.meter.answered(time.perf_counter() - received.time)
                # What it began may go on by itself soon.
                self._tick_at = min(self._tick_at, now() + TICK)
            if now() >= self._tick_at:
                self._tick_at = now() + self._tick()
        self.voice.let_go()

    def end(self) -> None:
        """Let `serve` return soon; a signal's handler may call it."""
        self._stopped.set()

    def stop(self) -> None:
        """Answer no more, and free the port."""
        self.end()
        if self._thread is not None:
            self._thread.join()
        self._stop_listening()
        self.receiver.close()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, name="fluidseries-osc", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Requests

    def handle(self, packet: bytes, sender: Address, *, late: bool = False) -> None:
        """Answer all messages of a packet; nothing is raised.

        The frames of one that is `late` are heard and recorded, and answered only if a segment ends
        or they have a tag.
        """
        self._sender, self._late = sender, late
        try:
            for message in read_packet(packet):
                self.meter.messages += 1
                self._answer(message)
        except PacketError as err:
            self.fail("", (), "packet", err)

    def _answer(self, message: Message) -> None:
        address, given = message
        tag: tuple[str, ...] = ()
        if given and type(given[0]) is str and given[0].startswith(TAG):
            tag, given = (given[0],), given[1:]
        model, name = "", address
        try:
            speaker = self._speakers.get(address.split("/", 2)[1])
            if speaker is not None:
                speaker.handle(address, given)
                return
            model, request = find(address)
            name = request.name
            self._do(request, model, tag, given)
        except FluidSeriesError as err:
            self.fail(model, tag, name, err)
            if isinstance(err, StorageError) and err.answer is not None:
                self._reply(name, model, tag, heard(err.answer))
        # A defect of ours is no reason to stop the show.
        except Exception as err:
            self.fail(model, tag, name, f"a defect in fluidseries, please report it: {err!r}")

    def _do(self, request: Request, model: str, tag: tuple[str, ...], given: Any) -> None:
        if request.name == "fit":
            # Progress may come before the answer.
            before = self._fit_tags.get(model, ())
            self._fit_tags[model] = tag
            try:
                result = request(Place(self, model), given)
            except FluidSeriesError:
                self._fit_tags[model] = before
                raise
        else:
            result = request(Place(self, model, self._late and not tag), given)
        self._reply(request.name, model, tag, result)

    def _reply(self, name: str, model: str, tag: tuple[str, ...], result: Any) -> None:
        if isinstance(result, tuple):
            self.say(model, Said(name, tag + result))
        elif isinstance(result, list):
            for said in result:
                if said.name.endswith("/error"):
                    self.fail(said.name.removesuffix("/error"), tag, *said.values)
                else:
                    self.say(model, Said(said.name, tag + said.values))
        elif isinstance(result, Future):
            result.add_done_callback(lambda done: self._reply_later(name, model, tag, done))
        else:
            self._reply(name, model, tag, () if result is None else plain(result))

    def _reply_later(self, name: str, model: str, tag: tuple[str, ...], done: Future[Any]) -> None:
        if err := done.exception():
            self.fail(model, tag, name, err)
        else:
            self._reply(name, model, tag, done.result())

    def fail(self, model: str, tag: tuple[str, ...], request: str, err: object) -> None:
        """Answer that a request could not be done, and why.

        The same again and again is said a few times a second; whoever sent a tag waits for it.
        """
        request, text = request[:200], " ".join(str(err).split())[:2000]
        wanted = bool(tag) or self._repeats.say((model, request, text))
        if self.meter.failed(f"{request}: {text}", wanted=wanted):
            self.say(model, Said("error", (*tag, request, text)))

    # What comes by itself

    def _tell(self, event: Any) -> None:
        if getattr(event, "reading", False):
            return  # the request that asked for it is answered
        said = of_event(event)
        if said.name == "fit/progress":
            self.progress[event.model] = event
        of_fit = said.name.startswith("fit/") or said.values[:1] == ("fit",)
        tag = self._fit_tags.get(event.model, ()) if of_fit else ()
        self.say(event.model, Said(said.name, (*tag, *said.values)))

    def _tick(self) -> float:
        """Send what goes on by itself, and return the seconds until the next look at it."""
        try:
            for out in self.session.tick():
                self._say_by_itself(out)
            due = self.session.next_due()
            for (model, request, text), count in self._repeats.rest():
                self.say(model, Said("error", (request, f"{text} (and {count} more)")))
            if late := self.meter.late_news():
                self.say("", Said("late", (late,)))
        except Exception as err:
            self.fail("", (), "tick", err)
            return IDLE
        return IDLE if due is None else min(IDLE, due)

    def _say_by_itself(self, out: Any) -> None:
        if hasattr(out, "take"):
            for said in of_played(out):
                self.say(out.model, said)
        else:
            self.say(out.model, Said("alone", of_answer(out)) if out.alone else of_segment(out))

    # Who listens, and how it goes

    def listen(self, port: int) -> tuple[Any, ...]:
        """Send all answers to the sender's port too, or to another one of that computer."""
        listener = (self._sender[0], port or self._sender[1])
        self.voice.add(listener)
        return listener

    def unlisten(self, port: int) -> tuple[Any, ...]:
        """Send them there no longer."""
        listener = (self._sender[0], port or self._sender[1])
        self.voice.remove(listener)
        return listener

    def skip(self, answers: int) -> None:
        """Count answers that came too late to be of use; once a second they are told of."""
        self.meter.late += answers

    def status(self) -> tuple[Any, ...]:
        """Return names and values in turn."""
        meter, drops = self.meter, self.receiver.kernel_drops()
        median, slow = meter.latency()
        return (
            *("messages", meter.messages),
            *("errors", meter.errors),
            *("silenced", meter.silenced),
            *("late", meter.late),
            *("waiting", self.receiver.waiting),
            *("overflowed", self.receiver.overflowed),
            *("kernelDrops", NOTHING if drops is None else drops),
            *("rate", meter.rate()),
            *("medianMilliseconds", median * 1e3),
            *("slowMilliseconds", slow * 1e3),
        )
