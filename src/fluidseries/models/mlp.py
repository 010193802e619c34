"""What the MLP models share: answers, scikit-learn's attributes, files of ours and FluCoMa's."""

from __future__ import annotations

import os
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np

from .. import files
from ..errors import InputError
from ..points import Points, read_point, require_dims
from ..reading import require_origin
from .layers import Layers
from .mlp_fitting import MLPFitting
from .mlp_flucoma import is_flucoma
from .mlp_learned import MLPLearned
from .mlp_parameters import hidden_sizes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from sklearn.utils import Tags

    from ..json_places import Place

__all__ = ["MLPModel"]

Table: TypeAlias = "NDArray[np.float64]"


class MLPModel(MLPFitting):
    """An estimator around one perceptron."""

    @classmethod
    @abstractmethod
    def _parse_flucoma(cls, content: Any, where: Place) -> MLPLearned:
        """Take what `to_flucoma` gives."""

    @abstractmethod
    def to_flucoma(self) -> dict[str, Any]:
        """Return what `write_flucoma` puts into a file."""

    # Prediction

    def _usable(self) -> MLPLearned | None:
        learned = self._learned
        if learned is None or learned.layers.hidden_sizes != hidden_sizes(self.hidden_size):
            return None
        if learned.layers.hidden_sizes and learned.layers.layers[0].activation != self.activation:
            return None
        return learned

    def _not_fitted(self) -> str:
        if self._learned is None:
            return super()._not_fitted()
        layers = self._learned.layers
        return (
            f"hidden_size is {self.hidden_size} and activation {self.activation!r} now, but what "
            f"this {type(self).__name__} learned has {list(layers.hidden_sizes)} and "
            f"{layers.layers[0].activation!r}: set them back, or call fit to start afresh"
        )

    def _run(self, table: Table, learned: MLPLearned, where: str) -> Table:
        """Return the last layer's numbers for checked points of shape (..., n_inputs)."""
        with np.errstate(all="ignore"):
            outputs = learned.output_scaler.restore(
                self._answers(learned.layers, learned.input_scaler.standardise(table))
            )
        if not np.isfinite(outputs).all():
            raise InputError(f"{where} lies too far from the training data: check its numbers")
        return outputs

    def _answers(self, layers: Layers, inputs: Table) -> Table:
        return layers(inputs)

    def _outputs(self, points: Points, learned: MLPLearned) -> Table:
        require_origin(points.origin, learned.origin)
        require_dims("the source", points.n_dims, learned.layers.n_inputs)
        return self._run(points.table, learned, "the source")

    def _point(self, point: ArrayLike, learned: MLPLearned) -> Table:
        row = read_point(point, learned.layers.n_inputs)
        return self._run(row, learned, "the point")

    # scikit-learn's names for what a fit leaves behind

    @property
    def n_features_in_(self) -> int:
        """Dimensions of a point."""
        return int(self._fitted("n_features_in_").layers.n_inputs)

    @property
    def n_outputs_(self) -> int:
        """Numbers that come out of the last layer."""
        return int(self._fitted("n_outputs_").layers.n_outputs)

    # Files

    def write_flucoma(self, path: str | os.PathLike[str]) -> None:
        """Write a file that FluCoMa's object of the same name reads, with the same answers.

        The scaling is worked into the first and the last layer. What only this library knows (the
        parameters, the errors) stays out: use `write` to go on learning from the file here.

        Parameters
        ----------
        path : str or path
            A .json file; an older one gives way.

        Raises
        ------
        NotFittedError
            If nothing was learned.
        """
        files.write_json(path, self.to_flucoma())

    @classmethod
    def _from_content(cls, content: Any, where: Place) -> Self:
        if not is_flucoma(content):
            return super()._from_content(content, where)
        learned = cls._parse_flucoma(content, where)
        first, sizes = learned.layers.layers[0], list(learned.layers.hidden_sizes)
        model = cls(hidden_size=sizes, standardize=False)
        if sizes:
            model.activation = first.activation
        model._learned = learned
        return model

    def _learned_to_dict(self, learned: MLPLearned) -> dict[str, Any]:
        return learned.to_dict()

    def _learned_from_dict(self, content: dict[str, Any]) -> MLPLearned:
        learned = MLPLearned.from_dict(content)
        if (learned.form == "label") != (self._output_activation == "softmax"):
            raise ValueError(f"the form {learned.form!r} is another kind of model's")
        return learned

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.three_d_array = False
        return tags
