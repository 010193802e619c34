"""The process that fits, without the process: what it says on the way."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest

import fluidseries as fs
from fluidseries.live import Take, worker
from fluidseries.live.pipes import receive


def steps_of(tmp_path, n_takes, **parameters):
    """Fit takes in this process and return the steps that were told."""
    rng, heard = np.random.default_rng(0), io.BytesIO()
    takes = [Take(f"t-{i}", rng.normal(size=(20, 2)), "ab"[i % 2]) for i in range(n_takes)]
    model = fs.LSTMClassifier(hidden_size=4, random_state=0, validation=0.0, **parameters)
    path = str(tmp_path / "model.json")
    job = worker.FitJob(model, takes, "take", None, "none", None, path)
    worker._fit(job, heard, threading.Event())
    end = heard.tell()
    heard.seek(0)
    found = []
    while heard.tell() < end:
        found.append(receive(heard))
    return found


@pytest.mark.parametrize("within", [0.0, 1e9], ids=["a long epoch", "a short one"])
def test_a_long_epoch_is_told_of_on_the_way(tmp_path, monkeypatch, within):
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_STEPS", 0.0)
    monkeypatch.setattr(worker, "SECONDS_WITHIN_EPOCH", within)
    steps = steps_of(tmp_path, 12, batch_size=3, max_iter=5)
    batches = 1 if within else 4
    assert [step.epoch for step in steps] == [e for e in range(1, 6) for _ in range(batches)]
    assert len({step.loss for step in steps}) == len(steps)


def test_progress_is_for_eyes(tmp_path, monkeypatch):
    now = iter(np.arange(1e6) * 0.01)
    monkeypatch.setattr(worker.time, "perf_counter", lambda: float(next(now)))
    steps = steps_of(tmp_path, 12, batch_size=1, max_iter=20)
    # A batch takes a hundredth of a second here, and an epoch twelve.
    assert [step.epoch for step in steps] == list(range(1, 21))
    now = iter(np.arange(1e6) * 0.09)
    steps = steps_of(tmp_path, 12, batch_size=1, max_iter=3)
    assert [step.epoch for step in steps] == [1, 1, 2, 2, 3, 3]
