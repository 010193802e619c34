"""scikit-learn's names for what a fit leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotFittedError
from .base import Model
from .learned import Learned
from .parameters import hidden_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Outcome"]


class Outcome(Model[Learned]):
    """An estimator whose curves and sizes can be asked for once it has learned."""

    hidden_size: int | Sequence[int]
    n_networks: int

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

    def _fitted(self, name: str) -> Learned:
        learned = self._usable()
        if learned is None:
            raise NotFittedError(f"{name} comes with fit. {self._not_fitted()}")
        return learned
