"""Perceptrons in files: ours, FluCoMa's, kept ones, damaged ones."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries import errors
from fluidseries.models.layers import Layer, Layers
from fluidseries.models.mlp_flucoma import to_classifier

from damage import replaced, try_junk_everywhere

torch = pytest.importorskip("torch", reason="PyTorch answers as the files say")

FILES = Path(__file__).parent / "files"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 3)) * [1.0, 1000.0, 0.01] + [5.0, 300.0, 0.0]
Y = np.stack([X[:, 1] * 7, np.tanh(X[:, 0])], axis=1)
NAMES = np.array(["dark", "grey", "bright"])[np.digitize(X[:, 0], [4.5, 5.5])]
KINDS = {fs.MLPRegressor: Y, fs.MLPClassifier: NAMES}
TORCH = [torch.nn.Identity(), torch.nn.Sigmoid(), torch.nn.ReLU(), torch.nn.Tanh()]

both = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def small(kind, **parameters):
    return kind(**{"hidden_size": (5, 4), "max_iter": 10, "random_state": 0, **parameters})


def flucoma_mlp(sizes, activations, rng):
    """A file as FluCoMa writes it."""
    layers = [
        {
            "activation": activation,
            "biases": rng.normal(size=cols).tolist(),
            "cols": cols,
            "rows": rows,
            "weights": rng.normal(size=(rows, cols)).tolist(),
        }
        for rows, cols, activation in zip(sizes[:-1], sizes[1:], activations, strict=True)
    ]
    return {"layers": layers}


def flucoma_classifier(labels, rng, n_inputs=3):
    return {
        "labels": {"labels": labels, "rows": len(labels)},
        "mlp": flucoma_mlp((n_inputs, 3, 3, len(labels)), (2, 2, 1), rng),
    }


def in_torch(content, points):
    """What FluCoMa's formula gives, computed by another library."""
    values = torch.tensor(np.asarray(points), dtype=torch.float64)
    for layer in content["layers"]:
        weights, biases = (
            torch.tensor(layer[n], dtype=torch.float64) for n in ("weights", "biases")
        )
        values = TORCH[layer["activation"]](values @ weights + biases)
    return values.numpy()


def flucoma_labels(content, points):
    """What FluCoMa answers: the first of the largest outputs, if one is above 0."""
    outputs = np.maximum(in_torch(content["mlp"], points), 0)
    return [content["labels"]["labels"][place] for place in outputs.argmax(axis=1)]


# Ours


@both
def test_a_file_comes_back_whole(kind, tmp_path):
    model = small(kind, validation=0.2, threshold=0.1) if kind is fs.MLPClassifier else small(kind)
    model.fit(X, KINDS[kind]).write(tmp_path / "model.json")
    again = kind.read(tmp_path / "model.json")
    again.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    again.fit(X, KINDS[kind]), model.fit(X, KINDS[kind])
    assert again.loss_curve_ == model.loss_curve_


def test_kept_files_still_load():
    answers = json.loads((FILES / "mlp_v1_answers.json").read_text())
    points = np.array(answers["points"])
    for name in ("mlp_regressor_v1", "mlp_regressor_v1_flucoma"):
        model = fs.MLPRegressor.read(FILES / f"{name}.json")
        np.testing.assert_allclose(model.predict(points), answers["predictions"], rtol=1e-9)
    for name in ("mlp_classifier_v1", "mlp_classifier_v1_flucoma"):
        model = fs.MLPClassifier.read(FILES / f"{name}.json")
        assert model.predict(points).tolist() == answers["labels"]
        np.testing.assert_allclose(model.predict_proba(points), answers["probabilities"], rtol=1e-9)
    model = fs.MLPClassifier.read(FILES / "mlp_classifier_v1.json")
    assert model.fit(points, answers["labels"]).n_iter_ == 6


@both
def test_junk_anywhere_is_refused_or_harmless(kind):
    model = small(kind, hidden_size=(3,), max_iter=2).fit(X, KINDS[kind])
    try_junk_everywhere(model, lambda read: use(read, KINDS[kind]))


def use(model, target):
    """Do all that a model does; errors of our own are allowed, non-finite numbers are not."""
    model.set_params(max_iter=1, verbose=0)
    model.predict_point(X[0])
    json.dumps(model.to_flucoma(), allow_nan=False)
    assert np.isfinite(model.loss_curve_).all()
    model.fit(X, target)
    json.dumps(model.to_dict(), allow_nan=False)


def test_one_kind_does_not_read_the_other():
    regressor, classifier = (small(kind).fit(X, KINDS[kind]) for kind in KINDS)
    with pytest.raises(errors.FormatError, match="holds a MLPRegressor, not a MLPClassifier"):
        fs.MLPClassifier.from_dict(regressor.to_dict())
    with pytest.raises(errors.FormatError, match=r"read it with MLPRegressor\.read"):
        fs.MLPClassifier.from_dict(regressor.to_flucoma())
    with pytest.raises(errors.FormatError, match=r"read it with MLPClassifier\.read"):
        fs.MLPRegressor.from_dict(classifier.to_flucoma())
    content = classifier.to_dict()
    content["fluidseries"]["kind"] = "MLPRegressor"
    del content["parameters"]["threshold"], content["parameters"]["reject_label"]
    with pytest.raises(errors.FormatError, match="the form 'label' is another kind of model's"):
        fs.MLPRegressor.from_dict(content)


# FluCoMa's


@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=5),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.integers(0, 1000),
)
@settings(max_examples=50)
def test_weights_in_same_predictions_out(sizes, activations, seed):
    rng = np.random.default_rng(seed)
    content = flucoma_mlp(sizes, activations[: len(sizes) - 1], rng)
    model = fs.MLPRegressor.from_dict(content)
    points = rng.normal(size=(7, sizes[0]))
    np.testing.assert_allclose(
        model.predict(points), in_torch(content, points), rtol=1e-9, atol=1e-12
    )
    assert model.to_flucoma() == content


# NumPy's arrays of text lose a zero at the end.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(TEXT, min_size=1, max_size=6, unique=True), st.integers(0, 1000))
@settings(max_examples=50)
def test_labels_as_flucoma_answers_them(labels, seed):
    rng = np.random.default_rng(seed)
    content = flucoma_classifier(labels, rng)
    model = fs.MLPClassifier.from_dict(content)
    points = rng.normal(size=(20, 3))
    assert model.predict(points).tolist() == flucoma_labels(content, points)
    outputs = in_torch(content["mlp"], points)[:, np.argsort(labels)]
    shares = outputs / outputs.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(points), shares, rtol=1e-9)
    again = fs.MLPClassifier.from_dict(model.to_flucoma())
    np.testing.assert_array_equal(again.predict_proba(points), model.predict_proba(points))


@pytest.mark.parametrize("parameters", [{}, {"standardize": False}, {"hidden_size": ()}])
@both
def test_flucoma_answers_what_we_answer(kind, parameters, tmp_path):
    """The scaling is worked into the first and the last layer."""
    model = small(kind, max_iter=30, **parameters).fit(X, KINDS[kind])
    model.write_flucoma(tmp_path / "model.json")
    content = json.loads((tmp_path / "model.json").read_text())
    if kind is fs.MLPRegressor:
        np.testing.assert_allclose(in_torch(content, X), model.predict(X), rtol=1e-9, atol=1e-9)
    else:
        assert flucoma_labels(content, X) == model.predict(X).tolist()
    again = kind.read(tmp_path / "model.json")
    assert again.get_params()["standardize"] is False
    if kind is fs.MLPClassifier:
        np.testing.assert_allclose(again.predict_proba(X), model.predict_proba(X), atol=1e-9)


def test_flucoma_answers_the_right_label_far_away():
    """Also where a sigmoid would round to 1 for several labels, or to 0 for all."""
    layers = Layers((Layer(np.array([[1.0, 2.0, 3.0]]), np.array([0.0, 0.5, -0.5]), "softmax"),))
    content = to_classifier(layers, ["a", "b", "c"])
    points = np.array([[-140.0], [-50.0], [0.1], [0.6], [50.0], [100.0]])
    wanted = [["a", "b", "c"][place] for place in layers(points).argmax(axis=1)]
    assert wanted == ["a", "a", "b", "b", "c", "c"]
    assert flucoma_labels(content, points) == wanted
    assert fs.MLPClassifier.from_dict(content).predict(points).tolist() == wanted


def test_the_file_is_laid_out_as_flucoma_does(tmp_path):
    rng = np.random.default_rng(0)
    for kind, content in (
        (fs.MLPRegressor, flucoma_mlp((3, 4, 2), (2, 0), rng)),
        (fs.MLPClassifier, flucoma_classifier(["a", "b"], rng)),
    ):
        text = json.dumps(content, indent=2, sort_keys=True) + "\n"
        (tmp_path / "theirs.json").write_text(text)
        kind.read(tmp_path / "theirs.json").write_flucoma(tmp_path / "ours.json")
        assert (tmp_path / "ours.json").read_text() == text


def test_labels_in_any_order_and_numbers_as_labels():
    content = flucoma_classifier(["b", "c", "a"], np.random.default_rng(0))
    model = fs.MLPClassifier.from_dict(content)
    assert model.classes_.tolist() == ["a", "b", "c"]
    points = RNG.normal(size=(20, 3))
    assert model.predict(points).tolist() == flucoma_labels(content, points)
    numbers = small(fs.MLPClassifier).fit(X, np.arange(30) % 3)
    assert numbers.to_flucoma()["labels"] == {"labels": ["0", "1", "2"], "rows": 3}


@pytest.mark.parametrize("output", [0, 1, 2, 3])
def test_learning_goes_on_from_flucoma(output):
    content = flucoma_mlp((3, 6, 2), (3, output), np.random.default_rng(1))
    points = RNG.normal(size=(40, 3))
    wanted = in_torch(flucoma_mlp((3, 4, 2), (3, output), np.random.default_rng(2)), points)
    model = fs.MLPRegressor.from_dict(content)
    assert (model.hidden_size, model.activation) == ([6], "tanh")
    before = np.mean((model.predict(points) - wanted) ** 2)
    with pytest.raises(fs.NotFittedError, match="came from FluCoMa, whose files hold no error"):
        _ = model.loss_
    model.set_params(max_iter=1, random_state=0, learn_rate=1e-9).fit(points, wanted)
    assert model.loss_ == pytest.approx(before, rel=1e-5)
    model.set_params(max_iter=60, learn_rate=0.02).fit(points, wanted)
    assert model.loss_ < 0.2 * before
    assert [layer["activation"] for layer in model.to_flucoma()["layers"]] == [3, output]


@pytest.mark.parametrize("labels", [["a"], ["b", "a"], ["c", "b", "a"]])
def test_a_classifier_learns_on_from_flucoma(labels):
    content = flucoma_classifier(labels, np.random.default_rng(1))
    points = RNG.normal(size=(30, 3))
    model = fs.MLPClassifier.from_dict(content).set_params(random_state=0)
    first = model.predict(points).tolist()
    truth = [labels[row % len(labels)] for row in range(30)]
    model.set_params(max_iter=1, learn_rate=1e-12).fit(points, truth)
    assert model.predict(points).tolist() == first
    start = model.loss_
    model.set_params(max_iter=60, learn_rate=0.05).fit(points, truth)
    assert model.loss_ <= 0.9 * start
    model.fit(points, [*truth[:-1], "new"])
    assert "new" in model.classes_


def test_different_hidden_activations_answer_but_do_not_learn():
    content = flucoma_mlp((3, 4, 4, 2), (3, 2, 0), np.random.default_rng(0))
    model = fs.MLPRegressor.from_dict(content)
    np.testing.assert_allclose(model.predict(X), in_torch(content, X), rtol=1e-9)
    with pytest.raises(
        errors.InputError, match=r"different activations.*clear\(\) to learn afresh"
    ):
        model.fit(X, Y)
    model.clear()
    assert model.set_params(max_iter=2).fit(X, Y).n_iter_ == 2


GOOD = flucoma_mlp((3, 2, 1), (2, 0), np.random.default_rng(0))
NAMED = flucoma_classifier(["a", "b"], np.random.default_rng(0))
DAMAGES = {
    "no layers": (GOOD, ("layers",), [], "has no layers: fit in FluCoMa before it writes"),
    "a number": (GOOD, ("layers", 1), 3, "layer 1 has activation None"),
    "activation": (GOOD, ("layers", 0, "activation"), 4, "layer 0 has activation 4, but FluCoMa's"),
    "rows": (GOOD, ("layers", 1, "rows"), 5, r"layer 1 is damaged \(ValueError: expected finite"),
    "null": (GOOD, ("layers", 0, "biases", 1), None, "layer 0 is damaged"),
    "text": (GOOD, ("layers", 0, "weights"), "x", "layer 0 is damaged"),
    "sizes": (GOOD, ("layers", 1), GOOD["layers"][0], "2 units is followed by one that takes 3"),
    "no labels": (NAMED, ("labels",), {}, "2 different labels, one for each output, but got None"),
    "one label": (NAMED, ("labels", "labels"), ["a"], "there must be 2 different labels"),
    "same labels": (NAMED, ("labels", "labels"), ["a", "a"], "there must be 2 different labels"),
    "numbers": (NAMED, ("labels", "labels"), [1, 2], r"but got \[1, 2\]: export it again"),
    "outputs": (NAMED, ("mlp", "layers", 2, "activation"), 0, "activation 0, but in FluCoMa's"),
    "no mlp": (NAMED, ("mlp",), None, "has no layers"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_files_of_flucoma_are_explained(name, tmp_path):
    good, path, value, message = DAMAGES[name]
    kind = fs.MLPClassifier if "mlp" in good else fs.MLPRegressor
    kind.from_dict(copy.deepcopy(good))
    file = tmp_path / "damaged.json"
    file.write_text(json.dumps(replaced(good, path, value)))
    with pytest.raises(errors.FormatError, match=message) as raised:
        kind.read(file)
    assert str(file) in str(raised.value)
    in_one_place = name not in ("no layers", "sizes", "no mlp")
    assert (", line 1, column " in str(raised.value)) == in_one_place


@both
def test_nothing_learned_is_nothing_to_write(kind, tmp_path):
    with pytest.raises(fs.NotFittedError, match="has not learned anything yet"):
        kind().write_flucoma(tmp_path / "model.json")
    assert not list(tmp_path.iterdir())
