"""What a gradient changes at random: worth nothing in the mean, and following from the seed."""

from __future__ import annotations

import numpy as np
import pytest

from fluidseries import _core

LENGTHS = [30, 12, 1, 2, 19, 7] * 4


class Case:
    """A random network over random series with some augmentation."""

    def __init__(self, cross_entropy: bool = False, **augmentation: float) -> None:
        rng = np.random.default_rng(0)
        self.offsets = np.concatenate([[0], np.cumsum(LENGTHS)]).astype(np.int64)
        # Smooth series: playing them at another speed must not make them another series.
        self.frames = np.cumsum(rng.normal(0, 0.1, (self.offsets[-1], 2)), axis=0)
        self.frames = self.frames.astype(np.float32)
        shape = (len(LENGTHS), 1 if cross_entropy else 3)
        targets = rng.integers(3, size=shape) if cross_entropy else rng.normal(size=shape)
        self.targets = targets.astype(np.float32)
        units, features = 6, 18
        size = 4 * units * (2 + units + 2) + 3 * (features + 1)
        self.parameters = rng.normal(0, 0.4, size).astype(np.float32)
        self.cross_entropy, self.augmentation = cross_entropy, augmentation

    def session(self, n_threads: int = 1) -> _core.Session:
        kinds = (self.cross_entropy, False, n_threads, None)
        sizes = (2, [6], 3, 7)
        data = (self.frames, self.offsets, self.targets, None)
        return _core.Session(*data, *sizes, *kinds, **self.augmentation)

    def gradient(self, seed: int = 0, rows=None, n_threads: int = 1) -> tuple[float, np.ndarray]:
        rows = np.arange(len(LENGTHS)) if rows is None else np.asarray(rows)
        out = np.empty_like(self.parameters)
        loss, _ = self.session(n_threads).gradient(self.parameters, rows, seed, out)
        return loss, out


KINDS = [{"noise": 0.3}, {"stretch": 0.4}, {"dropout": 0.3}]
IDS = ["noise", "stretch", "dropout"]


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_chance_hangs_on_the_seed_and_the_series_alone(kind):
    case = Case(**kind)
    loss, gradient = case.gradient(seed=1)
    again, threaded = case.gradient(seed=1, n_threads=3)
    assert again == loss
    np.testing.assert_array_equal(threaded, gradient)
    assert case.gradient(seed=2)[0] != loss
    alone = sum(case.gradient(seed=1, rows=[row])[0] for row in range(len(LENGTHS)))
    assert alone == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_predictions_and_losses_without_a_gradient_have_no_chance(kind):
    rows = np.arange(len(LENGTHS))
    plain, case = Case(), Case(**kind)
    assert case.session().loss(case.parameters, rows) == plain.session().loss(
        plain.parameters, rows
    )


@pytest.mark.parametrize(
    ("kind", "worth"), list(zip(KINDS, [0.15, 0.1, 0.15], strict=True)), ids=IDS
)
def test_in_the_mean_it_is_worth_nothing(kind, worth):
    _, plain = Case().gradient()
    mean = np.mean([Case(**kind).gradient(seed)[1] for seed in range(300)], axis=0)
    assert np.linalg.norm(mean - plain) < worth * np.linalg.norm(plain)
    assert np.linalg.norm(Case(**kind).gradient(0)[1] - plain) > 0.01 * np.linalg.norm(plain)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_the_gradient_is_that_of_the_changed_series(kind):
    case, small = Case(**kind), 1e-2
    _, gradient = case.gradient(seed=5)
    direction = np.random.default_rng(1).normal(size=len(gradient)).astype(np.float32)
    direction /= np.linalg.norm(direction)
    losses = []
    for sign in (1, -1):
        moved = Case(**kind)
        moved.parameters = case.parameters + np.float32(sign * small) * direction
        losses.append(moved.gradient(seed=5)[0])
    slope = (losses[0] - losses[1]) / (2 * small)
    assert gradient @ direction == pytest.approx(slope, rel=0.02)


def test_noise_is_normal_enough():
    """Seen through a network that hands its one input through, nearly linearly."""
    frames = np.zeros((20_000, 1), np.float32)
    offsets = np.arange(20_001, dtype=np.int64)
    # i and o open, f shut, g = tanh(0.01 x): h = 0.01 x to a part in a thousand.
    parameters = np.zeros(4 + 4 + 8 + 2, np.float32)
    parameters[2], parameters[8], parameters[9], parameters[11] = 0.01, 20, -20, 20
    parameters[16] = 100
    targets = np.zeros((20_000, 1), np.float32)
    losses = []
    for noise in (0.5, 1.0):
        session = _core.Session(
            frames, offsets, targets, None, 1, [1], 1, 1, False, False, 1, None, noise
        )
        loss, n = session.gradient(parameters, np.arange(20_000), 3, np.empty_like(parameters))
        losses.append(loss / n)
    assert losses == pytest.approx([0.25, 1.0], rel=0.05)


def test_smoothing_asks_for_a_little_of_every_label():
    smooth = Case(cross_entropy=True, smoothing=0.3).gradient()[1]
    asked = [Case(cross_entropy=True)]
    for label in range(3):
        asked.append(Case(cross_entropy=True))
        asked[-1].targets[:] = label
    right, *every = [case.gradient()[1] for case in asked]
    expected = 0.7 * right + 0.3 * np.mean(every, axis=0)
    np.testing.assert_allclose(smooth, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_the_loss_is_the_distance_from_what_is_taught(smoothing):
    """Kullback and Leibler's: 0 where the answer is what smoothing asks for."""
    case = Case(cross_entropy=True, smoothing=smoothing)
    logits = np.empty((len(LENGTHS), 3), np.float32)
    case.session().outputs(case.parameters, np.arange(len(LENGTHS)), logits)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    wanted = np.eye(3)[case.targets[:, 0].astype(int)] * (1 - smoothing) + smoothing / 3
    distance = np.where(wanted > 0, wanted * (np.log(np.maximum(wanted, 1e-30)) - log_p), 0)
    assert case.gradient()[0] == pytest.approx(distance.sum(), rel=1e-5)
