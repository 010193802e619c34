"""How right answers are, in one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import accuracy_score

from ..labels import same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["accuracy"]


def accuracy(
    truth: Sequence[Any], answers: NDArray[Any], weights: NDArray[np.float64] | None
) -> float:
    """Return the share of answers that are right, of any kind that labels may be."""
    # scikit-learn's own comparison takes no fractions, and no text beside numbers.
    right = np.array(same(truth, answers.tolist()), dtype=np.int64)
    return float(accuracy_score(np.ones_like(right), right, sample_weight=weights))
