"""The loop: epochs of batches and held-out validation. Knows an engine by its sessions alone.

Several networks learn side by side, so that an epoch ends for all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .errors import InputError
from .learner import Learner, Member, Settings, learn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .engines import Session

__all__ = ["Callback", "Epoch", "train"]

Callback: TypeAlias = Callable[[int, int, float, "float | None"], Any]
# A network, the order in which it is shown the series, and the seed of what is changed at random.
_Order: TypeAlias = "tuple[Learner, NDArray[np.int64], int]"


@dataclass(frozen=True)
class Epoch:
    """What stands at the end of one epoch.

    Parameters
    ----------
    members : tuple of Member
        The newest, or with held-out series those of the best epoch so far.
    loss : float
        Mean loss of the training series while they were learned, over all networks.
    validation_loss : float or None
        Mean loss of the held-out series at the end of this epoch, over all networks.
    random_state : dict
        The random generator's state.
    best_loss : float or None
        The least `validation_loss` so far.
    """

    members: tuple[Member, ...]
    loss: float
    validation_loss: float | None
    random_state: dict[str, Any]
    best_loss: float | None = None


def train(
    session: Session,
    members: Sequence[Member],
    weights: NDArray[np.float32],
    rows: Sequence[NDArray[np.int64]],
    held_out: Sequence[NDArray[np.int64]],
    settings: Settings,
    rng: np.random.Generator,
    callback: Callback | None = None,
    best_loss: float | None = None,
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
        own. If it returns True the epoch ends there and with it the training; small batches are
        learned several at a time, so some that it has not heard of may have been learned as well.
    best_loss : float, optional
        What `members` did on the held-out series, where that is to be beaten.

    Raises
    ------
    InputError
        If no batch of an epoch has a loss and a gradient that are finite numbers.
    """
    loop = _Loop(session, members, weights, rows, held_out, settings, callback)
    best: Epoch | None = None
    if best_loss is not None:
        best = Epoch(tuple(members), best_loss, best_loss, {})
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
        kept = best if settings.keep_best else now
        yield replace(now, members=kept.members, best_loss=kept.validation_loss)
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
        self.session, self.settings, self.callback = session, settings, callback
        decay = weights * np.float32(settings.weight_decay)
        self.learners = [
            Learner(session, *parts, decay, settings)
            for parts in zip(members, rows, held_out, strict=True)
        ]
        self.most_rows = max(len(learner.rows) for learner in self.learners)
        self.batch_size = min(settings.batch_size, max(1, self.most_rows))
        self.validation_loss: float | None = None
        self.stopped = False

    def run_epoch(self, number: int, rng: np.random.Generator) -> float:
        """Show every network every series once; return the mean loss on the way."""
        total = weight = 0.0
        n_batches = -(-self.most_rows // self.batch_size)
        shuffled = [
            (learner, rng.permutation(learner.rows), int(rng.integers(2**63)))
            for learner in self.learners
        ]
        for batch, sums in self.batches(shuffled, number, n_batches):
            for batch_loss, batch_weight in sums:
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

    def batches(
        self, shuffled: list[_Order], epoch: int, n_batches: int
    ) -> Iterator[tuple[int, list[tuple[float, float]]]]:
        """Let every network go a step for each batch; yield batch numbers, losses and weights."""
        size, n_steps = self.batch_size, n_batches * self.settings.epochs
        at_once = self.session.batches_at_once(len(self.learners), size)
        for first in range(0, n_batches, at_once):
            numbers = range(first, min(first + at_once, n_batches))
            rows = slice(first * size, (first + at_once) * size)
            turns = [(learner, order[rows], seed) for learner, order, seed in shuffled]
            shares = [
                self.settings.rate_at((epoch * n_batches + batch) / n_steps) for batch in numbers
            ]
            yield from zip(numbers, learn(self.session, turns, size, shares), strict=True)

    def validate(self) -> None:
        """Measure the loss of the held-out series."""
        sums = [learner.held_out_loss() for learner in self.learners if len(learner.held_out)]
        if sums:
            self.validation_loss = sum(loss for loss, _ in sums) / sum(weight for _, weight in sums)
