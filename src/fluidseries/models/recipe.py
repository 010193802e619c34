"""What stands behind the defaults, chosen by cross-validation; docs/learning.md has the figures."""

from __future__ import annotations

from dataclasses import dataclass

from ..engines.native import Augmentation

__all__ = ["FOR_FRAMES", "FOR_LABELS", "FOR_POINTS", "Recipe"]


@dataclass(frozen=True)
class Recipe:
    """What a new network hears and reads, and what training changes at random."""

    readout: tuple[str, ...]
    differences: bool
    clock: bool
    augmentation: Augmentation


# A number may hang on small differences, which noise would drown.
FOR_POINTS = Recipe(("last", "mean", "max"), True, True, Augmentation(stretch=0.2))
FOR_LABELS = Recipe(
    ("last", "mean", "max"), True, True, Augmentation(noise=0.3, stretch=0.2, smoothing=0.1)
)
# A target per frame hangs on this frame of this take: nothing may be moved.
FOR_FRAMES = Recipe(("last",), False, False, Augmentation())
