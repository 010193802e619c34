"""ARFF of the UEA and UCR archives."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fluidseries as fs
from fluidseries.errors import FormatError

from damage import damaged

SEVERAL = """% about it
@relation 'Gestures'

@attribute relationalAtt relational
@attribute att0 numeric
@attribute att1 numeric
@attribute att2 numeric
@end relationalAtt
@attribute activity {Standing,'At ease'}

@data
"1,2,3\\n4.5,5,6",Standing
'1,2,?\\n?,5,?','At ease'
"""
ONE = """@relation One
@attribute 'att 1' REAL
@attribute att2 numeric
@attribute target {1,2}
@data
0.5,1,2
% between
0.25,?,1
"""


def write(folder, text):
    path = folder / "x.arff"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_series_of_several_dimensions(tmp_path):
    source, target = fs.read(write(tmp_path, SEVERAL))
    assert source == fs.DataSeries({"0": [[1, 4.5], [2, 5], [3, 6]], "1": [[1, np.nan], [2, 5]]})
    assert target == fs.LabelSet({"0": "Standing", "1": "At ease"})


def test_series_of_one_dimension(tmp_path):
    source, target = fs.read(write(tmp_path, ONE), dtype="float32")
    assert source == fs.DataSeries({"0": [0.5, 1], "1": [0.25]}, dtype="float32")
    assert target == fs.LabelSet({"0": "2", "1": "1"})
    numbers = ONE.replace("{1,2}", "numeric").replace(",2\n", ",-2.5\n")
    _, target = fs.read(write(tmp_path, numbers))
    assert target == fs.DataSet({"0": -2.5, "1": 1})
    alone = "@relation x\n@attribute a numeric\n@attribute b numeric\n@data\n1,2\n"
    assert fs.read(write(tmp_path, alone)) == fs.DataSeries({"0": [1, 2]})


def test_real_data_written_as_the_archive_does(real_data, tmp_path):
    source, target = fs.read(real_data / "BasicMotions" / "BasicMotions_TRAIN.ts")
    head = "@relation x\n@attribute rel relational\n@attribute a numeric\n@end rel\n"
    rows = [
        '"' + "\\n".join(",".join(map(str, column)) for column in frames.T) + f'",{target[name]}\n'
        for name, frames in source.items()
    ]
    labels = "@attribute activity {Standing,Running,Walking,Badminton}\n@data\n"
    assert fs.read(write(tmp_path, head + labels + "".join(rows))) == (source, target)


def test_as_aeon_reads_it():
    datasets = pytest.importorskip("aeon.datasets", reason="compares with aeon where it is there")
    for path in (Path(datasets.__file__).parent / "data").rglob("*.arff"):
        source, target = fs.read(path)
        cases, labels = datasets.load_from_arff_file(str(path))
        assert list(target.values()) == [str(label) for label in labels]
        for mine, case in zip(source.values(), cases, strict=True):
            np.testing.assert_array_equal(mine, case.T)


@pytest.mark.parametrize(("text", "message"), [
    ("", "line 1: the file ends without @data"),
    ("hello\n", "line 1, column 1: 'hello' stands before @data"),
    ("@attribute\n", "line 1, column 1: '@attribute' is no attribute with a name and a kind"),
    ("@attribute a string\n@attribute b {1}\n@data\n", "'a' is of the kind string, but wanted num"),
    ("@attribute a {1}\n@data\n", "line 2: there must be numeric attributes or one relational"),
    (ONE + "1,x,2\n", "line 9, column 3: 'x' is no number"),
    (ONE + "1,2\n", "line 9, column 1: this case has 1 numbers, but there are 2 attributes"),
    (ONE + "1,2,\n", "line 9, column 4: the label or target is missing"),
    (ONE + "{0 1}\n", "line 9, column 1: sparse rows are not read"),
    (SEVERAL + '"1,2\\n3",a\n', "line 14, column 7: dimension 1 has 1 numbers, but dim"),
    (SEVERAL + '"1,2\\n3,4\n', "line 14, column 1: a case begins with its numbers in quotes"),
    (SEVERAL + '"1,2\\n3,4"\n', "line 14, column 11: the label or target is missing"),
    (SEVERAL + '"1,2",a\n', "line 14, column 1: this case has 1 dimensions, but tho"),
    (b"@relation \xe9\n", "line 1, column 11: byte 0xe9 is not UTF-8"),
])  # fmt: skip
def test_errors_name_line_and_column(text, message, tmp_path):
    with pytest.raises(FormatError, match=message):
        fs.read(write(tmp_path, text))


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_a_format_error_or_readable(tmp_path_factory, data):
    good = data.draw(st.sampled_from([ONE, SEVERAL])).encode()
    pieces = [b'"', b",", b"\n", b"@data", b"@end", b"\\n", b"{", b"?"]
    path = write(tmp_path_factory.mktemp("arff"), data.draw(damaged(good, pieces)))
    with contextlib.suppress(FormatError):
        fs.read(path)


def test_it_is_read_only(tmp_path):
    with pytest.raises(FormatError, match=r"ARFF is read only: write one of \.ts, \.csv, "):
        fs.write(tmp_path / "x.arff", (fs.DataSeries({"a": [1]}), fs.LabelSet({"a": "b"})))
