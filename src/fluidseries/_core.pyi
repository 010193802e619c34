from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

class Session:
    def __init__(
        self,
        frames: NDArray[np.float32],
        offsets: NDArray[np.int64],
        targets: NDArray[np.float32] | None,
        weights: NDArray[np.float32] | None,
        inputs: int,
        hidden: Sequence[int],
        outputs: int,
        readout: int,
        cross_entropy: bool,
        per_frame: bool,
        n_threads: int,
        difference_scale: NDArray[np.float32] | None = None,
        noise: float = 0.0,
        stretch: float = 0.0,
        dropout: float = 0.0,
        smoothing: float = 0.0,
        clock: bool = False,
    ) -> None: ...
    def gradient(
        self,
        parameters: NDArray[np.float32],
        rows: NDArray[np.int64],
        seed: int,
        out: NDArray[np.float32],
    ) -> tuple[float, float]: ...
    def gradients(
        self,
        parameters: Sequence[NDArray[np.float32]],
        rows: Sequence[NDArray[np.int64]],
        seeds: Sequence[int],
        outs: Sequence[NDArray[np.float32]],
    ) -> list[tuple[float, float]]: ...
    def learn(
        self,
        networks: Sequence[Descent],
        rows: Sequence[NDArray[np.int64]],
        seeds: Sequence[int],
        batch: int,
        shares: Sequence[float],
    ) -> list[list[tuple[float, float, bool]]]: ...
    def loss(
        self, parameters: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> tuple[float, float]: ...
    def outputs(
        self, parameters: NDArray[np.float32], rows: NDArray[np.int64], out: NDArray[np.float32]
    ) -> None: ...

class Stream:
    def __init__(
        self,
        parameters: NDArray[np.float32],
        inputs: int,
        hidden: Sequence[int],
        outputs: int,
        readout: int,
        input_mean: NDArray[np.float64],
        input_scale: NDArray[np.float64],
        output_mean: NDArray[np.float64],
        output_scale: NDArray[np.float64],
        window: int,
        difference_scale: NDArray[np.float32] | None = None,
        clock: bool = False,
        labels: Sequence[int] = (),
        sharpness: float = 1.0,
        doubt: float = 0.0,
        least: float = 0.0,
    ) -> None: ...
    def step(self, frame: Any, out: Any) -> bool: ...
    def point(self, frames: Any, out: Any) -> bool: ...
    def likeliest(self) -> int: ...
    def reset(self) -> None: ...
    @property
    def frames(self) -> int: ...

class Descent:
    def __init__(
        self,
        parameters: NDArray[np.float32],
        gradient: NDArray[np.float32],
        first: NDArray[np.float32],
        second: NDArray[np.float32],
        decay: NDArray[np.float32],
        step: int,
        learn_rate: float,
        beta1: float,
        beta2: float,
        epsilon: float,
        clip: float,
    ) -> None: ...
    def go(self, loss: float, weight: float, count: int, share: float) -> bool: ...
    @property
    def steps(self) -> int: ...

def sound(tables: list[NDArray[Any]], dims: int) -> bool: ...
def pack(
    tables: list[NDArray[Any]],
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
    out: NDArray[np.float32],
    n_threads: int,
) -> int: ...
def sigmoid(x: NDArray[np.float32], y: NDArray[np.float32]) -> None: ...
def tanh(x: NDArray[np.float32], y: NDArray[np.float32]) -> None: ...
def compiler() -> str: ...
def instruction_set() -> str: ...
def usable_instruction_sets() -> list[str]: ...
def dtw(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    constraint: int,
    parameter: float,
    bound: float,
) -> float: ...
def dtw_path(
    a: NDArray[np.float64], b: NDArray[np.float64], constraint: int, parameter: float
) -> tuple[NDArray[np.int64], float]: ...

class DtwCorpus:
    def __init__(self, frames: NDArray[np.float64], offsets: NDArray[np.int64]) -> None: ...
    def distances(
        self,
        frames: NDArray[np.float64],
        offsets: NDArray[np.int64],
        constraint: int,
        parameter: float,
        within: bool,
        n_threads: int,
        out: NDArray[np.float64],
    ) -> None: ...
    def nearest(
        self,
        frames: NDArray[np.float64],
        offsets: NDArray[np.int64],
        constraint: int,
        parameter: float,
        n_threads: int,
        rows: NDArray[np.int64],
        distances: NDArray[np.float64],
    ) -> None: ...

def read_numbers(text: str, separator: str, out: NDArray[np.float64]) -> int: ...
def read_rows(
    text: bytes,
    begin: int,
    separator: str,
    columns: list[int],
    numbers: NDArray[np.float64],
    runs: NDArray[np.int64],
) -> tuple[int, int, int]: ...
