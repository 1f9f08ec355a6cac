"""A convolution, recurrent cells and a transformer block in NumPy, written by hand as one who knows it would.

What is the same in every update is made once, steps are taken together where they can be, and weights that meet the
same input are one matrix. Examples come first, parameters are those of the files below.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Array = Any
Given = dict[str, Array]
RATE = 0.1


def drawn(seed: int, shapes: dict[str, tuple[int, ...]]) -> Given:
    """Arrays of normal numbers, small enough to train with."""
    draw = np.random.default_rng(seed)
    return {name: draw.normal(scale=0.4, size=shape) for name, shape in shapes.items()}


def file(title: str, given: Given, nodes: dict[str, str], inputs: tuple[str, ...]) -> dict[str, Any]:
    """The scenario of a graph: its inputs by example, its parameters, its formulas, of which L is the loss."""
    count = len(given[inputs[0]])
    return {
        "title": title,
        "graph": {
            "inputs": list(inputs),
            "parameters": {name: array.tolist() for name, array in given.items() if name not in inputs},
            "nodes": nodes,
            "output": "L",
        },
        "data": [{name: given[name][i].tolist() for name in inputs} for i in range(count)],
        "training": {"learning_rate": RATE},
    }


def convolution() -> tuple[dict[str, Any], Given]:
    """1 x 8 x 8, four kernels of 3 x 3, a ReLU, the largest of 2 x 2, ten classes, eight examples."""
    given = drawn(1, {"x": (8, 1, 8, 8), "k": (4, 1, 3, 3), "b": (4, 1, 1), "W": (10, 36), "c": (10,)})
    given["y"] = np.eye(10)[np.arange(8)]
    nodes = {
        "a": "relu(conv2d(x, k) + b)",
        "p": "flatten(max_pool2d(a, 2))",
        "L": "cross_entropy(W @ p + c, y)",
    }
    return file("a convolution", given, nodes, ("x", "y")), given


def convolution_by_hand(given: Given, updates: int) -> Given:
    """The parameters after so many updates."""
    x, y, k, b, W, c = (given[name] for name in "xykbWc")
    n, out = len(x), len(k)
    windows = sliding_window_view(x[:, 0], (3, 3), axis=(1, 2)).reshape(n * 36, 9)
    K, bias, y = k.reshape(out, 9).T.copy(), b.ravel(), y / n
    W = W.reshape(10, out, 9).transpose(2, 1, 0).reshape(36, 10)  # channels last, as the windows give them
    for _ in range(updates):
        a = np.maximum(windows @ K + bias, 0)
        quads = a.reshape(n, 3, 2, 3, 2, out)
        p = quads.max(axis=(2, 4))
        flat = p.reshape(n, 36)
        logits = flat @ W + c
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        d = e / (e.sum(axis=1, keepdims=True) * n) - y
        dp = (d @ W.T).reshape(p.shape) * (p > 0)
        dz = ((quads == p[:, :, None, :, None]) * dp[:, :, None, :, None]).reshape(n * 36, out)
        W = W - RATE * (flat.T @ d)
        c = c - RATE * d.sum(axis=0)
        K = K - RATE * (windows.T @ dz)
        bias = bias - RATE * dz.sum(axis=0)
    W = W.reshape(9, out, 10).transpose(2, 1, 0).reshape(10, 36)
    return {"k": K.T.reshape(k.shape), "b": bias.reshape(b.shape), "W": W, "c": c}


STEPS, UNITS, INPUTS = 8, 8, 4


def recurrent() -> tuple[dict[str, Any], Given]:
    """A cell h = tanh(Wx x + Wh h + b) of eight units over eight steps, four examples, two outputs of the last step."""
    shapes = {"x": (4, STEPS, INPUTS), "y": (4, 2), "Wx": (UNITS, INPUTS), "Wh": (UNITS, UNITS), "b": (UNITS,)}
    given = drawn(2, {**shapes, "V": (2, UNITS), "c": (2,)})
    layers = [
        {"kind": "rnn", "units": UNITS, "weights": given["Wx"].tolist(), "recurrent": given["Wh"].tolist(),
         "bias": given["b"].tolist(), "return": "last"},
        {"units": 2, "activation": "identity", "weights": given["V"].tolist(), "bias": given["c"].tolist()},
    ]  # fmt: skip
    return _sequence_file("a recurrent cell", layers, given), given


def _sequence_file(title: str, layers: list[dict[str, Any]], given: Given) -> dict[str, Any]:
    return {
        "title": title,
        "network": {"inputs": {"steps": STEPS, "units": INPUTS}, "layers": layers},
        "data": [{"x": x.tolist(), "y": y.tolist()} for x, y in zip(given["x"], given["y"], strict=True)],
        "training": {"learning_rate": RATE},
    }


def recurrent_by_hand(given: Given, updates: int) -> Given:
    """The parameters after so many updates."""
    x, y, Wx, Wh, b, V, c = (given[name] for name in ("x", "y", "Wx", "Wh", "b", "V", "c"))
    n = len(x)
    by_step = np.ascontiguousarray(x.transpose(1, 0, 2))
    inputs = by_step.reshape(-1, INPUTS)
    h, dz = np.zeros((STEPS + 1, n, UNITS)), np.empty((STEPS, n, UNITS))
    for _ in range(updates):
        from_below = (inputs @ Wx.T + b).reshape(STEPS, n, UNITS)
        Wt = Wh.T
        for t in range(STEPS):
            h[t + 1] = np.tanh(from_below[t] + h[t] @ Wt)
        slope = 1 - h[1:] ** 2
        d = (h[STEPS] @ V.T + c - y) / n
        dh = d @ V
        for t in range(STEPS - 1, -1, -1):
            dz[t] = dh * slope[t]
            dh = dz[t] @ Wh
        flat = dz.reshape(-1, UNITS)
        V = V - RATE * (d.T @ h[STEPS])
        c = c - RATE * d.sum(axis=0)
        Wx = Wx - RATE * (flat.T @ inputs)
        Wh = Wh - RATE * (flat.T @ h[:-1].reshape(-1, UNITS))
        b = b - RATE * flat.sum(axis=0)
    return {"Wx1": Wx, "Wh1": Wh, "b1": b, "W2": V, "b2": c}


GATES = "ifgo"


def memory() -> tuple[dict[str, Any], Given]:
    """The same with an LSTM."""
    shapes: dict[str, tuple[int, ...]] = {"x": (4, STEPS, INPUTS), "y": (4, 2), "V": (2, UNITS), "c": (2,)}
    for gate in GATES:
        shapes |= {f"Wx{gate}": (UNITS, INPUTS), f"Wh{gate}": (UNITS, UNITS), f"b{gate}": (UNITS,)}
    given = drawn(3, shapes)
    keys = {"weights": "Wx", "recurrent": "Wh", "bias": "b"}
    cell = {key: {gate: given[f"{name}{gate}"].tolist() for gate in GATES} for key, name in keys.items()}
    layers = [
        {"kind": "lstm", "units": UNITS, **cell, "return": "last"},
        {"units": 2, "activation": "identity", "weights": given["V"].tolist(), "bias": given["c"].tolist()},
    ]
    return _sequence_file("an LSTM", layers, given), given


def memory_by_hand(given: Given, updates: int) -> Given:
    """The parameters after so many updates; the gates are columns of one product, in the order i, f, o, g."""
    x, y, V, c = (given[name] for name in ("x", "y", "V", "c"))
    order = "ifog"
    Wx, Wh = (np.concatenate([given[f"{name}{gate}"] for gate in order]).T for name in ("Wx", "Wh"))
    b = np.concatenate([given[f"b{gate}"] for gate in order])
    n, U = len(x), UNITS
    inputs = x.transpose(1, 0, 2).reshape(-1, INPUTS)
    h, cell = np.zeros((STEPS + 1, n, U)), np.zeros((STEPS + 1, n, U))
    gates, dz, squashed = np.empty((STEPS, n, 4 * U)), np.empty((STEPS, n, 4 * U)), np.empty((STEPS, n, U))
    for _ in range(updates):
        from_below = (inputs @ Wx + b).reshape(STEPS, n, 4 * U)
        for t in range(STEPS):
            z, a = from_below[t] + h[t] @ Wh, gates[t]
            a[:, : 3 * U] = 1 / (1 + np.exp(-z[:, : 3 * U]))
            a[:, 3 * U :] = np.tanh(z[:, 3 * U :])
            cell[t + 1] = a[:, U : 2 * U] * cell[t] + a[:, :U] * a[:, 3 * U :]
            squashed[t] = np.tanh(cell[t + 1])
            h[t + 1] = a[:, 2 * U : 3 * U] * squashed[t]
        slope = gates * (1 - gates)
        slope[:, :, 3 * U :] = 1 - gates[:, :, 3 * U :] ** 2
        cell_slope = gates[:, :, 2 * U : 3 * U] * (1 - squashed**2)
        d = (h[STEPS] @ V.T + c - y) / n
        dh, dc = d @ V, 0.0
        for t in range(STEPS - 1, -1, -1):
            a, into = gates[t], dz[t]
            dc = dc + dh * cell_slope[t]
            into[:, :U] = dc * a[:, 3 * U :]
            into[:, U : 2 * U] = dc * cell[t]
            into[:, 2 * U : 3 * U] = dh * squashed[t]
            into[:, 3 * U :] = dc * a[:, :U]
            into *= slope[t]
            dc = dc * a[:, U : 2 * U]
            dh = into @ Wh.T
        flat = dz.reshape(-1, 4 * U)
        V = V - RATE * (d.T @ h[STEPS])
        c = c - RATE * d.sum(axis=0)
        Wx = Wx - RATE * (inputs.T @ flat)
        Wh = Wh - RATE * (h[:-1].reshape(-1, U).T @ flat)
        b = b - RATE * flat.sum(axis=0)
    found = {"W2": V, "b2": c}
    for i, gate in enumerate(order):
        mine = slice(i * U, (i + 1) * U)
        found |= {f"Wx{gate}1": Wx[:, mine].T, f"Wh{gate}1": Wh[:, mine].T, f"b{gate}1": b[mine]}
    return found


WIDTH, TOKENS, HEADS, INNER = 8, 8, 2, 32
EPSILON = 1e-5


def block() -> tuple[dict[str, Any], Given]:
    """A transformer block: norm, causal attention of two heads, a sum, norm, a layer four times as wide, a sum."""
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys("xy", (4, TOKENS, WIDTH))
    shapes |= dict.fromkeys(("Wq", "Wk", "Wv", "Wo"), (WIDTH, WIDTH))
    shapes |= dict.fromkeys(("gain1", "shift1", "gain2", "shift2", "b2"), (WIDTH,))
    given = drawn(4, {**shapes, "W1": (WIDTH, INNER), "b1": (INNER,), "W2": (INNER, WIDTH)})
    half = WIDTH // HEADS
    nodes = {"n1": "layer_norm(x, gain1, shift1)", "Q": "n1 @ Wq", "K": "n1 @ Wk", "V": "n1 @ Wv"}
    for head in range(1, HEADS + 1):
        part = f"[:, {(head - 1) * half + 1}:{head * half}]"
        nodes[f"P{head}"] = f"softmax(causal(Q{part} @ (K{part}).T / sqrt({half})))"
        nodes[f"O{head}"] = f"P{head} @ V{part}"
    nodes |= {
        "r": "x + concat(O1, O2, axis=2) @ Wo",
        "n2": "layer_norm(r, gain2, shift2)",
        "h": "relu(n2 @ W1 + b1)",
        "out": "r + h @ W2 + b2",
        "L": "mse(out, y)",
    }
    return file("a transformer block", given, nodes, ("x", "y")), given


def block_by_hand(given: Given, updates: int, kept: list[Any] | None = None) -> Given:
    """The parameters after so many updates; `kept` gets every value and gradient of each."""
    x, y, Wo, W1, b1, W2, b2 = (given[name] for name in ("x", "y", "Wo", "W1", "b1", "W2", "b2"))
    gain1, shift1, gain2, shift2 = (given[name] for name in ("gain1", "shift1", "gain2", "shift2"))
    Wqkv = np.concatenate([given["Wq"], given["Wk"], given["Wv"]], axis=1)
    n, scale = len(x), (WIDTH // HEADS) ** -0.5
    hidden = np.where(np.tri(TOKENS, dtype=bool), 0.0, -np.inf)
    inside = x.reshape(-1, WIDTH)
    target = y.reshape(-1, WIDTH)
    spread1 = inside - inside.mean(axis=1, keepdims=True)
    normal1 = spread1 / np.sqrt((spread1**2).mean(axis=1, keepdims=True) + EPSILON)
    for _ in range(updates):
        n1 = normal1 * gain1 + shift1
        qkv = (n1 @ Wqkv).reshape(n, TOKENS, 3, HEADS, -1).transpose(2, 0, 3, 1, 4)
        q, k, v = qkv
        S = q @ k.swapaxes(-1, -2) * scale + hidden
        e = np.exp(S - S.max(axis=-1, keepdims=True))
        P = e / e.sum(axis=-1, keepdims=True)
        heads = (P @ v).transpose(0, 2, 1, 3).reshape(-1, WIDTH)
        r = inside + heads @ Wo
        spread = r - r.mean(axis=1, keepdims=True)
        deviation = np.sqrt((spread**2).mean(axis=1, keepdims=True) + EPSILON)
        normal = spread / deviation
        n2 = normal * gain2 + shift2
        h = np.maximum(n2 @ W1 + b1, 0)
        out = r + h @ W2 + b2
        away = out - target
        d = away * (2 / away.size)
        dh = (d @ W2.T) * (h > 0)
        dn2 = dh @ W1.T
        dnormal = dn2 * gain2
        dr = (
            d
            + (dnormal - dnormal.mean(axis=1, keepdims=True) - normal * (dnormal * normal).mean(axis=1, keepdims=True))
            / deviation
        )
        dO = (dr @ Wo.T).reshape(n, TOKENS, HEADS, -1).transpose(0, 2, 1, 3)
        dP = dO @ v.swapaxes(-1, -2)
        dS = P * (dP - (dP * P).sum(axis=-1, keepdims=True)) * scale
        dqkv = np.stack((dS @ k, dS.swapaxes(-1, -2) @ q, P.swapaxes(-1, -2) @ dO))
        flat = dqkv.transpose(1, 3, 0, 2, 4).reshape(-1, 3 * WIDTH)
        dn1 = flat @ Wqkv.T
        gradients = (
            n1.T @ flat, heads.T @ dr, h.T @ d, d.sum(axis=0), n2.T @ dh, dh.sum(axis=0), (dn2 * normal).sum(axis=0),
            dn2.sum(axis=0), (dn1 * normal1).sum(axis=0), dn1.sum(axis=0),
        )  # fmt: skip
        before = (Wqkv, Wo, W2, b2, W1, b1, gain2, shift2, gain1, shift1)
        if kept is not None:
            loss = (away**2).mean()
            kept.append(
                (before, gradients, n1, qkv, S, P, heads, r, normal, n2, h, out, loss, d, dh, dn2, dr, dO, dS, dqkv)
            )
        Wqkv, Wo, W2, b2, W1, b1, gain2, shift2, gain1, shift1 = (
            p - RATE * g for p, g in zip(before, gradients, strict=True)
        )
    Wq, Wk, Wv = np.split(Wqkv, 3, axis=1)
    return {
        "Wq": Wq, "Wk": Wk, "Wv": Wv, "Wo": Wo, "W1": W1, "b1": b1, "W2": W2, "b2": b2, "gain1": gain1,
        "shift1": shift1, "gain2": gain2, "shift2": shift2,
    }  # fmt: skip
