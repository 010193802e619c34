"""Folders of sounds: formats, names, labels, what is skipped, slices; and the command."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import fluidseries as fs
from fluidseries.audio import Settings
from fluidseries.errors import (
    EmptyError,
    FluidSeriesWarning,
    FormatError,
    IdentifierError,
    InputError,
    MissingExtraError,
    OriginError,
    ParameterError,
)

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("librosa")

RATE = 22050


def tone(hertz: float = 440, seconds: float = 0.3, rate: int = RATE, size: float = 0.5):
    return size * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)
    return path


@pytest.fixture
def folder(tmp_path):
    """Two labels with two takes each."""
    for label, hertz in {"low": 220, "high": 880}.items():
        for take in range(2):
            write(tmp_path / "takes" / label / f"take{take}.wav", tone(hertz + 10 * take))
    return tmp_path / "takes"


# The library.


def test_a_folder_becomes_series_and_labels(folder):
    heard = fs.extract(folder, ["pitch"])
    assert heard.series.get_ids() == ["high/take0", "high/take1", "low/take0", "low/take1"]
    assert dict(heard.labels) == {name: name.split("/")[0] for name in heard.series}
    assert (heard.points, heard.skipped) == (fs.DataSet(), {})
    assert heard.series.origin == Settings(["pitch"]).to_origin()
    frames = heard.series["low/take0"]
    assert len(frames) == 1 + (int(0.3 * RATE) - 1024) // 512
    np.testing.assert_allclose(frames[:, 0], 57, atol=0.1)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_every_format_is_read(tmp_path, suffix):
    write(tmp_path / f"a.{suffix}", tone(seconds=0.5))
    frames = fs.extract(tmp_path / f"a.{suffix}", ["pitch", "loudness"]).series["a"]
    # What is lossy rings at its ends.
    np.testing.assert_allclose(frames[3:-3, 0], 69, atol=0.1)
    np.testing.assert_allclose(frames[3:-3, 2], frames[5, 2], atol=0.5)


def test_channels_are_mixed_and_rates_converted(tmp_path):
    plain, loud = tone(rate=48000), tone(rate=48000, size=0.8)
    write(tmp_path / "mono.wav", plain, 48000)
    write(tmp_path / "stereo.wav", np.stack([loud, plain * 2 - loud], axis=1), 48000)
    series = fs.extract(tmp_path).series
    np.testing.assert_allclose(series["mono"], series["stereo"], atol=0.05)
    assert len(series["mono"]) == 1 + (int(0.3 * RATE) - 1024) // 512
    assert series["mono"][3, 14] == pytest.approx(69, abs=0.05)


def test_what_cannot_be_used_is_skipped_with_a_reason(folder):
    (folder / "noise.wav").write_bytes(b"no sound at all")
    (folder / "low" / "cut.flac").write_bytes(b"fLaC")
    write(folder / "silent.wav", np.zeros(RATE))
    write(folder / "empty.wav", np.zeros(0))
    write(folder / "short.wav", tone(seconds=0.01))
    soundfile.write(folder / "nan.wav", np.full(9000, np.nan), RATE, subtype="FLOAT")
    (folder / "._take0.wav").write_bytes(b"what macOS leaves behind")
    (folder / "notes.txt").write_text("not a sound")
    with pytest.warns(FluidSeriesWarning, match=r"6 of 10 sounds skipped: .* and 1 more"):
        heard = fs.extract(folder)
    assert len(heard.series) == len(heard.labels) == 4
    assert heard.skipped.pop("low/cut.flac").startswith("not readable as sound: ")
    assert heard.skipped.pop("noise.wav") == "not readable as sound: Format not recognised"
    assert heard.skipped == {
        "silent.wav": "silent",
        "empty.wav": "no samples in it",
        "short.wav": "shorter than one window: 0.00998 s of 0.0464 s",
        "nan.wav": "a sample is NaN or infinite",
    }


def test_nothing_usable_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        fs.extract(tmp_path / "nowhere")
    with pytest.raises(EmptyError, match=r"there is no sound in \S+: sounds end in"):
        fs.extract(tmp_path)
    (tmp_path / "notes.txt").touch()
    with pytest.raises(EmptyError, match=r"no sound in \S+, only 1 other file: sounds end in"):
        fs.extract(tmp_path)
    write(tmp_path / "silent.wav", np.zeros(RATE))
    with pytest.raises(InputError, match=r"none of the 1 sounds can be used: silent\.wav \(silent"):
        fs.extract(tmp_path)


def test_an_unreadable_file_is_skipped(folder):
    secret = write(folder / "secret.wav", tone())
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.warns(FluidSeriesWarning, match=r"1 of 5 sounds skipped: secret\.wav"):
        assert len(fs.extract(folder).series) == 4


def test_the_number_of_threads_changes_nothing(folder):
    calls: list[tuple[int, int]] = []
    one = fs.extract(folder, n_jobs=1, progress=lambda *done: calls.append(done))
    four = fs.extract(folder, n_jobs=4)
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for name, frames in one.series.items():
        assert np.array_equal(frames, four.series[name])
    with pytest.raises(ParameterError, match="n_jobs is 0"):
        fs.extract(folder, n_jobs=0)


def test_an_interrupt_ends_it(folder):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fs.extract(folder, progress=stop)


def test_sounds_of_one_name_keep_their_endings(tmp_path):
    for name in ("a.wav", "a.flac", "b.wav"):
        write(tmp_path / name, tone())
    heard = fs.extract(tmp_path)
    assert heard.series.get_ids() == ["a.flac", "a.wav", "b"]
    assert not heard.labels


def test_slices_begin_where_something_begins(tmp_path):
    bursts = np.zeros(2 * RATE)
    starts = [0.1, 0.6, 1.1, 1.6]
    for start in starts:
        decay = np.exp(-np.arange(int(0.3 * RATE)) / 800)
        bursts[int(start * RATE) :][: len(decay)] += tone(440) * decay
    write(tmp_path / "kit" / "loop.wav", bursts)
    heard = fs.extract(tmp_path, ["loudness"], slices="onsets", hop=256)
    assert heard.series.get_ids() == [f"kit/loop-0{k}" for k in range(4)]
    assert set(heard.labels.values()) == {"kit"}
    for frames in list(heard.series.values())[1:]:
        assert 0.35 < len(frames) / heard.series.origin["rate"] < 0.5
        assert frames[:, 0].argmax() < 0.1 * heard.series.origin["rate"]
    write(tmp_path / "steady.wav", tone(seconds=1))
    assert "steady-00" in fs.extract(tmp_path / "steady.wav", slices="onsets").series
    with pytest.raises(ParameterError, match="slices is 'bars'"):
        fs.extract(tmp_path, slices="bars")


def test_like_takes_the_settings_from_elsewhere(folder):
    old = fs.extract(folder, ["pitch", "shape"], window=0.06, hop=0.02)
    model = fs.DTWClassifier().fit(old.series, old.labels)
    for like in (old.series, model, old.series.origin, Settings.of(model)):
        assert fs.extract(folder, like=like).series.origin == old.series.origin
    with pytest.raises(OriginError, match=r"extract\.features is"):
        model.predict(fs.extract(folder).series)
    with pytest.raises(ParameterError, match="leave the others out"):
        fs.extract(folder, ["pitch"], like=model)
    with pytest.raises(ParameterError, match="no setting 'hopp'"):
        fs.extract(folder, hopp=5)


def test_a_missing_package_is_named(folder, monkeypatch):
    for name in ("librosa", "soundfile"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, name, None)
            with pytest.raises(MissingExtraError, match=r"pip install 'fluidseries\[audio\]'"):
                fs.extract(folder)


# Tables.


def test_a_table_gives_labels_and_points(folder):
    table = folder / "about.csv"
    table.write_text(
        "file,gain,voice,pitch\nlow/take0.wav,1,anna,220\nlow\\take1.wav,0.5,bert,230\n"
        "high/take0,-2,anna,880\nhigh/take1.wav,1e1,bert,890\n"
    )
    heard = fs.extract(folder, table=table)
    assert heard.labels["low/take1"] == "bert"
    assert heard.points["high/take1"].tolist() == [10, 890]
    text = table.read_text().replace("anna", "1").replace("bert", "2")
    table.write_text(text)
    heard = fs.extract(folder, table=table)
    assert heard.labels["low/take1"] == "low"
    assert heard.points["low/take1"].tolist() == [0.5, 2, 230]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", EmptyError, "a line of headings such as file,label"),
        ("file\na\n", EmptyError, "a line of headings"),
        ("file,x\na.wav,1,2\n", FormatError, "line 2 has 3 cells, but the headings 2"),
        ("file,x\na.wav,\n", FormatError, "line 2, column 2 is empty"),
        ("file,x\na.wav,1\na.wav,2\n", IdentifierError, "line 3: 'a.wav' is there twice"),
        ("file,x\nc.wav,1\n", IdentifierError, "row for 'c.wav', and that is no sound there"),
        ("file,x\ntwice.wav,1\n", IdentifierError, "several sounds, such as 'one/twice'"),
        ("file,x\na.wav,1\n", IdentifierError, "2 of 3 sounds have no row in .*: 'one/twice'"),
        (
            "file,x,y\na,1,nan\none/twice,u,w\ntwo/twice,v,x\n",
            FormatError,
            r"2 columns of text \('x', 'y'\)",
        ),
    ],
)
def test_a_wrong_table(tmp_path, text, error, message):
    for name in ("a.wav", "one/twice.wav", "two/twice.wav"):
        write(tmp_path / name, tone(seconds=0.05))
    table = tmp_path / "about.csv"
    table.write_text(text)
    with pytest.raises(error, match=message):
        fs.extract(tmp_path, table=table)


def test_a_table_in_another_encoding(tmp_path):
    write(tmp_path / "a.wav", tone())
    (tmp_path / "t.csv").write_bytes("file,x\na,é\n".encode("latin-1"))
    with pytest.raises(FormatError, match="not UTF-8 text"):
        fs.extract(tmp_path, table=tmp_path / "t.csv")


# The command.


def test_from_folder_to_answers(folder, tmp_path, run):
    series, labels, model = (tmp_path / f"{name}.json" for name in ("series", "labels", "model"))
    code, out, err = run("extract", folder, "-o", series, "--labels", labels, "--features",
                         "pitch,centroid", "--hop", "0.01", "--window", "1200")  # fmt: skip
    assert (code, err) == (0, "")
    assert "<DataSeries: 4 series, 3 dims" in out
    assert "<LabelSet: 4 labels, 2 different>" in out
    assert json.loads(series.read_text())["origin"]["extract"]["hop"] == 220
    run("fit", "dtw-classifier", series, labels, "--output", model)
    write(tmp_path / "new" / "x.wav", tone(870))
    new, answers = tmp_path / "new.json", tmp_path / "answers.json"
    for like in (series, model):
        assert run("extract", tmp_path / "new", "-o", new, "--like", like, "--force")[0] == 0
    assert run("predict", model, new, "-o", answers)[0] == 0
    assert dict(fs.LabelSet.read(answers)) == {"x": "high"}
    run("extract", tmp_path / "new", "-o", new, "--force")
    code, _, err = run("predict", model, new, "-o", answers, "--force")
    assert code == 1
    assert "extract.hop is 512 here and 220 there" in err


def test_what_is_missing_is_said_before_anything_is_written(folder, tmp_path, run):
    flat, series = folder / "low", tmp_path / "series.json"
    table = tmp_path / "t.csv"
    table.write_text("file,word\ntake0,a\ntake1,b\n")
    cases = [
        ((flat, "--labels", tmp_path / "l.json"), "put the sounds of .* into a sub-folder"),
        ((flat, "--points", tmp_path / "p.json"), "--points come from a table"),
        ((flat, "--points", tmp_path / "p.json", "--table", table), "no column of numbers"),
        ((flat, "--hop", "1,5"), "--hop is '1,5'"),
        ((flat, "--features", "mfcc,timbre"), "no feature 'timbre'"),
        ((flat, "--like", table), "not JSON"),
        ((tmp_path / "no",), "no such file or folder"),
    ]
    for arguments, message in cases:
        code, _, err = run("extract", *arguments, "-o", series)
        assert code in (1, 2)
        assert re.search(message, err), err
        assert not series.exists()
    fs.DataSeries({"a": [[1.0]]}).write(tmp_path / "other.json")
    code, _, err = run("extract", flat, "-o", series, "--like", tmp_path / "other.json")
    assert code == 1
    assert "other.json: this does not say how its frames were made from sound" in err


@pytest.mark.filterwarnings("default")
def test_skipped_sounds_are_told(folder, tmp_path, run):
    (folder / "x.wav").write_text("no sound")
    code, out, err = run("extract", folder, "-o", tmp_path / "series.json")
    assert code == 0
    assert "4 series" in out
    assert err == (
        "warning: 1 of 5 sounds skipped: x.wav (not readable as sound: Format not recognised)\n"
    )
