"""How things show themselves in a notebook: HTML with a small drawing, made without matplotlib.

What people typed (identifiers, labels) is escaped, and only a part of large things is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np

__all__ = ["bars", "card", "dots", "lines"]

WIDTH, HEIGHT, EDGE = 260, 90, 4
MOST_LINES, MOST_POINTS, MOST_BARS = 12, 200, 10
COLOURS = ("#332288", "#cc6677", "#44aa99", "#882255", "#88ccee", "#117733")


def card(title: str, summary: str, rows: Iterable[tuple[str, str]], drawing: str) -> str:
    """Return a title, a drawing, and a table of two columns as HTML.

    Examples
    --------
    >>> "&lt;b&gt;" in card("LabelSet", "1 label", [("<b>", "loud")], "")
    True
    """
    style = "text-align:left;padding:0 1em 0 0;border:none;font-weight:normal"
    table = "".join(
        f'<tr><th style="{style}">{escape(name)}</th><td style="{style}">{escape(text)}</td></tr>'
        for name, text in rows
    )
    return (
        f'<div style="font-size:90%"><b>{escape(title)}</b> {escape(summary)}<br>{drawing}'
        f"<table>{table}</table></div>"
    )


def lines(curves: Iterable[Any]) -> str:
    """Return an SVG of curves on common axes: the first few, of each some hundred numbers.

    Parameters
    ----------
    curves : iterable of array-like of shape (n,)
        NaN and infinity leave gaps.
    """
    tables = [_thin(np.asarray(curve, dtype=np.float64)) for curve, _ in _first(curves, MOST_LINES)]
    known = [table for table in tables if np.isfinite(table[:, 1]).any()]
    if not known:
        return ""
    place = _fit(np.concatenate(known))
    shapes = []
    for row, table in enumerate(known):
        colour = COLOURS[row % len(COLOURS)]
        points = place(table[np.isfinite(table[:, 1])])
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shapes.append(
            f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-opacity="0.8"/>'
        )
    return _svg(shapes)


def dots(points: Iterable[Any]) -> str:
    """Return an SVG of points by their first two numbers; one number is drawn along a line."""
    rows = [np.asarray(point, dtype=np.float64) for point, _ in _first(points, MOST_POINTS)]
    table = np.array([[row[0], row[1] if len(row) > 1 else 0.0] for row in rows]).reshape(-1, 2)
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table):
        return ""
    return _svg(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{COLOURS[0]}" fill-opacity="0.6"/>'
        for x, y in _fit(table)(table)
    )


def bars(counts: Sequence[tuple[str, int]]) -> str:
    """Return an SVG of a bar for each of the first few (name, count)."""
    shown = counts[:MOST_BARS]
    most = max((count for _, count in shown), default=0)
    if not most:
        return ""
    step = HEIGHT / len(shown)
    return _svg(
        f'<rect x="0" y="{row * step:.1f}" width="{WIDTH * count / most:.1f}" '
        f'height="{max(1, step - 2):.1f}" fill="{COLOURS[0]}"><title>{escape(name)}: {count}'
        "</title></rect>"
        for row, (name, count) in enumerate(shown)
    )


def _first(things: Iterable[Any], most: int) -> Iterable[tuple[Any, int]]:
    return zip(things, range(most), strict=False)


def _thin(values: Any) -> Any:
    """Return (place, value) of some hundred numbers of a curve."""
    places = np.arange(0, len(values), max(1, -(-len(values) // MOST_POINTS)))
    return np.column_stack([places, values[places]])


def _fit(table: Any) -> Any:
    """Return what brings points into the drawing, up for more."""
    known = table[np.isfinite(table).all(axis=1)]
    # Halves, since the width of all numbers together may not be a number any more.
    low, high = known.min(axis=0) / 2, known.max(axis=0) / 2
    span = np.where(high > low, high - low, 1.0)
    room = np.array([WIDTH, HEIGHT]) - 2 * EDGE

    def place(points: Any) -> Any:
        shares = (points / 2 - low) / span
        shares[:, 1] = 1 - shares[:, 1]
        return EDGE + shares * room

    return place


def _svg(shapes: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(shapes)}</svg>'
    )
