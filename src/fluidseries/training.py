"""The loop: epochs of batches, held-out validation, Adam. Knows an engine by its session alone.

Several networks learn side by side, each from the same start of a batch to its end, so that an
epoch ends for all of them at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import cos, pi
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import _core
from .errors import FluidSeriesWarning, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .engines import Session

__all__ = [
    "Callback",
    "Epoch",
    "Member",
    "Optimiser",
    "Settings",
    "draw_fold_seed",
    "draw_split_seed",
    "fold_of",
    "is_held_out",
    "train",
]

Callback: TypeAlias = Callable[[int, int, float, "float | None"], Any]


# A cycle starts at this share of the rate and reaches all of it after this share of the fit.
LOWEST, RISE = 0.04, 0.3


@dataclass(frozen=True)
class Settings:
    """How one fit trains.

    Parameters
    ----------
    epochs : int
        How often every series is shown.
    learn_rate : float
        How far one step goes.
    batch_size : int
        Series between two steps.
    weight_decay : float
        Share of every weight that is forgotten per step, times `learn_rate` (Loshchilov and Hutter
        2019).
    clip : float
        Longest gradient that is followed as it is; longer ones are shortened to it (Pascanu,
        Mikolov and Bengio 2013).
    momentum, second_momentum, epsilon : float
        Adam's (Kingma and Ba 2015).
    keep_best : bool
        Keep the networks of the epoch with the least held-out loss instead of the newest.
    patience : int, optional
        Stop after so many epochs without a smaller held-out loss.
    cycle : bool
        Let the rate rise to `learn_rate` and fall to nothing over this fit (Smith and Topin 2018)
        instead of staying there.
    """

    epochs: int
    learn_rate: float
    batch_size: int
    weight_decay: float = 0.01
    clip: float = 1.0
    momentum: float = 0.9
    second_momentum: float = 0.999
    epsilon: float = 1e-8
    cycle: bool = False
    keep_best: bool = True
    patience: int | None = None

    def rate_at(self, progress: float) -> float:
        """Return the share of `learn_rate` at a point of the fit from 0 to 1."""
        if not self.cycle:
            return 1.0
        if progress < RISE:
            return LOWEST + (1 - LOWEST) * progress / RISE
        return LOWEST / 100 + 0.5 * (1 + cos(pi * (progress - RISE) / (1 - RISE)))


@dataclass(frozen=True)
class Optimiser:
    """What Adam remembers: running means of the gradient and of its square, and steps so far."""

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    step: int

    @classmethod
    def fresh(cls, n_parameters: int) -> Optimiser:
        """Remember nothing yet."""
        return cls(np.zeros(n_parameters, np.float32), np.zeros(n_parameters, np.float32), 0)

    def copy(self) -> Optimiser:
        """Return one that later steps do not change."""
        return Optimiser(self.first.copy(), self.second.copy(), self.step)


@dataclass(frozen=True)
class Member:
    """One of the networks whose answers are averaged.

    Parameters
    ----------
    parameters : float32 ndarray of shape (n_parameters,)
        What it has learned.
    optimiser : Optimiser
        What Adam remembers of it.
    """

    parameters: NDArray[np.float32]
    optimiser: Optimiser


@dataclass(frozen=True)
class Epoch:
    """What stands at the end of one epoch.

    Parameters
    ----------
    members : tuple of Member
        The newest, or with held-out series those of this fit's best epoch so far.
    loss : float
        Mean loss of the training series while they were learned, over all networks.
    validation_loss : float or None
        Mean loss of the held-out series at the end of this epoch, over all networks.
    random_state : dict
        The random generator's state.
    """

    members: tuple[Member, ...]
    loss: float
    validation_loss: float | None
    random_state: dict[str, Any]


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


def train(
    session: Session,
    members: Sequence[Member],
    weights: NDArray[np.float32],
    rows: Sequence[NDArray[np.int64]],
    held_out: Sequence[NDArray[np.int64]],
    settings: Settings,
    rng: np.random.Generator,
    callback: Callback | None = None,
) -> Iterator[Epoch]:
    """Train and yield what stands after every epoch; nothing that was passed in changes.

    Parameters
    ----------
    session : Session
        The corpus in an engine's hands.
    members : sequence of Member
        Networks of the same sizes, and where each starts.
    weights : float32 ndarray of shape (n_parameters,)
        1 where weight decay applies, else 0.
    rows, held_out : sequence of int64 ndarray
        For each network series that it is trained on, and series whose loss is only watched.
    settings : Settings
        How to train.
    rng : Generator
        Shuffles the series before every epoch, for each network in another way.
    callback : callable, optional
        Called after every batch with epoch (from 0), batch (from 0), the mean loss of the epoch so
        far, and the validation loss: that of the epoch before, or at the last batch of an epoch its
        own. If it returns True the epoch ends there and with it the training.

    Raises
    ------
    InputError
        If no batch of an epoch has a loss and a gradient that are finite numbers.
    """
    loop = _Loop(session, members, weights, rows, held_out, settings, callback)
    best: Epoch | None = None
    without_better = 0
    for number in range(settings.epochs):
        loss = loop.run_epoch(number, rng)
        now = Epoch(
            tuple(learner.member() for learner in loop.learners),
            loss,
            loop.validation_loss,
            rng.bit_generator.state,  # type: ignore[arg-type]
        )
        without_better += 1
        if best is None or _improves(now, best):
            best, without_better = now, 0
        yield replace(now, members=best.members if settings.keep_best else now.members)
        if loop.stopped or without_better == settings.patience:
            return


def _improves(now: Epoch, best: Epoch) -> bool:
    if now.validation_loss is None or best.validation_loss is None:
        return True
    return now.validation_loss < best.validation_loss


class _Loop:
    """One fit on its way: networks that learn in step."""

    def __init__(
        self,
        session: Session,
        members: Sequence[Member],
        weights: NDArray[np.float32],
        rows: Sequence[NDArray[np.int64]],
        held_out: Sequence[NDArray[np.int64]],
        settings: Settings,
        callback: Callback | None,
    ) -> None:
        self.settings, self.callback = settings, callback
        decay = weights * np.float32(settings.weight_decay)
        self.learners = [
            _Learner(session, *parts, decay, settings)
            for parts in zip(members, rows, held_out, strict=True)
        ]
        self.validation_loss: float | None = None
        self.stopped = False

    def run_epoch(self, number: int, rng: np.random.Generator) -> float:
        """Show every network every series once; return the mean loss on the way."""
        total = weight = 0.0
        size = self.settings.batch_size
        n_batches = -(-max(len(learner.rows) for learner in self.learners) // size)
        n_steps = n_batches * self.settings.epochs
        shuffled = [
            (learner, rng.permutation(learner.rows), int(rng.integers(2**63)))
            for learner in self.learners
        ]
        for batch in range(n_batches):
            share = self.settings.rate_at((number * n_batches + batch) / n_steps)
            for learner, order, seed in shuffled:
                rows = order[batch * size : (batch + 1) * size]
                if len(rows):
                    batch_loss, batch_weight = learner.step(rows, seed, share)
                    total, weight = total + batch_loss, weight + batch_weight
            if batch == n_batches - 1:
                self.validate()
            if self.callback is None or not weight:
                continue
            answer = self.callback(number, batch, total / weight, self.validation_loss)
            # Not any true value: the callback may be a progress bar's method that returns its own.
            if isinstance(answer, bool | np.bool_) and answer:
                self.stopped = True
                if batch < n_batches - 1:
                    self.validate()
                break
        if not weight:
            raise InputError(
                "no batch has an error that is a finite number: scale the series and targets, or "
                "leave that to standardize=True"
            )
        return total / weight

    def validate(self) -> None:
        """Measure the loss of the held-out series."""
        sums = [learner.held_out_loss() for learner in self.learners if len(learner.held_out)]
        if sums:
            self.validation_loss = sum(loss for loss, _ in sums) / sum(weight for _, weight in sums)


class _Learner:
    """One network on its way: parameters and optimiser that change in place."""

    def __init__(
        self,
        session: Session,
        member: Member,
        rows: NDArray[np.int64],
        held_out: NDArray[np.int64],
        decay: NDArray[np.float32],
        settings: Settings,
    ) -> None:
        self.session, self.settings, self.decay = session, settings, decay
        self.rows, self.held_out = rows, held_out
        self.parameters, self.optimiser = member.parameters.copy(), member.optimiser.copy()
        self.gradient = np.empty_like(self.parameters)
        self.before = self.parameters.copy(), self.optimiser.copy()
        self.learn_rate = settings.learn_rate
        self.warned = False

    def member(self) -> Member:
        """Return what stands now, as a value that later steps do not change."""
        return Member(self.parameters.copy(), self.optimiser.copy())

    def held_out_loss(self) -> tuple[float, float]:
        """Return the summed loss of the held-out series, and their summed weight."""
        return self.session.loss(self.parameters, self.held_out)

    def step(self, rows: NDArray[np.int64], seed: int, share: float = 1.0) -> tuple[float, float]:
        """Go one step down the gradient of some series; return their loss and weight before it."""
        loss, weight = self.session.gradient(self.parameters, rows, seed, self.gradient)
        if not (np.isfinite(loss) and np.isfinite(self.gradient).all()):
            self.step_back()
            return 0.0, 0.0
        self.keep_for_stepping_back()
        s, memory = self.settings, self.optimiser
        _core.adam(
            self.parameters,
            self.gradient,
            memory.first,
            memory.second,
            self.decay,
            memory.step + 1,
            self.learn_rate * share,
            s.momentum,
            s.second_momentum,
            s.epsilon,
            s.clip,
            1.0 / weight,
        )
        self.optimiser = replace(memory, step=memory.step + 1)
        return loss, weight

    def keep_for_stepping_back(self) -> None:
        parameters, memory = self.before
        np.copyto(parameters, self.parameters)
        np.copyto(memory.first, self.optimiser.first)
        np.copyto(memory.second, self.optimiser.second)
        self.before = parameters, replace(memory, step=self.optimiser.step)

    def step_back(self) -> None:
        """Undo the newest step, which led to a loss or gradient that is no number; halve the rate.

        Leaving out the batch alone would not do: where one gradient explodes most others do too,
        and the fit would stand still there.
        """
        parameters, memory = self.before
        self.parameters, self.optimiser = parameters.copy(), memory.copy()
        self.learn_rate /= 2
        if not self.warned:
            warnings.warn(
                "a gradient became too large for a number: the step before it was undone, and the "
                "learn_rate is halved each time for the rest of this fit; try a smaller one",
                FluidSeriesWarning,
                stacklevel=2,
            )
        self.warned = True
