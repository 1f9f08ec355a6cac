"""Models of other libraries as scenarios: their layers, weights, loss and examples, told before anything is computed.

Nothing here imports a framework that is not there already: a model brings its own. What has no counterpart is named, the
node and why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.interface.library import scenario
from backprop_tutor.interface.shown import Net
from backprop_tutor.registry import unknown
from backprop_tutor.text import T

NO_COUNTERPART = T(
    "'{node}' ({kind}) has no counterpart here: {why}",
    "'{node}'（{kind}）在这里没有对应：{why}",
)
KINDS_KNOWN = T(
    "Linear layers and activations are understood: {names}",
    "能识别线性层和激活函数：{names}",
)
NOT_A_CHAIN = T(
    "its value goes to {count} places; a network here is one layer after another",
    "它的值传给了 {count} 处；这里的网络是一层接一层的",
)
SETTING = T("{name} is {value}, here it is {wanted}", "{name} 是 {value}，这里是 {wanted}")
TWO_ACTIVATIONS = T("an activation comes after another one", "一个激活函数之后又是激活函数")
STARTS = T("an activation comes before the first layer with weights", "在第一个带权重的层之前出现了激活函数")
DROPOUT = T(
    "it is in training mode: call model.eval() first, or its mask cannot be known",
    "模型处于训练模式：请先调用 model.eval()，否则无法知道随机遮罩",
)
TRACE = T("the model cannot be traced: {why}", "无法追踪这个模型：{why}")
NOT_A_MODEL = T("'{kind}' is not a model of {library}", "'{kind}' 不是 {library} 的模型")
LOSS = T("the loss", "损失")
TWICE = T(
    "{loss} takes logits and applies a softmax or sigmoid itself; the model ends in {last}: leave that out, or use another loss",
    "{loss} 需要 logits，会自己做 softmax 或 sigmoid；而模型以 {last} 结尾：请去掉它，或换一个损失",
)
EXAMPLES = T("x has {x} examples and y {y}", "x 有 {x} 个样本，y 有 {y} 个")

ACTIVATIONS: Mapping[str, str] = {
    "relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "softmax": "softmax", "leakyrelu": "leaky_relu", "elu": "elu",
    "softplus": "softplus", "silu": "silu", "swish": "silu", "gelu": "gelu", "identity": "identity", "linear": "identity",
}  # fmt: skip
"""What frameworks call the activations, without capitals and underlines."""

SKIPPED = frozenset({"flatten", "dropout", "inputlayer", "alphadropout", "gaussiannoise", "gaussiandropout"})


@frozen(eq=False)
class Part:
    """A step of a model: a linear layer with W (units, units below) and b, an activation by name, or another operation.

    `op` is the call of an operation of graphs of arrays, with ``{x}`` for what comes in and ``{W}`` for its parameter.
    """

    node: str
    W: Array | None = None
    b: Array | None = None
    activation: str = ""
    op: str = ""


def from_torch(model: Any, x: Any, y: Any, loss: Any = "mse", *, learning_rate: float = 0.1, title: str = "") -> Net:
    """A PyTorch model with its weights, and the step it would take on `x` and `y`, as a scenario.

    `model` is a Sequential, or a module that `torch.fx` can trace, of Linear layers and activations one after another, or
    with Conv1d, Conv2d, pooling, Flatten and LayerNorm among them, which become a graph of arrays;
    `loss` is a loss module, or its name: mse, cross_entropy (of logits, with classes or probabilities), bce,
    bce_with_logits. ``bt.run(net)["grads.W1"]`` is then what ``model[0].weight.grad`` is after ``backward()``.

    Raises TutorError for what has no counterpart: which node, and why.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise TutorError(NOT_A_MODEL.format(kind=type(model).__name__, library="PyTorch"))
    parts = list(_torch_parts(torch, model))
    return _scenario(parts, x, y, _torch_loss(loss), learning_rate, title or type(model).__name__)


def from_keras(model: Any, x: Any, y: Any, loss: Any = "mse", *, learning_rate: float = 0.1, title: str = "") -> Net:
    """A Keras model of Dense layers and activations with its weights, on `x` and `y`, as a scenario.

    `loss` is the name of a loss or a loss object: mse, binary_crossentropy, categorical_crossentropy,
    sparse_categorical_crossentropy. The losses are means over the examples, and of mse and bce over the outputs.

    Raises TutorError for what has no counterpart: which layer, and why.
    """
    if not hasattr(model, "layers") or not hasattr(model, "get_weights"):
        raise TutorError(NOT_A_MODEL.format(kind=type(model).__name__, library="Keras"))
    parts = [part for layer in model.layers for part in _keras_parts(layer)]
    return _scenario(parts, x, y, _keras_loss(loss), learning_rate, title or str(getattr(model, "name", "Keras")))


def _refused(node: str, kind: str, why: T) -> TutorError:
    return TutorError(NO_COUNTERPART.format(node=visible(node), kind=visible(kind), why=why))


def _known() -> T:
    return KINDS_KNOWN.format(names=", ".join(sorted(set(ACTIVATIONS.values()))))


def _torch_parts(torch: Any, model: Any) -> Iterator[Part]:
    """The nodes of the traced model, in order, each as a step."""
    try:
        graph = torch.fx.symbolic_trace(model).graph
    except Exception as error:  # what a tracer raises is whatever the model's own code does
        raise TutorError(
            TRACE.format(why=visible(str(error).splitlines()[0] if str(error) else type(error).__name__))
        ) from None
    modules = dict(model.named_modules())
    for node in graph.nodes:
        if node.op in ("placeholder", "output", "get_attr"):
            continue
        if len(node.users) > 1:
            raise _refused(node.name, node.op, NOT_A_CHAIN.format(count=len(node.users)))
        if node.op == "call_module":
            yield from _torch_module(torch, node.target, modules[node.target])
        else:
            yield from _torch_call(node)


def _torch_module(torch: Any, name: str, module: Any) -> Iterator[Part]:
    kind = type(module).__name__
    if isinstance(module, torch.nn.Linear):
        yield Part(name, _array(module.weight), None if module.bias is None else _array(module.bias))
        return
    plain = kind.lower()
    found = _torch_arrays(name, kind, module)
    if found is not None:
        yield found
        return
    if plain in SKIPPED:
        if plain.endswith("dropout") and module.training and module.p:
            raise _refused(name, kind, DROPOUT)
        return
    settings = {
        "LeakyReLU": ("negative_slope", 0.01),
        "ELU": ("alpha", 1.0),
        "GELU": ("approximate", "none"),
        "Softplus": ("beta", 1),
    }
    if kind in settings:
        key, wanted = settings[kind]
        _same(name, kind, key, getattr(module, key), wanted)
    if plain not in ACTIVATIONS:
        raise _refused(name, kind, _known())
    yield Part(name, activation=ACTIVATIONS[plain])


def _torch_arrays(name: str, kind: str, module: Any) -> Part | None:
    """A convolution, a pool, a flattening, a norm over the last axis; None for anything else."""
    match kind:
        case "Flatten":
            return Part(name, op="flatten({x})")
        case "Conv1d" | "Conv2d":
            for key, wanted in (("groups", 1), ("padding_mode", "zeros")):
                _same(name, kind, key, getattr(module, key), wanted)
            _same(name, kind, "dilation", _one(name, kind, "dilation", module.dilation), 1)
            stride, padding = (_one(name, kind, key, getattr(module, key)) for key in ("stride", "padding"))
            W, b = _array(module.weight), None if module.bias is None else _array(module.bias)
            beside = None if b is None else b.reshape(-1, *([1] * (W.ndim - 2)))
            return Part(name, W, beside, op=f"{kind.lower()}({{x}}, {{W}}, stride={stride}, padding={padding})")
        case "MaxPool1d" | "MaxPool2d" | "AvgPool1d" | "AvgPool2d":
            for key, wanted in (("padding", 0), ("ceil_mode", False), ("dilation", 1)):
                _same(name, kind, key, _one(name, kind, key, getattr(module, key, wanted)), wanted)
            size, stride = (_one(name, kind, key, getattr(module, key)) for key in ("kernel_size", "stride"))
            return Part(name, op=f"{kind[:3].lower()}_pool{kind[-2:]}({{x}}, {size}, stride={stride})")
        case "LayerNorm" if len(module.normalized_shape) == 1 and module.elementwise_affine:
            W, b = _array(module.weight), _array(module.bias)
            return Part(name, W, b, op=f"layer_norm({{x}}, {{W}}, {{b}}, eps={module.eps!r})")
        case _:
            return None


def _one(node: str, kind: str, key: str, value: Any) -> Any:
    """A setting that is the same along every axis."""
    if not isinstance(value, tuple):
        return value
    if len(set(value)) > 1:
        raise _refused(node, kind, SETTING.format(name=key, value=visible(str(value)), wanted=value[0]))
    return value[0]


def _torch_call(node: Any) -> Iterator[Part]:
    """A function or method: ``torch.relu(h)``, ``h.sigmoid()``, ``F.softmax(h, dim=1)``."""
    kind = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    plain = kind.replace("_", "").lower()
    if plain in SKIPPED or plain in ("view", "reshape", "contiguous", "float", "double"):
        return
    if plain not in ACTIVATIONS:
        raise _refused(node.name, kind, _known())
    for key, wanted in (("negative_slope", 0.01), ("alpha", 1.0), ("approximate", "none")):
        if key in node.kwargs:
            _same(node.name, kind, key, node.kwargs[key], wanted)
    yield Part(node.name, activation=ACTIVATIONS[plain])


def _same(node: str, kind: str, key: str, value: Any, wanted: Any) -> None:
    if value != wanted:
        raise _refused(node, kind, SETTING.format(name=key, value=visible(str(value)), wanted=wanted))


def _keras_parts(layer: Any) -> Iterator[Part]:
    kind, name = type(layer).__name__, str(layer.name)
    plain = kind.lower()
    if plain in SKIPPED:
        return
    if kind == "Dense":
        weights = [_array(each) for each in layer.get_weights()]
        yield Part(name, weights[0].T, weights[1] if len(weights) > 1 else None)
    elif plain == "leakyrelu":
        _same(name, kind, "negative_slope", getattr(layer, "negative_slope", 0.3), 0.01)
    elif plain not in ACTIVATIONS and kind != "Activation":
        raise _refused(name, kind, _known())
    called = getattr(layer, "activation", None)
    used = getattr(called, "__name__", str(called)).replace("_", "").lower() if called is not None else plain
    if used not in ACTIVATIONS:
        raise _refused(name, used, _known())
    if kind != "Dense" or ACTIVATIONS[used] != "identity":
        yield Part(name, activation=ACTIVATIONS[used])


def _array(value: Any) -> Array:
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value, dtype=float)


@frozen(slots=True)
class LossOf:
    """A framework's loss: ours, whether it takes logits of a softmax or sigmoid, and whether it is a mean over outputs."""

    name: str
    title: str
    logits: str = ""
    over_outputs: bool = False
    reduction: str = "mean"


TORCH_LOSSES: Mapping[str, LossOf] = {
    "mse": LossOf("squared_error", "MSELoss", over_outputs=True),
    "cross_entropy": LossOf("cross_entropy", "CrossEntropyLoss", "softmax"),
    "bce": LossOf("binary_cross_entropy", "BCELoss", over_outputs=True),
    "bce_with_logits": LossOf("binary_cross_entropy", "BCEWithLogitsLoss", "sigmoid", over_outputs=True),
}
KERAS_LOSSES: Mapping[str, LossOf] = {
    "mse": LossOf("squared_error", "mse", over_outputs=True),
    "mean_squared_error": LossOf("squared_error", "mse", over_outputs=True),
    "binary_crossentropy": LossOf("binary_cross_entropy", "binary_crossentropy", over_outputs=True),
    "categorical_crossentropy": LossOf("cross_entropy", "categorical_crossentropy"),
    "sparse_categorical_crossentropy": LossOf("cross_entropy", "sparse_categorical_crossentropy"),
}


def _torch_loss(loss: Any) -> LossOf:
    if isinstance(loss, str):
        plain = {"mse_loss": "mse", "ce": "cross_entropy", "binary_cross_entropy": "bce"}.get(loss, loss)
        if plain not in TORCH_LOSSES:
            raise unknown(loss, TORCH_LOSSES, LOSS)
        return TORCH_LOSSES[plain]
    titles = {known.title: known for known in TORCH_LOSSES.values()}
    kind = type(loss).__name__
    if kind not in titles:
        raise unknown(kind, titles, LOSS)
    for key, wanted in (("weight", None), ("label_smoothing", 0.0), ("pos_weight", None)):
        _same(kind, "loss", key, getattr(loss, key, wanted), wanted)
    of = titles[kind]
    reduction = getattr(loss, "reduction", "mean")
    if reduction not in ("mean", "sum"):
        raise _refused(kind, "loss", SETTING.format(name="reduction", value=visible(reduction), wanted="mean"))
    return LossOf(of.name, of.title, of.logits, of.over_outputs and reduction == "mean", reduction)


def _keras_loss(loss: Any) -> LossOf:
    named = getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__)
    called = loss if isinstance(loss, str) else str(named)
    if called not in KERAS_LOSSES:
        raise unknown(called, KERAS_LOSSES, LOSS)
    of = KERAS_LOSSES[called]
    if getattr(loss, "from_logits", False):
        return LossOf(of.name, of.title, "sigmoid" if of.name.startswith("binary") else "softmax", of.over_outputs)
    return of


def _scenario(parts: Sequence[Part], x: Any, y: Any, loss: LossOf, rate: float, title: str) -> Net:
    if any(part.op and part.op != "flatten({x})" for part in parts):
        return _graph(parts, x, y, loss, rate, title)
    parts = [part for part in parts if not part.op]
    layers = _layers(parts)
    last = layers[-1]["activation"]
    if loss.logits:
        if last != "identity":
            raise TutorError(TWICE.format(loss=loss.title, last=last))
        layers[-1]["activation"] = loss.logits
    outputs = layers[-1]["units"]
    inputs, targets = _rows(x), _targets(y, outputs, loss)
    if len(inputs) != len(targets):
        raise TutorError(EXAMPLES.format(x=len(inputs), y=len(targets)))
    return scenario(
        {
            "title": title,
            "network": {"inputs": inputs.shape[1], "layers": layers},
            "loss": {"function": _function(loss, outputs), "reduction": loss.reduction},
            "data": [{"x": row.tolist(), "y": target.tolist()} for row, target in zip(inputs, targets, strict=True)],
            "training": {"learning_rate": rate},
        }
    )


def _graph(parts: Sequence[Part], x: Any, y: Any, loss: LossOf, rate: float, title: str) -> Net:
    """A model that is not all dense layers, as a graph of arrays; its parameters are W1, b1, W2, ... in their order."""
    nodes: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    now, count = "x", 0
    for part in parts:
        if part.W is not None:
            count += 1
            parameters[f"W{count}"] = part.W.tolist()
            if part.b is not None:
                parameters[f"b{count}"] = part.b.tolist()
        text = part.op or ("{W} @ {x}" if part.W is not None else f"{part.activation}({{x}})")
        if part.activation == "identity":
            continue
        if part.b is not None and "{b}" not in text:
            text += " + {b}"
        nodes[f"h{len(nodes) + 1}"] = text.format(x=now, W=f"W{count}", b=f"b{count}")
        now = f"h{len(nodes)}"
    nodes["L"], target = _loss_text(loss, now)
    inputs, targets = _array(x), _array(y)
    if len(inputs) != len(targets):
        raise TutorError(EXAMPLES.format(x=len(inputs), y=len(targets)))
    rows = targets.astype(int) + 1 if target == "c" else targets
    data = [{"x": one.tolist(), target: other.tolist()} for one, other in zip(inputs, rows, strict=True)]
    graph = {"inputs": ["x", target], "parameters": parameters, "nodes": nodes, "output": "L"}
    return scenario({"title": title, "graph": graph, "data": data, "training": {"learning_rate": rate}})


def _loss_text(loss: LossOf, a: str) -> tuple[str, str]:
    """The loss of one example as a formula, and what its target is called."""
    if loss.reduction != "mean":
        raise _refused(loss.title, "loss", SETTING.format(name="reduction", value=loss.reduction, wanted="mean"))
    match loss.name, loss.logits:
        case "cross_entropy", "softmax":
            return f"cross_entropy({a}, c)", "c"
        case "squared_error", _:
            return f"mse({a}, y)", "y"
        case "binary_cross_entropy", "sigmoid":
            return f"mean(softplus({a}) - y*{a})", "y"
        case "binary_cross_entropy", _:
            return f"-mean(y*log({a}) + (1 - y)*log(1 - {a}))", "y"
        case _:
            return f"-sum(y*log({a}))", "y"


def _layers(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Each linear step with the activation that follows it."""
    layers: list[dict[str, Any]] = []
    has_activation = True
    for part in parts:
        if part.W is not None:
            bias = {} if part.b is None else {"bias": part.b.tolist()}
            layers.append({"units": len(part.W), "activation": "identity", "weights": part.W.tolist(), **bias})
            has_activation = False
        elif part.activation != "identity":
            if not layers or has_activation:
                raise _refused(part.node, part.activation, TWO_ACTIVATIONS if layers else STARTS)
            layers[-1]["activation"], has_activation = part.activation, True
    if not layers:
        raise _refused("model", "empty", _known())
    return layers


def _function(loss: LossOf, outputs: int) -> str:
    """The loss of one example: our own, or, where it is a mean over the outputs, divided by their number."""
    if not loss.over_outputs or outputs == 1:
        return loss.name
    return "mean_squared_error" if loss.name == "squared_error" else f"-(y*log(a) + (1 - y)*log(1 - a))/{outputs}"


def _rows(x: Any) -> Array:
    array = _array(x)
    return array.reshape(len(array), -1) if array.ndim > 1 else array.reshape(1, -1)


def _targets(y: Any, outputs: int, loss: LossOf) -> Array:
    """Targets as rows; class numbers become one 1 among zeros."""
    array = _array(y)
    if loss.name == "cross_entropy" and array.ndim < 2 and outputs > 1:
        return np.eye(outputs)[array.astype(int).reshape(-1)]  # type: ignore[no-any-return]
    return array.reshape(-1, outputs)
