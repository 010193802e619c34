"""Labels as an LSTM's outputs: an output layer that grows, and labels that are gone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..labels import require_kept_labels
from ..learner import Member, Optimiser
from .learned import Learned
from .modelfile import as_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["ClassesLearned", "with_classes"]

# An output with this bias has probability 0 and, so, no gradient: it keeps what it knows.
MASKED = np.float32(-1e4)
# Means of outputs are less sure than they may be, and who takes all doubt away is too sure:
# chosen by what bench/sureness.py prints.
FLATTENED, NEVER_LESS = 0.15, 0.01


@dataclass(frozen=True)
class ClassesLearned(Learned):
    """What an LSTM classifier has learned.

    Parameters
    ----------
    outputs : tuple of str, int, float or bool
        The label of each output, in the order in which they came.
    present : frozenset of the same
        The labels of the newest fit; the others' outputs are masked.
    doubt : float
        Probability that a label was meant to be any label, as training had it.
    """

    outputs: tuple[Any, ...] = ()
    present: frozenset[Any] = frozenset()
    doubt: float = 0.0

    @cached_property
    def classes(self) -> tuple[Any, ...]:
        """The present labels, sorted."""
        return tuple(sorted(self.present))

    @cached_property
    def _order(self) -> list[int]:
        """Where the present labels stand among the outputs."""
        return [self.outputs.index(label) for label in self.classes]

    @cached_property
    def _sharpness(self) -> float:
        return 1 / (1 - FLATTENED + FLATTENED / len(self.members))

    @property
    def n_answers(self) -> int:
        return len(self.classes)

    @property
    def naming(self) -> dict[str, Any]:
        """What the core needs to know to do as `probabilities` does."""
        return {
            "labels": self._order,
            "sharpness": self._sharpness,
            "doubt": self.doubt,
            "least": NEVER_LESS,
        }

    def probabilities(self, outputs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities for outputs (..., n_outputs) in the order of `classes`.

        It is their softmax, less the doubt that was taught: a network that is sure answers
        (1 - doubt) + doubt / n_classes then, and here 1. Where several networks were averaged the
        outputs are spread a little first (a temperature below 1; Guo et al. 2017).
        """
        chosen = outputs[..., self._order] * self._sharpness
        powers = np.exp(chosen - chosen.max(axis=-1, keepdims=True))
        shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
        if self.doubt:
            # Nothing is quite impossible.
            shares = np.maximum(shares - self.doubt / len(self.classes), NEVER_LESS * shares)
            shares /= shares.sum(axis=-1, keepdims=True)
        return shares

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text from which `from_dict` makes an equal value."""
        return {
            **super().to_dict(),
            "outputs": list(self.outputs),
            "present": list(self.classes),
            "doubt": self.doubt,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> ClassesLearned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        learned = cast("ClassesLearned", super().from_dict(content))
        outputs, present = tuple(content["outputs"]), frozenset(content["present"])
        if len(outputs) != learned.network.n_outputs or len(set(outputs)) < len(outputs):
            raise ValueError("there must be one label for each output")
        if not present or not present <= set(outputs):
            raise ValueError("the labels that are present must be some of the outputs")
        require_kept_labels(outputs)
        doubt = as_number(content.get("doubt", 0.0), 0, 0.999)  # files of the first version: none
        return replace(learned, outputs=outputs, present=present, doubt=doubt)


def with_classes(learned: ClassesLearned, labels: Iterable[Any]) -> ClassesLearned:
    """Make room for the labels of a fit: new ones get outputs, missing ones are masked.

    What the LSTM and the other outputs know stays as it is. A new output starts as one of a new
    network would, with the mean of the others' biases, so that it is as likely as they are.
    """
    present = frozenset(labels)
    new = sorted(present - set(learned.outputs))
    outputs = (*learned.outputs, *new)
    wider = replace(learned.network, n_outputs=len(outputs))
    rng = learned.rng()
    members = []
    for member in learned.members:
        memory = member.optimiser
        _, (parameters, first, second) = learned.network.with_outputs(
            len(outputs), member.parameters, memory.first, memory.second
        )
        _start_outputs(wider.views(parameters), outputs, len(learned.outputs), present, rng)
        members.append(Member(parameters, Optimiser(first, second, memory.step)))
    return replace(
        learned,
        network=wider,
        members=tuple(members),
        output_scaler=type(learned.output_scaler).identity(len(outputs)),
        random_state=dict(rng.bit_generator.state),
        outputs=outputs,
        present=present,
    )


def _start_outputs(
    views: dict[str, NDArray[np.float32]],
    outputs: tuple[Any, ...],
    old: int,
    present: frozenset[Any],
    rng: np.random.Generator,
) -> None:
    """Draw the weights of the outputs behind the old ones; set the biases of those that change."""
    weight, bias = (views[f"readout_{part}"] for part in ("weight", "bias"))
    weight[old:] = rng.uniform(-1, 1, weight[old:].shape) / np.sqrt(weight.shape[1])
    heard = bias[:old][bias[:old] > MASKED / 2]
    usual = heard.mean() if len(heard) else np.float32(0)
    for place, label in enumerate(outputs):
        if label not in present:
            bias[place] = MASKED
        elif place >= old or bias[place] <= MASKED / 2:
            bias[place] = usual
