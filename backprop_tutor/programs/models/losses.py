"""The losses of PyTorch and Keras by their names, and as formulas of one example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.programs.models.formulas import SETTING, Translation, Value, numbers, refused, same
from backprop_tutor.registry import unknown
from backprop_tutor.text import T

LOSS = T("the loss", "损失")
EXAMPLES = T("x has {x} examples and y {y}", "x 有 {x} 个样本，y 有 {y} 个")


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


def torch_loss(loss: Any) -> LossOf:
    """A loss module of PyTorch or its name. Raises TutorError for what has no counterpart."""
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


def keras_loss(loss: Any) -> LossOf:
    """A loss of Keras or its name. Raises TutorError for what has no counterpart."""
    named = getattr(loss, "name", None) or getattr(loss, "__name__", type(loss).__name__)
    called = loss if isinstance(loss, str) else str(named)
    if called not in KERAS_LOSSES:
        raise unknown(called, KERAS_LOSSES, LOSS)
    of = KERAS_LOSSES[called]
    if getattr(loss, "from_logits", False):
        return LossOf(of.name, of.title, "sigmoid" if of.name.startswith("binary") else "softmax", of.over_outputs)
    return of


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


def graph_description(
    t: Translation, out: Value, x: AnyArray, y: Any, loss: LossOf, rate: float, title: str
) -> dict[str, Any]:
    """The scenario of a translated model on these examples; ids count from 1 here.

    Raises TutorError where there are not as many targets as examples.
    """
    targets = numbers(y)
    if len(x) != len(targets):
        raise TutorError(EXAMPLES.format(x=len(x), y=len(targets)))
    text, target = loss_text(loss, out, len(x))
    classes = out.shape[-1]
    if target == "c" and targets.size == len(x) * classes > len(x):  # a probability of each class
        text, target = text.replace(", c)", ", y)"), "y"
    if target == "y" and loss.name == "cross_entropy" and targets.size == len(x) and classes > 1:
        targets = np.eye(classes)[targets.astype(int).reshape(-1)]
    t.nodes["L"] = text
    rows = targets.astype(int).reshape(-1) + 1 if target == "c" else targets.reshape(len(x), *out.shape)
    inputs = x if x.dtype.kind == "f" else x.astype(int) + 1
    given = {"x": inputs, target: rows, **t.beside}
    data = [{name: value[i].tolist() for name, value in given.items()} for i in range(len(x))]
    return {"title": title, "graph": t.graph(list(given)), "data": data, "training": {"learning_rate": rate}}
