"""Wrong backward programs, each a right one with one bug, as people asked about them: what was changed, and its line.

`line` is the line of the reference program that is wrong, or several where the program has one for all layers.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.recognition.programs_clean import CLEAN, Clean

PENALTY = """
def backward(p, X, Y):
    n = X.shape[0]
    h = np.tanh(X.dot(p["W1"]) + p["b1"])
    out = h.dot(p["W2"]) + p["b2"]
    d = (out - Y) / n
    gW2 = h.T.dot(d) + LAMBDA * p["W2"]
    gb2 = d.sum(0)
    dh = d.dot(p["W2"].T) * (1 - h * h)
    gW1 = X.T.dot(dh) + LAMBDA * p["W1"]
    gb1 = dh.sum(0)
    return {"W1": gW1, "b1": gb1, "W2": gW2, "b2": gb2}
""".replace("LAMBDA", "0.1")

LEAKY = """
def backward(p, X, Y):
    N = X.shape[0]
    z1 = X @ p["W1"].T + p["b1"]
    a1 = np.where(z1 > 0, z1, 0.01 * z1)
    z2 = a1 @ p["W2"].T + p["b2"]
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    dz2 = probs.copy()
    dz2[np.arange(N), Y.argmax(axis=1)] -= 1
    dz2 = dz2 / N
    dW2 = dz2.T @ a1
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ p["W2"]
    dz1 = da1 * np.where(z1 > 0, 1, 0.01)
    return {"0.weight": dz1.T @ X, "0.bias": dz1.sum(axis=0), "2.weight": dW2, "2.bias": db2}
"""

MORE = (
    Clean("penalty", PENALTY, (3, 4, 2), ("tanh", "identity"), "half_squared_error", "rows", 0.1),
    Clean("leaky", LEAKY, (3, 5, 4), ("leaky_relu", "softmax"), "cross_entropy", "torch"),
)
BASES = {clean.name: clean for clean in (*CLEAN, *MORE)}


@dataclass(frozen=True)
class Bug:
    """One bug: in which program, what stands there, what was written, and the lines of the reference that are wrong."""

    base: str
    old: str
    new: str
    lines: tuple[str, ...]


def _bug(base: str, old: str, new: str, *lines: str) -> Bug:
    return Bug(base, old, new, lines)


BUGS = (
    # the error signal of the output
    _bug("matrix", "dscores = probs - Y", "dscores = Y - probs", "dz2"),
    _bug("matrix", "dscores = probs - Y", "dscores = (probs - Y) * probs * (1 - probs)", "dz2"),
    _bug("matrix", "dscores = probs - Y", "dscores = -Y / probs * probs * (1 - probs)", "dz2"),
    _bug("matrix", "dscores = probs - Y", "dscores = 2 * (probs - Y)", "dz2"),
    _bug("matrix", "dscores = probs - Y", "dscores = (probs - Y) ** 2", "dz2"),
    _bug("matrix", "dscores = probs - Y", "dscores = -Y / probs", "da2", "dz2"),
    _bug("matrix", "dscores = probs - Y", "dscores = Y * (probs - 1)", "dz2"),
    _bug("matrix", "np.sum(e, axis=1, keepdims=True)", "np.sum(e)", "a2"),
    _bug("matrix", "np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=0)", "a2"),
    _bug("columns", "dZ2 = A2 - Y", "dZ2 = (A2 - Y) * A2 * (1 - A2)", "dz2"),
    _bug("columns", "dZ2 = A2 - Y", "dZ2 = (A2 - Y) / (A2 * (1 - A2))", "dz2"),
    _bug("columns", "dZ2 = A2 - Y", "dZ2 = -Y * (1 - A2)", "dz2"),
    _bug("columns", "dZ2 = A2 - Y", "dZ2 = np.abs(A2 - Y)", "dz2"),
    _bug("examples", "d_out = 2 * (out - y) / K", "d_out = (out - y) / K", "da2"),
    _bug("examples", "d_out = 2 * (out - y) / K", "d_out = 2 * (out - y)", "da2"),
    _bug("examples", "d_out = 2 * (out - y) / K", "d_out = 2 * (y - out) / K", "da2"),
    _bug("layers", "(act[L] - Y) / n * act[L] * (1 - act[L])", "(act[L] - Y) / n", "dz3"),
    _bug("layers", "(act[L] - Y) / n * act[L] * (1 - act[L])", "(act[L] - Y) / n * act[L]", "dz3"),
    _bug("leaky", "Y.argmax(axis=1)] -= 1", "Y.argmax(axis=1)] += 1", "dz2"),
    # derivatives of hidden layers
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "dhidden", "dz1"),
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "dhidden * hidden", "dz1"),
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "dhidden * hidden_in * (1 - hidden_in)", "dz1"),
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "dhidden * sigmoid(hidden) * (1 - sigmoid(hidden))", "dz1"),
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "dhidden * (1 - hidden ** 2)", "dz1"),
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "hidden * (1 - hidden)", "dz1"),
    _bug("matrix", "dhidden * hidden * (1 - hidden)", "dhidden * hidden * (1 - hidden) * hidden * (1 - hidden)", "dz1"),
    _bug("columns", "1 - np.power(A1, 2)", "1 - np.power(Z1, 2)", "dz1"),
    _bug("columns", "1 - np.power(A1, 2)", "1 - A1", "dz1"),
    _bug("columns", "1 - np.power(A1, 2)", "1 / (1 - np.power(A1, 2))", "dz1"),
    _bug("columns", "1 - np.power(A1, 2)", "A1 * (1 - A1)", "dz1"),
    _bug("examples", "d_h * (z1 > 0)", "d_h", "dz1"),
    _bug("examples", "d_h * (z1 > 0)", "d_h * h", "dz1"),
    _bug("examples", "d_h * (z1 > 0)", "d_h * (d_h > 0)", "dz1"),
    _bug("examples", "d_h * (z1 > 0)", "d_h * (z1 < 0)", "dz1"),
    _bug("leaky", "np.where(z1 > 0, 1, 0.01)", "np.where(z1 > 0, 1, 0.1)", "dz1"),
    _bug("leaky", "np.where(z1 > 0, 1, 0.01)", "(z1 > 0)", "dz1"),
    _bug("leaky", "np.where(z1 > 0, 1, 0.01)", "np.where(z1 > 0, 1, -0.01)", "dz1"),
    _bug("layers", "* act[l - 1] * (1 - act[l - 1])", "", "dz2", "dz1"),
    # what is sent back
    _bug("columns", 'np.dot(p["W2"].T, dZ2)', 'np.dot(p["W2"].T, A2 - Y) / m', "da1", "dz1"),
    _bug("columns", 'np.dot(p["W2"].T, dZ2)', "np.sum(dZ2, axis=0, keepdims=True)", "da1", "dz1"),
    _bug("columns", 'np.dot(p["W2"].T, dZ2)', 'np.dot((p["W2"] - 0.1 * dW2).T, dZ2)', "da1"),
    _bug("matrix", 'dscores @ p["W2"].T', 'dscores @ grads["W2"].T', "da1"),
    _bug("matrix", 'dscores @ p["W2"].T', 'probs @ p["W2"].T', "da1"),
    # gradients of weights
    _bug("matrix", "hidden.T @ dscores", "hidden_in.T @ dscores", "dW2"),
    _bug("matrix", "X.T @ dhidden_in", "X.T @ dhidden", "dW1"),
    _bug("matrix", "X.T @ dhidden_in", "X.T @ dhidden_in / n", "dW1"),
    _bug("columns", "1 / m * np.dot(dZ1, X.T)", "np.dot(dZ1, X.T)", "dW1"),
    _bug("columns", "1 / m * np.dot(dZ1, X.T)", "1 / m * np.dot(dZ1, X[:, ::-1].T)", "dW1"),
    _bug("examples", 'g["W2"] += np.outer', 'g["W2"] = np.outer', "dW2"),
    _bug("examples", "range(N)", "range(1, N)", "dW1", "dW2"),
    _bug("layers", "act[l - 1].T @ delta", "act[l - 1].T @ np.roll(delta, 1, axis=0)", "dW3", "dW2", "dW1"),
    _bug("penalty", ' + 0.1 * p["W1"]', "", "dW1"),
    _bug("penalty", '+ 0.1 * p["W2"]', '- 0.1 * p["W2"]', "dW2"),
    _bug("penalty", '0.1 * p["W1"]', '2 * 0.1 * p["W1"]', "dW1"),
    _bug("penalty", '0.1 * p["W1"]', '0.1 / n * p["W1"]', "dW1"),
    _bug("penalty", "gb1 = dh.sum(0)", 'gb1 = dh.sum(0) + 0.1 * p["b1"]', "db1"),
    # gradients of biases
    _bug("matrix", "np.sum(dscores, axis=0)", "np.sum(dscores)", "db2"),
    _bug("matrix", "np.sum(dhidden_in, axis=0)", "np.mean(dhidden_in, axis=0)", "db1"),
    _bug("matrix", "np.sum(dhidden_in, axis=0)", "dhidden_in[0]", "db1"),
    _bug("matrix", "np.sum(dhidden_in, axis=0)", 'np.sum(grads["W1"], axis=0)', "db1"),
    _bug("columns", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1)", "db1"),
    _bug("columns", "db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = np.sum(dZ1, axis=1, keepdims=True)", "db1"),
    _bug("leaky", "dz1.sum(axis=0)", "da1.sum(axis=0)", "db1"),
    _bug("penalty", "gb2 = d.sum(0)", "gb2 = d.sum(0) * p['b2']", "db2"),
    # types, caches, forward pass
    _bug("matrix", "grads = {}", "grads = {}\n    hidden *= 1 - hidden", "dW2", "dz1", "a1"),
    _bug("leaky", "dW2 = dz2.T @ a1", "dW2 = np.zeros((4, 5), dtype=int)\n    dW2[...] = dz2.T @ a1", "dW2"),
    _bug("leaky", "dW2 = dz2.T @ a1", "dW2 = (dz2.T @ a1).astype(np.float16).astype(float)", "dW2"),
    _bug("penalty", "np.tanh(X.dot", "np.sin(X.dot", "a1"),
    _bug("penalty", 'X.dot(p["W1"]) + p["b1"]', 'X.dot(p["W1"])', "z1"),
    _bug("columns", 'np.dot(p["W2"], A1) + p["b2"]', 'np.dot(p["W2"], Z1) + p["b2"]', "z2"),
    _bug("columns", "1 / (1 + np.exp(-Z2))", "1 / (1 + np.exp(Z2))", "a2"),
    _bug("columns", "m = X.shape[1]", "m = X.shape[0]", "m"),
    _bug("columns", 'return {"dW1": dW1', 'return {"dW1": np.zeros_like(dW1)', "dW1"),
)  # fmt: skip
