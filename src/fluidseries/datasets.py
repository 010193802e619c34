"""Real data to learn with, small enough to travel inside the package.

Each file's origin and licence stand beside it, in ``data/SOURCES.txt``. The script that made
``data/japanese_vowels.npz`` is ``tools/embed_japanese_vowels.py``.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .containers import DataSeries, LabelSet

__all__ = ["JapaneseVowels", "airline", "japanese_vowels"]

_DATA = files(__package__) / "data"


class JapaneseVowels(NamedTuple):
    """Utterances and who spoke them, divided as the data were published.

    Identifiers such as ``"speaker1-007"`` are unique over both halves: a voice's first 30
    utterances are for training, and the numbers go on in the test half.
    """

    train: DataSeries
    train_speakers: LabelSet
    test: DataSeries
    test_speakers: LabelSet


def japanese_vowels() -> JapaneseVowels:
    """Nine male speakers say the two Japanese vowels /ae/, one after the other.

    An utterance is a series of 7 to 29 frames of 12 cepstral coefficients (a compact description
    of a sound's spectrum), from a linear prediction analysis of 12 degrees. Sampling rate 10 kHz,
    a frame of 25.6 ms every 6.4 ms.

    Returns
    -------
    JapaneseVowels
        A named tuple of ``train`` (270 utterances, 30 of each voice), ``train_speakers``
        (their labels, ``"speaker1"`` to ``"speaker9"``), ``test`` (370 utterances) and
        ``test_speakers``. A fresh copy at every call, so it is yours to change.

    References
    ----------
    M. Kudo, J. Toyama and M. Shimbo (1999). Multidimensional curve classification using
    passing-through regions. Pattern Recognition Letters 20 (11-13), 1103-1111.
    Japanese Vowels, UCI Machine Learning Repository, https://doi.org/10.24432/C5NS47.
    Licence: CC BY 4.0.

    Examples
    --------
    >>> import fluidseries as fs
    >>> voices = fs.datasets.japanese_vowels()
    >>> len(voices.train), len(voices.test)
    (270, 370)
    >>> voices.train["speaker1-001"].shape
    (20, 12)
    >>> voices.train_speakers["speaker1-001"]
    'speaker1'
    """
    with (_DATA / "japanese_vowels.npz").open("rb") as file, np.load(file) as stored:
        frames = _join_bytes(stored["frames"])
        utterances = np.split(frames, np.cumsum(stored["lengths"], dtype=np.int64)[:-1])
        speakers = [f"speaker{number}" for number in stored["speakers"]]
        n_train = int(stored["n_train"])
    identifiers = _number(speakers)
    half = slice(None, n_train), slice(n_train, None)
    train, test = (dict(zip(identifiers[part], utterances[part], strict=True)) for part in half)
    labels, test_labels = (
        dict(zip(identifiers[part], speakers[part], strict=True)) for part in half
    )
    return JapaneseVowels(
        DataSeries(train), LabelSet(labels), DataSeries(test), LabelSet(test_labels)
    )


def airline() -> DataSeries:
    """How many people flew, month by month: one series to be continued.

    International airline passengers in thousands, January 1949 to December 1960: a rising
    trend, and a yearly swing that grows with it.

    Returns
    -------
    DataSeries
        One series, ``"airline"``, of 144 frames with 1 dimension. A fresh copy at every call.

    References
    ----------
    G. E. P. Box and G. M. Jenkins (1976). Time Series Analysis: Forecasting and Control,
    revised edition, Holden-Day: series G.

    Examples
    --------
    >>> import fluidseries as fs
    >>> fs.datasets.airline()["airline"][:3, 0]
    array([112., 118., 132.])
    """
    lines = (_DATA / "airline.csv").read_text(encoding="utf-8").splitlines()
    return DataSeries({"airline": [float(row["Passengers"]) for row in csv.DictReader(lines)]})


def _join_bytes(planes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Undo tools/embed_japanese_vowels.py: byte planes of integers -> frames (n_frames, 12)."""
    # The published numbers have six decimals. A whole number of millionths divided by 1e6 is
    # rounded once, as reading the decimals is: the same bits.
    millionths = np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view("<i4")[..., 0]
    return np.ascontiguousarray(millionths.T) / 1e6


def _number(speakers: list[str]) -> list[str]:
    """Count each speaker's utterances from 001; three digits, so that sorting keeps the order."""
    counts = dict.fromkeys(speakers, 0)
    identifiers = []
    for speaker in speakers:
        counts[speaker] += 1
        identifiers.append(f"{speaker}-{counts[speaker]:03d}")
    return identifiers
