"""Frames that come too fast: all are heard and recorded; those answered have the same answers."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest

from fluidseries.live import Session
from fluidseries.osc.packets import write_message
from fluidseries.osc.server import Server

from osc_stage import Patch

KINDS = ["classifier", "regressor", "forecaster", "dtw", "mlpClassifier", "mlpRegressor"]


def moves(n, seed=1):
    """Bumps with rests between, up and down in turn: (n, 2)."""
    time, rng = np.arange(n), np.random.default_rng(seed)
    bumps = (1 - np.abs(time % 20 - 10) / 10) * (time // 20 % 2)
    return np.stack([bumps, 0.5 * bumps], axis=1) + rng.normal(0, 0.01, (n, 2))


def learn(model):
    """Let a model learn from four takes."""
    small = {"hidden_size": 6} if "hidden_size" in model.settings else {}
    gate = {"on_threshold": 0.15, "off_threshold": 0.1, "min_length_below": 3}
    for name, value in {**small, **gate, "max_iter": 5, "random_state": 0}.items():
        if name in model.settings:
            model.set(name, value)
    for number, size in enumerate([1.0, -1.0, 0.9, -0.9]):
        target = {"label": "up" if size > 0 else "down", "point": [size, 2.0], "next": None}
        model.add_take(f"take-{number}", size * moves(40)[20:], target[model.learns], 100)
    model.fit().result(60)


def same(one, other):
    if one is None or other is None:
        return one is other
    numbers = [each.point if each.label is None else each.probabilities for each in (one, other)]
    return one.label == other.label and np.array_equal(*numbers)


@pytest.mark.parametrize(("kind", "inputs"), [*((kind, None) for kind in KINDS), ("dtw", (1,))])
def test_answers_do_not_depend_on_those_left_out(tmp_path, kind, inputs):
    with Session(tmp_path, lambda: 0.0) as session:
        models = [session.new(name, kind, inputs=inputs) for name in ("all", "some")]
        for model in models:
            learn(model)
        memory = [("smoothing", 0.6)] if models[0].learns == "label" else [("lag", 0.5)]
        for how in ("continuous", "manual", "gate", "window"):
            for name, value in [("segment", how), (memory[0][0], 0.0), *memory]:
                for model in models:
                    model.set(name, value)
                compare(*models, np.random.default_rng(7))


def compare(every, some, rng):
    """Play to both, and leave out most answers of one."""
    left_out = finals = 0
    for number, frame in enumerate(moves(230, seed=2)):
        wanted = every.frame(frame, number / 100)
        answered = bool(rng.random() < 0.1)
        answer = some.frame(frame, number / 100, answered=answered)
        final = wanted is not None and wanted.final
        finals += final
        left_out += not (answered or final)
        assert same(answer, wanted if answered or final else None), number
    assert left_out > 150
    if every.settings["segment"] == "gate":
        assert finals > 2
    if every.settings["segment"] == "manual":
        for model in (every, some):
            model.segment_start()
        for frame in moves(30):
            every.frame(frame, 9.0)
            some.frame(frame, 9.0, answered=False)
        assert same(every.segment_stop(), some.segment_stop())


@pytest.fixture
def stage(tmp_path):
    """A patch, and a server whose thread has not begun yet."""
    patch = Patch()
    with Session(tmp_path) as session:
        model = session.new("m", "classifier")
        learn(model)
        server = Server(session, port=0, reply=("127.0.0.1", patch.port))
        patch.to = server.address
        yield patch, server, model
        server.stop()
    patch.close()


def test_a_late_frame_is_heard_without_an_answer(stage):
    patch, server, model = stage
    frame = write_message("/fluidseries/m/frame", 0.5, 0.25)
    tagged = write_message("/fluidseries/m/frame", "@1", 0.5, 0.25)
    for packet, late in [(frame, True), (tagged, True), (frame, True), (frame, False)]:
        server.handle(packet, patch.to, late=late)
    came = [patch.next(), patch.next()]
    assert [message.arguments[0] for message in came] == ["@1", came[1].arguments[0]]
    model.reset()
    for _ in range(4):
        wanted = model.frame([0.5, 0.25])
    assert came[1].arguments[0] == wanted.label
    assert np.allclose(came[1].arguments[2:], wanted.probabilities)
    # To all models at once, where there is one; and errors are said all the same.
    server.handle(write_message("/fluidseries/frame", 0.5, 0.25), patch.to, late=True)
    server.handle(write_message("/fluidseries/m/frame", 0.5), patch.to, late=True)
    assert patch.next().address == "/fluidseries/m/error"
    assert patch.next(0.05) is None
    assert server.meter.late == 3


def test_a_gesture_that_ends_late_is_answered(stage):
    patch, server, model = stage
    model.set("segment", "gate")
    for frame in moves(100):
        packet = write_message("/fluidseries/m/frame", *map(float, frame))
        server.handle(packet, patch.to, late=True)
    ends = [message.address.rpartition("m/")[2] for message in iter(lambda: patch.next(0.1), None)]
    assert ends.count("segment/answer") == ends.count("segment/stopped") > 0


def test_what_lags_is_told_of_and_nothing_recorded_is_lost(stage):
    patch, server, model = stage
    n, out = 30_000, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    patch.send("/fluidseries/m/recordStart", "fast")
    for number in range(n):
        out.sendto(write_message("/fluidseries/m/frame", float(number), 0.0), patch.to)
    out.close()
    counts = {"frame": 0, "late": 0}
    with server:
        limit = time.monotonic() + 60
        while server.meter.messages < n + 1 - (server.receiver.kernel_drops() or 0):
            assert time.monotonic() < limit
            count(patch, counts, 0.01)
        while server.meter.late_news() or count(patch, counts, 1.2):
            pass
        lost = (server.receiver.kernel_drops() or 0) + server.receiver.overflowed
        assert counts["late"] == server.meter.late > n // 4
        status = dict(zip(*[iter(patch.ask("", "status"))] * 2, strict=True))
        assert status["late"] == server.meter.late
        take = model.record_stop()
    assert len(take) == n - lost
    assert (np.diff(take.frames[:, 0]) > 0).all()


def count(patch, counts, wait):
    """Count what comes, until nothing does."""
    heard = 0
    while (message := patch.next(wait)) is not None:
        name = message.address.rpartition("/")[2]
        if name in counts:
            counts[name] += message.arguments[0] if name == "late" else 1
            heard += 1
    return heard
