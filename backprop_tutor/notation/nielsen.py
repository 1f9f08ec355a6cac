"""Layers and indices (document 003): w^l_jk leads from unit k of layer l − 1 to unit j of layer l."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Call, Formula, Hadamard, MatMul, Partial, Role, Sym, Transpose, chain
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation.notation import JOINT, Notation, Rule, index, layer_of, layered, role_of
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value, layers counted from 1 at the input: w²₁₁ belongs to W1 of the contract."""
    layer, row, whole = str(layer_of(graph, quantity) + 1), index(quantity.indices), not quantity.indices
    match role_of(graph, quantity):
        case Role.INPUT:
            return Sym("x", sub=row, role=Role.INPUT, bold=whole)
        case Role.TARGET:
            return Sym("y", sub=row, role=Role.TARGET, bold=whole)
        case Role.WEIGHT:
            return Sym("w", sub=row, sup=layer, role=Role.WEIGHT, bold=whole)
        case Role.BIAS:
            return Sym("b", sub=row, sup=layer, role=Role.BIAS, bold=whole)
        case Role.PREACTIVATION:
            return Sym("z", sub=row, sup=layer, role=Role.PREACTIVATION, bold=whole)
        case _:
            return Sym("a", sub=row, sup=layer, role=Role.ACTIVATION, bold=whole)


def backward_equations(loss: Sym, weight: str, layer: str, last: str, labels: tuple[str, str]) -> tuple[Rule, ...]:
    """δ of the output layer, elementwise and where its units depend on one another, and δ of a hidden layer.

    `layer` and `last` are the superscripts of layers l and L; `labels` the book's names of the two equations.
    """
    activation, above = Sym("a", sub="k", sup=last), Sym("δ", sup="(l+1)")
    at_output = chain(Partial(loss, activation), Partial(activation, Sym("z", sub="j", sup=last)))
    return (
        Rule(
            "output",
            labels[0],
            Sym("δ", sup=last),
            Hadamard((MatMul((Sym("∇", sub="a"), loss)), _slope(last))),
            T("the error of the output layer", "输出层的误差"),
            outputs="apart",
        ),
        Rule(
            "output",
            labels[0],
            Sym("δ", sub="j", sup=last),
            MatMul((Sym("Σ", sub="k"), at_output)),
            JOINT,
            outputs="joint",
        ),
        Rule(
            "hidden",
            labels[1],
            Sym("δ", sup=layer),
            Hadamard((MatMul((Transpose(Sym(weight, sup="(l+1)")), above)), _slope(layer))),
            T("the error, sent back one layer", "误差往回传一层"),
        ),
    )


def _slope(layer: str) -> Formula:
    return Call("sigmoid", (Sym("z", sup=layer),), 1)


_C = Sym("C", role=Role.LOSS)

NIELSEN = Notation(
    "nielsen",
    T("layers and indices", "按层与下标"),
    T(
        "Layers count from 1 at the input. {weight} leads from unit 3 of layer 1 to unit 1 of layer 2: the order jk needs no "
        "transpose in z = w a + b. δ = ∂C/∂z, with a plus sign.",
        "层号从输入层数起，输入层是第 1 层。{weight} 从第 1 层的单元 3 通向第 2 层的单元 1：按 jk 的次序，z = w a + b 不用转置。δ = ∂C/∂z，取正号。",
    ),
    samples={"weight": Sym("w", sub="13", sup="2", role=Role.WEIGHT)},
    loss=_C,
    cost=_C,
    rate="η",
    write=write,
    fits=layered,
    error="δ",
    rules=(
        *backward_equations(_C, "w", "l", "L", ("BP1", "BP2")),
        Rule(
            "bias",
            "BP3",
            Partial(_C, Sym("b", sub="j", sup="l")),
            Sym("δ", sub="j", sup="l"),
            T("the gradient of a bias", "偏置的梯度"),
        ),
        Rule(
            "weight",
            "BP4",
            Partial(_C, Sym("w", sub="jk", sup="l")),
            Sym("a", sub="k", sup="(l-1)") * Sym("δ", sub="j", sup="l"),
            T(
                "the gradient of a weight: what comes in, times the error that goes out",
                "权重的梯度：输入端的激活值乘以输出端的误差",
            ),
        ),
    ),
)
