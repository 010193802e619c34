"""The sizes of a network and its parameters: one flat float32 vector with named views into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Network"]


@dataclass(frozen=True)
class Network:
    """A stack of LSTM layers with a dense readout.

    Parameters
    ----------
    n_inputs : int
        Dimensions per frame.
    hidden_sizes : tuple of int
        Units of each LSTM layer, the first layer first.
    n_outputs : int
        Dimensions of a point.
    readout : tuple of {"last", "mean", "max"}
        What the readout sees of the top layer's states over a series, in this order.
    differences : bool
        Whether the first layer also hears how each dimension has changed since the last frame: its
        inputs are then the frame and, behind it, the differences.
    """

    n_inputs: int
    hidden_sizes: tuple[int, ...]
    n_outputs: int
    readout: tuple[str, ...] = ("last",)
    differences: bool = False

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the parameters in the order in which the flat vector has them.

        Names, shapes and the gate order i, f, g, o are those of PyTorch's ``nn.LSTM``.
        """
        shapes: dict[str, tuple[int, ...]] = {}
        width = self.n_inputs * (2 if self.differences else 1)
        for layer, units in enumerate(self.hidden_sizes):
            shapes[f"weight_ih_l{layer}"] = (4 * units, width)
            shapes[f"weight_hh_l{layer}"] = (4 * units, units)
            shapes[f"bias_ih_l{layer}"] = (4 * units,)
            shapes[f"bias_hh_l{layer}"] = (4 * units,)
            width = units
        shapes["readout_weight"] = (self.n_outputs, width * len(self.readout))
        shapes["readout_bias"] = (self.n_outputs,)
        return shapes

    @property
    def n_parameters(self) -> int:
        """Length of the flat vector."""
        return sum(prod(shape) for shape in self.shapes.values())

    def views(self, flat: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Name the parts of a flat vector of shape (n_parameters,); writing to a view writes "
        "there."""
        views, start = {}, 0
        for name, shape in self.shapes.items():
            size = prod(shape)
            views[name] = flat[start : start + size].reshape(shape)
            start += size
        return views

    def initialise(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw the parameters that training starts from.

        Inputs uniform within 1/sqrt(units), as PyTorch has them; recurrent weights orthogonal for
        each gate (Saxe, McClelland and Ganguli 2014), so that what goes round neither fades nor
        explodes; forget biases 1 (Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and
        Sutskever 2015): at 0 a cell loses half its memory every frame.
        """
        flat = np.zeros(self.n_parameters, dtype=np.float32)
        views = self.views(flat)
        for layer, units in enumerate(self.hidden_sizes):
            weight = views[f"weight_ih_l{layer}"]
            weight[...] = rng.uniform(-1, 1, weight.shape) / np.sqrt(units)
            views[f"weight_hh_l{layer}"][...] = [
                row for _ in range(4) for row in _orthogonal(units, rng)
            ]
            views[f"bias_ih_l{layer}"][units : 2 * units] = 1
        weight = views["readout_weight"]
        weight[...] = rng.uniform(-1, 1, weight.shape) / np.sqrt(weight.shape[1])
        return flat

    def with_outputs(
        self, n_outputs: int, *flats: NDArray[np.float32]
    ) -> tuple[Network, list[NDArray[np.float32]]]:
        """Add outputs behind those there are; in every flat vector theirs are zeros."""
        wider = replace(self, n_outputs=n_outputs)
        grown = [np.zeros(wider.n_parameters, np.float32) for _ in flats]
        for old, new in zip(flats, grown, strict=True):
            views = wider.views(new)
            for name, view in self.views(old).items():
                views[name][: len(view)] = view
        return wider, grown

    def weights(self) -> NDArray[np.float32]:
        """Ones where the flat vector holds weights and zeros where it holds biases."""
        flat = np.zeros(self.n_parameters, dtype=np.float32)
        for view in self.views(flat).values():
            view[...] = view.ndim == 2
        return flat


def _orthogonal(size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw an orthogonal matrix, every one equally likely (Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.normal(size=(size, size)))
    signed: NDArray[np.float64] = q * np.sign(np.diag(r))
    return signed
