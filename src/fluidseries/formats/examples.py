"""What a file holds that has both: what goes into a model and what should come out."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from ..containers import DataSeries, DataSet, LabelSet
from ..errors import FormatError, IdentifierError, InputTypeError
from ..wording import listed

__all__ = ["Examples", "Source", "Target", "as_examples", "labelled_folder"]

Source: TypeAlias = DataSeries | DataSet
Target: TypeAlias = LabelSet | DataSet | DataSeries


class Examples(NamedTuple):
    """Examples to learn from: what goes in, and what should come out, by identifier.

    Parameters
    ----------
    source : DataSeries or DataSet
        What goes into a model.
    target : LabelSet, DataSet or DataSeries
        What belongs to each: a label, a point, or a point per frame.

    Examples
    --------
    >>> import fluidseries as fs
    >>> series = fs.DataSeries({"a": [[0.0], [1.0]], "b": [[1.0], [0.0]]})
    >>> examples = fs.Examples(series, fs.LabelSet({"a": "up", "b": "down"}))
    >>> source, target = examples
    >>> model = fs.DTWClassifier(num_neighbours=1).fit(*examples)
    >>> model.predict_point([[0.2], [0.8]])
    'up'
    """

    source: Source
    target: Target


def as_examples(source: object, target: object, where: str) -> Examples:
    """Return the pair if its halves are containers with the same identifiers.

    Raises
    ------
    InputTypeError
        If they are of other kinds.
    IdentifierError
        If an identifier stands in one of them only.
    """
    if not isinstance(source, Source) or not isinstance(target, Target):
        raise InputTypeError(
            f"{where}: examples are a DataSeries or DataSet and its target (a LabelSet, DataSet or "
            f"DataSeries), but got {type(source).__name__} and {type(target).__name__}"
        )
    for here, there, name in ((source, target, "target"), (target, source, "source")):
        alone = [one for one in here if one not in there]
        if alone:
            raise IdentifierError(
                f"{where}: the {name} has no {listed(map(repr, alone))}: source and target need "
                "the same identifiers"
            )
    return Examples(source, target)


def labelled_folder(source: DataSeries, labels: dict[str, str | None], where: str) -> object:
    """Return series alone, or with the names of the sub-folders that they lay in as labels."""
    if not any(labels.values()):
        return source
    loose = [name for name, label in labels.items() if label is None]
    if loose:
        raise FormatError(
            f"{where} holds both files ({loose[0]!r}) and folders of files, so that some series "
            "would have a label and some none: put every file into a sub-folder, or none"
        )
    return Examples(source, LabelSet({name: label for name, label in labels.items() if label}))
