"""Pictures: what stands on the axes, which one is chosen, and that they are real files."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import fluidseries as fs

from conftest import tones

pytest.importorskip("matplotlib")

from fluidseries import plots


@pytest.fixture
def ax():
    return plots.figure().subplots()


@pytest.fixture(scope="module")
def corpus():
    source, target = tones(24)
    labels = fs.LabelSet({i: "fast" if x[0] > 700 else "slow" for i, x in target.items()})
    return source, target, labels


@pytest.fixture(scope="module")
def models(corpus):
    source, target, labels = corpus
    points = fs.DataSet({name: frames.std(axis=0) for name, frames in source.items()})
    how = {"hidden_size": 6, "max_iter": 4, "random_state": 0}
    return {
        "regressor": fs.LSTMRegressor(**how).fit(source, target),
        "per frame": fs.LSTMRegressor(**how).fit(source, source),
        "classifier": fs.LSTMClassifier(validation=0.3, **how).fit(source, labels),
        "forecaster": fs.LSTMForecaster(**how).fit(source),
        "nearest": fs.DTWClassifier().fit(source, labels),
        "mlp": fs.MLPClassifier(**how).fit(points, labels),
        "mlp-regressor": fs.MLPRegressor(**how).fit(points, target),
        "points": points,
    }


def drawn(figure):
    """All that can be read in a figure."""
    figure.draw_without_rendering()
    texts = [figure.get_suptitle()]
    for ax in figure.axes:
        texts += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()]
        texts += [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
        texts += [
            text.get_text() for text in (ax.get_legend().get_texts() if ax.get_legend() else ())
        ]
    return " | ".join(texts)


def test_every_function_takes_and_returns_an_axes(corpus, models):
    source, target, labels = corpus
    states = models["classifier"].states(source, every_frame=True)["tone-0"]
    calls = {
        "series": (source["tone-0"],), "series_map": (source["tone-0"],),
        "overlay": (source, labels), "heat_map": (source, labels),
        "loss_curve": (models["classifier"],), "confusion": (["a", "b"], [[3, 1], [0, 2]]),
        "predicted": ([1, 2, 3], [1, 2, 4]), "forecast": ([1, 2], {"model": [3, 4]}, [3, 5]),
        "hidden_states": (states,), "corpus": (models["points"], labels),
        "recognition": ([[False, True], [True]],), "label_counts": (labels,),
        "pad_points": (fs.DataSet({"fast": [0.1, 0.9], "slow": [0.9, 0.1]}), target, labels),
        "pad_path": (fs.DataSet({"fast": [0.1, 0.9]}), [[0.5, 0.5], [0.2, 0.8]], "fast"),
    }  # fmt: skip
    helpers = {"COLOURS", "FAINT", "INK", "KINDS", "METHODS", "encode_figure", "figure",
               "format_of", "picture", "write_figure"}  # fmt: skip
    assert set(calls) == set(plots.__all__) - helpers
    for name, arguments in calls.items():
        own = plots.figure().subplots()
        assert getattr(plots, name)(own, *arguments) is own
        assert len(plots.encode_figure(own.figure)) > 4000


def test_time_is_in_seconds_where_the_rate_is_known(ax):
    plots.series(ax, np.zeros((11, 2)), rate=10)
    assert ax.get_xlabel() == "time (s)"
    assert ax.lines[0].get_xdata()[-1] == 1.0
    known = fs.DataSeries({"a": np.zeros((5, 2))}, origin={"rate": 100})
    for kind in ("series", "overlay"):
        assert "time (s)" in drawn(plots.picture(known, kind=kind))
    unknown = fs.DataSeries(known, origin={})
    assert "frame" in drawn(plots.picture(unknown))


@pytest.mark.parametrize("rate", [-1, 0, "many", None, True])
def test_a_strange_rate_is_no_rate(rate):
    assert "frame" in drawn(plots.picture(fs.DataSeries({"a": [[0.0]]}, origin={"rate": rate})))


def test_the_best_epoch_is_marked(ax, models):
    plots.loss_curve(ax, models["classifier"])
    curve = models["classifier"].validation_curve_
    mark = ax.lines[-1]
    assert mark.get_xdata()[0] == np.argmin(curve) + 1
    assert mark.get_ydata()[0] == min(curve)
    assert f"guessing: {np.log(2):.2f}" in ax.get_ylabel()


def test_answers_on_the_diagonal(ax):
    plots.predicted(ax, [1.0, 2.0, 3.0], [1.0, 2.0, 6.0], name="pitch")
    assert ax.get_title(loc="left") == "typically off by 1.73 (RMSE)"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pitch, right", "pitch, answered")
    assert ax.get_xlim() == ax.get_ylim()


def test_a_map_is_sorted_by_label_then_length(ax):
    series = fs.DataSeries(
        {"a": np.full((3, 1), 1), "b": np.full((1, 1), 2), "c": np.full((2, 1), 3)}
    )
    plots.heat_map(ax, series, fs.LabelSet({"a": "x", "b": "z", "c": "x"}))
    image = ax.images[0].get_array()
    np.testing.assert_array_equal(image[:, 0], [3, 1, 2])
    assert np.ma.getmaskarray(image).sum() == 3
    assert [text.get_text() for text in ax.get_yticklabels()] == ["x", "z"]


def test_pca_is_that_of_numpy(ax):
    table = np.random.default_rng(0).normal(size=(20, 5))
    plots.corpus(ax, fs.DataSet({str(row): point for row, point in enumerate(table)}))
    centred = table - table.mean(axis=0)
    _, scale, directions = np.linalg.svd(centred, full_matrices=False)
    placed = np.abs(ax.collections[0].get_offsets())
    np.testing.assert_allclose(placed, np.abs(centred @ directions[:2].T), rtol=1e-6, atol=1e-9)
    assert f"{scale[0] ** 2 / (scale**2).sum():.0%}" in ax.get_xlabel()


def test_tsne_keeps_groups_together(ax):
    rng = np.random.default_rng(0)
    groups = [rng.normal(place, 0.1, size=(15, 6)) for place in (0, 5)]
    points = fs.DataSet({str(row): point for row, point in enumerate(np.concatenate(groups))})
    plots.corpus(ax, points, method="tsne")
    placed = np.asarray(ax.collections[0].get_offsets())
    left, right = placed[:15], placed[15:]
    apart = np.linalg.norm(left.mean(axis=0) - right.mean(axis=0))
    assert apart > 3 * max(left.std(axis=0).max(), right.std(axis=0).max())
    assert "t-SNE" in ax.get_xlabel()


CHOICES = {
    ("series",): "over each other", ("series", "labels"): "fast", ("labels",): "24 labels",
    ("target",): "dimension 1", ("points", "labels"): "slow", ("classifier",): "best: epoch",
    ("classifier", "series"): "keeps in mind", ("classifier", "series", "labels"): "of 24 get",
    ("nearest", "series", "labels"): "of 24 get", ("mlp", "points", "labels"): "of 24 get",
    ("mlp-regressor", "points", "target"): "24 answers", ("mlp",): "how it learned",
    ("regressor", "series", "target"): "dimension 1, answered",
    ("per frame", "series", "series"): "dimension 0, right",
    ("forecaster", "series"): "foretold", ("forecaster", "series", "series"): "what came",
    ("forecaster",): "how it learned", ("regressor", "series"): "units",
}  # fmt: skip


@pytest.mark.parametrize("given", CHOICES, ids=" ".join)
def test_the_right_picture_is_chosen(given, corpus, models):
    there = {**models, **dict(zip(("series", "target", "labels"), corpus, strict=True))}
    assert CHOICES[given] in drawn(plots.picture(*(there[name] for name in given)))


def test_another_picture_can_be_asked_for(corpus, models):
    source, _, labels = corpus
    assert "laid out" in drawn(plots.picture(models["classifier"], source, labels, kind="corpus"))
    assert "tone-3" in drawn(plots.picture(source, kind="series", series="tone-3"))
    told = drawn(plots.picture(models["forecaster"], source, series="tone-2", length=5))
    assert "tone-2" in told
    assert "5 foretold" in told


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ((), {}, "no picture of these together: got nothing"),
        (("nearest",), {}, "only remembers its examples"),
        (("series", "series", "series"), {}, "one too many"),
        (("mlp", "series"), {}, "no picture of these together: got MLPClassifier, DataSeries"),
        (("series",), {"kind": "opera"}, "no picture 'opera': it must be forecast, confusion"),
        (("series",), {"kind": "loss"}, "'loss', give a model alone: got DataSeries"),
        (("series",), {"dimension": 2}, "no dimension 2: these series have 2, counted from 0 to 1"),
        (("series",), {"series": "tone"}, "did you mean 'tone-"),
        (("classifier", "series"), {"kind": "corpus", "method": "map"}, "must be pca or tsne"),
        (("target", "labels", "empty"), {}, "no picture|one too many|empty"),
    ],
)
def test_what_cannot_be_drawn(given, options, message, corpus, models):
    there = {**models, **dict(zip(("series", "target", "labels"), corpus, strict=True))}
    there["empty"] = fs.DataSeries()
    with pytest.raises(fs.FluidSeriesError, match=message):
        plots.picture(*(there[name] for name in given), **options)


@pytest.mark.parametrize("empty", [fs.DataSeries(), fs.DataSet(), fs.LabelSet()])
def test_an_empty_container_is_an_error(empty):
    with pytest.raises(fs.FluidSeriesError, match=r"to draw: this .* is empty"):
        plots.picture(empty)


def test_holes_and_stillness_are_drawn():
    """NaN in the data, a dimension that never moves, a single frame, many dimensions."""
    holes = np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, 3.0]])
    for frames in (holes, np.full((4, 2), np.nan), np.zeros((5, 9)), np.zeros((1, 3))):
        alone = fs.DataSeries({"a": frames})
        for kind in ("series", "overlay"):
            assert plots.encode_figure(plots.picture(alone, kind=kind))


def test_two_hundred_labels():
    points = fs.DataSet({f"{n:03}": [n, n % 7] for n in range(200)})
    labels = fs.LabelSet({name: f"label {name}" for name in points})
    assert "and 177 more" in drawn(plots.picture(points, labels))
    plots.encode_figure(plots.picture(labels))


@pytest.mark.parametrize(
    ("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("A.PDF", b"%PDF")]
)
def test_formats_and_the_same_bits_twice(name, start, tmp_path):
    def draw():
        plots.write_figure(tmp_path / name, plots.picture(fs.DataSet({"a": [0.0, 1.0]})))
        return (tmp_path / name).read_bytes()

    first = draw()
    assert first.startswith(start)
    assert draw() == first


def test_no_state_of_pyplot_is_used():
    code = (
        "import sys, fluidseries as fs; fs.plots.encode_figure(fs.plots.picture("
        "fs.DataSeries({'a': [[0.0], [1.0]]}))); print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


@pytest.fixture
def folder(tmp_path, monkeypatch, corpus, models):
    monkeypatch.chdir(tmp_path)
    for name, content in zip(("series", "target", "labels"), corpus, strict=True):
        content.write(f"{name}.json")
    models["classifier"].write("model.json")
    return tmp_path


def test_the_command(run, folder):
    code, out, err = run("plot", "model.json", "series.json", "labels.json", "-o", "x.svg")
    assert (code, err) == (0, "")
    assert out.startswith("x.svg: ")
    assert out.endswith("% of 24 get their label\n")
    assert (folder / "x.svg").read_bytes().startswith(b"<?xml")
    assert run("plot", "series.json", "-o", "x.svg")[0] == 1
    assert run("plot", "series.json", "-o", "x.svg", "--force")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("series.json", "-o", "x.jpg"), 2, "a picture's name ends in .png, .svg or .pdf"),
        (("series.json", "-o", "x.png", "--as", "lines"), 2, "there is no picture 'lines'"),
        (("series.json", "-o", "x.png", "--dimension", 7), 2, "there is no dimension 7"),
        (("series.json", "-o", "x.png", "--series", "tone-99"), 1, "did you mean 'tone-9'"),
        (("gone.json", "-o", "x.png"), 1, "gone.json: there is no such file"),
        (("model.json", "target.json", "-o", "x.png"), 1, "no picture of these together"),
        (("-o", "x.png"), 2, "Missing argument"),
    ],
)
def test_wrong_use_of_the_command(run, folder, arguments, code, message):
    got, out, err = run("plot", *arguments)
    assert (got, out) == (code, "")
    assert message in err
    assert err.count("\n") == 1
    assert not [path for path in folder.iterdir() if path.name.startswith("x")]


@pytest.mark.skipif(os.name == "nt", reason="pipes are other there")
def test_from_a_pipe_into_a_pipe(folder):
    program = [sys.executable, "-m", "fluidseries.cli", "plot", "-", "--output", "-"]
    with (folder / "series.json").open("rb") as file:
        ran = subprocess.run(program, stdin=file, capture_output=True, check=True)
    assert ran.stdout.startswith(b"\x89PNG")
    assert b"over each other" in ran.stderr


def test_long_names_leave_the_picture_its_room():
    """A name is cut where it would push the axes together."""
    name = "a label that goes on and on, as file names of field recordings do"
    corpus = fs.DataSeries({f"{name} {n}": [[float(n)], [1.0]] for n in range(4)})
    labels = fs.LabelSet({one: f"{one} of many" for one in corpus})
    for drawn in (plots.picture(corpus), plots.picture(corpus, labels), plots.picture(labels)):
        drawn.draw_without_rendering()
        for ax in drawn.axes[:2]:
            said = [text.get_text() for text in [*ax.get_yticklabels(), *_legend(ax)]]
            assert max(map(len, said)) <= 24
        assert drawn.axes[0].get_position().width > 0.2


def _legend(ax):
    return ax.get_legend().get_texts() if ax.get_legend() else []


def test_what_a_legend_leaves_out_has_no_colour():
    corpus = fs.DataSet({str(n): [n, n] for n in range(40)})
    labels = fs.LabelSet({str(n): f"label {n}" for n in range(40)})
    legend = plots.picture(corpus, labels).axes[0].get_legend()
    assert legend.get_texts()[-1].get_text() == "and 17 more"
    assert legend.legend_handles[-1].get_linestyle() == "None"
