"""The server: every request over a real socket, and everything that must not harm it."""

from __future__ import annotations

import io
import socket
import struct
import threading
import time

import numpy as np
import pytest
from rich.console import Console

from fluidseries.errors import ParameterError
from fluidseries.live import Session
from fluidseries.osc import table
from fluidseries.osc.client import ask
from fluidseries.osc.packets import MAX_PACKET, write_message
from fluidseries.osc.repeats import OFTEN, Repeats
from fluidseries.osc.server import Server
from fluidseries.osc.udp import Receiver
from fluidseries.osc.view import picture
from fluidseries.osc.voice import Voice

from osc_stage import Patch

HERE = ("127.0.0.1", 1)


@pytest.fixture
def patch(tmp_path):
    """A patch that speaks with a server over a new session."""
    patch = Patch()
    with (
        Session(tmp_path / "project") as session,
        Server(session, port=0, reply=("127.0.0.1", patch.port)) as server,
    ):
        patch.to, patch.server, patch.session = server.address, server, session
        yield patch
    patch.close()


def record(patch, model, label, frames, **target):
    if target:
        patch.ask(model, "target", *target["to"])
    patch.ask(model, "recordStart", label)
    for frame in frames:
        patch.ask(model, "frame", *map(float, frame))
    return patch.ask(model, "recordStop")


def wave(patch, name="wave"):
    """A classifier with two takes of each of two labels."""
    patch.ask(name, "new", "classifier", "hiddenSize", 6, "maxIter", 20, "randomState", 1)
    for i in range(2):
        record(patch, name, "up", [[0.1 * k, i] for k in range(8)])
        record(patch, name, "down", [[-0.1 * k, i] for k in range(8)])


def test_a_model_from_new_to_answers(patch):
    assert patch.ask("wave", "new", "classifier", "hiddenSize", 6.0, "maxIter", 30) == (
        "LSTMClassifier",
    )
    taken = record(patch, "wave", "up", [[0.1 * k] for k in range(8)])
    assert taken[:2] == ("up-1", 8)
    record(patch, "wave", "down", [[-0.1 * k] for k in range(8)])
    patch.send("/fluidseries/wave/fit", "@7")
    came = patch.until("fit/done")
    assert came[0] == ("/fluidseries/wave/fit", ("@7", 2))
    progress = [m.arguments for m in came if m.address.endswith("fit/progress")]
    assert progress
    assert all(tag == "@7" and epochs == 30 for tag, _, _, _, epochs in progress)
    tag, loss, epochs, seconds, snapshot = came[-1].arguments
    assert (tag, epochs, snapshot) == ("@7", 30, 1)
    assert loss < 1 and seconds > 0  # noqa: PT018
    patch.ask("wave", "reset")
    for k in range(8):
        label, share, *shares = patch.ask("wave", "frame", 0.1 * k)
    assert label == "up"
    assert patch.ask("wave", "classes") == ("down", "up")
    assert share == max(shares) == shares[1]
    assert patch.ask("wave", "predict", "down-1")[:2] == ("down-1", "down")


def test_a_regressor_with_a_target_per_take(patch):
    patch.ask("pitch", "new", "regressor", "maxIter", 40, "hiddenSize", 6, "randomState", 0)
    record(patch, "pitch", "rise", [[0.1 * k] for k in range(9)], to=(880.0, 0.25))
    record(patch, "pitch", "fall", [[-0.1 * k] for k in range(9)], to=(220.0, 0.75))
    patch.send("/fluidseries/pitch/fit")
    patch.until("fit/done")
    _, hertz, part = patch.ask("pitch", "predict", "rise-1")
    assert hertz > 550
    assert part < 0.5


def test_a_target_of_another_width(patch):
    patch.ask("pitch", "new", "regressor")
    record(patch, "pitch", "rise", [[0.1 * k] for k in range(9)], to=(880.0, 0.25))
    assert "has 2: send as many" in patch.error("/fluidseries/pitch/target", 440.0)
    assert patch.ask("pitch", "target", 440.0, 1) == (440.0, 1)


def test_the_list_and_what_changes_it(patch):
    wave(patch)

    def rows():
        patch.send("/fluidseries/wave/list")
        patch.send("/fluidseries/ping")
        count, *takes, _ = patch.until("ping")
        assert count.arguments == (len(takes),)
        return [(t.arguments[1], t.arguments[2], t.arguments[4], t.arguments[5]) for t in takes]

    assert rows() == [("up-1", 8, 0, "up"), ("down-1", 8, 0, "down"),
                      ("up-2", 8, 0, "up"), ("down-2", 8, 0, "down")]  # fmt: skip
    assert patch.ask("wave", "rename", "up-2", "best") == ("up-2", "best")
    assert patch.ask("wave", "relabel", "best", "top") == ("best", "top")
    assert patch.ask("wave", "mute", "up-1", 1.0) == ("up-1", 1)
    assert patch.ask("wave", "trim", "down-1", 2, 7)[:2] == ("down-1", 5)
    assert patch.ask("wave", "delete", "down-2") == ("down-2",)
    assert rows() == [("up-1", 8, 1, "up"), ("down-1", 5, 0, "down"), ("best", 8, 0, "top")]
    patch.ask("wave", "undo")
    assert len(rows()) == 4
    patch.ask("wave", "redo")
    assert len(rows()) == 3
    patch.ask("wave", "deleteAll")
    assert rows() == []


def test_numbers_are_labels_too(patch):
    patch.ask("n", "new", "classifier")
    patch.ask("n", "recordStart", 1.0)
    patch.ask("n", "frame", 1, 2.5)
    assert patch.ask("n", "recordStop")[0] == "1-1"
    patch.ask("n", "target", 2)
    patch.ask("n", "recordStart")
    patch.ask("n", "recordDiscard")


def test_settings(patch):
    patch.ask("wave", "new", "classifier")
    assert patch.ask("wave", "set", "hiddenSize", 12.0, 6.0) == ("hiddenSize", 12, 6)
    assert patch.ask("wave", "get", "hiddenSize") == ("hiddenSize", 12, 6)
    assert patch.ask("wave", "set", "learn_rate", 0.5) == ("learn_rate", 0.5)
    assert patch.ask("wave", "segment", "gate") == ("gate",)
    assert patch.ask("wave", "set", "onThreshold", "none") == ("onThreshold", "none")
    patch.send("/fluidseries/wave/settings")
    patch.send("/fluidseries/ping")
    count, *rows, _ = patch.until("ping")
    names = {row.arguments[0] for row in rows}
    assert count.arguments == (len(rows),)
    assert {"hiddenSize", "segment", "minSliceLength"} <= names
    assert "from" in patch.error("/fluidseries/wave/set", "threshold", 7)


def test_a_take_is_played_back(patch):
    wave(patch)
    patch.ask("wave", "play", "up-1")
    played = [m.arguments for m in patch.until("play/done") if m.address.endswith("play/frame")]
    assert np.allclose(played, [[0.1 * k, 0] for k in range(8)])


def test_the_client_hears_what_a_request_brings_about(patch):
    wave(patch)
    came = list(ask(patch.to, "/fluidseries/wave/play", ["up-1"], until="play/done"))
    ends = [message.address.removeprefix("/fluidseries/wave/") for message in came]
    assert ends == ["play", *["play/frame"] * 8, "play/done"]
    [error] = ask(patch.to, "/nonsense", [])
    assert "/nonsense is no address" in error.arguments[1]
    with pytest.raises(
        ParameterError, match="an address begins with /, as in /fluidseries/wave/frame"
    ):
        next(ask(patch.to, "fluidseries/wave/fit", []))


def test_answers_to_a_burst_keep_their_order(patch):
    patch.ask("m", "new", "classifier")
    for number in range(300):
        patch.send("/fluidseries/m/" + ("recordStart", "frame", "recordStop")[number % 3],
                   f"@{number}", *(["up"], [0.5], [])[number % 3])  # fmt: skip
    came = patch.until("recordStop", 20)
    while len(came) < 400:
        came += patch.until("recordStop", 20)
    answers = [message.arguments[0] for message in came if message.arguments[0][0] == "@"]
    assert answers == [f"@{number}" for number in range(300)]
    for place, message in enumerate(came):
        if message.address.endswith("m/recorded"):
            assert came[place + 1].address.endswith("recordStop")


class Post:
    """Keeps what is sent."""

    def __init__(self):
        self.sent = []

    def send(self, packet, to):
        self.sent.append((packet, to))


def test_a_voice_holds_what_its_thread_says():
    post = Post()
    voice = Voice(post, HERE)
    voice.add(("127.0.0.1", 2))
    voice.hold()
    voice.send(b"a")
    other = threading.Thread(target=voice.send, args=(b"b",))
    other.start()
    other.join()
    assert post.sent == [(b"b", HERE), (b"b", ("127.0.0.1", 2))]
    voice.hold()
    voice.send(b"c", ("127.0.0.1", 3))
    voice.let_go()
    assert [packet for packet, _ in post.sent] == [b"b", b"b", b"a", b"a", b"c", b"c"]
    voice.send(b"d")
    assert post.sent[-1] == (b"d", ("127.0.0.1", 2))
    voice.hold()
    voice.send(b"e")
    time.sleep(0.002)
    voice.hold()
    assert post.sent[-1] == (b"e", ("127.0.0.1", 2))


def test_snapshots(patch):
    wave(patch)
    for name in ("first", "second"):
        patch.send("/fluidseries/wave/fit")
        patch.until("fit/done")
        _, called, *_, playing = patch.ask("wave", "snapshot", name)
        assert (called, playing) == (name, 1)
    patch.send("/fluidseries/wave/recall", "@ask", "first")
    assert patch.until("wave/recall")[-1].arguments[:3] == ("@ask", 1, "first")
    patch.send("/fluidseries/wave/write", "good.json")
    patch.until("wave/write")
    patch.send("/fluidseries/wave/read", "good.json")
    assert patch.until("wave/read")[-1].arguments[0] == 3


def test_the_same_frame_for_all(patch):
    for name in ("a", "b"):
        patch.ask(name, "new", "classifier")
    patch.send("/fluidseries/frame", 1.0, 2.0)
    assert [patch.next().address for _ in "ab"] == [f"/fluidseries/{n}/frame" for n in "ab"]
    assert patch.ask("", "models") == ("a", "b")
    patch.ask("a", "remove")
    assert patch.ask("", "models") == ("b",)


def test_others_may_listen(patch):
    other = Patch(patch.to)
    assert other.ask is not None
    other.send("/fluidseries/listen")
    assert other.next().arguments == ("127.0.0.1", other.port)
    patch.send("/fluidseries/ping")
    assert other.next().address == "/fluidseries/ping"
    other.send("/fluidseries/unlisten")
    patch.until("unlisten")
    patch.send("/fluidseries/ping")
    assert other.next(0.1) is None
    other.close()


SPARE = {"text": "x", "a number": 0.5, "a whole number": 3, "0 or 1": 1, "a number or text": "x"}
EVERY = [(f"/fluidseries/m/{r.name}", r) for r in table.MODEL]
EVERY += [(f"/fluidseries/{r.name}", r) for r in table.PROGRAM]


@pytest.mark.parametrize("exists", [True, False], ids=["model", "no model"])
def test_every_request_is_answered(patch, exists):
    """With right types or wrong ones, with a model or without."""
    patch.server.meter.errors_a_second = 1e9
    if exists:
        patch.ask("m", "new", "classifier")
    for address, request in EVERY:
        for given in (
            [SPARE[argument.wanted] for argument in request.arguments],
            [],
            [1.0] * 9,
            ["no", None, 2**40, [1, 2]][: len(request.arguments) + 1],
        ):
            patch.send_bytes(write_message(address, "@t", *(
                "list" if isinstance(g, list) else g for g in given)))  # fmt: skip
            answer = None
            limit = time.monotonic() + 5
            while answer is None and time.monotonic() < limit:
                message = patch.next(0.2)
                if message is not None and message.arguments[:1] == ("@t",):
                    answer = message
            assert answer is not None, f"{address} {given} was not answered"
            assert "defect" not in str(answer.arguments), answer
        if address.endswith("m/remove") and exists:
            patch.ask("m", "new", "classifier")


def test_errors_say_what_to_do(patch):
    wave(patch)
    error = patch.error
    assert "did you mean 'recordStart'" in error("/fluidseries/wave/recordStrat", "x")
    assert "did you mean 'wave'" in error("/fluidseries/wav/frame", 1.0)
    assert "the request is trim id from to. Keep a part" in error("/fluidseries/wave/trim", "up-1")
    assert "from is 'x': it must be a whole number" in error(
        "/fluidseries/wave/trim", "up-1", "x", 3
    )
    assert "3 numbers" in error("/fluidseries/wave/frame", 1.0, 2.0, 3.0)
    assert "is no address" in error("/other")
    assert "nan" in error("/fluidseries/wave/frame", float("nan"), 1.0)


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "../x.json",
        "a/../../x",
        "~/x",
        "",
        ".",
        "con\0x",
        "/dev/null",
    ],
)
@pytest.mark.parametrize("request_", ["read", "write"])
def test_paths_lead_nowhere_else(patch, request_, path, tmp_path):
    patch.ask("m", "new", "dtw")
    record(patch, "m", "a", [[1.0]])
    record(patch, "m", "b", [[2.0]])
    patch.send("/fluidseries/m/fit")
    patch.until("fit/done")
    before = {p for p in tmp_path.rglob("*") if "project" not in p.relative_to(tmp_path).parts}
    patch.send(f"/fluidseries/m/{request_}", path)
    message = patch.until("error" if path != "con\0x" or request_ == "read" else "")[-1]
    assert "defect" not in str(message)
    assert before == {
        p for p in tmp_path.rglob("*") if "project" not in p.relative_to(tmp_path).parts
    }


def test_names_that_are_paths(patch):
    for name in ("..", ".", "a b", "x" * 65, "ü"):
        assert patch.error(f"/fluidseries/{name}/new", "classifier")
    assert list(patch.session.models) == []


GARBAGE = [
    b"", b"\0", b"/", b"#bundle\0", b"#bundle\0" + bytes(8) + b"\xff" * 8, b"\xff" * 1000,
    b"/fluidseries/wave/frame\0,ff\0\0\0\0", b"/a\0\0,s\0\0abc", b"x" * MAX_PACKET,
    b"/f\0\0," + b"f" * 30_000, b"/fluidseries/" + b"a" * 60_000 + bytes(4),
    b"#bundle\0" + bytes(8) + struct.pack(">i", 2**31 - 4),
]  # fmt: skip


def test_garbage_is_counted_and_answered(patch):
    rng = np.random.default_rng(0)
    noise = [rng.bytes(int(n)) for n in rng.integers(0, 300, 100)]
    for packet in [*GARBAGE, *noise]:
        patch.send_bytes(packet)
    assert patch.ask("", "ping")
    meter = patch.server.meter
    assert meter.errors >= len(GARBAGE) + len(noise)
    assert patch.server.receiver.received >= len(GARBAGE) + len(noise) + 1


def test_a_64_kilobyte_frame(patch):
    patch.ask("m", "new", "classifier")
    patch.ask("m", "recordStart", "x")
    numbers = [0.5] * 12_000
    patch.send("/fluidseries/m/frame", *numbers)
    assert patch.next().address == "/fluidseries/m/frame"
    assert patch.ask("m", "recordStop")[1] == 1


def test_a_flood_of_errors_is_answered_in_part_and_counted(patch):
    for _ in range(2000):
        patch.send("/nonsense")
    assert patch.ask("", "ping")
    status = dict(zip(*[iter(patch.ask("", "status"))] * 2, strict=True))
    drops = 0 if status["kernelDrops"] == "none" else status["kernelDrops"]
    assert status["errors"] + drops + status["overflowed"] == 2000
    assert status["silenced"] > 1000


def test_the_same_error_is_said_a_few_times_and_then_counted(patch):
    for name in ("a", "b"):
        patch.ask(name, "new", "classifier")
        record(patch, name, "up", [[1.0, 2.0]])
    for _ in range(50):
        patch.send("/fluidseries/a/frame", 1.0, 2.0, 3.0)
        patch.send("/fluidseries/frame", 0.5)
        patch.send("/fluidseries/a/fot")
    said, limit = [], time.monotonic() + 10
    while sum("more)" in text for *_, text in said) < 4 and time.monotonic() < limit:
        if (message := patch.next(0.2)) is not None:
            said.append((message.address, *message.arguments))
    counts = {}
    for address, request, text in said:
        plain, _, more = text.removesuffix(" more)").partition(" (and ")
        counts.setdefault((address, request, plain[:27]), []).append(int(more or 0))
    assert counts == {
        ("/fluidseries/a/error", "frame", "the frame has 3 numbers, bu"): [0, 0, 0, 47],
        ("/fluidseries/a/error", "frame", "the frame has 1 number, but"): [0, 0, 0, 47],
        ("/fluidseries/b/error", "frame", "the frame has 1 number, but"): [0, 0, 0, 47],
        ("/fluidseries/error", "/fluidseries/a/fot", "there is no request 'fot' ("): [0, 0, 0, 47],
    }
    assert patch.server.meter.errors == 200
    # Whoever put a tag on it waits for the answer.
    for _ in range(10):
        patch.send("/fluidseries/a/frame", "@7", 1.0, 2.0, 3.0)
        assert patch.next().arguments[:2] == ("@7", "frame")


def test_many_different_errors_are_told_apart():
    repeats = Repeats()
    for number in range(1000):
        for _ in range(OFTEN):
            assert repeats.say(("m", "frame", f"number {number}"))
    assert not repeats.say(("m", "frame", "number 0"))
    assert repeats.rest() == []
    time.sleep(1.05)
    assert repeats.rest() == [(("m", "frame", "number 0"), 1)]
    assert repeats.say(("m", "frame", "number 0"))


def test_a_burst_of_50000_messages(patch):
    patch.ask("m", "new", "classifier")
    patch.ask("m", "recordStart", "x")
    frame = write_message("/fluidseries/m/frame", 1.0, 2.0)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(50_000):
        out.sendto(frame, patch.to)
    out.close()
    receiver, limit, answers = patch.server.receiver, time.monotonic() + 20, 0
    while patch.server.meter.messages < 50_002 - (receiver.kernel_drops() or 0):
        assert time.monotonic() < limit
        while patch.next(0.0) is not None:
            answers += 1
        time.sleep(0.01)
    lost = (receiver.kernel_drops() or 0) + receiver.overflowed
    assert answers > 0
    assert patch.ask("m", "recordStop")[1] == 50_000 - lost


def test_the_kernel_tells_what_it_dropped():
    receiver = Receiver("127.0.0.1", 0)
    if receiver.kernel_drops() is None:
        pytest.skip("this system does not tell")
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for _ in range(200):
        out.sendto(b"x" * 1000, receiver.address)
    came = 0
    while receiver.next(0.05) is not None:
        came += 1
    assert came < 200
    assert came + receiver.kernel_drops() == 200
    out.close()
    receiver.close()


def test_ports_that_are_taken():
    first = Receiver("127.0.0.1", 0)
    with pytest.raises(ParameterError, match="is another program there"):
        Receiver("127.0.0.1", first.address[1])
    with pytest.raises(ParameterError, match="is no host"):
        Receiver("no.such.host.invalid", 0)
    first.close()


def test_the_terminal_shows_models_takes_and_errors(patch):
    def seen():
        console = Console(file=io.StringIO(), width=100)
        console.print(picture(patch.server))
        return console.file.getvalue()

    assert "Make one: fluidseries send /fluidseries/wave/new classifier" in seen()
    wave(patch)
    patch.ask("wave", "recordStart", "up")
    patch.error("/fluidseries/wave/fot")
    text = seen()
    assert "LSTMClassifier" in text
    assert "recording up-3" in text
    assert "nothing yet" in text
    assert "last error: /fluidseries/wave/fot: there is no request 'fot'" in text
    patch.send("/fluidseries/wave/fit")
    patch.until("fit/done")
    assert "plays, error" in seen()
    patch.ask("wave", "set", "inputs", 0)
    assert "plays with other inputs: fit it again" in seen()
