"""Which module a model file's kind is read by."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import files
from ..containers.flucoma import kind_of
from ..errors import FormatError
from .mlp_flucoma import FLUCOMA_KINDS
from .modelfile import open_content

if TYPE_CHECKING:
    from ..json_places import Place
    from .base import Model

__all__ = ["KINDS", "model_class", "read_model"]

# A line per model: its class's name, which is the kind in its files, and its module here.
_MODULES = {
    "DTWClassifier": "nearest",
    "DTWRegressor": "nearest",
    "LSTMClassifier": "classifier",
    "LSTMForecaster": "forecaster",
    "LSTMRegressor": "regressor",
    "MLPClassifier": "mlp_classifier",
    "MLPRegressor": "mlp_regressor",
}
# The kinds of models that this version knows.
KINDS = tuple(_MODULES)
# What else a person may have at hand, and who reads it.
_OTHERS = ("DataSeries", "DataSet", "LabelSet", "Normalize", "RobustScale", "Standardize")


def read_model(path: str | os.PathLike[str]) -> Model[Any]:
    """Read a model of any kind: the file says which.

    Parameters
    ----------
    path : str or path
        A file that a model's `write` wrote, or one of FluCoMa's MLPRegressor or MLPClassifier.

    Returns
    -------
    LSTMRegressor, MLPClassifier, ...
        As the `read` of that class gives it.

    Raises
    ------
    FormatError
        If it is cut off, not JSON, or holds no model that this version knows.
    VersionError
        If a newer fluidseries wrote it.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import fluidseries as fs
    >>> path = Path(tempfile.mkdtemp()) / "names.json"
    >>> fs.MLPClassifier(hidden_size=4).fit([[0.0], [1.0]], ["off", "on"]).write(path)
    >>> model = fs.read_model(path)
    >>> type(model).__name__, model.predict_point([1.0])
    ('MLPClassifier', 'on')
    """
    content, where = files.read_json(path), files.json_place(path)
    kind = _kind(content, where)
    if kind not in _MODULES:
        raise FormatError(
            f"{where} holds a {kind}, a model that this version does not know: install a newer one"
        )
    model: Model[Any] = model_class(kind)._from_content(content, where)
    return model


def model_class(kind: str) -> type[Model[Any]]:
    """Return the class of one of `KINDS`."""
    module = import_module(f".{_MODULES[kind]}", __package__)
    found: type[Model[Any]] = getattr(module, kind)
    return found


def _kind(content: Any, where: Place) -> str:
    found = kind_of(content)
    if found in FLUCOMA_KINDS:
        return FLUCOMA_KINDS[found]
    if found in _OTHERS:
        raise FormatError(
            f"{where} holds a {found}, not a model: choose a file that a fit wrote (this one opens "
            f"in Python with {found}.read)"
        )
    return open_content(content, where)
