"""What `fluidseries serve` bears: frames a second, round trips, memory, and being killed.

    python bench/live.py               # a minute of frames, quiet and while a fit runs
    python bench/live.py --separate    # the same with a message for each model
    python bench/live.py --seconds 600 --models 2 --no-fit    # memory
    python bench/live.py --overload    # more frames than can be answered
    python bench/live.py --kills 50    # kill -9 while it records, learns and saves

The player is another process than the server, as on stage, and shares the machine's cores with it.
"""

from __future__ import annotations

import argparse
import re
import select
import socket
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import fluidseries as fs
from fluidseries.live import Session
from fluidseries.osc.packets import read_packet, write_message

from measure import Report, machine

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from osc_stage import Patch, Program

MODELS = [f"voice{i}" for i in range(8)]
TAKES = 5  # of each of nine speakers
DIGITS = 7  # of a tag


def prepare(folder: Path) -> None:
    """Make a project of eight fitted classifiers, and a ninth that can learn for long."""
    voices = fs.datasets.japanese_vowels()
    chosen = [f"speaker{s}-{i:03}" for s in range(1, 10) for i in range(1, TAKES + 1)]
    with Session(folder) as session:
        for name in [*MODELS, "busy"]:
            model = session.new(name, "classifier", hidden_size=32, max_iter=10)
            for key in chosen:
                model.add_take(key, voices.train[key], voices.train_speakers[key])
        for name in MODELS:
            session[name].fit().result()
        session["busy"].set("max_iter", 1_000_000)


def resident(process: int) -> float:
    """Megabytes that a process holds."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


class Player:
    """Sends frames at a rate, to all models at once or to each, and times the answers.

    Every frame has a tag, by which its answer is known; frames with a tag are answered however late
    they are.
    """

    def __init__(self, to: tuple[str, int], ears: socket.socket, *, separate: bool) -> None:
        self.to, self.ears = to, ears
        frame = [0.1 * i for i in range(12)]
        addresses = [f"/fluidseries/{name}/frame" for name in MODELS]
        self.models = {address.encode() for address in addresses}
        mark = "@" + "0" * DIGITS
        self.packets = [
            write_message(address, mark, *frame).split(mark.encode())
            for address in (addresses if separate else ["/fluidseries/frame"])
        ]
        self.answers = len(MODELS) // len(self.packets)  # to a packet
        self.began: list[float] = []  # of each tag
        self.times: list[float] = []

    @property
    def sent(self) -> int:
        """How many answers are wanted."""
        return len(self.began) * self.answers

    def play(self, seconds: float, rate: float) -> None:
        self.began.clear()
        self.times.clear()
        due = time.perf_counter()
        end = due + seconds
        while due < end:
            for head, tail in self.packets:
                tag = f"@{len(self.began):0{DIGITS}}".encode()
                self.began.append(time.perf_counter())
                self.ears.sendto(head + tag + tail, self.to)
            due += 1 / rate
            while (left := due - time.perf_counter()) > 0:
                if select.select([self.ears], [], [], left)[0]:
                    self.hear()
        limit = time.perf_counter() + 2
        while len(self.times) < self.sent and time.perf_counter() < limit:
            if select.select([self.ears], [], [], 0.1)[0]:
                self.hear()

    def hear(self) -> None:
        while True:
            try:
                packet = self.ears.recv(65536)
            except BlockingIOError:
                return
            if packet.split(b"\0", 1)[0] in self.models:
                place = packet.index(b"@") + 1
                number = int(packet[place : place + DIGITS])
                self.times.append(time.perf_counter() - self.began[number])


def played(program: Program, seconds: float, rate: float, *, separate: bool) -> list[object]:
    """Play after a second to get warm; return what the table shows of it."""
    player = Player(program.patch.to, program.patch.ears.socket, separate=separate)
    player.play(1.0, rate)
    before = resident(program.process.pid)
    player.play(seconds, rate)
    after = resident(program.process.pid)
    median, slow = np.percentile(player.times, [50, 99]) * 1e3
    status = dict(zip(*[iter(program.patch.ask("", "status"))] * 2, strict=True))
    return [
        player.sent,
        player.sent - len(player.times),
        status["kernelDrops"],
        f"{median:.2f}",
        f"{slow:.2f}",
        f"{max(player.times) * 1e3:.1f}",
        f"{before:.1f} to {after:.1f}",
    ]


def measure(seconds: float, rate: float, *, separate: bool, fit: bool) -> None:
    report = Report(
        f"{rate:g} frames a second into {len(MODELS)} models of 32 units, {seconds:g} s each, "
        f"{'a message for each model' if separate else 'one message for all'}",
        ["", "sent", "unanswered", "kernel drops", "median ms", "99 % below ms", "max ms", "MB"],
    )
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        prepare(project)
        with Program(project, "--quiet") as program:
            for learning in (False, True) if fit else (False,):
                if learning:
                    program.patch.send("/fluidseries/busy/fit")
                    program.patch.until("fit/progress", 60)
                name = "while a fit runs" if learning else "no fit"
                report.add(name, *played(program, seconds, rate, separate=separate))
    report.show()


# More than can be answered: frames a second, models.
OVERLOADS = [(10_000, 1), (10_000, 2), (20_000, 2), (5_000, 8), (10_000, 8)]
PROBE = 0.01  # seconds between two frames with a tag, which are always answered


def flood(program: Program, seconds: float, rate: float, models: int) -> list[object]:
    """Send more frames than can be answered; return what the table shows of it."""
    ears, to = program.patch.ears.socket, program.patch.to
    frame = [0.1 * i for i in range(12)]
    packets = [write_message(f"/fluidseries/{name}/frame", *frame) for name in MODELS[:models]]
    if models == len(MODELS):
        packets = [write_message("/fluidseries/frame", *frame)]
    due = began = time.perf_counter()
    probe, asked, waits, answers, sent = began, {}, [], 0, 0

    def hear() -> int:
        came = 0
        while select.select([ears], [], [], 0)[0]:
            (message,) = read_packet(ears.recv(65536))
            if not message.address.endswith("/frame"):
                continue
            came += 1
            if str(message.arguments[:1]).startswith("('@"):
                waits.append(time.perf_counter() - asked[message.arguments[0]])
        return came

    while (now := time.perf_counter()) < began + seconds:
        while due < now:
            for packet in packets:
                ears.sendto(packet, to)
            sent += models
            due += 1 / rate
        if now > probe:
            tag = f"@{len(asked)}"
            asked[tag] = time.perf_counter()
            ears.sendto(write_message("/fluidseries/voice0/frame", tag, *frame), to)
            probe += PROBE
        answers += hear()
    answered_meanwhile = answers
    while len(waits) < len(asked) and time.perf_counter() < began + 10 * seconds:
        select.select([ears], [], [], 0.1)
        answers += hear()
    status = dict(zip(*[iter(program.patch.ask("", "status"))] * 2, strict=True))
    median, slow = np.percentile(waits, [50, 99]) * 1e3
    return [
        sent,
        f"{answered_meanwhile / seconds:.0f}",
        status.get("late", "-"),
        status["kernelDrops"],
        f"{median:.1f}",
        f"{slow:.1f}",
        f"{max(waits) * 1e3:.1f}",
    ]


def measure_floods(seconds: float) -> None:
    report = Report(
        f"More than can be answered, for {seconds:g} s each; the wait of a frame with a tag",
        ["", "sent", "answers a second", "left out", "kernel drops", "median ms", "99 % below ms",
         "max ms"],
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        prepare(project)
        with Session(project) as session:
            session.remove("busy")
        for rate, models in OVERLOADS:
            with Program(project, "--quiet") as program:
                name = f"{rate} a second into {models}"
                report.add(name, *flood(program, seconds, rate, models))
    report.show()


def kill(times: int) -> None:
    """Kill the server while it records, learns and saves; look for every acknowledged frame."""
    rng, number, acknowledged = np.random.default_rng(), 0, set()
    lost, damaged, during = 0, 0, {"recording": 0, "learning": 0}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        for round_ in range(times):
            with Program(project, "--quiet") as program:
                patch: Patch = program.patch
                if round_ == 0:
                    patch.ask("m", "new", "classifier", "hiddenSize", 16, "maxIter", 3)
                learns = round_ % 2 == 1
                for label in "ab"[: 1 + learns]:
                    patch.ask("m", "recordStart", label)
                    for _ in range(int(rng.integers(3, 60))):
                        patch.ask("m", "frame", float(number), 1.0)
                        acknowledged.add(number)
                        number += 1
                    if learns:
                        patch.ask("m", "recordStop")
                if learns:
                    patch.send("/fluidseries/m/fit")
                    patch.until("fit/progress", 60)
                    time.sleep(rng.uniform(0, 0.03))
                during["learning" if learns else "recording"] += 1
            with Session(project) as session:
                takes = session["m"].takes.values()
                there = {int(n) for take in takes for n in take.frames[:, 0]}
                damaged += session.recovered.skipped_steps + len(session.recovered.notes)
                for file in (project / "models").glob("m-*.json"):
                    fs.read_model(file)
            lost = len(acknowledged - there)
    print(f"killed {times} times ({during}): {len(acknowledged)} frames acknowledged, {lost} lost, "
          f"{damaged} damaged steps or files")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--separate", action="store_true", help="a message for each model")
    parser.add_argument("--models", type=int, default=len(MODELS))
    parser.add_argument("--no-fit", action="store_true", help="do not repeat it beside a fit")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--overload", action="store_true", help="more than can be answered")
    options = parser.parse_args()
    if options.overload:
        print(machine())
        measure_floods(min(options.seconds, 10.0))
        raise SystemExit
    del MODELS[options.models :]
    print(machine())
    if options.kills:
        kill(options.kills)
    else:
        measure(options.seconds, options.rate, separate=options.separate, fit=not options.no_fit)
