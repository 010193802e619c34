"""What all models share: verbs, one self-describing file, and the scikit-learn contract."""

from __future__ import annotations

import os
import threading
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from .. import files, sketches
from ..containers.dim_names import dim_names
from ..containers.origin import Origin, check_origin
from ..errors import BusyError, NotFittedError
from ..json_places import Place
from .modelfile import damage, header, open_content

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.utils import Tags

__all__ = ["Model"]

Learned = TypeVar("Learned")


class Model(BaseEstimator, Generic[Learned]):  # type: ignore[misc]
    """A model whose parameters stand in its attributes and whose learning is one value.

    All that was learned is a single object that never changes once it stands there. A fit makes new
    ones and puts each in its place in one go: a prediction in another thread sees the old or the
    new learning, never a mixture, and a fit that fails leaves the old.
    """

    # Not learning and not parameters: what must not be copied or written.
    _own: ClassVar[tuple[str, ...]] = ("_lock", "_spare_stream")

    @property
    @abstractmethod
    def n_features_in_(self) -> int:
        """How many dimensions go in."""

    _learned: Learned | None = None

    def _learned_to_dict(self, learned: Learned) -> dict[str, Any]:
        raise NotImplementedError

    def _learned_from_dict(self, content: dict[str, Any]) -> Learned:
        raise NotImplementedError

    @classmethod
    def _parameters_in(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Return a file's parameters, with what an older version did not write."""
        parameters: dict[str, Any] = content["parameters"]
        return parameters

    def clear(self) -> None:
        """Forget all that was learned; the parameters stay.

        Raises
        ------
        BusyError
            If a fit is running.
        """
        with self._alone("clear"):
            self._learned = None

    @contextmanager
    def _alone(self, what: str) -> Iterator[None]:
        """Hold the right to change what was learned."""
        lock = self._lock_of_this_process()
        if not lock.acquire(blocking=False):
            raise BusyError(
                f"cannot {what} now: a fit of this model is running. Wait for it, or stop it by "
                "returning True from its callback"
            )
        try:
            yield
        finally:
            lock.release()

    def _lock_of_this_process(self) -> threading.Lock:
        # setdefault is one step: two threads that come at once get the same lock.
        process, lock = self.__dict__.setdefault("_lock", (os.getpid(), threading.Lock()))
        if process != os.getpid():
            # Forked while a fit held the lock: that fit goes on in the other process alone.
            lock = threading.Lock()
            self.__dict__["_lock"] = (os.getpid(), lock)
        return cast("threading.Lock", lock)

    def _usable(self) -> Learned | None:
        """Return what was learned if it still fits the parameters."""
        return self._learned

    def _require_learned(self) -> Learned:
        learned = self._usable()
        if learned is None:
            raise NotFittedError(self._not_fitted())
        return learned

    @property
    def origin_(self) -> Origin:
        """How the frames that it was fitted on were made, see DataSeries; {} if unknown."""
        return deepcopy(getattr(self._require_learned(), "origin", {}))

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the dimensions, where the source of a fit told them: see DataSeries.dim_names.

        A table, or a DataSeries, whose columns are called otherwise or stand in another order is
        refused.
        """
        origin, n_dims = self.origin_, int(self.n_features_in_)
        if names := dim_names(origin, n_dims):
            return np.array(names, dtype=object)
        raise AttributeError(
            f"this {type(self).__name__} was fitted on dimensions without names: give a table "
            "with named columns, or a DataSeries that has dim_names"
        )

    def _not_fitted(self) -> str:
        return f"this {type(self).__name__} has not learned anything yet: fit it first"

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters and all that was learned as plain lists, numbers and text.

        Returns
        -------
        dict
            What `write` puts into a file; docs/model-file.md describes it.
        """
        learned = self._usable()
        content = None if learned is None else self._learned_to_dict(learned)
        if content is not None and self.origin_:
            content["origin"] = self.origin_
        return {
            **header(type(self).__name__),
            "parameters": {name: _plain(value) for name, value in self.get_params().items()},
            "learned": content,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Make a model of what `to_dict` gave.

        Raises
        ------
        FormatError
            If it is not the content of such a model.
        """
        return cls._from_content(content, Place("the dictionary"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write parameters and learning to a file, whole or not at all.

        Parameters
        ----------
        path : str or path
            A .json file; an older one gives way.
        """
        files.write_json(path, self.to_dict())

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `write` wrote; it predicts and learns on as the written one would.

        Raises
        ------
        FormatError
            If the file is cut off, not JSON, or holds another kind of model or something else.
        VersionError
            If a newer fluidseries wrote it.
        """
        return cls._from_content(files.read_json(path), files.json_place(path))

    @classmethod
    def _from_content(cls, content: Any, where: Place) -> Self:
        open_content(content, where, kind=cls.__name__)
        try:
            return cls._taken(content)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as err:
            raise damage(content, where, cls._taken, cls.__name__) from err

    @classmethod
    def _taken(cls, content: dict[str, Any]) -> Self:
        model = cls(**cls._parameters_in(content))
        if content["learned"] is not None:
            model._learned = _with_origin(
                model._learned_from_dict(content["learned"]), content["learned"]
            )
            if model._usable() is None:
                raise ValueError("the parameters do not fit what was learned")
        return model

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        learned, curve = self._usable(), getattr(self, "loss_curve_", None)
        told = "has not learned anything yet" if learned is None else "has learned"
        if curve:
            told = f"has learned for {len(curve)} epochs, error {curve[-1]:.4g}"
        settings = ((name, repr(value)) for name, value in self.get_params(deep=False).items())
        drawing = sketches.lines([curve, *_held_out(self)]) if curve else ""
        return sketches.card(type(self).__name__, told, settings, drawing)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        for name in self._own:
            state.pop(name, None)
        return state

    def __sklearn_is_fitted__(self) -> bool:
        return self._usable() is not None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.target_tags.required = isinstance(self, ClassifierMixin | RegressorMixin)
        tags.target_tags.multi_output = isinstance(self, RegressorMixin)
        return tags


def _held_out(model: Any) -> list[Any]:
    curve = getattr(model, "validation_curve_", None)
    return [curve] if curve else []


def _with_origin(learned: Any, content: dict[str, Any]) -> Any:
    # Models that know nothing of how their frames were made write no origin.
    if "origin" not in content:
        return learned
    return replace(learned, origin=check_origin(content["origin"], "its origin"))


def _plain(value: Any) -> Any:
    """Return a parameter as JSON has it; a random generator, which it has not, as None.

    A dict becomes a list of pairs, since JSON's keys are text.
    """
    if isinstance(value, Mapping):
        value = list(value.items())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, bool | int | float | str | None) else None
