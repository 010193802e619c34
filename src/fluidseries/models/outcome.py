"""scikit-learn's names for what a fit leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import NotFittedError
from .base import Model
from .learned import Learned
from .parameters import hidden_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LSTMOutcome", "Outcome"]

Kept = TypeVar("Kept")


class Outcome(Model[Kept]):
    """An estimator whose curves can be asked for once it has learned."""

    @property
    def loss_(self) -> float:
        """Training error of the last epoch, in the units of `loss_curve_`."""
        return self.loss_curve_[-1]

    @property
    def loss_curve_(self) -> list[float]:
        """Training error of every epoch since the model was new."""
        curve = self._fitted("loss_curve_").loss_curve
        if not curve:
            raise NotFittedError(
                "this model came from FluCoMa, whose files hold no error: fit it first"
            )
        return list(curve)

    @property
    def validation_loss_(self) -> float:
        """Error on what was held out after the last epoch."""
        return self.validation_curve_[-1]

    @property
    def validation_curve_(self) -> list[float]:
        """Error on what was held out after every epoch where something was."""
        curve = self._fitted("validation_curve_").validation_curve
        if not curve:
            raise NotFittedError(
                "nothing was held out: set validation before fit, and give it enough data"
            )
        return list(curve)

    @property
    def n_iter_(self) -> int:
        """Epochs since the model was new."""
        return len(self._fitted("n_iter_").loss_curve)

    def _fitted(self, name: str) -> Any:
        learned = self._usable()
        if learned is None:
            raise NotFittedError(f"{name} comes with fit. {self._not_fitted()}")
        return learned


class LSTMOutcome(Outcome[Learned]):
    """Networks whose sizes can be asked for, and have to fit the parameters."""

    hidden_size: int | Sequence[int]
    n_networks: int

    @property
    def n_features_in_(self) -> int:
        """Dimensions per frame."""
        return int(self._fitted("n_features_in_").network.n_inputs)

    @property
    def n_outputs_(self) -> int:
        """Dimensions of a point."""
        return int(self._fitted("n_outputs_").network.n_outputs)

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
