"""Whether a fit can go on from what was learned, and what is said where it cannot."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..errors import (
    DimensionError,
    FluidSeriesError,
    FluidSeriesWarning,
    InputTypeError,
    ParameterError,
)
from ..labels import same_kind
from ..wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .base import Model

__all__ = ["goes_on", "other_labels", "other_width", "require_same_parameters"]


def goes_on(misfit: FluidSeriesError | None, *, strict: bool) -> bool:
    """Tell whether a fit goes on; where it cannot, raise if `strict`, else warn.

    Parameters
    ----------
    misfit : FluidSeriesError or None
        Why the data, or a parameter, do not fit what was learned.
    strict : bool
        As partial_fit is, which never starts afresh.
    """
    if misfit is None:
        return True
    if strict:
        raise type(misfit)(f"{misfit}: give what fits what was learned, or start afresh with fit")
    # Who changed a parameter knows.
    if not isinstance(misfit, ParameterError):
        warnings.warn(f"learning starts afresh: {misfit}", FluidSeriesWarning, stacklevel=5)
    return False


def require_same_parameters(model: Model[Any]) -> None:
    """Raise where something was learned that the parameters do not fit any more."""
    if model._learned is not None and model._usable() is None:
        raise ParameterError(model._not_fitted())


def other_width(what: str, got: int, known: int) -> FluidSeriesError | None:
    """Return an error where something has another number of dimensions than was learned."""
    if got == known:
        return None
    return DimensionError(f"{what} {counted(got, 'dimension')}, and what was learned has {known}")


def other_labels(got: Iterable[Any], known: Iterable[Any]) -> FluidSeriesError | None:
    """Return an error where labels are of another kind than those that were learned."""
    got, known = list(got), list(known)
    if same_kind(got, known):
        return None
    now, was = (type(labels[0]).__name__ for labels in (got, known))
    return InputTypeError(f"the labels are of type {now}, and those that were learned {was}")
