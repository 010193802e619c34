"""Names in any script, from right to left too: through all files, commands and pictures."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import errors, plots
from fluidseries.cli import main
from fluidseries.plots import signs

NAMES = ["拍手", "موجة", "שלום", "👏🏽", "नमस्ते", "é-ß", "\u202eabc", "Ⅷ,\t;"]
DIMS = ["高さ", "عرض"]


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    series, labels = fs.DataSeries(), fs.LabelSet()
    for height, name in enumerate(NAMES):
        for take in range(3):
            ramp = np.linspace(0, height, 8)[:, None]
            series[f"{name} {take}"] = ramp + rng.normal(0, 0.1, (8, 2))
            labels[f"{name} {take}"] = name
    series.origin = {"dim_names": DIMS}
    return series, labels


@pytest.mark.parametrize("suffix", ["csv", "tsv", "npz", "parquet", "arrow"])
def test_files_keep_them(examples, suffix, tmp_path):
    if suffix in ("parquet", "arrow"):
        pytest.importorskip("pyarrow", reason="these files need the extra tables")
    series, labels = examples
    fs.write(tmp_path / f"拍手.{suffix}", (series, labels))
    again = fs.read(tmp_path / f"拍手.{suffix}")
    assert again == (series, labels)
    assert again.source.dim_names == DIMS


def test_json_keeps_them(examples, tmp_path):
    series, labels = examples
    for content in examples:
        content.write(tmp_path / "موجة.json")
        assert type(content).read(tmp_path / "موجة.json") == content
    model = fs.LSTMClassifier(4, 20, random_state=0).fit(series, labels)
    model.write(tmp_path / "m.json")
    read = fs.LSTMClassifier.read(tmp_path / "m.json")
    assert read.classes_.tolist() == sorted(NAMES)
    assert read.predict(series) == model.predict(series)
    assert read.feature_names_in_.tolist() == DIMS


LINES = [
    "inspect 高.csv",
    "fit classifier 高.csv --output m.json --max-iter 3 --n-networks 1",
    "predict m.json s.json --output answers.csv",
    "predict m.json s.json --output shares.json --probabilities",
    "evaluate m.json s.json l.json",
    "inspect m.json",
    "plot 高.csv --output a.png",
    "plot l.json --output b.svg",
    "plot m.json s.json l.json --output c.pdf",
    "convert 高.csv back.json --labels names.json",
]


@pytest.mark.filterwarnings("default")
def test_the_whole_command_line(examples, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    fs.write("高.csv", examples)
    fs.write("s.json", examples[0])
    fs.write("l.json", examples[1])
    for line in LINES:
        with pytest.raises(SystemExit) as exit_:
            main(line.split())
        told = capsys.readouterr()
        assert exit_.value.code == 0, f"{line}: {told.err}"
        warned = [row for row in told.err.splitlines() if row.startswith("warning")]
        assert len(warned) <= line.startswith("plot"), f"{line}: {told.err}"
    assert fs.read("back.json") == examples[0]
    assert fs.read("names.json") == examples[1]
    assert set(fs.read("answers.csv").values()) <= set(NAMES)


def test_a_picture_warns_once_of_signs_that_no_font_has(monkeypatch):
    from matplotlib.font_manager import fontManager

    bundled = [font for font in fontManager.ttflist if "matplotlib" in font.fname]
    monkeypatch.setattr(fontManager, "ttflist", bundled)
    signs._fonts_for.cache_clear()
    figure = plots.figure()
    figure.suptitle("拍手 and नम, and 拍 again")
    told = "has the signs 'न', 'म', '手', '拍', so"
    with pytest.warns(errors.FluidSeriesWarning, match=told) as heard:
        plots.encode_figure(figure)
    assert len(heard) == 1
    assert heard[0].filename == __file__
    signs._fonts_for.cache_clear()


def test_signs_that_the_usual_font_lacks_are_drawn_in_another():
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    usual, other = (
        set(FT2Font(findfont(FontProperties(family=name))).get_charmap())
        for name in ("DejaVu Sans", "STIXGeneral")
    )
    figure = plots.figure()
    text = figure.suptitle(f"{chr(max(other - usual))} beside {chr(0x62)}")
    family = text.get_fontfamily()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with_it = plots.encode_figure(figure)
    assert text.get_fontfamily() == family
    text.set_text(" beside b")
    assert plots.encode_figure(figure) != with_it
