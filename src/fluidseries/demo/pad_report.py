"""What the pad says and draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import plots
from .telling import draw_if_possible

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure
    from rich.console import Console

    from ..containers import LabelSet
    from ..datasets import JapaneseVowels
    from .pad import Pad, Score

__all__ = ["draw", "show_results", "tell_story"]

STORY = """\
Nine people say "ae". Each voice gets a place of its own on an XY pad: nine points on a circle. \
The network hears {train} utterances together with the place where each belongs, and learns to \
find it. An utterance is a short series of {shortest} to {longest} frames, 12 numbers every 6.4 \
milliseconds that describe the spectrum. Then it places {test} utterances that it has never heard.
"""

LEARNED = """\
Learned in {seconds:.1f} s. In each of {epochs} epochs the network heard every utterance once. Its \
error on them is {loss:.2g} now; always answering the middle of the pad would have an error of 1.
"""


def tell_story(console: Console, voices: JapaneseVowels) -> None:
    """Say what will happen."""
    lengths = [len(frames) for frames in voices.train.values()]
    console.print("[bold]Nine voices on an XY pad[/bold]\n")
    console.print(
        STORY.format(
            train=len(voices.train),
            test=len(voices.test),
            shortest=min(lengths),
            longest=max(lengths),
        )
    )


def show_results(console: Console, demo: Pad) -> None:
    """Say how well it went, and how one utterance's point travels."""
    console.print(
        LEARNED.format(seconds=demo.seconds, epochs=demo.model.n_iter_, loss=demo.model.loss_)
    )
    _show_scores(console, demo.scores)
    speaker = demo.traveller.partition("-")[0]
    console.print(
        f"One of the unseen utterances, {demo.traveller}, heard one frame at a time as on stage. "
        f"The point travels from the middle to the place of {speaker}:\n"
    )
    names, centres = demo.places.get_ids(), np.stack(list(demo.places.values()))
    for number, point in enumerate(demo.path, 1):
        nearest = names[int(np.linalg.norm(centres - point, axis=1).argmin())]
        distance = float(np.linalg.norm(point - demo.places[speaker]))
        console.print(
            f"  frame {number:>2}   x {point[0]:4.2f}  y {point[1]:4.2f}   nearest {nearest}   "
            f"distance {distance:4.2f} {'#' * round(40 * distance)}",
            soft_wrap=True,
        )
    console.print()


def _show_scores(console: Console, scores: list[Score]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("Unseen utterances, placed by")
    table.add_column("mean distance\nfrom its place", justify="right")
    table.add_column("lands nearest\nto its place", justify="right")
    for one in scores:
        style = "bold" if one is scores[-1] else None
        table.add_row(one.name, f"{one.distance:.3f}", f"{one.share:.1%}", style=style)
    console.print(table)
    console.print("Distances are in widths of the pad.\n")


def draw(file: Path, console: Console, demo: Pad, speakers: LabelSet) -> None:
    """Draw the pad with all unseen utterances, and the way of one; say so without matplotlib."""

    def both(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        plots.pad_points(left, demo.places, demo.predictions, speakers)
        share = demo.scores[-1].share
        left.set_title(
            f"{len(demo.predictions)} unheard utterances: {share:.0%} land nearest to their own "
            "place",
            fontsize=12,
            loc="left",
        )
        plots.pad_path(right, demo.places, demo.path, speakers[demo.traveller])
        right.set_title(f"One of them, {demo.traveller}, frame by frame", fontsize=12, loc="left")

    draw_if_possible(file, console, both, size=(12, 6.4))
