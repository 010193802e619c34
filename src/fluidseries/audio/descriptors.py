"""Frames of sound in, descriptors out. Every frame for itself, and so the same live as offline.

Two of librosa's habits look at the whole sound and are switched off: decibels that are cut 80 dB
below the loudest frame, and the tuning of chroma. Its frames centred on padding, and the pitch
tracker pYIN, whose path is decided at the end, are not used: see docs/audio.md.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from ..errors import ParameterError
from .optional import load
from .pitch import confidence
from .settings import SHAPE, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FLOOR", "Describer"]

Table: TypeAlias = "NDArray[np.float64]"

# Decibels below a full-scale sine at which a sound counts as silence; 16 bits end there.
FLOOR = -100.0


class Describer:
    """Computes what the settings ask for.

    Parameters
    ----------
    settings : Settings
        They fix everything else.

    Raises
    ------
    MissingExtraError
        If librosa is not installed.
    ParameterError
        If the window is too short for so many bands.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._librosa = load("librosa")
        # The periodic Hann window, as librosa's spectra have it.
        window = int(settings.window)
        self._taper: Table = np.sin(np.pi * np.arange(window) / window) ** 2
        self._full_scale = float((self._taper.sum() / 2) ** 2)
        self._frequencies: Table = np.fft.rfftfreq(window, 1 / settings.sample_rate).astype(
            np.float64
        )
        if "mfcc" in settings.features:
            self._mel = self._bands()
        if "chroma" in settings.features:
            self._wheel = self._librosa.filters.chroma(
                sr=settings.sample_rate, n_fft=settings.window, tuning=0.0, dtype=np.float64
            )
        if "loudness" in settings.features:
            self._ear = self._weights()

    def describe(self, frames: Table) -> Table:
        """Return (n_frames, n_dims) for samples of shape (n_frames, window)."""
        if not len(frames):
            return np.empty((0, self.settings.n_dims))
        spectra = _Spectra(self._librosa, frames, self._taper, self._frequencies)
        columns = [self._column(feature, spectra) for feature in self.settings.features]
        return np.concatenate(columns, axis=0).T

    def _column(self, feature: str, spectra: _Spectra) -> Table:
        """Return one feature of shape (n_dims of it, n_frames)."""
        if feature in SHAPE:
            return cast("Table", getattr(spectra, feature))
        return cast("Table", getattr(self, f"_{feature}")(spectra))

    def _mfcc(self, spectra: _Spectra) -> Table:
        first = 0 if self.settings.first_mfcc else 1
        decibels = self._librosa.power_to_db(
            self._mel @ spectra.powers,
            ref=self._full_scale,
            amin=self._full_scale * 10 ** (FLOOR / 10),
            top_db=None,
        )
        found: Table = self._librosa.feature.mfcc(S=decibels, n_mfcc=first + self.settings.n_mfcc)
        return found[first:]

    def _loudness(self, spectra: _Spectra) -> Table:
        powers = self._ear @ spectra.powers
        return 10 * np.log10(np.maximum(powers, 10 ** (FLOOR / 10)))[np.newaxis]

    def _chroma(self, spectra: _Spectra) -> Table:
        found: Table = self._librosa.util.normalize(
            self._wheel @ spectra.powers, norm=np.inf, axis=0
        )
        return found

    def _pitch(self, spectra: _Spectra) -> Table:
        # Rows as channels of one frame each: whatever is beside it, a frame's pitch is its own.
        hertz = self._librosa.yin(
            spectra.frames,
            fmin=self.settings.pitch_min,
            fmax=self.settings.pitch_max,
            sr=self.settings.sample_rate,
            frame_length=self.settings.window,
            center=False,
        )[:, 0]
        # Where nothing sounds librosa answers the highest pitch.
        hertz = np.where(spectra.frames.any(axis=1), hertz, self.settings.pitch_min)
        periods = self.settings.sample_rate / hertz
        return np.stack([self._librosa.hz_to_midi(hertz), confidence(spectra.frames, periods)])

    def _bands(self) -> Table:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bands: Table = self._librosa.filters.mel(
                sr=self.settings.sample_rate,
                n_fft=self.settings.window,
                n_mels=self.settings.n_mels,
                dtype=np.float64,
            )
        empty = int((bands.sum(axis=1) == 0).sum())
        if empty:
            raise ParameterError(
                f"a window of {self.settings.window} samples is too short for "
                f"{self.settings.n_mels} bands ({empty} would be empty): use a longer window, or "
                "fewer bands (n_mels)"
            )
        return bands

    def _weights(self) -> Table:
        """Return what each bin counts for the A-weighted power, 1 for a full-scale sine."""
        sides = np.full(len(self._frequencies), 2.0)
        sides[0] = 1
        if self.settings.window % 2 == 0:
            sides[-1] = 1
        # -80 dB is librosa's own floor for frequencies that nobody hears.
        with np.errstate(divide="ignore"):
            ear = 10 ** (self._librosa.A_weighting(self._frequencies) / 10)
        # Parseval: the squares of the bins sum to window times the squares of the samples.
        squares = self.settings.window * (self._taper**2).sum()
        weights: Table = 2 * sides * ear / squares
        return weights


@dataclass(frozen=True)
class _Spectra:
    """The magnitudes of some frames, and the shapes that several descriptors need.

    Shapes are (1, n_frames); a silent frame has zeros where nothing can be said.
    """

    librosa: Any
    frames: Table  # (n_frames, window)
    taper: Table  # (window,)
    frequencies: Table  # (n_bins,)

    @cached_property
    def magnitudes(self) -> Table:
        return np.abs(np.fft.rfft(self.frames * self.taper, axis=1)).T  # (n_bins, n_frames)

    @cached_property
    def powers(self) -> Table:
        return self.magnitudes**2

    @cached_property
    def shares(self) -> Table:
        found: Table = self.librosa.util.normalize(self.magnitudes, norm=1, axis=0)
        return found

    @cached_property
    def centroid(self) -> Table:
        found: Table = self.librosa.feature.spectral_centroid(
            S=self.magnitudes, freq=self.frequencies
        )
        return found

    @cached_property
    def spread(self) -> Table:
        found: Table = self.librosa.feature.spectral_bandwidth(
            S=self.magnitudes, freq=self.frequencies, centroid=self.centroid
        )
        return found

    @property
    def skewness(self) -> Table:
        return self._moment(3)

    @property
    def kurtosis(self) -> Table:
        return self._moment(4)

    def _moment(self, order: int) -> Table:
        """Return a standardised moment of the frequencies, each counted by its magnitude."""
        away = (self.frequencies[:, np.newaxis] - self.centroid) / np.where(
            self.spread > 0, self.spread, 1
        )
        found: Table = (self.shares * away**order).sum(axis=0, keepdims=True)
        return found

    @property
    def rolloff(self) -> Table:
        found: Table = self.librosa.feature.spectral_rolloff(
            S=self.magnitudes, freq=self.frequencies
        )
        return found

    @property
    def flatness(self) -> Table:
        found: Table = self.librosa.feature.spectral_flatness(S=self.magnitudes)
        return found

    @property
    def crest(self) -> Table:
        mean = self.magnitudes.mean(axis=0, keepdims=True)
        found: Table = self.magnitudes.max(axis=0, keepdims=True) / np.where(mean > 0, mean, 1)
        return found
