"""Make src/fluidseries/data/japanese_vowels.npz from the published data.

Run once, when the file was made; kept so that anybody can make it again:

    python tools/embed_japanese_vowels.py FOLDER

FOLDER holds JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts (for instance from
https://timeseriesclassification.com, or as aeon's loaders leave them).

The numbers have at most six decimals, so they are kept as whole millionths, exactly. The four
bytes of these integers lie in four planes, dimension by dimension: 293 kB compressed, where plain
float64 takes 722 kB and the text files 1,137 kB.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

OUTPUT = Path(__file__).parents[1] / "src" / "fluidseries" / "data" / "japanese_vowels.npz"


def read_ts(path: Path) -> tuple[list[np.ndarray], list[int]]:
    """Utterances as (n_frames, 12) arrays, and the number of each one's speaker."""
    utterances, speakers = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#@":
            *channels, speaker = line.split(":")
            utterances.append(np.array([channel.split(",") for channel in channels], float).T)
            speakers.append(int(speaker))
    return utterances, speakers


def main(folder: Path) -> None:
    train, train_speakers = read_ts(folder / "JapaneseVowels_TRAIN.ts")
    test, test_speakers = read_ts(folder / "JapaneseVowels_TEST.ts")
    frames = np.concatenate(train + test)
    millionths = np.rint(frames * 1e6).astype("<i4")
    if not np.array_equal(millionths / 1e6, frames):
        sys.exit("these numbers have more than six decimals: not the published file")
    by_dimension = np.ascontiguousarray(millionths.T)
    planes = np.moveaxis(by_dimension[..., None].view(np.uint8), -1, 0)
    np.savez_compressed(
        OUTPUT,
        frames=np.ascontiguousarray(planes),
        lengths=np.array([len(series) for series in train + test], np.uint8),
        speakers=np.array(train_speakers + test_speakers, np.uint8),
        n_train=np.int64(len(train)),
    )
    print(f"{OUTPUT}: {OUTPUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/embed_japanese_vowels.py FOLDER")
    main(Path(sys.argv[1]))
