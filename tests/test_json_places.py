"""Messages about JSON name the line and the column at which the value stands."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.errors import FormatError
from fluidseries.json_places import Place, Trail
from fluidseries.json_text import decode

texts = st.text('ab"\\{}[]:,\n é0', max_size=4)
contents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(texts, inside, max_size=3),
    max_leaves=12,
)
layouts = st.sampled_from([{}, {"indent": 2}, {"indent": "\t"}, {"separators": (" , ", "\n:\r\n")}])


def places_in(content, keys=()):
    yield keys, content
    if not isinstance(content, dict | list):
        return
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        yield from places_in(value, (*keys, key))


def rest_at(message, text):
    """Return the text from the place on that a message names."""
    line, column = map(int, re.search(r"line (\d+), column (\d+): ", message).groups())
    return "\n".join(text.split("\n")[line - 1 :])[column - 1 :]


@given(contents, layouts)
def test_every_value_is_found(content, layout):
    text = json.dumps(content, **layout)
    for keys, value in places_in(content):
        message = str(Place("x.json", lambda: text).at(*keys).error("wrong"))
        assert json.JSONDecoder().raw_decode(rest_at(message, text))[0] == value


@given(contents, layouts, st.data())
def test_what_cannot_be_meant_is_found(content, layout, data):
    text = json.dumps([content, "mark", content], **layout)
    odd = data.draw(st.sampled_from(["NaN", "-Infinity", "9" * 5000, '{"a": 1, "a": 2}']))
    damaged = text.replace('"mark"', odd)
    with pytest.raises(FormatError, match=r"is not JSON|too many digits|is there twice") as caught:
        decode(damaged, "x.json")
    rest = rest_at(str(caught.value), damaged)
    assert rest.startswith('"a": 2}' if odd.startswith("{") else odd)


@pytest.mark.parametrize(("change", "rest"), [
    (("0.125", "NaN"), "NaN"),
    (("0.125", '"loud"'), '"loud"'),
    (("0.125", "1e999"), "1e999"),
    (("0.125", "null, 1"), "[\n        0.5,"),
    (("0.125", "{}"), "{}"),
    (('"cols": 2', '"cols": -2'), "-2"),
    (('"37": [', '"37": 3, "x": ['), "3, "),
    (('"37": [', '"x": ['), '{\n      "00": '),
])  # fmt: skip
def test_within_a_file(change, rest, tmp_path):
    frames = {f"take-{k}": [[0.5, 0.25]] * 50 for k in range(40)}
    frames["take-20"] = [*frames["take-20"][:37], [0.5, 0.125]]
    path = tmp_path / "takes.json"
    fs.DataSeries(frames).write(path)
    text = path.read_text().replace(*change)
    path.write_text(text)
    for read in (fs.read, fs.DataSeries.read):
        with pytest.raises(FormatError, match=r"takes\.json, line \d+, column \d+: ") as caught:
            read(path)
        assert rest_at(str(caught.value), text).startswith(rest)


def test_files_of_other_kinds(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"cols": 1,\n "data": {"a": ["up"], "b": [1]}}')
    with pytest.raises(FormatError, match=r"x\.json, line 2, column 29: the label of 'b' is \[1\]"):
        fs.read(path)
    path.write_text('{"cols": 1,\n "mean": [0.5],\n "std": ["x"]}')
    with pytest.raises(FormatError, match=r"x\.json, line 3, column 9: 'std' is not made of"):
        fs.read(path)
    series = '"series": {"cols": 1, "data": {"a": {"0": [true]}}}'
    path.write_text('{"labels": {"cols": 1, "data": {"a": ["up"]}},\n ' + series + "}")
    with pytest.raises(FormatError, match=r"x\.json, line 2, column 45: series 'a', frame 0, dim"):
        fs.read(path)


def read_through(trail, watched, keys=()):
    """The same content, read as code reads it: the trail knows of every step."""
    assert keys == trail.newest or not keys
    if isinstance(watched, dict):
        return {key: read_through(trail, watched.get(key), (*keys, key)) for key in {**watched}}
    if isinstance(watched, list):
        return [read_through(trail, item, (*keys, i)) for i, item in enumerate(watched)]
    return watched


@given(contents)
def test_what_is_watched_reads_as_it_was(content):
    trail = Trail()
    watched = trail.watch(content)
    assert read_through(trail, watched) == content
    assert watched == content
    if isinstance(content, dict):
        assert watched.get("not there", 3) == 3
        with pytest.raises(KeyError):
            watched["not there"]
        assert trail.lacking == ()
        assert list(watched.items()) == list(content.items())
        assert watched.values() == list(content.values())
