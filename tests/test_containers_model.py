"""DataSeries against the simplest thing that does the same: a dict of lists of rows."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fluidseries.containers import DataSeries, DataSet
from fluidseries.errors import DimensionError, IdentifierError

NAMES = st.sampled_from(["a", "b", "c", "é"])
TIMES = st.integers(-6, 6)
NUMBERS = st.floats(-9, 9) | st.just(float("nan"))
FRAMES = st.lists(NUMBERS, min_size=2, max_size=2)
SERIES = st.lists(FRAMES, min_size=1, max_size=5)


class Comparison(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.series = DataSeries()
        self.model = {}
        self.shown = []  # views that were handed out, and what they were

    def missing(self, name, time=0):
        length = len(self.model.get(name, ()))
        return name not in self.model or not -length <= time < length

    @rule(name=NAMES, frame=FRAMES)
    def add_frame(self, name, frame):
        self.series.add_frame(name, frame)
        self.model.setdefault(name, []).append(frame)

    @rule(name=NAMES, time=TIMES, frame=FRAMES)
    def set_frame(self, name, time, frame):
        if name in self.model and time < -len(self.model[name]):
            with pytest.raises(IdentifierError, match="no frame"):
                self.series.set_frame(name, time, frame)
        else:
            self.series.set_frame(name, time, frame)
            if self.missing(name, time):
                self.model.setdefault(name, []).append(frame)
            else:
                self.model[name][time] = frame

    @rule(name=NAMES, time=TIMES, frame=FRAMES)
    def update_frame(self, name, time, frame):
        if self.missing(name, time):
            with pytest.raises(IdentifierError, match=r"no (frame|series)"):
                self.series.update_frame(name, time, frame)
        else:
            self.series.update_frame(name, time, frame)
            self.model[name][time] = frame

    @rule(name=NAMES, time=TIMES)
    def delete_frame(self, name, time):
        if self.missing(name, time):
            with pytest.raises(IdentifierError, match=r"no (frame|series)"):
                self.series.delete_frame(name, time)
        else:
            self.series.delete_frame(name, time)
            del self.model[name][time]
            if not self.model[name]:
                del self.model[name]

    @rule(name=NAMES, frames=SERIES)
    def set_series(self, name, frames):
        self.series.set_series(name, frames)
        self.model[name] = list(frames)

    @rule(name=NAMES, frames=SERIES)
    def add_series(self, name, frames):
        if name in self.model:
            with pytest.raises(IdentifierError, match="already"):
                self.series.add_series(name, frames)
        else:
            self.series.add_series(name, frames)
            self.model[name] = list(frames)

    @rule(name=NAMES)
    def delete_series(self, name):
        if self.missing(name):
            with pytest.raises(IdentifierError, match="no series"):
                del self.series[name]
        else:
            del self.series[name]
            del self.model[name]

    @rule(old=NAMES, new=NAMES)
    def rename(self, old, new):
        if old not in self.model or (new in self.model and new != old):
            with pytest.raises(IdentifierError, match=r"no series|already"):
                self.series.rename(old, new)
        else:
            self.series.rename(old, new)
            self.model = {new if k == old else k: v for k, v in self.model.items()}

    @rule(other=st.dictionaries(NAMES, SERIES), overwrite=st.booleans())
    def merge(self, other, overwrite):
        self.series.merge(DataSeries(other), overwrite=overwrite)
        for name, frames in other.items():
            if overwrite or name not in self.model:
                self.model[name] = list(frames)

    @rule()
    def clear(self):
        self.series.clear()
        self.model.clear()

    @rule(how=st.sampled_from([copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))]))
    def go_on_with_a_copy(self, how):
        self.series = how(self.series)

    @rule(name=NAMES)
    def wrong_dimensions(self, name):
        if self.model:
            with pytest.raises(DimensionError, match="has 3 dimensions"):
                self.series.add_frame(name, [1, 2, 3])

    @rule()
    def look(self):
        self.shown.extend((view, view.copy()) for view in self.series.values())

    @rule(time=TIMES)
    def data_set(self, time):
        rows = {k: v[time] for k, v in self.model.items() if not self.missing(k, time)}
        assert self.series.get_data_set(time) == DataSet(rows)

    @invariant()
    def is_the_same(self):
        assert self.series.get_ids() == list(self.model)
        assert self.series.n_dims == (2 if self.model else 0)
        assert self.series == DataSeries(self.model)
        for name, rows in self.model.items():
            assert np.array_equal(self.series[name], np.array(rows), equal_nan=True)

    @invariant()
    def views_stay_what_they_were(self):
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in self.shown)


Comparison.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestDataSeriesIsADictOfLists = Comparison.TestCase
