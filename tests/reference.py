"""The network in float64 NumPy, one equation per line: what the core is measured against.

It has an engine's `load` and session, so that the training loop runs on it as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fluidseries import engines
from fluidseries.batch import Batch
from fluidseries.network import Network

Array = NDArray[np.float64]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def load(
    batch: Batch,
    network: Network,
    *,
    loss="squared",
    per_frame=False,
    series_weights=None,
    n_jobs=None,
    difference_scale=None,
    augmentation=None,
) -> Session:
    assert series_weights is None, "the reference lets every series count once"
    del n_jobs, augmentation  # one thread, nothing at random
    return Session(batch, network, loss, per_frame, difference_scale)


class Session(engines.Session):
    """One series after the other; no tricks."""

    def __init__(
        self, batch: Batch, network: Network, loss: str, per_frame: bool, difference_scale=None
    ) -> None:
        self.difference_scale = difference_scale
        self.batch, self.network, self.loss_name, self.per_frame = batch, network, loss, per_frame

    def gradient(self, parameters, rows, seed, out):  # noqa: ARG002
        total, gradient = 0.0, np.zeros(len(out))
        p, d = self.network.views(parameters.astype(float)), self.network.views(gradient)
        for row in rows:
            y, memory = self.forward(p, row)
            loss, dy = self.compare(y, row)
            total += loss
            self.backward(p, d, dy, memory)
        out[...] = gradient
        return total, float(len(rows))

    def loss(self, parameters, rows) -> tuple[float, float]:
        p = self.network.views(parameters.astype(float))
        return sum(self.compare(self.forward(p, r)[0], r)[0] for r in rows), float(len(rows))

    def outputs(self, parameters, rows) -> Array:
        p = self.network.views(parameters.astype(float))
        return np.concatenate([self.forward(p, row)[0] for row in rows])

    def forward(self, p, row):
        x = self.batch.frames[self.batch.offsets[row] : self.batch.offsets[row + 1]].astype(float)
        if self.network.differences:
            steps = np.diff(x, axis=0, prepend=x[:1]) * self.difference_scale
            x = np.concatenate([x, steps], axis=1)
        if self.network.clock:
            x = np.column_stack([x, np.log1p(np.arange(len(x))) - 3])

        layers = []
        for k, units in enumerate(self.network.hidden_sizes):
            steps, h, c = [], np.zeros(units), np.zeros(units)
            for x_t in x:
                z = p[f"weight_ih_l{k}"] @ x_t + p[f"bias_ih_l{k}"]
                z += p[f"weight_hh_l{k}"] @ h + p[f"bias_hh_l{k}"]
                i, f, g, o = np.split(z, 4)
                i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
                c_before, h_before = c, h
                c = f * c_before + i * g
                h = o * np.tanh(c)
                steps.append((x_t, h_before, c_before, i, f, g, o, c, h))
            layers.append(steps)
            x = np.stack([step[-1] for step in steps])
        features = x if self.per_frame else self.pool(x)
        return features @ p["readout_weight"].T + p["readout_bias"], (layers, x, features)

    def pool(self, h: Array) -> Array:
        pools = {"last": h[-1], "mean": h.mean(axis=0), "max": h.max(axis=0)}
        return np.concatenate([pools[section] for section in self.network.readout])[np.newaxis]

    def compare(self, y: Array, row: int) -> tuple[float, Array]:
        if self.per_frame:
            target = self.batch.targets[self.batch.offsets[row] : self.batch.offsets[row + 1]]
        else:
            target = self.batch.targets[row : row + 1]
        if self.loss_name == "squared":
            error = y - target
            return float((error**2).mean()), 2 * error / error.size
        rows, classes = np.arange(len(y)), target[:, 0].astype(int)
        log_p = y - np.log(np.exp(y - y.max()).sum(axis=1, keepdims=True)) - y.max()
        dy = np.exp(log_p)
        dy[rows, classes] -= 1
        return float(-log_p[rows, classes].mean()), dy / len(y)

    def backward(self, p, d, dy: Array, memory) -> None:
        layers, states, features = memory
        d["readout_weight"] += dy.T @ features
        d["readout_bias"] += dy.sum(axis=0)
        d_features = dy @ p["readout_weight"]
        dh_above = d_features if self.per_frame else self.unpool(states, d_features[0])
        for k in reversed(range(len(layers))):
            units = self.network.hidden_sizes[k]
            dh, dc, dx = np.zeros(units), np.zeros(units), []
            for t in reversed(range(len(layers[k]))):
                x, h_before, c_before, i, f, g, o, c, _ = layers[k][t]
                dh = dh + dh_above[t]
                dc = dc + dh * o * (1 - np.tanh(c) ** 2)
                dz = np.concatenate(
                    [
                        dc * g * i * (1 - i),
                        dc * c_before * f * (1 - f),
                        dc * i * (1 - g**2),
                        dh * np.tanh(c) * o * (1 - o),
                    ]
                )
                d[f"weight_ih_l{k}"] += np.outer(dz, x)
                d[f"weight_hh_l{k}"] += np.outer(dz, h_before)
                d[f"bias_ih_l{k}"] += dz
                d[f"bias_hh_l{k}"] += dz
                dx.append(dz @ p[f"weight_ih_l{k}"])
                dh = dz @ p[f"weight_hh_l{k}"]
                dc = dc * f
            dh_above = np.stack(dx[::-1])

    def unpool(self, h: Array, d_features: Array) -> Array:
        dh = np.zeros_like(h)
        for section, d in zip(
            self.network.readout, np.split(d_features, len(self.network.readout)), strict=True
        ):
            if section == "last":
                dh[-1] += d
            elif section == "mean":
                dh += d / len(h)
            else:
                dh[h.argmax(axis=0), np.arange(h.shape[1])] += d
        return dh
