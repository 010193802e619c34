"""FluCoMa's files of its MLPRegressor and MLPClassifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..containers.flucoma import kind_of
from ..errors import FormatError
from .layers import ACTIVATIONS, Layer, Layers
from .modelfile import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..json_places import Place

__all__ = [
    "FLUCOMA_KINDS",
    "is_flucoma",
    "parse_classifier",
    "parse_layers",
    "to_classifier",
    "to_mlp",
]

# Our models by what `kind_of` calls FluCoMa's.
FLUCOMA_KINDS = {"FluCoMa MLP": "MLPRegressor", "FluCoMa MLP classifier": "MLPClassifier"}

_NAMES = tuple(ACTIVATIONS)[:4]
_SHIFT = 300.0


def is_flucoma(content: Any) -> bool:
    """Tell whether parsed JSON is of FluCoMa's MLPRegressor or MLPClassifier."""
    return kind_of(content) in FLUCOMA_KINDS


def to_mlp(layers: Layers) -> dict[str, Any]:
    """Return layers in the units of the data as FluCoMa's MLP has them."""
    content = layers.to_list()
    return {"layers": [{**layer, "activation": _code(layer["activation"])} for layer in content]}


def to_classifier(layers: Layers, labels: Sequence[str]) -> dict[str, Any]:
    """Return layers in the units of the data, and their labels, as FluCoMa's MLPClassifier."""
    return {"labels": {"labels": list(labels), "rows": len(labels)}, "mlp": to_mlp(_sharp(layers))}


def _sharp(layers: Layers) -> Layers:
    """Make the last layer sigmoids whose largest is the largest of the softmax.

    FluCoMa answers the label of the largest output, if that is above 0, and its classifiers end in
    sigmoids. Those would all round to 1 for outputs above 37; far below 0 a sigmoid is the
    exponential of the softmax, and the order of two outputs is kept from -445 to 330.
    """
    last = layers.output
    if last.activation == "sigmoid":
        return layers
    return layers.with_output(Layer(last.weights, last.biases - _SHIFT, "sigmoid"))


def parse_classifier(content: Any, where: Place) -> tuple[Layers, tuple[str, ...]]:
    """Return the layers of FluCoMa's MLPClassifier and its labels, sorted.

    Raises
    ------
    FormatError
        If it is something else, or damaged.
    """
    _require_kind(content, "MLPClassifier", where)
    layers = _layers(content["mlp"], where.at("mlp"))
    if layers.output.activation != "sigmoid":
        last_layer = len(layers.layers) - 1
        raise where.at("mlp", "layers", last_layer, "activation").error(
            f"the output layer has activation {_code(layers.output.activation)}, but in FluCoMa's "
            "classifiers it is 1 (sigmoid): export it again"
        )
    labels = _labels(content["labels"], layers.n_outputs, where.at("labels"))
    order = sorted(range(len(labels)), key=lambda place: labels[place])
    last = layers.output
    last = Layer(last.weights[:, order], last.biases[order], last.activation)
    return layers.with_output(last), tuple(sorted(labels))


def parse_layers(content: Any, where: Place) -> Layers:
    """Return the layers of FluCoMa's MLPRegressor.

    Raises
    ------
    FormatError
        If it is something else, or damaged.
    """
    _require_kind(content, "MLPRegressor", where)
    return _layers(content, where)


def _layers(content: Any, where: Place) -> Layers:
    layers = content.get("layers") if isinstance(content, dict) else None
    if not isinstance(layers, list) or not layers:
        raise FormatError(f"{where} has no layers: fit in FluCoMa before it writes")
    try:
        return Layers(
            tuple(_layer(layer, where.at("layers", i), i) for i, layer in enumerate(layers))
        )
    except FormatError:
        raise
    except ValueError as err:
        raise FormatError(f"{where}: {err}: export it again") from err


def _labels(content: Any, n_outputs: int, where: Place) -> tuple[str, ...]:
    labels = content.get("labels") if isinstance(content, dict) else None
    texts = isinstance(labels, list) and all(isinstance(label, str) for label in labels)
    if (
        not isinstance(labels, list)
        or not texts
        or not len(set(labels)) == len(labels) == n_outputs
    ):
        raise where.at("labels").error(
            f"there must be {n_outputs} different labels, one for each output, but got "
            f"{labels!r:.60}: export it again"
        )
    return tuple(labels)


def _layer(content: Any, where: Place, number: int) -> Layer:
    code = content.get("activation") if isinstance(content, dict) else None
    if type(code) is not int or not 0 <= code < len(_NAMES):
        raise where.at("activation").error(
            f"layer {number} has activation {code!r}, but FluCoMa's are 0 (identity), 1 (sigmoid), "
            "2 (relu) and 3 (tanh)"
        )
    try:
        return Layer.from_dict({**content, "activation": _NAMES[code]})
    except (KeyError, TypeError, ValueError) as err:
        raise where.error(f"layer {number} is damaged ({described(err)}): export it again") from err


def _require_kind(content: Any, wanted: str, where: Place) -> None:
    kind = kind_of(content)
    found = FLUCOMA_KINDS.get(kind)
    if found != wanted:
        use = f"read it with {found}.read" if found else "choose another file"
        raise FormatError(f"{where} holds a {kind}, but wanted one of FluCoMa's {wanted}: {use}")


def _code(activation: str) -> int:
    return _NAMES.index(activation)
