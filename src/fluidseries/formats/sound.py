"""Descriptor buffers that were saved as sound: channels are dimensions, frames are time.

Such a file must hold floating-point samples: whole numbers would have cut everything outside -1 to
1. soundfile reads WAV as well as AIFF, and tells the two kinds of samples apart.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ..containers import DataSeries
from ..errors import FormatError, InputError, MissingExtraError
from ..files import open_to_read, replacing
from .table import Reading

__all__ = ["read", "write", "write_one"]

MOST_CHANNELS = 1024  # of libsndfile
RATE = 44100


def read(path: Path, how: Reading) -> DataSeries:
    """Read a file as one series, called as the file is.

    The sampling rate in the file is that of the program that saved it, seldom that of the frames,
    and so says nothing about the origin.
    """
    sf, where = _soundfile(), os.fspath(path)
    open_to_read(path).close()  # for the better message where there is no such file
    try:
        with sf.SoundFile(where) as sound:
            kind = sound.subtype
            frames = sound.read(dtype="float64", always_2d=True) if _is_float(kind) else None
    except (sf.SoundFileError, RuntimeError, ValueError, TypeError, MemoryError) as err:
        reason = str(err).rpartition(": ")[2].rstrip(".")
        raise FormatError(f"{where} is no sound file that can be read ({reason})") from err
    if frames is None:
        raise FormatError(
            f"{where} holds samples of the kind {kind}, but descriptors need floating-point ones, "
            "since others end at -1 and 1: save the buffer as 32-bit float; or, if it is a "
            "recording, describe it with: fluidseries extract"
        )
    if not len(frames):
        raise FormatError(f"{where} holds no frames: save it again")
    return DataSeries({path.stem: frames}, dtype=how.dtype)


def write(path: Path, series: DataSeries) -> None:
    """Write one series; several go into a folder."""
    if len(series) != 1:
        raise FormatError(
            f"{path}: a sound file holds one series, but there are {len(series)}: write a folder, "
            f"such as {path.stem}/{{id}}{path.suffix}"
        )
    write_one(path, series)


def write_one(path: Path, series: DataSeries) -> None:
    """Write a series as 32-bit floats, as hosts hold their buffers."""
    sf = _soundfile()
    (frames,) = series.values()
    if series.n_dims > MOST_CHANNELS:
        raise InputError(f"{path}: a sound file has up to {MOST_CHANNELS} channels: use .npz")
    with np.errstate(over="ignore"):
        samples = frames.astype(np.float32)
    if np.isinf(samples).sum() != np.isinf(frames).sum():
        raise InputError(f"{path}: a number is too large for 32 bits: scale it")
    kind = "WAV" if path.suffix.lower() == ".wav" else "AIFF"
    with replacing(path) as file:
        sf.write(file, samples, RATE, format=kind, subtype="FLOAT")


def _is_float(kind: str) -> bool:
    return kind in ("FLOAT", "DOUBLE")


def _soundfile() -> Any:
    try:
        import soundfile
    except ImportError as err:
        raise MissingExtraError(
            "sound files need soundfile, which is not installed: pip install 'fluidseries[audio]'"
        ) from err
    return soundfile
