"""A fitted model that answers frames: the part that plays."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..errors import DimensionError, InputError
from ..wording import counted
from .kinds import is_pointwise, what_it_learns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..models.base import Model
    from .facts import Facts

__all__ = ["Player", "player_of", "require_inputs"]


class Player(Protocol):
    """Hears frames and answers with numbers: a point, or a probability for each class."""

    def step(self, frame: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Hear one more frame; None if only the end of a segment is answered."""

    def hear(self, frame: NDArray[np.float64]) -> None:
        """Hear one more frame and leave out what only its answer takes."""

    def finish(self) -> NDArray[np.float64] | None:
        """Answer all frames since `reset`; None if there were none."""

    def whole(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        """Answer a series (n_frames, n_dims) without regard to what was heard."""

    def reset(self) -> None:
        """Forget all frames."""

    def alone(self) -> NDArray[np.float64] | None:
        """Go on for one frame without input and return it; None if it cannot."""


def player_of(model: Model[Any], facts: Facts) -> Player:
    """Return what plays a fitted model."""
    player = _player(model, facts)
    return player if facts.inputs is None else _Choosing(player, facts.inputs)


def _player(model: Model[Any], facts: Facts) -> Player:
    if is_pointwise(model):
        return _Points(model)
    if not hasattr(model, "stream"):
        return _Nearest(model, max(64, 2 * facts.longest))
    learns = what_it_learns(model)
    if learns == "label":
        return _Names(model)
    return _Foretells(model) if learns == "next" else _Maps(model)


class _Maps:
    """A regressor that hears frame by frame."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._stream = model.stream()
        self._newest: NDArray[np.float64] | None = None

    def step(self, frame: NDArray[np.float64]) -> NDArray[np.float64] | None:
        self._newest = self._answer(frame)
        return self._newest

    def _answer(self, frame: NDArray[np.float64]) -> NDArray[np.float64]:
        point: NDArray[np.float64] = self._stream.step(frame)
        return point

    def hear(self, frame: NDArray[np.float64]) -> None:
        self.step(frame)

    def finish(self) -> NDArray[np.float64] | None:
        return self._newest

    def whole(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        point: NDArray[np.float64] = self._model.predict_point(frames)
        return point

    def reset(self) -> None:
        self._stream.reset()
        self._newest = None

    def alone(self) -> NDArray[np.float64] | None:
        return None


class _Names(_Maps):
    """A classifier that hears frame by frame."""

    def _answer(self, frame: NDArray[np.float64]) -> NDArray[np.float64]:
        shares: NDArray[np.float64] = self._stream.step(frame)[1]
        return shares

    def whole(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        shares: NDArray[np.float64] = self._model.predict_point_proba(frames)
        return shares


class _Foretells(_Maps):
    """A forecaster."""

    def alone(self) -> NDArray[np.float64] | None:
        if self._newest is None:
            return None
        frame: NDArray[np.float64] = self._stream.run(1)[0]
        return frame


class _Points(_Maps):
    """A model that knows no time."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._ask = getattr(model, "predict_point_proba", model.predict_point)
        self._newest = None
        self._owed: NDArray[np.float64] | None = None  # the frame whose answer was left out

    def step(self, frame: NDArray[np.float64]) -> NDArray[np.float64] | None:
        self._owed = None
        return super().step(frame)

    def hear(self, frame: NDArray[np.float64]) -> None:
        self._owed = frame

    def finish(self) -> NDArray[np.float64] | None:
        return self._newest if self._owed is None else self.step(self._owed)

    def _answer(self, frame: NDArray[np.float64]) -> NDArray[np.float64]:
        point: NDArray[np.float64] = self._ask(frame)
        return point

    def whole(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        points = [self._answer(frame) for frame in frames]
        # A classifier's segment is what most of its frames say; a point is where it ended.
        if hasattr(self._model, "predict_proba"):
            mean: NDArray[np.float64] = np.mean(points, axis=0)
            return mean
        return points[-1]

    def reset(self) -> None:
        self._newest = self._owed = None


class _Nearest:
    """A model that compares whole series.

    Parameters
    ----------
    longest : int
        Frames that are remembered: a segment may go on for ever.
    """

    def __init__(self, model: Any, longest: int) -> None:
        self._ask = getattr(model, "predict_point_proba", model.predict_point)
        self._heard: deque[NDArray[np.float64]] = deque(maxlen=longest)

    def step(self, frame: NDArray[np.float64]) -> NDArray[np.float64] | None:
        self._heard.append(frame)
        return None

    def hear(self, frame: NDArray[np.float64]) -> None:
        self._heard.append(frame)

    def finish(self) -> NDArray[np.float64] | None:
        return self.whole(np.array(self._heard)) if self._heard else None

    def whole(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(frames):
            raise InputError("there are no frames to compare")
        answer: NDArray[np.float64] = self._ask(frames)
        return answer

    def reset(self) -> None:
        self._heard.clear()

    def alone(self) -> NDArray[np.float64] | None:
        return None


class _Choosing:
    """Another player that hears some of the inputs only.

    Parameters
    ----------
    player : Player
    inputs : tuple of int
        Their numbers, from 0.
    """

    def __init__(self, player: Player, inputs: tuple[int, ...]) -> None:
        self._player, self._inputs = player, list(inputs)
        self.finish, self.reset, self.alone = player.finish, player.reset, player.alone

    def step(self, frame: NDArray[np.float64]) -> NDArray[np.float64] | None:
        return self._player.step(frame[self._inputs])

    def hear(self, frame: NDArray[np.float64]) -> None:
        self._player.hear(frame[self._inputs])

    def whole(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        require_inputs(frames.shape[1], self._inputs)
        return self._player.whole(frames.take(self._inputs, axis=1))


def require_inputs(width: int, inputs: Sequence[int]) -> None:
    """Raise DimensionError unless frames of a width have all inputs."""
    if width <= max(inputs):
        raise DimensionError(
            f"{counted(width, 'number')} came, but the model learned from dimension {max(inputs)} "
            "(counted from 0): send longer frames, or set inputs and fit again"
        )
