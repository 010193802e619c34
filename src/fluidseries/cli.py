"""The command line: the list of commands, and what becomes of their errors.

Each command is a module that parses, calls the library and prints; nothing is computed there. What
a command needs is imported inside it, so that ``fluidseries --help`` answers at once.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from difflib import SequenceMatcher
from typing import Annotated, Any

import typer

from . import (
    __version__,
    cli_completion,
    cli_convert,
    cli_demo,
    cli_evaluate,
    cli_extract,
    cli_fit,
    cli_inspect,
    cli_plot,
    cli_predict,
    cli_serve,
)
from .errors import FluidSeriesError, ParameterError
from .spelling import ours

__all__ = ["app", "main"]

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130

# What all wrong usage inherits from, wherever this version of typer keeps click.
UsageError: Any = typer.BadParameter.__mro__[2]


# What typer says of a value, and what a musician understands.
_PLAIN_WORDS = (
    (r"Input should be a valid integer.*", "it must be a whole number"),
    (r"Input should be a valid number.*", "it must be a number"),
    (r"Input should be greater than or equal to (\S+)", r"it must be \1 or more"),
    (r"Missing option '--output' / '-o'", r"\g<0>, the name of the file to write"),
    (r"Input should be less than or equal to (\S+)", r"it must be \1 or less"),
)


def _as_option(name: str) -> str:
    return ours(name).replace("_", "-")


class _InOrder(typer.core.TyperGroup):
    """Lists commands as they come in the work, where typer would put those with parts last."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names for the help."""
        return sorted(super().list_commands(ctx), key=_ORDER.index)


_ORDER = (
    "demo", "extract", "convert", "inspect", "fit", "predict", "evaluate", "plot", "serve", "send",
)  # fmt: skip

app = typer.Typer(
    name="fluidseries",
    help="Learn from short series of many dimensions: sound descriptors, gestures, sensors.",
    epilog="Start with: fluidseries demo",
    rich_markup_mode=None,
    # The second makes options answer to FluCoMa's names too, such as --maxIter and --hiddenLayers.
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": _as_option},
)

cli_completion.mend_scripts()

# A line for each command; _ORDER is that of the help.
app.command()(cli_demo.demo)
app.command()(cli_extract.extract)
app.command()(cli_convert.convert)
app.add_typer(cli_fit.app, name="fit", help="Train a model and write it to a file.")
app.command()(cli_predict.predict)
app.command()(cli_evaluate.evaluate)
app.command()(cli_inspect.inspect)
app.command()(cli_serve.serve)
app.command(cls=cli_serve.WithNegativeNumbers)(cli_serve.send)
app.command()(cli_plot.plot)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    0 if all went well; 1 if it could not be done; 2 if the command line itself is wrong; 130 after
    Ctrl-C.
    """
    command = typer.main.get_command(app)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            code = command.main(arguments, prog_name="fluidseries", standalone_mode=False)
        except UsageError as err:
            code = _fail(f"{_usage_error(err)} (see: {_help_for(err)})", EXIT_USAGE)
        except ParameterError as err:
            code = _fail(str(err), EXIT_USAGE)
        except FluidSeriesError as err:
            code = _fail(str(err))
        except OSError as err:
            code = _fail(_file_error(err))
        except MemoryError:
            code = _fail("out of memory: use fewer series, or a smaller hidden size or batch size")
        except (KeyboardInterrupt, typer.Abort):
            code = EXIT_INTERRUPTED
    if code == EXIT_INTERRUPTED:
        typer.echo("stopped by Ctrl-C", err=True)
    sys.exit(code if isinstance(code, int) else 0)


@app.callback(cls=_InOrder, invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    # Without a text of its own: the help of the program stands above.
    if version:
        typer.echo(f"fluidseries {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _fail(message: str, code: int = EXIT_FAILED) -> int:
    # An identifier may hold a line break; the message is one line all the same.
    typer.echo(f"error: {' '.join(message.split())}", err=True)
    return code


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    typer.echo(f"warning: {' '.join(str(message).split())}", err=True)


def _usage_error(err: Any) -> str:
    """Say what is wrong about the command line; "did you mean" is a question, and one only."""
    similar = getattr(err, "possibilities", None)
    if similar:
        nearest = max(similar, key=lambda one: SequenceMatcher(None, one, err.option_name).ratio())
        return f"No such option: {err.option_name}; did you mean {nearest}?"
    message = str(err.format_message()).rstrip(".")
    for theirs, plain in _PLAIN_WORDS:
        message = re.sub(theirs, plain, message)
    return message


def _file_error(err: OSError) -> str:
    if isinstance(err, IsADirectoryError) and err.filename is not None:
        return f"{os.fspath(err.filename)} is a folder: give the name of a file"
    if isinstance(err, PermissionError) and err.filename is not None:
        return f"{os.fspath(err.filename)}: you may not read or write this file"
    if err.filename is None or err.strerror is None:
        return str(err)
    return f"{os.fspath(err.filename)}: {err.strerror}"


def _help_for(err: Any) -> str:
    context = getattr(err, "ctx", None)
    return f"{context.command_path if context else 'fluidseries'} --help"


if __name__ == "__main__":
    main()
