"""What a model holds, as facts in a few words and for scripts, from what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from .containers.origin import Origin, origin_facts
from .wording import counted, listed

if TYPE_CHECKING:
    from .models.base import Model

__all__ = ["Fact", "facts_about", "facts_of_origin"]


class Fact(NamedTuple):
    """What is known under a name: as text for people, as numbers and lists for scripts."""

    name: str
    text: str
    value: Any


Facts: TypeAlias = "list[Fact]"


def facts_of_origin(origin: Origin) -> Facts:
    """Say how frames were made."""
    return [Fact(name, text, origin[name]) for name, text in origin_facts(origin)]


def facts_about(model: Model[Any]) -> Facts:
    """Say what a model of any kind has learned.

    Examples
    --------
    >>> import fluidseries as fs
    >>> facts_about(fs.DTWClassifier())
    [Fact(name='learned', text='nothing yet', value=None)]
    >>> facts = facts_about(fs.DTWClassifier().fit([[[0.0], [1.0]], [[1.0]]], ["rise", "still"]))
    >>> [fact.text for fact in facts]
    ['2 series of 1 to 2 frames', '1', 'rise, still']
    >>> [fact.value for fact in facts]
    [{'series': 2, 'min_frames': 1, 'max_frames': 2}, 1, ['rise', 'still']]
    """
    learned = model.to_dict()["learned"]
    if learned is None:
        return [Fact("learned", "nothing yet", None)]
    facts: Facts = []
    for part, describe in (("network", _network), ("layers", _layers), ("series", _examples)):
        if part in learned:
            facts += describe(learned)
    if "residual" in learned:
        step = "step" if learned["differences"] else "frame"
        facts.append(Fact("foretells", f"the next {step}", step))
        facts += _linear(learned)
    elif learned.get("form") == "frames":
        facts.append(Fact("a target per", "frame", "frame"))
    if hasattr(model, "classes_"):
        labels = [str(label) for label in model.classes_]
        facts.append(Fact("labels", listed(labels, 6), labels))
    return facts + _course(learned) + facts_of_origin(learned.get("origin", {}))


def _network(learned: dict[str, Any]) -> Facts:
    network, networks = learned["network"], learned["networks"]
    sizes = [network["n_inputs"], *network["hidden_sizes"], network["n_outputs"]]
    count = sum(np.size(numbers) for one in networks for numbers in one["parameters"].values())
    facts = _chain(sizes, ["LSTM"] * (len(sizes) - 2), count)
    if len(networks) == 1:
        return facts
    return [Fact("networks", f"{len(networks)}, averaged", len(networks)), *facts]


def _linear(learned: dict[str, Any]) -> Facts:
    """Say how far a forecaster's linear part looks back, and what the networks may add."""
    if learned["linear"] is None:
        return []
    n_back = len(learned["linear"]["autoregressions"][-1]["weights"])
    facts = [Fact("linear part", f"looks back {counted(n_back, 'frame')}", n_back)]
    if learned["trust"] is not None:
        mean = float(np.mean(learned["trust"]))
        facts.append(Fact("trust in the networks", f"{mean:.0%}", mean))
    return facts


def _layers(learned: dict[str, Any]) -> Facts:
    layers = learned["layers"]
    shapes = [np.shape(layer["weights"]) for layer in layers]
    sizes = [shapes[0][0], *(shape[1] for shape in shapes)]
    count = sum((shape[0] + 1) * shape[1] for shape in shapes)
    return _chain(sizes, [layer["activation"] for layer in layers[:-1]], count)


def _chain(sizes: list[int], kinds: list[str], n_weights: int) -> Facts:
    n_inputs, *hidden, n_outputs = sizes
    inside = [f"{kind} {size}" for kind, size in zip(kinds, hidden, strict=True)]
    layers = " -> ".join([f"{n_inputs} in", *inside, f"{n_outputs} out"])
    return [Fact("network", layers, sizes), Fact("weights", str(n_weights), n_weights)]


def _examples(learned: dict[str, Any]) -> Facts:
    series = learned["series"]
    low, high = min(map(len, series)), max(map(len, series))
    frames = f"{low}" if low == high else f"{low} to {high}"
    counts = {"series": len(series), "min_frames": low, "max_frames": high}
    n_dims = len(series[0][0])
    return [
        Fact("examples", f"{len(series)} series of {frames} frames", counts),
        Fact("dims", str(n_dims), n_dims),
    ]


def _course(learned: dict[str, Any]) -> Facts:
    """Say how learning went; a model from FluCoMa does not tell."""
    curve, held_out = learned.get("loss_curve"), learned.get("validation_curve")
    if not curve:
        return []
    first, last = curve[0], curve[-1]
    facts = [
        Fact("epochs", str(len(curve)), len(curve)),
        Fact("error", f"{last:.4g} (in the first epoch {first:.4g})", last),
    ]
    if held_out:
        facts.append(Fact("held-out error", f"{min(held_out):.4g} at best", min(held_out)))
    return facts
