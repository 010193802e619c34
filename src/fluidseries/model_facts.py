"""What a model holds, as facts in a few words, from what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .containers.origin import origin_facts
from .wording import listed

if TYPE_CHECKING:
    from .models.base import Model

__all__ = ["facts_about"]

Facts: TypeAlias = "list[tuple[str, str]]"


def facts_about(model: Model[Any]) -> Facts:
    """Say what a model of any kind has learned, as (name, text) pairs.

    Examples
    --------
    >>> import fluidseries as fs
    >>> facts_about(fs.DTWClassifier())
    [('learned', 'nothing yet')]
    >>> facts_about(fs.DTWClassifier().fit([[[0.0], [1.0]], [[1.0]]], ["rise", "still"]))
    [('examples', '2 series of 1 to 2 frames'), ('dims', '1'), ('labels', 'rise, still')]
    """
    learned = model.to_dict()["learned"]
    if learned is None:
        return [("learned", "nothing yet")]
    facts: Facts = []
    for part, describe in (("network", _network), ("layers", _layers), ("series", _examples)):
        if part in learned:
            facts += describe(learned)
    if "residual" in learned:
        facts.append(("foretells", "the next step" if learned["differences"] else "the next frame"))
    elif learned.get("form") == "frames":
        facts.append(("a target per", "frame"))
    if hasattr(model, "classes_"):
        facts.append(("labels", listed(model.classes_, 6)))
    return facts + _course(learned) + origin_facts(learned.get("origin", {}))


def _network(learned: dict[str, Any]) -> Facts:
    network, networks = learned["network"], learned["networks"]
    inside = [f"LSTM {size}" for size in network["hidden_sizes"]]
    count = sum(np.size(numbers) for one in networks for numbers in one["parameters"].values())
    facts = _chain(network["n_inputs"], inside, network["n_outputs"], count)
    return facts if len(networks) == 1 else [("networks", f"{len(networks)}, averaged"), *facts]


def _layers(learned: dict[str, Any]) -> Facts:
    layers = learned["layers"]
    shapes = [np.shape(layer["weights"]) for layer in layers]
    inside = [
        f"{layer['activation']} {shape[1]}"
        for layer, shape in zip(layers[:-1], shapes[:-1], strict=True)
    ]
    count = sum((shape[0] + 1) * shape[1] for shape in shapes)
    return _chain(shapes[0][0], inside, shapes[-1][1], count)


def _chain(n_inputs: int, inside: list[str], n_outputs: int, n_weights: int) -> Facts:
    layers = " -> ".join([f"{n_inputs} in", *inside, f"{n_outputs} out"])
    return [("network", layers), ("weights", str(n_weights))]


def _examples(learned: dict[str, Any]) -> Facts:
    series = learned["series"]
    low, high = min(map(len, series)), max(map(len, series))
    frames = f"{low}" if low == high else f"{low} to {high}"
    return [
        ("examples", f"{len(series)} series of {frames} frames"),
        ("dims", str(len(series[0][0]))),
    ]


def _course(learned: dict[str, Any]) -> Facts:
    """Say how learning went; a model from FluCoMa does not tell."""
    curve, held_out = learned.get("loss_curve"), learned.get("validation_curve")
    if not curve:
        return []
    facts = [
        ("epochs", str(len(curve))),
        ("error", f"{curve[-1]:.4g} (in the first epoch {curve[0]:.4g})"),
    ]
    return facts + ([("held-out error", f"{min(held_out):.4g} at best")] if held_out else [])
