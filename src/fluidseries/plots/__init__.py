"""Pictures, with matplotlib: every function draws into an Axes and returns it.

matplotlib comes with ``pip install 'fluidseries[plots]'`` and loads when the first figure is made;
its state of a current figure is never used. `picture` chooses by itself what to draw.
"""

from __future__ import annotations

from .answers import confusion, predicted, recognition
from .choosing import KINDS, picture
from .counts import label_counts
from .figures import encode_figure, figure, format_of, write_figure
from .forecasts import forecast
from .hearing import METHODS, corpus, hidden_states
from .learning import loss_curve
from .many import heat_map, overlay
from .pad import pad_path, pad_points
from .series import series, series_map
from .style import COLOURS, FAINT, INK

__all__ = [
    "COLOURS",
    "FAINT",
    "INK",
    "KINDS",
    "METHODS",
    "confusion",
    "corpus",
    "encode_figure",
    "figure",
    "forecast",
    "format_of",
    "heat_map",
    "hidden_states",
    "label_counts",
    "loss_curve",
    "overlay",
    "pad_path",
    "pad_points",
    "picture",
    "predicted",
    "recognition",
    "series",
    "series_map",
    "write_figure",
]
