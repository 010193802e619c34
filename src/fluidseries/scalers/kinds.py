"""FluCoMa's scalers: Standardize, Normalize, RobustScale."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from ..errors import ParameterError
from .base import Numbers, Scale, Table

__all__ = ["Normalize", "RobustScale", "Standardize"]


class Standardize(Scale):
    """Bring every dimension to mean 0 and standard deviation 1.

    A dimension that never changes only has its mean taken away. The models do this inside
    (``standardize=True``): before them it is not needed.

    Examples
    --------
    >>> import fluidseries as fs
    >>> points = fs.DataSet({"a": [100.0, 1.0], "b": [300.0, 3.0]})
    >>> scaler = fs.Standardize().fit(points)
    >>> scaler.transform(points).to_dict()
    {'cols': 2, 'data': {'a': [-1.0, -1.0], 'b': [1.0, 1.0]}}
    >>> scaler.inverse_transform(scaler.transform(points)) == points
    True
    """

    _vectors = ("mean", "std")

    def _learn(self, table: Table) -> Numbers:
        fitted = StandardScaler().fit(table)
        return {"mean": fitted.mean_, "std": fitted.scale_}

    def _usable(self, numbers: Numbers) -> Numbers:
        return {**numbers, "std": _no_zeros(numbers["std"])}

    def _forward(self, table: Table, numbers: Numbers) -> Table:
        scaled: Table = (table - numbers["mean"]) / numbers["std"]
        return scaled

    def _backward(self, table: Table, numbers: Numbers) -> Table:
        restored: Table = table * numbers["std"] + numbers["mean"]
        return restored


class Normalize(Scale):
    """Bring every dimension into a range: the smallest number to `min`, the largest to `max`.

    A dimension that never changes becomes `min`.

    Parameters
    ----------
    min, max : float
        The ends of the range.

    Examples
    --------
    >>> import fluidseries as fs
    >>> scaler = fs.Normalize().fit(fs.DataSet({"low": [100.0], "high": [300.0]}))
    >>> scaler.transform_point([150.0])
    array([0.25])
    """

    _vectors = ("data_max", "data_min")
    _singles = ("max", "min")

    def __init__(self, min: float = 0.0, max: float = 1.0) -> None:
        self.min = min
        self.max = max

    def _check_parameters(self) -> None:
        if not _all_real(self.min, self.max) or not self.min < self.max:
            raise ParameterError(
                f"min is {self.min!r} and max {self.max!r}: they are numbers, min below max"
            )

    def _learn(self, table: Table) -> Numbers:
        fitted = MinMaxScaler((self.min, self.max)).fit(table)
        return {
            "data_max": fitted.data_max_,
            "data_min": fitted.data_min_,
            "max": np.float64(self.max),
            "min": np.float64(self.min),
        }

    def _forward(self, table: Table, numbers: Numbers) -> Table:
        shares = (table - numbers["data_min"]) / _data_range(numbers)
        scaled: Table = shares * (numbers["max"] - numbers["min"]) + numbers["min"]
        return scaled

    def _backward(self, table: Table, numbers: Numbers) -> Table:
        shares = (table - numbers["min"]) / (numbers["max"] - numbers["min"])
        restored: Table = shares * _data_range(numbers) + numbers["data_min"]
        return restored


class RobustScale(Scale):
    """Bring the median of every dimension to 0, and its middle part to a width of 1.

    A few numbers far away hardly change it. A dimension whose middle part never changes only has
    its median taken away.

    Parameters
    ----------
    low, high : float
        Where the middle part begins and ends, in per cent of the sorted numbers.

    Examples
    --------
    >>> import fluidseries as fs
    >>> table = [[1.0], [2.0], [3.0], [4.0], [1000.0]]
    >>> fs.RobustScale().fit_transform(table).ravel()
    array([ -1. ,  -0.5,   0. ,   0.5, 498.5])
    """

    _vectors = ("data_high", "data_low", "median", "range")
    _singles = ("high", "low")

    def __init__(self, low: float = 25.0, high: float = 75.0) -> None:
        self.low = low
        self.high = high

    def _check_parameters(self) -> None:
        if not _all_real(self.low, self.high) or not 0 <= self.low < self.high <= 100:
            raise ParameterError(
                f"low is {self.low!r} and high {self.high!r}: they are per cent, low below high"
            )

    def _learn(self, table: Table) -> Numbers:
        fitted = RobustScaler(quantile_range=(self.low, self.high)).fit(table)
        data_low, data_high = np.percentile(table, [self.low, self.high], axis=0)
        return {
            "data_high": data_high,
            "data_low": data_low,
            "high": np.float64(self.high),
            "low": np.float64(self.low),
            "median": fitted.center_,
            "range": fitted.scale_,
        }

    def _usable(self, numbers: Numbers) -> Numbers:
        return {**numbers, "range": _no_zeros(numbers["range"])}

    def _forward(self, table: Table, numbers: Numbers) -> Table:
        scaled: Table = (table - numbers["median"]) / numbers["range"]
        return scaled

    def _backward(self, table: Table, numbers: Numbers) -> Table:
        restored: Table = table * numbers["range"] + numbers["median"]
        return restored


def _no_zeros(scale: Table) -> Table:
    """Put 1 where scikit-learn and FluCoMa do: where nothing changes but the last digits."""
    return np.where(scale < 10 * np.finfo(np.float64).eps, 1.0, scale)


def _data_range(numbers: Numbers) -> Table:
    return _no_zeros(numbers["data_max"] - numbers["data_min"])


def _all_real(*values: object) -> bool:
    return all(isinstance(value, Real) and np.isfinite(float(value)) for value in values)
