"""The model file: bits, kept files, and files that are not what they should be."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fluidseries as fs
from fluidseries import errors
from fluidseries.models.modelfile import as_float32, shortest

from conftest import tones

FILES = Path(__file__).parent / "files"


@pytest.fixture
def written(tmp_path) -> Path:
    path = tmp_path / "model.json"
    fs.LSTMRegressor((3, 2), max_iter=2, random_state=0).fit(*tones(5)).write(path)
    return path


@given(
    arrays(np.float32, (3, 2), elements=st.floats(width=32, allow_nan=False, allow_infinity=False))
)
def test_every_float_comes_back_bit_by_bit(array):
    text = json.dumps(shortest(array))
    np.testing.assert_array_equal(
        as_float32(json.loads(text), (3, 2)).view(np.int32), array.view(np.int32)
    )


def test_a_model_comes_back_whole(written):
    model = fs.LSTMRegressor.read(written)
    assert model.get_params()["hidden_size"] == [3, 2]
    again = written.with_name("again.json")
    model.write(again)
    assert again.read_bytes() == written.read_bytes()


def test_a_model_that_learned_nothing(tmp_path):
    fs.LSTMRegressor(7, learn_rate=0.5).write(tmp_path / "new.json")
    model = fs.LSTMRegressor.read(tmp_path / "new.json")
    assert (model.hidden_size, model.learn_rate) == (7, 0.5)
    with pytest.raises(fs.NotFittedError, match="fit it first"):
        model.predict([[1.0]])


def test_any_random_state_can_be_written(tmp_path):
    for state in (np.random.default_rng(1), np.random.RandomState(1), np.int64(3), None):
        model = fs.LSTMRegressor(3, max_iter=1, random_state=state).fit(*tones(4))
        model.write(tmp_path / "m.json")
        assert fs.LSTMRegressor.read(tmp_path / "m.json").loss_ == model.loss_


def test_a_file_of_the_first_version_still_loads():
    model = fs.LSTMRegressor.read(FILES / "lstm_regressor_v1.json")
    answers = json.loads((FILES / "lstm_regressor_v1_answers.json").read_text())
    assert model.loss_curve_ == answers["loss_curve"]
    # Another instruction set may round differently in the last bit of a float32.
    series = [np.array(frames) for frames in answers["series"]]
    np.testing.assert_allclose(model.predict(series), answers["predictions"], rtol=1e-5, atol=1e-4)
    for frames, expected in zip(series, answers["predictions"], strict=True):
        np.testing.assert_allclose(model.predict_point(frames), expected, rtol=1e-5, atol=1e-4)
    model.fit(series, answers["predictions"])
    assert model.n_iter_ == 6


def damaged(content: dict, *path: str | int, value: object) -> dict:
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return content


DAMAGES = {
    "a newer format": (["fluidseries", "format"], 99, errors.VersionError, "install a newer one"),
    "no format": (["fluidseries"], {}, errors.FormatError, "not a fluidseries model"),
    "another kind": (
        ["fluidseries", "kind"],
        "LSTMClassifier",
        errors.FormatError,
        "holds a LSTMClassifier, not a LSTMRegressor",
    ),
    "an unknown parameter": (["parameters"], {"size": 3}, errors.FormatError, "damaged"),
    "one network too many": (
        ["parameters", "n_networks"],
        4,
        errors.FormatError,
        "do not fit what was learned",
    ),
    "no networks": (["learned", "networks"], [], errors.FormatError, "damaged"),
    "no network": (["learned", "network"], {}, errors.FormatError, "damaged"),
    "another size": (["learned", "network", "n_inputs"], 5, errors.FormatError, "damaged"),
    "a missing weight": (
        ["learned", "networks", 0, "parameters", "readout_bias"],
        [1.0],
        errors.FormatError,
        "damaged",
    ),
    "a broken generator": (["learned", "random"], {"a": 1}, errors.FormatError, "damaged"),
    "no learning": (["learned"], [], errors.FormatError, "damaged"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_explained(written, name):
    path, value, error, message = DAMAGES[name]
    content = damaged(json.loads(written.read_text()), *path, value=value)
    written.write_text(json.dumps(content))
    with pytest.raises(error, match=message) as raised:
        fs.LSTMRegressor.read(written)
    assert str(written) in str(raised.value)


PLACES = {
    "a table of another size": (["networks", 0, "parameters", "readout_bias"], [1.0]),
    "text in a table": (["networks", 1, "parameters", "weight_hh_l0", 2, 1], "x"),
    "null in a table": (["networks", 1, "optimiser", "first", 7], None),
    "a number for a table": (["networks", 2, "optimiser", "first"], 3),
    "text for a number": (["network", "n_inputs"], "five"),
    "a size below 1": (["network", "hidden_sizes", 0], 0),
    "a number for an object": (["network"], 7),
    "a list for an object": (["split"], []),
    "an object without a member": (["network"], {}),
    "text in a curve": (["loss_curve", 1], "x"),
}


@pytest.mark.parametrize("name", PLACES)
def test_damage_is_found_in_the_file(written, name):
    """By line and column, as an editor counts them, and by what leads there."""
    keys, value = PLACES[name]
    content = damaged(json.loads(written.read_text()), "learned", *keys, value=value)
    written.write_text(json.dumps(content, indent=1))
    with pytest.raises(errors.FormatError) as raised:
        fs.LSTMRegressor.read(written)
    found = re.search(
        r"model.json, line (\d+), column (\d+): .*damaged \((\S+): ", str(raised.value)
    )
    assert found[3] == "/".join(map(str, ["learned", *keys]))
    line = written.read_text().splitlines()[int(found[1]) - 1]
    after = line[int(found[2]) - 1 :]
    assert after.startswith(json.dumps(value, indent=1).splitlines()[0])
    with pytest.raises(errors.FormatError, match=f"the dictionary: .*{found[3]}: "):
        fs.LSTMRegressor.from_dict(content)
    with pytest.raises(errors.FormatError, match=r"model\.json, line \d+, column"):
        fs.read_model(written)


def test_what_lies_in_no_one_place_has_no_line(written):
    content = damaged(json.loads(written.read_text()), "parameters", "n_networks", value=4)
    written.write_text(json.dumps(content))
    with pytest.raises(
        errors.FormatError, match=r"model\.json: it says .* \(ValueError: the param"
    ):
        fs.LSTMRegressor.read(written)


@pytest.mark.parametrize("keep", [0, 1, 100, 1000, -2])
def test_a_cut_off_file_is_explained(written, keep):
    written.write_text(written.read_text()[:keep])
    with pytest.raises(errors.FormatError, match=r"model\.json"):
        fs.LSTMRegressor.read(written)


@pytest.mark.parametrize("text", ["[1, 2]", "3", '{"cols": 1, "data": {"a": [1.0]}}', "null"])
def test_a_file_of_something_else_is_explained(written, text):
    written.write_text(text)
    with pytest.raises(errors.FormatError, match="is not a fluidseries model"):
        fs.LSTMRegressor.read(written)


def test_a_failed_write_leaves_the_old_file(written, monkeypatch):
    before = written.read_bytes()
    model = fs.LSTMRegressor.read(written)
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        model.write(written)
    assert written.read_bytes() == before
    assert [p.name for p in written.parent.iterdir()] == ["model.json"]
