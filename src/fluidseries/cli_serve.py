"""The commands serve and send: a session for the stage, and a finger to poke it with."""

from __future__ import annotations

import gc
import re
import shutil
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .cli_shared import console
from .errors import FluidSeriesWarning, ParameterError

if TYPE_CHECKING:
    from .live import Session
    from .osc.script import Line
    from .osc.server import Server
    from .osc.udp import Address

__all__ = ["send", "serve"]

_NEGATIVE = re.compile(r"-\.?\d")

# Megabytes; a minute of eight models that record 1,000 frames of 12 numbers a second takes 60.
LITTLE_ROOM = 100


def serve(
    project: Annotated[
        Path, typer.Option(help="Folder for recordings and models; made if it is not there.")
    ] = Path("project"),
    host: Annotated[
        str | None,
        typer.Option(help="Network card to listen on; 127.0.0.1 is this computer alone."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; by default 6448.", min=0, max=65535)
    ] = None,
    reply: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where answers go; 127.0.0.1:12000.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show nothing while it runs.")] = False,
    wekinator: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Speak Wekinator's protocol too: regression, classification:N or dtw:N.",
        ),
    ] = None,
    inputs: Annotated[int | None, typer.Option(min=1, help="Wekinator: numbers in.")] = None,
    outputs: Annotated[int | None, typer.Option(min=1, help="Wekinator: numbers out.")] = None,
    in_address: Annotated[str | None, typer.Option(help="Wekinator: /wek/inputs.")] = None,
    out_address: Annotated[str | None, typer.Option(help="Wekinator: /wek/outputs.")] = None,
    out_port: Annotated[
        int | None, typer.Option(help="Wekinator: 12000.", min=1, max=65535)
    ] = None,
) -> None:
    """Record, train and play on stage, over OSC.

    Max, SuperCollider, Pure Data, or a patch made for Wekinator send frames and requests; answers
    go back at once, and a fit goes on in the background. All that is recorded is in the project's
    folder, and the next serve on it begins where this one ended. Ctrl-C ends it. What may be sent:
    fluidseries send /fluidseries/help

    Example:

    fluidseries serve --project concert
    """
    from .live import Session
    from .osc.wekinator import CHOSEN

    given = {"host": host, "port": port, "reply": reply, "wekinator": wekinator}
    given |= {"inputs": inputs, "outputs": outputs, "in_address": in_address}
    given |= {"out_address": out_address, "out_port": out_port}
    with Session(project) as session:
        chosen = _chosen(session, given)
        _tell_of_little_room(session)
        server = _server(session, chosen)
        if chosen != session.get(CHOSEN):
            session.set(CHOSEN, chosen)
        signal.signal(signal.SIGTERM, lambda *_: server.end())
        try:
            _run(server, quiet=quiet)
        finally:
            server.stop()
            # It may be another than the one that it began with.
            server.session.close()


def _tell_of_little_room(session: Session) -> None:
    """Warn before the show of a disk that a recording will fill."""
    left = shutil.disk_usage(session.folder).free / 1e6
    if left < LITTLE_ROOM:
        warnings.warn(
            f"the disk of {session.folder} has {left:.0f} MB left: make room before you record. "
            "When it is full the models play on, and every frame that cannot be recorded is "
            "answered with an error as well",
            FluidSeriesWarning,
            stacklevel=2,
        )


def _chosen(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given, else what was chosen last time."""
    from .osc.wekinator import CHOSEN

    before = session.get(CHOSEN) or {}
    return {name: before.get(name) if value is None else value for name, value in given.items()}


def _server(session: Session, chosen: dict[str, Any]) -> Server:
    from .osc.server import DEFAULT_PORT, DEFAULT_REPLY, Server
    from .osc.udp import is_loopback, parse_address
    from .osc.wekinator import Options, Wekinator

    host = chosen["host"] or "127.0.0.1"
    port = DEFAULT_PORT if chosen["port"] is None else chosen["port"]
    reply = parse_address(chosen["reply"]) if chosen["reply"] else DEFAULT_REPLY
    options = Options.of(chosen)
    if not is_loopback(host):
        warnings.warn(
            f"listening on {host}: every computer in the network can record, train and delete here",
            FluidSeriesWarning,
            stacklevel=2,
        )
    server = Server(session, host=host, port=port, reply=reply)
    if options is not None:
        server.add(Wekinator(server, options))
    return server


def _run(server: Server, *, quiet: bool) -> None:
    from .osc.view import show

    # No frame waits long for another thread, or for a collection of what was loaded at the start.
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    host, port = server.address
    with show(server, console(), quiet=quiet):
        typer.echo(f"listening on {host} port {port}", err=True)
        server.serve()


class WithNegativeNumbers(typer.core.TyperCommand):
    """A command whose arguments may be negative numbers, which look like options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse options that there are not, and take numbers."""
        self.make_parser(ctx).parse_args([word for word in args if not _NEGATIVE.match(word)])
        ctx.ignore_unknown_options = True
        return super().parse_args(ctx, args)


def send(
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS",
            help="Such as /fluidseries/models; - reads requests from standard input, one per line.",
        ),
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]...", help="Numbers or text.")
    ] = None,
    to: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where serve listens.")] = "6448",
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for an answer; 0 waits for none.", min=0)
    ] = 2.0,
    until: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Go on until this comes, such as fit/done."),
    ] = None,
) -> None:
    """Send a message to a running serve, and print what it answers.

    What looks like a number is sent as one. A line of standard input is what may stand behind
    send, with --wait and --until of its own; the next one is sent when it is answered.

    Example:

    fluidseries send /fluidseries/wave/new classifier

    fluidseries send /fluidseries/wave/frame 0.1 -0.5

    fluidseries send /fluidseries/wave/fit --until fit/done --wait 60

    fluidseries send - < requests.txt
    """
    from .osc.script import Line
    from .osc.udp import parse_address

    place = parse_address(to)
    if address == "-":
        if arguments:
            raise ParameterError(f"- reads all from standard input: leave out {arguments[0]!r}")
        done = _send_lines(place, wait, until)
    else:
        done = _ask(place, Line(address, arguments or [], wait, until))
    if not done:
        raise typer.Exit(1)


def _send_lines(place: Address, wait: float, until: str | None) -> bool:
    """Send what is typed, line by line, and tell whether all of it could be done."""
    from .osc.client import NoAnswerError
    from .osc.script import read_line

    done = True
    for number, text in enumerate(sys.stdin, 1):
        try:
            line = read_line(text, wait=wait, until=until)
            done &= line is None or _ask(place, line)
        except NoAnswerError as err:
            raise NoAnswerError(f"line {number}: {err}") from err
        except ParameterError as err:
            # Who types it can type it again.
            typer.echo(f"line {number}: {err}", err=True)
            done = False
    return done


def _ask(place: Address, line: Line) -> bool:
    """Send a request, print its answers, and tell whether it could be done."""
    from .osc.client import ask

    done = True
    for answer in ask(place, line.address, line.arguments, wait=line.wait, until=line.until):
        typer.echo(" ".join([answer.address, *map(_shown, answer.arguments)]))
        done = done and not answer.address.endswith("/error")
    return done


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
