"""A folder of sounds becomes a DataSeries, its sub-folders labels."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import (
    FluidSeriesError,
    FluidSeriesWarning,
    InputError,
    MissingExtraError,
    ParameterError,
)
from ..wording import listed
from .descriptors import Describer
from .extractor import framed
from .settings import Settings
from .sounds import find, onset_slices, read, why_unheard
from .table import read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Extraction", "extract"]

# So many frames at a time: an hour of sound needs no more memory for its spectra than this.
CHUNK = 1024
SHOWN = 5


class Extraction(NamedTuple):
    """What was heard.

    Parameters
    ----------
    series : DataSeries
        The frames; its `origin` says how they were made.
    labels : LabelSet
        From the sub-folders or the table; empty if there are none.
    points : DataSet
        Numbers from the table; empty if there are none.
    skipped : dict of str to str
        The files that could not be used, and why.
    """

    series: DataSeries
    labels: LabelSet
    points: DataSet
    skipped: dict[str, str]


def extract(
    path: str | os.PathLike[str],
    features: Sequence[str] | None = None,
    *,
    like: Any = None,
    slices: str = "file",
    table: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> Extraction:
    """Describe a sound, or all sounds of a folder, frame by frame.

    The identifiers are the files' paths inside the folder without their endings. The labels are the
    names of the folder's sub-folders, as far as the sounds lie in such, or what the table says. A
    file that is broken, silent or too short is skipped with a warning.

    Parameters
    ----------
    path : str or path
        A sound (wav, flac, ogg, mp3, aiff, ...) or a folder of them.
    features : sequence of str, optional
        What is measured; see `Settings`.
    like : DataSeries, fitted model, Settings or origin, optional
        Take all settings from there: new sounds for a model must be described as the old ones.
    slices : "file" or "onsets"
        One series per file, or one from each onset to the next ("loop-00", "loop-01", ...).
    table : str or path, optional
        A CSV with a line of headings, whose first column names the sounds. Columns of numbers
        become points, a column of text labels.
    n_jobs : int, optional
        Threads, each with a file of its own; all cores by default.
    progress : callable, optional
        Called with the number of files done and that of all.
    **settings
        The other settings of `Settings`: sample_rate, window, hop, n_mfcc, first_mfcc, n_mels,
        pitch_min, pitch_max.

    Returns
    -------
    Extraction
        A named tuple: series, labels, points, skipped.

    Raises
    ------
    FileNotFoundError, EmptyError
        If there is no sound there.
    InputError
        If not a single sound can be used; the message says why.
    ParameterError
        If a setting is outside its range.
    OriginError
        If `like` does not say how its frames were made from sound.
    IdentifierError, FormatError
        If the table does not fit the sounds.
    MissingExtraError
        If librosa or soundfile is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import soundfile
    >>> import fluidseries as fs
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, pitch in {"low": 110, "high": 880}.items():
    ...     (folder / name).mkdir()
    ...     tone = 0.5 * np.sin(2 * np.pi * pitch * np.arange(22050) / 22050)
    ...     soundfile.write(folder / name / "tone.wav", tone, 22050)
    >>> heard = fs.extract(folder, ["pitch"])
    >>> heard.series
    <DataSeries: 2 series, 2 dims, 42 frames each>
    >>> dict(heard.labels)
    {'high/tone': 'high', 'low/tone': 'low'}
    """
    how = _settings(features, like, settings)
    if slices not in ("file", "onsets"):
        raise ParameterError(f'slices is {slices!r}: it must be "file" or "onsets"')
    folder = Path(path)
    sounds = _identified(folder, find(folder))
    labels, points = _sub_folders(sounds), DataSet()
    if table is not None:
        said, points = read_table(Path(table), sounds)
        labels = said or labels
    describer = Describer(how)
    root = folder if folder.is_dir() else folder.parent

    def work(file: Path) -> list[NDArray[np.float64]] | str:
        try:
            return _describe(describer, root / file, slices)
        except MissingExtraError:
            raise
        except (FluidSeriesError, OSError, MemoryError) as err:
            return str(err) or type(err).__name__

    found = Extraction(DataSeries(origin=how.to_origin()), LabelSet(), DataSet(), {})
    results = _parallel(work, list(sounds.values()), n_jobs, progress)
    for (identifier, file), result in zip(sounds.items(), results, strict=True):
        if isinstance(result, str):
            found.skipped[file.as_posix()] = result
            continue
        for name, frames in _numbered(identifier, result, slices):
            found.series.add_series(name, frames)
            if identifier in labels:
                found.labels.add_label(name, labels[identifier])
            if identifier in points:
                found.points.add_point(name, points[identifier])
    _report(found, len(sounds))
    return found


def _settings(features: Sequence[str] | None, like: Any, others: dict[str, Any]) -> Settings:
    if like is not None:
        if features is not None or others:
            raise ParameterError("`like` brings all settings with it: leave the others out")
        return Settings.of(like)
    known = Settings.__dataclass_fields__
    strange = [name for name in others if name not in known]
    if strange:
        raise ParameterError(
            f"there is no setting {strange[0]!r}: choose from {', '.join(known)}, or see extract"
        )
    return Settings(**others) if features is None else Settings(tuple(features), **others)


def _identified(folder: Path, files: list[Path]) -> dict[str, Path]:
    """Return the path inside the folder of each sound by its identifier."""
    inside = [f.relative_to(folder) if folder.is_dir() else Path(f.name) for f in files]
    plain = [file.with_suffix("").as_posix() for file in inside]
    # take.wav and take.flac keep their endings.
    count = Counter(plain)
    return {
        name if count[name] == 1 else file.as_posix(): file
        for name, file in zip(plain, inside, strict=True)
    }


def _sub_folders(sounds: dict[str, Path]) -> LabelSet:
    return LabelSet({name: f.parts[0] for name, f in sounds.items() if len(f.parts) > 1})


def _describe(describer: Describer, file: Path, slices: str) -> list[NDArray[np.float64]]:
    """Return the frames of a file's slices; raise if there is not one."""
    how = describer.settings
    samples = read(file, how.sample_rate)
    pieces = [samples]
    if slices == "onsets" and len(samples):
        pieces = onset_slices(samples, how.sample_rate)
    reasons = [why_unheard(piece, int(how.window), how.sample_rate) for piece in pieces]
    if all(reasons):
        raise InputError(reasons[0])
    return [
        _frames(describer, piece)
        for piece, reason in zip(pieces, reasons, strict=True)
        if not reason
    ]


def _frames(describer: Describer, samples: NDArray[np.float64]) -> NDArray[np.float64]:
    frames = framed(samples, describer.settings)
    starts = range(0, len(frames), CHUNK)
    return np.concatenate([describer.describe(frames[k : k + CHUNK]) for k in starts])


def _numbered(
    identifier: str, pieces: list[NDArray[np.float64]], slices: str
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    width = max(2, len(str(len(pieces) - 1)))
    for number, frames in enumerate(pieces):
        yield identifier if slices == "file" else f"{identifier}-{number:0{width}d}", frames


def _parallel(
    work: Callable[[Path], Any],
    files: list[Path],
    n_jobs: int | None,
    progress: Callable[[int, int], None] | None,
) -> list[Any]:
    """Return what `work` gives for each file, in their order.

    Threads do: decoding, resampling and spectra all run outside the interpreter's lock.
    """
    from threadpoolctl import threadpool_limits

    results = []
    pool = ThreadPoolExecutor(_n_threads(n_jobs))
    # NumPy's matrix products would have threads of their own, and all would wait for each other.
    with threadpool_limits(1):
        try:
            for done, result in enumerate(pool.map(work, files), start=1):
                results.append(result)
                if progress is not None:
                    progress(done, len(files))
        finally:
            # After Ctrl-C only what has begun is ended.
            pool.shutdown(cancel_futures=True)
    return results


def _n_threads(n_jobs: int | None) -> int:
    if n_jobs is not None and (isinstance(n_jobs, bool) or n_jobs < 1):
        raise ParameterError(f"n_jobs is {n_jobs!r}: it must be a whole number from 1 up, or None")
    return n_jobs or os.cpu_count() or 1


def _report(found: Extraction, count: int) -> None:
    """Tell which sounds were skipped; raise if nothing is left."""
    if not found.skipped:
        return
    reasons = [f"{name} ({reason})" for name, reason in found.skipped.items()]
    some = listed(reasons, SHOWN)
    if not found.series:
        raise InputError(f"none of the {count} sounds can be used: {some}")
    warnings.warn(
        f"{len(reasons)} of {count} sounds skipped: {some}", FluidSeriesWarning, stacklevel=3
    )
