"""Labels of every kind: as scikit-learn sorts them, answered in kind, and kept by files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import LabelEncoder

import fluidseries as fs
from fluidseries import errors
from fluidseries.labels import plain_labels

KINDS = {
    "whole numbers": [7, -2, 7, -2],
    "an array of int32": np.array([7, -2, 7, -2], np.int32),
    "truth values": [True, False, True, False],
    "an array of truth values": np.array([True, False, True, False]),
    "floats that are whole": [2.0, 1.0, 2.0, 1.0],
    "floats that are not": np.array([0.1, -2.5, 0.1, -2.5]),
    "float32": np.array([0.1, -2.5, 0.1, -2.5], np.float32),
    "text": ["b", "a", "b", "a"],
    "an array of text": np.array(["b", "a", "b", "a"]),
    "an array of objects": np.array(["b", "a", "b", "a"], dtype=object),
    "objects that are numbers": np.array([3, 1, 3, 1], dtype=object),
    "a column": pd.Series(["b", "a", "b", "a"], index=[9, 8, 7, 6]),
    "a column of numbers": pd.Series([0.5, 1.5, 0.5, 1.5]),
    "a column that may miss some": pd.Series([5, 4, 5, 4], dtype="Int64"),
    "categories": pd.Categorical(["b", "a", "b", "a"], categories=["b", "a", "never"]),
    "a column of categories": pd.Series([3, 2, 3, 2], dtype="category"),
    "an index": pd.Index(["b", "a", "b", "a"]),
}
SOURCES = {
    fs.LSTMClassifier: [[[0.0], [1.0]], [[1.0], [0.0]]] * 2,
    fs.DTWClassifier: [[[0.0], [1.0]], [[1.0], [0.0]]] * 2,
    fs.MLPClassifier: np.array([[0.0, 1.0], [1.0, 0.0]] * 2),
}


def classifier(kind: type) -> object:
    if kind is fs.DTWClassifier:
        return kind(num_neighbours=1)
    return kind(hidden_size=8, max_iter=60, random_state=0)


@pytest.mark.parametrize("kind", SOURCES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("labels", KINDS.values(), ids=KINDS)
def test_any_kind_of_label_comes_back_in_kind(kind, labels, tmp_path):
    X = SOURCES[kind]
    model = classifier(kind).fit(X, labels)
    theirs = LabelEncoder().fit(np.asarray(labels))
    assert model.classes_.tolist() == theirs.classes_.tolist()
    answers = model.predict(X)
    assert answers.dtype == model.classes_.dtype
    assert answers.tolist() == list(labels)
    assert type(model.predict_point(X[0])) is type(answers.tolist()[0])
    assert model.score(X, labels) == 1
    model.write(tmp_path / "m.json")
    read = type(model).read(tmp_path / "m.json")
    assert read.classes_.dtype == model.classes_.dtype
    assert read.classes_.tolist() == model.classes_.tolist()
    assert read.predict(X).dtype == answers.dtype
    assert read.predict(X).tolist() == answers.tolist()
    assert read.to_dict() == model.to_dict()


@pytest.mark.parametrize("kind", [fs.LSTMClassifier, fs.MLPClassifier])
@pytest.mark.parametrize("labels", [[2.5, 1.0, 2.5, 1.0], [True, False, True, False]])
def test_a_fit_goes_on_with_labels_of_every_kind(kind, labels):
    model = classifier(kind).fit(SOURCES[kind], labels).fit(SOURCES[kind], labels)
    assert model.n_iter_ == 120


@pytest.mark.parametrize("kind", [fs.LSTMClassifier, fs.MLPClassifier])
def test_numbers_stay_numbers_beside_a_rejection(kind):
    model = classifier(kind).fit(SOURCES[kind], [1, 2, 1, 2]).set_params(threshold=1.0)
    sure = model.predict_proba(SOURCES[kind]).max(axis=1) >= 1
    wanted = [label if clear else "none" for label, clear in zip([1, 2] * 2, sure, strict=True)]
    assert model.predict(SOURCES[kind]).tolist() == wanted
    assert model.score(SOURCES[kind], [1, 2, 1, 2]) == sure.mean()


def test_a_label_set_is_compared_as_text():
    series = fs.DataSeries({"a": [[0.0], [1.0]], "b": [[1.0], [0.0]]})
    model = classifier(fs.LSTMClassifier).fit(list(series.values()), [4, 5])
    assert dict(model.predict(series)) == {"a": "4", "b": "5"}
    assert model.score(series, model.predict(series)) == 1


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (["a", 1], errors.InputTypeError, r"of several kinds \(int, str\): make them all text"),
        ([1, None], errors.NonFiniteError, r"label 1 is missing \(None\)"),
        ([1.0, np.nan], errors.NonFiniteError, r"label 1 is missing \(nan\)"),
        (pd.Series(["a", None]), errors.NonFiniteError, "label 1 is missing"),
        (pd.Series([1, None], dtype="Int64"), errors.NonFiniteError, "label 1 is missing"),
        (pd.Categorical(["a", None]), errors.NonFiniteError, "label 1 is missing"),
        (pd.to_datetime(["2026"] * 2), errors.InputTypeError, "of type (Timestamp|datetime64)"),
        ([1.0, np.inf], errors.NonFiniteError, "label 1 is infinite"),
        ([b"a", b"b"], errors.InputTypeError, "label 0 is of type bytes: labels are text, numbers"),
        ([1j, 2], errors.InputTypeError, "label 0 is of type complex"),
        ([1, 2**63], errors.InputError, "label 1 is 9223372036854775808, which has over 64 bits"),
        ([["a"], ["b"]], errors.DimensionError, "label 0 is a row of 1: give one label for each"),
        (np.array([["a"], ["b"]]), errors.DimensionError, "label 0 is a row of 1"),
        (pd.DataFrame({"y": ["a", "b"]}), errors.FluidSeriesError, "row of 1|1 target"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", SOURCES, ids=lambda kind: kind.__name__)
def test_labels_that_are_none_are_explained(kind, labels, error, message):
    with pytest.raises(error, match=message):
        classifier(kind).fit(SOURCES[kind][:2], labels)


@pytest.mark.parametrize("damage", [[1.0, 2], [float("inf"), 1.0], [None, "a"], ["a", 1]])
def test_labels_in_a_damaged_file_are_refused(damage):
    model = classifier(fs.LSTMClassifier).fit(SOURCES[fs.LSTMClassifier], [1.0, 2.0] * 2)
    content = model.to_dict()
    content["learned"].update(outputs=damage, present=damage)
    with pytest.raises(errors.FormatError, match="content is damaged"):
        fs.LSTMClassifier.from_dict(content)


@given(st.lists(st.booleans() | st.integers(-5, 5) | st.floats(-5, 5), min_size=1))
def test_numbers_become_what_an_array_makes_of_them(row):
    labels = plain_labels(row)
    assert labels == np.array(row).tolist()
    assert [type(label) for label in labels] == [type(x) for x in np.array(row).tolist()]
