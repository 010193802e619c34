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
from dataclasses import asdict, dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from ..errors import InputError, ParameterError
from .packets import write_message
from .place import did_you_mean
from .wekinator_gestures import Gestures
from .wekinator_outputs import Class, Number, Output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..live import Session
    from .server import Server

__all__ = ["CHOSEN", "Options", "Wekinator", "as_float"]

KINDS: dict[str, type[Output]] = {"regression": Number, "classification": Class, "dtw": Gestures}
ROOT = "/wekinator/control/"
STATE = "wekinator"  # where the session keeps names
CHOSEN = "osc"  # where it keeps what `serve` was told
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
            If it is none of them, or an address is none.
        """
        kind, _, count = text.partition(":")
        if kind not in KINDS or (kind != "regression") != count.isdecimal():
            raise ParameterError(
                f"--wekinator is {text!r}: it must be regression, classification:N with the number "
                "of classes, or dtw:N with the number of gestures"
            )
        for name in ("in_address", "out_address"):
            if not others.get(name, "/").startswith("/"):
                raise ParameterError(
                    f"--{name.replace('_', '-')} is {others[name]!r}: an address begins with /, as "
                    "/wek/inputs does"
                )
        return cls(kind, int(count or 0), **others)

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Options | None:
        """Take what `serve` was told; None where it speaks no Wekinator.

        Raises
        ------
        ParameterError
            If the kind is none.
        """
        names = cls.__dataclass_fields__.keys() & chosen.keys()
        given = {name: chosen[name] for name in names if chosen[name] is not None}
        kind = chosen.get("wekinator")
        if kind:
            return cls.parse(kind, **given)
        if given:
            raise ParameterError(
                f"--{min(given).replace('_', '-')} is for Wekinator's protocol: add --wekinator "
                "regression, classification:N or dtw:N"
            )
        return None

    def to_chosen(self) -> dict[str, Any]:
        """Return what `of` takes."""
        chosen = asdict(self)
        kind, classes = chosen.pop("kind"), chosen.pop("classes")
        return {"wekinator": f"{kind}:{classes}" if classes else kind, **chosen}


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
        self.server = server
        self._lock = threading.Lock()
        self._begin(server.session, options, _outputs(server.session, options))

    def _begin(self, session: Session, options: Options, outputs: list[Output]) -> None:
        self.session, self.options, self.outputs = session, options, outputs
        self.to = (self.server.voice.reply[0], options.out_port)
        self.roots = {"wek", "wekinator", options.in_address.split("/")[1]}
        self.running = False
        named = options.classes if options.kind == "dtw" else options.outputs
        self.names = [f"output_{i + 1}" for i in range(named)]
        with self._lock:
            self._training: set[Future[Any]] = set()
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
            ours = future in self._training
            self._training.discard(future)
            last = ours and not self._training
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

    # Projects

    def run_project(self, path: str) -> None:
        """Play another project, in a folder beside this one; made if it is not there.

        What was recorded in the one before stays in its folder.

        Raises
        ------
        InputError
            If no project can be there.
        FluidSeriesError
            If it cannot be opened. The one before plays on in either case.
        """
        # Here and not above: who speaks no Wekinator need not load it.
        from ..live import Session

        before = self.session
        after = Session(_place_beside(before.folder, path))
        try:
            told, kept = (session.get(CHOSEN) or {} for session in (before, after))
            options = (Options.of(kept) if kept.get("wekinator") else None) or self.options
            outputs = _outputs(after, options)
            # Each of them will begin as it is now.
            before.set(CHOSEN, {**told, **self.options.to_chosen()})
            after.set(CHOSEN, {**told, **kept, **options.to_chosen()})
        except BaseException:
            after.close()
            raise
        for output in self.outputs:
            output.stop()
        self.server.take_over(after)
        self._begin(after, options, outputs)
        self.server.add(self)
        self.running = any(output.ready for output in outputs)
        before.close()

    def _restore(self) -> None:
        kept = self.session.get(STATE) or {}
        if len(kept.get("names", ())) == len(self.names):
            self.names = kept["names"]
        for output in self.outputs:
            if max(output.inputs or (0,)) >= self.options.inputs:
                output.choose(None)

    def _keep(self) -> None:
        self.session.set(STATE, {"names": self.names})


def _outputs(session: Session, options: Options) -> list[Output]:
    kind, count = KINDS[options.kind], 1 if options.kind == "dtw" else options.outputs
    return [kind(session, i + 1, options.classes) for i in range(count)]


def _place_beside(folder: Path, path: str) -> Path:
    """Return the folder beside a project's that a path of a patch names.

    A patch made for Wekinator names a file name.wekproj, perhaps of another computer: its name
    counts. No other path leads anywhere.
    """
    given = PureWindowsPath(path)
    name = given.stem if given.suffix.lower() == ".wekproj" else path
    place = folder.parent / name
    plain = name.isprintable() and name == PureWindowsPath(name).name and len(name) <= 100
    try:
        if not plain or name.startswith(".") or place.resolve().parent != folder.parent:
            raise InputError(
                f"{path[:100]!r} names no project: give a folder's name, such as concert-2, and it "
                "is beside this project's"
            )
        if place.resolve() == folder:
            raise InputError(f"{name!r} is the project that plays already: give another name")
        if place.exists() and not _is_project(place):
            raise InputError(f"{place} holds other things than a project: give another name")
    except OSError as err:
        raise InputError(f"{name!r} cannot be a project's folder ({err.strerror})") from err
    return place


def _is_project(place: Path) -> bool:
    return place.is_dir() and ((place / "journal").is_file() or not any(place.iterdir()))


def as_float(given: Any) -> float:
    """Return a number as Wekinator takes it: what is none counts as 0."""
    try:
        return float(given)
    except (TypeError, ValueError):
        return 0.0
