"""FluCoMa's JSON, told apart by content; our model files are JSON too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..containers import DataSeries, DataSet, LabelSet, parse_container
from ..containers.flucoma import kind_of
from ..files import json_place, read_json
from .examples import as_examples
from .table import Reading

__all__ = ["MODELS", "SCALERS", "read", "write"]

SCALERS = ("Standardize", "Normalize", "RobustScale")
MODELS = ("fluidseries model", "FluCoMa MLP", "FluCoMa MLP classifier")
# FluCoMa's DTW objects write their examples: the kind, and where the target stands.
NEAREST = {"FluCoMa DTW classifier": "labels", "FluCoMa DTW regressor": "mappings"}


def read(path: Path, how: Reading) -> Any:
    """Read a container, a scaler, a model, or the examples of FluCoMa's DTW objects."""
    content, where = read_json(path), json_place(path)
    kind = kind_of(content)
    # Here, since scikit-learn takes a second to load and data do not need it.
    if kind in MODELS:
        from ..models.registry import read_model

        return read_model(path)
    if kind in SCALERS:
        from .. import scalers

        return getattr(scalers, kind).read(path)
    if kind in NEAREST:
        source, target = (
            parse_container(content[key], where.at(key)) for key in ("series", NEAREST[kind])
        )
        if not isinstance(source, DataSeries):
            raise where.at("series").error("'series' is no DataSeries: export it again")
        return as_examples(source, target, str(where))
    container = parse_container(content, where)
    if how.dtype is not None and not isinstance(container, LabelSet):
        return type(container)(container, dtype=how.dtype)
    return container


def write(path: Path, content: Any, *, allow_missing: bool) -> None:
    """Let the content write itself."""
    if isinstance(content, DataSeries | DataSet):
        content.write(path, allow_missing=allow_missing)
    else:
        content.write(path)
