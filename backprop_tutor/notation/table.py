"""The notations there are, one entry each."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.engine.graph import Graph, Network
from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.formula.nodes import Role, Sym
from backprop_tutor.notation.notation import Notation
from backprop_tutor.registry import by_name
from backprop_tutor.text import T


def default_notation(graph: Graph) -> Notation:
    """The notation for a reader who asks for none: the author's own unit names where there are any."""
    return NOTATIONS["nodes" if NOTATIONS["nodes"].fits(graph) else "nielsen"]


def layer_of(quantity: Quantity) -> int:
    """The layer in a contract name: 2 of ``W2``, 0 of ``x``."""
    return int(quantity.name[1:] or 0)


def unit_name(network: Network, layer: int, row: int | None) -> str:
    """The name of a unit, row from 1; without a row the layer's number."""
    return str(layer) if row is None else network.units(layer)[row - 1]


def _nodes(graph: Graph, quantity: Quantity) -> Sym:
    """W_ec from c to e, h(c) what c receives, O(c) what c gives."""
    network = graph.network
    assert network is not None, "an expression graph has names of its own"
    letter, layer, row = quantity.name[0], layer_of(quantity), quantity.row
    match letter:
        case "x":
            return Sym("x", sub=unit_name(network, 0, row), role=Role.INPUT)
        case "y":
            single = len(network.layers[-1].units) == 1
            return Sym("y", sub="" if single else unit_name(network, len(network.layers), row), role=Role.TARGET)
        case "W":
            return Sym("W", sub=_pair(network, layer, row, quantity.column), role=Role.WEIGHT)
        case "b":
            return Sym("b", sub=unit_name(network, layer, row), role=Role.BIAS)
        case "z":
            return Sym("h", of=unit_name(network, layer, row), role=Role.PREACTIVATION)
        case _:
            return Sym("O", of=unit_name(network, layer, row), role=Role.ACTIVATION)


def _pair(network: Network, layer: int, row: int | None, column: int | None) -> str:
    if row is None or column is None:
        return str(layer)
    to, source = unit_name(network, layer, row), unit_name(network, layer - 1, column)
    return f"{to}{source}" if len(to) == len(source) == 1 else f"{to},{source}"


def _nielsen(graph: Graph, quantity: Quantity) -> Sym:
    """w^l_jk from unit k of layer l − 1 to unit j of layer l, layers counted from 1 at the input."""
    layer = str(layer_of(quantity) + 1)
    row = "" if quantity.row is None else str(quantity.row)
    match quantity.name[0]:
        case "x":
            return Sym("x", sub=row, role=Role.INPUT)
        case "y":
            return Sym("y", sub=row, role=Role.TARGET)
        case "W":
            return Sym("w", sub=joined(quantity.row, quantity.column), sup=layer, role=Role.WEIGHT)
        case "b":
            return Sym("b", sub=row, sup=layer, role=Role.BIAS)
        case "z":
            return Sym("z", sub=row, sup=layer, role=Role.PREACTIVATION)
        case _:
            return Sym("a", sub=row, sup=layer, role=Role.ACTIVATION)


def _brackets(graph: Graph, quantity: Quantity) -> Sym:
    """W^[l]_jk, b^[l]_j, z^[l]_j, a^[l]_j: layers counted from 1 at the first hidden one."""
    layer = f"[{layer_of(quantity)}]"
    row = "" if quantity.row is None else str(quantity.row)
    match quantity.name[0]:
        case "x":
            return Sym("x", sub=row, role=Role.INPUT)
        case "y":
            return Sym("y", sub=_only_if_several(graph, row), role=Role.TARGET)
        case "W":
            return Sym("W", sub=joined(quantity.row, quantity.column), sup=layer, role=Role.WEIGHT)
        case "b":
            return Sym("b", sub=row, sup=layer, role=Role.BIAS)
        case "z":
            return Sym("z", sub=row, sup=layer, role=Role.PREACTIVATION)
        case _:
            return Sym("a", sub=row, sup=layer, role=Role.ACTIVATION)


def _theta(graph: Graph, quantity: Quantity) -> Sym:
    """Θ^(l)_jk from unit k of layer l to unit j of layer l + 1; the bias is the weight from unit 0, which is always 1."""
    layer = layer_of(quantity)
    row = "" if quantity.row is None else str(quantity.row)
    match quantity.name[0]:
        case "x":
            return Sym("x", sub=row, role=Role.INPUT)
        case "y":
            return Sym("y", sub=_only_if_several(graph, row), role=Role.TARGET)
        case "W":
            return Sym("Θ", sub=joined(quantity.row, quantity.column), sup=f"({layer})", role=Role.WEIGHT)
        case "b":
            return Sym("Θ", sub=joined(quantity.row, 0), sup=f"({layer})", role=Role.BIAS)
        case "z":
            return Sym("z", sub=row, sup=f"({layer + 1})", role=Role.PREACTIVATION)
        case _:
            return Sym("a", sub=row, sup=f"({layer + 1})", role=Role.ACTIVATION)


def _pdp(graph: Graph, quantity: Quantity) -> Sym:
    """w_ji from unit i to unit j, net_j what unit j receives, o_j what it gives, d the target."""
    network = graph.network
    assert network is not None, "an expression graph has names of its own"
    layer, row = layer_of(quantity), quantity.row
    match quantity.name[0]:
        case "x":
            return Sym("o", sub=unit_name(network, 0, row), role=Role.INPUT)
        case "y":
            return Sym("d", sub=unit_name(network, len(network.layers), row), role=Role.TARGET)
        case "W":
            return Sym("w", sub=_pair(network, layer, row, quantity.column), role=Role.WEIGHT)
        case "b":
            return Sym("b", sub=unit_name(network, layer, row), role=Role.BIAS)
        case "z":
            return Sym("net", sub=unit_name(network, layer, row), role=Role.PREACTIVATION)
        case _:
            return Sym("o", sub=unit_name(network, layer, row), role=Role.ACTIVATION)


def _only_if_several(graph: Graph, row: str) -> str:
    """An output's index, left out where there is one output."""
    return row if graph.network and len(graph.network.layers[-1].units) > 1 else ""


def joined(row: int | None, column: int | None) -> str:
    """Two indices side by side, with a comma where they would run together."""
    if row is None or column is None:
        return ""
    return f"{row}{column}" if row < 10 and column < 10 else f"{row},{column}"


def _layered(graph: Graph) -> bool:
    return graph.network is not None


NOTATIONS: Mapping[str, Notation] = by_name(
    Notation(
        "nodes",
        T("units by name", "按节点命名"),
        T(
            "W_ec leads from c to e; h(c) is what unit c receives, O(c) what it gives",
            "W_ec 表示从 c 到 e 的权重；h(c) 是节点 c 的输入，O(c) 是它的输出",
        ),
        loss="L",
        rate="α",
        write=_nodes,
        fits=lambda graph: graph.network is None or graph.network.named,
    ),
    Notation(
        "nielsen",
        T("layers and indices", "按层与下标"),
        T(
            "layers count from 1 at the input; w²₁₃ leads from unit 3 of layer 1 to unit 1 of layer 2; δ = ∂C/∂z",
            "层数从输入层的 1 数起；w²₁₃ 从第 1 层的单元 3 通向第 2 层的单元 1；δ = ∂C/∂z",
        ),
        loss="C",
        rate="η",
        write=_nielsen,
        fits=_layered,
        error_signal="δ",
    ),
    Notation(
        "brackets",
        T("layers in square brackets", "方括号标层"),
        T(
            "layers count from 1 at the first hidden one; W^[1]₂₁ leads from unit 1 to unit 2; examples are columns",
            "层数从第一个隐藏层的 1 数起；W^[1]₂₁ 从单元 1 通向单元 2；样本按列排列",
        ),
        loss="J",
        rate="α",
        write=_brackets,
        fits=_layered,
    ),
    Notation(
        "theta",
        T("Θ with a bias unit", "Θ 与偏置单元"),
        T(
            "layers count from 1 at the input; Θ⁽¹⁾₂₁ leads from unit 1 of layer 1 to unit 2 of layer 2; the bias is the "
            "weight from unit 0, which is always 1; δ = ∂J/∂z",
            "层数从输入层的 1 数起；Θ⁽¹⁾₂₁ 从第 1 层的单元 1 通向第 2 层的单元 2；偏置是来自恒为 1 的 0 号单元的权重；δ = ∂J/∂z",
        ),
        loss="J",
        rate="α",
        write=_theta,
        fits=_layered,
        error_signal="δ",
    ),
    Notation(
        "pdp",
        T("net, o and d", "net、o 与 d"),
        T(
            "w_ji leads from i to j; net is what a unit receives, o what it gives, d the target",
            "w_ji 从 i 通向 j；net 是单元的净输入，o 是输出，d 是目标值",
        ),
        loss="E",
        rate="η",
        write=_pdp,
        fits=_layered,
    ),
)
