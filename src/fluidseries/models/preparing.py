"""Before an LSTM learns: where it starts, how its data are scaled, and what the engine gets."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..batch import Batch, pack
from ..errors import FluidSeriesWarning
from ..learner import Member, Optimiser
from ..network import Network
from ..reading import require_origin
from ..scaling import Scaler
from .corpus import Corpus, draw_split
from .going_on import goes_on
from .learned import Learned
from .parameters import hidden_sizes, n_threads, new_generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .lstm import LSTMModel

__all__ = ["packed", "scaled", "start"]

# A series or target this many standard deviations away was hardly meant.
FAR_AWAY = 10.0
# Smaller than that, in standard deviations of the frames, what a linear part leaves is not learned.
LEAST_LEFT = 1e-3


def start(model: LSTMModel, corpus: Corpus, known: Learned | None, *, partial: bool) -> Learned:
    """Return what the fit goes on from: what is known, or a new network."""
    if known is not None and goes_on(model._misfit(corpus, known), strict=partial):
        grown = model._grown(corpus, known, partial=partial)
        require_origin(corpus.series.origin, grown.origin)
        return replace(grown, origin=grown.origin or corpus.series.origin)
    rng = new_generator(model.random_state)
    recipe = model._recipe_for(corpus.form)
    network = Network(
        corpus.series.n_dims,
        hidden_sizes(model.hidden_size),
        corpus.n_outputs,
        recipe.readout,
        recipe.differences,
        recipe.clock,
    )
    split_seed, apart = draw_split(model, corpus, rng)
    members = [
        Member(network.initialise(rng), Optimiser.fresh(network.n_parameters))
        for _ in range(model.n_networks)
    ]
    learned = Learned(
        network=network,
        members=tuple(members),
        input_scaler=Scaler.identity(network.n_inputs),
        output_scaler=Scaler.identity(network.n_outputs),
        form=corpus.form,
        random_state=dict(rng.bit_generator.state),
        split_seed=split_seed,
        held_out=0.0,
        apart=apart,
        reach=0.0,
        origin=corpus.series.origin,
    )
    return model._new(corpus, learned)


def scaled(model: LSTMModel, corpus: Corpus, rows: NDArray[np.int64], learned: Learned) -> Learned:
    """Fit the scaling on the training part."""
    learned = _standardised(model, corpus, rows, learned) if model.standardize else learned
    if not learned.network.differences:
        return learned
    scaler = learned.input_scaler
    steps = [
        np.diff(scaler.standardise(corpus.series.arrays[row]), axis=0)
        for row in rows
        if len(corpus.series.arrays[row]) > 1
    ]
    size = Scaler.fit(steps).scale if steps else np.ones(learned.network.n_inputs)
    return replace(learned, difference_scale=(1 / size).astype(np.float32))


def _standardised(
    model: LSTMModel, corpus: Corpus, rows: NDArray[np.int64], learned: Learned
) -> Learned:
    inputs = Scaler.fit([corpus.series.arrays[row] for row in rows])
    outputs = learned.output_scaler
    if model._loss == "squared":
        outputs = Scaler.fit([corpus.targets[row] for row in rows])
        if not corpus.centred:
            # What is left of an exact sum is not to be magnified: later series may be less exact.
            scale = np.maximum(outputs.scale, LEAST_LEFT * inputs.scale)
            outputs = Scaler(np.zeros_like(outputs.mean), scale)
    return replace(learned, input_scaler=inputs, output_scaler=outputs)


def packed(model: LSTMModel, corpus: Corpus, learned: Learned) -> tuple[Batch, Learned]:
    """Standardise everything; tell when it lies far from what the scaling was fitted on."""
    names, threads = corpus.series.names, n_threads(model.n_jobs)
    frames, offsets = pack(corpus.series.arrays, learned.input_scaler, names, n_threads=threads)
    reach = max(float(frames.max()), -float(frames.min()))
    if model._loss == "squared":
        targets, _ = pack(corpus.targets, learned.output_scaler, names, what="target")
        reach = max(reach, float(np.abs(targets).max()))
    else:
        targets, _ = pack(corpus.targets, Scaler.identity(1))
    if learned.loss_curve and model.standardize and reach > max(FAR_AWAY, learned.reach):
        warnings.warn(
            f"the new data reach {reach:.3g} standard deviations from those of the first fit, "
            "whose scaling stays: clear() and fit on everything if this is meant",
            FluidSeriesWarning,
            stacklevel=4,
        )
    batch = Batch(corpus.series.identifiers, frames, offsets, targets)
    return batch, replace(learned, reach=max(reach, learned.reach))
