"""Checks the layers of a network, and the network against its loss and data.

Within a layer: weights are (units, inputs), biases (units), an initialiser has its settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_tutor.frozen import frozen
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import (
    MOST_PARAMETERS,
    ExampleFile,
    InitFile,
    InnerLayerFile,
    LayerFile,
    Matrix,
    NetworkFile,
    NetworkScenarioFile,
)
from backprop_tutor.scenario.yaml.descriptions import counted, label
from backprop_tutor.scenario.yaml.source import Fault
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import NOTHING, T

ROWS = T(
    "weights has {rows}, but layer {layer} has {units}; one row per unit",
    "weights 有 {rows}，但第 {layer} 层有 {units}；每个单元一行",
)
COLUMNS = T("{what} has {columns}, but layer {layer} gets {inputs}", "{what}有 {columns}，但第 {layer} 层有 {inputs}")
TURNED = T(
    "weights has {rows} and {columns}, but layer {layer} has {units} and gets {inputs}; are they exchanged?",
    "weights 有 {rows} {columns}，但第 {layer} 层有 {units}、{inputs}；行和列是不是写反了？",
)
WEIGHTS, ROW = T("weights", "weights "), T("row {row} of weights", "weights 的第 {row} 行")
NOTHING_ARRIVES = T(
    "all weights of layer {layer} are null, so nothing reaches it",
    "第 {layer} 层的权重全是 null，没有任何东西传到这一层",
)
BIASES = T("bias has {numbers}, but layer {layer} has {units}", "bias 有 {numbers}，但第 {layer} 层有 {units}")
NO_BIAS = T("layer {layer} has no bias that could be frozen", "第 {layer} 层没有可以冻结的 bias")
SETTING = T("'init: {init}' needs '{setting}:'", "'init: {init}' 需要 '{setting}:'")
NO_SETTING = T("'init: {init}' takes no '{setting}:'{taken}", "'init: {init}' 不接受 '{setting}:'{taken}")
UPSIDE_DOWN = T("low is greater than high", "low 大于 high")


@frozen
class Layer:
    """A layer of a file, its number from 1, and the number of its inputs."""

    file: LayerFile
    number: int
    inputs: int

    @property
    def path(self) -> Path:
        """Its place in the file."""
        return ("network", "layers", self.number - 1)

    @property
    def units(self) -> int:
        """The number of its units."""
        return size(self.file.units)

    @property
    def parameters(self) -> int:
        """The number of its weights and biases."""
        return self.units * (self.inputs + (self.file.bias is not None))


def size(units: int | tuple[str, ...]) -> int:
    """The number of units given by names or by a number."""
    return units if isinstance(units, int) else len(units)


def check_layer(layer: Layer) -> Iterator[Fault]:
    """The faults within a layer that fits the schema."""
    file = layer.file
    if isinstance(file.weights, InitFile):
        yield from settings_faults(file.weights, (*layer.path, "weights"))
    else:
        yield from _shape(layer, file.weights)
        yield from _nothing_arrives(layer, file.weights)
    if isinstance(file.bias, InitFile):
        yield from settings_faults(file.bias, (*layer.path, "bias"))
    elif isinstance(file.bias, tuple) and len(file.bias) != layer.units:
        said = _said(BIASES, layer, numbers=counted(len(file.bias), "number", "个数"))
        yield Fault((*layer.path, "bias"), said, wanted=layer.units)
    if file.bias is None and "bias" in file.frozen:
        yield Fault((*layer.path, "frozen", file.frozen.index("bias")), _said(NO_BIAS, layer))


def _shape(layer: Layer, weights: Matrix) -> Iterator[Fault]:
    rows, widths, path = len(weights), [len(row) for row in weights], (*layer.path, "weights")
    if layer.inputs != layer.units == widths[0] and [layer.units] * layer.inputs == widths:
        yield Fault(path, _said(TURNED, layer, rows=_rows(rows), columns=_columns(widths[0])))
        return
    if rows != layer.units:
        yield Fault(path, _said(ROWS, layer, rows=_rows(rows)))
    if len(set(widths)) == 1 and widths[0] != layer.inputs:
        said = _said(COLUMNS, layer, what=WEIGHTS, columns=_columns(widths[0]))
        yield Fault(path, said, wanted=layer.inputs)
    elif len(set(widths)) > 1:
        yield from _ragged(layer, widths, path)


def _ragged(layer: Layer, widths: list[int], path: Path) -> Iterator[Fault]:
    for i, width in enumerate(widths):
        if width != layer.inputs:
            said = _said(COLUMNS, layer, what=ROW.format(row=i + 1), columns=_columns(width))
            yield Fault((*path, i), said, wanted=layer.inputs)


def _nothing_arrives(layer: Layer, weights: Matrix) -> Iterator[Fault]:
    if all(weight is None for row in weights for weight in row):
        yield Fault((*layer.path, "weights"), _said(NOTHING_ARRIVES, layer))


def settings_faults(init: InitFile, path: Path) -> Iterator[Fault]:
    """The faults of settings that are missing or have no effect; a seed is always allowed."""
    given, needed = init.model_dump(exclude={"init"}, exclude_none=True), choices.initialisers()[init.init]
    for setting in needed:
        if setting not in given:
            yield Fault(path, SETTING.format(init=init.init, setting=setting), key=True)
    for setting in given:
        if setting not in (*needed, "seed"):
            yield Fault((*path, setting), not_taken(NO_SETTING, needed, init=init.init, setting=setting), key=True)
    if init.low is not None and init.high is not None and init.low > init.high:
        yield Fault((*path, "low"), UPSIDE_DOWN)


def not_taken(saying: T, taken: tuple[str, ...], **holes: str) -> T:
    """The fault of a setting without effect, with those that have one."""
    settings = T("; it takes {settings}", "；它接受 {settings}").format(settings=", ".join(taken))
    return saying.format(taken=settings if taken else NOTHING, **holes)


def _rows(number: int) -> T:
    return counted(number, "row", "行")


def _columns(number: int) -> T:
    return counted(number, "column", "列")


def _said(saying: T, layer: Layer, **holes: object) -> T:
    units, inputs = counted(layer.units, "unit", "个单元"), counted(layer.inputs, "input", "个输入")
    return saying.format(layer=layer.number, units=units, inputs=inputs, **holes)


NEAR_ONE = 1e-9
INPUT = re.compile("x[1-9][0-9]*")

TWICE = T("the name '{name}' is taken by {owner}", "名字 '{name}' 已用于{owner}")
AN_INPUT, A_UNIT = T("an input", "一个输入"), T("a unit of layer {layer}", "第 {layer} 层的一个单元")
TOO_MANY = T(
    f"with layer {{layer}} the network has {{count}} parameters; at most {MOST_PARAMETERS} are allowed",
    f"加上第 {{layer}} 层，网络有 {{count}} 个参数；最多允许 {MOST_PARAMETERS} 个",
)
NO_CONSTANT = T(
    "'{name}:' is a constant of {functions}; the activation here is {activation}",
    "'{name}:' 是 {functions} 的常数；这里的激活函数是 {activation}",
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
    """The faults of a network scenario that fits the schema."""
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
    """The faults of duplicate names; inputs given by their number are called x1, x2, ..."""
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
        yield from constant_faults(layer, path[:-1])


def constant_faults(layer: LayerFile | InnerLayerFile, path: Path) -> Iterator[Fault]:
    """The faults of constants that the activation of a layer does not take."""
    for name, functions in choices.constants().items():
        if getattr(layer, name) is not None and layer.activation not in functions:
            said = NO_CONSTANT.format(
                name=name, functions=", ".join(functions), activation=layer.activation or "identity"
            )
            yield Fault((*path, name), said, key=True)


def _lengths(network: NetworkFile, example: ExampleFile, path: Path) -> Iterator[Fault]:
    inputs, outputs = size(network.inputs), size(network.layers[-1].units)
    if len(example.x) != inputs:
        came, needed = counted(len(example.x), "number", "个数"), counted(inputs, "input", "个输入")
        yield Fault((*path, "x"), INPUTS.format(numbers=came, needed=needed), wanted=inputs)
    if len(example.y) != outputs:
        came, needed = counted(len(example.y), "number", "个数"), counted(outputs, "unit", "个单元")
        yield Fault((*path, "y"), TARGETS.format(numbers=came, needed=needed), wanted=outputs)


def _probabilities(file: NetworkScenarioFile, example: ExampleFile, path: Path) -> Iterator[Fault]:
    loss, total = file.loss.function, sum(example.y)
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
