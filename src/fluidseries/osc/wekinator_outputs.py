"""Wekinator's outputs: each a model, with the value that it has and the inputs that it hears."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import FluidSeriesError, ParameterError

if TYPE_CHECKING:
    from ..live import Answer, LiveModel, Session

__all__ = ["Class", "Number", "Output"]


class Output:
    """One output of a project.

    Parameters
    ----------
    session : Session
        Where its model is, or will be.
    number : int
        From 1.
    classes : int
        How many it tells apart, if it does.

    Attributes
    ----------
    value : float
        What it is now: set by hand, or by its model while that runs.
    learns : "label" or "point"
        What its model learns.
    records, runs : bool
        Whether its model takes part in recording and running.
    """

    kind: ClassVar[str]
    learns: ClassVar[str]
    settings: ClassVar[dict[str, Any]] = {}
    value = 0.0

    def __init__(self, session: Session, number: int, classes: int) -> None:
        self.name = f"output_{number}"
        self.classes = classes
        self.records = self.runs = True
        self.answer: Answer | None = None
        if self.name not in session.models:
            session.new(self.name, self.kind, **self.settings)
        self._session = session
        if self.model.learns != self.learns:
            raise ParameterError(
                f"the project {session.folder} has {self.name} as {self.model.kind}, which is no "
                "model for this kind of project: take another project, or another --wekinator"
            )

    @property
    def model(self) -> LiveModel:
        """Its model, as it is now: somebody may have put another in its place.

        Raises
        ------
        IdentifierError
            If it was removed.
        """
        return self._session[self.name]

    def set(self, value: float) -> None:
        """Set what the frames from now on are to be answered with."""
        self.value = value
        self.model.target((value,))

    def start(self) -> None:
        """Start recording."""
        if self.records and self.model.recording is None:
            self.set(self.value)
            self.model.record_start()

    def stop(self) -> None:
        """Stop recording; a recording without frames is none."""
        if self.model.recording is None:
            return
        try:
            self.model.record_stop()
        except FluidSeriesError:
            self.model.record_discard()

    def hear(self, frame: tuple[float, ...]) -> None:
        """Record a frame if there is a recording, and answer it."""
        self.answer = self.model.frame(frame)

    @property
    def inputs(self) -> tuple[int, ...] | None:
        """The inputs that it learns from, counted from 0; None for all."""
        chosen: tuple[int, ...] | None = self.model.get("inputs")
        return chosen

    def choose(self, inputs: tuple[int, ...] | None) -> None:
        """Learn from these from now on: what was recorded holds all of them."""
        if inputs != self.inputs:
            self.model.set("inputs", inputs)

    def run(self) -> None:
        """Take the model's answer as the value."""
        if self.runs and self.answer is not None and self.answer.point is not None:
            self.value = float(self.answer.point[0])

    def distribution(self) -> list[float] | None:
        """Return how probable each class is, if there are classes."""
        return None

    def forget(self) -> None:
        """Delete all examples."""
        self.stop()
        self.model.delete_all()

    @property
    def ready(self) -> bool:
        """Whether there is something to run."""
        return self.model.playing

    def fit(self) -> Future[Any] | None:
        """Start to learn; None if there is nothing to learn from."""
        return self.model.fit() if self.records and self.model.takes else None


class Number(Output):
    """An output of a regression project: every recorded frame is paired with its value."""

    kind, learns = "mlpRegressor", "point"
    settings: ClassVar[dict[str, Any]] = {"targets": "frame"}


class Class(Output):
    """An output of a classification project: its value is a class, from 1."""

    kind, learns = "mlpClassifier", "label"
    value = 1.0

    def set(self, value: float) -> None:
        number = round(value) if abs(value) < 1e9 else 0
        if not 1 <= number <= self.classes:
            raise ParameterError(
                f"{self.name} is set to {value:g}: classes are 1 to {self.classes}"
            )
        # A take has one label, so that another class begins another take.
        goes_on = self.model.recording is not None and number != self.value
        if goes_on:
            self.stop()
        self.value = float(number)
        self.model.target(str(number))
        if goes_on:
            self.model.record_start()

    def run(self) -> None:
        if self.runs and self.answer is not None and self.answer.label is not None:
            with suppress(ValueError):
                self.value = float(self.answer.label)

    def distribution(self) -> list[float] | None:
        if not self.runs or self.answer is None or self.answer.probabilities is None:
            return None
        known = dict(zip(self.model.classes, self.answer.probabilities.tolist(), strict=False))
        return [known.get(str(i), 0.0) for i in range(1, self.classes + 1)]
