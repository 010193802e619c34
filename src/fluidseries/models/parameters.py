"""The LSTM models' parameters: their ranges, and what follows from them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engines.native import usable_cores
from ..errors import ParameterError
from ..learner import Settings
from ..missing import METHODS

if TYPE_CHECKING:
    from .learned import Learned
    from .lstm import LSTMModel

__all__ = [
    "check_parameters",
    "check_training",
    "hidden_sizes",
    "n_threads",
    "new_generator",
    "require_fraction",
    "require_window",
    "training_settings",
]

LARGEST_HIDDEN_SIZE = 4096
LONGEST_WINDOW = 1_000_000
MOST_THREADS = 1024
MOST_NETWORKS = 1000


def hidden_sizes(hidden_size: Any) -> tuple[int, ...]:
    """Return the units of each layer: an int is one layer."""
    several = isinstance(hidden_size, Iterable) and getattr(hidden_size, "ndim", 1) == 1
    sizes = tuple(hidden_size) if several else (hidden_size,)
    if not sizes or not all(_is_int(size, 1, LARGEST_HIDDEN_SIZE) for size in sizes):
        raise ParameterError(
            f"hidden_size is {hidden_size!r}: it must be a whole number from 1 to "
            f"{LARGEST_HIDDEN_SIZE}, or several for stacked layers"
        )
    return tuple(int(size) for size in sizes)


def check_parameters(model: LSTMModel) -> None:
    """Raise unless every parameter is within its range."""
    hidden_sizes(model.hidden_size)
    count = {"n_networks": model.n_networks}
    known = _is_int(model.n_networks, 1, MOST_NETWORKS)
    _require(known, count, "n_networks", f"a whole number from 1 to {MOST_NETWORKS}")
    check_training(model)
    n_threads(model.n_jobs)


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
    wanted = "a fraction from 0 to below 1"
    _require(_below_one(values["momentum"]), values, "momentum", wanted)
    several = "n_networks" in values
    automatic = several and isinstance(values["validation"], str) and values["validation"] == "auto"
    wanted = f'"auto" or {wanted}' if several else wanted
    _require(automatic or _below_one(values["validation"]), values, "validation", wanted)
    patience = values.get("patience")
    known = patience is None or _is_int(patience, 1)
    _require(known, values, "patience", "None or a number of epochs from 1 up")
    for name in ("standardize", "warm_start"):
        _require(isinstance(values.get(name, True), bool | np.bool_), values, name, "True or False")
    for name in ("differences", "linear"):
        choice = values.get(name, False)
        known = isinstance(choice, bool | np.bool_) or str(choice) == "auto"
        _require(known, values, name, '"auto", True or False')
    missing = values.get("missing", "error")
    _require(missing in METHODS, values, "missing", f"one of {METHODS}")
    verbose = values["verbose"]
    _require(isinstance(verbose, bool) or _is_int(verbose, 0), values, "verbose", "0, 1 or more")


def require_fraction(model: Any, name: str) -> None:
    """Raise unless a parameter is a number from 0 to 1."""
    values = {name: getattr(model, name)}
    _require(values[name] == 0 or _within(values[name], 0, 1), values, name, "from 0 to 1")


# A shorter fit is a burst: it has no time for a cycle.
SHORTEST_CYCLE = 20


def training_settings(
    model: LSTMModel, n_series: int, epochs: int | None, learned: Learned
) -> Settings:
    """Return how a fit of this model on so many series trains, going on from what is known."""
    first = not learned.loss_curve
    values = model.get_params(deep=False)
    size, schedule = values["batch_size"], values["schedule"]
    epochs = int(values["max_iter"]) if epochs is None else epochs
    return Settings(
        epochs=epochs,
        cycle=schedule == "cycle" or (schedule == "auto" and first and epochs >= SHORTEST_CYCLE),
        learn_rate=float(values["learn_rate"]),
        momentum=float(values["momentum"]),
        batch_size=automatic_batch_size(n_series) if size == "auto" else int(size),
        # The parts that networks hold out for themselves are too small to choose an epoch by, and
        # show how far to trust the answers instead.
        keep_best=bool(learned.held_out) or values["patience"] is not None,
        patience=values["patience"],
    )


def automatic_batch_size(n_series: int) -> int:
    """Return a batch size that leaves about sixteen steps per epoch, within 1 and 32 series."""
    return max(1, min(32, n_series // 16))


def n_threads(n_jobs: int | None) -> int:
    """Return the number of threads: all usable cores by default, one inside a joblib worker."""
    if n_jobs is not None and n_jobs != -1:
        wanted = "None, -1 or a whole number from 1 up"
        _require(_is_int(n_jobs, 1), {"n_jobs": n_jobs}, "n_jobs", wanted)
        return min(int(n_jobs), MOST_THREADS)
    return 1 if _in_joblib_worker() else usable_cores()


def new_generator(random_state: Any) -> np.random.Generator:
    """Return a random generator for a model that starts afresh.

    It is always a PCG64, since its state goes into the model file; a generator that was given
    seeds it.

    Parameters
    ----------
    random_state : None, int, numpy.random.Generator or numpy.random.RandomState
        None: another one every time.
    """
    seed = random_state
    if isinstance(random_state, np.random.Generator):
        seed = random_state.integers(2**63)
    elif isinstance(random_state, np.random.RandomState):
        seed = random_state.randint(2**31)
    wanted = "None, a whole number from 0 up, or one of NumPy's generators"
    known = seed is None or _is_int(seed, 0)
    _require(known, {"random_state": random_state}, "random_state", wanted)
    return np.random.Generator(np.random.PCG64(None if seed is None else int(seed)))


def require_window(window: Any) -> int:
    """Return a stream's window in frames, 0 for None, or raise."""
    wanted = f"None or a number of frames from 1 to {LONGEST_WINDOW}"
    known = window is None or _is_int(window, 1, LONGEST_WINDOW)
    _require(known, {"window": window}, "window", wanted)
    return 0 if window is None else int(window)


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
    return number and above < value <= up_to


def _below_one(value: Any) -> bool:
    number = isinstance(value, Real) and not isinstance(value, bool)
    return number and 0 <= value < 1


def _require(holds: bool, values: dict[str, Any], name: str, wanted: str) -> None:
    if not holds:
        raise ParameterError(f"{name} is {values[name]!r}: it must be {wanted}")
