"""All that an LSTM model has learned, as one value that does not change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..network import Network
from ..scaling import Scaler
from ..training import Optimiser
from .modelfile import as_float32, shortest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Learned"]


@dataclass(frozen=True)
class Learned:
    """The network and everything that a later fit needs to go on from it.

    Parameters
    ----------
    network : Network
        Sizes.
    parameters : float32 ndarray of shape (n_parameters,)
        What the network has learned.
    optimiser : Optimiser
        Adam's memory.
    input_scaler, output_scaler : Scaler
        Fitted on the training part of the first fit.
    form : str
        What the targets were: "point", "vector" (one number per series) or "frames".
    random_state : dict
        State of the generator that shuffles.
    split_seed : int
        With an identifier it decides whether that series is held out.
    held_out : float
        The largest fraction held out so far.
    reach : float
        The largest standardised input or target so far, in standard deviations.
    difference_scale : float32 ndarray of shape (n_inputs,) or None
        What differences between standardised frames are multiplied by where the network hears them.
    loss_curve, validation_curve : tuple of float
        One number per epoch; the second only for epochs with held-out series.
    """

    network: Network
    parameters: NDArray[np.float32]
    optimiser: Optimiser
    input_scaler: Scaler
    output_scaler: Scaler
    form: str
    random_state: dict[str, Any]
    split_seed: int
    held_out: float
    reach: float
    difference_scale: NDArray[np.float32] | None = None
    loss_curve: tuple[float, ...] = ()
    validation_curve: tuple[float, ...] = ()

    @property
    def per_frame(self) -> bool:
        """Whether every frame has an output of its own."""
        return self.form == "frames"

    def rng(self) -> np.random.Generator:
        """Return the random generator at the point where the last fit left it."""
        rng = np.random.default_rng()
        rng.bit_generator.state = self.random_state
        return rng

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text from which `from_dict` makes an equal value."""
        views = self.network.views(self.parameters)
        return {
            "network": {
                "n_inputs": self.network.n_inputs,
                "hidden_sizes": list(self.network.hidden_sizes),
                "n_outputs": self.network.n_outputs,
                "readout": list(self.network.readout),
                "differences": self.network.differences,
                "parameters": {name: shortest(view) for name, view in views.items()},
            },
            "form": self.form,
            "scaling": {
                "input": self.input_scaler.to_dict(),
                "output": self.output_scaler.to_dict(),
                "differences": None
                if self.difference_scale is None
                else shortest(self.difference_scale),
            },
            "optimiser": {
                "step": self.optimiser.step,
                "first": shortest(self.optimiser.first),
                "second": shortest(self.optimiser.second),
            },
            "random": self.random_state,
            "split": {"seed": self.split_seed, "held_out": self.held_out},
            "reach": self.reach,
            "loss_curve": list(self.loss_curve),
            "validation_curve": list(self.validation_curve),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Learned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        sizes = content["network"]
        network = Network(
            int(sizes["n_inputs"]),
            tuple(int(units) for units in sizes["hidden_sizes"]),
            int(sizes["n_outputs"]),
            tuple(sizes["readout"]),
            bool(sizes["differences"]),
        )
        differences = content["scaling"]["differences"]
        parameters = np.empty(network.n_parameters, np.float32)
        for name, view in network.views(parameters).items():
            view[...] = as_float32(sizes["parameters"][name], view.shape)
        memory = content["optimiser"]
        flat = (network.n_parameters,)
        learned = cls(
            network=network,
            parameters=parameters,
            optimiser=Optimiser(
                as_float32(memory["first"], flat),
                as_float32(memory["second"], flat),
                int(memory["step"]),
            ),
            input_scaler=Scaler.from_dict(content["scaling"]["input"]),
            output_scaler=Scaler.from_dict(content["scaling"]["output"]),
            form=str(content["form"]),
            random_state=content["random"],
            split_seed=int(content["split"]["seed"]),
            held_out=float(content["split"]["held_out"]),
            reach=float(content["reach"]),
            difference_scale=as_float32(differences, (network.n_inputs,))
            if network.differences
            else None,
            loss_curve=tuple(content["loss_curve"]),
            validation_curve=tuple(content["validation_curve"]),
        )
        learned.rng()
        if (
            len(learned.input_scaler.mean) != network.n_inputs
            or len(learned.output_scaler.mean) != network.n_outputs
        ):
            raise ValueError("the scaling has another size than the network")
        return learned
