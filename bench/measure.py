"""What every benchmark shares: interleaved rounds, medians and spread, a table, a JSON file."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

ROUNDS = 5
PAUSE, WARM_UP = 0.3, 0.1  # seconds


def interleaved(contestants: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict:
    """Seconds of each contestant: all once per round in turn.

    The machine's speed drifts; contestants that take turns drift together, so ratios hold.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            # Other libraries' threads go on spinning for a while after their work is done.
            time.sleep(PAUSE)
            # Without counting: a processor that has slept begins slowly, its threads may share a
            # core at first, and what others left in the caches is not the contestant's.
            warm = time.perf_counter() + WARM_UP
            while True:
                run()
                if time.perf_counter() > warm:
                    break
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def machine() -> dict[str, object]:
    """What a figure means nothing without."""
    import numpy

    from fluidseries import _core

    processor = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc").exists() else []:
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    versions = {"python": platform.python_version(), "numpy": numpy.__version__}
    try:
        import torch

        versions["torch"] = torch.__version__
    except ImportError:
        pass
    return {
        "date": date.today().isoformat(),
        "processor": processor,
        "cores": os.cpu_count(),
        "instruction_set": _core.instruction_set(),
        "versions": versions,
        "commit": git.stdout.strip(),
    }


class Report:
    """Rows of one table, printed for people and kept for programs."""

    def __init__(self, title: str, columns: list[str]) -> None:
        self.title, self.columns, self.rows = title, columns, []

    def add(self, *cells: object) -> None:
        self.rows.append([str(cell) for cell in cells])

    def show(self) -> None:
        table = Table(title=self.title, title_justify="left")
        for i, column in enumerate(self.columns):
            table.add_column(column, justify="left" if i == 0 else "right")
        for row in self.rows:
            table.add_row(*row)
        Console(width=None if os.isatty(1) else 120).print(table)


class Kept:
    """Figures in a file of lines, each written as soon as it is known.

    A benchmark that was broken off goes on where it stood, and parts of one may be measured apart.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path and path.exists() else []
        self.known = {tuple(key): figures for key, figures in map(json.loads, lines)}

    def figures(self, key: tuple, measure: Callable[[], list[float]]) -> list[float]:
        """What stands under a key, measured now if nothing does."""
        if key not in self.known:
            self.known[key] = measure()
            if self.path:
                with self.path.open("a") as file:
                    file.write(json.dumps([key, self.known[key]]) + "\n")
        return self.known[key]


def write_json(path: str, reports: list[Report]) -> None:
    """Everything that was printed, with the machine."""
    content = {
        "machine": machine(),
        "tables": [{"title": r.title, "columns": r.columns, "rows": r.rows} for r in reports],
    }
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(content, indent=2) + "\n")


def spread(seconds: list[float], unit: float = 1e3) -> str:
    """Median and, in brackets, lowest and highest; milliseconds unless told otherwise."""
    low, high = min(seconds) * unit, max(seconds) * unit
    return f"{median(seconds) * unit:.3g} ({low:.3g} - {high:.3g})"
