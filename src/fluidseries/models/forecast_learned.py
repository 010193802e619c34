"""What a forecaster has learned: the networks, and how wrong they were one frame ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from .learned import Learned
from .linear_part import LinearPart
from .modelfile import as_float64

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ForecastLearned"]


@dataclass(frozen=True)
class ForecastLearned(Learned):
    """What a forecaster has learned.

    Parameters
    ----------
    differences : bool
        Whether the network answers the step to the next frame instead of the frame.
    residual : float64 ndarray of shape (n_dims, n_dims)
        Lower triangle whose product with its transpose is the covariance of the one-step errors in
        training, in the units of the data.
    linear : LinearPart or None
        What foretells the next frame before the networks, which then answer what it leaves.
    """

    differences: bool = False
    residual: NDArray[np.float64] | None = None
    linear: LinearPart | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text from which `from_dict` makes an equal value."""
        residual = None if self.residual is None else self.residual.tolist()
        linear = None if self.linear is None else self.linear.to_dict()
        content = {"differences": self.differences, "residual": residual, "linear": linear}
        return {**super().to_dict(), **content}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> ForecastLearned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        learned = cast("ForecastLearned", super().from_dict(content))
        residual, differences = content["residual"], content["differences"]
        if residual is not None:
            residual = as_float64(residual, 2 * (learned.network.n_inputs,))
        if not isinstance(differences, bool):
            raise TypeError(f"differences must be true or false, got {differences!r}")
        linear = content.get("linear")  # files of the first versions have none
        if linear is not None:
            linear = LinearPart.from_dict(linear, learned.network.n_inputs)
        return replace(learned, differences=differences, residual=residual, linear=linear)
