"""Sound files: found, read, brought to one sample rate, cut at onsets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import EmptyError, FormatError
from ..wording import counted
from .extractor import mono
from .optional import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SUFFIXES", "find", "onset_slices", "read", "why_unheard"]

SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".caf", ".w64")
# No sample above this, 80 dB below full scale, is silence.
SILENCE = 1e-4


def find(path: Path) -> list[Path]:
    """Return a sound file, or all in a folder and its sub-folders, sorted.

    Raises
    ------
    FileNotFoundError
        If there is nothing at that path.
    EmptyError
        If the folder holds no sound.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file or folder")
    if not path.is_dir():
        return [path]
    files = [file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path)]
    sounds = [file for file in files if file.suffix.lower() in SUFFIXES]
    if not sounds:
        others = f", only {counted(len(files), 'other file')}" if files else ""
        raise EmptyError(
            f"there is no sound in {path}{others}: sounds end in {', '.join(SUFFIXES)}"
        )
    return sorted(sounds)


def _is_hidden(file: Path, folder: Path) -> bool:
    # What systems leave beside files begins with a dot, such as macOS's ._kick.wav.
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def read(path: Path, sample_rate: int) -> NDArray[np.float64]:
    """Return a sound of shape (n_samples,), mixed down and brought to a sample rate.

    Raises
    ------
    FormatError
        If it cannot be read as sound.
    NonFiniteError
        If a sample is NaN or infinite.
    """
    soundfile = load("soundfile")
    try:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (RuntimeError, TypeError, ValueError) as err:
        # libsndfile's sentence stands behind the path, which the reader of ours knows.
        reason = str(err).rpartition(": ")[2].strip().rstrip(".")
        raise FormatError(f"not readable as sound: {reason}") from err
    heard = mono(samples)
    if rate == sample_rate or not len(heard):
        return heard
    resampled: NDArray[np.float64] = load("soxr").resample(heard, rate, sample_rate)
    return resampled


def why_unheard(samples: NDArray[np.float64], window: int, sample_rate: int) -> str:
    """Say why there is no sound for a single frame; "" if there is."""
    if not len(samples):
        return "no samples in it"
    if np.abs(samples).max() < SILENCE:
        return "silent"
    if len(samples) < window:
        seconds = len(samples) / sample_rate, window / sample_rate
        return "shorter than one window: {:.3g} s of {:.3g} s".format(*seconds)
    return ""


def onset_slices(samples: NDArray[np.float64], sample_rate: int) -> list[NDArray[np.float64]]:
    """Cut a sound where something begins: librosa's onsets, moved back to the rise before them.

    What lies before the first onset belongs to the first slice; without an onset there is one.
    """
    onsets = load("librosa").onset.onset_detect(
        y=samples, sr=sample_rate, units="samples", backtrack=True, hop_length=256
    )
    return np.split(samples, sorted({int(onset) for onset in onsets[1:]} - {0}))
