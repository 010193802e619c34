"""Names and values of settings as they come from people and patches."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError
from ..models.lstm import LSTMModel
from ..models.mlp_parameters import check_parameters as check_perceptron
from ..models.nearest import NearestModel
from ..models.parameters import check_parameters as check_lstm
from ..spelling import ours, theirs
from .controls import CONTROLS

if TYPE_CHECKING:
    from ..models.base import Model

__all__ = ["checked_parameter", "setting_name"]


def setting_name(model: Model[Any], name: str) -> str:
    """Return our name of a control or parameter, or raise ParameterError with a similar one."""
    known = {*CONTROLS, *model.get_params(deep=False)}
    wanted = ours(str(name), known)
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1)
        hint = f"did you mean {theirs(near[0])!r}?" if near else "the page about it lists all"
        raise ParameterError(f"{type(model).__name__} has no setting {name!r}: {hint}")
    return wanted


def checked_parameter(model: Model[Any], name: str, value: Any) -> Any:
    """Return a value for a parameter as the model takes it, or raise ParameterError.

    A patch has no True and no None, and where it counts it may well send 32.0.
    """
    trial = type(model)(**model.get_params(deep=False))
    value = _plain(getattr(trial, name), value)
    trial.set_params(**{name: value})
    _check(trial)
    return value


def _plain(before: Any, value: Any) -> Any:
    if isinstance(value, str) and value.lower() in ("none", "null"):
        return None
    if isinstance(before, bool) and value in (0, 1):
        return bool(value)
    if isinstance(value, list | tuple):
        return [_plain(0, item) for item in value]
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Real) and not isinstance(value, bool):
        number = float(value)
        counts = not isinstance(before, float) and number.is_integer()
        return int(number) if counts else number
    return value


def _check(model: Any) -> None:
    check: Callable[[Any], None]
    if isinstance(model, LSTMModel):
        check = check_lstm
    elif isinstance(model, NearestModel):
        check = NearestModel._check
    else:
        check = check_perceptron
    check(model)
