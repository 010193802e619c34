"""A folder with a file per series: what a recorder or an analysis leaves behind."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..containers import DataSeries
from ..errors import DimensionError, EmptyError, FluidSeriesError, FormatError, InputError
from ..files import put, together
from .examples import labelled_folder
from .table import FORMATS, Format, Reading, format_of

__all__ = ["read", "write"]


def read(path: Path, how: Reading) -> Any:
    """Read all files of a folder, or those that fit a name with {id}, in the order of their names.

    A series is called as its file is, without the suffix. Files in sub-folders are called
    "folder/file", and the folder's name is the label. Hidden files are passed over.
    """
    folder, wanted = (path, None) if path.is_dir() else (path.parent, _pattern(path.name))
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", os.fspath(folder))
    series = DataSeries(dtype=how.dtype or "float64")
    labels: dict[str, str | None] = {}
    quiet = Reading(how.id, how.time, how.dtype)
    files = [*_files(folder, wanted)]
    for place, (name, label, file) in enumerate(files):
        if name in series:
            raise FormatError(
                f"{folder} holds two files for the series {name!r}: remove one, or choose with "
                f"{os.fspath(folder / ('{id}' + file.suffix))}"
            )
        try:
            series.add_series(name, _one_series(file, quiet))
        except FormatError:
            raise
        except DimensionError as err:
            raise FormatError(
                f"{file} has another number of dimensions than the files before it "
                f"({series.n_dims}): all series of a folder need the same"
            ) from err
        except FluidSeriesError as err:
            raise FormatError(f"{file}: {err}") from err
        labels[name] = label
        if how.progress:
            how.progress(place + 1, len(files))
    if not series:
        if not any(folder.iterdir()):
            raise EmptyError(f"{folder} is an empty folder: put a file for each series into it")
        kinds = ", ".join(suffix for row in FORMATS if row.one_series for suffix in row.suffixes)
        raise EmptyError(
            f"{folder} has no files with one series each, nor have the folders in it: known are "
            f"{kinds}"
        )
    return labelled_folder(series, labels, os.fspath(folder))


def write(path: Path, content: Any) -> None:
    """Write a new folder, whole or not at all; the name says how files are called."""
    row = format_of(path)
    if not row.one_series or row.writes is None:
        raise FormatError(f"{path}: {row.name} is no format for a file per series: choose .csv")
    if not isinstance(content, DataSeries):
        raise FormatError(
            f"{path}: files of one series each hold a DataSeries, without labels or targets: write "
            "these to a file of their own"
        )
    folder = path.parent
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(
            errno.EEXIST, "this folder is not empty: choose another", os.fspath(folder)
        )
    beside = folder.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        beside.mkdir()
        # Of its own: the folder takes its place with all that is in it.
        with together():
            for name, frames in content.items():
                file = beside / path.name.replace("{id}", _checked(name))
                file.parent.mkdir(parents=True, exist_ok=True)
                one = DataSeries({name: frames}, dtype=content.dtype, origin=content.origin)
                row.writer().write_one(file, one)
        put(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _pattern(name: str) -> re.Pattern[str]:
    before, _, after = name.partition("{id}")
    return re.compile(f"{re.escape(before)}(?P<id>.+){re.escape(after)}", re.DOTALL)


def _files(folder: Path, wanted: re.Pattern[str] | None) -> Iterator[tuple[str, str | None, Path]]:
    """Yield identifier, label and path of every file that holds a series."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            for file in sorted(entry.iterdir()):
                name = _identifier(file, wanted)
                if name is not None:
                    yield f"{entry.name}/{name}", entry.name, file
        elif (name := _identifier(entry, wanted)) is not None:
            yield name, None, entry


def _identifier(file: Path, wanted: re.Pattern[str] | None) -> str | None:
    if file.name.startswith(".") or not file.is_file():
        return None
    if wanted is not None:
        found = wanted.fullmatch(file.name)
        return found["id"] if found else None
    return file.stem if any(file.suffix.lower() in row.suffixes for row in _single()) else None


def _single() -> list[Format]:
    return [row for row in FORMATS if row.one_series and row.reads]


def _one_series(file: Path, how: Reading) -> Any:
    content = format_of(file).reader().read(file, how)
    if not isinstance(content, DataSeries) or len(content) != 1:
        raise FormatError(
            f"{file} does not hold one series alone, as the files of a folder must: "
            "read it by itself"
        )
    return next(iter(content.values()))


def _checked(name: str) -> str:
    parts = name.split("/")
    if any(part in ("", ".", "..") or part.startswith(".") for part in parts) or len(parts) > 2:
        raise InputError(f"the identifier {name!r} is no name for a file: rename it")
    if re.search(r'[\0-\x1f\\:*?"<>|]', name) or max(map(len, parts)) > 100:
        raise InputError(
            f"the identifier {name!r} is no name for a file on every system: rename it"
        )
    return name
