"""Any one value of a model file is replaced by junk: refused with a clear error, or harmless."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import fluidseries as fs
from fluidseries import errors

JUNK = [None, True, 0, -1, 3, 10**12, 2.5, 1e300, "", "x", "frames", [], [1], [[1, 2]], {}]
RNG = np.random.default_rng(0)
X = [RNG.normal(size=(length, 2)) for length in (5, 3, 9, 4, 6, 2)]
TARGETS = {
    fs.LSTMRegressor: RNG.normal(size=(6, 2)),
    fs.LSTMClassifier: ["a", "b", "c"] * 2,
    fs.LSTMForecaster: None,
}


def paths(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a file, of lists only the first two."""
    if path:
        yield path
    if isinstance(content, dict):
        for key, value in content.items():
            yield from paths(value, (*path, key))
    elif isinstance(content, list):
        for place, value in enumerate(content[:2]):
            yield from paths(value, (*path, place))


def replaced(content: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(content)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def use(model: Any, target: Any) -> None:
    """Do all that a model does; errors of our own are allowed, non-finite numbers are not."""
    model.set_params(max_iter=1, verbose=0)
    model.predict(X)
    model.predict_point(X[0])
    model.stream().step([1.0, 2.0])
    assert np.isfinite([model.loss_, *model.loss_curve_]).all()
    model.fit(X, target)
    json.dumps(model.to_dict(), allow_nan=False)


@pytest.mark.parametrize("kind", TARGETS, ids=lambda kind: kind.__name__)
def test_junk_anywhere_is_refused_or_harmless(kind):
    model = kind((3, 2), max_iter=2, random_state=0).fit(X, TARGETS[kind])
    good = json.loads(json.dumps(model.to_dict()))
    refused = 0
    for path in paths(good):
        for value in JUNK:
            try:
                read = kind.from_dict(replaced(good, path, value))
            except errors.FormatError as err:
                assert "the dictionary" in str(err)  # noqa: PT017
                refused += 1
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", errors.FluidSeriesWarning)
                try:
                    use(read, TARGETS[kind])
                except (errors.ParameterError, errors.NotFittedError, errors.InputError):
                    assert path[0] in ("parameters", "learned"), path
                except Exception as err:
                    raise AssertionError(f"{path} = {value!r}: {err!r}") from err
    assert refused > 500


def test_the_content_that_was_read_is_not_used_any_more():
    model = fs.LSTMRegressor(3, max_iter=1, random_state=0).fit(X, TARGETS[fs.LSTMRegressor])
    content = model.to_dict()
    read = fs.LSTMRegressor.from_dict(content)
    content["learned"]["random"]["state"]["state"] = 0
    content["learned"]["scaling"]["input"]["mean"][0] = 1e9
    content["learned"]["network"]["hidden_sizes"].append(3)
    assert read.to_dict() == model.to_dict()
