"""Sessions: recording, learning and answering at once, in one process."""

from __future__ import annotations

import numpy as np
import pytest

import fluidseries as fs
from fluidseries.live import Fitted, Session


@pytest.fixture
def session(tmp_path):
    with Session(tmp_path / "project") as session:
        yield session


def record(model, name, frames):
    model.record_start(name)
    for frame in frames:
        model.frame(frame)
    return model.record_stop()


def slopes(model):
    for label, slope in [("up", 1), ("down", -1)]:
        for size in (0.8, 1.0, 1.2):
            record(model, label, slope * size * np.linspace(0, 1, 10)[:, np.newaxis])


def test_voices_are_recorded_learned_and_named(session):
    voices = fs.datasets.japanese_vowels()
    voice = session.new("voice", "classifier", max_iter=10, random_state=0)
    for name, frames in voices.train.items():
        record(voice, voices.train_speakers[name], frames)
    assert list(voice.takes)[:2] == ["speaker1-1", "speaker1-2"]
    fitted = voice.fit().result(60)
    assert isinstance(fitted, Fitted)
    right = 0
    for name, frames in voices.test.items():
        voice.segment_start()
        for frame in frames:
            so_far = voice.frame(frame)
        answer = voice.segment_stop()
        assert answer.final
        assert answer.label == so_far.label
        right += answer.label == voices.test_speakers[name]
    assert right / len(voices.test) > 0.95


def test_it_goes_on_where_it_was(tmp_path):
    with Session(tmp_path) as first:
        hand = first.new("hand", "classifier", max_iter=40, random_state=0, threshold=0.6)
        slopes(hand)
        hand.fit().result(60)
        wanted = hand.predict("up-1")
    with Session(tmp_path) as again:
        hand = again["hand"]
        assert list(hand.takes) == ["up-1", "up-2", "up-3", "down-1", "down-2", "down-3"]
        assert hand.get("threshold") == 0.6
        assert hand.get("maxIter") == 40
        assert again.recovered.frames == 60
        found = hand.predict("up-1")
        assert found.label == wanted.label == "up"
        assert found.probabilities == pytest.approx(wanted.probabilities)
