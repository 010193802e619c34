"""What a model had learned at the end of a fit, and what is known of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .facts import Facts

__all__ = ["Snapshot"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a model had learned at the end of a fit.

    Parameters
    ----------
    number : int
        Counted from 1.
    name : str or None
        Those with a name are kept for ever, of the others the newest 20.
    loss : float or None
        Error of the last epoch; None for models that have none.
    epochs : int
        Of this fit.
    seconds : float
        That it took.
    facts : Facts
        About the takes that it was fitted on.
    playing : bool
        Whether it is the one that plays.
    """

    number: int
    name: str | None = None
    loss: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    facts: Facts = field(default_factory=Facts)
    playing: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Snapshot:
        """Take what `to_dict` gave."""
        facts: dict[str, Any] = {name: _tuples(value) for name, value in content["facts"].items()}
        return cls(**{**content, "facts": Facts(**facts)})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value
