"""How a sound is described: which descriptors, how often, over how long a stretch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any, Self

from ..containers.dim_names import descriptor_names
from ..errors import OriginError, ParameterError

__all__ = ["FEATURES", "SHAPE", "Settings"]

SHAPE = ("centroid", "spread", "skewness", "kurtosis", "rolloff", "flatness", "crest")
FEATURES = ("mfcc", "loudness", "pitch", "chroma", "shape", *SHAPE)
# Shorter than this there is no spectrum to speak of.
SHORTEST = 32


@dataclass(frozen=True)
class Settings:
    """How a sound becomes frames.

    What comes in is checked and brought to samples, so that equal settings are equal values. They
    are kept as the `origin` of a DataSeries and of the model that learned from it.

    Parameters
    ----------
    features : sequence of str
        What each frame holds, in this order: any of "mfcc", "loudness", "pitch" (with its
        confidence), "chroma", "shape" (which stands for the seven that follow), "centroid",
        "spread", "skewness", "kurtosis", "rolloff", "flatness", "crest".
    sample_rate : int
        Samples per second to which every sound is brought first.
    window : int or float
        How much sound one frame describes: a whole number of samples, or seconds as a float.
    hop : int or float
        From one frame to the next: samples or seconds, at most one window.
    n_mfcc : int
        How many MFCCs.
    first_mfcc : bool
        Whether they begin with the first, which follows the loudness.
    n_mels : int
        Bands from which the MFCCs are computed.
    pitch_min, pitch_max : float
        Where pitch is looked for, in Hz.

    Raises
    ------
    ParameterError
        If one of them is outside its range.

    Examples
    --------
    >>> settings = Settings(["pitch", "centroid"], window=0.05, hop=441)
    >>> settings.window, settings.rate, settings.names
    (1102, 50.0, ('pitch', 'pitch-confidence', 'centroid'))
    >>> Settings.of(settings.to_origin()) == settings
    True
    """

    features: tuple[str, ...] = ("mfcc", "loudness", "pitch")
    sample_rate: int = 22050
    window: int | float = 1024
    hop: int | float = 512
    n_mfcc: int = 13
    first_mfcc: bool = False
    n_mels: int = 40
    pitch_min: float = 60.0
    pitch_max: float = 2000.0

    def __post_init__(self) -> None:
        self._set(features=_features(self.features))
        rate = self._whole("sample_rate", 1000)
        self._set(window=_samples("window", self.window, rate), hop=_samples("hop", self.hop, rate))
        self._require_window()
        self._require_mfcc()
        self._require_pitch()

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self.sample_rate / self.hop

    @property
    def names(self) -> tuple[str, ...]:
        """What each dimension of a frame is."""
        return tuple(descriptor_names(self.features, self.n_mfcc, first_mfcc=self.first_mfcc))

    @property
    def n_dims(self) -> int:
        """Numbers per frame."""
        return len(self.names)

    def to_origin(self) -> dict[str, Any]:
        """Return what a DataSeries keeps as its origin."""
        settings = asdict(self) | {"features": list(self.features)}
        return {"rate": self.rate, "extract": settings}

    @classmethod
    def of(cls, like: Any) -> Self:
        """Return the settings of an origin, of a DataSeries, of a fitted model, or settings.

        Raises
        ------
        OriginError
            If it does not say how its frames were made from sound.
        """
        if isinstance(like, cls):
            return like
        origin = getattr(like, "origin_", None) or getattr(like, "origin", like)
        found = origin.get("extract") if isinstance(origin, Mapping) else None
        if not isinstance(found, Mapping):
            raise OriginError(
                "this does not say how its frames were made from sound: it was not made by extract"
            )
        strange = set(found) - {field.name for field in fields(cls)}
        if strange:
            raise OriginError(
                f"it was extracted with a setting that this version does not know "
                f"({', '.join(sorted(strange))}): install a newer one"
            )
        return cls(**found)

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _whole(self, name: str, least: int) -> int:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ParameterError(f"{name} is {value!r}: it must be a whole number from {least} up")
        self._set(**{name: int(value)})
        return int(value)

    def _require_window(self) -> None:
        if self.window < SHORTEST:
            raise ParameterError(
                f"the window is {self.window} samples: at least {SHORTEST} are needed (seconds are "
                "written with a point, as 0.05)"
            )
        if not 1 <= self.hop <= self.window:
            raise ParameterError(
                f"the hop is {self.hop} samples and the window {self.window}: the hop must be from "
                "1 up to the window, or sound would be left out"
            )

    def _require_mfcc(self) -> None:
        n_mfcc, n_mels = self._whole("n_mfcc", 1), self._whole("n_mels", 2)
        if not isinstance(self.first_mfcc, bool):
            raise ParameterError(f"first_mfcc is {self.first_mfcc!r}: it must be True or False")
        most = n_mels - (not self.first_mfcc)
        if "mfcc" in self.features and n_mfcc > most:
            raise ParameterError(
                f"n_mfcc is {n_mfcc}: with {n_mels} bands (n_mels) there are only {most}"
            )

    def _require_pitch(self) -> None:
        for name in ("pitch_min", "pitch_max"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real):
                raise ParameterError(f"{name} is {value!r}: it must be a number of Hz")
            self._set(**{name: float(value)})
        if not 0 < self.pitch_min < self.pitch_max <= self.sample_rate / 2:
            raise ParameterError(
                f"pitch is looked for from {self.pitch_min:g} to {self.pitch_max:g} Hz: it must be "
                f"a range above 0 and below {self.sample_rate / 2:g}, half the sample rate"
            )
        if "pitch" in self.features and self.window * self.pitch_min < 2 * self.sample_rate:
            lowest = 2 * self.sample_rate / self.window
            raise ParameterError(
                f"two periods of {self.pitch_min:g} Hz do not fit into a window of {self.window} "
                f"samples: raise pitch_min to {lowest:.4g} Hz or more, or use a longer window"
            )


def _features(names: Sequence[str]) -> tuple[str, ...]:
    """Return known features without repetition, "shape" as its seven."""
    if isinstance(names, str):
        names = names.split(",")
    wanted = [name.strip() if isinstance(name, str) else name for name in names]
    for name in wanted:
        if name not in FEATURES:
            raise ParameterError(f"there is no feature {name!r}: choose from {', '.join(FEATURES)}")
    each = [one for name in wanted for one in (SHAPE if name == "shape" else (name,))]
    if not each or len(set(each)) < len(each):
        raise ParameterError(
            f"the features are {', '.join(wanted) or 'none'}: name at least one, and each once"
        )
    return tuple(each)


def _samples(name: str, length: Any, sample_rate: int) -> int:
    """Return a length in samples: whole numbers are samples, floats seconds."""
    if isinstance(length, Integral) and not isinstance(length, bool):
        return int(length)
    if isinstance(length, Real) and not isinstance(length, bool) and 0 < float(length) < 60:
        return round(float(length) * sample_rate)
    raise ParameterError(
        f"the {name} is {length!r}: it must be a whole number of samples such as 1024, or seconds "
        "with a point such as 0.05"
    )
