"""Computes the same gradients by PyTorch or JAX, with their own functions and their own backward pass.

The reported loss is written in the library's functions from the description of the graph alone; no other part of the
engine is used. Either library is imported only on request. `f` contains the library's functions under our names; arrays
are the library's own, examples as columns. Cross-entropies take logarithms straight from z where the library offers it,
as is usual there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, TypeAlias

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.fold import Algebra, Of, fold
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Cases, Compare, Formula, Lit, Num, Partial, Pow, Sym, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expressions import in_order
from backprop_tutor.graph.graph import Graph, Network
from backprop_tutor.graph.ops.affine import owners
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.graph.tape import Trace
from backprop_tutor.layers.dense import node_name
from backprop_tutor.registry import by_name, find
from backprop_tutor.text import T

Tensor = Any


def loss(graph: Graph, given: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    """The reported loss, a tensor of one number."""
    # a second definition of dense layers, independent of ours
    # a network is written in the terms of these libraries, with their own layers and losses
    return _network(graph.dense, given, f) if graph.dense else _expressions(graph, given, f)


def _expressions(graph: Graph, given: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    values, formulas = dict(given), graph.formulas or {}
    for name in in_order(formulas):
        values[name] = formula_value(formulas[name], values, f)
    return values[graph.nodes[graph.losses].name].mean()


def _network(network: Network, given: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    a = z = given["x"]
    given = dict(given)
    for number, layer in enumerate(network.layers, start=1):
        for letter, same in layer.same.items():
            name = node_name(letter, number)
            given[name] = given[name].reshape(-1)[owners(tuple(given[name].shape), same)]
        z = given[node_name("W", number)] @ a + (given[node_name("b", number)] if layer.bias else 0)
        a = _activated(layer.activation, z, f)
    each = _losses(network, a, z, given["y"], f)
    weights = (
        given[node_name("W", number)].reshape(-1)[np.unique(owners(_shape(network, number), layer.same.get("W", {})))]
        for number, layer in enumerate(network.layers, start=1)
    )
    data = each.mean() if network.reduction == "mean" else each.sum()
    return data + network.l2 / 2 * sum((W**2).sum() for W in weights)


def _shape(network: Network, number: int) -> tuple[int, int]:
    return len(network.units(number)), len(network.units(number - 1))


def _activated(activation: str | Formula, z: Tensor, f: SimpleNamespace) -> Tensor:
    match activation:
        case "identity":
            return z
        case "softmax":
            return f.softmax(z)
        case str(name):
            return formula_value(Call(name, (Sym("z"),)), {"z": z}, f)
        case written:
            return formula_value(written, {"z": z}, f) + f.zeros(z)


def _losses(network: Network, a: Tensor, z: Tensor, y: Tensor, f: SimpleNamespace) -> Tensor:
    """The loss of each example."""
    log, log_other = _logarithms(network.layers[-1].activation, a, z, f)
    loss = loss_of(network.loss)
    match loss.name:
        case "binary_cross_entropy":
            each = -(y * log() + (1 - y) * log_other())
        case "cross_entropy":
            each = -(y * log())
        case _:
            each = formula_value(loss.term, {"a": a, "y": y}, f) * float(loss.factor) + f.zeros(a)
    if loss.mean:
        each = each / len(a)
    return each.sum(0)


def _logarithms(
    activation: str | Formula, a: Tensor, z: Tensor, f: SimpleNamespace
) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """The logarithms of a and of 1 − a."""
    match activation:
        case "sigmoid":
            return (lambda: f.log_sigmoid(z)), (lambda: f.log_sigmoid(-z))
        case "softmax":
            return (lambda: f.log_softmax(z)), (lambda: f.log(1 - a))
        case _:
            return (lambda: f.log(a)), (lambda: f.log(1 - a))


def formula_value(node: Formula, values: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    """The value of an author's formula; constants become tensors, as the functions of a library require.

    Raises TypeError for a part that no author can write.
    """
    return fold(node, _Tensors(values, f))


class _Tensors(Algebra[Tensor]):
    """Tensors of a library, names by their values."""

    def __init__(self, values: Mapping[str, Tensor], f: SimpleNamespace) -> None:
        self.values, self.f = values, f

    def number(self, node: Lit | Num) -> Tensor:
        return self.f.zeros(next(iter(self.values.values()))) + float(node.value)

    def symbol(self, node: Sym | Partial) -> Tensor:
        return self.values[node.key or node.base] if isinstance(node, Sym) else self.refuse(node)

    def power(self, node: Pow, of: Of) -> Tensor:
        exponent = node.exponent
        return of(node.base) ** (float(exponent.value) if isinstance(exponent, Lit) else of(exponent))

    def call(self, node: Call, of: Of) -> Tensor:
        own = KNOWN[node.function].taught
        if hasattr(self.f, node.function) or own is None:
            return getattr(self.f, node.function)(*map(of, node.arguments))
        return of(substitute(own, dict(zip("xy", node.arguments, strict=False))))

    def comparison(self, node: Compare, of: Of) -> Tensor:
        return RELATIONS[node.relation].holds(of(node.left), of(node.right))

    def cases(self, node: Cases, of: Of) -> Tensor:
        chosen = of(node.otherwise)
        for then, condition in reversed(node.branches):
            chosen = self.f.where(of(condition), of(then), chosen)
        return chosen


Tensors: TypeAlias = Mapping[str, Any]
Differentiate: TypeAlias = Callable[[Callable[[Tensors], Any], Mapping[str, Array]], Mapping[str, Array]]

WHAT = T("the library", "库")
MISSING = T("{title} is not installed ('pip install {name}')", "未安装 {title}（pip install {name}）")


@frozen
class OtherLibrary:
    """A library: its functions under our names, and how it differentiates a function of named arrays."""

    name: str
    title: str
    functions: Callable[[], SimpleNamespace]
    differentiate: Differentiate


def gradients(trace: Trace, name: str) -> Mapping[str, Array]:
    """dLoss/d of every given array, by the library called `name`.

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
        **{name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "abs", "tanh", "cosh")},
        max=torch.maximum,
        min=torch.minimum,
        **{name: getattr(functional, name) for name in ("sigmoid", "relu", "leaky_relu", "elu", "silu", "gelu")},
        softplus=lambda z: functional.softplus(z, threshold=1e9),
        log_sigmoid=functional.logsigmoid,
        softmax=lambda z: functional.softmax(z, dim=0),
        log_softmax=lambda z: functional.log_softmax(z, dim=0),
        where=torch.where,
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
        **{
            name: getattr(jax.numpy, name)
            for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "abs", "tanh", "cosh")
        },
        max=jax.numpy.maximum,
        min=jax.numpy.minimum,
        **{name: getattr(jax.nn, name) for name in ("sigmoid", "relu", "leaky_relu", "elu", "silu", "softplus")},
        gelu=lambda z: jax.nn.gelu(z, approximate=False),
        log_sigmoid=jax.nn.log_sigmoid,
        softmax=lambda z: jax.nn.softmax(z, axis=0),
        log_softmax=lambda z: jax.nn.log_softmax(z, axis=0),
        where=jax.numpy.where,
        zeros=jax.numpy.zeros_like,
    )


def _by_jax(function: Callable[[Tensors], Any], given: Mapping[str, Array]) -> Mapping[str, Array]:
    import jax

    with jax.enable_x64(True):
        found = jax.grad(function)({name: jax.numpy.asarray(array) for name, array in given.items()})
        return {name: np.asarray(g) for name, g in found.items()}


RIVALS: Mapping[str, OtherLibrary] = by_name(
    OtherLibrary("torch", "PyTorch", _torch, _by_torch),
    OtherLibrary("jax", "JAX", _jax, _by_jax),
)
