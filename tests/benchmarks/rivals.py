"""The same works by other libraries, those that are installed; none of them is needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

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
