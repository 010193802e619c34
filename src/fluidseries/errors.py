"""What can go wrong, as a tree.

::

    FluidSeriesError                   everything below; catch this one on stage
    ├── InputError(ValueError)         the data cannot be used as they are
    │   ├── DimensionError             another number of dimensions than was wanted
    │   ├── NonFiniteError             NaN or infinity where numbers are needed
    │   ├── EmptyError                 nothing in it
    │   ├── OriginError                frames that were made otherwise than the model's
    │   └── FormatError                a file that is not what it should be
    │       └── VersionError           a file that a newer fluidseries wrote
    ├── ParameterError(ValueError)     a parameter outside its range
    ├── InputTypeError(TypeError)      another type than was wanted
    ├── IdentifierError(KeyError)      an identifier that is missing, or there already
    ├── NotFittedError                 asked for a prediction before any fit (also scikit-learn's)
    ├── BusyError(RuntimeError)        a fit is running on this model
    ├── StorageError(OSError)          a live session cannot write what happens
    ├── CancelledError                 a fit in the background that was cancelled
    ├── WorkerError(RuntimeError)      the process that fits in the background is gone
    └── MissingExtraError(ImportError) an optional package is not installed

Each of ours is also the standard error that a Python programmer would expect. Warnings are
FluidSeriesWarning(UserWarning).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "BusyError",
    "CancelledError",
    "DimensionError",
    "EmptyError",
    "FluidSeriesError",
    "FluidSeriesWarning",
    "FormatError",
    "IdentifierError",
    "InputError",
    "InputTypeError",
    "MissingExtraError",
    "NonFiniteError",
    "NotFittedError",
    "OriginError",
    "ParameterError",
    "StorageError",
    "VersionError",
    "WorkerError",
]


class FluidSeriesError(Exception):
    """The root of all errors that fluidseries raises on purpose."""


class FluidSeriesWarning(UserWarning):
    """Something that a user should know and that stops nothing."""


class InputError(FluidSeriesError, ValueError):
    """The data cannot be used as they are."""


class DimensionError(InputError):
    """Another number of dimensions than was wanted."""


class NonFiniteError(InputError):
    """NaN or infinity where numbers are needed."""


class EmptyError(InputError):
    """A container or a series with nothing in it."""


class OriginError(InputError):
    """Frames that were made with other settings than the frames they are to meet."""


class FormatError(InputError):
    """A file or a dictionary that is not what it should be."""


class VersionError(FormatError):
    """A file that a newer version of fluidseries wrote."""


class ParameterError(FluidSeriesError, ValueError):
    """A parameter outside its range."""


class InputTypeError(FluidSeriesError, TypeError):
    """Another type than was wanted."""


class IdentifierError(FluidSeriesError, KeyError):
    """An identifier that is missing, or that is there already."""

    # KeyError shows the repr of its argument, which would put our sentences into quotes.
    __str__ = Exception.__str__


class BusyError(FluidSeriesError, RuntimeError):
    """A fit is running on this model."""


class StorageError(FluidSeriesError, OSError):
    """The disk does not take what a live session writes.

    ``answer`` is the model's to a frame that was heard and could not be recorded.
    """

    answer: Any = None


class CancelledError(FluidSeriesError):
    """A fit in the background was cancelled."""


class WorkerError(FluidSeriesError, RuntimeError):
    """The process that fits in the background is gone."""


class MissingExtraError(FluidSeriesError, ImportError):
    """An optional package is not installed."""


if TYPE_CHECKING:

    class NotFittedError(FluidSeriesError, ValueError, AttributeError):
        """Asked for a prediction before any fit."""


def __getattr__(name: str) -> Any:
    # scikit-learn takes a second to import: NotFittedError inherits from its class and so is made
    # when somebody first asks for it.
    if name != "NotFittedError":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sklearn.exceptions import NotFittedError as SklearnNotFittedError

    class NotFittedError(FluidSeriesError, SklearnNotFittedError):  # type: ignore[misc]
        """Asked for a prediction before any fit."""

        __module__ = __name__

    NotFittedError.__qualname__ = "NotFittedError"
    globals()["NotFittedError"] = NotFittedError
    return NotFittedError
