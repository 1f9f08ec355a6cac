"""Θ with a bias unit (document 000): Θ^(l)_jk leads from unit k of layer l to unit j of layer l + 1; unit 0 is always 1."""

from __future__ import annotations

from backprop_tutor.formula.nodes import MatMul, Partial, Role, Sym, chain
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation.notation import JOINT, Notation, Rule, index, layer_of, layered, output_index, role_of
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value: z^(2) is the first hidden layer; the bias is Θ_j0."""
    layer, row, whole = layer_of(graph, quantity), index(quantity.indices), not quantity.indices
    match role_of(graph, quantity):
        case Role.INPUT:
            return Sym("x", sub=row, role=Role.INPUT, bold=whole)
        case Role.TARGET:
            return Sym("y", sub=output_index(graph, quantity.indices), role=Role.TARGET, bold=whole)
        case Role.WEIGHT:
            return Sym("Θ", sub=row, sup=f"({layer})", role=Role.WEIGHT, bold=whole)
        case Role.BIAS:
            return Sym("Θ", sub=index((*quantity.indices, 0)), sup=f"({layer})", role=Role.BIAS, bold=whole)
        case Role.PREACTIVATION:
            return Sym("z", sub=row, sup=f"({layer + 1})", role=Role.PREACTIVATION, bold=whole)
        case _:
            return Sym("a", sub=row, sup=f"({layer + 1})", role=Role.ACTIVATION, bold=whole)


_J, _A = Sym("J", role=Role.LOSS), Sym("a", sub="k", sup="(L)")

THETA = Notation(
    "theta",
    T("Θ with a bias unit", "Θ 与偏置单元"),
    T(
        "Layers count from 1 at the input, so that x = {inputs} and {hidden} is the first hidden layer. {weight} leads from unit 1 of "
        "layer 1 to unit 2 of layer 2; a bias is the weight {bias} from unit 0, which is always +1. δ = ∂cost/∂z of one "
        "example, with a plus sign: the output error is a − y, not y − a, and a hidden error has its factor g′(z). g is "
        "the activation function.",
        "层号从输入层数起，输入层是第 1 层，所以 x = {inputs}，{hidden} 是第一个隐藏层。"
        "{weight} 从第 1 层的单元 1 通向第 2 层的单元 2；偏置是来自 0 号单元的权重 {bias}，该单元恒为 +1。"
        "δ = ∂cost/∂z，对单个样本而言，取正号：输出误差是 a − y，不是 y − a；隐藏层的误差带有因子 g′(z)。g 是激活函数。",
    ),
    samples={
        "inputs": Sym("a", sup="(1)", role=Role.ACTIVATION),
        "hidden": Sym("z", sup="(2)", role=Role.PREACTIVATION),
        "weight": Sym("Θ", sub="21", sup="(1)", role=Role.WEIGHT),
        "bias": Sym("Θ", sub="20", sup="(1)", role=Role.BIAS),
    },
    loss=_J,
    cost=_J,
    rate="α",
    write=write,
    legend=T(
        "Here w and b are written Θ, and η is α.",
        "这里 w 和 b 都写作 Θ，η 写作 α。",
    ),
    fits=layered,
    error="δ",
    per_example=True,
    bias_unit=True,
    function=lambda _: Sym("g"),
    rules=(
        Rule(
            "output",
            "",
            Sym("δ", sub="j", sup="(L)"),
            MatMul((Sym("Σ", sub="k"), chain(Partial(_J, _A), Partial(_A, Sym("z", sub="j", sup="(L)"))))),
            JOINT,
            outputs="joint",
        ),
    ),
)
