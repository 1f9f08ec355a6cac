"""Models that are a chain of dense layers as networks: linear layers, each with the activation after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from itertools import pairwise
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.functions import SETTINGS
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.programs.models.formulas import numbers, refused
from backprop_tutor.programs.models.losses import EXAMPLES, LossOf
from backprop_tutor.text import T

TWO_ACTIVATIONS = T("an activation comes after another one", "一个激活函数之后又是激活函数")
STARTS = T("an activation comes before the first layer with weights", "在第一个带权重的层之前出现了激活函数")
TWICE = T(
    "{loss} takes logits and applies a softmax or sigmoid itself; the model ends in {last}: leave that out, or use another loss",
    "{loss} 需要 logits，会自己做 softmax 或 sigmoid；而模型以 {last} 结尾：请去掉它，或换一个损失",
)
NO_LAYER = T("it has no layer with weights", "它没有带权重的层")

ACTIVATIONS: Mapping[str, str] = {
    "relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "softmax": "softmax", "leakyrelu": "leaky_relu", "elu": "elu",
    "softplus": "softplus", "silu": "silu", "swish": "silu", "gelu": "gelu", "identity": "identity", "linear": "identity",
    "celu": "celu", "selu": "selu", "mish": "mish", "relu6": "relu6", "hardswish": "hardswish", "hardsilu": "hardswish",
}  # fmt: skip
"""What frameworks call the activations, without capitals and underlines."""

CONSTANTS: Mapping[str, str] = {"leaky_relu": "negative_slope", "elu": "alpha", "celu": "alpha", "softplus": "beta"}
"""What frameworks call the constants of activations."""


def activation_keys(plain: str, read: Callable[[str, Any], Any]) -> dict[str, Any]:
    """An activation as the keys of a layer, with its constant where that is another one than here.

    `plain` is its name without capitals and underlines; `read` gives a setting of the framework by its name, or a default.
    """
    name = ACTIVATIONS[plain]
    if name == "gelu" and read("approximate", "none") in ("tanh", True):
        return {"activation": "gelu_tanh"}
    if name not in CONSTANTS:
        return {"activation": name}
    setting = SETTINGS[name]
    constant = float(read(CONSTANTS[name], float(setting.usual)))
    return {"activation": name, **({setting.name: constant} if constant != float(setting.usual) else {})}


def called(keys: Mapping[str, Any], x: str) -> str:
    """An activation of x as a formula, from the keys of a layer."""
    name, *constants = keys.values()
    settings = "".join(f", {key}={value!r}" for key, value in zip(list(keys)[1:], constants, strict=True))
    return f"{name}({x}{settings})"


SKIPPED = frozenset({"flatten", "dropout", "inputlayer", "alphadropout", "gaussiannoise", "gaussiandropout"})


@frozen(eq=False)
class Part:
    """A step of a model: a linear layer with W (units, units below) and b, or an activation as the `keys` of a layer."""

    node: str
    W: Array | None = None
    b: Array | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)

    @property
    def activation(self) -> str:
        """The name of the activation; empty for a linear layer."""
        return str(self.keys.get("activation", ""))


def is_network(parts: Sequence[Part]) -> bool:
    """Whether every activation comes after a layer of its own."""
    kinds = [part.W is not None for part in parts if part.W is not None or part.activation != "identity"]
    return bool(kinds) and kinds[0] and all(one or other for one, other in pairwise(kinds))


def network_description(parts: Sequence[Part], x: Any, y: Any, loss: LossOf, rate: float, title: str) -> dict[str, Any]:
    """The scenario of a chain of layers on these examples."""
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
    return {
        "title": title,
        "network": {"inputs": inputs.shape[1], "layers": layers},
        "loss": {"function": _function(loss, outputs), "reduction": loss.reduction},
        "data": [{"x": row.tolist(), "y": target.tolist()} for row, target in zip(inputs, targets, strict=True)],
        "training": {"learning_rate": rate},
    }


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
            layers[-1] |= part.keys
            has_activation = True
    if not layers:
        raise refused("model", "empty", NO_LAYER)
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
