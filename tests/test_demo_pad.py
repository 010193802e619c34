from __future__ import annotations

import builtins

import numpy as np
import pytest
from rich.console import Console

import fluidseries as fs
from fluidseries.demo import pad, pad_report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A quick run: a small network for few epochs."""
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "told.txt").open("w", encoding="utf-8") as file:
        console = Console(file=file, width=100, highlight=False)
        result = pad.run(folder / "results", console, hidden_size=16, max_iter=20, learn_rate=0.01)
    return result, folder / "results", (folder / "told.txt").read_text(encoding="utf-8")


def test_it_learns_to_place_unseen_voices(made):
    mean, ridge, lstm = made[0].scores
    assert mean.distance == pytest.approx(0.4)
    assert mean.share == pytest.approx(1 / 9)
    assert lstm.distance < 0.75 * ridge.distance
    assert lstm.share > max(0.75, ridge.share)


def test_what_it_writes_can_be_read(made):
    result, folder, _ = made
    assert sorted(path.name for path in folder.iterdir()) == sorted(pad.FILES) or (
        "pad.png" not in {path.name for path in folder.iterdir()}
    )
    voices = fs.datasets.japanese_vowels()
    assert fs.DataSeries.read(folder / "voices.json") == voices.train
    assert fs.DataSeries.read(folder / "unseen.json") == voices.test
    predictions = fs.DataSet.read(folder / "predictions.json")
    assert predictions == result.predictions
    assert list(predictions) == list(voices.test)
    model = fs.LSTMRegressor.read(folder / "model.json")
    assert model.predict(voices.test) == predictions
    places = fs.DataSet.read(folder / "places.json")
    assert list(places) == list(voices.train)


def test_the_point_travels_to_where_the_model_puts_the_utterance(made):
    result = made[0]
    frames = fs.datasets.japanese_vowels().test[pad.TRAVELLER]
    assert result.path.shape == (len(frames), 2)
    np.testing.assert_allclose(result.path[-1], result.predictions[pad.TRAVELLER], atol=1e-5)
    assert np.ptp(result.path, axis=0).max() > 0.1


def test_it_tells_what_happens(made):
    told = made[2]
    for words in (
        "Nine voices on an XY pad", "270 utterances", "370 utterances", "epoch   4 of 20   error",
        "mean distance", "ridge regression", "LSTMRegressor", "frame  1", "fluidseries inspect",
    ):  # fmt: skip
        assert words in told, told


def test_the_picture(made):
    pytest.importorskip("matplotlib")
    image = (made[1] / "pad.png").read_bytes()
    assert image.startswith(b"\x89PNG")
    assert len(image) > 20_000


def test_without_matplotlib_it_says_how_to_get_it(made, tmp_path, monkeypatch, capsys):
    def refuse(name, *rest, **named):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **named)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    speakers = fs.datasets.japanese_vowels().test_speakers
    pad_report.draw(tmp_path / "pad.png", Console(width=200), made[0], speakers)
    assert "pip install 'fluidseries[plots]'" in capsys.readouterr().out
    assert not (tmp_path / "pad.png").exists()


def test_score_shares_ties():
    places = fs.DataSet({"left": [0.0, 0.0], "right": [1.0, 0.0]})
    speakers = fs.LabelSet({"a": "left", "b": "left", "c": "right"})
    points = fs.DataSet({"a": [0.5, 0.0], "b": [0.1, 0.0], "c": [0.2, 0.0]})
    result = pad.score("x", points, speakers, places)
    assert result.distance == pytest.approx((0.5 + 0.1 + 0.8) / 3)
    assert result.share == pytest.approx((0.5 + 1 + 0) / 3)
