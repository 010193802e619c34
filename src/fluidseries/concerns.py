"""What a fit may stumble over, looked for before it: takes, dimensions and labels worth a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .containers import DataSeries, LabelSet
from .wording import counted, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .containers import DataSet

__all__ = ["concerns"]

FEWEST_FRAMES, TIMES_LONGER, TIMES_WIDER = 5, 4, 1000


def concerns(content: DataSeries | DataSet | LabelSet, labels: LabelSet | None = None) -> list[str]:
    """Return a sentence for everything that looks like a slip.

    Takes under 5 frames or over 4 times as long as the median of their label (or of all);
    dimensions that never change or whose ranges differ a thousandfold; entries that are the same;
    labels with a single example; series without a label, and labels without a series.

    Parameters
    ----------
    content : DataSeries, DataSet or LabelSet
        What to look at.
    labels : LabelSet, optional
        What the entries are called.

    Returns
    -------
    list of str
        Empty if nothing was found.

    Examples
    --------
    >>> import fluidseries as fs
    >>> concerns(fs.DataSet({"a": [0.0, 7.0], "b": [1.0, 7.0]}))
    ['dimension 1 never changes (it is always 7): it teaches nothing']
    """
    if isinstance(content, LabelSet):
        return [*_lonely(content)]
    if not content:
        return []
    own: dict[str, str] = {} if labels is None else dict(labels)
    found: list[str] = []
    if isinstance(content, DataSeries):
        found += _lengths(content, own)
    found += _dimensions(np.concatenate([np.atleast_2d(value) for value in content.values()]))
    found += _same(content)
    if labels is not None:
        found += [*_unmatched(content, labels), *_lonely(labels)]
    return found


def _lengths(series: DataSeries, labels: dict[str, str]) -> Iterator[str]:
    lengths = {name: len(frames) for name, frames in series.items()}
    short = [name for name, length in lengths.items() if length < FEWEST_FRAMES]
    if short:
        yield f"{len(short)} series under {FEWEST_FRAMES} frames: {_some(short)}; cut short?"
    groups: dict[str | None, list[int]] = {}
    for name, length in lengths.items():
        groups.setdefault(labels.get(name), []).append(length)
    usual = {label: float(np.median(own)) for label, own in groups.items()}
    long = [
        name for name, length in lengths.items() if length > TIMES_LONGER * usual[labels.get(name)]
    ]
    if long:
        whose = "their label's" if labels else "the"
        yield (
            f"{len(long)} series over {TIMES_LONGER} times as long as {whose} median: "
            f"{_some(long)}; was the end missed?"
        )


def _dimensions(table: NDArray[Any]) -> Iterator[str]:
    with np.errstate(all="ignore"):
        low, high = (edge(table, axis=0) for edge in (np.fmin.reduce, np.fmax.reduce))
    still = np.flatnonzero(low == high)
    if len(still) and len(table) > 1:
        which, always = listed(still), f"{low[still[0]]:.4g}"
        if len(still) == 1:
            yield f"dimension {which} never changes (it is always {always}): it teaches nothing"
        else:
            yield f"dimensions {which} never change: they teach nothing"
    spans = np.where(np.isfinite(high - low), high - low, 0)
    moving = np.flatnonzero(spans > 0)
    if len(moving) < 2:
        return
    least, most = moving[spans[moving].argmin()], moving[spans[moving].argmax()]
    if spans[most] > TIMES_WIDER * spans[least]:
        yield (
            f"ranges differ wildly: dimension {most} covers {spans[most]:.3g}, dimension {least} "
            f"only {spans[least]:.3g}; leave standardize on, or scale them"
        )


def _same(content: DataSeries | DataSet) -> Iterator[str]:
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, value in content.items():
        groups.setdefault((value.shape, value.tobytes()), []).append(name)
    twins = [names for names in groups.values() if len(names) > 1]
    if twins:
        more = f" and {len(twins) - 1} more such groups" if len(twins) > 1 else ""
        yield f"the same content twice: {_some(twins[0])}{more}; copied by mistake?"


def _lonely(labels: LabelSet) -> Iterator[str]:
    alone = sorted(label for label, count in Counter(labels.values()).items() if count == 1)
    if alone:
        some = counted(len(alone), "label")
        yield f"{some} with a single example: {_some(alone)}; record some more"


def _unmatched(content: DataSeries | DataSet, labels: LabelSet) -> Iterator[str]:
    bare = [name for name in content if name not in labels]
    if bare:
        yield f"{len(bare)} without a label: {_some(bare)}; a fit would stop there"
    empty = [name for name in labels if name not in content]
    if empty:
        yield f"{counted(len(empty), 'label')} for what is not there: {_some(empty)}"


def _some(names: list[str]) -> str:
    return listed(map(repr, names))
