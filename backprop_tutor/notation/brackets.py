"""Layers in square brackets (document 001): W^[1], z^[1], a^[1]; dW^[1] is short for the derivative by W^[1]."""

from __future__ import annotations

from backprop_tutor.formula.nodes import MatMul, Partial, Role, Sym, chain
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation.notation import JOINT, Notation, Rule, index, layer_of, layered, output_index, role_of
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value, layers counted from 1 at the first hidden one."""
    row, whole, role = index(quantity.indices), not quantity.indices, role_of(graph, quantity)
    match role:
        case Role.INPUT:
            return Sym("x", sub=row, role=role, bold=whole)
        case Role.TARGET:
            return Sym("y", sub=output_index(graph, quantity.indices), role=role, bold=whole)
        case _:
            letter = {Role.WEIGHT: "W", Role.BIAS: "b", Role.PREACTIVATION: "z"}.get(role, "a")
            return Sym(letter, sub=row, sup=f"[{layer_of(graph, quantity)}]", role=role, bold=whole)


_A, _Z = Sym("a", sub="k", sup="[L]"), Sym("z", sub="j", sup="[L]")

BRACKETS = Notation(
    "brackets",
    T("layers in square brackets", "方括号标层"),
    T(
        "Layers count from 1 at the first hidden one. {weight} leads from unit 1 below to unit 2 of layer 1. dW is short "
        "for the derivative of the cost with respect to W, with a plus sign; {function} is the activation function of layer "
        "1, and examples are columns.",
        "层号从第一个隐藏层数起，它是第 1 层。{weight} 从前一层的单元 1 通向第 1 层的单元 2。"
        "dW 是代价对 W 的导数的简写，取正号；{function} 是第 1 层的激活函数，样本按列排列。",
    ),
    samples={"weight": Sym("W", sub="21", sup="[1]", role=Role.WEIGHT), "function": Sym("g", sup="[1]")},
    loss=Sym("L", role=Role.LOSS),
    cost=Sym("J", role=Role.LOSS),
    rate="α",
    write=write,
    legend=T(
        "Here δ is written dz and η is α; dW and db are the gradients.",
        "这里 δ 写作 dz，η 写作 α；dW 和 db 是梯度。",
    ),
    fits=layered,
    prefix="d",
    per_example=True,
    capitals=True,
    function=lambda layer: Sym("g", sup=f"[{layer}]"),
    rules=(
        Rule(
            "output",
            "",
            Sym("dz", sub="j", sup="[L]"),
            MatMul((Sym("Σ", sub="k"), chain(Sym("da", sub="k", sup="[L]"), Partial(_A, _Z)))),
            JOINT,
            outputs="joint",
        ),
    ),
)
