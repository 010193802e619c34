"""DataSeries, DataSet and LabelSet: the one place where data are validated."""

from __future__ import annotations

from .any_kind import parse_container, read_container
from .data_series import DataSeries
from .data_set import DataSet
from .identifiers import sorted_identifiers
from .label_set import LabelSet

__all__ = [
    "DataSeries",
    "DataSet",
    "LabelSet",
    "parse_container",
    "read_container",
    "sorted_identifiers",
]
