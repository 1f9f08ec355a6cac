"""Convolution as in the frameworks: the kernel slides over the image unflipped (cross-correlation).

z[o,i,j] = Σ k[o,c,u,v] · x[c, s·i + u − p, s·j + v − p]. The windows are the columns of a matrix (im2col), so that
forward and backward are products of matrices: Z = K X, dK = G Xᵀ, and Kᵀ G added back into the windows.
"""

from __future__ import annotations

from dataclasses import replace

from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.array import AnyArray, np, remembered
from backprop_tutor.graph.ops.operation import ArrayOp, Bind, Operation, Use
from backprop_tutor.graph.ops.products import product, product_by_left
from backprop_tutor.graph.ops.windows import Windows
from backprop_tutor.text import T

RANKS = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; {name} takes {plain}, or with channels {channels}",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；{name} 需要 {plain}，有通道时为 {channels}",
)
CHANNELS = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; the kernel's input channels ({kernel}) must be as many as the "
    "channels of {array1} ({image})",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；核的输入通道数（{kernel}）必须等于 {array1} 的通道数（{image}）",
)
WORDS = {
    1: (
        T("(length) and (width of the kernel)", "（长度）和（核宽）"),
        T("(channels, length) and (out, in, width)", "（通道, 长度）和（输出, 输入, 核宽）"),
    ),
    2: (
        T("(height, width) for both", "两者都是（高, 宽）"),
        T("(channels, height, width) and (out, in, height, width)", "（通道, 高, 宽）和（输出, 输入, 高, 宽）"),
    ),
}


def _conv(axes: int) -> Bind:
    """Convolution over the last `axes` axes."""

    def bind(use: Use) -> ArrayOp:
        x, k = use.shapes
        channels = (len(x), len(k)) == (axes + 1, axes + 2)
        if not channels and (len(x), len(k)) != (axes, axes):
            plain, with_channels = WORDS[axes]
            raise use.refuse(RANKS, name=f"conv{axes}d", plain=plain, channels=with_channels)
        if channels and k[1] != x[0]:
            raise use.refuse(CHANNELS, kernel=k[1], image=x[0])
        stride, padding = use.whole("stride", 1), use.whole("padding", 0, least=0)
        windows = Windows.of(use, x[-axes:], k[-axes:], stride, padding)
        return replace(_bound(windows, channels, k[0] if channels else 1, f"conv{axes}d"), rest=windows.rest)

    return bind


def _bound(windows: Windows, channels: bool, out: int, name: str) -> ArrayOp:
    axes, places = len(windows.image), windows.places

    def columns_of(x: AnyArray) -> AnyArray:
        """im2col: (..., channels · offsets, places, examples)."""
        x = x if channels else np.expand_dims(x, -axes - 2)
        views = windows.over(x)
        beside = np.moveaxis(views, range(-axes, 0), range(-2 * axes - 1, -axes - 1))
        return beside.reshape(*x.shape[: -axes - 2], -1, int(np.prod(places)), x.shape[-1])

    columns = remembered(columns_of)

    def rows(k: AnyArray) -> AnyArray:
        """The kernels as the rows of a matrix: (..., out, channels · offsets, examples)."""
        lead = k.ndim - axes - 1 - 2 * channels
        return k.reshape(*k.shape[:lead], out, -1, k.shape[-1])

    def forward(x: AnyArray, k: AnyArray) -> AnyArray:
        made = product(rows(k), columns(x))
        made = made.reshape(*made.shape[:-2], *places, made.shape[-1])
        return made if channels else made.squeeze(-axes - 2)

    def vjp(g: AnyArray, _: AnyArray, x: AnyArray, k: AnyArray) -> tuple[AnyArray, ...]:
        lead = g.ndim - axes - 1 - channels
        flat = g.reshape(*g.shape[:lead], out, -1, g.shape[-1])
        to_k = product_by_left(flat, rows(k), columns(x))
        to_x = windows.gathered(_by_offset(product(rows(k).swapaxes(-2, -3), flat)))
        to_x = to_x.sum(axis=-1, keepdims=True) if x.shape[-1] == 1 != to_x.shape[-1] else to_x
        own = k.shape[k.ndim - axes - 1 - 2 * channels : -1]
        return (
            to_x if channels else to_x.squeeze(-axes - 2),
            to_k.reshape(*to_k.shape[:-3], *own, to_k.shape[-1]),
        )

    def _by_offset(shares: AnyArray) -> AnyArray:
        """(..., channels · offsets, places, examples) as (offsets, ..., channels, places, examples)."""
        lead = shares.shape[:-3]
        apart = shares.reshape(*lead, -1, *windows.sides, *places, shares.shape[-1])
        first = len(lead) + 1
        return np.moveaxis(apart, range(first, first + axes), range(axes))

    shape = (out, *places) if channels else places
    return ArrayOp(name=name, arguments=("x", "k"), forward=forward, vjp=vjp, shape=shape, kind="linear")


RULES = (
    T(
        "each element of {g}, times the kernel {array2}, back into the window it came from; without a stride that is {g}, with "
        "zeros around it, met by the kernel flipped",
        "{g} 的每个元素乘以核 {array2}，放回它来自的窗口；步长为 1 时，这就是四周补零的 {g} 与翻转的核相遇",
    ),
    T(
        "{array1} cross-correlated with {g}, each window times what came back there",
        "{array1} 与 {g} 做互相关：核的每个元素遇到过的每个窗口，乘以那里传回的量",
    ),
)

CONVOLUTIONS = tuple(
    Operation(
        Signature(f"conv{axes}d", ("x", "k"), ("stride", "padding")),
        T(
            f"a kernel sliding over {what.en}, unflipped; with axes for channels in front",
            f"核不翻转，在{what.zh}上滑动；前面可以有通道轴",
        ),
        _conv(axes),
        RULES,
    )
    for axes, what in ((1, T("a list", "一维序列")), (2, T("an image", "图像")))
)
