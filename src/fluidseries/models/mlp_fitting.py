"""How the MLP models fit: bursts of scikit-learn's epochs that go on from what was learned."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np

from ..errors import FluidSeriesError, FluidSeriesWarning, InputError
from ..holding_out import is_held_out
from ..points import Points, read_points
from ..reading import require_origin
from ..scaling import Scaler
from ..training import Callback
from .best import Best, fingerprint
from .epochs import Epochs, Settings
from .going_on import goes_on, other_width, require_same_parameters
from .layers import Layers
from .mlp_learned import MLPLearned
from .mlp_parameters import SKLEARN_NAMES, batch_size, check_parameters, generator, hidden_sizes
from .outcome import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Corpus", "MLPFitting"]

Table: TypeAlias = "NDArray[np.float64]"
Rows: TypeAlias = "NDArray[np.intp]"

# With fewer points a held-out part says nothing and takes what there is to learn from.
FEWEST_FOR_VALIDATION = 20


@dataclass(frozen=True)
class Corpus:
    """Checked points with their targets.

    Parameters
    ----------
    points : Points
        What goes in.
    targets : float64 ndarray of shape (n_points, n_outputs), or int ndarray of shape (n_points,)
        Numbers, or the class of each point.
    n_outputs : int
        Dimensions of a target, or how many classes there are.
    form : str
        See `MLPLearned`.
    labels : tuple
        The classes.
    """

    points: Points
    targets: NDArray[Any]
    n_outputs: int
    form: str
    labels: tuple[Any, ...] = ()


class MLPFitting(Outcome[MLPLearned]):
    """The half of `MLPModel` that learns. A subclass says what its targets are."""

    _output_activation = "identity"

    hidden_size: int | Sequence[int]
    max_iter: int
    learn_rate: float
    batch_size: int | str
    activation: str
    validation: float
    momentum: float
    standardize: bool
    warm_start: bool
    random_state: Any
    verbose: int

    @abstractmethod
    def _corpus(self, points: Points, target: Any, kept: Sequence[Any]) -> Corpus:
        """Check the targets and join them; some labels are kept though no point may have them."""

    @abstractmethod
    def _misfit(self, corpus: Corpus, known: MLPLearned) -> FluidSeriesError | None:
        """Return an error that says why what is known cannot learn on from the corpus, or None."""

    @abstractmethod
    def _grown(self, corpus: Corpus, known: MLPLearned) -> MLPLearned:
        """Return what is known, made to fit the corpus."""

    @abstractmethod
    def _errors(self, layers: Layers, inputs: Table, targets: NDArray[Any]) -> Table:
        """Return the error of every point."""

    def _fit(
        self,
        source: Any,
        target: Any,
        callback: Callback | None,
        *,
        partial: bool = False,
    ) -> Self:
        with self._alone("fit"):
            check_parameters(self)
            if partial:
                require_same_parameters(self)
            known = self._usable() if self.warm_start or partial else None
            kept = known.labels if known is not None and partial else ()
            corpus = self._corpus(read_points(source, in_order=True), target, kept)
            known = self._from(corpus, known, partial=partial)
            learned = self._seeded(known or self._new(corpus))
            rows, held_out, learned = self._split(corpus.points, learned)
            if known is None and self.standardize:
                learned = self._scaled(corpus, rows, learned)
            self._train(corpus, rows, held_out, learned, callback, 1 if partial else self.max_iter)
        return self

    def _from(
        self, corpus: Corpus, known: MLPLearned | None, *, partial: bool
    ) -> MLPLearned | None:
        """Return what the fit goes on from, or None where it starts afresh."""
        if known is None:
            return None
        misfit = other_width("the source has", corpus.points.n_dims, known.layers.n_inputs)
        if not goes_on(misfit or self._misfit(corpus, known), strict=partial):
            return None
        self._require_trainable(known.layers)
        require_origin(corpus.points.origin, known.origin)
        return replace(self._grown(corpus, known), origin=known.origin or corpus.points.origin)

    def _train(
        self,
        corpus: Corpus,
        rows: Rows,
        held_out: Rows,
        learned: MLPLearned,
        callback: Callback | None,
        epochs: int,
    ) -> None:
        inputs, targets = _standardised(corpus, learned)
        data = fingerprint([inputs, targets, rows, held_out])
        best = learned.best if learned.best and learned.best.data == data else None
        before, rng = self._learned, learned.rng()
        run: Epochs | None = None
        for number in range(epochs):
            try:
                run = run or self._epochs(learned, inputs[rows], targets[rows])
                layers, memory = run.run(rng)
                loss = self._error(layers, inputs[rows], targets[rows])
            except ValueError as err:
                self._learned = before
                raise InputError(
                    f"learning ran away to numbers without end (learn_rate {self.learn_rate:g}): "
                    "use a smaller learn_rate, or standardize=True; the model is as it was"
                ) from err
            held = (
                self._error(layers, inputs[held_out], targets[held_out]) if len(held_out) else None
            )
            if held is None or best is None or held < best.loss:
                best = None if held is None else Best(data, held)
                learned = replace(learned, layers=layers, memory=memory, best=best)
            learned = _noted(learned, rng, loss, held)
            self._learned = learned
            if self.verbose:
                shown = "" if held is None else f", held out {held:.4f}"
                print(f"epoch {len(learned.loss_curve)}: error {loss:.4f}{shown}")
            if callback is not None and callback(number, 0, loss, held) is True:
                return

    def _epochs(self, learned: MLPLearned, inputs: Table, targets: NDArray[Any]) -> Epochs:
        settings = Settings(
            SKLEARN_NAMES[self.activation],
            float(self.learn_rate),
            float(self.momentum),
            batch_size(self.batch_size, len(inputs)),
        )
        return Epochs(learned.layers, learned.memory, inputs, targets, settings)

    def _error(self, layers: Layers, inputs: Table, targets: NDArray[Any]) -> float:
        with np.errstate(all="ignore"):
            error = float(self._errors(layers, inputs, targets).mean())
        if not np.isfinite(error):
            raise ValueError("the error is not finite")
        return error

    def _require_trainable(self, layers: Layers) -> None:
        """Raise where layers from FluCoMa are none that scikit-learn can have."""
        if len({layer.activation for layer in layers.layers[:-1]}) > 1:
            raise InputError(
                "the hidden layers of this model have different activations: with them it answers "
                "but cannot learn on. clear() to learn afresh"
            )

    def _new(self, corpus: Corpus) -> MLPLearned:
        """Draw new layers."""
        rng = generator(self.random_state)
        sizes = (corpus.points.n_dims, *hidden_sizes(self.hidden_size), corpus.n_outputs)
        layers = Layers.initialise(sizes, self.activation, self._output_activation, rng)
        learned = MLPLearned.of_layers(layers, corpus.form, corpus.labels)
        return replace(learned, **_random(rng), origin=corpus.points.origin)

    def _seeded(self, learned: MLPLearned) -> MLPLearned:
        """Give a model that came from FluCoMa a generator."""
        if learned.random_state is not None:
            return learned
        return replace(learned, **_random(generator(self.random_state)))

    def _split(self, points: Points, learned: MLPLearned) -> tuple[Rows, Rows, MLPLearned]:
        """Return training rows, held-out rows, and the largest fraction held out so far noted."""
        fraction = max(self.validation, learned.held_out)
        if self.validation > learned.held_out and len(points) < FEWEST_FOR_VALIDATION:
            warnings.warn(
                f"validation is off: with {len(points)} points all are needed to learn from (it "
                f"starts at {FEWEST_FOR_VALIDATION})",
                FluidSeriesWarning,
                stacklevel=4,
            )
            fraction = learned.held_out
        out = np.array([is_held_out(name, learned.split_seed, fraction) for name in points.names])
        if out.all():
            raise InputError(
                f"all {len(out)} points are held out for validation, so there is nothing to learn "
                "from: add points, or clear() and use a smaller validation"
            )
        return np.flatnonzero(~out), np.flatnonzero(out), replace(learned, held_out=fraction)

    def _scaled(self, corpus: Corpus, rows: Rows, learned: MLPLearned) -> MLPLearned:
        """Fit the scaling on the training part."""
        learned = replace(learned, input_scaler=Scaler.fit([corpus.points.table[rows]]))
        if corpus.targets.ndim == 2:
            learned = replace(learned, output_scaler=Scaler.fit([corpus.targets[rows]]))
        return learned


def _random(rng: np.random.Generator) -> dict[str, Any]:
    """Return what a new model keeps of its generator."""
    split_seed = int(rng.integers(2**63))
    return {"split_seed": split_seed, "random_state": dict(rng.bit_generator.state)}


def _standardised(corpus: Corpus, learned: MLPLearned) -> tuple[Table, NDArray[Any]]:
    inputs = learned.input_scaler.standardise(corpus.points.table)
    if corpus.targets.ndim == 1:
        return inputs, corpus.targets
    return inputs, learned.output_scaler.standardise(corpus.targets)


def _noted(
    learned: MLPLearned, rng: np.random.Generator, loss: float, held: float | None
) -> MLPLearned:
    """Add an epoch's errors."""
    return replace(
        learned,
        random_state=dict(rng.bit_generator.state),
        loss_curve=(*learned.loss_curve, loss),
        validation_curve=learned.validation_curve + (() if held is None else (held,)),
    )
