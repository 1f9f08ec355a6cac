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
    return {"jax scan": _jax_training(given, rate, updates)} if find_spec("jax") else {}


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
