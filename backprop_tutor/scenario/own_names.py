"""The author's own names for weights and biases: w5 for W2[1,1], one b1 for all biases of a layer.

The contract's names stay; the own ones are shown in their place in every notation, and understood beside them. Within a
layer of a dense network a name that comes again is one parameter: its gradient is the sum over its places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.graph.graph import Graph, Index
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.layers.dense import network_graph
from backprop_tutor.scenario.array_values import unlike_shape
from backprop_tutor.scenario.yaml.source import Fault, Source
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

NO_PARAMETER = T(
    "'{name}' is not a parameter; names can be given for {known}{near}", "'{name}' 不是参数；可以取名的有 {known}{near}"
)
UNLIKE = T("the names of {name} are {came}, but {name} is {wanted}", "{name} 的名字是 {came}，而 {name} 是 {wanted}")
RAGGED = T("these lists of names have different lengths", "这些名字的列表长短不一")
NOT_THERE = T(
    "{place} is a missing connection, so it has no name; write null",
    "{place} 没有连接，不能有名字；请写 null",
)
TAKEN = T(
    "'{own}' is already the name of {owner}; choose another",
    "'{own}' 已经是{owner}的名字；请换一个",
)
QUANTITY, UNIT = T("another quantity", "另一个量"), T("a unit", "一个单元")
A_FUNCTION = T("'{own}' is a function and cannot be the name of a weight", "'{own}' 是函数，不能当权重的名字")
TWO_VALUES = T(
    "'{own}' names {first} = {one} and {second} = {other}; a shared parameter has one value",
    "'{own}' 同时是 {first} = {one} 和 {second} = {other} 的名字；共用的参数只能有一个值",
)
APART = T(
    "'{own}' names {first} and {second}; a name is shared within one array of a layer. "
    "Layers share their weights by 'tie: N'",
    "'{own}' 同时是 {first} 和 {second} 的名字；只有同一层同一数组里的名字可以共用。不同层要共用权重，请写 'tie: N'",
)
ONLY_DENSE = T(
    "'{own}' names {first} and {second}; a name is shared in a network of dense layers only",
    "'{own}' 同时是 {first} 和 {second} 的名字；只有全连接层的网络可以共用名字",
)


@frozen
class _Given:
    """One name of the file: of which parameter, at which index from 0, and where it is written."""

    parameter: str
    index: Index
    own: str
    path: Path

    @property
    def place(self) -> str:
        """The contract's name of the element."""
        return Quantity(self.parameter, tuple(i + 1 for i in self.index)).short


def named(scenario: Scenario, names: Mapping[str, Any], source: Source) -> Scenario:
    """`scenario` with the names of its file. Raises TutorError with every fault of them."""
    faults: list[Fault] = []
    given = list(_given(scenario, names, faults))
    first: dict[str, _Given] = {}
    same: dict[str, dict[Index, Index]] = {}
    for each in given:
        faults += _fault(scenario, each)
        known = first.setdefault(each.own, each)
        if known is each:
            continue
        faults += _sharing_fault(scenario, known, each)
        same.setdefault(each.parameter, {})[each.index] = known.index
    if faults:
        raise TutorError(source.problems(faults))
    graph = _sharing(scenario.graph, same)
    return replace(
        scenario,
        graph=replace(graph, names={each.place: each.own for each in given}),
        parameters={name: graph.shared(name, array) for name, array in scenario.parameters.items()},
    )


def _given(scenario: Scenario, names: Mapping[str, Any], faults: list[Fault]) -> Iterator[_Given]:
    """Every name of the file with its element; one name for a whole array stands at each of its elements."""
    for parameter, own in names.items():
        path: Path = ("names", parameter)
        if parameter not in scenario.parameters:
            known = ", ".join(scenario.parameters)
            near = did_you_mean(parameter, scenario.parameters)
            faults.append(Fault(path, NO_PARAMETER.format(name=parameter, known=known, near=near), key=True))
            continue
        node = scenario.graph.nodes[scenario.graph.index[parameter]]
        shape = scenario.parameters[parameter].shape[: node.axes]
        if isinstance(own, str):
            places = (index for index in np.ndindex(*shape) if index not in node.missing)
            yield from (_Given(parameter, index, own, path) for index in places)
            continue
        came = _shape(own)
        if came != shape:
            said = RAGGED if came is None else unlike_shape(came, shape, UNLIKE, name=parameter)
            faults.append(Fault(path, said))
            continue
        for index in np.ndindex(*shape):
            found = own
            for i in index:
                found = found[i]
            if found is not None:
                yield _Given(parameter, index, found, (*path, *index))


def _shape(own: Any) -> Index | None:
    """The lengths of nested lists of names; None where they are not equal."""
    if not isinstance(own, tuple):
        return ()
    inner = {_shape(part) for part in own}
    only = inner.pop() if len(inner) == 1 else None
    return None if only is None else (len(own), *only)


def _fault(scenario: Scenario, given: _Given) -> Iterator[Fault]:
    graph = scenario.graph
    if given.index in graph.nodes[graph.index[given.parameter]].missing:
        yield Fault(given.path, NOT_THERE.format(place=given.place))
    if given.own in KNOWN:
        yield Fault(given.path, A_FUNCTION.format(own=given.own))
    elif given.own in graph.index and not _is_like(graph, given.own, given.parameter):
        yield Fault(given.path, TAKEN.format(own=given.own, owner=QUANTITY))
    elif any(given.own in group.units for group in graph.groups):
        yield Fault(given.path, TAKEN.format(own=given.own, owner=UNIT))


def _is_like(graph: Graph, name: str, parameter: str) -> bool:
    """Whether a name is that of another bias for a bias, or of another weight for a weight: b2 for the second of b1."""
    one, other = (graph.nodes[graph.index[each]] for each in (name, parameter))
    return one.op is None and one.role == other.role


def _sharing_fault(scenario: Scenario, first: _Given, second: _Given) -> Iterator[Fault]:
    holes = {"own": second.own, "first": first.place, "second": second.place}
    if first.parameter != second.parameter:
        yield Fault(second.path, APART.format(**holes))
        return
    if scenario.graph.dense is None:  # only weights of dense layers are written number by number
        yield Fault(second.path, ONLY_DENSE.format(**holes))
        return
    one, other = (scenario.parameters[each.parameter][each.index].item() for each in (first, second))
    if one != other:
        yield Fault(second.path, TWO_VALUES.format(**holes, one=f"{one:.12g}", other=f"{other:.12g}"))


def _sharing(graph: Graph, same: Mapping[str, Mapping[Index, Index]]) -> Graph:
    """The graph of a network with places that are one parameter."""
    if not same or graph.dense is None:  # as above
        return graph
    layers = (
        replace(layer, same={name[0]: same[name] for name in (f"W{number}", f"b{number}") if name in same})
        for number, layer in enumerate(graph.dense.layers, start=1)
    )
    return network_graph(replace(graph.dense, layers=tuple(layers)))
