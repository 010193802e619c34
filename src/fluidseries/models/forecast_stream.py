"""A forecaster on stage: hears frames, foretells the next, and goes on alone."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from ..containers.arrays import as_numbers
from ..errors import NotFittedError, ParameterError
from .limits import far_limits, held
from .linear_part import RecentFrames
from .parameters import new_generator
from .stream import Stream, apart

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .forecaster import ForecastLearned
    from .limits import Limits

__all__ = ["ForecastStream"]


class ForecastStream:
    """A forecaster that hears one frame at a time. Made by LSTMForecaster's ``stream()``.

    Without chance each network goes on alone with its own answers, and what comes out is their
    mean: where they no longer agree nobody knows, and the mean is what is least wrong then. With
    chance one of many possible continuations is wanted, so that all hear what came out.

    One thread at a time may use it.
    """

    def __init__(
        self,
        learned: ForecastLearned,
        window: int | None,
        temperature: float,
        random_state: Any,
        limits: Limits | None = None,
        missing: str = "error",
    ) -> None:
        together = temperature or len(learned.members) == 1
        parts = [learned] if together else [replace(learned, members=(x,)) for x in learned.members]
        self._streams = [Stream(part, window) for part in parts]
        # What each stream expects next: (n_streams, n_dims).
        self._expected = np.empty((len(parts), learned.network.n_outputs))
        self._next: NDArray[np.float64] | None = None
        self._limits, self._missing, self._mean = limits, missing, learned.input_scaler.mean
        self._differences = learned.differences
        self._recent = None
        self._far = None
        if learned.linear is not None:
            self._recent = RecentFrames(learned.linear.within(window), len(parts))
            self._far = far_limits(learned)
        self._spread = None
        if temperature and learned.residual is not None:
            self._spread = temperature * learned.residual
        seed = random_state if isinstance(random_state, Integral) else None
        self._rng = new_generator(seed)

    def step(self, frame: ArrayLike, out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Hear one more frame and foretell the next.

        Parameters
        ----------
        frame : array-like of shape (n_dims,)
            Contiguous float32 and float64 arrays take the quick path.
        out : float64 ndarray of shape (n_dims,), optional
            Where to put the next frame.

        Returns
        -------
        ndarray of shape (n_dims,)
            The next frame, in the units of the data.
        """
        if out is not None:
            frame = apart(frame, out)
        if self._missing != "error":
            frame = self._whole(frame)
        if out is None:
            out = np.empty(self._expected.shape[1])
        # It looks at frame and out before anything moves.
        self._streams[0].step(frame, out)
        self._expected[0] = out
        for stream, expected in zip(self._streams[1:], self._expected[1:], strict=True):
            stream.step(frame, expected)
        if self._recent is not None:
            self._expected += self._recent.after(np.asarray(frame, dtype=np.float64))
        elif self._differences:
            self._expected += np.asarray(frame, dtype=np.float64)
        out[...] = self._next = self._mean_within_limits()
        return out

    def _mean_within_limits(self) -> NDArray[np.float64]:
        """Add chance to what is expected, hold it within the limits and return its mean."""
        if self._spread is not None:
            self._expected += self._spread @ self._rng.standard_normal(self._expected.shape[1])
        held(self._expected, self._far)
        held(self._expected, self._limits)
        # Rounding may carry a mean of equal numbers beyond them.
        return held(self._expected.mean(axis=0), self._limits)

    def _whole(self, frame: ArrayLike) -> ArrayLike:
        """Return the frame with what was foretold where a number is missing."""
        numbers = as_numbers(frame, np.dtype(np.float64), "the frame")
        if numbers.shape != self._mean.shape or not np.isnan(numbers).any():
            return frame
        if self._missing == "mask" or self._next is None:
            return np.where(np.isnan(numbers), self._mean, numbers)
        return np.where(np.isnan(numbers), self._next, numbers)

    def run(self, n: int) -> NDArray[np.float64]:
        """Go on alone: each network hears what it expected as if it had come in, and so on.

        Parameters
        ----------
        n : int
            Frames.

        Returns
        -------
        ndarray of shape (n, n_dims)
            The first row is what the last `step` foretold. The stream stands behind the last row,
            so that another `run` goes on and a `step` takes over from there.

        Raises
        ------
        NotFittedError
            Before the first frame: there is nothing to go on from.
        """
        if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
            raise ParameterError(
                f"the number of frames is {n!r}: it must be a whole number from 1 up"
            )
        if self._next is None:
            raise NotFittedError(
                "this stream has heard nothing yet: step through some frames first"
            )
        frames = np.empty((int(n), self._expected.shape[1]))
        for frame in frames:
            frame[...] = self._next
            self._next = self._after_what_was_expected()
        return frames

    def _after_what_was_expected(self) -> NDArray[np.float64]:
        """Let each network hear what it expected and return the mean of what they expect now."""
        heard = self._expected.copy()
        for stream, frame, expected in zip(self._streams, heard, self._expected, strict=True):
            stream.step(frame, expected)
        if self._recent is not None:
            self._expected += self._recent.after(heard)
        elif self._differences:
            self._expected += heard
        return self._mean_within_limits()

    def continued(self, frames: NDArray[Any], n: int | None) -> NDArray[np.float64]:
        """Forget, hear `frames` (n_frames, n_dims) and `run` for n, or for as many as came in."""
        self.reset()
        for frame in frames:
            self.step(frame)
        return self.run(len(frames) if n is None else n)

    def reset(self) -> None:
        """Forget all frames: the next one is the first of a series."""
        for stream in self._streams:
            stream.reset()
        if self._recent is not None:
            self._recent.reset()
        self._next = None
