"""What a row of the tables is: a request with arguments, verb and answer; or an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..wording import counted

if TYPE_CHECKING:
    from .arguments import Argument

__all__ = ["Event", "Request"]


@dataclass(frozen=True)
class Request:
    """One kind of request.

    Parameters
    ----------
    name : str
        The end of its address.
    help : str
        What it does.
    verb : callable
        Takes the place and the arguments; returns what is answered: a value, a tuple of values,
        None for nothing but the address, a list of Said, or a Future of one of them.
    arguments : Argument
        What stands behind the address.
    answer : str
        What is answered, as people read it.
    """

    name: str
    help: str
    verb: Callable[..., Any]
    arguments: tuple[Argument, ...] = ()
    answer: str = ""

    @property
    def usage(self) -> str:
        """The request as people write it: "trim id from to"."""
        return " ".join([self.name, *map(str, self.arguments)])

    def __call__(self, place: Any, given: tuple[Any, ...]) -> Any:
        """Do what is asked for, and return what is answered.

        Raises
        ------
        FluidSeriesError
            If the arguments are not what is wanted, or it cannot be done.
        """
        return self.verb(place, *self.read(given))

    def read(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what the arguments mean, in the types that the verb wants."""
        last = self.arguments[-1] if self.arguments else None
        if last is None or not last.many:
            most = len(self.arguments)
        else:
            most = len(given)
            # The way of nearly all messages: a frame of floats.
            if len(self.arguments) == 1 and set(map(type, given)) == {float}:
                return given
        least = sum(not argument.optional for argument in self.arguments)
        if not least <= len(given) <= most:
            came = counted(len(given), "argument")
            raise InputError(f"{came} came: the request is {self.usage}. {self.help}")
        return tuple(
            self.arguments[min(i, len(self.arguments) - 1)](item) for i, item in enumerate(given)
        )


@dataclass(frozen=True)
class Event:
    """What comes without being asked for just then."""

    name: str
    values: str
    help: str
