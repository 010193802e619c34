"""What the speakers' part says and draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import plots
from ..report import show_confusion
from .telling import draw_if_possible

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from rich.console import Console

    from ..containers import LabelSet
    from ..datasets import JapaneseVowels
    from .speakers import Speakers

__all__ = ["draw", "recognised_after", "show_results", "tell_story"]

TITLE = {"fontsize": 12, "loc": "left"}

STORY = """\
The same nine voices. Now the network learns to name them from {train} utterances, and then says \
of {test} others who it is: at the end of each, and already while it goes on.
"""

LEARNED = """\
Learned in {seconds:.1f} s. Of the unseen utterances, {lstm:.1%} get the right name. Logistic \
regression on summary statistics, which has to wait for the end of an utterance, names \
{statistics:.1%} of them rightly.
"""

STREAMED = """\
Heard one frame at a time as on stage, a voice counts as recognised at the frame from which on the \
name stays right:
"""


def tell_story(console: Console, voices: JapaneseVowels) -> None:
    """Say what will happen."""
    console.print("[bold]Who is speaking?[/bold]\n")
    console.print(STORY.format(train=len(voices.train), test=len(voices.test)))


def show_results(console: Console, made: Speakers, speakers: LabelSet) -> None:
    """Say how well it went, who is taken for whom, and after how many frames."""
    console.print(
        LEARNED.format(seconds=made.seconds, lstm=made.named.accuracy, statistics=made.statistics)
    )
    show_confusion(console, made.named)
    console.print(f"\n{STREAMED}")
    _show_frames(console, made, speakers)


def _show_frames(console: Console, made: Speakers, speakers: LabelSet) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("voice")
    for heading in ("utterances", "recognised", "after frames\n(median)", "of frames\n(median)"):
        table.add_column(heading, justify="right")
    by_voice: dict[str, list[int]] = {}
    for row, voice in enumerate(speakers[name] for name in made.answers):
        by_voice.setdefault(voice, []).append(row)
    for voice, rows in sorted(by_voice.items()):
        after = [n for row in rows if (n := recognised_after(made.right[row])) is not None]
        lengths = [len(made.right[row]) for row in rows]
        told = (len(rows), len(after), np.median(after) if after else np.nan, np.median(lengths))
        table.add_row(voice, *(f"{number:g}" for number in told))
    console.print(table)
    console.print()


def recognised_after(right: NDArray[np.bool_]) -> int | None:
    """Return from which frame on, counted from 1, the answers stay right; None if never.

    Examples
    --------
    >>> import numpy as np
    >>> recognised_after(np.array([True, False, True, True]))
    3
    >>> recognised_after(np.array([True, False])) is None
    True
    """
    wrong = np.flatnonzero(~right)
    after = int(wrong[-1]) + 2 if len(wrong) else 1
    return after if after <= len(right) else None


def draw(file: Path, console: Console, made: Speakers) -> None:
    """Draw who is taken for whom, and how many are recognised after how many frames."""

    def both(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        plots.confusion(left, made.named.labels, made.named.confusion)
        share, count = made.named.accuracy, made.named.examples
        left.set_title(f"{count} unheard utterances: {share:.1%} are named rightly", **TITLE)
        plots.recognition(right, made.right)
        right.set_title("Named rightly after so many frames", **TITLE)

    draw_if_possible(file, console, both, size=(12, 5.6))
