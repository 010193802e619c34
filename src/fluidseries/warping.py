"""Dynamic time warping: how far two series are apart when time may be stretched."""

from __future__ import annotations

from contextlib import suppress
from math import inf, isnan
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from .containers.arrays import is_masked
from .errors import DimensionError, InputError, ParameterError
from .reading import read_frames

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = ["CONSTRAINTS", "constraint_of", "dtw", "dtw_path", "require_constraint"]

# The core's numbers for the constraints.
CONSTRAINTS = {"unconstrained": 0, "itakura": 1, "sakoe_chiba": 2}


def dtw(
    a: ArrayLike,
    b: ArrayLike,
    window: int | None = None,
    *,
    itakura: float | None = None,
    bound: float = inf,
) -> float:
    """Return how far two series are apart when time may be stretched.

    A path pairs the frames of both, from the two first to the two last, and moves by one frame in
    either series or in both. The distance is the square root of the smallest sum of squared
    distances between paired frames.

    Parameters
    ----------
    a, b : array-like of shape (n_frames, n_dims)
        Of any lengths, with the same dimensions.
    window : int, optional
        How many frames the path may leave the diagonal (Sakoe and Chiba); for series of unequal
        length the diagonal is a band as wide as their difference.
    itakura : float, optional
        Instead of `window`: the steepest slope of the parallelogram that the path stays in, 1 or
        more.
    bound : float
        What is farther is of no interest: infinity is the answer as soon as it is sure, which is
        sooner than the distance.

    Returns
    -------
    float
        In the units of the frames; infinity if no path stays within the constraint, or if it is
        more than `bound`.

    Raises
    ------
    DimensionError, NonFiniteError, EmptyError, InputTypeError, ParameterError
        If the series or the constraint cannot be used.

    Examples
    --------
    >>> from fluidseries import dtw
    >>> dtw([0.0, 0.0, 1.0, 2.0], [0.0, 1.0, 1.0, 2.0])
    0.0
    >>> dtw([0.0, 4.0], [0.0, 1.0]), dtw([0.0, 4.0], [0.0, 1.0], bound=2.0)
    (3.0, inf)

    References
    ----------
    Sakoe and Chiba (1978), Dynamic programming algorithm optimization for spoken word recognition.
    Itakura (1975), Minimum prediction residual principle applied to speech recognition.
    """
    if not isinstance(bound, Real) or not bound >= 0:
        raise ParameterError(f"bound is {bound!r}: it must be a number from 0 up")
    constraint = require_constraint(window, itakura)
    # The core takes tables of floats as they are; what it declines is looked at here, and what
    # masks hide is not for the core.
    if not (is_masked(a) or is_masked(b)):
        with suppress(TypeError, ValueError):
            distance = _core.dtw(a, b, *constraint, float(bound))
            if not isnan(distance):
                return distance
    first, second = _pair(a, b)
    return _core.dtw(first, second, *constraint, float(bound))


def dtw_path(
    a: ArrayLike, b: ArrayLike, window: int | None = None, *, itakura: float | None = None
) -> tuple[NDArray[np.int64], float]:
    """Return the best path between two series, and its length; see `dtw`.

    Returns
    -------
    path : int64 ndarray of shape (n_pairs, 2)
        Which frame of `a` is paired with which of `b`, from the first to the last. Empty if no path
        stays within the constraint.
    distance : float
        What `dtw` gives.

    Examples
    --------
    >>> from fluidseries import dtw_path
    >>> path, distance = dtw_path([0.0, 5.0], [0.0, 0.0, 5.0])
    >>> path.tolist()
    [[0, 0], [0, 1], [1, 2]]
    """
    constraint = require_constraint(window, itakura)
    first, second = _pair(a, b)
    return _core.dtw_path(first, second, *constraint)


def constraint_of(constraint: Any, parameter: Any) -> tuple[int, float]:
    """Check a constraint by name and return it as the core has it."""
    if not isinstance(constraint, str) or constraint not in CONSTRAINTS:
        raise ParameterError(f"constraint is {constraint!r}: it must be one of {[*CONSTRAINTS]}")
    if constraint == "unconstrained":
        return 0, 0.0
    lowest = 1 if constraint == "itakura" else 0
    if isinstance(parameter, bool) or not isinstance(parameter, int | float | np.number):
        raise ParameterError(
            f"constraint_param is {parameter!r}: {constraint} needs a number from {lowest} up"
        )
    if not (lowest <= parameter < np.inf):
        raise ParameterError(
            f"constraint_param is {parameter!r}: for {constraint} it must be {lowest} or more"
        )
    return CONSTRAINTS[constraint], float(parameter)


def require_constraint(window: Any, itakura: Any) -> tuple[int, float]:
    """Check the two constraints of `dtw`; return the one that is given as the core has it."""
    if window is not None and itakura is not None:
        raise ParameterError("window and itakura are two constraints: give one of them")
    if itakura is not None:
        return constraint_of("itakura", itakura)
    if window is None:
        return constraint_of("unconstrained", None)
    return constraint_of("sakoe_chiba", window)


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tables = []
    for name, series in (("a", a), ("b", b)):
        try:
            table: Any = series if is_masked(series) else np.asarray(series, dtype=np.float64)
            width = 1 if table.ndim < 2 else table.shape[1]
            tables.append(np.ascontiguousarray(read_frames(table, width), dtype=np.float64))
        except InputError as err:
            raise type(err)(f"{name}: {err}") from err
        except (TypeError, ValueError) as err:
            raise InputError(f"{name} is not a table of numbers: {err}") from err
    first, second = tables
    if first.shape[1] != second.shape[1]:
        raise DimensionError(
            f"a has {first.shape[1]} dimensions per frame and b has {second.shape[1]}: only "
            "series of the same dimensions can be compared"
        )
    return first, second
