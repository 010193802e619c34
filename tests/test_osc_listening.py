"""Gate, window, DTW and a forecaster left alone, over a real socket; and every control by name."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fluidseries.live import Session
from fluidseries.live.controls import CONTROLS
from fluidseries.osc.packets import Message
from fluidseries.osc.saying import plain
from fluidseries.osc.server import Server
from fluidseries.spelling import theirs

from osc_stage import Patch

LENGTH = 30
UP = np.sin(np.linspace(0, np.pi, LENGTH))[:, np.newaxis] * [1.0, 0.5]
SMALL = ("hiddenSize", 12, "nNetworks", 1, "maxIter", 60, "randomState", 0)


class Clock:
    """A session's clock that moves with every frame, so that a slow machine changes nothing."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def patch(tmp_path):
    patch, clock = Patch(), Clock()
    with (
        Session(tmp_path / "project", clock) as session,
        Server(session, port=0, reply=("127.0.0.1", patch.port)) as server,
    ):
        patch.to, patch.session, patch.clock = server.address, session, clock
        yield patch
    patch.close()


def heard(patch, model, frames, seconds=0.01):
    """What comes, from the first frame to the answer to the last one."""
    came = []
    for frame in frames:
        patch.clock.now += seconds
        patch.send(f"/fluidseries/{model}/frame", *map(float, frame))
        came += patch.until(f"{model}/frame")
    patch.send("/fluidseries/ping")
    return came + patch.until("ping")[:-1]


def record(patch, model, label, frames):
    patch.ask(model, "recordStart", label)
    heard(patch, model, frames)
    return patch.ask(model, "recordStop")


def learned(patch, model):
    patch.send(f"/fluidseries/{model}/fit")
    return patch.until("fit/done")[-1]


def taught(patch, model, kind, *settings):
    """A model that has heard gestures up and down, and rest."""
    patch.ask(model, "new", kind, *settings)
    rng = np.random.default_rng(0)
    for size in (0.8, 1.0, 1.2):
        record(patch, model, "up", size * UP)
        record(patch, model, "down", -size * UP)
        record(patch, model, "none", rest(rng, 40))
    learned(patch, model)
    return rng


def rest(rng, count):
    return rng.normal(0, 0.002, (count, 2))


def at(came: list[Message], end: str) -> list[tuple]:
    return [message.arguments for message in came if message.address.endswith(end)]


def test_a_gate_opens_and_closes_by_itself_and_answers(patch):
    rng = taught(patch, "hand", "classifier", "segment", "gate", *SMALL)
    came = heard(patch, "hand", [*rest(rng, 40), *UP, *rest(rng, 40), *-UP, *rest(rng, 40)])
    assert at(came, "segment/started") == [(1,), (2,)]
    stops = at(came, "segment/stopped")
    assert [number for number, _ in stops] == [1, 2]
    assert all(0.7 * LENGTH < frames < 1.4 * LENGTH for _, frames in stops)
    answers = at(came, "segment/answer")
    assert [(frames, label) for frames, label, *_ in answers] == [
        (stops[0][1], "up"), (stops[1][1], "down")]  # fmt: skip
    assert all(share == max(shares) > 0.5 for _, _, share, *shares in answers)
    # It opens again, and the input stops for good: the end is noticed without a frame.
    heard(patch, "hand", [*rest(rng, 40), *UP[: LENGTH // 2 + 3]])
    patch.clock.now += 1.0
    assert patch.until("segment/answer")[-1].arguments[1] in ("up", "down")


def test_rest_without_any_movement_closes_a_gate(patch):
    """As numbers from a program do, where a sensor would tremble."""
    patch.ask("hand", "new", "classifier", "segment", "gate", *SMALL)
    still = np.zeros((40, 2))
    for label, frames in [("up", UP), ("down", -UP), ("none", still)]:
        record(patch, "hand", label, frames)
    learned(patch, "hand")
    came = heard(patch, "hand", [*still, *UP, *still, *-UP, *still])
    assert [label for _, label, *_ in at(came, "segment/answer")] == ["up", "down"]


def test_a_window_answers_every_hop(patch):
    rng = taught(patch, "hand", "classifier", "segment", "window", "window", 20, "hop", 5, *SMALL)
    came = at(heard(patch, "hand", [*rest(rng, 30), *UP]), "hand/frame")
    assert [number for number, values in enumerate(came, 1) if values] == list(range(20, 61, 5))
    assert came[24][0] == "none"
    assert came[49][0] == "up"
    assert all(values[1] == max(values[2:]) for values in came if values)


def test_dtw_answers_a_segment(patch):
    taught(patch, "hand", "dtw")
    for label, sign in (("up", 1.1), ("down", -1.1)):
        patch.ask("hand", "segmentStart")
        assert not any(at(heard(patch, "hand", sign * UP), "hand/frame"))
        named, share, *shares = patch.ask("hand", "segmentStop")
        assert (named, len(shares)) == (label, 3)
        assert share == max(shares)
    assert patch.ask("hand", "predict", "up-2")[:2] == ("up-2", "up")


def test_dtw_answers_now_and_then_while_it_goes_on(patch):
    rng = taught(patch, "hand", "dtw", "segment", "continuous")
    patch.ask("hand", "reset")
    came = [values for values in at(heard(patch, "hand", UP), "hand/frame") if values]
    assert 10 < len(came) <= LENGTH
    assert came[-1][0] == "up"
    patch.ask("hand", "set", "segment", "gate")
    came = heard(patch, "hand", [*rest(rng, 40), *-UP, *rest(rng, 40)])
    assert [label for _, label, *_ in at(came, "segment/answer")] == ["down"]


def test_a_forecaster_goes_on_by_itself(patch):
    patch.ask("wave", "new", "forecaster", "hiddenSize", 16, "nNetworks", 1, "maxIter", 150,
              "randomState", 0)  # fmt: skip
    wave = np.sin(np.arange(160) * 0.3)[:, np.newaxis]
    record(patch, "wave", "sine", wave)
    learned(patch, "wave")
    patch.ask("wave", "reset")
    *_, (expected,) = at(heard(patch, "wave", wave[:100]), "wave/frame")
    patch.clock.now += 0.03 + 9.5 * 0.01
    alone = [patch.until("wave/alone")[-1].arguments[0] for _ in range(10)]
    assert alone[0] == pytest.approx(expected, abs=1e-6)
    assert np.abs(alone - np.sin(np.arange(100, 110) * 0.3)).max() < 0.5
    # Input is heard again at once (before the next of its own is due), and with 0 it never goes on.
    assert not at(heard(patch, "wave", wave[100:101], seconds=0.001), "alone")
    patch.ask("wave", "set", "aloneAfter", 0)
    patch.clock.now += 5
    time.sleep(0.15)
    patch.send("/fluidseries/ping")
    assert [message.address for message in patch.until("ping")] == ["/fluidseries/ping"]


OTHERS = {
    "segment": ("gate", "curtain"), "gate_input": (1, -2), "on_threshold": (0.5, "loud"),
    "off_threshold": (0.25, "soft"), "min_slice_length": (9, 0), "min_silence_length": (8, 0.5),
    "min_length_above": (7, 0), "min_length_below": (6, -1), "look_back": (5, -1),
    "window": (40, 0), "hop": (4, 0), "inputs": ((0, 2), -1), "targets": ("frame", "none"),
    "pre_roll": (3, -1), "trim_still": (1, 2), "rate": (50.0, 0), "threshold": (0.5, 1.5),
    "reject_label": ("nothing", ""), "smoothing": (0.75, 1.0), "hold": (0, "x"), "lag": (0.5, -1),
    "alone_after": (0.5, -1),
}  # fmt: skip


def test_every_control_is_set_and_told(patch):
    """In both spellings; what cannot be is refused, and changes nothing."""
    assert set(OTHERS) == set(CONTROLS)
    patch.ask("m", "new", "forecaster")
    for name, (value, wrong) in OTHERS.items():
        values = plain(value)
        assert patch.ask("m", "get", name)[1:] != values
        assert patch.ask("m", "set", theirs(name), *values) == (theirs(name), *values)
        assert "it must be" in patch.error("/fluidseries/m/set", name, wrong)
        assert patch.ask("m", "get", name) == (name, *values)
        assert plain(patch.session["m"].settings[name]) == values
    patch.ask("m", "set", "patience", 12)
    assert patch.ask("m", "get", "patience") == ("patience", 12)
    for name in ("on_threshold", "window", "inputs", "rate", "alone_after"):
        assert patch.ask("m", "set", name, "none") == (name, "none")
