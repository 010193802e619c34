"""Wekinator's protocol: a patch that speaks with Wekinator speaks with us, unchanged.

Each output is a model of its own, as there. A message that Wekinator would ignore is ignored too,
but said so at /fluidseries/error.

References
----------
R. Fiebrink, D. Trueman, P. R. Cook, "A Meta-Instrument for Interactive, On-the-fly Machine
Learning", NIME 2009; http://www.wekinator.org/instructions
"""

from __future__ import annotations

import csv
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError, ParameterError
from .packets import write_message
from .place import did_you_mean
from .wekinator_gestures import Gestures
from .wekinator_outputs import Class, Number, Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .server import Server

__all__ = ["Options", "Wekinator", "as_float"]

KINDS: dict[str, type[Output]] = {"regression": Number, "classification": Class, "dtw": Gestures}
ROOT = "/wekinator/control/"
STATE = "wekinator"  # where the session keeps what was chosen
MAX_ROWS = 100_000


@dataclass(frozen=True)
class Options:
    """What is chosen in Wekinator's window.

    Parameters
    ----------
    kind : str
        "regression", "classification" or "dtw".
    classes : int
        Classes of each output, or gestures of a dtw project.
    inputs, outputs : int
        How many numbers come in, and go out.
    in_address, out_address : str
        Where they come in, and go out.
    out_port : int
        Where they go to.
    """

    kind: str
    classes: int = 0
    inputs: int = 1
    outputs: int = 1
    in_address: str = "/wek/inputs"
    out_address: str = "/wek/outputs"
    out_port: int = 12000

    @classmethod
    def parse(cls, text: str, **others: Any) -> Options:
        """Read "regression", "classification:4" or "dtw:3".

        Raises
        ------
        ParameterError
            If it is none of them.
        """
        kind, _, count = text.partition(":")
        if kind not in KINDS or (kind != "regression") != count.isdecimal():
            raise ParameterError(
                f"--wekinator is {text!r}: it must be regression, classification:N with the number "
                "of classes, or dtw:N with the number of gestures"
            )
        return cls(kind, int(count or 0), **others)


class Wekinator:
    """A Wekinator project on top of a server's session.

    Parameters
    ----------
    server : Server
        Where messages come from and go to.
    options : Options
        What is chosen in Wekinator's window.
    """

    def __init__(self, server: Server, options: Options) -> None:
        self.server, self.options = server, options
        self.session = server.session
        self.to = (server.voice.reply[0], options.out_port)
        self.roots = {"wek", "wekinator", options.in_address.split("/")[1]}
        self.running = False
        kind, count = KINDS[options.kind], 1 if options.kind == "dtw" else options.outputs
        self.outputs = [kind(self.session, i + 1, options.classes) for i in range(count)]
        named = options.classes if options.kind == "dtw" else options.outputs
        self.names = [f"output_{i + 1}" for i in range(named)]
        self._training: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._restore()

    # What comes in

    def handle(self, address: str, arguments: tuple[Any, ...]) -> None:
        """Do what a message asks for.

        Raises
        ------
        FluidSeriesError
            If it cannot be done; Wekinator would ignore it.
        """
        if address == self.options.in_address:
            self.hear(arguments)
        elif address == f"{self.options.in_address}/bundle":
            self.hear_file(str(*arguments[:1]))
        else:
            self._control(address, arguments)

    def _control(self, address: str, arguments: tuple[Any, ...]) -> None:
        from .wekinator_control import CONTROL

        name = address.removeprefix(ROOT)
        request = CONTROL.get(name) if address.startswith(ROOT) else None
        if request is None:
            raise ParameterError(f"Wekinator has no message {address}{did_you_mean(name, CONTROL)}")
        request(self, arguments)

    def hear(self, arguments: Sequence[Any]) -> None:
        """Hear a frame: record it, answer it."""
        frame = tuple(map(as_float, arguments))
        if len(frame) != self.options.inputs:
            raise InputError(
                f"{len(frame)} inputs came, but this project has {self.options.inputs}: "
                "the frame is ignored"
            )
        for output in self.outputs:
            output.hear(frame)
        if self.running:
            self._run()

    def hear_file(self, path: str) -> None:
        """Hear the rows of a CSV file in the project's folder, as so many frames."""
        file = self.session.path(path)
        try:
            with file.open(newline="", encoding="utf-8") as rows:
                for number, row in enumerate(csv.reader(rows)):
                    if number == MAX_ROWS:
                        raise InputError(f"{path} has more than {MAX_ROWS} rows")
                    self.hear([as_float(cell) for cell in row])
        except (OSError, UnicodeDecodeError, csv.Error) as err:
            raise InputError(f"{path} cannot be read: {err}") from err

    # What goes out

    def send(self, address: str, *floats: float) -> None:
        """Send to the place that is chosen for outputs."""
        self.server.voice.send(write_message(address, *floats), self.to)

    def _run(self) -> None:
        if isinstance(self.outputs[0], Gestures):
            self._run_gestures(self.outputs[0])
            return
        for output, name in zip(self.outputs, self.names, strict=True):
            output.run()
            if (shares := output.distribution()) is not None:
                self.send(f"/{name}", *shares)
        self.send(self.options.out_address, *(output.value for output in self.outputs))

    def _run_gestures(self, gestures: Gestures) -> None:
        if not gestures.distances:
            return
        self.send(self.options.out_address, *gestures.distances)
        if number := gestures.match():
            self.send(f"/{self.names[number - 1]}")

    # Training

    def learn(self, outputs: Sequence[Output]) -> int:
        """Start to learn, and return how many outputs do; when all are done it is told."""
        started = [future for output in outputs if (future := output.fit()) is not None]
        with self._lock:
            self._training |= set(started)
        for future in started:
            future.add_done_callback(self._learned)
        return len(started)

    def _learned(self, future: Future[Any]) -> None:
        with self._lock:
            self._training.discard(future)
            last = not self._training
        if last and self.options.kind != "dtw" and not future.cancelled():
            self.send("/wekinator/status/done-training")

    # Names and numbers

    @property
    def gestures(self) -> Gestures | None:
        """The model of a dtw project."""
        first = self.outputs[0]
        return first if isinstance(first, Gestures) else None

    def rename(self, names: Sequence[str]) -> None:
        """Give the outputs, or the gestures, other names."""
        if len(names) != len(self.names):
            raise InputError(f"{len(names)} names came for {len(self.names)} outputs")
        if len(set(names)) < len(names):
            raise InputError(f"names must differ, but these came: {', '.join(names)}")
        self.names = list(names)
        self._keep()

    def choose(self, output: Output, numbers: Sequence[int]) -> None:
        """Choose which inputs an output hears, by their numbers from 1."""
        for number in numbers:
            if not 1 <= number <= self.options.inputs:
                raise ParameterError(
                    f"there is no input {number}: they are 1 to {self.options.inputs}"
                )
        chosen = tuple(sorted({number - 1 for number in numbers}))
        output.choose(None if len(chosen) == self.options.inputs else chosen)

    def _restore(self) -> None:
        kept = self.session.get(STATE) or {}
        if len(kept.get("names", ())) == len(self.names):
            self.names = kept["names"]
        for output in self.outputs:
            if max(output.inputs or (0,)) >= self.options.inputs:
                output.choose(None)

    def _keep(self) -> None:
        self.session.set(STATE, {"names": self.names})


def as_float(given: Any) -> float:
    """Return a number as Wekinator takes it: what is none counts as 0."""
    try:
        return float(given)
    except (TypeError, ValueError):
        return 0.0
