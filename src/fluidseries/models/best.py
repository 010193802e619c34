"""The epoch that did best on what was held out, over all fits on the same data."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from .modelfile import as_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Best", "best_of", "fingerprint"]


@dataclass(frozen=True)
class Best:
    """What the parameters that were kept did on the held-out part.

    Parameters
    ----------
    data : str
        `fingerprint` of what was learned from.
    loss : float
        The least held-out error of all epochs on these data.
    """

    data: str
    loss: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"data": self.data, "loss": self.loss}


def best_of(content: dict[str, Any]) -> Best | None:
    """Take what `to_dict` gave out of what was learned; older files have none."""
    best = content.get("best")
    return best and Best(str(best["data"]), as_number(best["loss"]))


def fingerprint(parts: Iterable[NDArray[Any] | None]) -> str:
    """Return what tells data from other data, and is the same on every machine."""
    digest = blake2b(digest_size=16)
    for part in parts:
        array = np.ascontiguousarray([] if part is None else part)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.data.cast("B") if array.size else b"")
    return digest.hexdigest()
