"""Models of other libraries as scenarios: their layers, weights, loss and examples, told before anything is computed.

Nothing here imports a framework that is not there already: a model brings its own. What has no counterpart is named, the
node and why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.interface.library import scenario
from backprop_tutor.interface.shown import Net
from backprop_tutor.programs.models.translation import (
    SETTING,
    Translation,
    Value,
    numbers,
    refused,
    same,
    torch_call,
    torch_module,
    torch_names,
)
from backprop_tutor.registry import unknown
from backprop_tutor.text import T

KINDS_KNOWN = T(
    "understood are {names}",
    "能识别 {names}",
)
TWO_ACTIVATIONS = T("an activation comes after another one", "一个激活函数之后又是激活函数")
STARTS = T("an activation comes before the first layer with weights", "在第一个带权重的层之前出现了激活函数")
TRACE = T("the model cannot be traced: {why}", "无法追踪这个模型：{why}")
NOT_A_MODEL = T("'{kind}' is not a model of {library}", "'{kind}' 不是 {library} 的模型")
NOT_SO = T("it cannot take the examples given", "它接受不了给出的样本")
OUTPUT = T("it gives several arrays; a loss is of one", "它给出多个数组；损失只能由一个算出")
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

LAYERS = (
    "Linear",
    "Conv1d",
    "Conv2d",
    "MaxPool",
    "AvgPool",
    "LayerNorm",
    "RMSNorm",
    "BatchNorm",
    "Dropout",
    "Embedding",
    "RNN",
    "LSTM",
    "GRU",
    "MultiheadAttention",
    "Flatten",
)
"""The layers of PyTorch that are understood."""

SKIPPED = frozenset({"flatten", "dropout", "inputlayer", "alphadropout", "gaussiannoise", "gaussiandropout"})


@frozen(eq=False)
class Part:
    """A step of a model: a linear layer with W (units, units below) and b, or an activation by name."""

    node: str
    W: Array | None = None
    b: Array | None = None
    activation: str = ""


def from_torch(
    model: Any,
    x: Any,
    y: Any,
    loss: Any = "mse",
    *,
    learning_rate: float = 0.1,
    title: str = "",
    masks: Mapping[str, Any] | None = None,
) -> Net:
    """A PyTorch model with its weights, and the step it would take on `x` and `y`, as a scenario.

    `model` is a Sequential, or a module that `torch.fx` can trace. Linear layers and activations one after another are a
    network, whose ``bt.run(net)["grads.W1"]`` is what ``model[0].weight.grad`` is after ``backward()``. Any other model is a
    graph of arrays, its parameters under their own names (``lstm_weight_ih_l0``): convolutions, pooling, norms, embeddings,
    RNN, LSTM, GRU, MultiheadAttention, sums and products of them; dropout in training with its `masks` by module;
    `loss` is a loss module, or its name: mse, cross_entropy (of logits, with classes or probabilities), bce,
    bce_with_logits, l1, huber, smooth_l1, nll.

    Raises TutorError for what has no counterpart: which node, and why.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise TutorError(NOT_A_MODEL.format(kind=type(model).__name__, library="PyTorch"))
    named, called = _torch_loss(loss), title or type(model).__name__
    traced = _traced(torch, model)
    parts = list(_torch_parts(torch, model, traced))
    chain = [part for part in parts if part is not None]
    if len(chain) == len(parts) and named.of_networks and _is_network(chain):
        return _scenario(chain, x, y, named, learning_rate, called)
    return _graph(torch, model, traced, x, y, named, learning_rate, called, masks or {})


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


def _known() -> T:
    names = sorted({*ACTIVATIONS.values(), *LAYERS})
    return KINDS_KNOWN.format(names=", ".join(names))


def _is_network(parts: Sequence[Part]) -> bool:
    """Whether every activation comes after a layer of its own."""
    kinds = [part.W is not None for part in parts if part.W is not None or part.activation != "identity"]
    return bool(kinds) and kinds[0] and all(one or other for one, other in pairwise(kinds))


def _traced(torch: Any, model: Any) -> Any:
    """The model as a list of calls. Raises TutorError where it cannot be traced."""
    try:
        return torch.fx.symbolic_trace(model)
    except Exception as error:  # what a tracer raises is whatever the model's own code does
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TutorError(TRACE.format(why=visible(why))) from None


def _torch_parts(torch: Any, model: Any, traced: Any) -> Iterator[Part | None]:
    """The nodes of a chain of linear layers and activations as steps; None for a node that is none of it."""
    modules, used = dict(model.named_modules()), set[str]()
    for node in traced.graph.nodes:
        if node.op in ("placeholder", "output"):
            continue
        module = modules[node.target] if node.op == "call_module" else None
        kind = type(module).__name__ if module is not None else _called(node)
        plain = kind.replace("_", "").lower()
        is_again = module is not None and node.target in used
        used.add(str(node.target))
        if len(node.users) != 1 or node.op == "get_attr" or is_again:
            yield None
        elif isinstance(module, torch.nn.Linear):
            yield Part(node.target, numbers(module.weight), None if module.bias is None else numbers(module.bias))
        elif plain in ACTIVATIONS and _is_plain(node, module):
            yield Part(node.name, activation=ACTIVATIONS[plain])
        elif plain not in SKIPPED or (module is not None and module.training and getattr(module, "p", 0)):
            yield None


def _called(node: Any) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))


def _is_plain(node: Any, module: Any) -> bool:
    """Whether an activation has the settings it has here. Raises TutorError where not."""
    for key, wanted in (("negative_slope", 0.01), ("alpha", 1.0), ("approximate", "none"), ("beta", 1)):
        value = getattr(module, key, wanted) if module is not None else node.kwargs.get(key, wanted)
        same(node.name, _called(node) if module is None else type(module).__name__, key, value, wanted)
    return True


def _graph(
    torch: Any, model: Any, traced: Any, x: Any, y: Any, loss: LossOf, rate: float, title: str, masks: Mapping[str, Any]
) -> Net:
    """A model that is no chain of dense layers as a graph of arrays."""
    t, seen = Translation(torch_names(model)), dict[Any, Any]()
    results = _results(torch, traced, x)
    inputs = numbers(x)
    has_ids = np.asarray(_plain(x)).dtype.kind != "f"
    for node in traced.graph.nodes:
        match node.op:
            case "placeholder":
                seen[node] = Value("x", inputs.shape[1:])
            case "get_attr":
                found = attribute(model, node.target)
                seen[node] = Value(t.parameter(node.target, found, moves=found.requires_grad), tuple(found.shape))
            case "output":
                out = seen[node.args[0]]
            case _:
                seen[node] = _step(t, model, node, seen, results.get(node), masks)
    if not isinstance(out, Value):
        raise refused(title, "output", OUTPUT)
    text, target = loss_text(loss, out, len(inputs))
    t.nodes["L"] = text
    targets = numbers(y)
    if len(inputs) != len(targets):
        raise TutorError(EXAMPLES.format(x=len(inputs), y=len(targets)))
    rows = targets.astype(int) + 1 if target == "c" else targets.reshape(len(targets), *out.shape)
    given = {"x": inputs.astype(int) + 1 if has_ids else inputs, target: rows, **t.beside}
    data = [{name: value[i].tolist() for name, value in given.items()} for i in range(len(inputs))]
    return scenario({"title": title, "graph": t.graph(list(given)), "data": data, "training": {"learning_rate": rate}})


def _plain(value: Any) -> Any:
    return value.detach().cpu() if hasattr(value, "detach") else value


def attribute(model: Any, path: str) -> Any:
    """An attribute of a model by its path."""
    for part in path.split("."):
        model = getattr(model, part)
    return model


def _results(torch: Any, traced: Any, x: Any) -> dict[Any, Any]:
    """What every call gives for the examples, for its shape; on a copy, so that no running mean of the model moves."""
    found: dict[Any, Any] = {}

    class Shapes(torch.fx.Interpreter):  # type: ignore[misc]
        def run_node(self, node: Any) -> Any:
            result = super().run_node(node)
            found[nodes[node.name]] = result
            return result

    nodes = {node.name: node for node in traced.graph.nodes}
    with torch.no_grad(), suppress(RuntimeError):  # the step that cannot be is named by its own words
        Shapes(deepcopy(traced).double().eval()).run(x.double() if x.is_floating_point() else x)
    return found


def _step(t: Translation, model: Any, node: Any, seen: Mapping[Any, Any], result: Any, masks: Mapping[str, Any]) -> Any:
    """A call of the model: of a module, a function or a method."""

    def look(given: Any) -> Any:
        if isinstance(given, list | tuple):
            return type(given)(map(look, given))
        return seen[given] if type(given) is type(node) else given

    arguments: list[Any] = [look(each) for each in node.args]
    options = {key: look(each) for key, each in node.kwargs.items()}
    module = attribute(model, node.target) if node.op == "call_module" else None
    kind = type(module).__name__ if module is not None else _called(node)
    if module is not None:
        given = [each for each in arguments if isinstance(each, Value)]
        found = torch_module(t, node.target, module, given, masks, **options)
        if found is not None:
            return found
    if result is None:
        raise refused(node.target if module is not None else node.name, kind, NOT_SO)
    shape = tuple(result.shape[1:]) if hasattr(result, "shape") else ()
    plain = kind.replace("_", "").lower()
    if plain in ACTIVATIONS and _is_plain(node, module):
        name, x = ACTIVATIONS[plain], arguments[0]
        axis = options.get("dim", getattr(module, "dim", None)) if name == "softmax" else None
        if axis is None or axis == -1 or len(arguments) > 1:
            return x if name == "identity" else t.node(f"{name}({x.text})", x.shape)
        return t.node(f"softmax({x.text}, axis={axis})", x.shape)
    written = torch_call(t, plain, arguments, options, shape, module)
    if written is None:
        raise refused(node.target if module is not None else node.name, kind, _known())
    return written


def _keras_parts(layer: Any) -> Iterator[Part]:
    kind, name = type(layer).__name__, str(layer.name)
    plain = kind.lower()
    if plain in SKIPPED:
        return
    if kind == "Dense":
        weights = [numbers(each) for each in layer.get_weights()]
        yield Part(name, weights[0].T, weights[1] if len(weights) > 1 else None)
    elif plain == "leakyrelu":
        same(name, kind, "negative_slope", getattr(layer, "negative_slope", 0.3), 0.01)
    elif plain not in ACTIVATIONS and kind != "Activation":
        raise refused(name, kind, _known())
    called = getattr(layer, "activation", None)
    used = getattr(called, "__name__", str(called)).replace("_", "").lower() if called is not None else plain
    if used not in ACTIVATIONS:
        raise refused(name, used, _known())
    if kind != "Dense" or ACTIVATIONS[used] != "identity":
        yield Part(name, activation=ACTIVATIONS[used])


@frozen(slots=True)
class LossOf:
    """A framework's loss: ours, whether it takes logits of a softmax or sigmoid, and whether it is a mean over outputs."""

    name: str
    title: str
    logits: str = ""
    over_outputs: bool = False
    reduction: str = "mean"
    of_networks: bool = True


TORCH_LOSSES: Mapping[str, LossOf] = {
    "mse": LossOf("squared_error", "MSELoss", over_outputs=True),
    "cross_entropy": LossOf("cross_entropy", "CrossEntropyLoss", "softmax"),
    "bce": LossOf("binary_cross_entropy", "BCELoss", over_outputs=True),
    "bce_with_logits": LossOf("binary_cross_entropy", "BCEWithLogitsLoss", "sigmoid", over_outputs=True),
    "l1": LossOf("l1", "L1Loss", over_outputs=True, of_networks=False),
    "huber": LossOf("huber", "HuberLoss", over_outputs=True, of_networks=False),
    "smooth_l1": LossOf("huber", "SmoothL1Loss", over_outputs=True, of_networks=False),
    "nll": LossOf("nll", "NLLLoss", of_networks=False),
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
    wanted_settings = (("weight", None), ("label_smoothing", 0.0), ("pos_weight", None), ("beta", 1.0), ("delta", 1.0))
    for key, wanted in wanted_settings:
        same(kind, "loss", key, getattr(loss, key, wanted), wanted)
    of = titles[kind]
    reduction = getattr(loss, "reduction", "mean")
    if reduction not in ("mean", "sum"):
        raise refused(kind, "loss", SETTING.format(name="reduction", value=visible(reduction), wanted="mean"))
    return replace(of, over_outputs=of.over_outputs and reduction == "mean", reduction=reduction)


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


def loss_text(loss: LossOf, out: Value, examples: int) -> tuple[str, str]:
    """The loss of one example as a formula, and what its target is called; a sum over the examples is so many means."""
    a, how = out.text, "mean" if loss.reduction == "mean" else "sum"
    match loss.name, loss.logits:
        case "cross_entropy", "softmax":
            text, target = f"cross_entropy({a}, c)", "c"
        case "nll", _:
            text, target = f"-sum({a} * one_hot(c, {out.shape[-1]}))", "c"
        case "squared_error", _:
            text, target = f"{how}(({a} - y)^2)", "y"
        case "l1", _:
            text, target = f"{how}(abs({a} - y))", "y"
        case "huber", _:
            near = f"min(abs({a} - y), 1)"
            text, target = f"{how}({near}^2 / 2 + abs({a} - y) - {near})", "y"
        case "binary_cross_entropy", "sigmoid":
            text, target = f"{how}(softplus({a}) - y*{a})", "y"
        case "binary_cross_entropy", _:
            text, target = f"-{how}(y*log({a}) + (1 - y)*log(1 - {a}))", "y"
        case _:
            text, target = f"-sum(y*log({a}))", "y"
    return (text if loss.reduction == "mean" else f"{examples} * ({text})"), target


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
                raise refused(part.node, part.activation, TWO_ACTIVATIONS if layers else STARTS)
            layers[-1]["activation"], has_activation = part.activation, True
    if not layers:
        raise refused("model", "empty", _known())
    return layers


def _function(loss: LossOf, outputs: int) -> str:
    """The loss of one example: our own, or, where it is a mean over the outputs, divided by their number."""
    if not loss.over_outputs or outputs == 1:
        return loss.name
    return "mean_squared_error" if loss.name == "squared_error" else f"-(y*log(a) + (1 - y)*log(1 - a))/{outputs}"


def _rows(x: Any) -> Array:
    array = numbers(x)
    return array.reshape(len(array), -1) if array.ndim > 1 else array.reshape(1, -1)


def _targets(y: Any, outputs: int, loss: LossOf) -> Array:
    """Targets as rows; class numbers become one 1 among zeros."""
    array = numbers(y)
    if loss.name == "cross_entropy" and array.ndim < 2 and outputs > 1:
        return np.eye(outputs)[array.astype(int).reshape(-1)]  # type: ignore[no-any-return]
    return array.reshape(-1, outputs)
