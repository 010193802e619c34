"""What is seen on the terminal while a server runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from ..live import LiveModel
    from .server import Server

__all__ = ["picture", "show"]

REFRESHES = 4  # a second; more would take time from the sound


@contextmanager
def show(server: Server, console: Console, *, quiet: bool = False) -> Iterator[None]:
    """Show how a server does, four times a second, where there is a terminal."""
    if quiet or not console.is_terminal:
        yield
        return
    with Live(
        get_renderable=lambda: picture(server), console=console, refresh_per_second=REFRESHES
    ):
        yield


def picture(server: Server) -> RenderableType:
    """Return what there is to see now."""
    lines = [_heading(server), _models(server)]
    if text := server.meter.last_error:
        lines.append(Text(f"last error: {text}", style="red", overflow="ellipsis", no_wrap=True))
    return Group(*lines)


def _heading(server: Server) -> Text:
    meter, drops = server.meter, server.receiver.kernel_drops()
    median, slow = meter.latency()
    lost = (drops or 0) + server.receiver.overflowed
    text = Text()
    text.append(f"{meter.rate():8.0f} messages/s   ", style="bold")
    text.append(f"answered in {median * 1e3:.2f} ms, 99 % below {slow * 1e3:.2f} ms   ")
    text.append(f"{lost} lost   ", style="bold red" if lost else "")
    text.append(f"{meter.errors} errors", style="red" if meter.errors else "")
    return text


def _models(server: Server) -> RenderableType:
    models = list(server.session.models.values())
    if not models:
        return Text(
            "No models yet. Make one: fluidseries send /fluidseries/wave/new classifier", "dim"
        )
    table = Table(box=None, pad_edge=False)
    for name in ("model", "kind", "takes", "now", "learned"):
        table.add_column(name, justify="right" if name == "takes" else "left")
    for model in models:
        now = Text("recording " + model.recording, "red") if model.recording else Text("listening")
        table.add_row(model.name, model.kind, str(len(model.takes)), now, _learned(server, model))
    return table


def _learned(server: Server, model: LiveModel) -> Text:
    progress = server.progress.get(model.name)
    if model.fitting and progress is not None:
        text = f"epoch {progress.epoch} of {progress.epochs}, error {progress.loss:.4g}"
        return Text(text, "yellow")
    if model.fitting:
        return Text("fit begins", "yellow")
    if not model.playing:
        return Text("nothing yet", "dim")
    if model.outdated:
        return Text("plays with other inputs: fit it again", "yellow")
    newest = model.snapshots[-1] if model.snapshots else None
    error = "" if newest is None or newest.loss is None else f", error {newest.loss:.4g}"
    return Text(f"plays{error}", "green")
