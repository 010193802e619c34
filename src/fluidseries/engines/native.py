"""The compiled core as an engine: all cores of this machine, in float32."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import _core

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..batch import Batch
    from ..network import Network
    from . import Trainee

__all__ = ["Augmentation", "NativeSession", "load", "readout_mask", "usable_cores"]


@dataclass(frozen=True)
class Augmentation:
    """What a gradient changes at random, so that the gesture is learned and not the take.

    Parameters
    ----------
    noise : float
        Standard deviation of what is added to every standardised input.
    stretch : float
        Series are played at speeds from exp(-stretch) to exp(stretch); not with a target per frame.
    dropout : float
        Share of the readout's features that are silent (Srivastava et al. 2014).
    smoothing : float
        Probability that a label was meant to be any label (Szegedy et al. 2016).
    """

    noise: float = 0.0
    stretch: float = 0.0
    dropout: float = 0.0
    smoothing: float = 0.0


# Frames times parameters, summed over the networks of one call: about 50 ms of work.
# More would let Ctrl-C wait, and one network alone has enough of it for all threads.
_MOST_AT_ONCE = 1e9
_READOUT_BITS = {"last": 1, "mean": 2, "max": 4}


def readout_mask(readout: tuple[str, ...]) -> int:
    """The readout's sections as the core's sum of bits."""
    return sum(_READOUT_BITS[section] for section in readout)


def usable_cores() -> int:
    """How many cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load(
    batch: Batch,
    network: Network,
    *,
    loss: str = "squared",
    per_frame: bool = False,
    series_weights: NDArray[np.float32] | None = None,
    n_jobs: int | None = None,
    difference_scale: NDArray[np.float32] | None = None,
    augmentation: Augmentation | None = None,
) -> NativeSession:
    """Hand a corpus to the core.

    Parameters
    ----------
    batch : Batch
        Frames, offsets and, for training, targets. The arrays are used as they are, without a copy,
        and must not change while the session lives.
    network : Network
        The sizes of the network.
    loss : {"squared", "cross_entropy"}
        For cross-entropy the targets have one column with the number of the class.
    per_frame : bool
        Whether every frame has a target of its own.
    series_weights : float32 ndarray of shape (n_series,), optional
        How much each series counts; 1 each by default.
    n_jobs : int, optional
        Threads; all usable cores by default. The number changes no bit of any result.
    difference_scale : float32 ndarray of shape (n_inputs,), optional
        What differences between frames are multiplied by; needed if the network hears them.
    augmentation : Augmentation, optional
        What a gradient changes at random.
    """
    session = NativeSession(network, np.diff(batch.offsets), per_frame=per_frame)
    chance = augmentation or Augmentation()
    session.n_threads = usable_cores() if n_jobs is None else n_jobs
    session._core = _core.Session(
        batch.frames,
        batch.offsets,
        batch.targets,
        series_weights,
        network.n_inputs,
        list(network.hidden_sizes),
        network.n_outputs,
        readout_mask(network.readout),
        loss == "cross_entropy",
        per_frame,
        session.n_threads,
        difference_scale,
        chance.noise,
        0.0 if per_frame else chance.stretch,
        chance.dropout,
        chance.smoothing,
        network.clock,
    )
    return session


class NativeSession:
    """One corpus in the core's hands. Calls from several threads wait for each other."""

    n_threads: int
    _core: _core.Session

    def __init__(self, network: Network, lengths: NDArray[np.int64], *, per_frame: bool) -> None:
        self._network, self._lengths, self._per_frame = network, lengths, per_frame
        self._longest = int(lengths.max(initial=1))

    def gradient(
        self,
        parameters: NDArray[np.float32],
        rows: NDArray[np.int64],
        seed: int,
        out: NDArray[np.float32],
    ) -> tuple[float, float]:
        """The summed loss of some series and their summed weight; `out` receives the gradient."""
        return self._core.gradient(parameters, rows, seed, out)

    def batches_at_once(self, n_networks: int, batch_size: int) -> int:
        """Say how many batches of each network one call of `learn` should take."""
        return max(1, int(_MOST_AT_ONCE / self._work(n_networks, batch_size)))

    def learn(
        self,
        learners: Sequence[Trainee],
        rows: Sequence[NDArray[np.int64]],
        seeds: Sequence[int],
        batch_size: int,
        shares: Sequence[float],
    ) -> list[list[tuple[float, float, bool]]]:
        """Let networks go through several batches and descend after each; they share the threads.

        Where a loss or gradient is no number the step before it is undone and the rate halved.
        Leaving out the batch alone would not do: where one gradient explodes most others do too,
        and the fit would stand still there.
        """
        descents = [learner.descent for learner in learners]
        found: list[list[tuple[float, float, bool]]] = []
        together = max(1, int(_MOST_AT_ONCE / self._work(len(shares), batch_size)))
        for start in range(0, len(rows), together):
            some = slice(start, start + together)
            found += self._core.learn(descents[some], rows[some], seeds[some], batch_size, shares)
        return found

    def _work(self, n_batches: int, batch_size: int) -> float:
        return float(self._network.n_parameters * self._longest * batch_size * n_batches)

    def loss(self, parameters: NDArray[np.float32], rows: NDArray[np.int64]) -> tuple[float, float]:
        """The summed loss of some series and their summed weight."""
        return self._core.loss(parameters, rows)

    def outputs(
        self, parameters: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The readout (n_rows, n_outputs), or per frame (frames of these rows, n_outputs)."""
        places = int(self._lengths[rows].sum()) if self._per_frame else len(rows)
        out = np.empty((places, self._network.n_outputs), dtype=np.float32)
        self._core.outputs(parameters, rows, out)
        return out
