"""The page for those who come from FluCoMa names every message and control, and our names right.

The lists are what flucoma-core registers by `makeMessage` and `defineParameters`: for series in its
experimental branch, with earlier spellings, for the rest in its released ones; the host's are those
of the wrappers in flucoma-max and flucoma-sc.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from pathlib import Path

import pytest

import fluidseries as fs

PAGE = (Path(__file__).parent.parent / "docs" / "flucoma.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|")
]
THEIRS = {word for row in ROWS for word in re.findall(r"[\w.~]+", row[0])}
CLASSES = [thing for thing in (getattr(fs, name) for name in fs.__all__) if inspect.isclass(thing)]

CONTAINERS = "merge dump load print size cols clear write read getIds"
KEPT = "load dump write read clear cols size fit"
MESSAGES = {
    "DataSet": f"{CONTAINERS} addPoint getPoint setPoint updatePoint deletePoint fromBuffer "
    "toBuffer kNearest kNearestDist",
    "LabelSet": f"{CONTAINERS} addLabel getLabel setLabel updateLabel deleteLabel",
    "DataSeries": f"{CONTAINERS} addFrame getFrame setFrame updateFrame deleteFrame addSeries "
    "getSeries setSeries updateSeries deleteSeries getDataSet kNearest kNearestDist",
    "LSTM": "fit predict predictPoint predictSeries clear reset print load dump write read",
    "DTW": "cost bufCost",
    "DTWClassifier, DTWRegressor": f"{KEPT} predict predictPoint",
    "KNNClassifier, KNNRegressor": f"{KEPT} predict predictPoint",
    "KDTree": f"{KEPT} kNearest kNearestDist",
    "MLPClassifier, MLPRegressor": f"{KEPT} predict predictPoint",
    "scalers": f"{KEPT} fitTransform transform transformPoint inverseTransform "
    "inverseTransformPoint",
    "host": "refer reset cancel free version",
}
CONTROLS = {
    "LSTM": "hiddenSize hiddenLayers maxIter learnRate momentum batchSize validation "
    "forecastLength",
    "MLP": "hiddenLayers hidden activation outputActivation tapIn tapOut maxIter learnRate "
    "momentum batchSize validation seed",
    "DTW": "numNeighbours constraint radius gradient constraintParam",
    "KNN": "numNeighbours weight",
    "KDTree": "numNeighbours radius dataSet lookupDataSet",
    "scalers": "min max low high invert",
    "queries": "inputPointBuffer predictionBuffer",
    "host": "name server action blocking queue warnings",
}


@pytest.mark.parametrize("names", [*MESSAGES.values(), *CONTROLS.values()])
def test_every_message_and_control_has_a_row(names):
    assert set(names.split()) - THEIRS == set()


def known_names() -> set[str]:
    """What can be called or set: public names, their methods, all their parameters."""
    stream = fs.LSTMForecaster(max_iter=1).fit([[[0.0], [1.0]]]).stream()
    names = {*dir(fs), *dir(stream)}
    for thing in [*CLASSES, type(stream)]:
        parts = {part: getattr(thing, part) for part in dir(thing) if part[0] != "_"}
        names |= parts.keys()
        for call in [thing, *filter(inspect.isroutine, parts.values())]:
            with contextlib.suppress(ValueError):
                names |= inspect.signature(call).parameters.keys()
    return names


def test_our_names_in_the_tables_are_there():
    known = known_names()
    spelled = {
        name
        for row in ROWS
        for cell in row[1:]
        for code in re.findall(r"`([^`]+)`", cell)
        for name in re.findall(r"^(?:\w+\.)?([a-z_]+)(?:\(|$)", code)
    }
    elsewhere = {"list", "len", "print", "mean", "stack", "warnings"}
    assert len(spelled) > 50
    assert spelled - elsewhere - known == set()
