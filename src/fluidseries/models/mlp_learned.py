"""All that an MLP model has learned, as one value that does not change."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..labels import require_kept_labels
from ..scaling import Scaler
from .best import Best, best_of
from .layers import Layers
from .modelfile import as_curve, as_float64, as_number, as_whole

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
    def from_dict(cls, content: dict[str, Any], shapes: list[tuple[int, ...]]) -> Memory:
        """Take what `to_dict` gave for layers of these shapes, or for none."""
        if content["first"] == content["second"] == []:
            return cls()
        first, second = (
            tuple(as_float64(numbers, shape) for numbers, shape in zip(part, shapes, strict=True))
            for part in (content["first"], content["second"])
        )
        if any((numbers < 0).any() for numbers in second):
            raise ValueError("the optimiser's mean of squares is negative")
        return cls(first, second, as_whole(content["step"], 0))


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
    labels : tuple of str, int, float or bool
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
    best : Best or None
        What these layers did on the held-out points, where there were any.
    origin : dict
        What the columns of the first table were called; {} if that is not known.
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
    best: Best | None = None
    origin: dict[str, Any] = field(default_factory=dict)

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
            "random": deepcopy(self.random_state),
            "split": {"seed": self.split_seed, "held_out": self.held_out},
            "loss_curve": list(self.loss_curve),
            "validation_curve": list(self.validation_curve),
            "best": self.best and self.best.to_dict(),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> MLPLearned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        layers, form = Layers.from_list(content["layers"]), content["form"]
        memory = Memory.from_dict(content["optimiser"], _memory_shapes(layers, form))
        column = (len(layers.output.weights) + 1,)
        learned = cls(
            layers=layers,
            input_scaler=Scaler.from_dict(content["scaling"]["input"]),
            output_scaler=Scaler.from_dict(content["scaling"]["output"]),
            form=form,
            labels=tuple(content["labels"]),
            gone={label: as_float64(numbers, column) for label, numbers in content["gone"]},
            memory=memory,
            random_state=content["random"],
            split_seed=as_whole(content["split"]["seed"], 0),
            held_out=as_number(content["split"]["held_out"], 0, 1),
            loss_curve=as_curve(content["loss_curve"]),
            validation_curve=as_curve(content["validation_curve"]),
            best=best_of(content),
        )
        learned._require_sound()
        if learned.random_state is None:
            return learned
        return replace(learned, random_state=dict(learned.rng().bit_generator.state))

    def _require_sound(self) -> None:
        sizes = len(self.input_scaler.mean), len(self.output_scaler.mean)
        if sizes != (self.layers.n_inputs, self.layers.n_outputs):
            raise ValueError("the scaling has another size than the layers")
        if self.form not in ("label", "point", "vector"):
            raise ValueError(f"there is no form {self.form!r}")
        if self.form == "vector" and self.layers.n_outputs != 1:
            raise ValueError("one number per point needs one output")
        if any(layer.activation == "softmax" for layer in self.layers.layers[:-1]):
            raise ValueError("a hidden layer cannot be a softmax")
        if self.form == "label":
            self._require_sound_labels()
        elif self.layers.output.activation == "softmax":
            raise ValueError("numbers do not come from a softmax")

    def _require_sound_labels(self) -> None:
        known = [*self.labels, *self.gone]
        require_kept_labels(known)
        if list(self.labels) != sorted(set(self.labels)) or len(set(known)) < len(known):
            raise ValueError("the labels must be sorted and different")
        if len(self.labels) != self.layers.n_outputs:
            raise ValueError("there must be a label for each output")
        if self.layers.output.activation not in ("softmax", "sigmoid"):
            raise ValueError("labels come from a softmax or from sigmoids")


def _memory_shapes(layers: Layers, form: str) -> list[tuple[int, ...]]:
    shapes = [layer.weights.shape for layer in layers.layers]
    if form == "label" and shapes[-1][1] == 2:
        shapes[-1] = (shapes[-1][0], 1)  # scikit-learn has a single output for two classes
    return [*shapes, *(shape[1:] for shape in shapes)]
