"""Layers as the program counts them: W⁽¹⁾₂₁ leads from unit 1 below to unit 2 of layer 1 and is ``W1[2,1]`` when typed.

No book uses exactly this, but its letters are those of all: the notation for networks whose author named no units.
"""

from __future__ import annotations

from dataclasses import replace

from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation import brackets
from backprop_tutor.notation.nielsen import backward_equations
from backprop_tutor.notation.notation import Notation, layered
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value, layers counted from 1 at the first that has weights."""
    symbol = brackets.write(graph, quantity)
    return replace(symbol, sup=symbol.sup.replace("[", "(").replace("]", ")"))


_LOSS = Sym("L", role=Role.LOSS)

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
    rules=backward_equations(_LOSS, "W", "(l)", "(L)", ("", "")),
)
