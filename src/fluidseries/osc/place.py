"""Where a request is for: the program as a whole, or one model in it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import IdentifierError
from ..wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..live import LiveModel, Session

__all__ = ["Place", "Program", "did_you_mean"]


class Program(Protocol):
    """What a request may ask of the program that answers it."""

    session: Session

    def listen(self, port: int) -> tuple[Any, ...]:
        """Send all answers to the sender's port too."""

    def unlisten(self, port: int) -> tuple[Any, ...]:
        """Send them there no longer."""

    def skip(self, answers: int) -> None:
        """Count answers that came too late to be of use."""

    def status(self) -> tuple[Any, ...]:
        """Return names and counts."""


@dataclass(slots=True)
class Place:
    """Where a request is for.

    Parameters
    ----------
    program : Program
        Who answers.
    name : str
        The model's name, "" for the program as a whole.
    late : bool
        Whether the request waited so long that an answer to a frame is of no use any more.
    """

    program: Program
    name: str = ""
    late: bool = False

    @property
    def session(self) -> Session:
        """All models."""
        return self.program.session

    @property
    def model(self) -> LiveModel:
        """The model.

        Raises
        ------
        IdentifierError
            If there is none of this name.
        """
        try:
            return self.session.models[self.name]
        except KeyError:
            if self.name in self.session.removed:
                raise IdentifierError(
                    f"the model {self.name!r} was removed: /fluidseries/{self.name}/undo brings it "
                    "back"
                ) from None
            models = self.session.models
            hint = did_you_mean(self.name, models)
            if models and not hint:
                hint = f" (there is {listed(models, 5)})"
            raise IdentifierError(
                f"there is no model {self.name!r}{hint}: make one with "
                f"/fluidseries/{self.name}/new classifier"
            ) from None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint at the likeliest name, or nothing if none is near.

    Examples
    --------
    >>> did_you_mean("recordStrat", ["recordStart", "recordStop"])
    " (did you mean 'recordStart'?)"
    """
    near = get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
