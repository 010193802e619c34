"""Live use: one frame in, one point out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from ..containers.arrays import as_numbers
from ..engines.native import readout_mask
from ..errors import DimensionError, InputTypeError, NonFiniteError
from ..missing import filled
from ..reading import require_dims
from .limits import held
from .parameters import require_window

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .learned import Learned
    from .limits import Limits

__all__ = ["Stream", "apart", "core_stream"]


def core_stream(learned: Learned, window: int | None = None) -> _core.Stream:
    """Make the core's stream for what a model has learned."""
    network = learned.network
    return _core.Stream(
        learned.all_parameters,
        network.n_inputs,
        list(network.hidden_sizes),
        network.n_outputs,
        readout_mask(network.readout),
        learned.input_scaler.mean,
        learned.input_scaler.scale,
        learned.answer_scaler.mean,
        learned.answer_scaler.scale,
        require_window(window),
        learned.difference_scale,
        network.clock,
        **learned.naming,
    )


class Stream:
    """A model that hears one frame at a time. Made by a model's ``stream()``.

    It keeps what the model had learned when it was made; later fits do not change it. One thread
    at a time may use it.
    """

    __slots__ = (
        "_before", "_core", "_limits", "_mean", "_missing", "_quick_step", "likeliest", "n_inputs",
        "n_outputs",
    )  # fmt: skip

    def __init__(
        self,
        learned: Learned,
        window: int | None,
        limits: Limits | None = None,
        missing: str = "error",
    ) -> None:
        self._core = core_stream(learned, window)
        self._limits, self._missing = limits, missing
        self._mean = learned.input_scaler.mean
        # Nobody knows the next frame yet: what is missing stays as it was in the one before.
        self._before = self._mean.copy() if missing == "interpolate" else None
        self._quick_step = self._core.step
        # Where labels are answered: which of them the newest answer thinks the most probable.
        self.likeliest = self._core.likeliest
        self.n_inputs = learned.network.n_inputs
        self.n_outputs = learned.n_answers

    def step(self, frame: ArrayLike, out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Hear one more frame and return the point.

        Parameters
        ----------
        frame : array-like of shape (n_dims,)
            Contiguous float32 and float64 arrays take the quick path.
        out : float64 ndarray of shape (n_outputs,), optional
            Where to put the point. With it a step allocates nothing.

        Returns
        -------
        ndarray of shape (n_outputs,)
            `out` if it was given, else a new array; float64, in the units of the targets.

        Raises
        ------
        DimensionError, NonFiniteError, InputTypeError
            If the frame cannot be used; the stream then stands where it stood.
        """
        if out is None:
            out = np.empty(self.n_outputs)
        elif self._before is not None:
            frame = apart(frame, out)
        if not self._quick_step(frame, out):
            self._careful_step(frame, out)
        elif self._before is not None:
            self._before[...] = frame
        if self._limits is not None:
            held(out, self._limits)
        return out

    def reset(self) -> None:
        """Forget all frames: the next one is the first of a series."""
        self._core.reset()
        if self._before is not None:
            self._before[...] = self._mean

    def _careful_step(self, frame: Any, out: NDArray[np.float64]) -> None:
        """Step with what the quick path declined, or say why that cannot be."""
        _require_out(out, self.n_outputs)
        numbers = as_numbers(frame, np.dtype(np.float64), "the frame")
        if numbers.ndim != 1:
            raise DimensionError(
                f"the frame has shape {numbers.shape}: one frame has shape ({self.n_inputs},)"
            )
        require_dims("the frame", len(numbers), self.n_inputs)
        if self._missing != "error":
            numbers = filled(numbers[np.newaxis], self._missing, self._mean, self._before)[0]
        finite = np.isfinite(numbers)
        if not finite.all():
            dim = int(np.argmin(finite))
            raise NonFiniteError(
                f"the frame holds {numbers[dim]} (dimension {dim}): it was left out, and the "
                "stream stands where it stood"
            )
        point = np.empty(self.n_outputs)
        if not self._quick_step(numbers, point):
            raise NonFiniteError("the frame lies too far from the training data: it was left out")
        if self._before is not None:
            self._before[...] = numbers
        out[...] = point


def apart(frame: ArrayLike, out: Any) -> ArrayLike:
    """Return a frame that does not change when its answer is written to `out`."""
    if isinstance(frame, np.ndarray) and isinstance(out, np.ndarray):
        return frame.copy() if np.may_share_memory(frame, out) else frame
    return frame


def _require_out(out: Any, n_outputs: int) -> None:
    """Raise unless a point can be written there: before the stream moves."""
    if not isinstance(out, np.ndarray) or out.shape != (n_outputs,):
        raise DimensionError(
            f"out has shape {np.shape(out)}: it must be an array of shape ({n_outputs},)"
        )
    if out.dtype.kind != "f" or not out.flags.writeable:
        kind = out.dtype if out.flags.writeable else "read-only"
        raise InputTypeError(f"out is {kind}: it must be a writable array of float64 or float32")
