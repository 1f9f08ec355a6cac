"""What each mistake on arrays and sequences gives, written out by hand on a bundled scenario, in loops and in NumPy.

h holds the given numbers of the scenario, each array in its own axes.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.practice.mistakes.expected import Expected
from tests.practice.mistakes.hand import sigmoid

Array = Any
EPSILON = 1e-5


def windows(x: Array, size: int, stride: int = 1) -> dict[tuple[int, int], Array]:
    """The windows of a matrix by their place."""
    rows, columns = ((n - size) // stride + 1 for n in x.shape)
    return {
        (i, j): x[stride * i : stride * i + size, stride * j : stride * j + size]
        for i in range(rows)
        for j in range(columns)
    }


def correlated(x: Array, k: Array, stride: int = 1) -> Array:
    """The sums of the windows of a matrix times the kernel."""
    met = windows(x, len(k), stride)
    return np.array([(window * k).sum() for window in met.values()]).reshape(np.array(list(met)).max(axis=0) + 1)


def put_back(g: Array, k: Array, size: int) -> Array:
    """Each element of g times a kernel, back into the window it came from."""
    made = np.zeros((size, size))
    for (i, j), came in np.ndenumerate(g):
        made[i : i + len(k), j : j + len(k)] += came * k
    return made


def channels(h: SimpleNamespace, x: Array, stride: int) -> Array:
    """The first two by two places of a convolution of all channels, and the bias."""
    sums = [sum(correlated(x[c], h.k[o, c], stride)[:2, :2] for c in range(2)) for o in range(2)]
    return np.array(sums) + h.b[:, None, None]


def surrounded(x: Array) -> Array:
    """A row of zeros all around every channel."""
    return np.pad(x, ((0, 0), (1, 1), (1, 1)))


def normed(h: SimpleNamespace, axis: int = 1, fewer: int = 0) -> SimpleNamespace:
    """A layer norm: x̂, its deviation, and what comes back to x̂."""
    s = np.sqrt(h.x.var(axis=axis, ddof=fewer, keepdims=True) + EPSILON)
    return SimpleNamespace(
        s=s, xhat=(h.x - h.x.mean(axis=axis, keepdims=True)) / s, back=h.upstream * h.gain, axis=axis
    )


def normed_back(n: SimpleNamespace, mean: bool, variance: bool) -> Array:
    """What goes back to x: directly, through the mean, through the variance."""
    found = n.back.copy()
    if mean:
        found -= n.back.mean(axis=n.axis, keepdims=True)
    if variance:
        found -= n.xhat * (n.back * n.xhat).mean(axis=n.axis, keepdims=True)
    return found / n.s


def dropped(h: SimpleNamespace) -> tuple[Array, float]:
    """tanh x, and the error."""
    a = np.tanh(h.x)
    return a, h.w @ (a * h.mask / 0.5) - h.y


def steps(h: SimpleNamespace) -> SimpleNamespace:
    """The three steps of the recurrent unit: its states, the inputs, the error signals of each."""
    xs, states = [h.x1, h.x2, h.x3], [h.h0]
    for x in xs:
        states.append(np.tanh(h.w * x + h.u * states[-1] + h.b))
    back, deltas = states[3] - h.y, []
    for state in states[:0:-1]:
        deltas.insert(0, back * (1 - state**2))
        back = deltas[0] * h.u
    return SimpleNamespace(x=xs, h=states, d=deltas, loss=(states[3] - h.y) ** 2 / 2)


def cell(h: SimpleNamespace) -> SimpleNamespace:
    """The LSTM cell with what comes back to c."""
    z = {
        gate: getattr(h, f"w_{gate}") * h.x + getattr(h, f"u_{gate}") * h.h0 + getattr(h, f"b_{gate}")
        for gate in "ifog"
    }
    i, f, o, g = sigmoid(z["i"]), sigmoid(z["f"]), sigmoid(z["o"]), np.tanh(z["g"])
    c = f * h.c0 + i * g
    back = (o * np.tanh(c) - h.y) * o * (1 - np.tanh(c) ** 2)
    return SimpleNamespace(i=i, f=f, o=o, g=g, c=c, dc=back)


def gru(h: SimpleNamespace) -> Array:
    """u · n + (1 − u) · h0, the other way about."""
    r, u = sigmoid(h.Wr @ h.x + h.Ur @ h.h0), sigmoid(h.Wu @ h.x + h.Uu @ h.h0)
    n = np.tanh(h.Wn @ h.x + r * (h.Un @ h.h0))
    return u * n + (1 - u) * h.h0


def softmax(s: Array, axis: int = 1) -> Array:
    """e^s over its sum."""
    return np.exp(s) / np.exp(s).sum(axis=axis, keepdims=True)


def head(h: SimpleNamespace) -> SimpleNamespace:
    """The attention head with what comes back to P and to the scores."""
    q, k, v = h.x @ h.Wq, h.x @ h.Wk, h.x @ h.Wv
    masked = np.where(np.tri(3) > 0, q @ k.T, -np.inf)
    p = softmax(masked / np.sqrt(2))
    dp = (p @ v - h.y) @ v.T
    ds = p * (dp - (dp * p).sum(axis=1, keepdims=True))
    return SimpleNamespace(q=q, k=k, v=v, masked=masked, p=p, dp=dp, ds=ds)


def embedded(h: SimpleNamespace) -> Array:
    """The gradient of the table where the second row keeps the last of its two shares."""
    rows = h.E[[1, 0, 1]]
    p = softmax((h.W @ rows.mean(axis=0))[None])[0]
    each = h.W.T @ (p - [1, 0, 0]) / 3
    return np.array([each, each, [0, 0]])


def block(h: SimpleNamespace) -> tuple[float, float]:
    """The error after two residual blocks, and the derivative of the second block by its input."""
    first = h.x + np.tanh(h.w[0] * h.x)
    second = first + np.tanh(h.w[1] * first)
    return second - h.t, h.w[1] * (1 - np.tanh(h.w[1] * first) ** 2)


def decoded(h: SimpleNamespace) -> tuple[Array, Array]:
    """The code, and the error of the decoded x."""
    code = h.W @ h.x
    return code, h.W.T @ code - h.x


def entry(
    mistake: str, scenario: str, quantity: str, formula: Callable[[SimpleNamespace], Any], where: str | None = None
) -> Expected:
    """A mistake at a place (the first where none is named) of a bundled scenario."""
    return Expected(mistake, scenario, quantity, formula, where)


EXPECTED_ARRAYS = (
    entry("kernel-flipped", "convolution-backward", "values.y", lambda h: correlated(h.x, h.k[::-1, ::-1])),
    entry(
        "kernel-flipped",
        "convolution-backward",
        "grads.k",
        lambda h: correlated(h.x, h.upstream)[::-1, ::-1],
        "y, on the way back only",
    ),
    entry(
        "kernel-not-flipped-back", "convolution-backward", "grads.x", lambda h: put_back(h.upstream, h.k[::-1, ::-1], 3)
    ),
    entry("kernel-one-window", "convolution-backward", "grads.k", lambda h: h.upstream[0, 0] * h.x[:2, :2]),
    entry(
        "kernel-one-window",
        "convolution-backward",
        "grads.k",
        lambda h: h.upstream[1, 1] * h.x[1:, 1:],
        "y, at the last place only",
    ),
    entry("stride-ignored", "convolution-channels", "values.y", lambda h: channels(h, surrounded(h.x), 1)),
    entry(
        "padding-ignored",
        "convolution-channels",
        "values.y",
        lambda h: channels(h, np.pad(h.x, ((0, 0), (0, 2), (0, 2))), 2),
    ),
    entry(
        "padding-ignored",
        "convolution-channels",
        "grads.k",
        lambda h: np.array(
            [
                [
                    sum(g[i, j] * x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] for i, j in np.ndindex(2, 2))
                    for x in np.pad(h.x, ((0, 0), (0, 2), (0, 2)))
                ]
                for g in h.upstream
            ]
        ),
        "conv2d(x, k, stride=2, padding=1), on the way back only",
    ),
    entry(
        "channels-not-summed",
        "convolution-channels",
        "values.y",
        lambda h: np.array([correlated(surrounded(h.x)[0], h.k[o, 0], 2) + h.b[o] for o in range(2)]),
    ),
    entry("conv-bias-not-summed", "convolution-1d", "grads.b", lambda h: h.x[:3] @ h.k + h.b - h.y[0]),
    entry("pool-gradient-to-all", "max-pooling", "grads.x", lambda h: np.kron(h.upstream, np.ones((2, 2)))),
    entry("pool-gradient-shared", "max-pooling", "grads.x", lambda h: np.kron(h.upstream, np.ones((2, 2))) / 4),
    entry("pool-average-not-divided", "average-pooling", "values.y", lambda h: correlated(h.x, np.ones((2, 2)))),
    entry(
        "pool-gradient-to-last-tie",
        "max-pooling-tie",
        "grads.x",
        lambda h: [[0, 0, 0], [0, 1.7, 2.4 + 3.1], [1.2, 0, 0]],
    ),
    entry("norm-mean-path-missing", "layer-norm-rows", "grads.x", lambda h: normed_back(normed(h), False, True)),
    entry("norm-variance-path-missing", "layer-norm-rows", "grads.x", lambda h: normed_back(normed(h), True, False)),
    entry("norm-constant-statistics", "layer-norm-rows", "grads.x", lambda h: normed_back(normed(h), False, False)),
    entry("norm-sample-variance", "layer-norm-rows", "values.y", lambda h: h.gain * normed(h, fewer=1).xhat + h.shift),
    entry(
        "norm-sample-variance",
        "batch-norm-backward",
        "values.y",
        lambda h: 1.5 * np.array([[-2, -1, 3]]) / np.sqrt(7 + EPSILON) + 0.5,
    ),
    entry("norm-gain-forgotten", "layer-norm-rows", "values.y", lambda h: normed(h).xhat + h.shift),
    entry(
        "norm-gain-forgotten",
        "layer-norm-rows",
        "grads.x",
        lambda h: normed_back(SimpleNamespace(**{**vars(normed(h)), "back": h.upstream}), True, True),
        "y, on the way back only",
    ),
    entry("norm-wrong-axis", "layer-norm-rows", "values.y", lambda h: h.gain * normed(h, axis=0).xhat + h.shift),
    entry("norm-wrong-axis", "layer-norm-rows", "grads.x", lambda h: normed_back(normed(h, axis=0), True, True)),
    entry("dropout-mask-not-backward", "dropout-mask", "grads.h", lambda h: dropped(h)[1] * h.w / 0.5),
    entry("dropout-scale-forgotten", "dropout-mask", "values.d", lambda h: dropped(h)[0] * h.mask),
    entry("dropout-scaled-twice", "dropout-mask", "values.d", lambda h: dropped(h)[0] * h.mask / 0.25),
    entry("shape-summed-wrong-axis", "layer-norm-rows", "grads.shift", lambda h: h.upstream.sum(axis=1)),
    entry("embedding-overwritten", "embedding-repeated", "grads.E", embedded),
    entry("recurrent-last-step-only", "recurrent-three-steps", "grads.w", lambda h: steps(h).d[2] * h.x3),
    entry("recurrent-path-cut", "recurrent-three-steps", "grads.u", lambda h: steps(h).d[2] * steps(h).h[2]),
    entry("recurrent-path-cut", "recurrent-three-steps", "grads.h2", lambda h: 0.0),
    entry("recurrent-gradient-averaged", "recurrent-three-steps", "grads.b", lambda h: np.mean(steps(h).d)),
    entry("lstm-cell-path-cut", "lstm-cell", "grads.c0", lambda h: 0.0),
    entry("lstm-gate-derivative-omitted", "lstm-cell", "grads.z_i", lambda h: cell(h).dc * cell(h).g, "i"),
    entry(
        "lstm-squashed-twice",
        "lstm-cell",
        "grads.z_g",
        lambda h: cell(h).dc * cell(h).i * (1 - np.tanh(cell(h).g) ** 2),
        "g",
    ),
    entry("gru-update-exchanged", "gru-step", "values.h", gru),
    entry("attention-scale-forgotten", "attention-head", "values.P", lambda h: softmax(head(h).masked)),
    entry(
        "attention-softmax-wrong-axis",
        "attention-head",
        "values.P",
        lambda h: softmax(head(h).masked / np.sqrt(2), axis=0),
    ),
    entry(
        "attention-softmax-diagonal", "attention-head", "grads.S", lambda h: head(h).dp * head(h).p * (1 - head(h).p)
    ),
    entry("attention-keys-not-transposed", "attention-head", "grads.K", lambda h: head(h).ds @ head(h).q / np.sqrt(2)),
    entry(
        "attention-mask-forgotten",
        "attention-head",
        "values.P",
        lambda h: softmax(head(h).q @ head(h).k.T / np.sqrt(2)),
    ),
    entry("attention-value-path-only", "attention-head", "grads.Wq", lambda h: np.zeros((2, 2))),
    entry("residual-path-forgotten", "residual-blocks", "grads.h1", lambda h: block(h)[0] * block(h)[1], "h2"),
    entry("residual-path-twice", "residual-blocks", "grads.h1", lambda h: block(h)[0] * (2 + block(h)[1]), "h2"),
    entry("tied-use-forgotten", "tied-autoencoder", "grads.W", lambda h: np.outer(*decoded(h)), "W: the use in h"),
    entry("upstream-ignored", "convolution-backward", "grads.k", lambda h: correlated(h.x, np.ones((2, 2)))),
    entry("stale-activations", "recurrent-three-steps", "after.E", lambda h: steps(h).loss, "h3"),
)
