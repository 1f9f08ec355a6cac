"""A model in the ONNX format as a scenario: its operators as formulas, its initializers as parameters.

The package `onnx` reads the file; it is an extra and loaded when such a file comes. The file holds no examples and no loss,
so that one example is made up, to be replaced: small numbers, and the targets all 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backprop_tutor.errors import Place, Problem, TutorError, visible
from backprop_tutor.graph.array import Array, np
from backprop_tutor.programs.models.chain import activation_keys, called
from backprop_tutor.programs.models.formulas import (
    Translation,
    Value,
    along,
    convolved,
    normalised,
    numbers,
    pooled,
    refused,
    same,
    scaled,
)
from backprop_tutor.scenario.array_files import onnx_model
from backprop_tutor.text import T

UNKNOWN = T("operators that are understood: {names}", "能识别的算子：{names}")
ONE_INPUT = T("the model takes {count} inputs; here it is one", "模型有 {count} 个输入；这里只能有一个")
ONE_OUTPUT = T("the model gives {count} outputs; here it is one", "模型有 {count} 个输出；这里只能有一个")
NOT_READ = T("it is used in a way that is not understood ({why})", "它的用法无法识别（{why}）")
NOT_KNOWN = T("its shape is not in the file", "文件中没有它的形状")
ALONE = {
    "Relu": "relu({x})", "Tanh": "tanh({x})", "Sigmoid": "sigmoid({x})", "Softplus": "softplus({x})", "Exp": "exp({x})",
    "Log": "log({x})", "Sqrt": "sqrt({x})", "Abs": "abs({x})", "Neg": "-{x}", "Erf": "erf({x})", "Sin": "sin({x})",
    "Cos": "cos({x})", "Tan": "tan({x})", "Sinh": "sinh({x})", "Cosh": "cosh({x})", "Reciprocal": "1 / {x}",
    "Softsign": "{x} / (1 + abs({x}))",
}  # fmt: skip
ACTIVATED = {"LeakyRelu": "alpha", "Elu": "alpha", "Celu": "alpha", "Gelu": "approximate", "HardSwish": "", "Mish": ""}
"""Activations, each with the attribute that holds its constant."""
BETWEEN = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Pow": "^"}
SKIPPED = ("Identity", "Dropout", "Cast")
AXIS_ALONE = 13
"""The opset from which a softmax goes along its axis alone; before, over all axes from it on, 1 if nothing is said."""


def scenario_of_onnx(path: str | Path) -> dict[str, Any]:
    """The scenario of a model in an ONNX file, its examples made up.

    Raises TutorError for a file that is none, and for what has no counterpart: which node, and why.
    """
    model = onnx_model(path)
    opset = next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), AXIS_ALONE)
    return _Reader(model.graph, str(path), opset).scenario()


class _Reader:
    def __init__(self, graph: Any, path: str, opset: int) -> None:
        from onnx import numpy_helper

        self.graph, self.path, self.opset = graph, path, opset
        self.constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.t = Translation()
        self.values: dict[str, Value] = {}
        self.count = 0

    def scenario(self) -> dict[str, Any]:
        """The whole of it."""
        inputs = [each for each in self.graph.input if each.name not in self.constants]
        for given, said in ((inputs, ONE_INPUT), (self.graph.output, ONE_OUTPUT)):
            if len(given) != 1:
                raise TutorError(Problem(said.format(count=len(given)), Place(self.path, 1, 1)))
        sizes = [each.dim_value for each in inputs[0].type.tensor_type.shape.dim]
        if len(sizes) < 2 or not all(sizes[1:]):
            raise refused(inputs[0].name, "input", NOT_KNOWN)
        self.values[inputs[0].name] = Value("x", tuple(sizes[1:]))
        for node in self.graph.node:
            if node.op_type in SKIPPED and node.input[0] in self.constants:
                self.constants[node.output[0]] = self.constants[node.input[0]]
            elif node.op_type != "Constant":
                self.values[node.output[0]] = self._readable(node)
        out = self.values[self.graph.output[0].name]
        self.t.nodes["L"] = f"mse({out.text}, y)"
        x = np.round(np.sin(np.arange(1, 1 + int(np.prod(sizes[1:])))), 2).reshape(sizes[1:])
        row = {"x": x.tolist(), "y": np.zeros(out.shape).tolist()}
        title = visible(self.graph.name or Path(self.path).stem)
        return {"title": title, "graph": self.t.graph(["x", "y"]), "data": [row]}

    def _readable(self, node: Any) -> Value:
        """A node, or the error that names it."""
        try:
            return self._made(node)
        except (KeyError, ValueError, IndexError, TypeError, AssertionError) as error:
            raise refused(
                node.name or node.output[0], node.op_type, NOT_READ.format(why=visible(repr(error)[:80]))
            ) from None

    def _made(self, node: Any) -> Value:
        """A node by its operator."""
        kind, name = node.op_type, node.name or node.output[0]
        options = {each.name: _option(each) for each in node.attribute}
        maker = MAKERS.get(kind)
        if kind in SKIPPED:
            return self.values[node.input[0]]
        if kind in ALONE and node.input[0] in self.values:
            x = self.values[node.input[0]]
            return self.t.node(ALONE[kind].format(x=x.text), x.shape)
        if kind in BETWEEN:
            return self._between(node, BETWEEN[kind])
        if kind in ACTIVATED:
            keys = activation_keys(kind.lower(), lambda key, default: options.get(ACTIVATED[kind], default))
            return self.t.node(called(keys, self.x(node).text), self.x(node).shape)
        if maker is None:
            known = sorted({*ALONE, *ACTIVATED, *BETWEEN, *MAKERS, *SKIPPED})
            raise refused(name, kind, UNKNOWN.format(names=", ".join(known)))
        return maker(self, node, name, options)

    def x(self, node: Any) -> Value:
        """The first input."""
        return self.values[node.input[0]]

    def constant(self, node: Any, place: int) -> Array | None:
        """An input that the file holds; None where there is none."""
        if place >= len(node.input) or not node.input[place]:
            return None
        found = self.constants.get(node.input[place])
        if found is None:
            raise refused(
                node.name or node.output[0],
                node.op_type,
                T(f"input {place + 1} is computed", f"第 {place + 1} 个输入是算出来的"),
            )
        return numbers(found)

    def parameter(self, letter: str, value: Array | None, *, moves: bool = True) -> str | None:
        """A parameter of the layer that is being made: W1, b1."""
        return None if value is None else self.t.parameter(f"{letter}{self.count}", value, moves=moves)

    def _between(self, node: Any, sign: str) -> Value:
        """Two arrays, or an array and one of the file."""
        sides, shapes = [], []
        for each in node.input:
            if each in self.values:
                sides.append(self.values[each].text)
                shapes.append(self.values[each].shape)
                continue
            value, known = numbers(self.constants[each]), self.t.parameters
            has_layer = f"W{self.count}" in known and f"b{self.count}" not in known
            is_bias = sign == "+" and has_layer
            if value.ndim == 0 or (value.size == 1 and not is_bias):
                sides.append(repr(float(value.reshape(()))))
                continue
            letter = "b" if is_bias else "c"
            self.count += not has_layer
            own = value.reshape(value.shape[1:]) if value.ndim > 1 and value.shape[0] == 1 else value
            sides.append(str(self.parameter(letter, own)))
            shapes.append(own.shape)
        return self.t.node(f"{sides[0]} {sign} {sides[1]}", np.broadcast_shapes(*shapes))


def _option(attribute: Any) -> Any:
    """An attribute as a number, a text or a list."""
    from onnx import helper

    value = helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, int | float | str) or not hasattr(value, "__iter__") else list(value)


def _selu(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    """Its constants are those of the books in single precision, or the file's own."""
    x, alpha, gamma = r.x(node), options.get("alpha", SELU[0]), options.get("gamma", SELU[1])
    usual = np.allclose((alpha, gamma), SELU, rtol=1e-6, atol=0)
    return r.t.node(f"selu({x.text})" if usual else f"{_short(gamma)} * elu({x.text}, alpha={_short(alpha)})", x.shape)


def _hard_sigmoid(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    """α x + β between 0 and 1, α 0.2 and β 0.5 if not said."""
    x, alpha, beta = r.x(node), options.get("alpha", 0.2), options.get("beta", 0.5)
    usual = np.allclose((alpha, beta), (1 / 6, 0.5), rtol=1e-6, atol=0)
    between = f"min(max({_short(alpha)} * {x.text} + {_short(beta)}, 0), 1)"
    return r.t.node(f"hardsigmoid({x.text})" if usual else between, x.shape)


def _swish(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    x, alpha = r.x(node), _short(options.get("alpha", 1.0))
    return r.t.node(f"silu({x.text})" if alpha == "1.0" else f"{x.text} * sigmoid({alpha} * {x.text})", x.shape)


def _prelu(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    r.count += 1
    x, slope = r.x(node), r.constant(node, 1)
    assert slope is not None
    own = slope.reshape(slope.shape[1:]) if slope.ndim > len(x.shape) else slope
    called = r.parameter("slope", own.reshape(()) if own.size == 1 else own)
    return r.t.node(f"relu({x.text}) - {called} * relu(-{x.text})", x.shape)


def _clip(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    """Bounds are inputs, in old files attributes; one that is not there bounds nothing."""
    x, text = r.x(node), r.x(node).text
    for place, (bound, function) in enumerate((("min", "max"), ("max", "min")), start=1):
        value = options.get(bound, r.constant(node, place))
        text = text if value is None else f"{function}({text}, {_short(float(value))})"
    return r.t.node(text, x.shape)


SELU = (1.6732632423543772, 1.0507009873554805)


def _short(number: float) -> str:
    """A number in single precision, as such files hold it, by its shortest figures: 0.2, not 0.20000000298."""
    return repr(float(str(np.float32(number))))


def _product(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    """Gemm and MatMul: W x + b, with W turned so that its rows are units."""
    r.count += 1
    for key, wanted in (("alpha", 1.0), ("beta", 1.0), ("transA", 0)):
        same(name, node.op_type, key, options.get(key, wanted), wanted)
    W, x = r.constant(node, 1), r.x(node)
    assert W is not None
    W = W if options.get("transB") else W.T
    called, b = r.parameter("W", W), r.parameter("b", r.constant(node, 2))
    product = f"{called} @ {x.text}" if len(x.shape) == 1 else f"{x.text} @ {called}.T"
    return r.t.node(product + (f" + {b}" if b else ""), (*x.shape[:-1], len(W)))


def _conv(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    r.count += 1
    x, k = r.x(node), r.constant(node, 1)
    assert k is not None
    same(name, "Conv", "group", options.get("group", 1), 1)
    same(name, "Conv", "dilations", set(options.get("dilations", [1])), {1})
    same(name, "Conv", "auto_pad", options.get("auto_pad", "NOTSET"), "NOTSET")
    stride, padding = (
        _side(name, "Conv", key, options.get(key, [default])) for key, default in (("strides", 1), ("pads", 0))
    )
    bias = r.parameter("b", r.constant(node, 2))
    return convolved(r.t, x, k.shape, str(r.parameter("W", k)), bias, stride, padding)


def _side(name: str, kind: str, key: str, values: list[int]) -> int:
    same(name, kind, key, len(set(values)), 1)
    return values[0]


def _pool(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    x, kind = r.x(node), node.op_type
    size = _side(name, kind, "kernel_shape", options["kernel_shape"])
    stride = _side(name, kind, "strides", options.get("strides", [1]))
    same(name, kind, "pads", set(options.get("pads", [0])), {0})
    same(name, kind, "ceil_mode", options.get("ceil_mode", 0), 0)
    return pooled(r.t, x, "max" if kind == "MaxPool" else "avg", size, stride)


def _reshape(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    x = r.x(node)
    sizes = None if node.op_type == "Flatten" else r.constant(node, 1)
    wanted = [-1] if sizes is None else [int(n) for n in sizes][1:]
    shape = np.empty(x.shape).reshape(wanted).shape
    return r.t.node(f"reshape({x.text}, {', '.join(map(str, shape))})", shape)


def _softmax(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    x, last = r.x(node), len(r.x(node).shape)
    axis = options.get("axis", -1 if r.opset >= AXIS_ALONE else 1)
    axis = axis + last + 1 if axis < 0 else axis
    called = "softmax" if node.op_type == "Softmax" else "log_softmax"
    if r.opset >= AXIS_ALONE or axis == last:
        return r.t.node(f"{called}({x.text}, axis={axis if axis != last else -1})", x.shape)
    if axis == 0:
        raise ValueError("axis 0")
    sizes = [int(np.prod(part)) for part in (x.shape[: axis - 1], x.shape[axis - 1 :]) if part]
    rows = r.t.node(f"reshape({x.text}, {', '.join(map(str, sizes))})", tuple(sizes))
    found = r.t.node(f"{called}({rows.text}, axis=-1)", rows.shape)
    return r.t.node(f"reshape({found.text}, {', '.join(map(str, x.shape))})", x.shape)


def _layer_norm(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    r.count += 1
    x = r.x(node)
    same(name, node.op_type, "axis", options.get("axis", -1) in (-1, len(x.shape)), True)
    hat = normalised(r.t, x, None, options.get("epsilon", 1e-5))
    return scaled(
        r.t,
        x,
        hat,
        r.parameter("gain", r.constant(node, 1)),
        r.parameter("shift", r.constant(node, 2)),
        len(x.shape) - 1,
    )


def _batch_norm(r: _Reader, node: Any, name: str, options: Mapping[str, Any]) -> Value:
    """With the statistics the file holds, which no step changes."""
    r.count += 1
    x = r.x(node)
    gain, shift, mean, var = (
        r.parameter(letter, r.constant(node, place), moves=place < 3)
        for place, letter in ((1, "gain"), (2, "shift"), (3, "mean"), (4, "var"))
    )

    def spread(one: str | None) -> str:
        return along(str(one), x, 0)

    hat = f"({x.text} - {spread(mean)}) / sqrt({spread(var)} + {options.get('epsilon', 1e-5)!r})"
    return scaled(r.t, x, hat, gain, shift, 0)


MAKERS: Mapping[str, Callable[[_Reader, Any, str, Mapping[str, Any]], Value]] = {
    "Gemm": _product, "MatMul": _product, "Conv": _conv, "MaxPool": _pool, "AveragePool": _pool, "Flatten": _reshape,
    "Reshape": _reshape, "Softmax": _softmax, "LogSoftmax": _softmax, "LayerNormalization": _layer_norm,
    "BatchNormalization": _batch_norm, "Selu": _selu, "HardSigmoid": _hard_sigmoid, "Swish": _swish, "PRelu": _prelu,
    "Clip": _clip,
}  # fmt: skip
"""The operators that have weights or settings."""
