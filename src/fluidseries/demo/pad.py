"""Nine voices on an XY pad: from real speech to a picture, in a few seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..batch import join
from ..containers import DataSeries, DataSet, LabelSet
from ..datasets import japanese_vowels
from ..models.regressor import LSTMRegressor
from . import pad_report as report
from .telling import learn, show_files, write_files
from .voices import summarise

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.console import Console

__all__ = ["FILES", "TRAVELLER", "Pad", "Score", "make_places", "run", "score", "travel"]

# What the demo writes, in the order of writing.
FILES = {
    "voices.json": "270 utterances to learn from (DataSeries)",
    "places.json": "where each of them belongs (DataSet)",
    "unseen.json": "370 other utterances (DataSeries)",
    "predictions.json": "where the model places them (DataSet)",
    "model.json": "the model",
    "pad.png": "the picture",
}
TRAVELLER = "speaker4-031"
# Chosen on the training half alone, by five-fold cross-validation.
CHOSEN = {"hidden_size": 64, "max_iter": 100, "learn_rate": 0.005}


class Score(NamedTuple):
    """How well somebody placed the unseen utterances.

    Parameters
    ----------
    name : str
        Who placed them.
    distance : float
        Mean distance from the right place, in widths of the pad.
    share : float
        Share of the utterances that landed nearest to their own voice's place.
    """

    name: str
    distance: float
    share: float


class Pad(NamedTuple):
    """What this part of the demo made.

    Parameters
    ----------
    places : DataSet
        Voice -> (x, y) on a pad from 0 to 1.
    model : LSTMRegressor
        Fitted.
    predictions : DataSet
        Unseen utterance -> (x, y).
    scores : list of Score
        The model's is the last.
    traveller : str
        One of the unseen utterances.
    path : ndarray of shape (n_frames, 2)
        Its point after every frame.
    seconds : float
        How long the fit took.
    """

    places: DataSet
    model: LSTMRegressor
    predictions: DataSet
    scores: list[Score]
    traveller: str
    path: NDArray[np.float64]
    seconds: float


def run(folder: Path, console: Console, *, program: str = "fluidseries", **settings: Any) -> Pad:
    """Learn the places of 270 utterances and place 370 others; see `demo.run`."""
    voices, places = japanese_vowels(), make_places(9)
    target = DataSet((name, places[who]) for name, who in voices.train_speakers.items())
    report.tell_story(console, voices)

    model = LSTMRegressor(**{**CHOSEN, "random_state": 0, **settings})
    seconds = learn(console, model, voices.train, target)
    predictions = model.predict(voices.test)
    placed = {
        "always the mean of the places": _mean_place(target, voices.test),
        "ridge regression on summary statistics": _ridge(voices.train, target, voices.test),
        "LSTMRegressor": predictions,
    }
    scores = [score(name, ds, voices.test_speakers, places) for name, ds in placed.items()]
    path = travel(model, voices.test[TRAVELLER])
    made = Pad(places, model, predictions, scores, TRAVELLER, path, seconds)
    report.show_results(console, made)

    write_files(folder, FILES, (voices.train, target, voices.test, predictions, model))
    report.draw(folder / "pad.png", console, made, voices.test_speakers)
    data = f"{folder / 'voices.json'} {folder / 'places.json'}"
    commands = (
        f"{program} inspect {folder / 'model.json'}",
        f"{program} fit regressor {data} --output mine.json",
    )
    show_files(console, folder, FILES, commands)
    return made


def make_places(n_voices: int) -> DataSet:
    """Put the voices on a circle around the middle of a pad of width 1, clockwise from the top.

    Examples
    --------
    >>> make_places(4)["speaker2"].round(3)
    array([0.9, 0.5])
    """
    turns = np.arange(n_voices) / n_voices * 2 * np.pi
    points = 0.5 + 0.4 * np.stack([np.sin(turns), np.cos(turns)], axis=1)
    return DataSet((f"speaker{number}", point) for number, point in enumerate(points, 1))


def travel(model: LSTMRegressor, frames: NDArray[Any]) -> NDArray[np.float64]:
    """Step through one utterance as live use would; one point per frame, (n_frames, 2)."""
    stream = model.stream()
    return np.array([stream.step(frame) for frame in frames])


def score(name: str, predictions: DataSet, speakers: LabelSet, places: DataSet) -> Score:
    """Compare predictions with the right places; where several are nearest, each gets its part."""
    centres = np.stack(list(places.values()))
    rows = {who: row for row, who in enumerate(places)}
    right = np.array([rows[speakers[one]] for one in predictions])
    points = np.stack(list(predictions.values()))
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    own = distances[np.arange(len(points)), right]
    # The middle of the pad is as far from every place: rounding must not choose one.
    nearest = distances <= distances.min(axis=1, keepdims=True) + 1e-9
    hits = (own <= distances.min(axis=1) + 1e-9) / nearest.sum(axis=1)
    return Score(name, float(own.mean()), float(hits.mean()))


def _mean_place(target: DataSet, unseen: DataSeries) -> DataSet:
    mean = np.mean(list(target.values()), axis=0)
    return DataSet((name, mean) for name in unseen)


def _ridge(source: DataSeries, target: DataSet, unseen: DataSeries) -> DataSet:
    """Learn the places from statistics of each utterance, the order of its frames forgotten."""
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    _, series, points = join(source, target)
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13)))
    ridge.fit(summarise(series), points)
    return DataSet(zip(unseen, ridge.predict(summarise(unseen.values())), strict=True))
