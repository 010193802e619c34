"""What the LSTM models share: fits that go on from what was learned, prediction, streams."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..batch import Batch, Series, pack
from ..containers import DataSeries
from ..engines import native
from ..errors import FluidSeriesError, InputError, NonFiniteError
from ..reading import read_frames, read_series, require_dims, require_origin
from ..training import Callback, train
from .answers import as_points
from .best import Best, fingerprint
from .corpus import Corpus, Split, split_of
from .going_on import other_width, require_same_parameters
from .learned import Learned, hearing
from .limits import Limits, held, widened
from .outcome import LSTMOutcome
from .parameters import (
    check_parameters,
    n_threads,
    training_settings,
)
from .preparing import packed, scaled, start
from .recipe import FOR_FRAMES, FOR_POINTS, Recipe
from .stream import Stream, core_stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from numpy.typing import ArrayLike, NDArray

    from ..engines import Session

__all__ = ["LSTMModel"]


class LSTMModel(LSTMOutcome):
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
    def _corpus(
        self, source: Any, target: Any, known: Learned | None, sample_weight: Any
    ) -> Corpus:
        """Check source, target and weights and join them."""

    def _new(self, corpus: Corpus, learned: Learned) -> Learned:
        """Add to a new network what this kind of model needs besides."""
        del corpus
        return learned

    def _before_scaling(
        self, corpus: Corpus, split: Split, learned: Learned
    ) -> tuple[Corpus, Split, Learned]:
        """Learn what the networks do not, and make the targets what is left for them."""
        return corpus, split, learned

    def _after_fit(self, session: Session, corpus: Corpus, split: Split) -> None:
        """Learn what can only be learned from the trained network."""

    def _misfit(self, corpus: Corpus, known: Learned) -> FluidSeriesError | None:
        """Return an error that says why what is known cannot learn on from the corpus, or None."""
        n_dims = corpus.series.n_dims
        if misfit := other_width("the source has", n_dims, known.network.n_inputs):
            return misfit
        each = {False: "one point for each series", True: "one point for each frame"}
        if (corpus.form == "frames") != known.per_frame:
            got, was = each[not known.per_frame], each[known.per_frame]
            return InputError(f"the target has {got}, and what was learned has {was}")
        return self._misfit_of_targets(corpus, known)

    def _misfit_of_targets(self, corpus: Corpus, known: Learned) -> FluidSeriesError | None:
        return other_width("the target has", corpus.n_outputs, known.network.n_outputs)

    def _grown(self, corpus: Corpus, known: Learned, *, partial: bool) -> Learned:
        """Return what is known, made to fit the corpus."""
        del corpus, partial
        return known

    # Fitting

    def _fit(
        self,
        source: Any,
        target: Any,
        callback: Callback | None,
        *,
        partial: bool = False,
        sample_weight: Any = None,
    ) -> Self:
        with self._alone("fit"):
            check_parameters(self)
            if partial:
                require_same_parameters(self)
            known = self._usable() if self.warm_start or partial else None
            corpus = self._corpus(source, target, known, sample_weight)
            learned = start(self, corpus, known, partial=partial)
            split, learned = split_of(self, corpus, learned)
            corpus, split, learned = self._before_scaling(corpus, split, learned)
            if not learned.loss_curve:
                learned = scaled(self, corpus, split.learned, learned)
            batch, learned = packed(self, corpus, learned)
            if corpus.tables:
                widest = widened(learned.target_range, corpus.tables)
                learned = replace(learned, target_range=widest)
            count = max(len(rows) for rows in split.rows)
            settings = training_settings(self, count, 1 if partial else None, learned)
            session = self._engine.load(
                batch,
                learned.network,
                loss=self._loss,
                per_frame=learned.per_frame,
                series_weights=_of_mean_one(corpus.weights),
                n_jobs=n_threads(self.n_jobs),
                difference_scale=learned.difference_scale,
                augmentation=self._recipe_for(learned.form).augmentation,
            )
            data = _data_of(batch, corpus, split) if settings.keep_best else ""
            self._train(session, learned, split, settings, callback, data)
            self._after_fit(session, corpus, split)
        return self

    def _train(
        self,
        session: Session,
        learned: Learned,
        split: Split,
        settings: Any,
        callback: Callback | None,
        data: str,
    ) -> None:
        best = learned.best if data and learned.best and learned.best.data == data else None
        for epoch in train(
            session,
            learned.members,
            learned.network.weights(),
            split.rows,
            split.held_out,
            settings,
            learned.rng(),
            callback,
            None if best is None else best.loss,
        ):
            least = epoch.best_loss if data else None
            validation = () if epoch.validation_loss is None else (epoch.validation_loss,)
            learned = replace(
                learned,
                members=epoch.members,
                random_state=epoch.random_state,
                loss_curve=(*learned.loss_curve, epoch.loss),
                validation_curve=learned.validation_curve + validation,
                best=None if least is None else Best(data, least),
            )
            self._learned = learned
            if self.verbose:
                held = "" if not validation else f", held out {validation[0]:.4f}"
                print(f"epoch {len(learned.loss_curve)}: error {epoch.loss:.4f}{held}")

    def _recipe_for(self, form: str) -> Recipe:
        return FOR_FRAMES if form == "frames" else self._recipe

    # Prediction

    def _limits(self, learned: Learned) -> Limits | None:
        """Return the range that the outputs are held within."""
        del learned
        return None

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
        return read_frames(frames, learned.network.n_inputs, self.missing, mean, learned.origin)

    def _point(self, frames: ArrayLike, learned: Learned) -> NDArray[np.float64]:
        """Return a stream's answer after one series, without the detour over a batch."""
        # A stream costs more to make than a short series to hear, so one is kept. Taking it out is
        # one step: a thread that comes at the same time makes its own.
        spare = self.__dict__.pop("_spare_stream", None)
        stream = spare[1] if spare is not None and spare[0] is learned else core_stream(learned)
        point = np.empty(learned.n_answers)
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
        return as_points(last, series.identifiers)

    # Files

    @classmethod
    def _parameters_in(cls, content: dict[str, Any]) -> dict[str, Any]:
        # The first version had one network and no parameter for their number.
        return {"n_networks": 1, **content["parameters"]}

    def _learned_to_dict(self, learned: Learned) -> dict[str, Any]:
        return learned.to_dict()

    def _learned_from_dict(self, content: dict[str, Any]) -> Learned:
        return Learned.from_dict(content)


def _data_of(batch: Batch, corpus: Corpus, split: Split) -> str:
    """Return what tells these data, and who is held out of them, from others."""
    parts = (batch.frames, batch.offsets, batch.targets, corpus.weights)
    return fingerprint([*parts, *split.rows, *split.held_out])


def _of_mean_one(weights: NDArray[Any] | None) -> NDArray[np.float32] | None:
    """Scale weights so that steps are as long as without."""
    if weights is None:
        return None
    shares: NDArray[np.float64] = weights / weights.max()
    return np.asarray(shares / shares.mean(), dtype=np.float32)
