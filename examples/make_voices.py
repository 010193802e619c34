"""Make folders of spoken words with espeak-ng, to try fluidseries on sounds.

    python examples/make_voices.py FOLDER

writes FOLDER/known/WORD/VOICE-NN.wav to learn from, FOLDER/new/WORD/VOICE-NN.wav to be tried on,
and beside each folder a table, known.csv and new.csv: how fast each is spoken (words per minute)
and how high (0 to 99). Speeds and heights are drawn by chance, the same ones at every run; two of
the voices in `new` are none of those in `known`.

espeak-ng is free and in the package lists of most systems: sudo apt-get install espeak-ng.
"""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import sys
from pathlib import Path

WORDS = ("yes", "no", "maybe", "tomorrow")
# Men, women, a croaking and two whispering voices, as espeak-ng calls them.
KNOWN = ("m1", "m3", "f1", "f3", "croak", "whisper", "whisperf")
NEW = (*KNOWN, "m7", "f2")
TAKES = {"known": 5, "new": 2}


def speak(word: str, voice: str, speed: int, pitch: int, file: Path) -> None:
    """Write one recording; -z leaves out the pause at the end."""
    how = ["-v", f"en-us+{voice}", "-s", str(speed), "-p", str(pitch), "-z"]
    subprocess.run(["espeak-ng", *how, "-w", str(file), word], check=True)


def make(folder: Path, name: str, voices: tuple[str, ...], seed: int) -> int:
    """Write one half with its table and return how many recordings it has."""
    chance, rows = random.Random(seed), []
    for word in WORDS:
        (folder / name / word).mkdir(parents=True, exist_ok=True)
        for voice in voices:
            for take in range(TAKES[name]):
                speed, pitch = chance.randint(110, 260), chance.randint(10, 90)
                file = Path(word) / f"{voice}-{take:02d}.wav"
                speak(word, voice, speed, pitch, folder / name / file)
                rows.append([file.as_posix(), speed, pitch])
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["file", "speed", "pitch"], *rows])
    return len(rows)


def main(folder: Path) -> None:
    if shutil.which("espeak-ng") is None:
        sys.exit("espeak-ng is missing: sudo apt-get install espeak-ng")
    known, new = make(folder, "known", KNOWN, seed=1), make(folder, "new", NEW, seed=2)
    print(f"{folder}: {known} recordings to learn from, {new} new ones, {len(WORDS)} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("voices"))
