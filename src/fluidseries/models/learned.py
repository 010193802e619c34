"""All that an LSTM model has learned, as one value that does not change."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..learner import Member, Optimiser
from ..network import Network
from ..scaling import Scaler
from .best import Best, best_of
from .limits import Limits
from .modelfile import as_curve, as_float32, as_float64, as_number, as_whole, shortest

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Learned", "hearing"]

FORMS = ("point", "vector", "frames")
SECTIONS = ("last", "mean", "max")


@dataclass(frozen=True)
class Learned:
    """The networks and everything that a later fit needs to go on from them.

    Parameters
    ----------
    network : Network
        Sizes.
    members : tuple of Member
        Networks of these sizes, at least one; their outputs are averaged.
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
    apart : bool
        Whether each network also holds out a part of its own.
    trust : float64 ndarray of shape (n_outputs,) or None
        What standardised outputs are multiplied by, from 0 (the mean is answered) to 1; None for 1.
    target_range : two float64 ndarray of shape (n_outputs,) or None
        The lowest and the highest target so far; None where classes are learned.
    reach : float
        The largest standardised input or target so far, in standard deviations.
    difference_scale : float32 ndarray of shape (n_inputs,) or None
        What differences between standardised frames are multiplied by where the network hears them.
    loss_curve, validation_curve : tuple of float
        One number per epoch; the second only for epochs with held-out series.
    origin : dict
        How the frames were made; {} if that is not known.
    best : Best or None
        What these networks did on the held-out series, where they are those of the best epoch.
    """

    network: Network
    members: tuple[Member, ...]
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
    apart: bool = False
    trust: NDArray[np.float64] | None = None
    target_range: Limits | None = None
    origin: dict[str, Any] = field(default_factory=dict)
    best: Best | None = None

    @property
    def per_frame(self) -> bool:
        """Whether every frame has an output of its own."""
        return self.form == "frames"

    @property
    def answer_scaler(self) -> Scaler:
        """What turns the mean of the networks' outputs into answers."""
        if self.trust is None:
            return self.output_scaler
        return replace(self.output_scaler, scale=self.output_scaler.scale * self.trust)

    @property
    def n_answers(self) -> int:
        """How many numbers a stream answers with."""
        return self.network.n_outputs

    @property
    def naming(self) -> dict[str, Any]:
        """What the core needs to know to answer with probabilities; {} where points are wanted."""
        return {}

    @property
    def all_parameters(self) -> NDArray[np.float32]:
        """The parameters of all networks, one after the other."""
        return np.concatenate([member.parameters for member in self.members])

    def rng(self) -> np.random.Generator:
        """Return the random generator at the point where the last fit left it."""
        rng = np.random.default_rng()
        rng.bit_generator.state = self.random_state
        return rng

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text from which `from_dict` makes an equal value."""
        return {
            "network": {
                "n_inputs": self.network.n_inputs,
                "hidden_sizes": list(self.network.hidden_sizes),
                "n_outputs": self.network.n_outputs,
                "readout": list(self.network.readout),
                "differences": self.network.differences,
                "clock": self.network.clock,
            },
            "networks": [_member_to_dict(member, self.network) for member in self.members],
            "form": self.form,
            "scaling": {
                "input": self.input_scaler.to_dict(),
                "output": self.output_scaler.to_dict(),
                "differences": None
                if self.difference_scale is None
                else shortest(self.difference_scale),
            },
            "random": deepcopy(self.random_state),
            "split": {"seed": self.split_seed, "held_out": self.held_out, "apart": self.apart},
            "trust": None if self.trust is None else self.trust.tolist(),
            "target_range": self.target_range and [side.tolist() for side in self.target_range],
            "reach": self.reach,
            "loss_curve": list(self.loss_curve),
            "validation_curve": list(self.validation_curve),
            "best": self.best and self.best.to_dict(),
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Learned:
        """Take what `to_dict` gave; KeyError, TypeError or ValueError if it is damaged."""
        network, scaling = _network_of(content["network"]), content["scaling"]
        # The first version had one network, and what it had learned stood in other places.
        members = content.get("networks") or [{**content["network"], **content}]
        differences = None
        if network.differences:
            differences = as_float32(scaling["differences"], (network.n_inputs,))
        learned = cls(
            network=network,
            members=tuple(_member_of(member, network) for member in members),
            input_scaler=Scaler.from_dict(scaling["input"]),
            output_scaler=Scaler.from_dict(scaling["output"]),
            form=content["form"],
            random_state=content["random"],
            split_seed=as_whole(content["split"]["seed"], 0),
            held_out=as_number(content["split"]["held_out"], 0, 1),
            reach=as_number(content["reach"], 0),
            difference_scale=differences,
            loss_curve=as_curve(content["loss_curve"]),
            validation_curve=as_curve(content["validation_curve"]),
            apart=_apart_of(content["split"]),
            trust=_trust_of(content, network),
            target_range=_range_of(content, network),
            best=best_of(content),
        )
        learned._require_sound()
        return replace(learned, random_state=dict(learned.rng().bit_generator.state))

    def _require_sound(self) -> None:
        sizes = len(self.input_scaler.mean), len(self.output_scaler.mean)
        if sizes != (self.network.n_inputs, self.network.n_outputs):
            raise ValueError("the scaling has another size than the network")
        if self.form not in FORMS or (self.per_frame and self.network.readout != ("last",)):
            raise ValueError(f"the form {self.form!r} does not fit the network")
        if self.form == "vector" and self.network.n_outputs != 1:
            raise ValueError("one number per series needs one output")
        if not self.loss_curve:
            raise ValueError("the loss curve is empty")


def _network_of(content: dict[str, Any]) -> Network:
    sizes = tuple(as_whole(units, 1) for units in content["hidden_sizes"])
    readout = tuple(section for section in SECTIONS if section in content["readout"])
    if not sizes or list(readout) != content["readout"] or not readout:
        raise ValueError("the network needs hidden_sizes, and a readout in its usual order")
    differences, clock = content["differences"], content["clock"]
    for switch in (differences, clock):
        if not isinstance(switch, bool):
            raise TypeError(f"differences and clock must be true or false, got {switch!r}")
    inputs, outputs = (as_whole(content[name], 1) for name in ("n_inputs", "n_outputs"))
    return Network(inputs, sizes, outputs, readout, differences, clock)


def _member_to_dict(member: Member, network: Network) -> dict[str, Any]:
    views, memory = network.views(member.parameters), member.optimiser
    return {
        "parameters": {name: shortest(view) for name, view in views.items()},
        "optimiser": {
            "step": memory.step,
            "first": shortest(memory.first),
            "second": shortest(memory.second),
        },
    }


def _member_of(content: dict[str, Any], network: Network) -> Member:
    parts = content["parameters"]
    # Every part is compared with its shape before anything of that size is made.
    parameters = [as_float32(parts[name], shape) for name, shape in network.shapes.items()]
    optimiser = _optimiser_of(content["optimiser"], network)
    return Member(np.concatenate([part.ravel() for part in parameters]), optimiser)


def _optimiser_of(content: dict[str, Any], network: Network) -> Optimiser:
    flat = (network.n_parameters,)
    first, second = (as_float32(content[name], flat) for name in ("first", "second"))
    if (second < 0).any():
        raise ValueError("the optimiser's mean of squares is negative")
    return Optimiser(first, second, as_whole(content["step"], 0))


def _apart_of(content: dict[str, Any]) -> bool:
    apart = content.get("apart", False)  # files of the first version do not tell
    if not isinstance(apart, bool):
        raise TypeError(f"apart must be true or false, got {apart!r}")
    return apart


def _trust_of(content: dict[str, Any], network: Network) -> NDArray[np.float64] | None:
    if content.get("trust") is None:
        return None
    trust = as_float64(content["trust"], (network.n_outputs,))
    if (trust < 0).any() or (trust > 1).any():
        raise ValueError("trust must lie between 0 and 1")
    return trust


def _range_of(content: dict[str, Any], network: Network) -> Limits | None:
    if content.get("target_range") is None:
        return None
    low, high = (as_float64(side, (network.n_outputs,)) for side in content["target_range"])
    if (low > high).any():
        raise ValueError("the range of the targets begins above its end")
    return low, high


def hearing(learned: Learned) -> Learned:
    """Return the same networks with their hidden state for an output, at every frame."""
    units = learned.network.hidden_sizes[-1]
    network = replace(learned.network, n_outputs=units, readout=("last",))
    return replace(
        learned,
        network=network,
        members=tuple(_hearing(member, learned.network, network) for member in learned.members),
        output_scaler=Scaler.identity(units),
        trust=None,
        form="frames",
    )


def _hearing(member: Member, network: Network, wider: Network) -> Member:
    parameters = np.zeros(wider.n_parameters, np.float32)
    views = wider.views(parameters)
    for name, view in network.views(member.parameters).items():
        if not name.startswith("readout"):
            views[name][...] = view
    views["readout_weight"][...] = np.eye(wider.n_outputs)
    return replace(member, parameters=parameters)
