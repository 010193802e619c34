"""The command that makes series of sounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import cli_completion
from .cli_shared import (
    Force,
    Json,
    Output,
    bar_console,
    print_json,
    require_free,
    say,
    write_result,
)
from .errors import EmptyError, ParameterError
from .files import together

if TYPE_CHECKING:
    from .audio import Extraction

__all__ = ["extract"]

Length = str | None


def extract(
    sounds: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder of sounds, or one sound.")
    ],
    output: Output,
    labels: Annotated[
        Path | None,
        typer.Option(help="Where to write the labels: the sub-folders' names, or the table's."),
    ] = None,
    points: Annotated[
        Path | None, typer.Option(help="Where to write the numbers that the table has.")
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(help="A CSV: a line of headings, the sound's name first, then what it is."),
    ] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            help="A model, or series: describe the sounds as theirs were.",
            autocompletion=cli_completion.models_and_data,
        ),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="mfcc, loudness, pitch, chroma, shape (or single ones of it: centroid, spread, "
            "skewness, kurtosis, rolloff, flatness, crest), divided by commas.  "
            "[default: mfcc,loudness,pitch]",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        Length,
        typer.Option(
            metavar="LENGTH",
            help="How much sound a frame describes: samples, or seconds with a point (0.05).  "
            "[default: 1024]",
            show_default=False,
        ),
    ] = None,
    hop: Annotated[
        Length,
        typer.Option(
            metavar="LENGTH",
            help="From one frame to the next, written likewise.  [default: 512]",
            show_default=False,
        ),
    ] = None,
    sample_rate: Annotated[
        int | None,
        typer.Option(
            help="All sounds are brought to this many samples per second.  [default: 22050]",
            show_default=False,
        ),
    ] = None,
    n_mfcc: Annotated[
        int | None, typer.Option(help="How many MFCCs.  [default: 13]", show_default=False)
    ] = None,
    first_mfcc: Annotated[
        bool, typer.Option("--first-mfcc", help="Keep the first MFCC, which follows loudness.")
    ] = False,
    slices: Annotated[
        str, typer.Option(metavar="file|onsets", help="One series per file, or one per onset.")
    ] = "file",
    n_jobs: Annotated[
        int | None, typer.Option(help="Threads; all cores by default.", show_default=False)
    ] = None,
    json: Json = False,
    force: Force = False,
) -> None:
    """Make series of sounds.

    Describes each sound of FOLDER frame by frame and writes a DataSeries. Sub-folders become
    labels: put all claps into a folder "clap". A sound that cannot be used is skipped.

    Example:

    fluidseries extract takes --output series.json --labels labels.json

    fluidseries extract new-takes --output new.json --like model.json
    """
    paths = [path for path in (output, labels, points) if path is not None]
    for path in paths:
        require_free(path, force=force, json=json)
    if len(set(paths)) < len(paths):
        raise ParameterError("two of the files to write are the same: name each its own")
    if points is not None and table is None:
        raise ParameterError("--points come from a table: add --table FILE.csv")
    settings: dict[str, Any] = {
        "features": None if features is None else features.split(","),
        "window": _length("window", window),
        "hop": _length("hop", hop),
        "sample_rate": sample_rate,
        "n_mfcc": n_mfcc,
        "first_mfcc": first_mfcc or None,
    }
    from . import audio
    from .progress import files_progress

    with files_progress(bar_console()) as progress:
        heard = audio.extract(
            sounds,
            like=None if like is None else _origin_of(like),
            slices=slices,
            table=table,
            n_jobs=n_jobs,
            progress=progress,
            **{name: value for name, value in settings.items() if value is not None},
        )
    if labels is not None and not heard.labels:
        raise EmptyError(
            f"there are no labels for {labels}: put the sounds of {sounds} into a sub-folder for "
            "each label, give a --table, or leave --labels out"
        )
    if points is not None and not heard.points:
        raise EmptyError(f"there are no points for {points}: the table has no column of numbers")
    contents: list[tuple[Path | None, Any]] = [
        (output, heard.series),
        (labels, heard.labels),
        (points, heard.points),
    ]
    wanted = [(place, content) for place, content in contents if place is not None]
    with together():
        for place, content in wanted:
            write_result(content, place)
    for place, content in wanted:
        if not json:
            say(f"{place}: {content!r}", output)
    if json:
        print_json(_summary(heard, output))


def _summary(heard: Extraction, output: Path) -> dict[str, Any]:
    from .audio import Settings

    how = Settings.of(heard.series)
    return {
        "output": str(output),
        "series": len(heard.series),
        "dimensions": list(how.names),
        "frames_per_second": how.rate,
        "skipped": heard.skipped,
    }


def _length(name: str, text: str | None) -> int | float | None:
    """Read 1024 as samples and 0.05 as seconds."""
    if text is None:
        return None
    try:
        return float(text) if "." in text else int(text)
    except ValueError as err:
        raise ParameterError(
            f"--{name} is {text!r}: it must be samples such as 1024, or seconds such as 0.05"
        ) from err


def _origin_of(file: Path) -> Any:
    """Return how the frames of a DataSeries' or a model's file were made."""
    from .audio import Settings
    from .containers import parse_container
    from .containers.flucoma import kind_of
    from .errors import OriginError
    from .files import json_place, read_json
    from .models.registry import read_model

    content = read_json(file)
    known = kind_of(content) in ("DataSeries", "DataSet", "LabelSet", "empty container")
    try:
        return Settings.of(
            parse_container(content, json_place(file)) if known else read_model(file)
        )
    except OriginError as err:
        raise OriginError(f"{file}: {err}") from err
