"""Evaluations as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .evaluation import Foretold, Named, Placed

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show_confusion", "show_evaluation"]

# As many labels make a table that one can still read; with more only the mix-ups are told.
MOST_LABELS, MOST_MIX_UPS = 20, 20
GAP = 2

R2_MEANS = """
RMSE is a typical distance from the target, in its units. R2 is 1 if all is right, and 0 if always \
answering the mean of the targets would do as well."""


def show_evaluation(console: Console, evaluation: Named | Placed | Foretold) -> None:
    """Print how well a model did.

    Parameters
    ----------
    console : Console
        Where to.
    evaluation : Named, Placed or Foretold
        From `evaluate`.
    """
    if isinstance(evaluation, Named):
        _show_named(console, evaluation)
    elif isinstance(evaluation, Placed):
        _show_placed(console, evaluation)
    else:
        _show_foretold(console, evaluation)


def _show_named(console: Console, named: Named) -> None:
    right = sum(row[place] for place, row in enumerate(named.confusion))
    console.print(
        f"{named.model}: {named.accuracy:.1%} get their label ({right} of {named.examples})\n"
    )
    show_confusion(console, named)


def _show_placed(console: Console, placed: Placed) -> None:
    console.print(f"{placed.model}: {placed.examples} answers compared with their targets\n")
    _show_dims(console, {"RMSE": placed.rmse, "R2": placed.r2})
    console.print(R2_MEANS)


def _show_foretold(console: Console, foretold: Foretold) -> None:
    console.print(
        f"{foretold.model}: the next frame, foretold {foretold.frames} times in "
        f"{foretold.examples} series\n"
    )
    repeating = "RMSE of repeating the last frame"
    _show_dims(console, {"RMSE": foretold.rmse, repeating: foretold.rmse_repeating})
    score = _number(foretold.score)
    console.print(f"\nScore {score}: 1 is perfect, 0 as good as repeating the last frame.")


def show_confusion(console: Console, named: Named) -> None:
    """Print how often which label was answered for which; only the mix-ups if there are many."""
    numbers = [str(row + 1) for row in range(len(named.labels))]
    numbered = [f"{number} {label}" for number, label in zip(numbers, named.labels, strict=True)]
    rows = [[str(times or ".") for times in row] for row in named.confusion]
    for names, heads in ((named.labels, named.labels), (numbered, numbers)):
        if len(names) <= MOST_LABELS and _fits(console, names, heads, rows):
            console.print("A row for each label; the columns tell what was answered:\n")
            table = ([name, *row] for name, row in zip(names, rows, strict=True))
            _show_table(console, ["", *heads], table)
            return
    _show_mix_ups(console, named)


def _fits(console: Console, names: list[str], heads: list[str], rows: list[list[str]]) -> bool:
    columns = zip(heads, *rows, strict=True)
    widths = [max(map(len, names)), *(max(map(len, column)) for column in columns)]
    return sum(widths) + GAP * len(heads) <= console.width


def _show_mix_ups(console: Console, named: Named) -> None:
    mix_ups = sorted(
        (-times, label, answer)
        for label, row in zip(named.labels, named.confusion, strict=True)
        for answer, times in zip(named.labels, row, strict=True)
        if times and label != answer
    )
    rows = [[label, answer, str(-times)] for times, label, answer in mix_ups[:MOST_MIX_UPS]]
    if rows:
        _show_table(console, ["label", "answered", "times"], rows)
    if len(mix_ups) > MOST_MIX_UPS:
        console.print(f"... and {len(mix_ups) - MOST_MIX_UPS} other mix-ups")


def _show_dims(console: Console, columns: Mapping[str, Sequence[float | None]]) -> None:
    rows = zip(*columns.values(), strict=True)
    table = ([str(dim), *map(_number, row)] for dim, row in enumerate(rows))
    _show_table(console, ["dimension", *columns], table)


def _show_table(console: Console, heads: list[str], rows: Iterable[list[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    for column, head in enumerate(heads):
        table.add_column(Text(head), justify="right" if column else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
