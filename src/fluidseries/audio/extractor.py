"""Live: blocks of samples in, frames of descriptors out, the same as from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DimensionError, InputTypeError, NonFiniteError, ParameterError
from .descriptors import Describer
from .optional import load
from .settings import Settings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Extractor", "framed", "mono"]


class Extractor:
    """Describe a sound while it comes in.

    Every frame is made of the last window of samples alone, so the frames are those that `extract`
    makes of the same sound: the first stands when a window is full, each further one a hop later.

    Parameters
    ----------
    settings : Settings, origin, DataSeries or fitted model
        How to describe; a model is played with its own, ``Extractor(model)``. The defaults of
        Settings if it is left out.
    input_rate : int, optional
        Samples per second that come in; by default `sample_rate` of the settings. Another rate is
        converted on the way, which makes the frames up to 40 ms later.

    Raises
    ------
    OriginError
        If the model or the DataSeries does not say how its frames were made from sound.
    MissingExtraError
        If librosa is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import fluidseries as fs
    >>> extractor = fs.audio.Extractor(fs.audio.Settings(["pitch"], window=2048, hop=1024))
    >>> tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4096) / 22050)
    >>> blocks = [extractor.step(block) for block in tone.reshape(-1, 64)]
    >>> np.concatenate(blocks).round(1)
    array([[69.,  1.],
           [69.,  1.],
           [69.,  1.]])
    """

    def __init__(self, settings: Any = None, *, input_rate: int | None = None) -> None:
        self.settings = Settings() if settings is None else Settings.of(settings)
        self._describer = Describer(self.settings)
        self._input_rate = self.settings.sample_rate if input_rate is None else input_rate
        if isinstance(self._input_rate, bool) or not 1000 <= self._input_rate <= 1_000_000:
            raise ParameterError(
                f"input_rate is {input_rate!r}: it must be samples per second, such as 48000"
            )
        self.reset()
        # librosa compiles some of its parts when they are first used: better now than on stage.
        self._describer.describe(np.zeros((1, int(self.settings.window))))

    def reset(self) -> None:
        """Forget all samples: the next one is the first of a sound."""
        self._waiting = np.empty(0)
        self._resampler = None
        if self._input_rate != self.settings.sample_rate:
            self._resampler = load("soxr").ResampleStream(
                self._input_rate, self.settings.sample_rate, 1, dtype="float64"
            )

    def step(self, samples: ArrayLike) -> NDArray[np.float64]:
        """Hear a block of samples.

        Parameters
        ----------
        samples : array-like of shape (n_samples,) or (n_samples, n_channels)
            From -1 to 1, as many or few as there are; channels are mixed down.

        Returns
        -------
        ndarray of shape (n_frames, n_dims)
            The frames that became complete, oldest first; often none.

        Raises
        ------
        DimensionError, NonFiniteError, InputTypeError
            If it is no such block; it is left out, and the extractor stands where it stood.
        """
        block = mono(samples)
        if self._resampler is not None:
            block = self._resampler.resample_chunk(block, last=False)
        heard = np.concatenate([self._waiting, block])
        frames = framed(heard, self.settings)
        self._waiting = heard[len(frames) * int(self.settings.hop) :]
        return self._describer.describe(frames)


def framed(samples: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    """Return a view of shape (n_frames, window): all whole windows, a hop apart."""
    window = int(settings.window)
    if len(samples) < window:
        return np.empty((0, window))
    views = np.lib.stride_tricks.sliding_window_view(samples, window)
    return views[:: int(settings.hop)]


def mono(samples: ArrayLike) -> NDArray[np.float64]:
    """Return finite samples of shape (n_samples,): the mean of the channels."""
    if isinstance(samples, np.ndarray) and samples.dtype.kind in "iu":
        raise InputTypeError(
            f"the samples are {samples.dtype}, but wanted numbers from -1 to 1: divide 16-bit "
            "samples by 32768"
        )
    try:
        block = np.asarray(samples, dtype=np.float64)
    except (TypeError, ValueError) as err:
        raise InputTypeError("samples must be numbers, of shape (n_samples,)") from err
    if block.ndim == 2 and block.shape[1]:
        block = block.mean(axis=1)
    if block.ndim != 1:
        raise DimensionError(
            f"the samples have shape {np.shape(samples)}: give (n_samples,) or "
            "(n_samples, n_channels)"
        )
    if not np.isfinite(block).all():
        raise NonFiniteError("a sample is NaN or infinite")
    return block
