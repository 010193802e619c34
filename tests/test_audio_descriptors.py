"""Descriptors: against librosa on whole sounds, against formulas written out, on known tones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.audio import Extractor, Settings
from fluidseries.audio.descriptors import FLOOR, Describer
from fluidseries.audio.extractor import framed
from fluidseries.audio.pitch import confidence
from fluidseries.audio.settings import FEATURES, SHAPE
from fluidseries.errors import (
    DimensionError,
    InputTypeError,
    NonFiniteError,
    OriginError,
    ParameterError,
)

librosa = pytest.importorskip("librosa")

RATE = 22050
ALL = Settings(FEATURES[:5], window=1024, hop=400)


def melody(seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    """A gliding tone with overtones in noise: every descriptor moves."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(np.linspace(120, 600, len(time))) / RATE
    tone = sum(np.sin(k * phase) / k for k in (1, 2, 3, 5))
    return 0.2 * tone * np.sin(np.pi * time / time[-1]) + rng.normal(0, 0.01, len(time))


def sine(hertz: float, size: float = 1.0, length: int = 4096) -> np.ndarray:
    return size * np.sin(2 * np.pi * hertz * np.arange(length) / RATE)


def described(samples: np.ndarray, how: Settings = ALL) -> dict[str, np.ndarray]:
    table = Describer(how).describe(framed(samples, how))
    return dict(zip(how.names, table.T, strict=True))


def column(samples: np.ndarray, name: str) -> np.ndarray:
    return described(samples, Settings([name.split("-")[0]]))[name]


# Against librosa, which frames the whole sound itself.


def test_whole_sounds_give_what_librosa_gives():
    sound = melody()
    got = described(sound, Settings(ALL.features, hop=400, first_mfcc=True))
    cut = {"n_fft": 1024, "hop_length": 400, "center": False}
    mel = librosa.feature.melspectrogram(y=sound, sr=RATE, n_mels=40, **cut)
    wanted = {
        "centroid": librosa.feature.spectral_centroid(y=sound, sr=RATE, **cut),
        "spread": librosa.feature.spectral_bandwidth(y=sound, sr=RATE, **cut),
        "rolloff": librosa.feature.spectral_rolloff(y=sound, sr=RATE, **cut),
        "flatness": librosa.feature.spectral_flatness(y=sound, **cut),
    }
    for name, values in wanted.items():
        np.testing.assert_allclose(got[name], values[0], rtol=1e-9, err_msg=name)
    # 0 dB is a full-scale sine here and the number 1 there: that moves the first MFCC alone.
    full = 20 * np.log10(np.hanning(1025)[:-1].sum() / 2)
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None) - full, n_mfcc=14)
    assert got["mfcc-12"].std() > 1
    for number in range(13):
        np.testing.assert_allclose(got[f"mfcc-{number}"], mfcc[number], rtol=1e-5, atol=1e-3)
    chroma = librosa.feature.chroma_stft(y=sound, sr=RATE, tuning=0.0, **cut)
    np.testing.assert_allclose(got["chroma-A"], chroma[9], rtol=1e-5, atol=1e-7)
    hertz = librosa.yin(
        sound, fmin=60, fmax=2000, sr=RATE, frame_length=1024, hop_length=400, center=False
    )
    np.testing.assert_allclose(got["pitch"], librosa.hz_to_midi(hertz), rtol=1e-9)


# Against formulas written out, with a Fourier sum in the place of the fast transform.


@pytest.mark.parametrize("seed", range(3))
def test_shapes_are_what_their_formulas_say(seed):
    how = Settings(["shape"], window=256, hop=256)
    frame = melody(seed=seed)[5000:5256]
    n, k = np.arange(256), np.arange(129)
    hann = np.sin(np.pi * n / 256) ** 2
    m = np.abs(np.exp(-2j * np.pi * np.outer(k, n) / 256) @ (frame * hann))
    f = k * RATE / 256
    p = m / m.sum()
    centroid = (p * f).sum()
    spread = np.sqrt((p * (f - centroid) ** 2).sum())
    wanted = {
        "centroid": centroid,
        "spread": spread,
        "skewness": (p * (f - centroid) ** 3).sum() / spread**3,
        "kurtosis": (p * (f - centroid) ** 4).sum() / spread**4,
        "rolloff": f[np.flatnonzero(np.cumsum(m) >= 0.85 * m.sum())[0]],
        "flatness": np.exp(np.log(np.maximum(m**2, 1e-10)).mean()) / (m**2).mean(),
        "crest": m.max() / m.mean(),
    }
    got = described(frame, how)
    assert tuple(got) == SHAPE
    for name, value in wanted.items():
        assert got[name][0] == pytest.approx(value, rel=1e-7), name


@pytest.mark.parametrize(
    ("hertz", "decibels"), [(1000, 0.0), (100, -19.1), (315, -6.6), (4000, 1.0), (8000, -1.1)]
)
def test_loudness_is_a_weighted(hertz, decibels):
    """The curve's values at these frequencies are printed in IEC 61672."""
    assert column(sine(hertz), "loudness").mean() == pytest.approx(decibels, abs=0.15)
    assert column(sine(hertz, 0.1), "loudness").mean() == pytest.approx(decibels - 20, abs=0.15)


# Known sounds.


@pytest.mark.parametrize("hertz", [82.41, 220.0, 440.0, 987.77, 1760.0])
def test_a_tone_has_its_pitch_centroid_and_note(hertz):
    got = described(sine(hertz, 0.5))
    note = 69 + 12 * np.log2(hertz / 440)
    np.testing.assert_allclose(got["pitch"], note, atol=0.25)
    assert got["pitch-confidence"].min() > 0.93
    np.testing.assert_allclose(got["centroid"], hertz, atol=15 + 0.02 * hertz)
    notes = [name for name in got if name.startswith("chroma")]
    if hertz > 200:  # below, one bin is wider than a semitone
        loudest = notes[int(np.argmax([got[name].mean() for name in notes]))]
        names = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
        assert loudest == f"chroma-{names[round(note) % 12]}"


def test_noise_has_no_pitch_and_is_flat():
    noise = np.random.default_rng(0).normal(0, 0.1, 20000)
    assert column(noise, "pitch-confidence").max() < 0.5
    assert column(noise, "flatness").mean() > 0.5 > 0.01 > column(sine(440), "flatness").max()
    assert column(noise, "crest").mean() < 5 < 50 < column(sine(440), "crest").mean()
    assert column(noise, "rolloff").mean() == pytest.approx(0.85 * RATE / 2, rel=0.05)
    assert column(noise, "kurtosis").mean() == pytest.approx(1.8, abs=0.1)  # of a flat spectrum


@given(seed=st.integers(0, 10**6), offset=st.sampled_from([0.0, 1.0, -300.0]))
def test_confidence_is_a_correlation(seed, offset):
    rng = np.random.default_rng(seed)
    frames = np.cumsum(rng.normal(size=(4, 200)), axis=1) + offset
    lags = rng.integers(1, 150, 4)
    wanted = [
        max(0, *(np.corrcoef(row[:-k], row[k:])[0, 1] for k in (lag, lag + 1)))
        for row, lag in zip(frames, lags, strict=True)
    ]
    np.testing.assert_allclose(confidence(frames, lags + 0.3), wanted, atol=1e-9)
    still = np.full((2, 200), offset)
    assert confidence(still, np.array([3.0, 90.0])).tolist() == [0, 0]


def test_an_offset_changes_no_confidence():
    noise = np.random.default_rng(0).normal(0, 0.1, 5000)
    got, moved = (column(x, "pitch-confidence") for x in (noise, noise + 0.5))
    assert moved.max() < 0.6
    assert got.max() < 0.6


def test_silence_is_finite():
    got = described(np.zeros(2048))
    assert all(np.isfinite(values).all() for values in got.values())
    assert got["loudness"][0] == FLOOR
    assert got["pitch-confidence"][0] == got["centroid"][0] == got["mfcc-3"][0] == 0
    assert got["pitch"][0] == pytest.approx(librosa.hz_to_midi(60))
    first = described(np.zeros(2048), Settings(first_mfcc=True))["mfcc-0"]
    np.testing.assert_allclose(first, FLOOR * np.sqrt(40))


def test_quiet_noise_of_16_bits_is_as_silence():
    steps = np.random.default_rng(0).integers(-1, 2, 8192) / 2**15
    got = np.array([described(steps)[f"mfcc-{k}"] for k in range(1, 14)])
    assert np.abs(got).max() < 3


# Live and offline.


@given(
    sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=12),
    window=st.integers(400, 1100),
    hop=st.integers(1, 5).map(lambda k: 80 * k),
)
@settings(max_examples=15)
def test_blocks_of_any_size_give_the_frames_of_the_whole(sizes, window, hop):
    how = Settings(FEATURES[:5], window=window, hop=hop, pitch_min=120)
    sound = melody()[: sum(sizes)]
    extractor = Extractor(how)
    live = [extractor.step(block) for block in np.split(sound, np.cumsum(sizes)[:-1])]
    whole = Describer(how).describe(framed(sound, how))
    assert len(whole) == max(0, 1 + (len(sound) - window) // hop)
    np.testing.assert_allclose(np.concatenate(live), whole, rtol=1e-7, atol=1e-7)
    extractor.reset()
    np.testing.assert_allclose(extractor.step(sound), whole, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("rate", [44100, 48000, 16000])
def test_another_rate_is_converted_on_the_way(rate):
    soxr = pytest.importorskip("soxr")
    sound = np.random.default_rng(0).normal(0, 0.1, rate)
    extractor = Extractor(ALL, input_rate=rate)
    live = np.concatenate([extractor.step(block) for block in np.array_split(sound, 300)])
    whole = Describer(ALL).describe(framed(soxr.resample(sound, rate, RATE), ALL))
    late = len(whole) - len(live)
    assert 0 <= late * ALL.hop / RATE < 0.06
    np.testing.assert_allclose(live, whole[: len(live)], rtol=1e-6, atol=1e-6)


def test_a_bad_block_is_left_out():
    sound, extractor = melody(), Extractor(ALL)
    first = extractor.step(sound[:3000])
    for bad, error, message in [
        ([0.0, np.nan], NonFiniteError, "NaN or infinite"),
        (np.zeros((2, 2, 2)), DimensionError, r"shape \(2, 2, 2\)"),
        (np.zeros((5, 0)), DimensionError, r"shape \(5, 0\)"),
        (np.zeros(4, np.int16), InputTypeError, "divide 16-bit samples by 32768"),
        (["loud"], InputTypeError, "must be numbers"),
    ]:
        with pytest.raises(error, match=message):
            extractor.step(bad)
    live = np.concatenate([first, extractor.step(np.stack([sound[3000:]] * 2, axis=1))])
    np.testing.assert_allclose(live, Describer(ALL).describe(framed(sound, ALL)), rtol=1e-7)


def test_a_model_brings_its_extractor():
    sounds = [melody(seed=seed) for seed in range(4)]
    frames = {f"s{k}": Describer(ALL).describe(framed(x, ALL)) for k, x in enumerate(sounds)}
    series = fs.DataSeries(frames, origin=ALL.to_origin())
    labels = fs.LabelSet({name: "odd" if name in ("s1", "s3") else "even" for name in series})
    model = fs.LSTMClassifier(hidden_size=4, max_iter=2).fit(series, labels)
    extractor, stream = Extractor(model), model.stream()
    assert extractor.settings == Extractor(series).settings == ALL
    for frame in extractor.step(sounds[0]):
        _, shares = stream.step(frame)
    np.testing.assert_allclose(shares, model.predict_point_proba(series["s0"]), rtol=1e-4)
    with pytest.raises(OriginError, match="not made by extract"):
        Extractor(fs.DataSeries({"a": [[1.0]]}))


# Settings.


def test_lengths_are_samples_or_seconds():
    assert Settings(window=0.1, hop=0.02) == Settings(window=2205, hop=441)
    assert Settings(window=0.1, hop=0.02).rate == 50
    assert Settings("shape,mfcc").names[:2] == ("centroid", "spread")
    assert Settings(["mfcc"], first_mfcc=True).names[0] == "mfcc-0"
    assert ALL.n_dims == len(ALL.names) == 13 + 1 + 2 + 12 + 7


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"features": ["mfcc", "timbre"]}, "no feature 'timbre': choose from mfcc, loudness"),
        ({"features": []}, "the features are none"),
        ({"features": ["shape", "crest"]}, "each once"),
        ({"window": 1}, r"the window is 1 samples.*0\.05"),
        ({"window": "long"}, "the window is 'long'"),
        ({"window": -0.5}, "the window is -0.5"),
        ({"hop": 0}, "the hop is 0 samples"),
        ({"hop": 2000}, "sound would be left out"),
        ({"sample_rate": 44.1}, "sample_rate is 44.1"),
        ({"n_mfcc": 40}, r"with 40 bands \(n_mels\) there are only 39"),
        ({"first_mfcc": 1}, "first_mfcc is 1"),
        ({"pitch_min": 30}, r"raise pitch_min to 43\.07 Hz"),
        ({"pitch_max": 20000}, "below 11025"),
        ({"pitch_min": "low"}, "a number of Hz"),
    ],
)
def test_wrong_settings(wrong, message):
    with pytest.raises(ParameterError, match=message):
        Settings(**wrong)


def test_bands_that_a_short_window_leaves_empty():
    with pytest.raises(ParameterError, match=r"128 samples is too short for 40 bands \(\d+ would"):
        Describer(Settings(["mfcc"], window=128, hop=64))


def test_an_origin_of_a_newer_version():
    origin = ALL.to_origin()
    origin["extract"]["smear"] = 2
    with pytest.raises(OriginError, match=r"does not know \(smear\)"):
        Settings.of(origin)


@pytest.mark.parametrize("rate", [0, True, 2e7])
def test_a_wrong_input_rate(rate):
    with pytest.raises(ParameterError, match="samples per second"):
        Extractor(ALL, input_rate=rate)
