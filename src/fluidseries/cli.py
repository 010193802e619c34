"""The command line: parses, calls the library, prints. Nothing is computed here.

What a command needs is imported inside it, so that ``fluidseries --help`` answers at once.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import __version__
from .errors import FluidSeriesError, ParameterError

if TYPE_CHECKING:
    from rich.console import Console

    from .models.regressor import LSTMRegressor

__all__ = ["app", "main"]

EXIT_ERROR, EXIT_INTERRUPTED = 2, 130

# What all wrong usage inherits from, wherever this version of typer keeps click.
UsageError: Any = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="fluidseries",
    help="Learn from short series of many dimensions: sound descriptors, gestures, sensors.",
    epilog="Start with: fluidseries demo",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
fit_app = typer.Typer(rich_markup_mode=None)
app.add_typer(fit_app, name="fit", help="Train a model and write it to a file.")

SeriesFile = Annotated[
    Path, typer.Argument(metavar="SOURCE", help="Series: a DataSeries as FluCoMa's JSON.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there already.")]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 if all went well, 2 after an error, 130 after Ctrl-C."""
    command = typer.main.get_command(app)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            code = command.main(arguments, prog_name="fluidseries", standalone_mode=False)
        except UsageError as err:
            code = _fail(f"{err.format_message().rstrip('.')} (see: {_help_for(err)})")
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


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("demo"),
    hidden_size: Annotated[str, typer.Option(help="Size of the network's memory.")] = "64",
    max_iter: Annotated[int, typer.Option(help="How often every series is shown.")] = 100,
    force: Force = False,
) -> None:
    """Place nine voices on an XY pad.

    Learns from real speech, places utterances that it has not heard, and draws a picture of them;
    takes a few seconds.
    """
    sizes = _parse_sizes(hidden_size)
    if output.exists() and not output.is_dir():
        raise FileExistsError(f"{output} is a file: choose a folder for the results")
    for name in _demo_files() if output.exists() else ():
        _require_free(output / name, force=force)
    from . import demo as library

    # make calls it by its path, where a shell would not find it by its name.
    program = "fluidseries" if shutil.which("fluidseries") else sys.argv[0]
    library.run(output, _console(), hidden_size=sizes, max_iter=max_iter, program=program)


@fit_app.command("regressor")
def fit_regressor(
    source: SeriesFile,
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET",
            help="What belongs to each series: a DataSet, or a DataSeries with a target per frame.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The model file to write.")],
    hidden_size: Annotated[
        str, typer.Option(help="Size of the memory; several for layers, as in 64,32.")
    ] = "32",
    max_iter: Annotated[int, typer.Option(help="Epochs: how often every series is shown.")] = 50,
    learn_rate: Annotated[float, typer.Option(help="How far one adjustment goes.")] = 0.01,
    batch_size: Annotated[
        str, typer.Option(help="Series between two adjustments, or auto.")
    ] = "auto",
    validation: Annotated[
        float, typer.Option(help="Fraction of the series held out to watch the error on.")
    ] = 0.0,
    random_state: Annotated[
        int | None, typer.Option(min=0, help="A number makes the result repeatable.")
    ] = None,
    n_jobs: Annotated[int | None, typer.Option(help="Threads; all cores by default.")] = None,
    force: Force = False,
) -> None:
    """Learn to map series to points.

    Each series of SOURCE belongs to the point with the same identifier in TARGET. Example:

    fluidseries fit regressor gestures.json synth.json --output model.json
    """
    sizes, batch = _parse_sizes(hidden_size), _parse_batch_size(batch_size)
    _require_free(output, force=force)
    from .containers import DataSeries, read_container
    from .models.regressor import LSTMRegressor

    model = LSTMRegressor(
        hidden_size=sizes,
        max_iter=max_iter,
        learn_rate=learn_rate,
        batch_size=batch,
        validation=validation,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    _fit(model, DataSeries.read(source), read_container(target), output)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model that fit wrote.")],
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="What to answer: as FluCoMa's JSON.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    force: Force = False,
) -> None:
    """Let a model answer.

    Takes a model of any kind, and the kind of data that it was fitted on; writes its answers as
    FluCoMa's JSON. Example:

    fluidseries predict model.json gestures.json --output answers.json
    """
    _require_free(output, force=force)
    from .containers import read_container
    from .models.registry import read_model

    known: Any = read_model(model)
    answers = known.predict(read_container(source))
    answers.write(output)
    typer.echo(f"{output}: {answers!r}")


@app.command()
def inspect(file: Annotated[Path, typer.Argument(metavar="FILE", help="Data or a model.")]) -> None:
    """Tell what a file holds.

    Counts, sizes and ranges of a DataSeries, DataSet or LabelSet; or a model, its settings and how
    far it has learned.
    """
    from .inspection import describe

    typer.echo(str(describe(file)))


def _fit(model: LSTMRegressor, source: Any, target: Any, output: Path) -> None:
    """Fit with a progress bar and write the model; after Ctrl-C too, if it has learned anything."""
    from .progress import fit_progress, loss_text

    stopped = False
    try:
        with fit_progress(_console(), model.max_iter) as callback:
            model.fit(source, target, callback=callback)
    except KeyboardInterrupt:
        if not model.__sklearn_is_fitted__():
            raise
        stopped = True
    model.write(output)
    # The fit kept the epoch that did best on the held-out series.
    curve = getattr(model, "validation_curve_", [])
    text = loss_text(model.loss_, min(curve, default=None))
    typer.echo(f"{output}: {type(model).__name__}, {model.n_iter_} epochs, {text}")
    if stopped:
        raise KeyboardInterrupt


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _demo_files() -> tuple[str, ...]:
    from .demo import FILES

    return tuple(FILES)


def _parse_sizes(text: str) -> int | tuple[int, ...]:
    """Read 64 as one layer and 64,32 as two."""
    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError as err:
        raise ParameterError(
            f"--hidden-size is {text!r}: it must be a whole number such as 64, or several such as "
            "64,32 for stacked layers"
        ) from err
    return sizes[0] if len(sizes) == 1 else sizes


def _parse_batch_size(text: str) -> int | str:
    try:
        return text if text == "auto" else int(text)
    except ValueError as err:
        raise ParameterError(
            f"--batch-size is {text!r}: it must be auto or a whole number from 1 up"
        ) from err


def _require_free(path: Path, *, force: bool) -> None:
    """Refuse before the work what could not be written after it."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file")
    if path.exists() and not force:
        raise FileExistsError(f"{path} is there already: choose another name, or add --force")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {str(path.parent)!r}: make it first")


def _fail(message: str) -> int:
    # An identifier may hold a line break; the message is one line all the same.
    typer.echo(f"error: {' '.join(message.split())}", err=True)
    return EXIT_ERROR


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
