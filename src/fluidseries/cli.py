"""The command line: the list of commands, and what becomes of their errors.

Each command is a module that parses, calls the library and prints; nothing is computed there. What
a command needs is imported inside it, so that ``fluidseries --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Annotated, Any

import typer

from . import (
    __version__,
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


def _as_option(name: str) -> str:
    return ours(name).replace("_", "-")


app = typer.Typer(
    name="fluidseries",
    help="Learn from short series of many dimensions: sound descriptors, gestures, sensors.",
    epilog="Start with: fluidseries demo",
    rich_markup_mode=None,
    # The second makes options answer to FluCoMa's names too, such as --maxIter and --hiddenLayers.
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": _as_option},
)

# A line for each command, in the order of the help.
app.command()(cli_demo.demo)
app.command()(cli_extract.extract)
app.command()(cli_convert.convert)
app.add_typer(cli_fit.app, name="fit", help="Train a model and write it to a file.")
app.command()(cli_predict.predict)
app.command()(cli_evaluate.evaluate)
app.command()(cli_inspect.inspect)
app.command()(cli_serve.serve)
app.command()(cli_serve.send)
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
            message = f"{err.format_message().rstrip('.')} (see: {_help_for(err)})"
            code = _fail(message, EXIT_USAGE)
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


@app.callback(invoke_without_command=True)
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


def _file_error(err: OSError) -> str:
    if err.filename is None or err.strerror is None:
        return str(err)
    return f"{os.fspath(err.filename)}: {err.strerror}"


def _help_for(err: Any) -> str:
    context = getattr(err, "ctx", None)
    return f"{context.command_path if context else 'fluidseries'} --help"


if __name__ == "__main__":
    main()
