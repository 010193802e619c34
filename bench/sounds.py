"""How fast sounds are described: a folder of files, and live, a hop at a time.

python bench/sounds.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import soundfile

import fluidseries as fs
from fluidseries.audio import Extractor, Settings

from measure import machine

FILES, SECONDS, RATE = 40, 10, 44100
CHOICES = {"the default": "mfcc,loudness,pitch", "everything": "mfcc,loudness,pitch,chroma,shape"}


def sound(seed: int, rate: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    phase = 2 * np.pi * np.cumsum(rng.uniform(100, 400, SECONDS * 10).repeat(rate // 10)) / rate
    return 0.3 * np.sin(phase) + rng.normal(0, 0.02, len(phase))


def offline(folder: Path, features: str) -> None:
    for n_jobs in (1, 2):
        started = perf_counter()
        fs.extract(folder, features.split(","), n_jobs=n_jobs)
        speed = FILES * SECONDS / (perf_counter() - started)
        print(f"  folder, {n_jobs} thread{'s' * (n_jobs > 1)}: {speed:.0f} s of sound in a second")


def live(features: str) -> None:
    extractor = Extractor(Settings(features))
    times = []
    for block in sound(0, 22050)[: 512 * 400].reshape(-1, 512):
        started = perf_counter()
        extractor.step(block)
        times.append((perf_counter() - started) * 1e6)
    low, middle, high = np.percentile(times[2:], [5, 50, 99])
    print(f"  live, a block of one hop: {middle:.0f} us (5 %: {low:.0f}, 99 %: {high:.0f})")


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(FILES):
            soundfile.write(folder / f"{number:03d}.wav", sound(number, RATE), RATE)
        fs.extract(folder / "000.wav")  # librosa compiles what it needs
        for title, features in CHOICES.items():
            print(f"{title} ({features}), {FILES} files of {SECONDS} s at {RATE} Hz:")
            offline(folder, features)
            live(features)


if __name__ == "__main__":
    main()
