"""Learning from short, many-dimensional time series: sound descriptors, gestures, sensors."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import audio, datasets, formats, live, plots
    from .audio import extract
    from .batch import join
    from .building import build_info
    from .containers import DataSeries, DataSet, LabelSet
    from .errors import FluidSeriesError, NotFittedError
    from .formats import Examples, read, write
    from .models.classifier import LSTMClassifier
    from .models.distances import dtw_distances
    from .models.forecaster import LSTMForecast, LSTMForecaster
    from .models.mlp_classifier import MLPClassifier
    from .models.mlp_regressor import MLPRegressor
    from .models.nearest import DTWClassifier, DTWRegressor
    from .models.registry import read_model
    from .models.regressor import LSTMRegressor
    from .scalers import Normalize, RobustScale, Standardize
    from .warping import dtw, dtw_path

__version__ = "0.1.0"

# Where each public name lives. Names resolve when first used (PEP 562), so that importing
# fluidseries costs little more than NumPy.
_HOME = {
    "DTWClassifier": "models.nearest",
    "DTWRegressor": "models.nearest",
    "DataSeries": "containers",
    "DataSet": "containers",
    "Examples": "formats",
    "FluidSeriesError": "errors",
    "LSTMClassifier": "models.classifier",
    "LSTMForecast": "models.forecaster",
    "LSTMForecaster": "models.forecaster",
    "LSTMRegressor": "models.regressor",
    "LabelSet": "containers",
    "MLPClassifier": "models.mlp_classifier",
    "MLPRegressor": "models.mlp_regressor",
    "Normalize": "scalers",
    "NotFittedError": "errors",
    "RobustScale": "scalers",
    "Standardize": "scalers",
    "audio": "",
    "build_info": "building",
    "datasets": "",
    "dtw": "warping",
    "dtw_distances": "models.distances",
    "dtw_path": "warping",
    "extract": "audio",
    "formats": "",
    "join": "batch",
    "live": "",
    "plots": "",
    "read": "formats",
    "read_model": "models.registry",
    "write": "formats",
}

__all__ = [
    "DTWClassifier",
    "DTWRegressor",
    "DataSeries",
    "DataSet",
    "Examples",
    "FluidSeriesError",
    "LSTMClassifier",
    "LSTMForecast",
    "LSTMForecaster",
    "LSTMRegressor",
    "LabelSet",
    "MLPClassifier",
    "MLPRegressor",
    "Normalize",
    "NotFittedError",
    "RobustScale",
    "Standardize",
    "audio",
    "build_info",
    "datasets",
    "dtw",
    "dtw_distances",
    "dtw_path",
    "extract",
    "formats",
    "join",
    "live",
    "plots",
    "read",
    "read_model",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOME[name]
    module = import_module(f".{home or name}", __name__)
    value = getattr(module, name) if home else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
