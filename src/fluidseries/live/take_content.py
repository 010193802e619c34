"""Takes as plain values, for the journal; their arrays are kept apart, under numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..containers.arrays import read_only
from .takes import Take

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["take_from_dict", "take_to_dict"]


def take_to_dict(take: Take, keep: Callable[[NDArray[np.float64]], int]) -> dict[str, Any]:
    """Return a take as plain values, its arrays kept under numbers."""
    return {
        "id": take.id,
        "frames": keep(take.frames),
        "label": take.label,
        "point": take.point,
        "targets": None if take.targets is None else keep(take.targets),
        "rate": take.rate,
        "muted": take.muted,
    }


def take_from_dict(content: dict[str, Any], kept: Callable[[int], NDArray[np.float64]]) -> Take:
    """Take what `take_to_dict` gave."""
    point, targets = content["point"], content["targets"]
    return Take(
        content["id"],
        read_only(kept(content["frames"])),
        label=content["label"],
        point=None if point is None else tuple(point),
        targets=None if targets is None else read_only(kept(targets)),
        rate=content["rate"],
        muted=content["muted"],
    )
