"""Two years of airline passengers foretold from the ten years before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..containers import DataSeries
from ..datasets import airline
from ..models.forecaster import LSTMForecaster
from ..plots import forecast
from .telling import draw_if_possible, learn, show_files, write_files

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from rich.console import Console

__all__ = ["FILES", "MONTHS", "Airline", "run"]

# What this part writes, in the order of writing.
FILES = {
    "airline_heard.json": "120 months of passengers (DataSeries)",
    "airline_foretold.json": "24 months more, as the model has them (DataSeries)",
    "airline_model.json": "the model",
    "airline.png": "the picture",
}
MONTHS = 24

STORY = """\
How many people flew, month by month, from 1949 to 1960, in thousands: more every year, and most \
in summer. The forecaster hears the first ten years and goes on alone for two, hearing only what \
it has foretold itself. It notices that the series climbs: so a weighted sum of the last months \
foretells first, which follows trend and season to where they have never been, and the networks \
learn what it leaves.
"""


class Airline(NamedTuple):
    """What this part of the demo made; errors are root mean squares in thousands of passengers.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    heard, right, foretold, year_before : ndarray of shape (n_months,)
        120 months learned from; 24 months that came, as the model has them, and as the last year
        had them.
    error, error_year_before : float
        Of the 24 months.
    seconds : float
        How long the fit took.
    """

    model: LSTMForecaster
    heard: NDArray[np.float64]
    right: NDArray[np.float64]
    foretold: NDArray[np.float64]
    year_before: NDArray[np.float64]
    error: float
    error_year_before: float
    seconds: float


def run(
    folder: Path, console: Console, *, program: str = "fluidseries", **settings: Any
) -> Airline:
    """Learn 120 months and foretell 24; see `demo.run`."""
    months = airline()["airline"]
    heard = DataSeries({"airline": months[:-MONTHS]})
    console.print("[bold]Two years of airline passengers[/bold]\n")
    console.print(STORY)
    model = LSTMForecaster(**{"random_state": 0, **settings})
    seconds = learn(console, model, heard)
    foretold = model.predict(heard, forecast_length=MONTHS)

    made = _compare(model, months[:, 0], foretold["airline"][:, 0], seconds)
    _show(console, made)
    write_files(folder, FILES, (heard, foretold, model))
    draw_if_possible(folder / "airline.png", console, lambda f: _draw(f, made), size=(10, 4.8))
    file = folder / "airline_heard.json"
    commands = (
        f"{program} predict {folder / 'airline_model.json'} {file} --length 120 --output more.json",
        f"{program} fit forecaster {file} --output mine.json",
    )
    show_files(console, folder, FILES, commands)
    return made


def _compare(
    model: LSTMForecaster,
    months: NDArray[np.float64],
    foretold: NDArray[np.float64],
    seconds: float,
) -> Airline:
    heard, right = months[:-MONTHS], months[-MONTHS:]
    year_before = np.tile(heard[-12:], MONTHS // 12)
    wrong, wrong_before = (
        float(np.sqrt(((one - right) ** 2).mean())) for one in (foretold, year_before)
    )
    return Airline(model, heard, right, foretold, year_before, wrong, wrong_before, seconds)


def _show(console: Console, made: Airline) -> None:
    console.print(
        f"Learned in {made.seconds:.1f} s. Over the two years it is wrong by {made.error:.0f} "
        "thousand (root mean squared error); taking the same month of the last year that it heard "
        f"is wrong by {made.error_year_before:.0f} thousand.{_trust(made.model)}\n"
    )


def _trust(model: LSTMForecaster) -> str:
    """Say how much of the forecast is the networks'."""
    trust = model.to_dict()["learned"]["trust"]
    if trust is None:
        return ""
    return (
        f" Of what the networks would add to the sum {trust[0]:.0%} was taken: so far were they "
        "right about months that they had not learned from."
    )


def _draw(figure: Figure, made: Airline) -> None:
    ax = figure.subplots()
    foretold = {
        f"LSTMForecaster (wrong by {made.error:.0f})": made.foretold,
        f"the same month a year before (wrong by {made.error_year_before:.0f})": made.year_before,
    }
    passengers = "thousands of passengers a month"
    forecast(
        ax,
        made.heard,
        foretold,
        made.right,
        start=1949.0,
        step=1 / 12,
        time="year",
        name=passengers,
    )
    ax.set_title("Airline passengers: two years foretold", fontsize=12, loc="left")
