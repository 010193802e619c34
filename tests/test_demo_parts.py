"""The demo's parts about speakers and passengers, and how parts are chosen."""

from __future__ import annotations

import numpy as np
import pytest
from rich.console import Console

import fluidseries as fs
from fluidseries import demo
from fluidseries.demo import airline, speakers
from fluidseries.demo.speakers_report import recognised_after


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Tell one part with its own settings; return what it made, its folder and what it said."""
    folder = tmp_path_factory.mktemp("parts")

    def tell(part):
        text = folder / f"{part.__name__}.txt"
        with text.open("w", encoding="utf-8") as file:
            console = Console(file=file, width=100, highlight=False)
            made = part.run(folder, console, program="fluidseries")
        return made, folder, text.read_text(encoding="utf-8")

    made = {part: tell(part) for part in (speakers, airline)}
    return made.__getitem__


def test_speakers_are_recognised(told):
    made, folder, said = told(speakers)
    assert made.named.accuracy > 0.95
    assert 0.9 < made.statistics < 1
    voices = fs.datasets.japanese_vowels()
    assert fs.LabelSet.read(folder / "answers.json") == made.answers
    assert fs.LabelSet.read(folder / "unseen_speakers.json") == voices.test_speakers
    model = fs.read_model(folder / "speakers_model.json")
    assert model.predict(voices.test) == made.answers
    for words in (
        "370",
        "Learned in",
        f"{made.named.accuracy:.1%}",
        "speaker9",
        "fluidseries eval",
    ):
        assert words in said, said


def test_the_last_frame_of_a_stream_is_the_whole_answer(told):
    made, _, _ = told(speakers)
    at_the_end = np.mean([bool(right[-1]) for right in made.right])
    assert at_the_end == pytest.approx(made.named.accuracy)


@pytest.mark.parametrize(
    ("right", "after"),
    [([1, 1, 1], 1), ([0, 0, 1], 3), ([1, 0, 1, 1], 3), ([1, 1, 0], None), ([0], None)],
)
def test_recognised_after(right, after):
    assert recognised_after(np.array(right, dtype=bool)) == after


def test_passengers_are_foretold(told):
    made, folder, said = told(airline)
    assert made.heard.shape == (120,)
    assert made.right.shape == made.foretold.shape == made.year_before.shape == (24,)
    assert made.error < 0.7 * made.error_year_before
    assert made.error == pytest.approx(np.sqrt(((made.foretold - made.right) ** 2).mean()))
    foretold = fs.DataSeries.read(folder / "airline_foretold.json")
    np.testing.assert_array_equal(foretold["airline"][:, 0], made.foretold)
    assert f"{made.error:.0f}" in said
    assert "--length 120" in said


def test_pictures(told):
    pytest.importorskip("matplotlib")
    for part, picture in ((speakers, "speakers.png"), (airline, "airline.png")):
        image = (told(part)[1] / picture).read_bytes()
        assert image.startswith(b"\x89PNG")
        assert len(image) > 20_000


@pytest.mark.parametrize("part", [*demo.PARTS, "all"])
def test_parts_can_be_chosen(part, tmp_path, run):
    code, out, _ = run("demo", part, "--output", tmp_path, "--max-iter", 2, "--hidden-size", 4)
    assert code == 0
    parts = demo.PARTS if part == "all" else (part,)
    written = {path.name for path in tmp_path.iterdir()}
    assert written | {"pad.png", "speakers.png", "airline.png"} >= set(demo.files(parts))
    assert ("Who is speaking?" in out) == ("speakers" in parts)


def test_another_part_is_an_error(tmp_path, run):
    code, _, err = run("demo", "opera", "--output", tmp_path)
    assert code == 2
    assert "no part 'opera'" in err
    assert not list(tmp_path.iterdir())
