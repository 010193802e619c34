"""What test_live_kill.py kills: it plays, records, learns and saves, and writes down what is done.

Numbers count up from session to session, a frame each: (number, -number).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from fluidseries.live import Progress, Session, recording


def play(folder: str, acknowledged: str, first: int, learning: bool) -> None:
    """Go on until killed; every number goes to `acknowledged` when its frame has been taken."""
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
