"""The kinds of models that play live, and what they learn from takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import DimensionError, EmptyError, InputError, ParameterError
from ..models.registry import KINDS, model_class
from ..wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..models.base import Model
    from .takes import Take

__all__ = [
    "Corpus",
    "corpus_of",
    "is_pointwise",
    "make_model",
    "require_same_width",
    "require_targets",
    "targets_of",
    "what_it_learns",
]

Target: TypeAlias = "DataSet | LabelSet | DataSeries | None"

# Short words for the kinds that one begins with.
_SHORT = {
    "classifier": "LSTMClassifier",
    "dtw": "DTWClassifier",
    "forecaster": "LSTMForecaster",
    "regressor": "LSTMRegressor",
}


@dataclass(frozen=True)
class Corpus:
    """What a fit takes.

    Parameters
    ----------
    source : DataSeries or DataSet
        The takes; a DataSet of all their frames for a model of points.
    target : DataSet, LabelSet, DataSeries or None
        None for a forecaster.
    """

    source: DataSeries | DataSet
    target: Target


def make_model(kind: Any) -> Model[Any]:
    """Return a new estimator of a kind: a short word, a class's name, or like a given estimator.

    Raises
    ------
    ParameterError
        If there is no such kind.
    """
    if type(kind).__name__ in KINDS:
        given: Model[Any] = type(kind)(**kind.get_params(deep=False))
        return given
    known = {name.lower(): name for name in KINDS} | _SHORT
    word = str(kind).replace("_", "").lower()
    if word not in known:
        near = get_close_matches(word, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"{', '.join(_SHORT)} or a class's name"
        raise ParameterError(f"there is no kind of model {kind!r}: {hint}")
    return model_class(known[word])()


def what_it_learns(model: Model[Any]) -> str:
    """Return "label", "point" or "next"."""
    if hasattr(model, "predict_proba"):
        return "label"
    return "next" if hasattr(model, "predict_series") else "point"


def is_pointwise(model: Model[Any]) -> bool:
    """Tell whether a model knows no time: each frame is a point for it."""
    return type(model).__name__.startswith("MLP")


def require_targets(model: Model[Any], takes: Sequence[Take]) -> None:
    """Raise unless there are takes, and each has the target that a model of this kind learns.

    Raises
    ------
    EmptyError, InputError
    """
    if not takes:
        raise EmptyError(
            "there is nothing to learn from: record a take first (muted ones do not count)"
        )
    learns, width = what_it_learns(model), 0
    for take in takes:
        if learns == "label" and take.label is None:
            raise InputError(f"take {take.id!r} has no label: relabel it, mute it or delete it")
        if learns == "point":
            wide = _n_targets(take)
            if width not in (0, wide):
                raise InputError(
                    f"the target of take {take.id!r} has {wide} number{'s' * (wide != 1)}, that of "
                    f"{takes[0].id!r} has {width}: relabel, mute or delete one of them"
                )
            width = wide


def require_same_width(point: Sequence[float], takes: Iterable[Take], name: str) -> None:
    """Raise DimensionError if a target has not as many numbers as those of the takes have.

    Muted takes do not count, nor those that have no target yet.
    """
    widths = {_width_of(take): take.id for take in takes if not take.muted}
    widths.pop(0, None)
    if widths and len(point) not in widths:
        width, known = next(iter(widths.items()))
        raise DimensionError(
            f"the target has {counted(len(point), 'number')}, but that of {known!r}, a take of "
            f"{name!r}, has {width}: send as many, or delete or mute the takes before"
        )


def _width_of(take: Take) -> int:
    if take.targets is not None:
        return int(take.targets.shape[1])
    return len(take.point or ())


def _n_targets(take: Take) -> int:
    width = _width_of(take)
    if not width:
        raise InputError(
            f"take {take.id!r} has no target: set one before recording, or relabel, mute or delete "
            "the take"
        )
    return width


def corpus_of(model: Model[Any], takes: Sequence[Take], targets: str) -> Corpus:
    """Return what a fit of a model learns from.

    Parameters
    ----------
    model : estimator
    takes : sequence of Take
        Checked by `require_targets`.
    targets : "take" or "frame"
        Whether a regressor learns one target per take or per frame.
    """
    series = DataSeries((take.id, take.frames) for take in takes)
    rates = [take.rate for take in takes if take.rate]
    if rates:
        series.origin = {"rate": round(float(np.median(rates)), 2)}
    learns = what_it_learns(model)
    if is_pointwise(model):
        source = _points(series)
        if learns == "label":
            return Corpus(source, LabelSet((n, k.label) for k in takes for n in _names(k)))
        return Corpus(source, _points(DataSeries((k.id, targets_of(k)) for k in takes)))
    if learns == "label":
        return Corpus(series, LabelSet((take.id, take.label) for take in takes))
    if learns == "next":
        return Corpus(series, None)
    if targets == "frame":
        return Corpus(series, DataSeries((take.id, targets_of(take)) for take in takes))
    return Corpus(series, DataSet((take.id, targets_of(take)[0]) for take in takes))


def targets_of(take: Take) -> NDArray[np.float64]:
    """Return a target for every frame of a take, (n_frames, n_outputs)."""
    if take.targets is not None:
        return take.targets
    return np.tile(np.array(take.point, dtype=np.float64), (len(take), 1))


def _names(take: Take) -> list[str]:
    return [f"{take.id}/{time}" for time in range(len(take))]


def _points(series: DataSeries) -> DataSet:
    """Return every frame as a point of its own."""
    pairs = ((f"{i}/{time}", x) for i, xs in series.items() for time, x in enumerate(xs))
    return DataSet(pairs)
