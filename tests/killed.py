"""What test_live_kill.py kills: it plays, records, learns and saves, and writes down what is done.

Numbers count up from session to session, a frame each: (number, -number).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from fluidseries.live import Progress, Session, recording, training, worker


class Copy:
    """Stands for the process that fits: a copy of this one, which has loaded everything already.

    The other would take seconds for that, and nearly all that there is to see comes afterwards.
    """

    def __init__(self, *_: object, **__: object) -> None:
        theirs, ours = os.pipe()
        back, to_us = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.dup2(theirs, 0)
            os.dup2(to_us, 1)
            # It must notice when the process that it belongs to is gone.
            os.closerange(3, 1024)
            try:
                worker.main()
            finally:
                os._exit(1)
        os.close(theirs)
        os.close(to_us)
        self.stdin, self.stdout = os.fdopen(ours, "wb"), os.fdopen(back, "rb")

    def poll(self) -> None:
        """It runs."""


def play(folder: str, acknowledged: str, first: int, learning: bool, copied: bool) -> None:
    """Go on until killed; every number goes to `acknowledged` when its frame has been taken."""
    if copied:
        training.subprocess.Popen = Copy
    done = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    if not learning:
        # It would start a process that comes into its own only after this one is dead.
        recording.ready = lambda: None
    session = Session(folder)
    for name, kind in [("hand", "classifier"), ("steer", "regressor")]:
        if name not in session.models:
            session.new(name, kind, hidden_size=24, max_iter=3, targets="frame")
    hand, steer = session["hand"], session["steer"]
    steer.target([0.0])

    def say(event: object) -> None:
        if isinstance(event, Progress):
            Path(acknowledged + ".learning").touch()

    session.listen(say)
    number = first
    while True:
        hand.record_start("ab"[number % 2])
        steer.record_start("wave")
        for _ in range(40):
            steer.target([0.5 * number])
            session.frame([float(number), -float(number)])
            os.write(done, number.to_bytes(8, "little"))
            number += 1
            time.sleep(0.0005)
        hand.record_stop()
        steer.record_stop()
        hand.mute(next(iter(hand.takes)), number % 3 == 0)
        hand.set("smoothing", (number % 10) / 10)
        if learning and not hand.fitting:
            hand.fit()
            if hand.playing:
                hand.snapshot("good")
