"""The command that shows what can be done, on real data."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from .cli_settings import parse
from .cli_shared import Force, console, require_free
from .errors import ParameterError

__all__ = ["demo"]


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
