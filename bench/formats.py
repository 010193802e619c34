"""Read 100 MB of every format, beside what its parser alone takes.

    python bench/formats.py [MEGABYTES]

The parser alone is json.loads, Python's float for every number of a line, pandas.read_csv, np.load,
pyarrow or soundfile, of which nothing is kept.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import fluidseries as fs


def corpus(megabytes: float) -> fs.DataSeries:
    """Series of 100 frames of 13 numbers, about so large as float64."""
    rng = np.random.default_rng(0)
    count = max(int(megabytes * 1e6 / (100 * 13 * 8)), 1)
    return fs.DataSeries.from_arrays(rng.normal(size=(count, 100, 13)))


def lines(path: Path) -> float:
    """Parse every number of a text and nothing else."""
    total = 0.0
    with path.open() as file:
        for line in file:
            if line[0] not in "@#":
                total += sum(map(float, line.replace(":", ",").split(",")))
    return total


def parsers() -> dict[str, Callable[[Path], Any]]:
    """Return what parses a suffix and does nothing else."""
    import pandas
    import pyarrow
    import pyarrow.parquet
    import soundfile

    def arrow(path: Path) -> Any:
        with pyarrow.memory_map(str(path)) as file:
            return pyarrow.ipc.open_file(file).read_all()

    return {
        ".json": lambda path: json.loads(path.read_bytes()),
        ".ts": lines,
        ".csv": pandas.read_csv,
        ".npz": lambda path: dict(np.load(path)),
        ".arrow": arrow,
        ".parquet": pyarrow.parquet.read_table,
        ".wav": lambda path: soundfile.read(path, always_2d=True),
    }


def timed(call: Callable[[Path], Any], path: Path) -> float:
    """Return the shorter of two times, in seconds."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        call(path)
        times.append(time.perf_counter() - start)
    return min(times)


def main(megabytes: float) -> None:
    """Print a row for each format."""
    print("format       MB   fs.read s   parser alone s   MB/s")
    with tempfile.TemporaryDirectory() as folder:
        for suffix, parse in parsers().items():
            path = Path(folder) / f"x{suffix}"
            # Text takes about 2.4 bytes for each byte of a float64.
            data = corpus(megabytes / (3.4 if suffix == ".json" else 2.4 if suffix in TEXT else 1))
            if suffix == ".wav":
                data = fs.DataSeries({"x": np.concatenate([*data.values()] * 2)})
            fs.write(path, data)
            size = path.stat().st_size / 1e6
            ours, alone = timed(fs.read, path), timed(parse, path)
            print(
                f"{suffix:<9} {size:5.0f} {ours:11.2f} {alone:16.2f} {size / ours:6.0f}", flush=True
            )
            path.unlink()


TEXT = (".ts", ".csv")

if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 100)
