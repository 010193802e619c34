"""What the LSTM models share: fits that go on from what was learned, prediction, streams."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..batch import Batch, Series, pack
from ..containers import DataSeries, DataSet
from ..engines import native
from ..errors import FluidSeriesWarning, NonFiniteError, NotFittedError
from ..network import Network
from ..reading import read_frames, read_series, require_dims, require_origin
from ..scaling import Scaler
from ..training import Callback, Member, Optimiser, train
from .base import Model
from .corpus import Corpus, Split, draw_split, split_of
from .learned import Learned, hearing
from .limits import Limits, held, widened
from .parameters import (
    check_parameters,
    hidden_sizes,
    n_threads,
    new_generator,
    training_settings,
)
from .recipe import FOR_FRAMES, FOR_POINTS, Recipe
from .stream import Stream, core_stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from numpy.typing import ArrayLike, NDArray

    from ..engines import Session

__all__ = ["LSTMModel"]

# A series or target this many standard deviations away was hardly meant.
FAR_AWAY = 10.0


class LSTMModel(Model[Learned]):
    """An estimator around networks whose outputs are averaged.

    A subclass says what its targets are and what comes out.
    """

    _engine: ModuleType = native
    _loss = "squared"
    _recipe: Recipe = FOR_POINTS

    hidden_size: int | Sequence[int]
    max_iter: int
    schedule: str
    validation: float | str
    patience: int | None
    standardize: bool
    warm_start: bool
    missing: str
    n_networks: int
    random_state: Any
    n_jobs: int | None
    verbose: int

    @abstractmethod
    def _corpus(self, source: Any, target: Any, known: Learned | None) -> Corpus:
        """Check source and target and join them."""

    def _new(self, corpus: Corpus, learned: Learned) -> Learned:
        """Add to a new network what this kind of model needs besides."""
        del corpus
        return learned

    def _after_fit(self, session: Session, corpus: Corpus, split: Split) -> None:
        """Learn what can only be learned from the trained network."""

    def _grown(self, corpus: Corpus, known: Learned) -> Learned | None:
        """Return what is known, made to fit the corpus, or None if it cannot be."""
        return known if corpus.n_outputs == known.network.n_outputs else None

    # Fitting

    def _fit(
        self,
        source: Any,
        target: Any,
        callback: Callback | None,
        *,
        epochs: int | None = None,
        go_on: bool | None = None,
    ) -> Self:
        with self._alone("fit"):
            check_parameters(self)
            known = self._usable() if (self.warm_start if go_on is None else go_on) else None
            corpus = self._corpus(source, target, known)
            learned = self._start(corpus, known)
            split, learned = split_of(self, corpus, learned)
            if not learned.loss_curve:
                learned = self._scaled(corpus, split.learned, learned)
            batch, learned = self._pack(corpus, learned)
            if corpus.tables:
                widest = widened(learned.target_range, corpus.tables)
                learned = replace(learned, target_range=widest)
            count = max(len(rows) for rows in split.rows)
            settings = training_settings(self, count, epochs, learned)
            session = self._engine.load(
                batch,
                learned.network,
                loss=self._loss,
                per_frame=learned.per_frame,
                series_weights=corpus.weights,
                n_jobs=n_threads(self.n_jobs),
                difference_scale=learned.difference_scale,
                augmentation=self._recipe_for(learned.form).augmentation,
            )
            self._train(session, learned, split, settings, callback)
            self._after_fit(session, corpus, split)
        return self

    def _train(
        self,
        session: Session,
        learned: Learned,
        split: Split,
        settings: Any,
        callback: Callback | None,
    ) -> None:
        for epoch in train(
            session,
            learned.members,
            learned.network.weights(),
            split.rows,
            split.held_out,
            settings,
            learned.rng(),
            callback,
        ):
            validation = () if epoch.validation_loss is None else (epoch.validation_loss,)
            learned = replace(
                learned,
                members=epoch.members,
                random_state=epoch.random_state,
                loss_curve=(*learned.loss_curve, epoch.loss),
                validation_curve=learned.validation_curve + validation,
            )
            self._learned = learned
            if self.verbose:
                held = "" if not validation else f", held out {validation[0]:.4f}"
                print(f"epoch {len(learned.loss_curve)}: error {epoch.loss:.4f}{held}")

    def _recipe_for(self, form: str) -> Recipe:
        return FOR_FRAMES if form == "frames" else self._recipe

    def _start(self, corpus: Corpus, known: Learned | None) -> Learned:
        """Return what the fit goes on from: what is known, or a new network."""
        if known is not None and _goes_on(corpus, known):
            grown = self._grown(corpus, known)
            if grown is not None:
                require_origin(corpus.series.origin, grown.origin)
                return replace(grown, origin=grown.origin or corpus.series.origin)
        rng = new_generator(self.random_state)
        recipe = self._recipe_for(corpus.form)
        network = Network(
            corpus.series.n_dims,
            hidden_sizes(self.hidden_size),
            corpus.n_outputs,
            recipe.readout,
            recipe.differences,
            recipe.clock,
        )
        split_seed, apart = draw_split(self, corpus, rng)
        members = [
            Member(network.initialise(rng), Optimiser.fresh(network.n_parameters))
            for _ in range(self.n_networks)
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
        return self._new(corpus, learned)

    def _scaled(self, corpus: Corpus, rows: NDArray[np.int64], learned: Learned) -> Learned:
        """Fit the scaling on the training part."""
        learned = self._standardised(corpus, rows, learned) if self.standardize else learned
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

    def _standardised(self, corpus: Corpus, rows: NDArray[np.int64], learned: Learned) -> Learned:
        inputs = Scaler.fit([corpus.series.arrays[row] for row in rows])
        outputs = learned.output_scaler
        if self._loss == "squared":
            outputs = Scaler.fit([corpus.targets[row] for row in rows])
        return replace(learned, input_scaler=inputs, output_scaler=outputs)

    def _pack(self, corpus: Corpus, learned: Learned) -> tuple[Batch, Learned]:
        """Standardise everything; tell when it lies far from what the scaling was fitted on."""
        names, threads = corpus.series.names, n_threads(self.n_jobs)
        frames, offsets = pack(corpus.series.arrays, learned.input_scaler, names, n_threads=threads)
        reach = max(float(frames.max()), -float(frames.min()))
        if self._loss == "squared":
            targets, _ = pack(corpus.targets, learned.output_scaler, names, what="target")
            reach = max(reach, float(np.abs(targets).max()))
        else:
            targets, _ = pack(corpus.targets, Scaler.identity(1))
        if learned.loss_curve and self.standardize and reach > max(FAR_AWAY, learned.reach):
            warnings.warn(
                f"the new data reach {reach:.3g} standard deviations from those of the first fit, "
                "whose "
                "scaling stays: clear() and fit on everything if this is meant",
                FluidSeriesWarning,
                stacklevel=4,
            )
        batch = Batch(corpus.series.identifiers, frames, offsets, targets)
        return batch, replace(learned, reach=max(reach, learned.reach))

    # Prediction

    def _limits(self, learned: Learned) -> Limits | None:
        """Return the range that the outputs are held within."""
        del learned
        return None

    def _usable(self) -> Learned | None:
        learned = self._learned
        if learned is None or learned.network.hidden_sizes != hidden_sizes(self.hidden_size):
            return None
        return learned if len(learned.members) == self.n_networks else None

    def _not_fitted(self) -> str:
        if self._learned is None:
            return super()._not_fitted()
        sizes = self._learned.network.hidden_sizes
        name, was = "hidden_size", sizes[0] if len(sizes) == 1 else sizes
        if sizes == hidden_sizes(self.hidden_size):
            name, was = "n_networks", len(self._learned.members)
        return (
            f"{name} is {getattr(self, name)} now, but what this {type(self).__name__} learned has "
            f"{was}: set it back, or call fit to start afresh"
        )

    def _outputs(self, series: Series, learned: Learned) -> NDArray[np.float64]:
        """Return the mean of the outputs in the units of the targets, a row per series or frame."""
        each = np.array(self._outputs_of_each(series, learned), dtype=np.float64)
        return held(learned.answer_scaler.restore(each.mean(axis=0)), self._limits(learned))

    def _outputs_of_each(self, series: Series, learned: Learned) -> list[NDArray[np.float32]]:
        require_origin(series.origin, learned.origin)
        require_dims("the source", series.n_dims, learned.network.n_inputs)
        threads = n_threads(self.n_jobs)
        frames, offsets = pack(series.arrays, learned.input_scaler, series.names, n_threads=threads)
        batch = Batch(None, frames, offsets, None)
        session = self._engine.load(
            batch,
            learned.network,
            per_frame=learned.per_frame,
            n_jobs=threads,
            difference_scale=learned.difference_scale,
        )
        rows = np.arange(len(series))
        return [session.outputs(member.parameters, rows) for member in learned.members]

    def _series(self, source: Any, learned: Learned | None, *, in_order: bool = False) -> Series:
        """Read series; where a number is missing, the mean of the first fit may stand in."""
        mean = None if learned is None else learned.input_scaler.mean
        return read_series(source, in_order=in_order, missing=self.missing, mean=mean)

    def _frames(self, frames: ArrayLike, learned: Learned) -> NDArray[Any]:
        mean = learned.input_scaler.mean
        return read_frames(frames, learned.network.n_inputs, self.missing, mean)

    def _point(self, frames: ArrayLike, learned: Learned) -> NDArray[np.float64]:
        """Return the output for one series, without the detour over a batch."""
        # A stream costs more to make than a short series to hear, so one is kept. Taking it out is
        # one step: a thread that comes at the same time makes its own.
        spare = self.__dict__.pop("_spare_stream", None)
        stream = spare[1] if spare is not None and spare[0] is learned else core_stream(learned)
        point = np.empty(learned.network.n_outputs)
        # The core takes a contiguous table of floats as it is; what it declines is looked at here.
        if not stream.point(frames, point):
            array = np.ascontiguousarray(self._frames(frames, learned))
            if not stream.point(array, point):
                raise NonFiniteError(
                    "the series holds a number too large for float32: correct it or scale the data"
                )
        self._spare_stream = (learned, stream)
        return held(point, self._limits(learned))

    def stream(self, window: int | None = None) -> Stream:
        """Hear a series one frame at a time.

        Parameters
        ----------
        window : int, optional
            None: the answer follows from all frames since `reset`. A number of frames: every answer
            is what `predict_point` gives for that many last frames alone.

        Returns
        -------
        Stream
            With ``step(frame, out=None)`` and ``reset()``. It keeps what is known now.
        """
        learned = self._require_learned()
        return Stream(learned, window, self._limits(learned), self.missing)

    def states(self, source: Any, *, every_frame: bool = False) -> Any:
        """Return what the networks hear in each series: their top layers' hidden states.

        Series that sound alike to them have states that lie near each other, so that a corpus can
        be laid out by them.

        Parameters
        ----------
        source : DataSeries, list of ndarray of shape (n_frames, n_dims), or 3-D ndarray
            With as many dimensions per frame as in `fit`.
        every_frame : bool
            Whether the states at all frames are wanted, not only those at the end.

        Returns
        -------
        DataSet, DataSeries, ndarray of shape (n_series, units) or list of (n_frames, units) arrays
            Containers for a container, arrays for arrays; numbers between -1 and 1, those of the
            first network, then those of the second, and so on.

        Raises
        ------
        NotFittedError, DimensionError, NonFiniteError, EmptyError, InputTypeError
            As predict.
        """
        learned = self._require_learned()
        series = self._series(source, learned)
        ends = np.cumsum([len(frames) for frames in series.arrays])
        states = np.hstack(self._outputs_of_each(series, hearing(learned))).astype(np.float64)
        tables = np.split(states, ends[:-1])
        if every_frame:
            named = series.identifiers
            return tables if named is None else DataSeries(zip(named, tables, strict=True))
        last = np.array([table[-1] for table in tables])
        if series.identifiers is None:
            return last
        return DataSet(zip(series.identifiers, last, strict=True))

    # scikit-learn's names for what a fit leaves behind

    @property
    def loss_(self) -> float:
        """Training error of the last epoch, in the units of `loss_curve_`."""
        return self.loss_curve_[-1]

    @property
    def loss_curve_(self) -> list[float]:
        """Training error of every epoch since the model was new."""
        return list(self._fitted("loss_curve_").loss_curve)

    @property
    def validation_loss_(self) -> float:
        """Error on the held-out series after the last epoch."""
        return self.validation_curve_[-1]

    @property
    def validation_curve_(self) -> list[float]:
        """Error on the held-out series after every epoch that had some."""
        curve = self._fitted("validation_curve_").validation_curve
        if not curve:
            raise NotFittedError(
                "nothing was held out: set validation before fit, and give it enough series"
            )
        return list(curve)

    @property
    def n_iter_(self) -> int:
        """Epochs since the model was new."""
        return len(self._fitted("n_iter_").loss_curve)

    @property
    def n_features_in_(self) -> int:
        """Dimensions per frame."""
        return self._fitted("n_features_in_").network.n_inputs

    @property
    def n_outputs_(self) -> int:
        """Dimensions of a point."""
        return self._fitted("n_outputs_").network.n_outputs

    def _fitted(self, name: str) -> Learned:
        learned = self._usable()
        if learned is None:
            raise NotFittedError(f"{name} comes with fit. {self._not_fitted()}")
        return learned

    # Files

    @classmethod
    def _parameters_in(cls, content: dict[str, Any]) -> dict[str, Any]:
        # The first version had one network and no parameter for their number.
        return {"n_networks": 1, **content["parameters"]}

    def _learned_to_dict(self, learned: Learned) -> dict[str, Any]:
        return learned.to_dict()

    def _learned_from_dict(self, content: dict[str, Any]) -> Learned:
        return Learned.from_dict(content)


def _goes_on(corpus: Corpus, learned: Learned) -> bool:
    """Tell whether these series can be heard by the network that is there."""
    same_width = corpus.series.n_dims == learned.network.n_inputs
    return same_width and (corpus.form == "frames") == learned.per_frame
