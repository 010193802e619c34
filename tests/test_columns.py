"""Columns with names: kept by models, and refused where they are others or in another order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import fluidseries as fs
from fluidseries import errors

SMALL = {"hidden_size": 4, "max_iter": 2, "random_state": 0}
RNG = np.random.default_rng(3)
NUMBERS = [RNG.normal(size=(length, 3)) for length in (4, 6, 5, 3)]
COLUMNS = ["x", "y", "z"]
LABELS = ["a", "b", "a", "b"]
POINTS = RNG.normal(size=(4, 2))
ORDER = r"columns are in another order: 'z', 'y' here and 'y', 'z' there.*table\[names\]"
OTHERS = "columns differ: 'w' only here and 'z' only there"

MODELS = {
    "regressor": (fs.LSTMRegressor(**SMALL), POINTS),
    "classifier": (fs.LSTMClassifier(**SMALL), LABELS),
    "forecaster": (fs.LSTMForecaster(**SMALL), None),
    "nearest": (fs.DTWClassifier(), LABELS),
    "nearest points": (fs.DTWRegressor(), POINTS),
}


def tables(columns=COLUMNS, order=COLUMNS) -> list[pd.DataFrame]:
    return [pd.DataFrame(frames, columns=columns)[order] for frames in NUMBERS]


def as_series(some: list[pd.DataFrame]) -> fs.DataSeries:
    long = pd.concat([table.assign(id=str(row)) for row, table in enumerate(some)])
    return fs.DataSeries.from_table(long, time=None)


@pytest.fixture(params=MODELS)
def fitted(request):
    model, y = MODELS[request.param]
    return type(model)(**model.get_params()).fit(tables(), y), y


def test_names_are_kept_as_scikit_learn_has_them(fitted, tmp_path):
    model, _ = fitted
    assert model.feature_names_in_.tolist() == COLUMNS
    assert model.feature_names_in_.dtype == object
    assert model.n_features_in_ == 3
    model.write(tmp_path / "m.json")
    assert fs.read_model(tmp_path / "m.json").feature_names_in_.tolist() == COLUMNS


def test_without_names_there_is_no_such_attribute():
    model = fs.LSTMRegressor(**SMALL)
    assert not hasattr(model, "feature_names_in_")
    model.fit(NUMBERS, POINTS)
    assert not hasattr(model, "feature_names_in_")
    with pytest.raises(AttributeError, match="fitted on dimensions without names"):
        _ = model.feature_names_in_
    assert not hasattr(model.fit([pd.DataFrame(x) for x in NUMBERS], POINTS), "feature_names_in_")


@pytest.mark.parametrize(
    ("columns", "order", "message"),
    [(COLUMNS, ["x", "z", "y"], ORDER), (["x", "y", "w"], ["x", "y", "w"], OTHERS)],
)
def test_other_columns_are_refused(fitted, columns, order, message):
    model, y = fitted
    other = tables(columns, order)
    before = model.to_dict()
    scored = [] if y is None else [y]
    for call in (
        lambda: model.predict(other),
        lambda: model.predict(as_series(other)),
        lambda: model.score(other, *scored),
    ):
        with pytest.raises(errors.OriginError, match=message):
            call()
    if hasattr(model, "predict_point"):
        with pytest.raises(errors.OriginError, match=message):
            model.predict_point(other[0])
    if hasattr(model, "partial_fit"):
        for verb in (model.fit, model.partial_fit):
            with pytest.raises(errors.OriginError, match=message):
                verb(other, *scored)
    assert model.to_dict() == before
    # The remedy, and whatever has no names.
    right = model.predict([table[list(columns)].set_axis(COLUMNS, axis=1) for table in other])
    for one, same in zip(right, model.predict(NUMBERS), strict=True):
        np.testing.assert_array_equal(one, same)


def test_series_of_one_list_are_called_alike():
    mixed = [*tables()[:3], tables(order=["x", "z", "y"])[3]]
    with pytest.raises(errors.OriginError, match="series 3 of the list is called otherwise"):
        fs.LSTMRegressor(**SMALL).fit(mixed, POINTS)
    model = fs.LSTMRegressor(**SMALL).fit([*NUMBERS[:1], *tables()[1:]], POINTS)
    assert model.feature_names_in_.tolist() == COLUMNS


def test_a_long_table_gives_its_columns_to_the_series():
    series = as_series(tables())
    assert series.dim_names == COLUMNS
    assert series.to_table().columns.tolist() == ["id", "time", *COLUMNS]
    again = fs.DataSeries.from_table(series.to_table())
    assert again.dim_names == COLUMNS
    with pytest.raises(errors.OriginError, match=ORDER):
        as_series(tables(order=["x", "z", "y"])).merge(series)
    assert fs.DataSeries.from_table(fs.DataSeries({"a": NUMBERS[0]}).to_table()).origin == {}


def test_names_are_no_hindrance_to_what_else_is_known():
    series = as_series(tables())
    rated = fs.DataSeries({str(row): frames for row, frames in enumerate(NUMBERS)})
    rated.origin = {"rate": 100}
    target = fs.LabelSet({str(row): label for row, label in enumerate(LABELS)})
    model = fs.LSTMClassifier(**SMALL).fit(rated, target)
    assert model.predict(series) == model.predict(rated)
    series.origin = {"rate": 50, "dim_names": COLUMNS}
    with pytest.raises(errors.OriginError, match="rate is 50 here and 100 there"):
        model.predict(series)


def test_descriptors_are_names_too():
    how = {"features": ["loudness", "pitch"], "n_mfcc": 13, "first_mfcc": False}
    named = ["loudness", "pitch", "pitch-confidence"]
    heard = fs.DataSeries(as_series(tables()), origin={"extract": how})
    target = fs.LabelSet({str(row): label for row, label in enumerate(LABELS)})
    model = fs.LSTMClassifier(**SMALL).fit(heard, target)
    assert model.feature_names_in_.tolist() == named
    assert model.predict(tables(named, named)).tolist() == list(model.predict(heard).values())
    with pytest.raises(errors.OriginError, match="another order: 'pitch', 'loudness' here"):
        model.predict(tables(named, ["pitch", "loudness", "pitch-confidence"]))


@pytest.mark.parametrize("kind", [fs.MLPRegressor, fs.MLPClassifier])
def test_points_in_a_table(kind, tmp_path):
    y = POINTS if kind is fs.MLPRegressor else LABELS
    table = pd.DataFrame([frames[0] for frames in NUMBERS], columns=COLUMNS)
    model = kind(**SMALL).fit(table, y)
    model.write(tmp_path / "m.json")
    model = kind.read(tmp_path / "m.json")
    assert model.feature_names_in_.tolist() == COLUMNS
    np.testing.assert_array_equal(model.predict(table), model.predict(table.to_numpy()))
    other = table[["x", "z", "y"]]
    for call in (
        lambda: model.predict(other),
        lambda: model.score(other, y),
        lambda: model.fit(other, y),
        lambda: model.partial_fit(other, y),
    ):
        with pytest.raises(errors.OriginError, match=ORDER):
            call()
    assert not hasattr(kind(**SMALL).fit(table.to_numpy(), y), "feature_names_in_")


def test_a_csv_with_other_columns(tmp_path):
    (tmp_path / "a.csv").write_text("id,time,x,y\nup,0,1,2\nup,1,2,3\n")
    (tmp_path / "b.csv").write_text("id,time,y,x\nup,0,1,2\nup,1,2,3\n")
    learned, other = fs.read(tmp_path / "a.csv"), fs.read(tmp_path / "b.csv")
    assert learned.dim_names == ["x", "y"]
    model = fs.LSTMRegressor(**SMALL).fit(learned, fs.DataSet({"up": [1.0]}))
    with pytest.raises(errors.OriginError, match="another order: 'y', 'x' here and 'x', 'y' there"):
        model.predict(other)
