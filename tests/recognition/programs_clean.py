"""Four right backward passes as people write them, each with its network; their mechanical edits are tried.

They differ in layout, activation, loss and style: names and helpers, `np.dot` and `1 / m *`, a loop over examples that
accumulates, a loop over layers that keeps lists.
"""

from __future__ import annotations

from dataclasses import dataclass

MATRIX = """
def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))

def softmax(t):
    e = np.exp(t - np.max(t, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def backward(p, X, Y):
    n = X.shape[0]
    hidden_in = X @ p["W1"] + p["b1"]
    hidden = sigmoid(hidden_in)
    scores = hidden @ p["W2"] + p["b2"]
    probs = softmax(scores)
    grads = {}
    dscores = probs - Y
    dscores /= n
    grads["W2"] = hidden.T @ dscores
    grads["b2"] = np.sum(dscores, axis=0)
    dhidden = dscores @ p["W2"].T
    dhidden_in = dhidden * hidden * (1 - hidden)
    grads["W1"] = X.T @ dhidden_in
    grads["b1"] = np.sum(dhidden_in, axis=0)
    return grads
"""

COLUMNS = """
def backward(p, X, Y):
    m = X.shape[1]
    Z1 = np.dot(p["W1"], X) + p["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(p["W2"], A1) + p["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    dZ2 = A2 - Y
    dW2 = 1 / m * np.dot(dZ2, A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(np.dot(p["W2"].T, dZ2), 1 - np.power(A1, 2))
    dW1 = 1 / m * np.dot(dZ1, X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""

EXAMPLES = """
def backward(p, X, Y):
    N, K = Y.shape
    g = {name: np.zeros_like(value) for name, value in p.items()}
    for i in range(N):
        x, y = X[i], Y[i]
        z1 = p["W1"] @ x + p["b1"]
        h = np.maximum(0, z1)
        out = p["W2"] @ h + p["b2"]
        d_out = 2 * (out - y) / K
        g["W2"] += np.outer(d_out, h) / N
        g["b2"] += d_out / N
        d_h = p["W2"].T @ d_out
        d_z1 = d_h * (z1 > 0)
        g["W1"] += np.outer(d_z1, x) / N
        g["b1"] += d_z1 / N
    return g
"""

LAYERS = """
def backward(p, X, Y):
    L = len(p) // 2
    n = len(X)
    act = [X]
    for l in range(L):
        act.append(1 / (1 + np.exp(-(act[l] @ p[f"W{l + 1}"] + p[f"b{l + 1}"]))))
    delta = (act[L] - Y) / n * act[L] * (1 - act[L])
    g = {}
    for l in range(L, 0, -1):
        g[f"W{l}"] = act[l - 1].T @ delta
        g[f"b{l}"] = delta.sum(axis=0)
        if l > 1:
            delta = (delta @ p[f"W{l}"].T) * act[l - 1] * (1 - act[l - 1])
    return g
"""


@dataclass(frozen=True)
class Clean:
    """A right program: its text, the network it is of, and its layout."""

    name: str
    text: str
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    layout: str
    l2: float = 0.0


CLEAN = (
    Clean("matrix", MATRIX, (4, 5, 3), ("sigmoid", "softmax"), "cross_entropy", "rows"),
    Clean("columns", COLUMNS, (3, 4, 2), ("tanh", "sigmoid"), "binary_cross_entropy", "columns"),
    Clean("examples", EXAMPLES, (3, 5, 2), ("relu", "identity"), "mean_squared_error", "torch"),
    Clean("layers", LAYERS, (3, 5, 4, 2), ("sigmoid", "sigmoid", "sigmoid"), "half_squared_error", "rows"),
)
