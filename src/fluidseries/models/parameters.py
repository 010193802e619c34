"""The LSTM models' parameters: their ranges, and what follows from them."""

from __future__ import annotations

import sys
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from ..engines.native import usable_cores
from ..errors import ParameterError
from ..training import Settings

if TYPE_CHECKING:
    from .lstm import LSTMModel

__all__ = [
    "check_parameters",
    "check_training",
    "hidden_sizes",
    "n_threads",
    "require_fraction",
    "training_settings",
]

LARGEST_HIDDEN_SIZE = 4096


def hidden_sizes(hidden_size: Any) -> tuple[int, ...]:
    """Return the units of each layer: an int is one layer."""
    sizes = (hidden_size,) if isinstance(hidden_size, Real) else tuple(hidden_size)
    if not sizes or not all(_is_int(size, 1, LARGEST_HIDDEN_SIZE) for size in sizes):
        raise ParameterError(
            f"hidden_size is {hidden_size!r}: it must be a whole number from 1 to "
            f"{LARGEST_HIDDEN_SIZE}, or several for stacked layers"
        )
    return tuple(int(size) for size in sizes)


def check_parameters(model: LSTMModel) -> None:
    """Raise unless every parameter is within its range."""
    hidden_sizes(model.hidden_size)
    check_training(model)
    jobs = model.n_jobs
    _require(
        jobs is None or jobs == -1 or _is_int(jobs, 1),
        {"n_jobs": jobs},
        "n_jobs",
        "None, -1 or a whole number from 1 up",
    )


def check_training(model: Any) -> None:
    """Raise unless what every network learns with is within its range."""
    values = model.get_params(deep=False)
    _require(_is_int(values["max_iter"], 1), values, "max_iter", "a whole number from 1 up")
    _require(_within(values["learn_rate"], 0, 1), values, "learn_rate", "above 0 and at most 1")
    size = values["batch_size"]
    automatic = isinstance(size, str) and size == "auto"
    _require(
        automatic or _is_int(size, 1), values, "batch_size", '"auto" or a whole number from 1 up'
    )
    schedules = ("auto", "constant", "cycle")
    _require(values["schedule"] in schedules, values, "schedule", f"one of {schedules}")
    held_out = values["validation"]
    _require(
        held_out == 0 or (_within(held_out, 0, 1) and held_out < 1),
        values,
        "validation",
        "a fraction from 0 to below 1",
    )


def require_fraction(model: Any, name: str) -> None:
    """Raise unless a parameter is a number from 0 to 1."""
    values = {name: getattr(model, name)}
    _require(values[name] == 0 or _within(values[name], 0, 1), values, name, "from 0 to 1")


# A shorter fit is a burst: it has no time for a cycle.
SHORTEST_CYCLE = 20


def training_settings(
    model: LSTMModel, n_series: int, epochs: int | None, *, first: bool
) -> Settings:
    """Return how a fit of this model on so many series trains, the first one or a later."""
    values = model.get_params(deep=False)
    size, schedule = values["batch_size"], values["schedule"]
    epochs = int(values["max_iter"]) if epochs is None else epochs
    return Settings(
        epochs=epochs,
        cycle=schedule == "cycle" or (schedule == "auto" and first and epochs >= SHORTEST_CYCLE),
        learn_rate=float(values["learn_rate"]),
        batch_size=automatic_batch_size(n_series) if size == "auto" else int(size),
    )


def automatic_batch_size(n_series: int) -> int:
    """Return a batch size that leaves about eight steps per epoch, within 1 and 32 series."""
    return max(1, min(32, n_series // 8))


def n_threads(n_jobs: int | None) -> int:
    """Return the number of threads: all usable cores by default, one inside a joblib worker."""
    if n_jobs is not None and n_jobs != -1:
        return int(n_jobs)
    return 1 if _in_joblib_worker() else usable_cores()


def _in_joblib_worker() -> bool:
    # Who has not imported joblib is not inside one of its workers.
    parallel = sys.modules.get("joblib.parallel")
    if parallel is None:
        return False
    backend, _ = parallel.get_active_backend()
    return bool(getattr(backend, "nesting_level", 0))


def _is_int(value: Any, low: int, high: float = float("inf")) -> bool:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    return whole and low <= int(value) <= high


def _within(value: Any, above: float, up_to: float) -> bool:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return number and above < float(value) <= up_to


def _require(holds: bool, values: dict[str, Any], name: str, wanted: str) -> None:
    if not holds:
        raise ParameterError(f"{name} is {values[name]!r}: it must be {wanted}")
