"""What the regressor learns of real data, beside the simplest things that could be done instead."""

from __future__ import annotations

import numpy as np

import fluidseries as fs


def test_an_unseen_utterance_finds_its_place_on_the_pad():
    voices = fs.datasets.japanese_vowels()
    places = {
        f"speaker{k}": np.array([np.cos(k * 2 * np.pi / 9), np.sin(k * 2 * np.pi / 9)])
        for k in range(1, 10)
    }
    target = fs.DataSet({name: places[who] for name, who in voices.train_speakers.items()})
    model = fs.LSTMRegressor(max_iter=25, random_state=0).fit(voices.train, target)
    answers = model.predict(voices.test)
    right = [
        min(places, key=lambda who: np.linalg.norm(places[who] - answers[name])) == speaker
        for name, speaker in voices.test_speakers.items()
    ]
    assert np.mean(right) > 0.9  # chance is .11
    distance = [np.linalg.norm(places[w] - answers[n]) for n, w in voices.test_speakers.items()]
    assert np.mean(distance) < 0.35  # that of always answering the middle is 1


def test_a_number_from_a_real_series(real_data):
    folder = real_data / "Tecator"
    X, y = (list(half.values()) for half in fs.read(folder / "Tecator_TRAIN.ts"))
    assert len(X) == 172
    model = fs.LSTMRegressor(max_iter=60, random_state=0).fit(X, np.array(y))
    unseen, truth = (list(half.values()) for half in fs.read(folder / "Tecator_TEST.ts"))
    error = np.sqrt(np.mean((model.predict(unseen) - np.array(truth)) ** 2))
    assert error < 1.5  # ridge on all frames has 2.65, always answering the mean 12.9


def test_a_target_at_every_frame_of_a_real_series(real_data):
    laser = np.load(real_data / "SantaFeLaser" / "santafe_laser.npy").astype(float).ravel()
    heard, wanted = laser[:1000, None], laser[1:1001, None]
    cut = [slice(start, start + 50) for start in range(0, 1000, 50)]
    model = fs.LSTMRegressor(max_iter=60, random_state=0)
    model.fit([heard[part] for part in cut], [wanted[part] for part in cut])
    stream = model.stream()
    answers = np.array([stream.step([x])[0] for x in laser[900:2000]])
    error = np.sqrt(np.mean((answers[100:] - laser[1001:2001]) ** 2)) / laser[1001:2001].std()
    assert error < 0.433  # a linear prediction from the last 40 values
