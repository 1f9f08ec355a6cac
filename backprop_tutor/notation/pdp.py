"""net, o and d (document 002): w_ji leads from unit i to unit j; the error signal is δ = −∂E/∂net, so that Δw = η δ o."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Call, MatMul, Neg, Partial, Role, Sym, chain
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.notation.notation import JOINT, Notation, Rule, joined, layer_of, layered, role_of
from backprop_tutor.text import T


def write(graph: Graph, quantity: Quantity) -> Sym:
    """The symbol of a value; units have their own names, or are numbered consecutively from the first input."""
    whole, last = not quantity.indices, len(graph.layers)
    layer = last if quantity.name == "y" else layer_of(graph, quantity)
    unit = str(layer) if whole else unit_of(graph, layer, quantity.indices[0])
    match role_of(graph, quantity):
        case Role.INPUT:
            return Sym("o", sub=unit, role=Role.INPUT, bold=whole)
        case Role.TARGET:
            return Sym("d", sub="" if whole else unit, role=Role.TARGET, bold=whole)
        case Role.WEIGHT:
            sub = unit if whole else joined(unit, unit_of(graph, layer - 1, quantity.indices[1]))
            return Sym("w", sub=sub, role=Role.WEIGHT, bold=whole)
        case Role.BIAS:
            return Sym("b", sub=unit, role=Role.BIAS, bold=whole)
        case Role.PREACTIVATION:
            return Sym("net", sub=unit, role=Role.PREACTIVATION, bold=whole)
        case _:
            return Sym("o", sub=unit, role=Role.ACTIVATION, bold=whole)


def unit_of(graph: Graph, layer: int, row: int) -> str:
    """The author's name of a unit, or its number: inputs 1, 2, hidden units 3, 4, outputs 5, 6."""
    network = graph
    if network.named:
        return network.units(layer)[row - 1]
    return str(row + sum(len(network.units(below)) for below in range(layer)))


def _at(letter: str, unit: str) -> Sym:
    return Sym(letter, sub=unit)


def _slope(unit: str) -> Call:
    return Call("f", (_at("net", unit),), 1)


_E = Sym("E", role=Role.LOSS)

PDP = Notation(
    "pdp",
    T("net, o and d", "net、o 与 d"),
    T(
        "{weight} leads from unit i to unit j; units are numbered through from the inputs unless they have names. net is what "
        "a unit receives, o what it gives, d the target, f the activation function. The error signal has a minus sign, "
        "δ = −{signal}, so that Δw = {change}.",
        "{weight} 从单元 i 通向单元 j；没有名字的单元从输入起连续编号。net 是单元的净输入，o 是输出，"
        "d 是目标值，f 是激活函数。误差项带负号，δ = −{signal}，因此 "
        "Δw = {change}。",
    ),
    samples={
        "weight": Sym("w", sub="ji", role=Role.WEIGHT),
        "signal": Partial(_E, Sym("net")),
        "change": Sym("η") * Sym("δ") * Sym("o"),
    },
    loss=_E,
    cost=Sym("E", sub="tot", role=Role.LOSS),
    rate="η",
    write=write,
    legend=T(
        "Here z is written net, a is o and y is d; δ has the opposite sign, δ = −∂E/∂net.",
        "这里 z 写作 net，a 写作 o，y 写作 d；δ 的符号相反，δ = −∂E/∂net。",
    ),
    fits=layered,
    error="δ",
    per_example=True,
    sign=-1,
    view="deltas",
    function=lambda _: Sym("f"),
    rules=(
        Rule(
            "weight",
            "",
            Sym("Δw", sub="ti"),
            Sym("η") * _at("δ", "t") * _at("o", "i"),
            T("the delta rule, for any weight", "delta 规则，对任何权重都成立"),
        ),
        Rule(
            "output",
            "",
            _at("δ", "k"),
            (_at("d", "k") - _at("o", "k")) * _slope("k"),
            T("for an output unit k, with ½ squared error", "输出单元 k，损失为 ½ 平方误差"),
            outputs="apart",
        ),
        Rule(
            "output",
            "",
            _at("δ", "j"),
            Neg(
                MatMul((Sym("Σ", sub="k"), chain(Partial(_E, _at("o", "k")), Partial(_at("o", "k"), _at("net", "j")))))
            ),
            JOINT,
            outputs="joint",
        ),
        Rule(
            "hidden",
            "",
            _at("δ", "j"),
            MatMul((Sym("Σ", sub="k"), _at("δ", "k") * _at("w", "kj"))) * _slope("j"),
            T("for a hidden unit j: over all units k that j feeds", "隐藏单元 j：对 j 所连接的所有单元 k 求和"),
        ),
    ),
)
