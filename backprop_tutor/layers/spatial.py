"""Layers over images and lines: convolution, pooling, and what leads on to a layer of units."""

from __future__ import annotations

from math import prod

from backprop_tutor.layers.kind import Emission, Emit, Flow, Kind, LayerError
from backprop_tutor.text import T

IMAGE = {
    1: T("channels and a length, such as shape: [1, 8]", "通道数和长度，如 shape: [1, 8]"),
    2: T("channels, a height and a width, such as shape: [1, 8, 8]", "通道数、高和宽，如 shape: [1, 8, 8]"),
}
NO_SOFTMAX = T(
    "softmax is for a layer of units; a convolution takes any other",
    "softmax 用于由单元组成的层；卷积层请用别的激活函数",
)
KERNELS = {
    1: T("channels, channels below, length of the kernel", "通道数、前一层通道数、核长"),
    2: T("channels, channels below, height and width of the kernel", "通道数、前一层通道数、核高、核宽"),
}


def _check(layer: Emission, sides: int) -> Flow:
    """What comes from below, as (channels, sides...). Raises LayerError for anything else."""
    if layer.below.steps or len(layer.below.shape) != sides + 1:
        raise layer.refuse_input(IMAGE[sides])
    return layer.below


def _convolution(sides: int) -> Emit:
    def emit(layer: Emission) -> Flow:
        below, channels = _check(layer, sides), layer.get("channels")
        if layer.get("activation") == "softmax":
            raise LayerError(NO_SOFTMAX, "activation")
        shape = (channels, below.shape[0], *(layer.get("kernel"),) * sides)
        kernel = layer.weights(shape, KERNELS[sides])
        options = "".join(f", {key}={layer.get(key)}" for key in ("stride", "padding") if layer.get(key) is not None)
        bias = layer.bias(channels, f"reshape({{b}}, {channels}{', 1' * sides})")
        z = layer.node("z", f"conv{sides}d({below.text}, {kernel}{options}){bias}")
        return layer.flow(layer.activated(z))

    return emit


def _pool(how: str, sides: int) -> Emit:
    def emit(layer: Emission) -> Flow:
        stride = f", stride={layer.get('stride')}" if layer.get("stride") is not None else ""
        text = f"{how}_pool{sides}d({_check(layer, sides).text}, {layer.get('size')}{stride})"
        return layer.flow(layer.node("a", text))

    return emit


def _flatten(layer: Emission) -> Flow:
    return layer.flow(layer.node("a", f"reshape({layer.below.text}, {prod(layer.below.shape)})"))


CONVOLUTION = ("channels", "kernel", "weights"), ("stride", "padding", "bias", "activation", "tie")

SPATIAL = (
    *(
        Kind(
            f"conv{sides}d",
            T("a cross-correlation with a kernel per pair of channels", "互相关，每对通道一个核"),
            *CONVOLUTION,
            "W b z a",
            _convolution(sides),
        )
        for sides in (1, 2)
    ),
    *(
        Kind(
            f"max_pool{sides}d", T("the largest of each window", "每个窗口的最大值"), ("size",), ("stride",), "a", emit
        )
        for sides in (1, 2)
        for emit in (_pool("max", sides),)
    ),
    *(
        Kind(f"avg_pool{sides}d", T("the mean of each window", "每个窗口的平均值"), ("size",), ("stride",), "a", emit)
        for sides in (1, 2)
        for emit in (_pool("avg", sides),)
    ),
    Kind("flatten", T("all numbers in one row, in reading order", "按阅读顺序排成一行"), (), (), "a", _flatten),
)
"""The kinds of layers over images and lines."""
