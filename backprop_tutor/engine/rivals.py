"""The same gradients by PyTorch or JAX: with their own functions and their own backward pass.

Nothing of the engine takes part but the description of the graph. Either library is imported where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, TypeAlias

from backprop_tutor.engine.array import Array, np
from backprop_tutor.engine.rival_loss import loss
from backprop_tutor.engine.tape import Trace
from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name, find
from backprop_tutor.text import T

Tensors: TypeAlias = Mapping[str, Any]
Differentiate: TypeAlias = Callable[[Callable[[Tensors], Any], Mapping[str, Array]], Mapping[str, Array]]

WHAT = T("the library", "库")
MISSING = T("{title} is not installed ('pip install {name}')", "未安装 {title}（pip install {name}）")


@frozen
class Rival:
    """Another library: the functions it has for ours, and how it differentiates a function of named arrays."""

    name: str
    title: str
    functions: Callable[[], SimpleNamespace]
    differentiate: Differentiate


def gradients(trace: Trace, name: str) -> Mapping[str, Array]:
    """dLoss/d everything given, by the library called `name`.

    Raises TutorError for a library that is not known or not installed.
    """
    rival = find(RIVALS, name, WHAT)
    if find_spec(rival.name) is None:
        raise TutorError(MISSING.format(title=rival.title, name=rival.name))
    given = {node.name: v for node, v in zip(trace.graph.nodes, trace.values, strict=True) if node.op is None}
    functions = rival.functions()
    return rival.differentiate(lambda tensors: loss(trace.graph, tensors, functions), given)


def _torch() -> SimpleNamespace:
    import torch
    from torch.nn import functional

    return SimpleNamespace(
        **{name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "abs", "tanh")},
        max=torch.maximum,
        min=torch.minimum,
        **{name: getattr(functional, name) for name in ("sigmoid", "relu", "leaky_relu", "elu", "silu", "gelu")},
        softplus=lambda z: functional.softplus(z, threshold=1e9),
        log_sigmoid=functional.logsigmoid,
        softmax=lambda z: functional.softmax(z, dim=0),
        log_softmax=lambda z: functional.log_softmax(z, dim=0),
        zeros=torch.zeros_like,
    )


def _by_torch(function: Callable[[Tensors], Any], given: Mapping[str, Array]) -> Mapping[str, Array]:
    import torch

    tensors = {name: torch.tensor(array, dtype=torch.float64, requires_grad=True) for name, array in given.items()}
    found = torch.autograd.grad(function(tensors), list(tensors.values()), allow_unused=True)
    pairs = zip(tensors.items(), found, strict=True)
    return {name: np.zeros(tensor.shape) if g is None else g.numpy() for (name, tensor), g in pairs}


def _jax() -> SimpleNamespace:
    import jax

    return SimpleNamespace(
        **{name: getattr(jax.numpy, name) for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "abs", "tanh")},
        max=jax.numpy.maximum,
        min=jax.numpy.minimum,
        **{name: getattr(jax.nn, name) for name in ("sigmoid", "relu", "leaky_relu", "elu", "silu", "softplus")},
        gelu=lambda z: jax.nn.gelu(z, approximate=False),
        log_sigmoid=jax.nn.log_sigmoid,
        softmax=lambda z: jax.nn.softmax(z, axis=0),
        log_softmax=lambda z: jax.nn.log_softmax(z, axis=0),
        zeros=jax.numpy.zeros_like,
    )


def _by_jax(function: Callable[[Tensors], Any], given: Mapping[str, Array]) -> Mapping[str, Array]:
    import jax

    with jax.enable_x64(True):
        found = jax.grad(function)({name: jax.numpy.asarray(array) for name, array in given.items()})
        return {name: np.asarray(g) for name, g in found.items()}


RIVALS: Mapping[str, Rival] = by_name(
    Rival("torch", "PyTorch", _torch, _by_torch),
    Rival("jax", "JAX", _jax, _by_jax),
)
