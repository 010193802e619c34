"""The compiled core against PyTorch, against itself on other instruction sets, and its threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidseries import _core

torch = pytest.importorskip("torch", reason="PyTorch is what the core is compared with")

READOUTS = {"last": 1, "mean": 2, "max": 4}
NO_SCALING = (np.empty(0),) * 4


@dataclass
class Case:
    """A random network over random series, for the core and for PyTorch."""

    lengths: list[int]
    inputs: int = 3
    hidden: tuple[int, ...] = (10,)
    outputs: int = 2
    readout: tuple[str, ...] = ("last",)
    cross_entropy: bool = False
    per_frame: bool = False
    spread: float = 0.3
    seed: int = 0

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.offsets = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        total, series = int(self.offsets[-1]), len(self.lengths)
        self.frames = rng.normal(size=(total, self.inputs)).astype(np.float32)
        places = total if self.per_frame else series
        if self.cross_entropy:
            self.targets = rng.integers(self.outputs, size=(places, 1)).astype(np.float32)
        else:
            self.targets = rng.normal(size=(places, self.outputs)).astype(np.float32)
        self.weights = rng.uniform(0.5, 2, series).astype(np.float32)
        self.parameters = rng.normal(0, self.spread, self.n_parameters).astype(np.float32)
        self.rows = rng.permutation(series).astype(np.int64)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {}
        width = self.inputs
        for layer, units in enumerate(self.hidden):
            shapes[f"weight_ih_l{layer}"] = (4 * units, width)
            shapes[f"weight_hh_l{layer}"] = (4 * units, units)
            shapes[f"bias_ih_l{layer}"] = (4 * units,)
            shapes[f"bias_hh_l{layer}"] = (4 * units,)
            width = units
        shapes["readout_weight"] = (self.outputs, width * len(self.readout))
        shapes["readout_bias"] = (self.outputs,)
        return shapes

    @property
    def n_parameters(self) -> int:
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    @property
    def readout_bits(self) -> int:
        return sum(READOUTS[section] for section in self.readout)

    def session(self, n_threads: int = 1) -> _core.Session:
        return _core.Session(
            self.frames,
            self.offsets,
            self.targets,
            self.weights,
            self.inputs,
            list(self.hidden),
            self.outputs,
            self.readout_bits,
            self.cross_entropy,
            self.per_frame,
            n_threads,
        )

    def gradient(self, n_threads: int = 1) -> tuple[float, np.ndarray]:
        out = np.empty(self.n_parameters, np.float32)
        loss, _ = self.session(n_threads).gradient(self.parameters, self.rows, 0, out)
        return loss, out

    def outputs_of(self, rows: np.ndarray, n_threads: int = 1) -> np.ndarray:
        places = sum(self.lengths[row] for row in rows) if self.per_frame else len(rows)
        out = np.empty((places, self.outputs), np.float32)
        self.session(n_threads).outputs(self.parameters, rows, out)
        return out

    def series(self, row: int) -> np.ndarray:
        return self.frames[self.offsets[row] : self.offsets[row + 1]]

    def stream(self, window: int = 0) -> _core.Stream:
        return _core.Stream(
            self.parameters,
            self.inputs,
            list(self.hidden),
            self.outputs,
            self.readout_bits,
            *NO_SCALING,
            window,
        )

    def in_torch(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Loss, gradient and outputs by nn.LSTM in double precision, one series at a time."""
        flat = torch.tensor(self.parameters.astype(np.float64), requires_grad=True)
        named, at = {}, 0
        for name, shape in self.shapes.items():
            size = int(np.prod(shape))
            named[name] = flat[at : at + size].reshape(shape)
            at += size
        loss, outputs = torch.zeros((), dtype=torch.float64), []
        for row in self.rows:
            states = self._torch_states(named, torch.tensor(self.series(row).astype(np.float64)))
            if self.per_frame:
                features = states
                targets = self.targets[self.offsets[row] : self.offsets[row + 1]]
            else:
                pools = {"last": states[-1], "mean": states.mean(0), "max": states.max(0).values}
                features = torch.cat([pools[section] for section in self.readout])[None]
                targets = self.targets[row : row + 1]
            y = features @ named["readout_weight"].T + named["readout_bias"]
            outputs.append(y.detach().numpy())
            loss = loss + float(self.weights[row]) * self._torch_loss(y, torch.tensor(targets))
        loss.backward()
        assert flat.grad is not None
        return loss.item(), flat.grad.numpy(), np.concatenate(outputs)

    def _torch_states(self, named: dict, x):
        for layer, units in enumerate(self.hidden):
            lstm = torch.nn.LSTM(x.shape[1], units, dtype=torch.float64)
            own = {name: named[f"{name[:-1]}{layer}"] for name, _ in lstm.named_parameters()}
            x, _ = torch.func.functional_call(lstm, own, (x,))
        return x

    def _torch_loss(self, y, targets):
        if self.cross_entropy:
            return torch.nn.functional.cross_entropy(y, targets[:, 0].long())
        return ((y - targets) ** 2).mean()


CASES = {
    "one unit, one frame": Case([1], inputs=1, hidden=(1,), outputs=1),
    "hidden 10": Case([7, 1, 12, 3, 9]),
    "a full batch of unequal lengths": Case(list(range(1, 51)), inputs=13),
    "more chunks than sums": Case([3] * 300, hidden=(4,)),
    "hidden 64": Case([20, 5, 17, 20], hidden=(64,)),
    "hidden 100, not a multiple of any tile": Case([6, 11, 2], hidden=(100,), outputs=5),
    "two layers": Case([5, 9, 1] * 7, hidden=(7, 12)),
    "three layers, every frame": Case([4, 9, 1, 6], hidden=(6, 3, 9), per_frame=True),
    "every frame of many": Case(list(range(1, 30)), hidden=(33,), outputs=4, per_frame=True),
    "classes": Case([5, 8, 2] * 9, outputs=6, cross_entropy=True),
    "classes at every frame": Case([5, 8, 2], outputs=3, cross_entropy=True, per_frame=True),
    "mean": Case([5, 8, 2, 1], readout=("mean",)),
    "max": Case([5, 8, 2, 1] * 5, readout=("max",)),
    "last, mean and max": Case([5, 30, 2] * 8, readout=("last", "mean", "max"), hidden=(8, 5)),
    # Long enough to be cut into segments, whose states are computed again on the way back.
    # Small weights: with large ones the network is chaotic and float32 leaves float64 behind.
    "several segments": Case([2500, 70, 1400], hidden=(64,), readout=("last", "mean"), spread=0.1),
    # Few units: among many a maximum may have a rival that float32 cannot tell from it.
    "several segments, maximum": Case([9000, 100], hidden=(16,), readout=("max",)),
    "several segments, every frame": Case([3000, 1], hidden=(40, 30), per_frame=True),
}


@pytest.fixture(scope="module", params=CASES, ids=lambda name: name)
def case_and_torch(request):
    case = CASES[request.param]
    return case, case.in_torch()


def test_forward_equals_pytorch(case_and_torch):
    case, (loss, _, outputs) = case_and_torch
    np.testing.assert_allclose(case.outputs_of(case.rows), outputs, atol=2e-6, rtol=1e-5)
    own_loss, weight = case.session().loss(case.parameters, case.rows)
    assert own_loss == pytest.approx(loss, rel=1e-6)
    assert weight == pytest.approx(case.weights.sum(), rel=1e-6)


def test_gradient_equals_pytorch(case_and_torch):
    case, (loss, gradient, _) = case_and_torch
    own_loss, own = case.gradient()
    assert own_loss == pytest.approx(loss, rel=1e-6)
    np.testing.assert_allclose(own, gradient, atol=2e-6 * np.abs(gradient).max(), rtol=1e-4)


def test_streaming_equals_pytorch(case_and_torch):
    case, (_, _, outputs) = case_and_torch
    if case.per_frame:
        pytest.skip("covered frame by frame below")
    stream, point = case.stream(), np.empty(case.outputs)
    for row, expected in zip(case.rows, outputs, strict=True):
        assert stream.point(np.ascontiguousarray(case.series(row)), point)
        np.testing.assert_allclose(point, expected, atol=5e-6, rtol=1e-5)


def test_streaming_frame_by_frame_equals_every_frame_outputs():
    case = CASES["three layers, every frame"]
    stream, point = case.stream(), np.empty(case.outputs)
    for row in range(len(case.lengths)):
        expected = case.outputs_of(np.array([row]))
        stream.reset()
        for frame, y in zip(case.series(row), expected, strict=True):
            assert stream.step(frame, point)
            np.testing.assert_allclose(point, y, atol=2e-6)


def test_a_window_hears_its_last_frames_only():
    case = Case([40], hidden=(12,), readout=("last", "mean", "max"))
    windowed, whole = case.stream(window=9), case.stream()
    point, expected = np.empty(2), np.empty(2)
    frames = case.series(0)
    for t in range(len(frames)):
        windowed.step(frames[t], point)
        whole.point(np.ascontiguousarray(frames[max(0, t - 8) : t + 1]), expected)
        np.testing.assert_array_equal(point, expected)


def test_a_million_frames_stay_finite_and_mean_stays_exact():
    case = Case([1000], readout=("last", "mean", "max"))
    stream, point, again = case.stream(), np.empty(2), np.empty(2)
    frames = np.ascontiguousarray(case.series(0))
    for frame in frames:
        stream.step(frame, point)
    for _ in range(999):
        stream_point_without_reset(stream, frames, again)
    assert stream.frames == 10**6
    # The series repeats, so mean and maximum hardly move between a thousand frames and a million.
    np.testing.assert_allclose(again, point, atol=0.05)


def stream_point_without_reset(stream: _core.Stream, frames: np.ndarray, out: np.ndarray) -> None:
    for frame in frames:
        stream.step(frame, out)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_frame_that_is_not_finite_changes_nothing(bad):
    case = CASES["hidden 10"]
    stream, untouched = case.stream(), case.stream()
    point, expected = np.empty(2), np.empty(2)
    frame = case.frames[0].copy()
    stream.step(frame, point)
    untouched.step(frame, expected)
    frame[1] = bad
    assert not stream.step(frame, point)
    np.testing.assert_array_equal(point, expected)
    stream.step(case.frames[1], point)
    untouched.step(case.frames[1], expected)
    np.testing.assert_array_equal(point, expected)


@pytest.mark.parametrize(
    "frame",
    [[0.0, 1.0, 2.0], np.zeros(2, np.float32), np.zeros(3, np.int32), np.zeros(6, np.float32)[::2]],
    ids=["a list", "too short", "whole numbers", "not contiguous"],
)
def test_the_quick_path_declines_what_it_cannot_take(frame):
    case, point = CASES["hidden 10"], np.zeros(2)
    assert not case.stream().step(frame, point)
    assert not case.stream().step(case.frames[0], np.zeros(2, np.float32))
    assert not case.stream().step(case.frames[0], np.zeros(3))
    np.testing.assert_array_equal(point, 0)


@settings(max_examples=40)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=70),
    hidden=st.lists(st.integers(1, 20), min_size=1, max_size=2).map(tuple),
    per_frame=st.booleans(),
    n_threads=st.integers(2, 5),
    seed=st.integers(0, 100),
)
def test_threads_change_no_bit(lengths, hidden, per_frame, n_threads, seed):
    case = Case(lengths, hidden=hidden, per_frame=per_frame, seed=seed)
    loss, gradient = case.gradient()
    threaded_loss, threaded = case.gradient(n_threads)
    assert threaded_loss == loss
    np.testing.assert_array_equal(threaded, gradient)
    np.testing.assert_array_equal(case.outputs_of(case.rows, n_threads), case.outputs_of(case.rows))


def networks_of(case: Case, shares: list[float]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Parameters of as many networks as there are shares, and that share of all rows for each."""
    rng, n = np.random.default_rng(case.seed), len(case.lengths)
    parameters = [rng.normal(size=case.n_parameters).astype(np.float32) for _ in shares]
    return parameters, [rng.permutation(n)[: 1 + int(share * n)] for share in shares]


@settings(max_examples=40)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=40),
    hidden=st.lists(st.integers(1, 20), min_size=1, max_size=2).map(tuple),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=7),
    n_threads=st.integers(1, 4),
    seed=st.integers(0, 100),
)
def test_networks_side_by_side_learn_what_each_learns_alone(
    lengths, hidden, shares, n_threads, seed
):
    case = Case(lengths, hidden=hidden, seed=seed)
    parameters, rows = networks_of(case, shares)
    together = [np.empty(case.n_parameters, np.float32) for _ in shares]
    session, out = case.session(n_threads), np.empty(case.n_parameters, np.float32)
    sums = session.gradients(parameters, rows, list(range(len(shares))), together)
    for i in range(len(shares)):
        assert case.session().gradient(parameters[i], rows[i], i, out) == sums[i]
        np.testing.assert_array_equal(together[i], out)


class Descending:
    """A network that Adam changes in place."""

    def __init__(self, parameters: np.ndarray, learn_rate: float) -> None:
        self.parameters, self.gradient = parameters.copy(), np.empty_like(parameters)
        self.memory = [np.zeros_like(parameters) for _ in range(3)]
        self.descent = _core.Descent(
            self.parameters, self.gradient, *self.memory, 0, learn_rate, 0.9, 0.999, 1e-8, 1.0
        )


@settings(max_examples=60)
@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=30),
    hidden=st.lists(st.integers(1, 20), min_size=1, max_size=2).map(tuple),
    parts=st.lists(st.floats(0, 1), min_size=1, max_size=7),
    batch=st.integers(1, 20),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=9),
    explodes=st.booleans(),
    n_threads=st.integers(1, 4),
    seed=st.integers(0, 100),
)
def test_networks_at_their_own_pace_come_to_where_single_steps_lead(
    lengths, hidden, parts, batch, shares, explodes, n_threads, seed
):
    case = Case(lengths, hidden=hidden, seed=seed)
    starts, rows = networks_of(case, parts)
    rate = 1e38 if explodes else 0.01
    quick, slow = ([Descending(start, rate) for start in starts] for _ in range(2))
    rows = [order[: batch * len(shares)] for order in rows]
    session, seeds = case.session(n_threads), list(range(len(parts)))
    learned = session.learn([one.descent for one in quick], rows, seeds, batch, shares)
    for i, one in enumerate(slow):
        for b, share in enumerate(shares):
            some = rows[i][b * batch : (b + 1) * batch]
            if len(some) == 0:
                assert learned[i][b] == (0.0, 0.0, True)
                continue
            sums = case.session().gradient(one.parameters, some, i, one.gradient)
            forward = one.descent.go(*sums, len(some), share)
            np.testing.assert_equal(learned[i][b], (*sums, forward))
        np.testing.assert_array_equal(quick[i].parameters, one.parameters)
        assert quick[i].descent.steps == one.descent.steps


@settings(max_examples=40)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=2, max_size=40),
    readout=st.sets(st.sampled_from(["last", "mean", "max"]), min_size=1),
    seed=st.integers(0, 100),
)
def test_neighbours_in_a_batch_change_nothing(lengths, readout, seed):
    case = Case(lengths, readout=tuple(r for r in READOUTS if r in readout), seed=seed)
    together = case.outputs_of(np.arange(len(lengths)))
    for row in range(0, len(lengths), 5):
        alone = case.outputs_of(np.array([row]))
        np.testing.assert_allclose(alone[0], together[row], atol=2e-6)


@settings(max_examples=20)
@given(lengths=st.lists(st.integers(1, 30), min_size=2, max_size=40), seed=st.integers(0, 100))
def test_the_gradient_of_a_batch_is_the_sum_over_its_series(lengths, seed):
    case = Case(lengths, seed=seed)
    _, whole = case.gradient()
    session, part = case.session(), np.empty(case.n_parameters, np.float32)
    total = np.zeros(case.n_parameters)
    for row in range(len(lengths)):
        session.gradient(case.parameters, np.array([row]), 0, part)
        total += part
    np.testing.assert_allclose(whole, total, atol=2e-6 * np.abs(total).max(), rtol=1e-4)


ACTIVATIONS = """
import numpy as np
from fluidseries import _core
every = np.arange(0, 2**32, 4099, dtype=np.uint64).astype(np.uint32).view(np.float32)
x = np.concatenate([every[np.isfinite(every)], np.linspace(-30, 30, 1_000_001, dtype=np.float32)])
wide = np.clip(x.astype(np.float64), -700, 700)
for ours, exact in (_core.sigmoid, 1 / (1 + np.exp(-wide))), (_core.tanh, np.tanh(wide)):
    y = np.empty_like(x)
    ours(x, y)
    print(np.abs(y - exact).max())
"""


@pytest.mark.parametrize("name", _core.usable_instruction_sets())
def test_activations_are_exact_to_2e_7_over_all_floats(name):
    run = subprocess.run(
        [sys.executable, "-c", ACTIVATIONS],
        env={**os.environ, "FLUIDSERIES_INSTRUCTION_SET": name},
        capture_output=True,
        text=True,
        check=True,
    )
    errors = [float(line) for line in run.stdout.split()]
    assert len(errors) == 2
    assert max(errors) < 2e-7


def adam_in_torch(parameters, gradients, *, learn_rate, decay, clip):
    theirs = torch.tensor(parameters.astype(np.float64), requires_grad=True)
    optimiser = torch.optim.AdamW([theirs], lr=learn_rate, weight_decay=decay)
    for gradient in gradients:
        theirs.grad = torch.tensor(gradient.astype(np.float64))
        torch.nn.utils.clip_grad_norm_([theirs], clip)
        optimiser.step()
    return theirs.detach().numpy()


def test_adam_equals_pytorch():
    rng = np.random.default_rng(3)
    start = rng.normal(size=1001).astype(np.float32)
    gradients = rng.normal(0, 0.1, size=(20, 1001)).astype(np.float32)
    ours, now = start.copy(), np.empty_like(start)
    first, second, decay = np.zeros_like(start), np.zeros_like(start), np.full_like(start, 0.1)
    settings = (0, 0.01, 0.9, 0.999, 1e-8, 2.0)
    descent = _core.Descent(ours, now, first, second, decay, *settings)
    for gradient in gradients:
        now[...] = gradient * 8
        assert descent.go(1.0, 8.0, 8, 1.0)
    assert descent.steps == len(gradients)
    theirs = adam_in_torch(start, gradients, learn_rate=0.01, decay=0.1, clip=2.0)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def warped() -> list[float]:
    """Distances by dynamic time warping, with blocks of cells that are full and that are not."""
    rng = np.random.default_rng(1)
    series = [rng.normal(size=(n, 3)) for n in (1, 7, 8, 9, 40, 65)]
    return [_core.dtw(a, b, 0, 0.0, np.inf) for a in series for b in series]


OTHER_INSTRUCTION_SET = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_core import CASES, _core, warped
names = ["a full batch of unequal lengths", "last, mean and max", "three layers, every frame"]
results = {name: [float(x) for x in CASES[name].gradient()[1]] for name in names}
results["dtw"] = warped()
print(json.dumps({"name": _core.instruction_set(), "results": results}))
"""


@pytest.mark.parametrize("name", _core.usable_instruction_sets())
def test_instruction_sets_agree(name):
    run = subprocess.run(
        [sys.executable, "-c", OTHER_INSTRUCTION_SET, os.path.dirname(__file__)],
        env={**os.environ, "FLUIDSERIES_INSTRUCTION_SET": name},
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(run.stdout)
    assert result["name"] == name
    np.testing.assert_allclose(result["results"].pop("dtw"), warped(), rtol=1e-12)
    for case, gradient in result["results"].items():
        ours = CASES[case].gradient()[1]
        np.testing.assert_allclose(gradient, ours, atol=1e-5 * np.abs(ours).max())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_threads_survive_fork():
    case = CASES["a full batch of unequal lengths"]
    _, before = case.gradient(2)
    child = os.fork()
    if child == 0:
        try:
            _, after = case.gradient(2)
            os._exit(0 if np.array_equal(before, after) else 1)
        except BaseException:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
