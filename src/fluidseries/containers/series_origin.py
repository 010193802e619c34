"""How the frames of a DataSeries were made, and what becomes of it as series come and go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Self

from numpy.typing import DTypeLike

from .dim_names import dim_names
from .frame_verbs import FrameVerbs
from .origin import Origin, check_origin, require_same_origin

__all__ = ["WithOrigin"]


class WithOrigin(FrameVerbs):
    """Series of frames that were all made the same way."""

    def __init__(
        self,
        entries: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        *,
        dtype: DTypeLike | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> None:
        inherited = entries.origin if isinstance(entries, WithOrigin) else {}
        self.origin = inherited if origin is None else origin
        super().__init__(entries, dtype=dtype)

    @property
    def origin(self) -> Origin:
        """How the frames were made, as plain values; {} if that is not known.

        A model keeps the origin that it was fitted on and refuses series of another one. It is
        written into the file, ``==`` ignores it, and arrays that are added are taken to be made
        the same way. To change it, assign a whole one.

        Examples
        --------
        >>> from fluidseries import DataSeries
        >>> series = DataSeries({"a": [[0.0], [1.0]]}, origin={"rate": 100, "sensor": "left"})
        >>> series.origin["rate"]
        100
        >>> series.merge(DataSeries({"b": [[2.0]]}, origin={"rate": 50, "sensor": "left"}))
        Traceback (most recent call last):
        fluidseries.errors.OriginError: ... rate is 100 here and 50 there...
        """
        return deepcopy(self._origin)

    @origin.setter
    def origin(self, origin: Mapping[str, Any]) -> None:
        self._origin = check_origin(origin, "the origin")

    @property
    def dim_names(self) -> list[str]:
        """What each dimension is called, if the origin tells; else empty.

        It tells where `extract` made the frames, or under "dim_names", as `from_table` writes it.

        Examples
        --------
        >>> from fluidseries import DataSeries
        >>> DataSeries({"a": [[0.0, 1.0]]}, origin={"dim_names": ["x", "y"]}).dim_names
        ['x', 'y']
        >>> import numpy as np
        >>> from fluidseries import DataSeries
        >>> from fluidseries.audio import Settings
        >>> made = Settings(["loudness", "pitch"], window=2048).to_origin()
        >>> DataSeries({"a": np.zeros((5, 3))}, origin=made).dim_names
        ['loudness', 'pitch', 'pitch-confidence']
        """
        return dim_names(self._origin, self.n_dims)

    def clear(self) -> None:
        """Remove everything, the origin too; the next entry may have other dimensions."""
        super().clear()
        self._origin = {}

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Take over the entries of a mapping, replacing those that are there: all, or none."""
        origin = self._joint_origin(args[0]) if args else self._origin
        super().update(*args, **kwargs)
        self._origin = origin

    def merge(self, other: Self, *, overwrite: bool = False) -> None:
        """Take over the entries of another DataSeries: all of them, or none.

        Parameters
        ----------
        other : DataSeries
            Stays as it is.
        overwrite : bool
            Whether entries that are here already are replaced; otherwise they are kept.

        Raises
        ------
        InputTypeError
            If `other` is of another kind.
        DimensionError
            If its number of dimensions is another.
        OriginError
            If both origins are known and differ; the message names the settings.
        """
        origin = self._joint_origin(other)
        super().merge(other, overwrite=overwrite)
        self._origin = origin

    def _joint_origin(self, other: object) -> Origin:
        """Return what is true of all frames after `other` has come in."""
        if not isinstance(other, WithOrigin) or not other._origin:
            return self._origin
        require_same_origin(
            self._origin,
            other._origin,
            "the frames of the two were made with different settings",
            "Make both the same way, or keep them apart",
        )
        return other.origin if not self else self._origin

    def _empty(self) -> Self:
        return type(self)(dtype=self.dtype, origin=self._origin)

    def _beside_data(self) -> dict[str, Any]:
        return {"origin": self.origin} if self._origin else {}
