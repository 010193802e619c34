"""Standardising: every dimension with mean 0 and standard deviation 1, computed in double."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Scaler"]


@dataclass(frozen=True)
class Scaler:
    """What is taken from every dimension and what it is divided by.

    Parameters
    ----------
    mean, scale : float64 ndarray of shape (n_dims,)
        In the units of the data; `scale` is never 0.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def identity(cls, n_dims: int) -> Scaler:
        """Leave everything as it is."""
        return cls(np.zeros(n_dims), np.ones(n_dims))

    @classmethod
    def fit(cls, tables: Sequence[NDArray[Any]]) -> Scaler:
        """Take mean and standard deviation over all rows of all tables of shape (n_rows, n_dims).

        A dimension that does not change keeps its size: its scale is 1.

        Raises
        ------
        InputError
            If a sum does not fit into a double.
        """
        n_rows = sum(len(table) for table in tables)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.asarray(sum(table.sum(axis=0, dtype=np.float64) for table in tables) / n_rows)
            farthest = np.max([np.abs(table - mean).max(axis=0) for table in tables], axis=0)
        if not np.isfinite(farthest).all():
            dim = int(np.argmin(np.isfinite(farthest)))
            raise InputError(f"dimension {dim} holds numbers too large to be added up: scale them")
        # Squares of differences, in a second pass: differences of squares lose their digits. In
        # units of the farthest, because squares of very large or small numbers do not fit.
        unit = np.where(farthest > 0, farthest, 1.0)
        square = sum((((table - mean) / unit) ** 2).sum(axis=0) for table in tables) / n_rows
        scale = unit * np.sqrt(square)
        # What rounding leaves of a constant is not a change.
        constant = scale <= 1e-12 * np.abs(mean)
        return cls(mean, np.where(constant | (scale == 0), 1.0, scale))

    def standardise(self, table: NDArray[Any]) -> NDArray[np.float64]:
        """Return (table - mean) / scale in double, of shape (n_rows, n_dims)."""
        scaled: NDArray[np.float64] = (table - self.mean) / self.scale
        return scaled

    def restore(self, table: NDArray[Any]) -> NDArray[np.float64]:
        """Return table * scale + mean in double: the way back to the units of the data."""
        restored: NDArray[np.float64] = table * self.scale + self.mean
        return restored

    def to_dict(self) -> dict[str, list[float]]:
        """Return both vectors as lists."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_dict(cls, content: dict[str, list[float]]) -> Scaler:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        mean, scale = (np.array(content[name], dtype=np.float64) for name in ("mean", "scale"))
        if mean.ndim != 1 or mean.shape != scale.shape:
            raise ValueError("mean and scale must be two rows of equal length")
        if not (np.isfinite(mean).all() and np.isfinite(scale).all() and (scale > 0).all()):
            raise ValueError("mean and scale must be finite, and scale above 0")
        return cls(mean, scale)
