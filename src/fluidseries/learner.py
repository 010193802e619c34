"""One network on its way: a step down the gradient, and back again where that went wrong."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from math import cos, pi
from typing import TYPE_CHECKING

import numpy as np

from . import _core
from .errors import FluidSeriesWarning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .engines import Session

__all__ = ["Learner", "Member", "Optimiser", "Settings", "learn"]


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


class Learner:
    """One network on its way: parameters and what Adam remembers change in place."""

    def __init__(
        self,
        session: Session,
        member: Member,
        rows: NDArray[np.int64],
        held_out: NDArray[np.int64],
        decay: NDArray[np.float32],
        settings: Settings,
    ) -> None:
        self.session, self.rows, self.held_out = session, rows, held_out
        self.parameters, self._memory = member.parameters.copy(), member.optimiser.copy()
        self.gradient = np.empty_like(self.parameters)
        self.descent = _core.Descent(
            self.parameters,
            self.gradient,
            self._memory.first,
            self._memory.second,
            decay,
            self._memory.step,
            settings.learn_rate,
            settings.momentum,
            settings.second_momentum,
            settings.epsilon,
            settings.clip,
        )
        self.warned = False

    def member(self) -> Member:
        """Return what stands now, as a value that later steps do not change."""
        memory = replace(self._memory, step=self.descent.steps)
        return Member(self.parameters.copy(), memory.copy())

    def held_out_loss(self) -> tuple[float, float]:
        """Return the summed loss of the held-out series, and their summed weight."""
        return self.session.loss(self.parameters, self.held_out)

    def warn(self) -> None:
        """Say once that a step was undone."""
        if not self.warned:
            warnings.warn(
                "a gradient became too large for a number: the step before it was undone, and the "
                "learn_rate is halved each time for the rest of this fit; try a smaller one",
                FluidSeriesWarning,
                stacklevel=2,
            )
        self.warned = True


def learn(
    session: Session,
    turns: Sequence[tuple[Learner, NDArray[np.int64], int]],
    batch_size: int,
    shares: Sequence[float],
) -> list[list[tuple[float, float]]]:
    """Let networks go through several batches and descend after each.

    Parameters
    ----------
    turns : sequence of (Learner, int64 ndarray, int)
        Each network, the rows of its batches one after the other, and a seed.
    batch_size : int
        How many rows a batch has; the last ones have what is left.
    shares : sequence of float
        At each batch, the part of the rate.

    Returns
    -------
    list of list of (float, float)
        For every batch the summed loss and weight of each network, 0 for both where a step was
        undone or no rows were left.
    """
    learners, rows, seeds = zip(*turns, strict=True)
    found = session.learn(learners, rows, seeds, batch_size, shares)
    for learner, batches in zip(learners, found, strict=True):
        if not all(forward for _, _, forward in batches):
            learner.warn()
    return [
        [(loss, weight) if forward else (0.0, 0.0) for loss, weight, forward in batch]
        for batch in zip(*found, strict=True)
    ]
