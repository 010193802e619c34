"""How containers and models show themselves in a notebook."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluidseries as fs

from conftest import tones

EVIL = "<script>alert('&')</script>\"onload=1"


def parse(html):
    """The HTML is XML too, so that a parser finds what is not closed or not escaped."""
    return ElementTree.fromstring(html.replace("<br>", "<br/>"))


@pytest.mark.parametrize(
    "content",
    [
        fs.DataSeries(), fs.DataSet(), fs.LabelSet(),
        fs.DataSeries({"a": [[1.0, 2.0], [3.0, 1.0]]}), fs.DataSet({"a": [1.0]}),
        fs.DataSeries({"a": [[np.nan], [1.0]], "b": [[np.nan]]}), fs.DataSet({"a": [np.inf, 1.0]}),
        fs.DataSeries({EVIL: [[1.0]]}), fs.DataSet({EVIL: [1.0]}), fs.LabelSet({EVIL: EVIL}),
        fs.DataSeries({"big": [[1e308], [-1e308]]}),
    ],
)  # fmt: skip
def test_containers(content):
    html = content._repr_html_()
    tree = parse(html)
    assert type(content).__name__ in tree.find("b").text
    assert content._summary() in "".join(tree.itertext())
    assert "<script" not in html
    assert "nan" not in "".join(
        value for node in tree.iter() for name, value in node.items() if name in ("points", "cx")
    )
    if EVIL in content:
        assert EVIL in "".join(tree.itertext())


LETTERS = st.characters(codec="utf-8", exclude_categories=["C"])


@given(st.dictionaries(st.text(LETTERS, min_size=1), st.text(LETTERS)))
def test_any_text_is_escaped(entries):
    labels = fs.LabelSet(entries)
    shown = "".join(parse(labels._repr_html_()).itertext())
    for name in [*labels][:3]:
        assert name in shown


def test_models():
    source, target = tones(24)
    model = fs.LSTMRegressor(4, 3, random_state=0, validation=0.3)
    assert "has not learned anything yet" in model._repr_html_()
    html = model.fit(source, target)._repr_mimebundle_()["text/html"]
    assert "3 epochs" in html
    assert html.count("<polyline") == 2
    assert "hidden_size" in "".join(parse(html).itertext())
    names = fs.DTWClassifier().fit(source, fs.LabelSet(dict.fromkeys(source, EVIL)))
    assert "has learned" in names._repr_html_()
    rejecting = fs.LSTMClassifier(reject_label=EVIL)
    assert "<script" not in rejecting._repr_html_()
    parse(rejecting._repr_html_())


def test_large_containers_stay_quick_and_small():
    rng = np.random.default_rng(0)
    series = fs.DataSeries({f"{n:05}": rng.normal(size=(3, 2)) for n in range(20_000)})
    long = fs.DataSeries({"a": rng.normal(size=(1_000_000, 2))})
    for content in (series, long, fs.DataSet({n: x[0] for n, x in series.items()})):
        start = time.perf_counter()
        html = content._repr_html_()
        assert time.perf_counter() - start < 1  # 20 ms on a machine that does nothing else
        assert len(html) < 50_000
