"""The same networks in NumPy, written by hand and without a word too many: what every ratio is relative to."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

Array = Any


def sigmoid(z: Array) -> Array:
    """1/(1 + e^(−z))."""
    return 1 / (1 + np.exp(-z))


def recorded_step(x: Array, y: Array, W1: Array, W2: Array, rate: float = 0.1) -> tuple[Array, ...]:
    """One step of a network of sigmoids without biases, ½ squared error; every value and gradient kept."""
    z1 = W1 @ x
    a1 = sigmoid(z1)
    z2 = W2 @ a1
    a2 = sigmoid(z2)
    loss = 0.5 * ((a2 - y) ** 2).sum()
    to_a2 = a2 - y
    to_z2 = to_a2 * a2 * (1 - a2)
    to_W2 = to_z2 @ a1.T
    to_a1 = W2.T @ to_z2
    to_z1 = to_a1 * a1 * (1 - a1)
    to_W1 = to_z1 @ x.T
    return z1, a1, z2, a2, loss, to_a2, to_z2, to_W2, to_a1, to_z1, to_W1, W1 - rate * to_W1, W2 - rate * to_W2


def training(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, updates: int, rate: float) -> Array:
    """So many updates of the weights, nothing kept."""
    for _ in range(updates):
        a1 = sigmoid(W1 @ x + b1)
        a2 = sigmoid(W2 @ a1 + b2)
        d2 = (a2 - y) * a2 * (1 - a2)
        d1 = (W2.T @ d2) * a1 * (1 - a1)
        W2 = W2 - rate * (d2 @ a1.T)
        W1 = W1 - rate * (d1 @ x.T)
    return W1, W2


def training_in_floats(
    x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, updates: int, rate: float
) -> tuple[float, ...]:
    """The same for 2-2-2 without NumPy, every number a variable: as fast as Python itself can be, without a thought for
    numbers that are large.
    """
    given = (n for each in (x, y, W1, b1, W2, b2) for n in each.ravel().tolist())
    x1, x2, y1, y2, p, q, r, s, b, b_2, t, u, v, w, c, d = given
    for _ in range(updates):
        a1 = 1.0 / (1.0 + exp(-(p * x1 + q * x2 + b)))
        a2 = 1.0 / (1.0 + exp(-(r * x1 + s * x2 + b_2)))
        o1 = 1.0 / (1.0 + exp(-(t * a1 + u * a2 + c)))
        o2 = 1.0 / (1.0 + exp(-(v * a1 + w * a2 + d)))
        d1 = (o1 - y1) * o1 * (1.0 - o1)
        d2 = (o2 - y2) * o2 * (1.0 - o2)
        e1 = rate * ((t * d1 + v * d2) * a1 * (1.0 - a1))
        e2 = rate * ((u * d1 + w * d2) * a2 * (1.0 - a2))
        d1, d2 = rate * d1, rate * d2
        p, q, r, s = p - e1 * x1, q - e1 * x2, r - e2 * x1, s - e2 * x2
        t, u, v, w = t - d1 * a1, u - d1 * a2, v - d2 * a1, w - d2 * a2
    return p, q, r, s, t, u, v, w


def recorded_training(
    x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, updates: int, rate: float
) -> list[Any]:
    """The same, every value of every update kept."""
    kept = []
    for _ in range(updates):
        z1 = W1 @ x + b1
        a1 = sigmoid(z1)
        z2 = W2 @ a1 + b2
        a2 = sigmoid(z2)
        d2 = (a2 - y) * a2 * (1 - a2)
        d1 = (W2.T @ d2) * a1 * (1 - a1)
        kept.append((W1, W2, z1, a1, z2, a2, d2, d1))
        W2 = W2 - rate * (d2 @ a1.T)
        W1 = W1 - rate * (d1 @ x.T)
    return kept


def recorded_steps(
    x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, updates: int, rate: float
) -> list[Any]:
    """So many updates of weights and biases, every value and gradient of every one kept."""
    kept = []
    for _ in range(updates):
        z1 = W1 @ x + b1
        a1 = sigmoid(z1)
        z2 = W2 @ a1 + b2
        a2 = sigmoid(z2)
        loss = 0.5 * ((a2 - y) ** 2).sum()
        to_a2 = a2 - y
        to_z2 = to_a2 * a2 * (1 - a2)
        to_W2 = to_z2 @ a1.T
        to_a1 = W2.T @ to_z2
        to_z1 = to_a1 * a1 * (1 - a1)
        to_W1 = to_z1 @ x.T
        kept.append((W1, b1, W2, b2, z1, a1, z2, a2, loss, to_a2, to_z2, to_W2, to_a1, to_z1, to_W1))
        W2, b2 = W2 - rate * to_W2, b2 - rate * to_z2
        W1, b1 = W1 - rate * to_W1, b1 - rate * to_z1
    return kept


def mini_batches(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, size: int, rate: float) -> Array:
    """One epoch of mini-batches, mean ½ squared error."""
    for at in range(0, x.shape[1], size):
        columns = slice(at, at + size)
        a0 = x[:, columns]
        a1 = sigmoid(W1 @ a0 + b1)
        a2 = sigmoid(W2 @ a1 + b2)
        d2 = (a2 - y[:, columns]) * a2 * (1 - a2) / a0.shape[1]
        d1 = (W2.T @ d2) * a1 * (1 - a1)
        W2 = W2 - rate * (d2 @ a1.T)
        b2 = b2 - rate * d2.sum(axis=1, keepdims=True)
        W1 = W1 - rate * (d1 @ a0.T)
        b1 = b1 - rate * d1.sum(axis=1, keepdims=True)
    return W1, b1, W2, b2


def many_networks(x: Array, y: Array, W1: Array, W2: Array, rate: float = 0.1) -> tuple[Array, ...]:
    """One step of many networks at once, the networks along the first axis, by einsum."""
    z1 = np.einsum("njk,nk->nj", W1, x)
    a1 = sigmoid(z1)
    z2 = np.einsum("njk,nk->nj", W2, a1)
    a2 = sigmoid(z2)
    loss = 0.5 * ((a2 - y) ** 2).sum(axis=1)
    to_a2 = a2 - y
    to_z2 = to_a2 * a2 * (1 - a2)
    to_W2 = np.einsum("nj,nk->njk", to_z2, a1)
    to_a1 = np.einsum("njk,nj->nk", W2, to_z2)
    to_z1 = to_a1 * a1 * (1 - a1)
    to_W1 = np.einsum("nj,nk->njk", to_z1, x)
    return z1, a1, z2, a2, loss, to_a2, to_z2, to_W2, to_a1, to_z1, to_W1, W1 - rate * to_W1, W2 - rate * to_W2


def step_with_loss_after(
    x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array, rate: float
) -> tuple[Array, ...]:
    """One whole step of a network of sigmoids, ½ squared error: forward, backward, update, forward again."""
    a1 = sigmoid(W1 @ x + b1)
    a2 = sigmoid(W2 @ a1 + b2)
    loss = 0.5 * ((a2 - y) ** 2).sum()
    d2 = (a2 - y) * a2 * (1 - a2)
    d1 = (W2.T @ d2) * a1 * (1 - a1)
    W2, b2 = W2 - rate * (d2 @ a1.T), b2 - rate * d2.sum(axis=1, keepdims=True)
    W1, b1 = W1 - rate * (d1 @ x.T), b1 - rate * d1.sum(axis=1, keepdims=True)
    new1 = sigmoid(W1 @ x + b1)
    new2 = sigmoid(W2 @ new1 + b2)
    return a1, a2, loss, d1, d2, W1, b1, W2, b2, new1, new2, 0.5 * ((new2 - y) ** 2).sum()
