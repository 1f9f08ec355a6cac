"""Right backward passes of one operation each, as people write them, and bugs of each of them.

They are written independently of the program's own lines: loops over windows, gates in one matrix, caches by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop_tutor import scenario
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.graphs.diagnosis import diagnose_graph
from backprop_tutor.programs.graphs.program import held

R = np.random.default_rng(11)


def drawn(*shape: int) -> Any:
    """Numbers of a shape."""
    return R.normal(0, 0.8, shape).round(3)


def _graph(parameters: dict[str, Any], nodes: dict[str, str], rows: list[dict[str, Any]]) -> Scenario:
    inputs = list(rows[0])
    return scenario(
        {
            "title": "operation",
            "graph": {"inputs": inputs, "parameters": parameters, "nodes": nodes, "output": "L"},
            "data": rows,
        }
    )


@dataclass(frozen=True, eq=False)
class Operation:
    """A right program of a scenario, and what is written in place of what."""

    name: str
    net: Scenario
    text: str
    bugs: tuple[tuple[str, str], ...]


CONV = Operation(
    "conv",
    _graph(
        {"k": drawn(2, 2, 3, 3), "b": drawn(2), "w": drawn(2, 3, 3), "c": drawn(2, 5, 5)},
        {
            "h": "tanh(c * x)",
            "z": "conv2d(h, k) + reshape(b, 2, 1, 1)",
            "a": "relu(z)",
            "o": "sum(a * w)",
            "L": "(o - y)^2 / 2",
        },
        [{"x": drawn(2, 5, 5), "y": 0.7} for _ in range(3)],
    ),
    """
def backward(p, x, y):
    N = len(x)
    k, b, w, c = p["k"], p["b"], p["w"], p["c"]
    h = np.tanh(c * x)
    z = np.zeros((N, 2, 3, 3))
    for i in range(3):
        for j in range(3):
            patch = h[:, :, i:i + 3, j:j + 3]
            for f in range(2):
                z[:, f, i, j] = np.sum(patch * k[f], axis=(1, 2, 3)) + b[f]
    a = np.maximum(z, 0)
    o = np.sum(a * w, axis=(1, 2, 3))
    do = (o - y) / N
    dw = np.einsum("n,ncij->cij", do, a)
    da = do[:, None, None, None] * w
    dz = da * (z > 0)
    dk = np.zeros_like(k)
    dh = np.zeros_like(h)
    for i in range(3):
        for j in range(3):
            patch = h[:, :, i:i + 3, j:j + 3]
            for f in range(2):
                dk[f] += np.sum(patch * dz[:, f, i, j][:, None, None, None], axis=0)
                dh[:, :, i:i + 3, j:j + 3] += k[f] * dz[:, f, i, j][:, None, None, None]
    db = dz.sum(axis=(0, 2, 3))
    dc = (dh * (1 - h ** 2) * x).sum(axis=0)
    return {"k": dk, "b": db, "w": dw, "c": dc}
""",
    (
        ("dk[f] += np.sum", "dk[f] = np.sum"),
        ("+= k[f] * dz", "+= k[f][:, ::-1, ::-1] * dz"),
        ("+= k[f] * dz", "+= k[0] * dz"),
        ("dz = da * (z > 0)", "dz = da"),
        ("dz = da * (z > 0)", "dz = da * (da > 0)"),
        ("db = dz.sum(axis=(0, 2, 3))", "db = dz.sum(axis=0)[:, 0, 0]"),
        ("db = dz.sum(axis=(0, 2, 3))", "db = dz.mean(axis=(2, 3)).sum(axis=0)"),
        ("(1 - h ** 2)", "(1 - x ** 2)"),
        ("do = (o - y) / N", "do = (y - o) / N"),
        ("return {", "dk = dk[:, :, ::-1, ::-1]\n    return {"),
        ("dh * (1 - h ** 2) * x", "dh * x"),
        ('dw = np.einsum("n,ncij->cij", do, a)', 'dw = np.einsum("n,ncij->cij", do, z)'),
    ),
)

POOL = Operation(
    "pool",
    _graph(
        {"c": drawn(4, 4), "d": drawn(4, 4), "w": drawn(2, 2), "v": drawn(2, 2)},
        {
            "h": "tanh(c * x)",
            "m": "max_pool2d(h, 2)",
            "g": "sigmoid(d * x)",
            "q": "avg_pool2d(g, 2)",
            "o": "sum(m * w) + sum(q * v)",
            "L": "(o - y)^2 / 2",
        },
        [{"x": drawn(4, 4), "y": 1.5} for _ in range(2)],
    ),
    """
def backward(p, x, y):
    N = len(x)
    c, d, w, v = p["c"], p["d"], p["w"], p["v"]
    h, g = np.tanh(c * x), 1 / (1 + np.exp(-d * x))
    m, q = np.zeros((N, 2, 2)), np.zeros((N, 2, 2))
    for i in range(2):
        for j in range(2):
            m[:, i, j] = h[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2].max(axis=(1, 2))
            q[:, i, j] = g[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2].mean(axis=(1, 2))
    o = (m * w).sum(axis=(1, 2)) + (q * v).sum(axis=(1, 2))
    do = ((o - y) / N)[:, None, None]
    dw, dv = (do * m).sum(axis=0), (do * q).sum(axis=0)
    dm, dq = do * w, do * v
    dh, dg = np.zeros_like(h), np.zeros_like(g)
    for i in range(2):
        for j in range(2):
            s = np.s_[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
            mask = h[s] == m[:, i, j][:, None, None]
            dh[s] += mask * dm[:, i, j][:, None, None]
            dg[s] += np.ones((1, 2, 2)) * dq[:, i, j][:, None, None] / 4
    dc = (dh * (1 - h * h) * x).sum(axis=0)
    dd = (dg * g * (1 - g) * x).sum(axis=0)
    return {"c": dc, "d": dd, "w": dw, "v": dv}
""",
    (
        ("mask * dm", "np.ones_like(mask) * 1.0 * dm"),
        ("mask * dm", "np.ones_like(mask) * 0.25 * dm"),
        ("[:, None, None] / 4", "[:, None, None]"),
        ("[:, None, None] / 4", "[:, None, None] / 2"),
        ("(1 - h * h)", "(1 - h)"),
        ("dg * g * (1 - g)", "dg * (1 - g)"),
        ("dg * g * (1 - g)", "dg * g"),
        ("dm, dq = do * w, do * v", "dm, dq = do * v, do * w"),
        ("(dg * g * (1 - g) * x)", "(dg * g * (1 - g))"),
        ("dm, dq = do * w", "dm, dq = w * np.ones_like(do)"),
        ("(dh * (1 - h * h) * x)", "(dh * (1 - h * h))"),
        ("dw, dv = (do * m)", "dw, dv = (do * h[:, ::2, ::2])"),
    ),
)

NORMS = Operation(
    "norms",
    _graph(
        {"W": drawn(4, 3), "gain": drawn(4), "shift": drawn(4), "gain2": drawn(4), "v": drawn(4)},
        {
            "h": "W @ x",
            "n": "layer_norm(h, gain, shift)",
            "r": "rms_norm(tanh(n), gain2)",
            "o": "v @ r",
            "L": "(o - y)^2",
        },
        [{"x": drawn(3), "y": 0.4} for _ in range(4)],
    ),
    """
def backward(p, x, y):
    N, D = len(x), 4
    W, gain, shift, gain2, v = (p[n] for n in ("W", "gain", "shift", "gain2", "v"))
    h = x @ W.T
    mu = h.mean(axis=1, keepdims=True)
    var = h.var(axis=1, keepdims=True)
    inv = 1 / np.sqrt(var + 1e-5)
    xhat = (h - mu) * inv
    n = gain * xhat + shift
    t = np.tanh(n)
    ms = (t ** 2).mean(axis=1, keepdims=True)
    rinv = 1 / np.sqrt(ms + 1e-5)
    r = gain2 * t * rinv
    o = r @ v
    do = 2 * (o - y) / N
    dv = do @ r
    dr = np.outer(do, v)
    dgain2 = (dr * t * rinv).sum(axis=0)
    dt = dr * gain2 * rinv - t * rinv ** 3 * (dr * gain2 * t).sum(axis=1, keepdims=True) / D
    dn = dt * (1 - t ** 2)
    dgain = (dn * xhat).sum(axis=0)
    dshift = dn.sum(axis=0)
    dxhat = dn * gain
    dh = inv / D * (D * dxhat - dxhat.sum(axis=1, keepdims=True) - xhat * (dxhat * xhat).sum(axis=1, keepdims=True))
    dW = dh.T @ x
    return {"W": dW, "gain": dgain, "shift": dshift, "gain2": dgain2, "v": dv}
""",
    (
        (" - dxhat.sum(axis=1, keepdims=True)", ""),
        (" - xhat * (dxhat * xhat).sum(axis=1, keepdims=True)", ""),
        (" - dxhat.sum(axis=1, keepdims=True) - xhat * (dxhat * xhat).sum(axis=1, keepdims=True)", ""),
        ("dxhat = dn * gain", "dxhat = dn"),
        ("dgain = (dn * xhat)", "dgain = (dn * h)"),
        ("dshift = dn.sum(axis=0)", "dshift = dn.mean(axis=0)"),
        (" - t * rinv ** 3 * (dr * gain2 * t).sum(axis=1, keepdims=True) / D", ""),
        ("dn = dt * (1 - t ** 2)", "dn = dt"),
        ("dn = dt * (1 - t ** 2)", "dn = dt * (1 - n ** 2)"),
        ("do = 2 * (o - y) / N", "do = (o - y) / N"),
        ("dgain2 = (dr * t * rinv)", "dgain2 = (dr * t)"),
        ("dgain = (dn * xhat).sum(axis=0)", "dgain = dn.sum(axis=0)"),
    ),
)

BATCH = Operation(
    "batch norm",
    _graph(
        {"W": drawn(3, 2), "gain": drawn(3), "shift": drawn(3), "v": drawn(3)},
        {"h": "W @ x", "n": "batch_norm(h, gain, shift)", "a": "relu(n)", "o": "v @ a", "L": "(o - y)^2 / 2"},
        [{"x": drawn(2), "y": round(0.3 * i, 1)} for i in range(5)],
    ),
    """
def backward(p, x, y):
    N = len(x)
    W, gain, shift, v = (p[n] for n in ("W", "gain", "shift", "v"))
    h = x @ W.T
    mu = h.mean(axis=0)
    std = np.sqrt(h.var(axis=0) + 1e-5)
    xhat = (h - mu) / std
    n = gain * xhat + shift
    a = np.where(n > 0, n, 0)
    o = a @ v
    do = (o - y) / N
    dv = a.T @ do
    da = do[:, None] * v
    dn = da * (n > 0)
    dgain = np.sum(dn * xhat, axis=0)
    dshift = np.sum(dn, axis=0)
    dxhat = dn * gain
    dvar = np.sum(dxhat * (h - mu), axis=0) * -0.5 / std ** 3
    dmu = -np.sum(dxhat, axis=0) / std
    dh = dxhat / std + dvar * 2 * (h - mu) / N + dmu / N
    dW = dh.T @ x
    return {"W": dW, "gain": dgain, "shift": dshift, "v": dv}
""",
    (
        (" + dmu / N", ""),
        (" + dvar * 2 * (h - mu) / N", ""),
        (" + dvar * 2 * (h - mu) / N + dmu / N", ""),
        ("np.sum(dn * xhat, axis=0)", "np.sum(dn * n, axis=0)"),
        ("np.sum(dn * xhat, axis=0)", "np.sum(dn * h, axis=0)"),
        ("dxhat = dn * gain", "dxhat = dn"),
        ("dn = da * (n > 0)", "dn = da"),
        ("dn = da * (n > 0)", "dn = da * (da > 0)"),
        ("dshift = np.sum(dn, axis=0)", "dshift = np.mean(dn, axis=0)"),
        ("* -0.5 / std ** 3", "* 0.5 / std ** 3"),
        ("dvar * 2 * (h - mu) / N", "dvar * (h - mu) / N"),
        ("do = (o - y) / N", "do = 2 * (o - y) / N"),
    ),
)

DROPOUT = Operation(
    "dropout",
    _graph(
        {"W1": drawn(4, 3), "b1": drawn(4), "W2": drawn(2, 4), "b2": drawn(2)},
        {
            "z": "W1 @ x + b1",
            "h": "relu(z)",
            "d": "dropout(h, mask, 0.75)",
            "s": "W2 @ d + b2",
            "L": "cross_entropy(s, c)",
        },
        [{"x": drawn(3), "mask": [1, 0, 1, 1][i:] + [1, 0, 1, 1][:i], "c": 1 + i % 2} for i in range(4)],
    ),
    """
def backward(p, x, mask, c):
    N, keep = len(x), 0.75
    W1, b1, W2, b2 = p["W1"], p["b1"], p["W2"], p["b2"]
    z = x @ W1.T + b1
    h = np.maximum(0, z)
    d = h * mask / keep
    s = d @ W2.T + b2
    q = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    ds = q.copy()
    ds[np.arange(N), c.astype(int) - 1] -= 1
    ds /= N
    dW2 = ds.T @ d
    db2 = ds.sum(axis=0)
    dd = ds @ W2
    dh = dd * mask / keep
    dz = dh * (z > 0)
    dW1 = dz.T @ x
    db1 = dz.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
""",
    (
        ("dh = dd * mask / keep", "dh = dd / keep"),
        ("dh = dd * mask / keep", "dh = dd * mask"),
        ("dh = dd * mask / keep", "dh = dd * mask / keep / keep"),
        ("dh = dd * mask / keep", "dh = dd"),
        ("dh = dd * mask / keep", "dh = dd * (1 - mask) / keep"),
        ("dW2 = ds.T @ d", "dW2 = ds.T @ h"),
        ("dh * (z > 0)", "dh * z"),
        ("dh * (z > 0)", "dh"),
        ("dh = dd * mask / keep", "dh = dd * mask * keep"),
        ("ds /= N", "ds /= 2"),
        ("db1 = dz.sum(axis=0)", "db1 = dh.sum(axis=0)"),
        ("dW1 = dz.T @ x", "dW1 = dd.T @ x"),
    ),
)

EMBEDDING = Operation(
    "embedding",
    _graph(
        {"E": drawn(5, 3), "W": drawn(4, 3), "b": drawn(4)},
        {
            "e": "embedding(E, ids)",
            "m": "mean(e, axis=1)",
            "t": "tanh(m)",
            "s": "W @ t + b",
            "L": "cross_entropy(s, c)",
        },
        [{"ids": ids, "c": c} for ids, c in (([2, 4, 2], 1), ([1, 2, 5], 3), ([5, 5, 4], 2))],
    ),
    """
def backward(p, ids, c):
    N, T = ids.shape
    E, W, b = p["E"], p["W"], p["b"]
    ids, c = ids.astype(int) - 1, c.astype(int) - 1
    e = E[ids]
    m = e.mean(axis=1)
    t = np.tanh(m)
    s = t @ W.T + b
    q = np.exp(s - s.max(axis=1, keepdims=True))
    q = q / q.sum(axis=1, keepdims=True)
    ds = (q - np.eye(4)[c]) / N
    dW = ds.T @ t
    db = ds.sum(axis=0)
    dt = ds @ W
    dm = dt * (1 - t ** 2)
    de = np.repeat(dm[:, None, :], T, axis=1) / T
    dE = np.zeros_like(E)
    np.add.at(dE, ids, de)
    return {"E": dE, "W": dW, "b": db}
""",
    (
        ("np.add.at(dE, ids, de)", "dE[ids] = de"),
        ("np.add.at(dE, ids, de)", "dE[ids] += de"),
        ("axis=1) / T", "axis=1)"),
        ("dm = dt * (1 - t ** 2)", "dm = dt"),
        ("dm = dt * (1 - t ** 2)", "dm = dt * (1 - m ** 2)"),
        ("dm = dt * (1 - t ** 2)", "dm = dt * (1 - t)"),
        ("dm = dt * (1 - t ** 2)", "dm = dt * t * (1 - t)"),
        ("(q - np.eye(4)[c]) / N", "(np.eye(4)[c] - q) / N"),
        ("db = ds.sum(axis=0)", "db = ds.mean(axis=0)"),
        ("dW = ds.T @ t", "dW = ds.T @ m"),
        ("np.repeat(dm[:, None, :], T, axis=1) / T", "np.pad(dm[:, None, :], ((0, 0), (T - 1, 0), (0, 0))) / T"),
        ("dt = ds @ W", "dt = (ds / N) @ W"),
    ),
)

RNN = Operation(
    "rnn",
    _graph(
        {"U": drawn(3, 2), "V": drawn(3, 3), "b": drawn(3), "w": drawn(3)},
        {
            "h1": "tanh(U @ x[1] + b)",
            "h2": "tanh(U @ x[2] + V @ h1 + b)",
            "h3": "tanh(U @ x[3] + V @ h2 + b)",
            "h4": "tanh(U @ x[4] + V @ h3 + b)",
            "o": "w @ h4",
            "L": "(o - y)^2 / 2",
        },
        [{"x": drawn(4, 2), "y": 0.9}],
    ),
    """
def backward(p, x, y):
    U, V, b, w = p["U"], p["V"], p["b"], p["w"]
    hs = [np.zeros(3)]
    for t in range(4):
        hs.append(np.tanh(U @ x[t] + V @ hs[-1] + b))
    o = w @ hs[-1]
    do = o - y
    dw = do * hs[-1]
    dh = do * w
    dU, dV, db = np.zeros_like(U), np.zeros_like(V), np.zeros_like(b)
    for t in reversed(range(4)):
        dz = dh * (1 - hs[t + 1] ** 2)
        dU += np.outer(dz, x[t])
        dV += np.outer(dz, hs[t])
        db += dz
        dh = V.T @ dz
    return {"U": dU, "V": dV, "b": db, "w": dw}
""",
    (
        ("dz = dh * (1 - hs[t + 1] ** 2)", "dz = dh"),
        ("(1 - hs[t + 1] ** 2)", "(1 - hs[t + 1])"),
        ("(1 - hs[t + 1] ** 2)", "(1 - hs[t] ** 2)"),
        ("dh = V.T @ dz", "dh = V @ dz"),
        ("dh = V.T @ dz", "break"),
        ("np.outer(dz, hs[t])", "np.outer(dz, hs[t + 1])"),
        ("dV += np.outer(dz, hs[t])", "dV += np.outer(hs[t], dz)"),
        ("dU += np.outer(dz, x[t])", "dU = np.outer(dz, x[t])"),
        ("db += dz", "db = dz"),
        ("dh = V.T @ dz", "dh = 0 * dz"),
        ("np.outer(dz, x[t])", "np.outer(dh, x[t])"),
        ("do = o - y", "do = y - o"),
    ),
)

LSTM = Operation(
    "lstm",
    _graph(
        {f"{m}{g}": drawn(2, 2) for g in "ifgo" for m in ("W", "U")} | {"v": drawn(2)},
        {
            **{
                f"{g}{t}": ("tanh" if g == "g" else "sigmoid")
                + f"(W{g} @ x[{t}]"
                + (f" + U{g} @ h{t - 1})" if t > 1 else ")")
                for t in (1, 2)
                for g in "ifgo"
            },
            "c1": "i1 * g1",
            "h1": "o1 * tanh(c1)",
            "c2": "f2 * c1 + i2 * g2",
            "h2": "o2 * tanh(c2)",
            "q": "v @ h2",
            "L": "(q - y)^2 / 2",
        },
        [{"x": drawn(2, 2), "y": 1.1}],
    ),
    """
def backward(p, x, y):
    s = lambda a: 1 / (1 + np.exp(-a))
    h, c, keep = np.zeros(2), np.zeros(2), []
    for t in range(2):
        pre = {k: p["W" + k] @ x[t] + p["U" + k] @ h for k in "ifgo"}
        i, f, g, o = s(pre["i"]), s(pre["f"]), np.tanh(pre["g"]), s(pre["o"])
        c_old, h_old = c, h
        c = f * c + i * g
        h = o * np.tanh(c)
        keep.append((i, f, g, o, c, c_old, h_old))
    dq = p["v"] @ h - y
    G = {n: np.zeros_like(a) for n, a in p.items()}
    G["v"] = dq * h
    dh, dc = dq * p["v"], np.zeros(2)
    for t in (1, 0):
        i, f, g, o, c, c_old, h_old = keep[t]
        do = dh * np.tanh(c)
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        di, df, dg = dc * g, dc * c_old, dc * i
        d = {"i": di * i * (1 - i), "f": df * f * (1 - f), "g": dg * (1 - g ** 2), "o": do * o * (1 - o)}
        for k in "ifgo":
            G["W" + k] += np.outer(d[k], x[t])
            G["U" + k] += np.outer(d[k], h_old)
        dh = sum(p["U" + k].T @ d[k] for k in "ifgo")
        dc = dc * f
    return G
""",
    (
        ("dc = dc * f", "dc = np.zeros(2)"),
        ('dh = sum(p["U" + k].T @ d[k] for k in "ifgo")', "dh = np.zeros(2)"),
        ("di * i * (1 - i)", "di"),
        ("do * o * (1 - o)", "do"),
        ("dg * (1 - g ** 2)", "dg"),
        ("dh * o * (1 - np.tanh(c) ** 2)", "dh * o"),
        ("dh * o * (1 - np.tanh(c) ** 2)", "dh * o * (1 - c ** 2)"),
        ("do = dh * np.tanh(c)", "do = dh * c"),
        ("df, dg = dc * g, dc * c_old, dc * i", "df, dg = dc * i, dc * c_old, dc * g"),
        ("dc * c_old", "dc * c"),
        ('p["U" + k].T @ d[k]', 'p["U" + k] @ d[k]'),
        ("dg * (1 - g ** 2)", "dg * g * (1 - g)"),
    ),
)

GRU = Operation(
    "gru",
    _graph(
        {f"{m}{g}": drawn(2, 2) for g in "run" for m in ("W", "U")} | {"v": drawn(2)},
        {
            "r": "sigmoid(Wr @ x + Ur @ h0)",
            "u": "sigmoid(Wu @ x + Uu @ h0)",
            "w": "Un @ h0",
            "n": "tanh(Wn @ x + r * w)",
            "h": "(1 - u) * n + u * h0",
            "q": "v @ h",
            "L": "(q - y)^2 / 2",
        },
        [{"x": drawn(2), "h0": drawn(2), "y": 1.1}],
    ),
    """
def backward(p, x, h0, y):
    s = lambda a: 1 / (1 + np.exp(-a))
    r = s(p["Wr"] @ x + p["Ur"] @ h0)
    u = s(p["Wu"] @ x + p["Uu"] @ h0)
    w = p["Un"] @ h0
    n = np.tanh(p["Wn"] @ x + r * w)
    h = (1 - u) * n + u * h0
    dq = p["v"] @ h - y
    dh = dq * p["v"]
    dn = dh * (1 - u)
    du = dh * (h0 - n)
    zn = dn * (1 - n ** 2)
    dr = zn * w
    dw = zn * r
    zu = du * u * (1 - u)
    zr = dr * r * (1 - r)
    return {"Wr": np.outer(zr, x), "Ur": np.outer(zr, h0), "Wu": np.outer(zu, x), "Uu": np.outer(zu, h0),
            "Wn": np.outer(zn, x), "Un": np.outer(dw, h0), "v": dq * h}
""",
    (
        ("dn = dh * (1 - u)", "dn = dh * u"),
        ("du = dh * (h0 - n)", "du = dh * (n - h0)"),
        ("du = dh * (h0 - n)", "du = dh * h0"),
        ("du = dh * (h0 - n)", "du = dh * -n"),
        ("zn = dn * (1 - n ** 2)", "zn = dn"),
        ("zn = dn * (1 - n ** 2)", "zn = dn * (1 - n)"),
        ("dr = zn * w", "dr = zn"),
        ("dw = zn * r", "dw = zn"),
        ("zu = du * u * (1 - u)", "zu = du * u"),
        ("zr = dr * r * (1 - r)", "zr = dr"),
        ("dr = zn * w", "dr = zn * h0"),
        ("dr = zn * w", "dr = dn * w"),
    ),
)

ATTENTION = Operation(
    "attention",
    _graph(
        {"Wq": drawn(3, 2), "Wk": drawn(3, 2), "Wv": drawn(3, 2), "Wo": drawn(2, 3)},
        {
            "Q": "x @ Wq",
            "K": "x @ Wk",
            "V": "x @ Wv",
            "S": "causal(Q @ K.T / sqrt(2))",
            "P": "softmax(S)",
            "O": "P @ V",
            "a": "x + O @ Wo",
            "L": "sum((a - y)^2) / 2",
        },
        [{"x": drawn(4, 3), "y": drawn(4, 3)} for _ in range(3)],
    ),
    """
def backward(p, x, y):
    N, T, D = x.shape
    Wq, Wk, Wv, Wo = p["Wq"], p["Wk"], p["Wv"], p["Wo"]
    Q, K, V = x @ Wq, x @ Wk, x @ Wv
    S = Q @ K.transpose(0, 2, 1) / np.sqrt(2)
    S = np.where(np.tril(np.ones((T, T))) == 1, S, -1e30)
    e = np.exp(S - S.max(axis=-1, keepdims=True))
    P = e / e.sum(axis=-1, keepdims=True)
    O = P @ V
    a = x + O @ Wo
    da = (a - y) / N
    dWo = sum(O[n].T @ da[n] for n in range(N))
    dO = da @ Wo.T
    dP = dO @ V.transpose(0, 2, 1)
    dV = P.transpose(0, 2, 1) @ dO
    dS = P * (dP - (dP * P).sum(axis=-1, keepdims=True))
    dS = dS / np.sqrt(2)
    dQ = dS @ K
    dK = dS.transpose(0, 2, 1) @ Q
    dWq = np.einsum("ntd,nte->de", x, dQ)
    dWk = np.einsum("ntd,nte->de", x, dK)
    dWv = np.einsum("ntd,nte->de", x, dV)
    return {"Wq": dWq, "Wk": dWk, "Wv": dWv, "Wo": dWo}
""",
    (
        ("dS = dS / np.sqrt(2)", "dS = dS"),
        ("dS = dS / np.sqrt(2)", "dS = dS / 2"),
        ("dP - (dP * P).sum(axis=-1, keepdims=True)", "dP"),
        ("P * (dP - (dP * P).sum(axis=-1, keepdims=True))", "P * (1 - P) * dP"),
        ("(dP * P).sum(axis=-1", "(dP * P).sum(axis=-2"),
        ("dK = dS.transpose(0, 2, 1) @ Q", "dK = dS @ Q"),
        ("dV = P.transpose(0, 2, 1) @ dO", "dV = P @ dO"),
        ("dQ = dS @ K", "dQ = dS @ Q"),
        ("dS = P * (dP", "dS = (dP"),
        ("x, dV)", "x, dO)"),
        ('dWk = np.einsum("ntd,nte->de", x, dK)', 'dWk = np.einsum("ntd,nte->de", x, dQ)'),
        ("da = (a - y) / N", "da = 2 * (a - y) / N"),
    ),
)

OPERATIONS = (CONV, POOL, NORMS, BATCH, DROPOUT, EMBEDDING, RNN, LSTM, GRU, ATTENTION)
"""Ten programs with a dozen bugs each."""


def gradients_of(operation: Operation, text: str, dtype: Any = float) -> dict[str, Any] | None:
    """What a text computes at the numbers of its scenario; None where it fails."""
    net, known = operation.net, {"np": np}
    parameters = {name: _own(net, name, value).astype(dtype) for name, value in net.parameters.items()}
    data = {name: _own(net, name, value).astype(dtype) for name, value in net.data.items()}
    try:
        exec(text, known)
        with np.errstate(all="ignore"):
            found: dict[str, Any] = known["backward"](parameters, **data)  # type: ignore[operator]
    except Exception:
        return None
    return found


def _own(net: Scenario, name: str, value: Any) -> Any:
    """An array in its own axes, the examples in front where there are several."""
    return held(net.graph, net.graph.index[name], value, net.examples)


def named(operation: Operation) -> list[tuple[str, bool]]:
    """Each bug, and whether a single slip of the right program is named for its gradients."""
    found = []
    for old, new in operation.bugs:
        arrays = gradients_of(operation, operation.text.replace(old, new))
        assert arrays is not None, (operation.name, new)
        answer = diagnose_graph(operation.net, arrays)
        single = answer.explanations or any(len(each.slips) == 1 for each in answer.found)
        found.append((new, answer.verdict == "explained" and bool(single)))
    return found


def verdicts(operation: Operation) -> list[str]:
    """The verdict on the right program in either precision."""
    kinds = (np.float64, np.float32)
    return [diagnose_graph(operation.net, gradients_of(operation, operation.text, kind)).verdict for kind in kinds]
