"""A network of layers of any kind, written out as the graph of arrays that it is.

The layers are emitted one after another (`layers/`), each from the shape of what comes from below; what they give is a
file of a graph, whose every value knows its place in the file of the network. So everything after this reads one kind
of file, and an error is where its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from math import prod
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Call, Neg, Sym, substitute
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.graph.arrays import FROM_Z, Builder
from backprop_tutor.graph.ops.losses import HALF, LOSSES
from backprop_tutor.graph.ops.operation import Shape
from backprop_tutor.graph.ops.table import SIGNATURES
from backprop_tutor.layers.kind import Emission, Flow, Kind, LayerError, Parameter
from backprop_tutor.layers.table import KINDS
from backprop_tutor.scenario.array_values import MOST_NUMBERS, TOO_MANY, irregular, shape_of, unlike_shape
from backprop_tutor.scenario.checks.network import constant_faults, formula_faults, not_taken, settings_faults, size
from backprop_tutor.scenario.save import yaml_text
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.model import (
    GraphScenarioFile,
    InitFile,
    InnerLayerFile,
    KindLayerFile,
    LayersScenarioFile,
    NetworkScenarioFile,
    ShapeFile,
    activation_of,
)
from backprop_tutor.scenario.yaml.source import Fault, Source
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

LAYERS: Path = ("network", "layers")
LOSS = "L"
SMOOTH = "y_smooth"
"""The targets after label smoothing."""
ONLY_CROSS_ENTROPY = T(
    "label_smoothing spreads the targets of a cross_entropy, but the loss is {loss}",
    "label_smoothing 用来平滑交叉熵（cross_entropy）的目标值，而这里的损失是 {loss}",
)
ANYWHERE = ("kind", "frozen")
"""Keys that a layer of every kind may have."""

NO_KEY = T("a layer of kind '{kind}' takes no '{key}:'{taken}", "'{kind}' 层不接受 '{key}:'{taken}")
NEEDS = T("a layer of kind '{kind}' needs '{key}:'", "'{kind}' 层需要 '{key}:'")
NO_PARAMETER = T(
    "'{key}' is no parameter that this layer has; it has {known}", "这一层没有参数 '{key}'；它有的参数是 {known}"
)
SHARED = T(
    "a parameter that several places share cannot be written in a graph of arrays",
    "几处共用的参数无法写进数组的计算图",
)
MISSING = T("a missing connection cannot be written in a graph of arrays", "缺失的连接无法写进数组的计算图")
GATED = ("weights", "recurrent", "bias")
NO_GATE = T("there is no gate '{gate}'; the gates are {gates}", "没有名为 '{gate}' 的门；门有 {gates}")
NO_GATES = T("a layer of kind '{kind}' has no gates; give an array", "'{kind}' 层没有门；请给出一个数组")
EACH_GATE = T("{key} has one entry for each gate: {gates}", "{key} 要给每个门各写一项：{gates}")
NONE = T("none", "无")
FORMS = T(
    "give {shape: [...]}, {steps: N, units: N} or {tokens: N, vocabulary: N}",
    "请写 {shape: [...]}、{steps: N, units: N} 或 {tokens: N, vocabulary: N}",
)
X_SHAPE = T("x is {came}, but the network takes {wanted}", "x 是{came}，而网络的输入是{wanted}")
Y_SHAPE = T("y is {came}, but the output is {wanted}", "y 是{came}，而输出是{wanted}")
STATE_SHAPE = T("{key} is {came}, but here it has to be {wanted}", "{key} 是{came}，而这里应是{wanted}")
ONLY_MEAN = T(
    "a network with layers that are not all dense takes the mean over its examples; reduction: mean",
    "含有非全连接层的网络对样本取平均；请用 reduction: mean",
)


@frozen(eq=False)
class Written:
    """What a network comes to as a graph: nodes by name, parameters and constants, and where everything was written."""

    nodes: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    weights: list[str] = field(default_factory=list)
    constants: dict[str, list[Any]] = field(default_factory=dict)
    masks: list[str] = field(default_factory=list)
    steps: dict[str, tuple[str, int]] = field(default_factory=dict)
    frozen: list[str] = field(default_factory=list)
    moved: dict[Path, Path] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check_layers_scenario(file: LayersScenarioFile) -> Iterator[Fault]:
    """What is wrong with a network of layers of any kind that fits the schema."""
    yield from _write(file).faults


def as_graph_file(file: LayersScenarioFile, source: Source) -> tuple[GraphScenarioFile, Source]:
    """The graph a checked network comes to, and the source in which its values stand where their author wrote them."""
    written = _write(file)
    kept = file.model_dump(mode="json", exclude_unset=True, exclude={"network", "loss", "data"}, warnings=False)
    if written.masks:
        kept["keep"] = [*file.keep, *written.masks]
    rows = [{"x": row.x, "y": _target(row.y), **_constants(written, i)} for i, row in enumerate(file.data)]
    graph = {
        "inputs": ["x", "y", *written.constants],
        "parameters": written.parameters,
        "nodes": written.nodes,
        "output": LOSS,
        **({"frozen": written.frozen} if written.frozen else {}),
    }
    made = GraphScenarioFile.model_validate({**kept, "graph": graph, "data": rows})
    made.graph.keep_layers(written.steps)
    return made, moved_source(source, written.moved)


def graph_text(file: NetworkScenarioFile | GraphScenarioFile, source: Source) -> str:
    """The file as YAML with every layer written out. Raises TutorError where a layer misses a connection."""
    graph = file if isinstance(file, GraphScenarioFile) else dense_as_graph(file, source)[0]
    return yaml_text(graph.model_dump(mode="json", exclude_unset=True, warnings=False))


def dense_as_graph(file: NetworkScenarioFile, source: Source) -> tuple[GraphScenarioFile, Source]:
    """The graph of a network of dense layers, as `as_graph_file` makes it of layers of any kind.

    Raises TutorError where a layer misses a connection, or reduces its examples by a sum.
    """
    holes = [
        Fault((*LAYERS, i, "weights", j, k), MISSING)
        for i, layer in enumerate(file.network.layers)
        for j, row in enumerate(layer.weights if isinstance(layer.weights, tuple) else ())
        for k, weight in enumerate(row)
        if weight is None
    ]
    holes += [Fault(("names", name), SHARED, key=True) for name in file.names if name in _shared_names(file)]
    if holes:
        raise TutorError(source.problems(holes))
    same = LayersScenarioFile.model_validate(file.model_dump(mode="json", exclude_unset=True, warnings=False))
    faults = source.problems(check_layers_scenario(same))
    if faults:
        raise TutorError(faults)
    return as_graph_file(same, source)


def _shared_names(file: NetworkScenarioFile) -> Iterator[str]:
    """The parameters of which several places have one name."""
    for name, own in file.names.items():
        if isinstance(own, str):
            one = name.startswith("b") and size(file.network.layers[int(name[1:]) - 1].units) == 1
        else:
            flat = [each for row in own for each in (row if isinstance(row, tuple) else (row,)) if each is not None]
            one = len(set(flat)) == len(flat)
        if not one:
            yield name


def _constants(written: Written, example: int) -> dict[str, Any]:
    return {name: rows[example] for name, rows in written.constants.items()}


def _target(y: Any) -> Any:
    return (y,) if isinstance(y, float | int) else y


def moved_source(source: Source, moved: Mapping[Path, Path]) -> Source:
    """The source with every value of the graph where that of the network is."""
    tree = source.tree
    by_origin: dict[Path, list[Path]] = {}
    for new, old in moved.items():
        by_origin.setdefault(old, []).append(new)

    def spread(known: Mapping[Path, Any]) -> dict[Path, Any]:
        found = dict(known)
        for path, what in known.items():
            for length in range(1, len(path) + 1):
                for new in by_origin.get(path[:length], ()):
                    found[(*new, *path[length:])] = what
        return found

    return replace(
        source, tree=replace(tree, values=spread(tree.values), keys=spread(tree.keys), spellings=spread(tree.spellings))
    )


def _write(file: LayersScenarioFile) -> Written:
    written = Written()
    flow = _input(file, written)
    if flow is None:
        return written
    builder = Builder({"x": flow.shape}, {})
    writer = _Writer(len(file.data), builder, written, file.training.like)
    flow = writer.stack(file.network.layers, LAYERS, "", flow)
    written.faults.extend(_rows(file, builder.shapes["x"], "x", X_SHAPE))
    if flow is not None:
        written.faults.extend(_rows(file, flow.shape, "y", Y_SHAPE))
        _loss(file, flow, written)
    return written


def _input(file: LayersScenarioFile, written: Written) -> Flow | None:
    match file.network.inputs:
        case ShapeFile(shape=tuple() as shape, steps=None, units=None, tokens=None, vocabulary=None):
            return Flow("x", shape)
        case ShapeFile(shape=None, steps=int() as steps, units=int() as units, tokens=None, vocabulary=None):
            return Flow("x", (steps, units), steps=True)
        case ShapeFile(shape=None, steps=None, units=None, tokens=int() as tokens, vocabulary=int() as vocabulary):
            return Flow("x", (tokens,), vocabulary=vocabulary)
        case ShapeFile():
            written.faults.append(Fault(("network", "inputs"), FORMS))
            return None
        case units:
            return Flow("x", (size(units),))


def _keys(layer: InnerLayerFile, path: Path) -> Iterator[Fault]:
    """Keys that a layer of this kind does not take, and those it lacks."""
    kind = KINDS[layer.kind]
    for key in layer.given:
        if key not in (*kind.keys, *ANYWHERE):
            said = not_taken(NO_KEY, (*kind.keys, "frozen") if kind.keys else (), kind=kind.name, key=key)
            yield Fault((*path, key), said, key=True)
    for key in kind.needs:
        if key not in layer.given and not (key == "weights" and layer.tie is not None and "tie" in kind.takes):
            yield Fault(path, NEEDS.format(kind=kind.name, key=key), key=True)
    for key, value in layer.given.items():
        yield from _gates(kind, key, value, path)
        for place, part in _parts(value, (*path, key)):
            if isinstance(part, InitFile):
                yield from settings_faults(part, place)
            elif isinstance(part, tuple) and key not in ("units", "frozen", "layers"):
                yield from irregular(part, place)
    if layer.activation is not None and layer.activation not in choices.activations():
        yield from formula_faults(layer.activation, ("z",), (*path, "activation"))
    if "activation" in kind.keys:
        yield from constant_faults(layer, path)


def _gates(kind: Kind, key: str, value: Any, path: Path) -> Iterator[Fault]:
    """Entries for gates that a kind does not have, and one value where every gate has its own."""
    needed = ", ".join(kind.gates)
    if isinstance(value, dict):
        for gate in value:
            if gate not in kind.gates:
                said = NO_GATE.format(gate=gate, gates=needed) if kind.gates else NO_GATES.format(kind=kind.name)
                yield Fault((*path, key, gate), said, key=True)
    elif kind.gates and key in GATED:
        yield Fault((*path, key), EACH_GATE.format(key=key, gates=needed))


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """A value with its place, or those of its gates."""
    if isinstance(value, dict):
        yield from (((*path, gate), part) for gate, part in value.items())
    else:
        yield path, value


@frozen(eq=False)
class _Writer:
    """Emits layers into one graph, for so many examples, with the settings of the framework that the training is like."""

    examples: int
    builder: Builder
    written: Written
    like: str | None

    def stack(self, layers: Sequence[InnerLayerFile], path: Path, label: str, flow: Flow | None) -> Flow | None:
        """What the last of some layers hands on; None where something is wrong with one of them."""
        for i, layer in enumerate(layers):
            if flow is None:
                self.written.faults.extend(_keys(layer, (*path, i)))
            else:
                flow = self.layer(layer, (*path, i), f"{label}{i + 1}", flow)
        return flow

    def layer(self, layer: InnerLayerFile, path: Path, label: str, below: Flow) -> Flow | None:
        """What a layer hands on; None where something is wrong with it."""
        faults, flow = list(_keys(layer, path)), None
        inner = layer.layers or () if isinstance(layer, KindLayerFile) else ()

        def inside() -> Flow | None:
            return self.stack(inner, (*path, "layers"), f"{label}_", below)

        from backprop_tutor.verify.frameworks import epsilon_like

        epsilon = epsilon_like(layer.kind, self.like)
        given = {**({"epsilon": float(epsilon)} if epsilon else {}), **layer.given}
        if layer.activation is not None:
            given["activation"] = activation_of(layer)
        emission = Emission(KINDS[layer.kind], label, given, below, self.builder, inside)
        if not faults:
            try:
                flow = emission.kind.emit(emission)
            except LayerError as error:
                place = (*path, error.key) if error.key else path
                faults.append(Fault(place, error.message, key=not error.key))
        if flow is not None:
            faults += [*_starts(layer, emission, path, self.written), *self.constants(layer, emission, path)]
        for name, text in emission.nodes.items():
            self.written.nodes[name] = text
        self.written.steps.update(emission.steps)
        for name in emission.nodes:
            self.written.moved[("graph", "nodes", name)] = path
        self.written.faults.extend(faults)
        return flow

    def constants(self, layer: InnerLayerFile, emission: Emission, path: Path) -> Iterator[Fault]:
        """Masks and states before the first step: as given, the same for every example, or drawn, one for each."""
        for name, (shape, key) in emission.constants.items():
            value = layer.given.get(key)
            if key == "mask":
                self.written.masks.append(name)
            if value is None and key == "mask":
                drawn = np.random.default_rng(layer.seed).random((self.examples, *shape)) < 1 - (layer.rate or 0.0)
                self.written.constants[name] = drawn.astype(float).tolist()
                continue
            value = (0,) * prod(shape) if value is None else value
            if shape_of(value) != shape:
                yield Fault((*path, key), unlike_shape(shape_of(value), shape, STATE_SHAPE, key=key))
            self.written.constants[name] = [value] * self.examples
            for i in range(self.examples):
                self.written.moved[("data", i, name)] = (*path, key)


def _starts(layer: InnerLayerFile, emission: Emission, path: Path, written: Written) -> Iterator[Fault]:
    """The starting values of its parameters, and those that no update changes."""
    for parameter in emission.parameters:
        if prod(parameter.shape) > MOST_NUMBERS:
            yield Fault((*path, *parameter.keys), TOO_MANY)
        written.parameters[parameter.name] = _start(layer, parameter)
        written.moved[("graph", "parameters", parameter.name)] = (*path, *parameter.keys)
        if len(parameter.shape) > 1:
            written.weights.append(parameter.name)
    names: dict[str, list[str]] = {}
    for parameter in emission.parameters:
        names.setdefault(parameter.keys[0], []).append(parameter.name)
    for k, key in enumerate(layer.frozen):
        if key in names:
            written.frozen.extend(names[key])
        else:
            known = ", ".join(names) if names else NONE
            yield Fault((*path, "frozen", k), NO_PARAMETER.format(key=key, known=known))


def _start(layer: InnerLayerFile, parameter: Parameter) -> Any:
    given: Any = layer.given
    for key in parameter.keys:
        given = given[key]
    match given:
        case InitFile():
            return {**given.model_dump(exclude_none=True), "shape": parameter.shape}
        case int() | float():
            return (given,) * parameter.shape[0]
        case _:
            return given


def _rows(file: LayersScenarioFile, wanted: Shape, key: str, said: T) -> Iterator[Fault]:
    """Inputs or targets of another shape than the network's."""
    for i, row in enumerate(file.data):
        value, path = getattr(row, key), ("data", i, key)
        unlike = list(irregular(value, path))
        yield from unlike
        came = shape_of(value if key == "x" else _target(value))
        if not unlike and came != wanted:
            yield Fault(path, unlike_shape(shape_of(value), wanted, said))


def _loss(file: LayersScenarioFile, output: Flow, written: Written) -> None:
    """The loss of an example, from z where a cross-entropy meets the activation it is made for."""
    loss = file.loss
    if loss.reduction == "sum" and len(file.data) > 1:
        written.faults.append(Fault(("loss", "reduction"), ONLY_MEAN))
    if loss.function not in LOSSES:
        faults = list(formula_faults(loss.function, ("a", "y"), ("loss", "function")))
        written.faults.extend(faults)
        if faults:
            return
    text = _loss_text(loss.function, output, written)
    if loss.label_smoothing:
        if loss.function != "cross_entropy":
            written.faults.append(Fault(("loss", "label_smoothing"), ONLY_CROSS_ENTROPY.format(loss=loss.function)))
        share, classes = loss.label_smoothing, output.shape[-1]
        written.nodes[SMOOTH] = f"(1 - {share!r}) * y + {share!r} / {classes}"
        text = re.sub(r"\by\b", SMOOTH, text)
    for factor, penalty in ((loss.l2 / 2, "sum({name}^2)"), (loss.l1, "sum(abs({name}))")):
        if factor and written.weights:
            text += f" + {factor!r} * ({' + '.join(penalty.format(name=name) for name in written.weights)})"
    written.nodes[LOSS] = text
    written.moved[("graph", "nodes", LOSS)] = ("loss",)


OF_LOGITS: Mapping[tuple[str, str], str] = {
    ("softmax", "cross_entropy"): "-sum(y * log_softmax({z}))",
    **{("sigmoid", loss): f"sum({text.replace('z', '{z}')})" for loss, text in FROM_Z.items()},
}
"""A cross-entropy behind the activation it is made for, by z: true where a saturated output would be 0 or 1."""

IN_FORMULAS: Mapping[str, str] = {
    "huber": "sum(min(abs({a} - y), 1)^2 / 2 + abs({a} - y) - min(abs({a} - y), 1))",
    "log_cosh": "sum({a} - y + softplus(-2 * ({a} - y)) - log(2))",
}
"""Losses whose definition has cases or functions that a formula of a file does not know, as one that it does."""


def _loss_text(function: str, output: Flow, written: Written) -> str:
    """The loss of an example as a formula of the graph."""
    a = parse(output.text, None, SIGNATURES)
    match parse(written.nodes.get(output.text, output.text), None, SIGNATURES):
        case Call(activation, (Sym() as z,)) if (activation, function) in OF_LOGITS:
            whole = activation == "softmax" and len(output.shape) == 1
            return f"cross_entropy({z.base}, y)" if whole else OF_LOGITS[activation, function].format(z=z.base)
    if function in IN_FORMULAS:
        return IN_FORMULAS[function].format(a=output.text)
    if function not in LOSSES:
        return f"sum({plain(substitute(parse(function, ('a', 'y')), {'a': a, 'y': Sym('y')}))})"
    loss = LOSSES[function]
    term = substitute(loss.term, {"a": a, "y": Sym("y")})
    sign, term = ("-", term.operand) if isinstance(term, Neg) else ("", term)
    factor = "" if loss.factor == 1 else f" * {loss.factor}"
    half = " / 2" if loss.factor == HALF else factor
    return f"{sign}{'mean' if loss.mean else 'sum'}({plain(term)}){half}"
