"""The same works by other libraries, those that are installed; none of them is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from tests.benchmarks.architectures import RATE

Contender = Callable[[], object]


def steps(given: tuple[Any, ...]) -> dict[str, Contender]:
    """One step of a network of sigmoids without biases, by everyone who is there."""
    makers = {"torch": _torch_step, "autograd": _autograd_step}
    return {name: maker(*given) for name, maker in makers.items() if find_spec(name)}


def long_training(given: tuple[Any, ...], rate: float, updates: int) -> dict[str, Contender]:
    """So many updates of the weights of a 2-2-2 network, by everyone who is there."""
    makers = {"jax": ("jax scan", _jax_training), "torch": ("torch", _torch_training)}
    return {name: maker(given, rate, updates) for library, (name, maker) in makers.items() if find_spec(library)}


def mini_batches(given: tuple[Any, ...], size: int, rate: float) -> dict[str, Contender]:
    """One epoch of mini-batches through two layers of sigmoids, mean ½ squared error, by everyone who is there."""
    return {"torch": _torch_epoch(given, size, rate)} if find_spec("torch") else {}


def _torch_training(given: tuple[Any, ...], rate: float, updates: int) -> Contender:
    import torch

    torch.set_num_threads(1)
    x, y, W1, b1, W2, b2 = (torch.tensor(each) for each in given)

    def train() -> object:
        weights = [W.clone().requires_grad_() for W in (W1, W2)]
        for _ in range(updates):
            output = torch.sigmoid(weights[1] @ torch.sigmoid(weights[0] @ x + b1) + b2)
            gradients = torch.autograd.grad(0.5 * ((output - y) ** 2).sum(), weights)
            with torch.no_grad():
                for W, g in zip(weights, gradients, strict=True):
                    W -= rate * g
        return weights

    return train


def _torch_epoch(given: tuple[Any, ...], size: int, rate: float) -> Contender:
    import torch

    torch.set_num_threads(1)
    x, y, *start = (torch.tensor(each) for each in given)

    def epoch() -> object:
        parameters = [p.clone().requires_grad_() for p in start]
        W1, b1, W2, b2 = parameters
        for at in range(0, x.shape[1], size):
            inputs, targets = x[:, at : at + size], y[:, at : at + size]
            output = torch.sigmoid(W2 @ torch.sigmoid(W1 @ inputs + b1) + b2)
            gradients = torch.autograd.grad(0.5 * ((output - targets) ** 2).sum() / inputs.shape[1], parameters)
            with torch.no_grad():
                for p, g in zip(parameters, gradients, strict=True):
                    p -= rate * g
        return parameters

    return epoch


def _torch_step(x: Any, y: Any, W1: Any, W2: Any) -> Contender:
    import torch

    torch.set_num_threads(1)
    inputs, targets = torch.tensor(x), torch.tensor(y)
    weights = [torch.tensor(W, requires_grad=True) for W in (W1, W2)]

    def step() -> object:
        hidden = torch.sigmoid(weights[0] @ inputs)
        output = torch.sigmoid(weights[1] @ hidden)
        hidden.retain_grad()
        output.retain_grad()
        loss = 0.5 * ((output - targets) ** 2).sum()
        loss.backward()
        updated = [(W - 0.1 * W.grad).detach() for W in weights]
        for W in weights:
            W.grad = None
        return loss, hidden.grad, output.grad, updated

    return step


def _autograd_step(x: Any, y: Any, W1: Any, W2: Any) -> Contender:
    import autograd.numpy as np
    from autograd import value_and_grad

    def loss(weights: tuple[Any, Any]) -> Any:
        hidden = 1 / (1 + np.exp(-weights[0] @ x))
        output = 1 / (1 + np.exp(-weights[1] @ hidden))
        return 0.5 * ((output - y) ** 2).sum()

    both = value_and_grad(loss)
    return lambda: both((W1, W2))


def _jax_training(given: tuple[Any, ...], rate: float, updates: int) -> Contender:
    import jax

    jax.config.update("jax_enable_x64", True)
    x, y, W1, b1, W2, b2 = given

    def loss(weights: tuple[Any, Any]) -> Any:
        hidden = jax.nn.sigmoid(weights[0] @ x + b1)
        output = jax.nn.sigmoid(weights[1] @ hidden + b2)
        return 0.5 * ((output - y) ** 2).sum()

    def update(weights: Any, _: None) -> tuple[Any, None]:
        return jax.tree.map(lambda W, g: W - rate * g, weights, jax.grad(loss)(weights)), None

    scan = jax.jit(lambda weights: jax.lax.scan(update, weights, None, length=updates)[0])
    return lambda: jax.block_until_ready(scan((W1, W2)))


def architecture(name: str, given: Mapping[str, Any], updates: int) -> dict[str, Contender]:
    """So many updates of one of the architectures by PyTorch, where it is there."""
    return {"torch": _torch_updates(FORWARD[name], given, updates)} if find_spec("torch") else {}


def _torch_updates(forward: Callable[..., Any], given: Mapping[str, Any], updates: int) -> Contender:
    import torch

    torch.set_num_threads(1)
    tensors = {name: torch.tensor(array) for name, array in given.items()}

    def train() -> object:
        parameters = {name: p.clone().requires_grad_() for name, p in tensors.items() if name not in ("x", "y")}
        optimizer = torch.optim.SGD(parameters.values(), lr=RATE)
        for _ in range(updates):
            optimizer.zero_grad()
            forward(torch, tensors["x"], tensors["y"], parameters).backward()
            optimizer.step()
        return parameters

    return train


def _convolution(torch: Any, x: Any, y: Any, p: Mapping[str, Any]) -> Any:
    a = torch.relu(torch.conv2d(x, p["k"]) + p["b"])
    pooled = torch.nn.functional.max_pool2d(a, 2).flatten(1)
    return torch.nn.functional.cross_entropy(pooled @ p["W"].T + p["c"], y)


def _recurrent(torch: Any, x: Any, y: Any, p: Mapping[str, Any]) -> Any:
    h = torch.zeros(len(x), len(p["b"]), dtype=x.dtype)
    below = x @ p["Wx"].T + p["b"]
    for step in range(x.shape[1]):
        h = torch.tanh(below[:, step] + h @ p["Wh"].T)
    return ((h @ p["V"].T + p["c"] - y) ** 2).sum() / (2 * len(x))


def _memory(torch: Any, x: Any, y: Any, p: Mapping[str, Any]) -> Any:
    Wx, Wh, b = (torch.cat([p[f"{name}{gate}"] for gate in "ifgo"]) for name in ("Wx", "Wh", "b"))
    h = cell = torch.zeros(len(x), Wh.shape[1], dtype=x.dtype)
    below = x @ Wx.T + b
    for step in range(x.shape[1]):
        i, f, g, o = (below[:, step] + h @ Wh.T).chunk(4, dim=1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(cell)
    return ((h @ p["V"].T + p["c"] - y) ** 2).sum() / (2 * len(x))


def _block(torch: Any, x: Any, y: Any, p: Mapping[str, Any]) -> Any:
    function, width = torch.nn.functional, (x.shape[-1],)
    n = function.layer_norm(x, width, p["gain1"], p["shift1"])
    q, k, v = ((n @ p[name]).unflatten(-1, (2, -1)).transpose(1, 2) for name in ("Wq", "Wk", "Wv"))
    attended = function.scaled_dot_product_attention(q, k, v, is_causal=True)
    r = x + attended.transpose(1, 2).flatten(-2) @ p["Wo"]
    n = function.layer_norm(r, width, p["gain2"], p["shift2"])
    return function.mse_loss(r + torch.relu(n @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"], y)


FORWARD = {"convolution": _convolution, "recurrent": _recurrent, "memory": _memory, "block": _block}
"""The loss of each architecture as PyTorch writes it; its gradients are PyTorch's own."""
