"""What must hold between the layers of a network, and between a network and its loss and data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import fsum

from backprop_tutor.scenario import choices
from backprop_tutor.scenario.descriptions import counted, label
from backprop_tutor.scenario.layer_checks import Layer, check_layer, size
from backprop_tutor.scenario.schema import (
    MOST_PARAMETERS,
    ExampleFile,
    NetworkFile,
    NetworkScenarioFile,
)
from backprop_tutor.scenario.source import Fault
from backprop_tutor.scenario.spans import Path
from backprop_tutor.text import T

NEAR_ONE = 1e-9
INPUT = re.compile("x[1-9][0-9]*")

TWICE = T("the name '{name}' is taken by {owner}", "名字 '{name}' 已用于{owner}")
AN_INPUT, A_UNIT = T("an input", "一个输入"), T("a unit of layer {layer}", "第 {layer} 层的一个单元")
TOO_MANY = T(
    f"with layer {{layer}} the network has {{count}} parameters; at most {MOST_PARAMETERS} are allowed",
    f"加上第 {{layer}} 层，网络有 {{count}} 个参数；最多允许 {MOST_PARAMETERS} 个",
)
NOT_LAST = T("softmax can stand in the output layer only", "softmax 只能用在输出层")
INPUTS = T("x has {numbers}, but the network has {needed}", "x 有 {numbers}，但网络有 {needed}")
TARGETS = T("y has {numbers}, but the output layer has {needed}", "y 有 {numbers}，但输出层有 {needed}")
NO_PROBABILITY = T(
    "{label} is {target}; the targets of {loss} are probabilities, from 0 to 1",
    "{label} 是 {target}；{loss} 的目标值是概率，在 0 到 1 之间",
)
NOT_ONE = T(
    "the targets in y sum to {total}; with softmax and {loss} they must sum to 1",
    "y 中目标值之和是 {total}；使用 softmax 和 {loss} 时必须等于 1",
)


def check_network_scenario(file: NetworkScenarioFile) -> Iterator[Fault]:
    """What is wrong with a network scenario that fits the schema."""
    network = file.network
    yield from _names(network)
    yield from _activations(network)
    yield from _layers(network)
    if file.loss.function not in choices.losses():
        yield from formula_faults(file.loss.function, ("a", "y"), ("loss", "function"))
    for i, example in enumerate(file.data):
        yield from _lengths(network, example, ("data", i))
        yield from _probabilities(file, example, ("data", i))


def formula_faults(text: str, names: tuple[str, ...], path: Path) -> Iterator[Fault]:
    """The fault of a formula in those names, if it has one."""
    from backprop_tutor.formula.parse import FormulaError, parse

    try:
        parse(text, names)
    except FormulaError as error:
        yield Fault(path, error.message, part=(error.column, error.length))


def _layers(network: NetworkFile) -> Iterator[Fault]:
    inputs, before = size(network.inputs), 0
    for number, file in enumerate(network.layers, start=1):
        layer = Layer(file, number, inputs)
        yield from check_layer(layer)
        count = before + layer.parameters
        if before <= MOST_PARAMETERS < count:
            yield Fault((*layer.path, "units"), TOO_MANY.format(layer=number, count=count))
        inputs, before = layer.units, count


def _names(network: NetworkFile) -> Iterator[Fault]:
    """Names that stand twice; inputs that are only counted are called x1, x2, ..."""
    owners: dict[str, T] = {}
    for path, units, owner in _named(network):
        for k, name in enumerate(units if isinstance(units, tuple) else ()):
            taken = AN_INPUT if _is_counted_input(name, network) else owners.get(name)
            if taken:
                yield Fault((*path, k), TWICE.format(name=name, owner=taken))
            owners.setdefault(name, owner)


def _is_counted_input(name: str, network: NetworkFile) -> bool:
    return isinstance(network.inputs, int) and bool(INPUT.fullmatch(name)) and int(name[1:]) <= network.inputs


def _named(network: NetworkFile) -> Iterator[tuple[Path, int | tuple[str, ...], T]]:
    yield ("network", "inputs"), network.inputs, AN_INPUT
    for i, layer in enumerate(network.layers):
        yield ("network", "layers", i, "units"), layer.units, A_UNIT.format(layer=i + 1)


def _activations(network: NetworkFile) -> Iterator[Fault]:
    for i, layer in enumerate(network.layers):
        path = ("network", "layers", i, "activation")
        if layer.activation == "softmax" and layer is not network.layers[-1]:
            yield Fault(path, NOT_LAST)
        if layer.activation not in choices.activations():
            yield from formula_faults(layer.activation, ("z",), path)


def _lengths(network: NetworkFile, example: ExampleFile, path: Path) -> Iterator[Fault]:
    inputs, outputs = size(network.inputs), size(network.layers[-1].units)
    if len(example.x) != inputs:
        came, needed = counted(len(example.x), "number", "个数"), counted(inputs, "input", "个输入")
        yield Fault((*path, "x"), INPUTS.format(numbers=came, needed=needed), wanted=inputs)
    if len(example.y) != outputs:
        came, needed = counted(len(example.y), "number", "个数"), counted(outputs, "unit", "个单元")
        yield Fault((*path, "y"), TARGETS.format(numbers=came, needed=needed), wanted=outputs)


def _probabilities(file: NetworkScenarioFile, example: ExampleFile, path: Path) -> Iterator[Fault]:
    loss, total = file.loss.function, fsum(example.y)
    if loss not in choices.cross_entropies():
        return
    outside = [k for k, target in enumerate(example.y) if not 0 <= target <= 1]
    for k in outside:
        where = (*path, "y", k)
        yield Fault(where, NO_PROBABILITY.format(label=label(where[2:]), target=f"{example.y[k]:.12g}", loss=loss))
    output = file.network.layers[-1]
    whole = loss == "cross_entropy" and output.activation == "softmax" and len(example.y) == size(output.units)
    if whole and not outside and abs(total - 1) > NEAR_ONE:
        yield Fault((*path, "y"), NOT_ONE.format(total=f"{total:.12g}", loss=loss))
