"""How frames were made: kept by containers, files and models, and a mismatch is an error."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import plots
from fluidseries.containers import read_container
from fluidseries.errors import FluidSeriesError, FormatError, InputError, OriginError
from fluidseries.evaluation import evaluate

from conftest import tones

FILES = Path(__file__).parent / "files"
SLOW = {"rate": 50, "extract": {"hop": 0.02, "features": ["mfcc"]}}
QUICK = {"rate": 100, "extract": {"hop": 0.01, "features": ["mfcc"]}}
DIFFERS = r"rate is 100 here and 50 there; extract\.hop is 0\.01 here and 0\.02 there"

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_it_survives_every_round_trip(origin):
    series = fs.DataSeries({"a": [[1.0], [2.0]]}, origin=origin)
    assert series.origin == origin
    text = json.dumps(series.to_dict())
    others = [
        fs.DataSeries.from_dict(json.loads(text)),
        fs.DataSeries(series, dtype="float32"),
        series.copy(),
        copy.deepcopy(series),
        pickle.loads(pickle.dumps(series)),
    ]
    for other in others:
        assert other.origin == origin
        assert other == series
    assert ("origin" in series.to_dict()) == bool(origin)


SPOKEN = {"extract": {"features": ["mfcc", "pitch"], "n_mfcc": 2, "first_mfcc": False}}


def test_dimensions_have_names_where_it_tells(tmp_path):
    named = ["mfcc-1", "mfcc-2", "pitch", "pitch-confidence"]
    series = fs.DataSeries({"a": np.arange(8.0).reshape(2, 4)}, origin=SPOKEN)
    assert series.dim_names == named
    fs.write(tmp_path / "x.csv", series)
    assert (tmp_path / "x.csv").read_text().splitlines()[0] == ",".join(["id", "time", *named])
    assert fs.read(tmp_path / "x.csv") == series
    assert list(series.to_table()) == ["id", "time", *named]
    legend = plots.picture(series).axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == named
    apart = fs.DataSeries({"a": series["a"] ** [1, 2, 5, 9]}, origin=SPOKEN)
    assert [ax.get_ylabel() for ax in plots.picture(apart).axes] == named
    assert plots.picture(series, kind="overlay", dimension=2).axes[0].get_ylabel() == "pitch"


@pytest.mark.parametrize("extract", [
    None, 3, {}, {"features": 3}, {"features": ["pitch"]}, {"features": ["pitch", "pitch"]},
    {"features": [["pitch"]]}, {"features": ["mfcc"], "n_mfcc": 10**12}, {"n_mfcc": "many"},
])  # fmt: skip
def test_a_strange_origin_names_nothing(extract):
    if extract:
        extract = SPOKEN["extract"] | extract if isinstance(extract, dict) else extract
    series = fs.DataSeries({"a": [[1.0, 2.0, 3.0]]}, origin={"extract": extract})
    assert series.dim_names == []
    assert fs.DataSeries().dim_names == []


def test_the_file_has_it_as_its_last_key_and_only_if_known(tmp_path):
    series = fs.DataSeries({"a": [[1.0]]}, origin=SLOW)
    series.write(tmp_path / "known.json")
    assert list(json.loads((tmp_path / "known.json").read_text())) == ["cols", "data", "origin"]
    assert read_container(tmp_path / "known.json").origin == SLOW
    series.origin = {}
    series.write(tmp_path / "unknown.json")
    assert list(json.loads((tmp_path / "unknown.json").read_text())) == ["cols", "data"]


def test_equality_ignores_it_and_what_it_returns_is_a_copy():
    series = fs.DataSeries({"a": [[1.0]]}, origin=SLOW)
    assert series == fs.DataSeries({"a": [[1.0]]})
    series.origin["extract"]["hop"] = 5
    assert series.origin == SLOW


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ({"hop": float("nan")}, "hop is nan"),
        ({"window": np.zeros(2)}, "window is array"),
        ({"a": {"b": [0, {1, 2}]}}, r"a\.b\.1 is \{1, 2\}, a set"),
        ({"a": {1: 2}}, "a, has the key 1"),
        ({1: 2}, "has the key 1"),
        ("50 Hz", "must be a dict of settings, but is '50 Hz'"),
    ],
)
def test_only_plain_values_are_taken(origin, message):
    series = fs.DataSeries({"a": [[1.0]]}, origin=SLOW)
    with pytest.raises(InputError, match=message):
        series.origin = origin
    assert series.origin == SLOW
    with pytest.raises(InputError, match=message):
        fs.DataSeries(origin=origin)


def test_a_damaged_origin_in_a_file_is_a_format_error():
    with pytest.raises(FormatError, match="'origin' must be a dict"):
        fs.DataSeries.from_dict({"cols": 1, "data": {}, "origin": [1]})


@pytest.mark.parametrize("verb", ["merge", "update"])
def test_two_known_origins_do_not_mix(verb):
    quick, slow = (
        fs.DataSeries({name: [[1.0]]}, origin=origin)
        for name, origin in (("quick", QUICK), ("slow", SLOW))
    )
    with pytest.raises(OriginError, match=DIFFERS) as caught:
        getattr(quick, verb)(slow)
    assert isinstance(caught.value, FluidSeriesError)
    assert isinstance(caught.value, ValueError)
    assert quick.get_ids() == ["quick"]
    getattr(quick, verb)(fs.DataSeries({"more": [[2.0]]}))  # unknown: taken to be made the same
    assert quick.origin == QUICK
    assert len(quick) == 2


@pytest.mark.parametrize("verb", ["merge", "update"])
def test_an_origin_is_not_claimed_for_frames_that_may_have_another(verb):
    empty, unknown = fs.DataSeries(), fs.DataSeries({"a": [[1.0]]})
    known = fs.DataSeries({"b": [[1.0]]}, origin=SLOW)
    for series in (empty, unknown):
        getattr(series, verb)(known)
    assert empty.origin == SLOW
    assert unknown.origin == {}


def test_clear_forgets_it_and_a_scaled_copy_has_none():
    series = fs.DataSeries({"a": [[1.0], [2.0]]}, origin=SLOW)
    assert fs.Standardize().fit(series).transform(series).origin == {}
    series.clear()
    assert series.origin == {}


def model_of(kind: str) -> tuple[object, fs.DataSeries, object]:
    source, target = tones()
    source.origin = SLOW
    labels = fs.LabelSet({name: "low" if row[0] < 700 else "high" for name, row in target.items()})
    settings = {} if kind.startswith("DTW") else {"hidden_size": 4, "max_iter": 1}
    model = getattr(fs, kind)(**settings)
    answer = labels if "Classifier" in kind else None if "Forecaster" in kind else target
    return model, source, answer


KINDS = ["LSTMRegressor", "LSTMClassifier", "LSTMForecaster", "DTWRegressor", "DTWClassifier"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_answers_only_for_the_frames_it_knows(kind, tmp_path):
    model, source, target = model_of(kind)
    model.fit(source, target)
    model.write(tmp_path / "model.json")
    other = fs.DataSeries(source, origin=QUICK)
    unknown = fs.DataSeries(source, origin={})
    for known in (model, fs.read_model(tmp_path / "model.json"), copy.deepcopy(model)):
        assert known.origin_ == SLOW
        verbs = [known.predict, lambda x, m=known: m.score(x, target)]
        verbs.append(lambda x, m=known: evaluate(m, x, target))
        verbs += [known.predict_proba] if hasattr(known, "predict_proba") else []
        verbs += [known.states] if hasattr(known, "states") else []
        for verb in verbs:
            verb(source)
            verb(unknown)
            with pytest.raises(OriginError, match=DIFFERS):
                verb(other)
        known.predict(list(source.values()))


@pytest.mark.parametrize("kind", KINDS[:3])
def test_learning_on_needs_the_same_frames_and_learning_afresh_does_not(kind):
    model, source, target = model_of(kind)
    model.fit(source, target)
    before, other = model.to_dict(), fs.DataSeries(source, origin=QUICK)
    for verb in (model.fit, model.partial_fit):
        with pytest.raises(OriginError, match=r"rate is 100 here.*or fit a new model"):
            verb(other, target)
        assert model.to_dict() == before
    model.fit(fs.DataSeries(source, origin={}), target)
    assert model.origin_ == SLOW
    model.set_params(warm_start=False).fit(other, target)
    assert model.origin_ == QUICK


@pytest.mark.parametrize("kind", KINDS[:3])
def test_what_was_unknown_becomes_known_by_the_next_fit(kind):
    model, source, target = model_of(kind)
    model.fit(fs.DataSeries(source, origin={}), target)
    assert model.origin_ == {}
    assert "origin" not in model.to_dict()["learned"]
    model.fit(source, target)
    assert model.origin_ == SLOW


def test_a_forecast_is_of_the_same_origin():
    model, source, _ = model_of("LSTMForecaster")
    assert model.fit(source).predict(source, 2).origin == SLOW


def test_files_that_know_no_origin_still_load():
    kept = [*FILES.glob("lstm_*_v1.json"), *FILES.glob("dtw_*_v1.json")]
    assert len(kept) >= 5
    for file in kept:
        assert fs.read_model(file).origin_ == {}


def test_a_damaged_origin_in_a_model_is_a_format_error():
    model, source, target = model_of("DTWRegressor")
    content = model.fit(source, target).to_dict()
    content["learned"]["origin"] = ["50 Hz"]
    with pytest.raises(FormatError, match="its origin must be a dict"):
        fs.DTWRegressor.from_dict(content)
