"""What the requests do: verbs of the session, with OSC's plain values in and out."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import EmptyError, FluidSeriesError, ParameterError, StorageError
from ..spelling import theirs
from .arguments import either
from .place import did_you_mean
from .saying import NOTHING, Said, heard, of_answer, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..live import Answer, LiveModel, Recalled, Take
    from .place import Place

Values = tuple[Any, ...]


def call(method: str) -> Callable[..., Any]:
    """Return a verb that is a method of the model."""
    return lambda place, *arguments: getattr(place.model, method)(*arguments)


def new(place: Place, kind: str, *settings: Any) -> Values:
    if len(settings) % 2:
        raise ParameterError(
            f"the setting {settings[-1]!r} has no value: give name and value in turn"
        )
    names, given = map(str, settings[::2]), settings[1::2]
    return (place.session.new(place.name, kind, **dict(zip(names, given, strict=True))).kind,)


def frame(place: Place, *numbers: float) -> Values | list[Said]:
    answer = place.model.frame(numbers, answered=not place.late)
    if place.late and answer is None:
        place.program.skip(1)
        return []
    return heard(answer)


def frame_to_all(place: Place, *numbers: float) -> list[Said]:
    answers = place.session.frame(numbers, answered=not place.late)
    if not answers:
        raise EmptyError("there are no models yet: make one with /fluidseries/wave/new classifier")
    if place.late:
        place.program.skip(sum(answer is None for answer in answers.values()))
        answers = {name: answer for name, answer in answers.items() if answer is not None}
    return [said for name, answer in answers.items() for said in _of_one(name, answer)]


def _of_one(name: str, answer: Answer | FluidSeriesError | None) -> list[Said]:
    if not isinstance(answer, FluidSeriesError):
        return [Said(f"{name}/frame", of_answer(answer))]
    error = Said(f"{name}/error", ("frame", str(answer)))
    if not isinstance(answer, StorageError) or answer.answer is None:
        return [error]
    return [error, Said(f"{name}/frame", of_answer(answer.answer))]


def predict(place: Place, identifier: str) -> Values:
    return (identifier, *of_answer(place.model.predict(identifier)))


def target(place: Place, *given: Any) -> Values:
    place.model.target(_target(place.model, given))
    return given


def record_start(place: Place, name: str | None = None) -> Values:
    return (place.model.record_start(name),)


def record_stop(place: Place) -> Values:
    take = place.model.record_stop()
    return (take.id, len(take), float(take.seconds))


def list_takes(place: Place) -> list[Said]:
    rows = [_take(i, take) for i, take in enumerate(tuple(place.model.takes.values()), 1)]
    return [Said("list", (len(rows),)), *rows]


def takes(place: Place) -> list[Said]:
    (_, count), *rows = list_takes(place)
    return [Said("takes", count), *rows]


def _take(index: int, take: Take) -> Said:
    facts = (index, take.id, len(take), float(take.seconds), int(take.muted))
    return Said("take", (*facts, *plain(take.label if take.point is None else take.point)))


def rename(place: Place, old: str, name: str) -> Values:
    place.model.rename(old, name)
    return old, name


def relabel(place: Place, identifier: str, *given: Any) -> Values:
    place.model.relabel(identifier, _target(place.model, given))
    return (identifier, *given)


def trim(place: Place, identifier: str, start: int, stop: int) -> Values:
    place.model.trim(identifier, start, stop)
    take = place.model.takes[identifier]
    return identifier, len(take), float(take.seconds)


def mute(place: Place, identifier: str, muted: bool) -> Values:
    place.model.mute(identifier, muted)
    return identifier, int(muted)


def delete(place: Place, identifier: str) -> Values:
    place.model.delete(identifier)
    return (identifier,)


def play(place: Place, identifier: str) -> Values:
    place.model.play(identifier)
    return (identifier,)


def fit(place: Place) -> Values:
    # How it ends is told by events.
    place.model.fit().add_done_callback(Future.exception)
    return (sum(not take.muted for take in place.model.takes.values()),)


def set_(place: Place, name: str, *given: Any) -> Values:
    place.model.set(name, either(given))
    return get(place, name)


def get(place: Place, name: str) -> Values:
    return (name, *plain(place.model.get(name)))


def settings(place: Place) -> list[Said]:
    known = place.model.settings
    rows = [Said("setting", (theirs(name), *plain(known[name]))) for name in known]
    return [Said("settings", (len(rows),)), *rows]


def segment(place: Place, mode: str) -> Values:
    return set_(place, "segment", mode)[1:]


def rate(place: Place, hertz: float) -> Values:
    return set_(place, "rate", hertz or None)[1:]


def segment_stop(place: Place) -> Values:
    return of_answer(place.model.segment_stop())


def snapshot(place: Place, name: str) -> Values:
    return _snapshot(place.model.snapshot(name))


def snapshots(place: Place) -> list[Said]:
    known = place.model.snapshots
    rows = [Said("snapshots/entry", _snapshot(entry)) for entry in known]
    return [Said("snapshots", (len(known),)), *rows]


def recall(place: Place, which: int | str) -> Future[Values]:
    return _later(place.model, place.model.recall(which))


def revert(place: Place) -> Future[Values]:
    return _later(place.model, place.model.revert())


def read(place: Place, path: str) -> Future[Values]:
    return _later(place.model, place.model.read(path))


def _later(model: LiveModel, known: Future[Recalled]) -> Future[Values]:
    """Return a Future of what is said about the snapshot that another one brings."""
    later: Future[Values] = Future()

    def finish(done: Future[Recalled]) -> None:
        try:
            number = done.result().snapshot
            later.set_result(_snapshot({entry.number: entry for entry in model.snapshots}[number]))
        except Exception as err:
            later.set_exception(err)

    known.add_done_callback(finish)
    return later


def _snapshot(entry: Any) -> Values:
    facts = (entry.number, entry.name, entry.loss, entry.epochs, entry.seconds, entry.playing)
    return tuple(part for fact in facts for part in plain(fact))


def classes(place: Place) -> Values:
    return tuple(map(str, place.model.classes))


def write(place: Place, path: str) -> Values:
    place.model.write(path)
    return (path,)


def remove(place: Place) -> Values:
    kind = place.model.kind
    place.session.remove(place.name)
    return (kind,)


def undo(place: Place) -> Values:
    if place.name in place.session.removed:
        place.session.restore(place.name)
        return ("remove",)
    return (place.model.undo(),)


def status(place: Place) -> Values:
    model = place.model
    return (
        *("kind", model.kind),
        *("inputs", model.n_inputs or 0),
        *("takes", len(model.takes)),
        *("playing", int(model.playing)),
        *("outdated", int(model.outdated)),
        *("fitting", int(model.fitting)),
        *("recording", model.recording or NOTHING),
    )


def models(place: Place) -> Values:
    return tuple(place.session.models)


def reset_all(place: Place) -> None:
    place.session.reset()


def listen(place: Place, port: int = 0) -> Values:
    return place.program.listen(port)


def unlisten(place: Place, port: int = 0) -> Values:
    return place.program.unlisten(port)


def program_status(place: Place) -> Values:
    return place.program.status()


def help_(_: Place, name: str = "") -> list[Said]:
    from . import table

    rows = [
        (prefix, row)
        for prefix, known in (("<model>/", table.MODEL), ("", table.PROGRAM))
        for row in known
        if name in ("", row.name)
    ]
    if not rows:
        hint = did_you_mean(name, [row.name for row in (*table.MODEL, *table.PROGRAM)])
        raise ParameterError(f"there is no request {name!r}{hint}")
    return [Said("help", (f"/fluidseries/{prefix}{row.usage}", row.help)) for prefix, row in rows]


def ping(_: Place) -> Values:
    return (__version__,)


def _target(model: LiveModel, given: Values) -> Any:
    """Return a label where labels are learned, for a patch may send 1 and mean the label "1"."""
    if model.kind.endswith("Classifier"):
        return str(either(given))
    return given
