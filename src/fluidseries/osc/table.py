"""All requests, a row each: from here come dispatch, error texts, help, docs/osc.md and tests."""

from __future__ import annotations

from functools import lru_cache

from ..errors import ParameterError
from ..spelling import ours, theirs
from . import verbs
from .arguments import number, numbers, switch, text, value, values, whole
from .place import did_you_mean
from .requests import Event, Request
from .verbs import call

__all__ = ["EVENTS", "MODEL", "PROGRAM", "find"]

MODEL = (
    Request(
        "new",
        "Make a model; settings may follow, as in: new classifier hiddenSize 16.",
        verbs.new,
        (text("kind"), values("setting value", optional=True)),
        "kind",
    ),
    Request(
        "remove",
        "Take the model away, with its takes; undo brings it back.",
        verbs.remove,
        (),
        "kind",
    ),
    Request(
        "frame",
        "Hear one frame. It is recorded if a take is, and the model answers if it has learned.",
        verbs.frame,
        (numbers("values"),),
        "outputs..., or label probability probabilities..., or nothing",
    ),
    Request("reset", "The next frame is the first of a series.", call("reset")),
    Request(
        "recordStart",
        "Record a take. A classifier learns the name as its label.",
        verbs.record_start,
        (text("name", optional=True),),
        "id",
    ),
    Request("recordStop", "The take is over.", verbs.record_stop, (), "id frames seconds"),
    Request(
        "recordDiscard",
        "The take that is being recorded was bad.",
        call("record_discard"),
        (),
        "id",
    ),
    Request(
        "target",
        "What the takes or frames from now on are to be answered with: numbers, or a label.",
        verbs.target,
        (values("target"),),
        "target",
    ),
    Request("fit", "Learn from all takes, in the background.", verbs.fit, (), "takes"),
    Request(
        "cancel",
        "End the fit; 1 keeps what it has learned.",
        call("cancel"),
        (switch("keep", optional=True),),
        "1, or 0 if no fit was running",
    ),
    Request("clear", "Forget what was learned; takes and snapshots stay.", call("clear")),
    Request(
        "predict", "Answer for a take.", verbs.predict, (text("id"),), "id, then as from frame"
    ),
    Request(
        "classes", "The labels, in the order of the probabilities.", verbs.classes, (), "labels"
    ),
    Request(
        "set",
        "Change a setting of the model or of its live use.",
        verbs.set_,
        (text("name"), values("value")),
        "name value",
    ),
    Request("get", "Tell a setting.", verbs.get, (text("name"),), "name value"),
    Request(
        "settings",
        "Tell all settings.",
        verbs.settings,
        (),
        "count; then for each setting name value",
    ),
    Request(
        "segment",
        "How it is known when a gesture starts and ends: manual, gate, window or continuous.",
        verbs.segment,
        (text("mode"),),
        "mode",
    ),
    Request("segmentStart", "With segment manual: a gesture starts.", call("segment_start")),
    Request(
        "segmentStop",
        "With segment manual: it ends, and is answered.",
        verbs.segment_stop,
        (),
        "as from frame",
    ),
    Request(
        "rate",
        "Frames a second that the model works at; 0: as they come.",
        verbs.rate,
        (number("hertz"),),
        "hertz",
    ),
    Request(
        "list",
        "Tell all takes.",
        verbs.list_takes,
        (),
        "count; then for each take index id frames seconds muted label",
    ),
    Request(
        "takes",
        "The same as list, which means something else in Pure Data.",
        verbs.takes,
        (),
        "as from list",
    ),
    Request("delete", "Delete a take.", verbs.delete, (text("id"),), "id"),
    Request("deleteAll", "Delete all takes.", call("delete_all")),
    Request(
        "rename", "Give a take another name.", verbs.rename, (text("id"), text("name")), "id name"
    ),
    Request(
        "relabel",
        "Give a take another label, or another target.",
        verbs.relabel,
        (text("id"), values("label")),
        "id label",
    ),
    Request(
        "mute",
        "1 leaves a take out of fitting.",
        verbs.mute,
        (text("id"), switch("muted")),
        "id muted",
    ),
    Request(
        "trim",
        "Keep a part of a take: frames from the first number up to, and without, the second.",
        verbs.trim,
        (text("id"), whole("from"), whole("to")),
        "id frames seconds",
    ),
    Request("play", "Send a take back out, at its rate.", verbs.play, (text("id"),), "id"),
    Request("stopPlaying", "Send no more of it.", call("stop_playing")),
    Request(
        "undo",
        "Take back the last change of the takes, or bring back a model that was removed.",
        verbs.undo,
        (),
        "what it was",
    ),
    Request("redo", "Do again what was taken back.", call("redo"), (), "what it was"),
    Request(
        "snapshot",
        "Give what the model knows now a name, and keep it.",
        verbs.snapshot,
        (text("name"),),
        "number name loss epochs seconds playing",
    ),
    Request(
        "snapshots",
        "Tell all snapshots.",
        verbs.snapshots,
        (),
        "count; then for each snapshots/entry number name loss epochs seconds playing",
    ),
    Request(
        "recall",
        "Go back to a snapshot, by its name or number.",
        verbs.recall,
        (value("snapshot"),),
        "number name loss epochs seconds playing",
    ),
    Request(
        "revert",
        "Go back to the snapshot before.",
        verbs.revert,
        (),
        "number name loss epochs seconds playing",
    ),
    Request(
        "read",
        "Play a model file from the project's folder.",
        verbs.read,
        (text("file"),),
        "number name loss epochs seconds playing",
    ),
    Request("write", "Write a model file there.", verbs.write, (text("file"),), "file"),
    Request("status", "Tell how the model does.", verbs.status, (), "names and values in turn"),
)

PROGRAM = (
    Request("models", "Tell the names of all models.", verbs.models, (), "names"),
    Request(
        "frame",
        "The same frame to every model.",
        verbs.frame_to_all,
        (numbers("values"),),
        "for each model /fluidseries/<model>/frame",
    ),
    Request("reset", "The next frame is the first of a series, for every model.", verbs.reset_all),
    Request(
        "listen",
        "Send all answers to a port of the asking computer too; its own if none is named.",
        verbs.listen,
        (whole("port", optional=True),),
        "host port",
    ),
    Request(
        "unlisten",
        "Send no more there.",
        verbs.unlisten,
        (whole("port", optional=True),),
        "host port",
    ),
    Request(
        "status", "Tell counts and times.", verbs.program_status, (), "names and values in turn"
    ),
    Request(
        "help", "Tell what a request is.", verbs.help_, (text("request", optional=True),), "text"
    ),
    Request("ping", "Tell that somebody is there.", verbs.ping, (), "version"),
)

EVENTS = (
    Event("error", "request text", "A request could not be done."),
    Event("warning", "text", "Something to know that stops nothing."),
    Event(
        "fit/progress",
        "epoch loss validationLoss epochs",
        "A fit goes on, twice a second within a long epoch; none if nothing is held out.",
    ),
    Event(
        "fit/done", "loss epochs seconds snapshot", "The new model plays from the next frame on."
    ),
    Event("fit/cancelled", "", "The fit was ended; the old model plays on."),
    Event("recalled", "number name loss epochs seconds playing", "Another snapshot plays."),
    Event("recorded", "id frames seconds", "A take is there."),
    Event("segment/started", "number", "A gesture starts (gate)."),
    Event("segment/stopped", "number frames", "It ended."),
    Event(
        "segment/answer", "frames, then as from frame", "The answer for a whole gesture or window."
    ),
    Event(
        "late",
        "count",
        "Too many frames come: so many were heard and recorded, but not answered.",
    ),
    Event("alone", "values...", "A forecaster goes on by itself, since no frames come."),
    Event("play/frame", "values...", "A frame of a take that is played."),
    Event("play/done", "id", "It is over."),
)

_BY_NAME = {True: {row.name: row for row in MODEL}, False: {row.name: row for row in PROGRAM}}


@lru_cache(maxsize=4096)
def find(address: str) -> tuple[str, Request]:
    """Return the model's name ("" for the program) and the request for an address.

    FluCoMa's camelCase and our own spelling are both understood.

    Raises
    ------
    ParameterError
        If there is no such request.

    Examples
    --------
    >>> name, request = find("/fluidseries/wave/recordStart")
    >>> name, request.usage
    ('wave', 'recordStart [name]')
    """
    _, root, *rest = address.split("/")
    if root in ("wek", "wekinator"):
        raise ParameterError(
            f"{address[:200]} is Wekinator's: start serve with --wekinator regression, "
            "classification:N or dtw:N, and it is understood"
        )
    if root != "fluidseries" or not 1 <= len(rest) <= 2 or not all(rest):
        raise ParameterError(
            f"{address[:200]} is no address: it is /fluidseries/<model>/<request>, or "
            "/fluidseries/<request>"
        )
    *model, name = rest
    known = _BY_NAME[bool(model)]
    request = known.get(theirs(ours(name)))
    if request is None:
        hint = did_you_mean(name, known)
        raise ParameterError(
            f"there is no request {name!r}{hint}: /fluidseries/help tells them all"
        )
    return "".join(model), request
