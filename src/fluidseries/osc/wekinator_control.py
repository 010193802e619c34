"""Wekinator's control messages, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InputError, ParameterError
from .arguments import Argument, text, whole
from .requests import Request
from .wekinator import as_float

if TYPE_CHECKING:
    from .wekinator import Wekinator
    from .wekinator_gestures import Gestures
    from .wekinator_outputs import Output

__all__ = ["CONTROL"]


def start_recording(project: Wekinator) -> None:
    for output in _trained(project):
        output.start()


def stop_recording(project: Wekinator) -> None:
    for output in _trained(project):
        output.stop()


def train(project: Wekinator) -> None:
    outputs = _trained(project)
    if not project.learn(outputs) and outputs:
        raise InputError("there are no examples to train on: record some first")


def cancel_train(project: Wekinator) -> None:
    cancelled = [output.model.cancel() for output in _trained(project)]
    if cancelled and not any(cancelled):
        raise InputError("there is no training to cancel")


def start_dtw_recording(project: Wekinator, number: int) -> None:
    _gestures(project).start_gesture(_checked(number, project.options.classes, "gesture"))


def stop_dtw_recording(project: Wekinator) -> None:
    _gestures(project).stop()


def start_running(project: Wekinator) -> None:
    project.running = True


def stop_running(project: Wekinator) -> None:
    project.running = False


def set_outputs(project: Wekinator, *given: float) -> None:
    outputs = _trained(project)
    if outputs and len(given) != len(outputs):
        raise InputError(f"{len(given)} outputs came, but this project has {len(outputs)}")
    for output, value in zip(outputs, given, strict=False):
        output.set(value)


def delete_all(project: Wekinator) -> None:
    for output in project.outputs:
        output.forget()


def delete_examples(project: Wekinator, number: int) -> None:
    if project.gestures is not None:
        project.gestures.forget_gesture(_checked(number, project.options.classes, "gesture"))
    else:
        _output(project, number).forget()


def enable_recording(project: Wekinator, *numbers: int) -> None:
    for output in _outputs(project, numbers):
        output.records = True


def disable_recording(project: Wekinator, *numbers: int) -> None:
    for output in _outputs(project, numbers):
        output.records = False


def enable_running(project: Wekinator, *numbers: int) -> None:
    for output in _outputs(project, numbers):
        output.runs = True


def disable_running(project: Wekinator, *numbers: int) -> None:
    for output in _outputs(project, numbers):
        output.runs = False


def set_input_names(project: Wekinator, *names: str) -> None:
    if len(names) != project.options.inputs or len(set(names)) < len(names):
        raise InputError(f"{project.options.inputs} different names are wanted for the inputs")


def set_output_names(project: Wekinator, *names: str) -> None:
    project.rename(names)


def select_inputs(project: Wekinator, number: int, *inputs: int) -> None:
    project.choose(_output(project, number), inputs)


def save_model(project: Wekinator, number: int, path: str) -> None:
    _output(project, number).model.write(path)


def load_model(project: Wekinator, number: int, path: str, _: str = "") -> None:
    _output(project, number).model.read(path)


def run_new_project(project: Wekinator, path: str, before: str = "CLOSECURRENT") -> None:
    if before not in ("CLOSECURRENT", "STOPCURRENTLISTENING", "KEEPCURRENTRUNNING"):
        raise ParameterError(
            f"{before!r} came behind the project: it must be CLOSECURRENT, STOPCURRENTLISTENING or "
            "KEEPCURRENTRUNNING"
        )
    project.run_project(path)


def nothing(_: Wekinator) -> None:
    """Wekinator's window changes; there is none here."""


def _trained(project: Wekinator) -> list[Output]:
    """Return the outputs of a project that is trained; a dtw project ignores such messages."""
    return [] if project.gestures is not None else project.outputs


def _gestures(project: Wekinator) -> Gestures:
    if project.gestures is None:
        raise InputError(
            f"this is a {project.options.kind} project: start it with --wekinator dtw:N"
        )
    return project.gestures


def _output(project: Wekinator, number: int) -> Output:
    return project.outputs[_checked(number, len(project.outputs), "output") - 1]


def _outputs(project: Wekinator, numbers: tuple[int, ...]) -> list[Output]:
    return [_output(project, number) for number in numbers]


def _checked(number: int, count: int, what: str) -> int:
    if not 1 <= number <= count:
        raise ParameterError(f"there is no {what} {number}: they are 1 to {count}")
    return number


def _many(argument: Argument) -> Argument:
    return Argument(argument.name, argument.wanted, argument.read, many=True)


_LENIENT = Argument("output", "a number", as_float, many=True)
_NUMBERS, _NAMES = _many(whole("number")), _many(text("name"))

_ROWS: tuple[tuple[str, str, Any, tuple[Argument, ...]], ...] = (
    ("startRecording", "Pair every frame with the current outputs.", start_recording, ()),
    ("stopRecording", "Pair no more.", stop_recording, ()),
    ("train", "Learn in the background.", train, ()),
    ("cancelTrain", "Stop learning, and keep the models that were.", cancel_train, ()),
    ("startRunning", "Answer every frame.", start_running, ()),
    ("stopRunning", "Answer no more.", stop_running, ()),
    ("startDtwRecording", "Record a take of a gesture.", start_dtw_recording, (whole("gesture"),)),
    ("stopDtwRecording", "The take is over, and counts at once.", stop_dtw_recording, ()),
    ("deleteAllExamples", "Delete all examples.", delete_all, ()),
    ("deleteExamplesForOutput", "Delete those of one.", delete_examples, (whole("output"),)),
    ("outputs", "Set the current outputs.", set_outputs, (_LENIENT,)),
    ("enableModelRecording", "Record for these outputs.", enable_recording, (_NUMBERS,)),
    ("disableModelRecording", "Not for these.", disable_recording, (_NUMBERS,)),
    ("enableModelRunning", "Let the models of these outputs answer.", enable_running, (_NUMBERS,)),
    ("disableModelRunning", "Not of these: they stay as they are.", disable_running, (_NUMBERS,)),
    ("setInputNames", "Name the inputs; nothing here shows them.", set_input_names, (_NAMES,)),
    ("setOutputNames", "Name the outputs, or the gestures.", set_output_names, (_NAMES,)),
    (
        "selectInputsForOutput",
        "Choose what one output learns from, at its next training.",
        select_inputs,
        (whole("output"), _NUMBERS),
    ),
    (
        "saveModelToFile",
        "Within the project's folder.",
        save_model,
        (whole("output"), text("file")),
    ),
    (
        "loadModelFromFile",
        "From there. WITHDATA and WITHOUTDATA are accepted; the recordings stay as they are.",
        load_model,
        (whole("output"), text("file"), text("data", optional=True)),
    ),
    (
        "runNewProject",
        "Play another project, in a folder beside this one; a new one if it is not there.",
        run_new_project,
        (text("name"), text("current", optional=True)),
    ),
    ("enablePerformanceMode", "Nothing, since there is no window.", nothing, ()),
    ("disablePerformanceMode", "Nothing, since there is no window.", nothing, ()),
)

CONTROL = {name: Request(name, help_, verb, arguments) for name, help_, verb, arguments in _ROWS}
