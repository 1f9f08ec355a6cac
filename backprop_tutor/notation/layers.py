"""Layers as the program counts them: W⁽¹⁾₂₁ leads from unit 1 below to unit 2 of layer 1 and is ``W1[2,1]`` when typed.

No book uses exactly this, but its letters are those of all: the notation for networks whose author named no units.
"""

from __future__ import annotations

from dataclasses import replace

from backprop_tutor.formula.nodes import Call, Formula, Hadamard, MatMul, Partial, Role, Sym, Transpose, chain
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation import brackets
from backprop_tutor.notation.notation import JOINT, Notation, Rule, layered
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value, layers counted from 1 at the first that has weights."""
    symbol = brackets.write(graph, quantity)
    return replace(symbol, sup=symbol.sup.replace("[", "(").replace("]", ")"))


def _slope(layer: str) -> Formula:
    return Call("sigmoid", (Sym("z", sup=layer),), 1)


_LOSS, _A, _ABOVE = Sym("L", role=Role.LOSS), Sym("a", sub="k", sup="(L)"), Sym("δ", sup="(l+1)")

LAYERS = Notation(
    "layers",
    T("layers in parentheses", "圆括号标层"),
    T(
        "Layers count from 1 at the first that has weights. {weight} leads from unit 1 below to unit 2 of layer 1; δ is ∂L/∂z.",
        "层号从第一个有权重的层数起。{weight} 从前一层的单元 1 通向第 1 层的单元 2；δ 就是 ∂L/∂z。",
    ),
    samples={"weight": Sym("W", sub="21", sup="(1)", role=Role.WEIGHT)},
    loss=_LOSS,
    cost=_LOSS,
    rate="η",
    write=write,
    fits=layered,
    error="δ",
    rules=(
        Rule(
            "output",
            "",
            Sym("δ", sup="(L)"),
            Hadamard((MatMul((Sym("∇", sub="a"), _LOSS)), _slope("(L)"))),
            T("the error of the output layer", "输出层的误差"),
            outputs="apart",
        ),
        Rule(
            "output",
            "",
            Sym("δ", sub="j", sup="(L)"),
            MatMul((Sym("Σ", sub="k"), chain(Partial(_LOSS, _A), Partial(_A, Sym("z", sub="j", sup="(L)"))))),
            JOINT,
            outputs="joint",
        ),
        Rule(
            "hidden",
            "",
            Sym("δ", sup="(l)"),
            Hadamard((MatMul((Transpose(Sym("W", sup="(l+1)")), _ABOVE)), _slope("(l)"))),
            T("the error, sent back one layer", "误差往回传一层"),
        ),
    ),
)
