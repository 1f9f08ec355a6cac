"""What must hold within a layer: weights are (units, inputs), biases (units), an initialiser has its settings."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.frozen import frozen
from backprop_tutor.scenario import choices
from backprop_tutor.scenario.descriptions import counted
from backprop_tutor.scenario.schema import InitFile, LayerFile, Matrix
from backprop_tutor.scenario.source import Fault
from backprop_tutor.scenario.spans import Path
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
    """A layer of a file, its number from 1, and how many inputs it gets."""

    file: LayerFile
    number: int
    inputs: int

    @property
    def path(self) -> Path:
        """Where it stands in the file."""
        return ("network", "layers", self.number - 1)

    @property
    def units(self) -> int:
        """How many units it has."""
        return size(self.file.units)

    @property
    def parameters(self) -> int:
        """How many weights and biases it has."""
        return self.units * (self.inputs + (self.file.bias is not None))


def size(units: int | tuple[str, ...]) -> int:
    """How many units are meant by names or by a number."""
    return units if isinstance(units, int) else len(units)


def check_layer(layer: Layer) -> Iterator[Fault]:
    """What is wrong within a layer that fits the schema."""
    file = layer.file
    if isinstance(file.weights, InitFile):
        yield from _settings(file.weights, (*layer.path, "weights"))
    else:
        yield from _shape(layer, file.weights)
        yield from _nothing_arrives(layer, file.weights)
    if isinstance(file.bias, InitFile):
        yield from _settings(file.bias, (*layer.path, "bias"))
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


def _settings(init: InitFile, path: Path) -> Iterator[Fault]:
    """Settings that are missing, or of no use; a seed may stand anywhere."""
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
    """A setting that is of no use, and which ones are."""
    settings = T("; it takes {settings}", "；它接受 {settings}").format(settings=", ".join(taken))
    return saying.format(taken=settings if taken else NOTHING, **holes)


def _rows(number: int) -> T:
    return counted(number, "row", "行")


def _columns(number: int) -> T:
    return counted(number, "column", "列")


def _said(saying: T, layer: Layer, **holes: object) -> T:
    units, inputs = counted(layer.units, "unit", "个单元"), counted(layer.inputs, "input", "个输入")
    return saying.format(layer=layer.number, units=units, inputs=inputs, **holes)
