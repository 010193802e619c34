"""The command line: parses, calls the library, prints. Nothing is computed here.

What a command needs is imported inside it, so that ``fluidseries --help`` answers at once.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable
from functools import partial
from json import dumps
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from . import __version__, cli_fit
from .cli_settings import parse
from .cli_shared import Force, ModelFile, Output, console, read_source, require_free
from .errors import FluidSeriesError, ParameterError
from .spelling import ours

__all__ = ["app", "main"]

EXIT_ERROR, EXIT_INTERRUPTED = 2, 130

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
app.add_typer(cli_fit.app, name="fit", help="Train a model and write it to a file.")

Source = Annotated[
    Path,
    typer.Argument(metavar="SOURCE", help="The kind of data that the model was fitted on."),
]


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
    part: Annotated[
        str, typer.Argument(metavar="[PART]", help="pad, speakers, airline or all.")
    ] = "all",
    output: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("demo"),
    hidden_size: Annotated[
        str | None, typer.Option(help="Size of the networks' memory.", show_default=False)
    ] = None,
    max_iter: Annotated[
        int | None, typer.Option(help="How often every series is shown.", show_default=False)
    ] = None,
    force: Force = False,
) -> None:
    """Learn from real data, and draw pictures of it.

    pad: place nine voices on an XY pad. speakers: tell who is speaking, before the utterance ends.
    airline: foretell two years of passengers. All three take a few seconds.

    Example:

    fluidseries demo speakers --output results
    """
    settings = {"hidden_size": hidden_size, "max_iter": max_iter}
    settings = parse({name: value for name, value in settings.items() if value is not None})
    from . import demo as library

    if part not in (*library.PARTS, "all"):
        raise ParameterError(f"there is no part {part!r} of the demo: {', '.join(library.PARTS)}")
    parts = library.PARTS if part == "all" else (part,)
    if output.exists() and not output.is_dir():
        raise FileExistsError(f"{output} is a file: choose a folder for the results")
    for name in library.files(parts) if output.exists() else ():
        require_free(output / name, force=force)
    # make calls it by its path, where a shell would not find it by its name.
    program = "fluidseries" if shutil.which("fluidseries") else sys.argv[0]
    library.run(parts, output, console(), program=program, **settings)


@app.command()
def predict(
    model: ModelFile,
    source: Source,
    output: Output,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="How probable each label is (classifiers).")
    ] = False,
    length: Annotated[
        int | None, typer.Option(help="Frames to go on for (forecasters); by default as many as.")
    ] = None,
    force: Force = False,
) -> None:
    """Let a model answer.

    Takes a model of any kind, and the kind of data that it was fitted on; writes its answers as
    FluCoMa's JSON: points, labels, or how the series go on.

    Example:

    fluidseries predict model.json gestures.json --output answers.json
    """
    require_free(output, force=force)
    from .models.registry import read_model

    known: Any = read_model(model)
    ask = _question(known, model, probabilities=probabilities, length=length)
    answers = ask(read_source(known, source))
    answers.write(output)
    typer.echo(f"{output}: {answers!r}")
    if probabilities:
        typer.echo(f"the dimensions are {', '.join(map(str, known.classes_))}")


@app.command()
def evaluate(
    model: ModelFile,
    source: Source,
    target: Annotated[
        Path | None,
        typer.Argument(metavar="[TARGET]", help="What is right; a forecaster needs none."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Tell how well a model does.

    Best with data that it has not learned from. A classifier: how many get their label, and what is
    taken for what; a regressor: how far it is from the target; a forecaster: how far its next frame
    is, beside repeating the last one.

    Example:

    fluidseries evaluate model.json unheard.json names.json
    """
    from . import evaluation as library
    from .containers import read_container
    from .models.registry import read_model

    known = read_model(model)
    right = None if target is None else read_container(target)
    result = library.evaluate(known, read_source(known, source), right)
    if json:
        typer.echo(dumps(result.to_dict(), ensure_ascii=False))
    else:
        from .report import show_evaluation

        show_evaluation(console(), result)


@app.command()
def inspect(file: Annotated[Path, typer.Argument(metavar="FILE", help="Data or a model.")]) -> None:
    """Tell what a file holds.

    Counts, sizes and ranges of a DataSeries, DataSet or LabelSet; or a model, its settings and how
    far it has learned.
    """
    from .inspection import describe

    typer.echo(str(describe(file)))


def _question(
    model: Any, file: Path, *, probabilities: bool, length: int | None
) -> Callable[[Any], Any]:
    """Return the verb that was asked for, or say that this kind of model has it not."""
    kind = f"{file} holds a model of the kind {type(model).__name__}"
    if probabilities and not hasattr(model, "predict_proba"):
        raise ParameterError(f"--probabilities is for classifiers, but {kind}: leave it out")
    if length is None:
        return cast("Callable[[Any], Any]", model.predict_proba if probabilities else model.predict)
    if not hasattr(model, "predict_series"):
        raise ParameterError(f"--length is for forecasters, but {kind}: leave it out")
    return partial(model.predict, forecast_length=length)


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
