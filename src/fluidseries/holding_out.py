"""Who is held out: by a series' name alone, and such that every label has its share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

__all__ = ["draw_fold_seed", "draw_split_seed", "fold_of", "is_held_out"]


def is_held_out(name: str, split_seed: int, fraction: float) -> bool:
    """Tell whether a series is held out: by its name alone, so that it stays so as others come."""
    digest = blake2b(name.encode(), digest_size=8, key=split_seed.to_bytes(8, "little")).digest()
    return int.from_bytes(digest, "little") < fraction * 2.0**64


def fold_of(name: str, split_seed: int, n_folds: int) -> int:
    """Tell which of so many networks holds a series out: by its name alone, as `is_held_out`."""
    key = split_seed.to_bytes(8, "little")
    digest = blake2b(name.encode(), digest_size=8, key=key, person=b"fold").digest()
    return int.from_bytes(digest, "little") * n_folds >> 64


def draw_split_seed(
    names: Sequence[str],
    fraction: float,
    rng: np.random.Generator,
    labels: Sequence[Any] | None = None,
) -> int:
    """Draw a seed under which about a fraction of these series is held out, of every label too.

    Left to chance, a fifth of 20 series may be none or nine: of up to 50 seeds the best is taken.
    """

    def part(name: str, seed: int) -> int:
        return 0 if is_held_out(name, seed, fraction) else 1

    return _draw_seed(names, part, [fraction], rng, labels)


def draw_fold_seed(
    names: Sequence[str],
    n_folds: int,
    rng: np.random.Generator,
    labels: Sequence[Any] | None = None,
) -> int:
    """Draw a seed under which every network holds out about as many series, of every label too."""

    def part(name: str, seed: int) -> int:
        return fold_of(name, seed, n_folds)

    return _draw_seed(names, part, [1 / n_folds] * (n_folds - 1), rng, labels)


def _draw_seed(
    names: Sequence[str],
    part: Callable[[str, int], int],
    shares: Sequence[float],
    rng: np.random.Generator,
    labels: Sequence[Any] | None,
) -> int:
    """Draw the seed whose first parts are nearest to these shares of the series of each label."""
    groups = np.zeros(len(names), np.int64)
    if labels:
        groups = np.unique(np.array(labels), return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(groups)
    wanted = np.outer(shares, sizes)
    best, smallest = 0, np.inf
    for _ in range(50):
        seed = int(rng.integers(2**63))
        counts = np.zeros((len(shares) + 1, len(sizes)))
        parts = np.array([part(name, seed) for name in names], dtype=np.int64)
        np.add.at(counts, (parts, groups), 1)
        miss = float(np.abs(counts[:-1] - wanted).sum())
        if miss < smallest:
            best, smallest = seed, miss
        if smallest <= max(0.5, 0.02 * float(wanted.sum())):
            break
    return best
