"""Layers that treat units alike wherever they come: dense, dropout, the three normalisations."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.graph.ops.operation import Shape
from backprop_tutor.layers.kind import UNITS, Emission, Flow, Kind, LayerError
from backprop_tutor.text import T

EPSILON = 1e-5

WEIGHTS = T("units, units below", "单元数、前一层单元数")
ONE_ROW = T("a row of units ({kind: flatten} makes one)", "一行单元（{kind: flatten} 可以得到）")
SEQUENCE_OR_UNITS = T("units, or steps of units", "单元，或由单元组成的各步")
NO_MASK = T("dropout needs 'mask:', or 'rate:' and 'seed:'", "dropout 需要 'mask:'，或者 'rate:' 和 'seed:'")
NO_KEEP = T("a dropout with 'mask:' needs 'keep:' or 'rate:'", "给出 'mask:' 的 dropout 还需要 'keep:' 或 'rate:'")


def count(units: int | Sequence[str]) -> int:
    """How many units are meant by a number or by names."""
    return units if isinstance(units, int) else len(units)


def _dense(layer: Emission) -> Flow:
    below, units = layer.below, count(layer.get("units"))
    if below.image or below.vocabulary:
        raise layer.refuse_input(ONE_ROW)
    weights = layer.weights((units, below.units), WEIGHTS)
    turned = weights.removesuffix(".T") if weights.endswith(".T") else f"{weights}.T"
    product = f"{below.text} @ {turned}" if below.steps else f"{weights} @ {below.text}"
    z = layer.node("z", product + layer.bias(units))
    return layer.flow(layer.activated(z), steps=below.steps)


def _dropout(layer: Emission) -> Flow:
    rate, keep, below = layer.get("rate"), layer.get("keep"), layer.below
    if layer.get("mask") is None and (rate is None or layer.get("seed") is None):
        raise LayerError(NO_MASK)
    if keep is None and rate is None:
        raise LayerError(NO_KEEP, "mask")
    mask = layer.constant("m", below.shape, "mask")
    share = keep if keep is not None else 1 - rate
    return layer.flow(layer.node("a", f"{below.text} * {mask} / {share!r}"), steps=below.steps)


def _unit_axis(flow: Flow) -> int:
    """The axis along which units differ: channels in front, else the last; from 0."""
    return 0 if flow.image else len(flow.shape) - 1


def _scale(layer: Emission, letter: str, key: str) -> str:
    """The gain or the shift of each unit, so that it meets the units along their axis."""
    below = layer.below
    axis = _unit_axis(below)
    name = layer.parameter(letter, (below.shape[axis],), UNITS, key)
    sides = len(below.shape) - axis - 1
    return f"reshape({name}, {below.shape[axis]}{', 1' * sides})" if sides else name


def _normalised(layer: Emission, deviation: str, variance: str) -> Flow:
    """x̂ = (x − mean)/√(var + ε), then gain · x̂ + shift where they are given."""
    epsilon = layer.get("epsilon", EPSILON)
    xhat = layer.node("xhat", f"{deviation} / sqrt({variance} + {epsilon!r})")
    gain = "" if layer.get("gain") is None else f"{_scale(layer, 'gain', 'gain')} * "
    shift = "" if layer.get("shift") is None else f" + {_scale(layer, 'shift', 'shift')}"
    return layer.flow(layer.node("a", f"{gain}{xhat}{shift}"), steps=layer.below.steps)


def _batch_norm(layer: Emission) -> Flow:
    """Over the examples and, as the frameworks do, over the places of a channel or the steps of a sequence."""
    x, shape, axis = layer.below.text, layer.below.shape, _unit_axis(layer.below)

    def mean(text: str) -> str:
        return f"batch_mean({_over(text, shape, axis)})"

    centre = layer.node("mean", mean(x))
    variance = layer.node("var", mean(f"({x} - {centre})^2"))
    return _normalised(layer, f"({x} - {centre})", variance)


def _over(text: str, shape: Shape, kept: int) -> str:
    """The mean over all axes but one, which stay in place with length 1."""
    for axis in range(len(shape)):
        if axis != kept:
            text = f"mean({text}, axis={axis + 1}, keepdim=1)"
    return text


def _layer_norm(layer: Emission) -> Flow:
    x = _last_axis(layer)
    centre = layer.node("mean", f"mean({x}, axis=-1, keepdim=1)")
    variance = layer.node("var", f"mean(({x} - {centre})^2, axis=-1, keepdim=1)")
    return _normalised(layer, f"({x} - {centre})", variance)


def _rms_norm(layer: Emission) -> Flow:
    x = _last_axis(layer)
    return _normalised(layer, x, layer.node("var", f"mean({x}^2, axis=-1, keepdim=1)"))


def _last_axis(layer: Emission) -> str:
    """What comes from below, where its last axis is units. Raises LayerError for an image."""
    if layer.below.image:
        raise layer.refuse_input(SEQUENCE_OR_UNITS)
    return layer.below.text


SCALES = ("gain", "shift", "epsilon")

LAYERS_OF_UNITS = (
    Kind(
        "dense",
        T(
            "z = W a + b and a = f(z); over a sequence, at every step alike",
            "z = W a + b，a = f(z)；对序列的每一步都一样",
        ),
        ("units", "activation", "weights"),
        ("bias", "tie", "transposed"),
        "W b z a",
        _dense,
    ),
    Kind(
        "dropout",
        T("the numbers its mask lets through, divided by keep", "掩码放行的数，除以 keep"),
        (),
        ("mask", "rate", "seed", "keep"),
        "m a",
        _dropout,
    ),
    Kind(
        "batch_norm",
        T(
            "each unit normalised over the examples (a channel, over its places too)",
            "每个单元对各样本归一化（通道还对各位置）",
        ),
        (),
        SCALES,
        "mean var xhat a gain shift",
        _batch_norm,
    ),
    Kind(
        "layer_norm",
        T("the units of an example, or of a step, normalised together", "一个样本（或一步）的各单元一起归一化"),
        (),
        SCALES,
        "mean var xhat a gain shift",
        _layer_norm,
    ),
    Kind(
        "rms_norm",
        T("the units divided by the root of their mean square", "各单元除以其均方根"),
        (),
        ("gain", "epsilon"),
        "var xhat a gain",
        _rms_norm,
    ),
)
"""The kinds of layers that treat units alike."""
