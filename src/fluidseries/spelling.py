"""FluCoMa's spellings: wherever names are text, camelCase and its other words are understood."""

from __future__ import annotations

import re
from collections.abc import Container

__all__ = ["SYNONYMS", "ours", "theirs"]

# Where FluCoMa, or a habit, has another word than we have; both without capitals.
SYNONYMS = {
    "hidden_layers": "hidden_size",
    "predict_series": "predict_point",
    "seed": "random_state",
}

# Between a small letter and a capital, and before the last capital of several: to|Buffer, MLP|Size.
_SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def ours(name: str, known: Container[str] = ()) -> str:
    """Return our name for one that may be spelled as FluCoMa does.

    Parameters
    ----------
    name : str
        In camelCase, snake_case or with hyphens.
    known : container of str, optional
        Names that exist: with them a synonym gives way to a name that is really there, as the
        forecaster's ``predict_series``.

    Returns
    -------
    str
        In snake_case; a name that is ours already stays as it is.

    Examples
    --------
    >>> [ours(name) for name in ("hiddenLayers", "learnRate", "batch-size", "seed", "max_iter")]
    ['hidden_size', 'learn_rate', 'batch_size', 'random_state', 'max_iter']
    >>> ours("predictSeries"), ours("predictSeries", known={"predict", "predict_series"})
    ('predict_point', 'predict_series')
    """
    plain = _SEAM.sub("_", name).replace("-", "_").lower()
    return plain if plain in known else SYNONYMS.get(plain, plain)


def theirs(name: str) -> str:
    """Return a name of ours in FluCoMa's camelCase.

    Examples
    --------
    >>> theirs("learn_rate"), theirs("num_neighbours"), theirs("momentum")
    ('learnRate', 'numNeighbours', 'momentum')
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
