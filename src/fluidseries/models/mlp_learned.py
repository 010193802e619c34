"""All that an MLP model has learned, as one value that does not change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..scaling import Scaler
from .layers import Layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MLPLearned", "Memory"]

Arrays: TypeAlias = "tuple[NDArray[np.float64], ...]"


@dataclass(frozen=True)
class Memory:
    """What Adam remembers of the gradient and of its square; empty before the first step.

    Parameters
    ----------
    first, second : tuple of float64 ndarray
        In scikit-learn's order: the weights of every layer, then the biases of every layer.
    step : int
        Steps so far.
    """

    first: Arrays = ()
    second: Arrays = ()
    step: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and numbers."""
        first, second = ([a.tolist() for a in arrays] for arrays in (self.first, self.second))
        return {"step": self.step, "first": first, "second": second}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Memory:
        """Take what `to_dict` gave."""
        first, second = (
            tuple(np.array(numbers, dtype=np.float64) for numbers in content[name])
            for name in ("first", "second")
        )
        return cls(first, second, int(content["step"]))


@dataclass(frozen=True)
class MLPLearned:
    """The layers and everything that a later fit needs to go on from them.

    Parameters
    ----------
    layers : Layers
        For standardised points.
    input_scaler, output_scaler : Scaler
        Fitted on the training part of the first fit.
    form : str
        What the targets were: "point", "vector" (one number per point) or "label".
    labels : tuple of str or int
        One per output, sorted; empty for a regressor.
    gone : dict
        What the output layer knew of labels that the newest fit had no points of: a column of
        weights with its bias at the end.
    memory : Memory
        Adam's.
    random_state : dict or None
        State of the generator that shuffles; None before the first fit of a model that was read
        from FluCoMa.
    split_seed : int
        With an identifier it decides whether that point is held out.
    held_out : float
        The largest fraction held out so far.
    loss_curve, validation_curve : tuple of float
        One number per epoch; the second only for epochs with held-out points.
    """

    layers: Layers
    input_scaler: Scaler
    output_scaler: Scaler
    form: str
    labels: tuple[Any, ...] = ()
    gone: dict[Any, NDArray[np.float64]] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    random_state: dict[str, Any] | None = None
    split_seed: int = 0
    held_out: float = 0.0
    loss_curve: tuple[float, ...] = ()
    validation_curve: tuple[float, ...] = ()

    @classmethod
    def of_layers(cls, layers: Layers, form: str, labels: tuple[Any, ...] = ()) -> MLPLearned:
        """Take layers that work in the units of the data."""
        inputs, outputs = Scaler.identity(layers.n_inputs), Scaler.identity(layers.n_outputs)
        return cls(layers, inputs, outputs, form, labels)

    def rng(self) -> np.random.Generator:
        """Return the random generator at the point where the last fit left it."""
        rng = np.random.default_rng()
        rng.bit_generator.state = self.random_state or {}
        return rng

    def in_data_units(self) -> Layers:
        """Return layers with the scaling inside."""
        return self.layers.folded(self.input_scaler, self.output_scaler)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text from which `from_dict` makes an equal value."""
        return {
            "layers": self.layers.to_list(),
            "form": self.form,
            "labels": list(self.labels),
            "gone": [[label, column.tolist()] for label, column in self.gone.items()],
            "scaling": {
                "input": self.input_scaler.to_dict(),
                "output": self.output_scaler.to_dict(),
            },
            "optimiser": self.memory.to_dict(),
            "random": self.random_state,
            "split": {"seed": self.split_seed, "held_out": self.held_out},
            "loss_curve": list(self.loss_curve),
            "validation_curve": list(self.validation_curve),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> MLPLearned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        learned = cls(
            layers=Layers.from_list(content["layers"]),
            input_scaler=Scaler.from_dict(content["scaling"]["input"]),
            output_scaler=Scaler.from_dict(content["scaling"]["output"]),
            form=str(content["form"]),
            labels=tuple(content["labels"]),
            gone={label: np.array(column, float) for label, column in content["gone"]},
            memory=Memory.from_dict(content["optimiser"]),
            random_state=content["random"],
            split_seed=int(content["split"]["seed"]),
            held_out=float(content["split"]["held_out"]),
            loss_curve=tuple(content["loss_curve"]),
            validation_curve=tuple(content["validation_curve"]),
        )
        learned._require_sound()
        return learned

    def _require_sound(self) -> None:
        if self.random_state is not None:
            self.rng()
        sizes = len(self.input_scaler.mean), len(self.output_scaler.mean)
        if sizes != (self.layers.n_inputs, self.layers.n_outputs):
            raise ValueError("the scaling has another size than the layers")
        if self.form == "label" and len(set(self.labels)) != self.layers.n_outputs:
            raise ValueError("there must be a label for each output")
        n_inputs_of_last = len(self.layers.output.weights)
        if any(column.shape != (n_inputs_of_last + 1,) for column in self.gone.values()):
            raise ValueError("a label that is gone has another size than the layers")
        for arrays in (self.memory.first, self.memory.second):
            if arrays and [a.shape for a in arrays] != self._memory_shapes():
                raise ValueError("the optimiser has another size than the layers")

    def _memory_shapes(self) -> list[tuple[int, ...]]:
        shapes = [layer.weights.shape for layer in self.layers.layers]
        if self.form == "label" and shapes[-1][1] == 2:
            shapes[-1] = (shapes[-1][0], 1)  # scikit-learn has a single output for two classes
        return [*shapes, *(shape[1:] for shape in shapes)]
