"""LabelSet: labels by identifier."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from .. import files, sketches
from ..errors import InputError, InputTypeError
from ..json_places import Place
from ..wording import counted
from .base import Container
from .flucoma import parse_label, parse_layout
from .identifiers import check_identifier, check_text, matched_identifiers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LabelSet"]


class LabelSet(Container[str, str]):
    """Labels, each under an identifier: an ordered mapping from identifier to text.

    Parameters
    ----------
    entries : mapping of str to str, or iterable of pairs, optional
        Labels; any text, NumPy's included.

    Raises
    ------
    InputTypeError
        If a label is not text.

    Examples
    --------
    >>> labels = LabelSet({"take-1": "wave", "take-2": "circle", "take-3": "wave"})
    >>> labels
    <LabelSet: 3 labels, 2 different>
    >>> labels["take-2"]
    'circle'
    >>> labels.get_ids("wave")
    ['take-1', 'take-3']
    """

    _noun = "label"
    _plural = "labels"
    _maker = "LabelSet.from_list"

    def __init__(
        self, entries: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None
    ) -> None:
        self._fill(entries)

    def add_label(self, identifier: str, label: str) -> None:
        """Add a label under a new identifier.

        Parameters
        ----------
        identifier : str
            One that is not there yet.
        label : str
            Any text.

        Raises
        ------
        IdentifierError
            If the identifier is there already.
        InputTypeError
            If the label is not text.
        """
        self._add(identifier, label)

    def get_label(self, identifier: str) -> str:
        """Return a label: the same as ``labels[identifier]``.

        Raises
        ------
        IdentifierError
            If the label is missing.
        """
        return self[identifier]

    def set_label(self, identifier: str, label: str) -> None:
        """Replace a label or add it: the same as ``labels[identifier] = label``.

        Raises
        ------
        InputTypeError
            If the label is not text.
        """
        self[identifier] = label

    def update_label(self, identifier: str, label: str) -> None:
        """Replace a label that is there.

        Raises
        ------
        IdentifierError
            If the label is missing.
        InputTypeError
            If the label is not text.
        """
        self._update(identifier, label)

    def delete_label(self, identifier: str) -> None:
        """Remove a label: the same as ``del labels[identifier]``.

        Raises
        ------
        IdentifierError
            If the label is missing.
        """
        del self[identifier]

    def get_ids(self, label: str | None = None) -> list[str]:
        """Return the identifiers in the order of the container, all or those of one label.

        Parameters
        ----------
        label : str, optional
            Which label; none of the identifiers may have it.

        Returns
        -------
        list of str
        """
        if label is None:
            return super().get_ids()
        label = check_text(label, "label")
        return [name for name, mine in self._entries.items() if mine == label]

    def counts(self) -> dict[str, int]:
        """Return how often each label is there, labels sorted bytewise.

        Returns
        -------
        dict of str to int

        Examples
        --------
        >>> LabelSet.from_list(["wave", "circle", "wave"]).counts()
        {'circle': 1, 'wave': 2}
        """
        return dict(sorted(Counter(self._entries.values()).items()))

    @classmethod
    def from_list(cls, labels: Iterable[str], identifiers: Iterable[str] | None = None) -> Self:
        """Make a LabelSet from labels in a row.

        Parameters
        ----------
        labels : iterable of str
            The labels; an array of text is one too.
        identifiers : iterable of str, optional
            One for each; by default "0", "1", ..., padded with zeros to one width, so that
            sorting keeps the order.

        Raises
        ------
        InputError
            If the number of identifiers is another.
        InputTypeError
            If a label is not text.
        IdentifierError
            If an identifier is there twice.

        Examples
        --------
        >>> LabelSet.from_list(["a", "b"]).to_dict()
        {'cols': 1, 'data': {'0': ['a'], '1': ['b']}}
        """
        if isinstance(labels, str):
            raise InputTypeError(f"wanted a list of labels, but got the text {labels!r}")
        row = list(labels)
        return cls(zip(matched_identifiers(identifiers, len(row)), row, strict=True))

    @classmethod
    def from_table(cls, table: pd.DataFrame, *, id: str = "id", label: str = "label") -> Self:
        """Make a LabelSet from two columns of a pandas table.

        Parameters
        ----------
        table : pandas.DataFrame
            One row per label, or a long table that repeats the label in every frame's row.
        id : str
            The column of identifiers; numbers become text.
        label : str
            The column of labels; numbers become text.

        Raises
        ------
        InputError
            If a column is missing, an identifier or a label is empty, or an identifier has two
            labels.
        MissingExtraError
            If pandas is not installed.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({"id": ["a", "a", "b"], "label": ["x", "x", "y"]})
        >>> dict(LabelSet.from_table(table))
        {'a': 'x', 'b': 'y'}
        """
        from .tables import labels_of_table

        return cls(labels_of_table(table, id, label))

    def to_table(self) -> pd.DataFrame:
        """Return a pandas table of the columns id and label.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        from .tables import table_of_labels

        return table_of_labels(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Make a LabelSet from what `to_dict` returns, or from parsed FluCoMa JSON.

        Parameters
        ----------
        content : dict
            ``{"cols": 1, "data": {identifier: [label]}}``

        Raises
        ------
        FormatError
            If it is something else; the message names the identifier.
        """
        return cls._parse(content, Place("the dictionary"))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Read a file of FluCoMa's JSON.

        Parameters
        ----------
        path : str or path
            A file that `write` or FluCoMa wrote.

        Raises
        ------
        FormatError
            If it is truncated, not JSON, or holds something else; the message names the file and
            the identifier.
        FileNotFoundError
            If there is no such file.
        """
        return cls._parse(files.read_json(path), files.json_place(path))

    # What the base asks for.

    @classmethod
    def _parse(cls, content: Any, where: Place) -> Self:
        cols, data = parse_layout(content, "LabelSet", where)
        if data and cols != 1:
            message = f"'cols' is {cols}, but a LabelSet has 1: export it again"
            raise where.at("cols").error(message)
        made = cls()
        for name, entry in data.items():
            label = parse_label(entry, where, name)
            try:
                made._entries[check_identifier(name)] = made._accept(name, label)
            except InputError as err:
                raise where.at("data", name).error(str(err)) from err
        return made

    def _accept(self, identifier: str, value: Any) -> str:  # noqa: ARG002
        return check_text(value, "label")

    def _show(self, entry: str) -> str:
        return entry

    def _empty(self) -> Self:
        return type(self)()

    def _same(self, mine: str, others: str) -> bool:
        return mine == others

    def _columns(self) -> int:
        return 1

    def _as_json(self, identifier: str, value: str, *, allow_missing: bool) -> Any:  # noqa: ARG002
        return [value]

    def _sketch(self) -> str:
        return sketches.bars(sorted(self.counts().items()))

    def _summary(self) -> str:
        if not self:
            return "empty"
        different = len(set(self._entries.values()))
        return f"{counted(len(self), 'label')}, {different} different"

    def _line(self, value: str) -> str:
        return value
