"""What a person sees while a model trains: a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeAlias

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from rich.console import Console

    from .training import Callback

__all__ = ["files_progress", "fit_progress", "loss_text", "read_progress"]

# How much is done, and how much there is.
Told: TypeAlias = Callable[[int, int], None]


@contextmanager
def fit_progress(console: Console, epochs: int, *, lines: int = 0) -> Iterator[Callback]:
    """Show how a fit goes on.

    Parameters
    ----------
    console : Console
        Where to show it. The bar appears only on a terminal.
    epochs : int
        How many this fit will make.
    lines : int
        How many lines about the loss to print where there is no terminal.

    Yields
    ------
    callable
        For the `callback` of ``fit``; it never stops it.
    """
    if console.is_terminal:
        with _bar(console) as bar:
            yield _BarUpdate(bar, epochs)
    else:
        yield _Lines(console, epochs, lines)


def files_progress(console: Console) -> AbstractContextManager[Told | None]:
    """Show how many files are done, on a terminal; gives what is told that and how many in all."""
    return _share(console, "listening", MofNCompleteColumn())


def read_progress(console: Console, name: str) -> AbstractContextManager[Told | None]:
    """Show how far a file has been read.

    Parameters
    ----------
    console : Console
        Where to show it. The bar appears only on a terminal, and goes when all is read.
    name : str
        What is read.

    Returns
    -------
    context manager of callable or None
        For the `progress` of ``fs.read``. As long as nobody calls it the bar only moves.
    """
    return _share(console, f"reading {name}")


@contextmanager
def _share(console: Console, what: str, *columns: ProgressColumn) -> Iterator[Told | None]:
    """Show a bar for the share that is done, on a terminal; elsewhere nobody needs to tell it."""
    if not console.is_terminal:
        yield None
        return
    # A file may be called as rich's markup is.
    name = TextColumn("{task.description}", markup=False)
    with Progress(
        name, BarColumn(), *columns, TimeRemainingColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs   {task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console)


def loss_text(loss: float, validation_loss: float | None) -> str:
    """Say the loss as musicians call it, and that of the held-out series where there are any."""
    held_out = "" if validation_loss is None else f", held out {validation_loss:.4g}"
    return f"error {loss:.4g}{held_out}"


class _BarUpdate:
    def __init__(self, bar: Progress, epochs: int) -> None:
        self.bar = bar
        self.task = bar.add_task("", total=epochs, loss="")

    def __call__(self, epoch: int, batch: int, loss: float, validation_loss: float | None) -> None:
        text = loss_text(loss, validation_loss)
        self.bar.update(self.task, completed=epoch + (batch > 0), loss=text)


class _Lines:
    """Prints when an epoch is over, which shows when the next one begins."""

    def __init__(self, console: Console, epochs: int, lines: int) -> None:
        self.console, self.epochs = console, epochs
        self.every = -(-epochs // lines) if lines else 0
        self.before = ""

    def __call__(self, epoch: int, batch: int, loss: float, validation_loss: float | None) -> None:
        if self.every and batch == 0 and epoch and epoch % self.every == 0:
            self.console.print(
                f"epoch {epoch:>3} of {self.epochs}   {self.before}", highlight=False
            )
        self.before = loss_text(loss, validation_loss)
