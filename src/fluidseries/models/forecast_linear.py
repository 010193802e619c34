"""A forecaster's linear part in a fit: fitted before the networks, who are then judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..batch import Series
from .forecast_blocks import Blocks
from .forecast_corpus import ForecastCorpus, less_linear, paired
from .linear_choice import choose
from .linear_part import LinearPart
from .trust import shrinkage

if TYPE_CHECKING:
    from .corpus import Split
    from .forecast_learned import ForecastLearned
    from .forecaster import LSTMForecaster

__all__ = ["with_linear", "with_trust"]

# Alone, what is wrong adds up: what may be chance counts as if there were so many fewer frames.
CAUTION = 4


def with_linear(
    model: LSTMForecaster, corpus: ForecastCorpus, split: Split, learned: ForecastLearned
) -> ForecastLearned:
    """Fit a linear part if it is wanted, or helps."""
    always = not isinstance(model.linear, str)
    # Where nothing goes beyond what was, networks go on better than any sum.
    if not (model.linear and (always or corpus.climbs)):
        return learned
    rows = sorted({corpus.places[row][0] for row in split.learned})
    tables = [np.asarray(corpus.wholes[row], dtype=np.float64) for row in rows]
    rungs = choose(tables, steps=corpus.differences, always=always)
    if rungs is None:
        return learned
    blocks = Blocks.draw(corpus.names, corpus.wholes, model.n_networks)
    # Until the fit's end has shown what they are right about, the networks add nothing.
    nothing = np.zeros(learned.network.n_outputs)
    return replace(learned, linear=LinearPart(rungs, blocks), trust=nothing)


def with_trust(
    model: LSTMForecaster, corpus: ForecastCorpus, split: Split, learned: ForecastLearned
) -> ForecastLearned:
    """Learn from what each network held out how far to trust what it adds."""
    if learned.linear is None:
        return learned
    series = Series(corpus.wholes, None)
    whole = less_linear(paired(series, learned.differences), learned.linear)
    truth = learned.output_scaler.standardise(np.concatenate(whole.targets))
    turns = np.concatenate([one[1:] for one in learned.linear.blocks.turns(corpus)])
    honest = learned.linear.blocks.kept(corpus, split)
    told, came = [], []
    for number, outputs in enumerate(model._outputs_of_each(whole.series, learned)):
        if honest[number]:
            told.append(outputs[turns == number].astype(np.float64))
            came.append(truth[turns == number])
    n_frames = sum(map(len, came))
    if not n_frames:
        return learned
    count = max(1, n_frames // CAUTION)
    return replace(learned, trust=shrinkage(np.concatenate(told), np.concatenate(came), count))
