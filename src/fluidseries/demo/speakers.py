"""Who is speaking? Nine voices recognised, and after how many frames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..batch import join
from ..containers import DataSeries, LabelSet
from ..datasets import JapaneseVowels, japanese_vowels
from ..evaluation import Named, evaluate
from ..models.classifier import LSTMClassifier
from . import speakers_report as report
from .telling import learn, show_files, write_files
from .voices import summarise

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.console import Console

__all__ = ["FILES", "Speakers", "by_statistics", "run"]

# What this part writes, in the order of writing.
FILES = {
    "voices.json": "270 utterances to learn from (DataSeries)",
    "speakers.json": "who spoke each of them (LabelSet)",
    "unseen.json": "370 other utterances (DataSeries)",
    "unseen_speakers.json": "who spoke those (LabelSet)",
    "answers.json": "who the model says it was (LabelSet)",
    "speakers_model.json": "the model",
    "speakers.png": "the picture",
}


class Speakers(NamedTuple):
    """What this part of the demo made.

    Parameters
    ----------
    model : LSTMClassifier
        Fitted.
    answers : LabelSet
        Unseen utterance -> voice.
    named : Named
        How well the model names the unseen utterances.
    statistics : float
        Accuracy of logistic regression on summary statistics.
    right : list of ndarray of bool, each of shape (n_frames,)
        For every unseen utterance whether the answer at each frame was right.
    seconds : float
        How long the fit took.
    """

    model: LSTMClassifier
    answers: LabelSet
    named: Named
    statistics: float
    right: list[NDArray[np.bool_]]
    seconds: float


def run(
    folder: Path, console: Console, *, program: str = "fluidseries", **settings: Any
) -> Speakers:
    """Learn the voices from 270 utterances and name 370 others; see `demo.run`."""
    voices = japanese_vowels()
    report.tell_story(console, voices)
    model = LSTMClassifier(**{"random_state": 0, **settings})
    seconds = learn(console, model, voices.train, voices.train_speakers)

    answers = model.predict(voices.test)
    named = evaluate(model, voices.test, voices.test_speakers)
    assert isinstance(named, Named)
    right = _listen(model, voices.test, voices.test_speakers)
    made = Speakers(model, answers, named, by_statistics(voices), right, seconds)
    report.show_results(console, made, voices.test_speakers)

    write_files(folder, FILES, (*voices, answers, model))
    report.draw(folder / "speakers.png", console, made)
    unseen = f"{folder / 'unseen.json'} {folder / 'unseen_speakers.json'}"
    known = f"{folder / 'voices.json'} {folder / 'speakers.json'}"
    commands = (
        f"{program} evaluate {folder / 'speakers_model.json'} {unseen}",
        f"{program} fit dtw-classifier {known} --output nearest.json",
    )
    show_files(console, folder, FILES, commands)
    return made


def _listen(
    model: LSTMClassifier, utterances: DataSeries, speakers: LabelSet
) -> list[NDArray[np.bool_]]:
    """Hear every utterance frame by frame as live use would; at which frames is the name right?"""
    stream, heard = model.stream(), []
    for name, frames in utterances.items():
        stream.reset()
        heard.append(np.array([stream.step(frame)[0] == speakers[name] for frame in frames]))
    return heard


def by_statistics(voices: JapaneseVowels) -> float:
    """Return the accuracy of logistic regression on statistics of each utterance."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    _, series, labels = join(voices.train, voices.train_speakers)
    _, unseen, right = join(voices.test, voices.test_speakers)
    machine = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    machine.fit(summarise(series), labels)
    return float(machine.score(summarise(unseen), right))
