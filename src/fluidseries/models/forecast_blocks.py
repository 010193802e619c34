"""Which blocks of time each of a forecaster's networks holds out from what a linear part leaves.

That may be chance alone. Networks learn it by heart too, and going on alone they would add it up:
so each holds out a part, and that tells how far all are to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..holding_out import draw_fold_seed, fold_of
from .corpus import Split
from .forecast_corpus import ForecastCorpus, Part, with_parts
from .modelfile import as_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Blocks"]

# A network holds out one of so many parts, or of as many as there are networks.
FEWEST_FOLDS = 5
# What is left of a piece teaches something from so many frames up.
SHORTEST = 8


@dataclass(frozen=True)
class Blocks:
    """Who holds out what: blocks of a series in turn, or whole series by their names.

    Parameters
    ----------
    length : int
        Frames of a block.
    seed : int
        With a name it decides whose turn is first.
    n_folds : int
        After so many blocks it is the same network's turn again.
    """

    length: int
    seed: int
    n_folds: int

    @classmethod
    def draw(cls, names: Sequence[str], wholes: Sequence[NDArray[Any]], n_networks: int) -> Blocks:
        """Hold out whole series where there are enough, else blocks of each."""
        n_folds = max(FEWEST_FOLDS, n_networks)
        longest = max(map(len, wholes))
        length = longest if len(wholes) >= 2 * n_folds else -(-longest // n_folds)
        # The model's own generator goes the same way with and without blocks.
        seed = draw_fold_seed(names, n_folds, np.random.default_rng(0))
        return cls(length, seed, n_folds)

    def turns(self, corpus: ForecastCorpus) -> list[NDArray[np.int64]]:
        """Return for every frame of every whole series the number of who holds it out."""
        return [
            (fold_of(name, self.seed, self.n_folds) + np.arange(len(frames)) // self.length)
            % self.n_folds
            for name, frames in zip(corpus.names, corpus.wholes, strict=True)
        ]

    def split(self, corpus: ForecastCorpus, split: Split) -> tuple[ForecastCorpus, Split]:
        """Leave to each network what it does not hold out; what is left of pieces is added."""
        turns = self.turns(corpus)
        added: dict[Part, int] = {}
        rows = []
        for number, learned in enumerate(split.rows):
            left = []
            for row in learned:
                whole, start = corpus.places[row]
                # A target is the frame behind: that must not be heard either.
                own = turns[whole][start : start + len(corpus.tables[row])] == number
                first, end = _longest(~own)
                if end - first == len(own):
                    left.append(int(row))
                elif end - first >= SHORTEST:
                    part = int(row), first, end
                    left.append(added.setdefault(part, len(corpus.tables) + len(added)))
            rows.append(np.array(left, dtype=np.int64))
        if not any(map(len, rows)):
            # A few series that came later may all be one network's: it then has to learn from them.
            return corpus, split
        return with_parts(corpus, list(added)), replace(split, rows=rows)

    def kept(self, corpus: ForecastCorpus, split: Split) -> list[bool]:
        """Tell of each network whether it did not learn from what it holds out."""
        turns = self.turns(corpus)

        def own(row: int, number: int) -> bool:
            whole, start = corpus.places[row]
            return bool((turns[whole][start : start + len(corpus.tables[row])] == number).any())

        return [
            not any(own(int(row), number) for row in rows) for number, rows in enumerate(split.rows)
        ]

    def to_dict(self) -> dict[str, int]:
        """Return the three numbers."""
        return {"length": self.length, "seed": self.seed, "folds": self.n_folds}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Blocks:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        length, folds = (as_whole(content[name], 1) for name in ("length", "folds"))
        return cls(length, as_whole(content["seed"], 0), folds)


def _longest(free: NDArray[np.bool_]) -> tuple[int, int]:
    """Return where the longest run of True begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best])
