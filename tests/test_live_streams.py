"""Gestures in a stream are found; memory stays as it is. bench/segments.py has the long figures."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from fluidseries.live import Session

import segments


@pytest.mark.parametrize(("how", "false_alarms"), [("gate", 12), ("window", 12)])
def test_voices_between_rests_are_found(how, false_alarms):
    material = segments.voices(np.random.default_rng(0))
    (found,) = segments.play(material, 1, seed=3, ways=(how,), max_iter=80)
    assert found.gestures > 60
    assert found.hits > 0.9 * found.gestures
    assert found.false_alarms_per_minute < false_alarms


def test_real_motions_between_real_rests_are_found(real_data):
    material = segments.motions(real_data / "BasicMotions", np.random.default_rng(0))
    for found in segments.play(material, 10, seed=3, max_iter=80):
        assert found.hits + found.wrong > 0.9 * found.gestures
        assert found.hits > 0.8 * found.gestures
        assert found.false_alarms_per_minute < 5


def test_voices_are_known_before_they_end():
    early = segments.how_early(max_iter=80)
    assert early["right at 100%"] > 0.96
    assert early["right at 50%"] > 0.75
    assert early["50% of them known after"] < 0.3


def test_memory_stays_as_it_is(tmp_path):
    rng = np.random.default_rng(0)
    with Session(tmp_path) as session:
        for how in ("continuous", "gate", "window"):
            model = session.new(how, "classifier", max_iter=2, segment=how, pre_roll=10)
            for label in ("a", "b"):
                model.add_take(label, rng.normal(size=(30, 4)), label, 100)
            model.fit().result()
        frames = rng.normal(size=(500, 4)) * (np.arange(500) // 50 % 2)[:, np.newaxis]

        def hear(n):
            for number in range(n):
                session.frame(frames[number % 500], number / 100)

        hear(2000)
        tracemalloc.start()
        hear(500)
        held = [tracemalloc.get_traced_memory()[0]]
        for _ in range(2):
            hear(8000)
            held.append(tracemalloc.get_traced_memory()[0])
        # What leaks, leaks every time; other threads of this process may keep something once.
        assert min(np.diff(held)) < 20_000
        tracemalloc.stop()
