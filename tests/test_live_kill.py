"""kill -9, fifty times: in the middle of recording, of learning, of saving. Nothing is lost."""

from __future__ import annotations

import multiprocessing
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fluidseries import read_model
from fluidseries.live import Session

import killed


def numbers_of(model):
    frames = [take.frames for take in model.takes.values()]
    return np.concatenate(frames) if frames else np.empty((0, 2))


def notes_size(notes):
    return Path(notes).stat().st_size if Path(notes).exists() else 0


class Stage:
    """A project in which somebody is killed again and again."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.project, self.folder = folder / "project", folder
        self.rng = np.random.default_rng(seed)
        self.acknowledged = np.empty(0, int)
        self.kills = self.in_the_middle = 0
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(
            ["fluidseries.live", "fluidseries.models.classifier", "killed"]
        )

    def kill_one(self, *, learning: bool, copied: bool = False, saving: bool = False) -> None:
        notes = self.folder / f"acknowledged-{self.kills}"
        first = int(self.acknowledged[-1]) + 2 if self.kills else 0
        details = str(self.project), str(notes), first, learning, copied
        process = self.context.Process(target=killed.play, args=details)
        process.start()
        sign, deadline = Path(f"{notes}.learning") if learning else notes, time.monotonic() + 60
        while not (sign.exists() and notes_size(notes)) and time.monotonic() < deadline:
            time.sleep(0.002)
        models = self.project / "models"
        while saving and not any(models.glob(".*")) and time.monotonic() < deadline:
            time.sleep(0.0005)
        # A fit takes some hundredths of a second here; so does saving it, until it plays.
        time.sleep(self.rng.uniform(0, 0.1 if saving else 0.08))
        process.kill()
        process.join()
        self.kills += 1
        self.acknowledged = np.concatenate([self.acknowledged, np.fromfile(notes, "<i8")])

    def look(self) -> None:
        with Session(self.project) as session:
            assert session.recovered.skipped_steps == 0
            assert not session.recovered.notes
            for model in session.models.values():
                self.look_at_frames(model)
                assert model.recording is None
            takes = session["steer"].takes.values()
            targets = np.concatenate([take.targets for take in takes])
            assert (targets[:, 0] == 0.5 * numbers_of(session["steer"])[:, 0]).all()
            hand = session["hand"]
            assert hand.playing == bool(hand.snapshots)
            assert sum(snapshot.playing for snapshot in hand.snapshots) == hand.playing
            self.in_the_middle += session.recovered.takes != ()
        for snapshot in hand.snapshots:
            file = self.project / "models" / f"hand-{snapshot.number}.json"
            assert read_model(file).n_iter_ >= 3

    def look_at_frames(self, model) -> None:
        numbers, mirror = numbers_of(model).T
        assert np.isin(self.acknowledged, numbers).all(), f"lost at kill {self.kills}"
        # One more may be there: recorded, and then killed before that was said.
        assert len(numbers) - len(self.acknowledged) <= self.kills
        assert (np.diff(numbers) > 0).all()
        assert (mirror == -numbers).all()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork server on Windows")
@pytest.mark.parametrize("seed", range(4))
def test_nothing_recorded_is_lost(tmp_path, seed):
    stage = Stage(tmp_path, seed)
    for _ in range(11):
        stage.kill_one(learning=False)
        stage.look()
    assert stage.in_the_middle >= 5


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork server on Windows")
def test_nothing_is_lost_while_learning_and_saving(tmp_path):
    stage = Stage(tmp_path, 4)
    for number in range(6):
        stage.kill_one(learning=True, copied=number > 0, saving=number % 2 == 1)
        stage.look()
