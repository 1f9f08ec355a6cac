"""Units by name (document 004): W_ec leads from c to e; h(c) is what c receives, O(c) what it gives."""

from __future__ import annotations

from backprop_tutor.formula.nodes import MatMul, Partial, Role, Sym, chain
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation.notation import JOINT, Notation, Rule, joined, layer_of, role_of
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value; of a whole layer, W₁, h₁, O₁."""
    network, index = graph, quantity.indices
    layer = layer_of(graph, quantity) if quantity.name != "y" else len(network.layers)
    unit = network.units(layer)[index[0] - 1] if index else ""
    whole = not index
    match role_of(graph, quantity):
        case Role.INPUT:
            return Sym("x", sub=unit.removeprefix("x"), role=Role.INPUT, bold=whole)
        case Role.TARGET:
            alone = len(network.layers[-1].units) == 1
            return Sym("y", sub="" if alone else unit, role=Role.TARGET, bold=whole)
        case Role.WEIGHT if whole:
            return Sym("W", sub=str(layer), role=Role.WEIGHT, bold=True)
        case Role.WEIGHT:
            return Sym("W", sub=joined(unit, network.units(layer - 1)[index[1] - 1]), role=Role.WEIGHT)
        case Role.BIAS:
            return Sym("b", sub=str(layer) if whole else unit, role=Role.BIAS, bold=whole)
        case Role.PREACTIVATION:
            return Sym("h", sub=str(layer) if whole else "", of=unit, role=Role.PREACTIVATION, bold=whole)
        case _:
            return Sym("O", sub=str(layer) if whole else "", of=unit, role=Role.ACTIVATION, bold=whole)


_L, _O, _K, _H, _W = Sym("L"), Sym("O", of="i"), Sym("O", of="k"), Sym("h", of="i"), Sym("W", sub="ij")

NODES = Notation(
    "nodes",
    T("units by name", "按单元名"),
    T(
        "{weight} leads from unit j to unit i; {received} is what unit i receives, {given} what it gives. Derivatives are written as "
        "fractions, {derivative}.",
        "{weight} 是从单元 j 到单元 i 的权重；{received} 是单元 i 收到的输入，{given} 是它的输出。导数写成分式 {derivative}。",
    ),
    samples={
        "weight": Sym("W", sub="ij", role=Role.WEIGHT),
        "received": Sym("h", of="i", role=Role.PREACTIVATION),
        "given": Sym("O", of="i", role=Role.ACTIVATION),
        "derivative": Partial(_L, Sym("W")),
    },
    loss=Sym("L", role=Role.LOSS),
    cost=Sym("L", role=Role.LOSS),
    rate="α",
    write=write,
    legend=T(
        "Here z is written h(·), a is O(·), δ is ∂L/∂h(·) and η is α.",
        "这里 z 写作 h(·)，a 写作 O(·)，δ 写作 ∂L/∂h(·)，η 写作 α。",
    ),
    fits=lambda graph: not graph.layers or graph.named,
    rules=(
        Rule(
            "weight",
            "",
            Partial(_L, _W),
            chain(Partial(_L, _O), Partial(_O, _H), Partial(_H, _W)),
            T("the chain rule along the path from the weight to the loss", "沿着从权重到损失的路径使用链式法则"),
            outputs="apart",
        ),
        Rule(
            "output",
            "",
            Partial(_L, _H),
            MatMul((Sym("Σ", sub="k"), chain(Partial(_L, _K), Partial(_K, _H)))),
            JOINT,
            outputs="joint",
        ),
        Rule(
            "weight",
            "",
            Partial(_L, _W),
            chain(Partial(_L, _H), Partial(_H, _W)),
            T("what the unit has, times what the weight multiplies", "单元的导数，乘以权重所乘的量"),
            outputs="joint",
        ),
    ),
)
