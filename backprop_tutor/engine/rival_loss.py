"""The reported loss of a graph in another library's functions, from the description of the graph alone.

`f` holds the library's functions under our names; arrays are the library's own, examples as columns. Cross-entropies
take logarithms straight from z where the library offers it, as its users do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from types import SimpleNamespace
from typing import Any

from backprop_tutor.engine.expressions import in_order
from backprop_tutor.engine.graph import Graph, Network
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Pow, Sym

Tensor = Any


def loss(graph: Graph, given: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    """The reported loss, a tensor of one number."""
    return _network(graph.network, given, f) if graph.network else _expressions(graph, given, f)


def _expressions(graph: Graph, given: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    values, formulas = dict(given), graph.formulas or {}
    for name in in_order(formulas):
        values[name] = formula_value(formulas[name], values, f)
    return values[graph.nodes[graph.losses].name].mean()


def _network(network: Network, given: Mapping[str, Tensor], f: SimpleNamespace) -> Tensor:
    a = z = given["x"]
    for number, layer in enumerate(network.layers, start=1):
        z = given[f"W{number}"] @ a + (given[f"b{number}"] if layer.bias else 0)
        a = _activated(layer.activation, z, f)
    each = _losses(network, a, z, given["y"], f)
    weights = (given[f"W{number}"] for number in range(1, len(network.layers) + 1))
    data = each.mean() if network.reduction == "mean" else each.sum()
    return data + network.l2 / 2 * sum((W**2).sum() for W in weights)


def _activated(activation: str | Formula, z: Tensor, f: SimpleNamespace) -> Tensor:
    if not isinstance(activation, str):
        return formula_value(activation, {"z": z}, f) + f.zeros(z)
    return z if activation == "identity" else getattr(f, activation)(z)


def _losses(network: Network, a: Tensor, z: Tensor, y: Tensor, f: SimpleNamespace) -> Tensor:
    """The loss of each example."""
    log, log_other = _logarithms(network.layers[-1].activation, a, z, f)
    terms: Mapping[str, Callable[[], Tensor]] = {
        "half_squared_error": lambda: (a - y) ** 2 / 2,
        "squared_error": lambda: (a - y) ** 2,
        "mean_squared_error": lambda: (a - y) ** 2 / len(a),
        "binary_cross_entropy": lambda: -(y * log() + (1 - y) * log_other()),
        "cross_entropy": lambda: -(y * log()),
    }
    own = network.loss
    each = terms[own]() if isinstance(own, str) else formula_value(own, {"a": a, "y": y}, f) + f.zeros(a)
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
    """The value of an author's formula; constants become tensors, which the functions of a library want.

    Raises TypeError for a part that no author can write.
    """

    def of(part: Formula) -> Tensor:
        return formula_value(part, values, f)

    match node:
        case Lit(value=value):
            return f.zeros(next(iter(values.values()))) + float(value)
        case Sym(base=base, key=key):
            return values[key or base]
        case Add(terms=terms):
            return reduce(add, map(of, terms))
        case Mul(factors=factors):
            return reduce(mul, map(of, factors))
        case Neg(operand=operand):
            return -of(operand)
        case Div(numerator=above, denominator=below):
            return of(above) / of(below)
        case Pow(base=base, exponent=exponent):
            return of(base) ** (float(exponent.value) if isinstance(exponent, Lit) else of(exponent))
        case Call(function=name, arguments=arguments):
            return getattr(f, name)(*map(of, arguments))
        case _:
            raise TypeError(f"{type(node).__name__} is not part of an author's formula")
