"""Products of matrices and vectors: ``A @ B``, ``dot(u, v)``, ``outer(u, v)``.

For C = A B and G = ∂L/∂C: ∂L/∂A = G Bᵀ and ∂L/∂B = Aᵀ G, summed over the examples for what they share. The examples are
the last axis; where they share A, one product of matrices does all of them, [B₁ B₂ …] side by side.
"""

from __future__ import annotations

from backprop_tutor.formula.signature import Signature
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.ops.operation import ArrayOp, Operation, Ranges, Shape, Use, only
from backprop_tutor.text import T

UNLIKE = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; the {last} of {array1} ({width}) must be as many as the {first} of "
    "{array2} ({height})",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；{array1} 的{last}数（{width}）必须等于 {array2} 的{first}数（{height}）",
)
RANKS = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; a product is of matrices and lists",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；乘积只能在矩阵和列表之间",
)
VECTORS = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; both must be lists",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；两者都必须是列表",
)
AS_LONG = T(
    "{call}: {array1} is {shape1} and {array2} is {shape2}; both must be equally long",
    "{call}：{array1} 是{shape1}，{array2} 是{shape2}；两者必须一样长",
)
COLUMNS, ROWS, ENTRIES = T("columns", "列"), T("rows", "行"), T("entries", "元素")
MATRIX = 2


def product(A: AnyArray, B: AnyArray) -> AnyArray:
    """A B of every example: (..., n, k, examples) and (..., k, p, examples) make (..., n, p, examples)."""
    if A.shape[-1] == 1:
        beside = B.reshape(*B.shape[:-2], -1)
        made = A[..., 0] @ beside
        return made.reshape(*made.shape[:-1], *B.shape[-2:])
    if B.shape[-1] == 1:
        return turned(product(turned(B), turned(A)))
    return np.moveaxis(np.moveaxis(A, -1, -3) @ np.moveaxis(B, -1, -3), -3, -1)


def turned(A: AnyArray) -> AnyArray:
    """Aᵀ of every example."""
    return A.swapaxes(-2, -3)


def product_by_left(G: AnyArray, A: AnyArray, B: AnyArray) -> AnyArray:
    """G Bᵀ for A, summed over the examples where they share A."""
    if A.shape[-1] > 1:
        return product(G, turned(B))
    if B.shape[-1] != G.shape[-1]:
        G = G.sum(axis=-1, keepdims=True)
    left, right = (a.reshape(*a.shape[:-2], -1) for a in (G, B))
    return (left @ right.swapaxes(-1, -2))[..., None]


def product_by_right(G: AnyArray, A: AnyArray, B: AnyArray) -> AnyArray:
    """Aᵀ G for B, summed over the examples where they share B."""
    return product_by_left(turned(A), B, turned(G))


def _matmul(use: Use) -> ArrayOp:
    a, b = use.shapes
    if not a or not b or len(a) > MATRIX or len(b) > MATRIX:
        raise use.refuse(RANKS)
    if a[-1] != b[0]:
        last, first = COLUMNS if len(a) == MATRIX else ENTRIES, ROWS if len(b) == MATRIX else ENTRIES
        raise use.refuse(UNLIKE, last=last, first=first, width=a[-1], height=b[0])
    return _product_op("matmul", a, b)


def _dot(use: Use) -> ArrayOp:
    a, b = use.shapes
    if len(a) != 1 or len(b) != 1:
        raise use.refuse(VECTORS)
    if a != b:
        raise use.refuse(AS_LONG)
    return _product_op("dot", a, b)


def _product_op(name: str, a: Shape, b: Shape) -> ArrayOp:
    """The product of a list or matrix and a list or matrix, both taken as matrices: a row before, a column behind."""

    def matrices(A: AnyArray, B: AnyArray) -> tuple[AnyArray, AnyArray]:
        return (A if len(a) == MATRIX else A[..., None, :, :]), (B if len(b) == MATRIX else B[..., None, :])

    def forward(A: AnyArray, B: AnyArray) -> AnyArray:
        made = product(*matrices(A, B))
        made = made if len(b) == MATRIX else made[..., 0, :]
        return made if len(a) == MATRIX else made.squeeze(-len(b) - 1)

    def vjp(g: AnyArray, _: AnyArray, A: AnyArray, B: AnyArray) -> tuple[AnyArray, ...]:
        left, right = matrices(A, B)
        g = g if len(a) == MATRIX else np.expand_dims(g, -len(b) - 1)
        g = g if len(b) == MATRIX else g[..., None, :]
        to_left, to_right = product_by_left(g, left, right), product_by_right(g, left, right)
        return (
            to_left if len(a) == MATRIX else to_left[..., 0, :, :],
            to_right if len(b) == MATRIX else to_right[..., 0, :],
        )

    def needs(index: Shape, argument: int | None) -> tuple[Ranges, ...]:
        row, column = (tuple(map(range, side)) for side in (a[:-1], b[1:]))
        inner: Ranges = (range(b[0]),)
        if argument is None:
            row, column = only(index[: len(row)]), only(index[len(row) :])
        elif argument == 0:
            row, inner = only(index[:-1]), only(index[-1:])
        else:
            inner, column = only(index[:1]), only(index[1:])
        return (*row, *column), (*row, *inner), (*inner, *column)

    return ArrayOp(name, ("A", "B"), forward, vjp, shape=(*a[:-1], *b[1:]), kind="linear", needs=needs)


def _outer(use: Use) -> ArrayOp:
    a, b = use.shapes
    if len(a) != 1 or len(b) != 1:
        raise use.refuse(VECTORS)

    def forward(u: AnyArray, v: AnyArray) -> AnyArray:
        return u[..., :, None, :] * v[..., None, :, :]

    def vjp(g: AnyArray, _: AnyArray, u: AnyArray, v: AnyArray) -> tuple[AnyArray, ...]:
        to_u, to_v = (g * v[..., None, :, :]).sum(axis=-2), (g * u[..., :, None, :]).sum(axis=-3)
        return tuple(
            sent.sum(axis=-1, keepdims=True) if of.shape[-1] == 1 != sent.shape[-1] else sent
            for sent, of in ((to_u, u), (to_v, v))
        )

    return ArrayOp(name="outer", arguments=("u", "v"), forward=forward, vjp=vjp, shape=(*a, *b), kind="linear")


PRODUCTS = (
    Operation(
        Signature("matmul", ("A", "B")),
        T("the product of matrices, A @ B", "矩阵乘积 A @ B"),
        _matmul,
        (
            T("{g} times {transpose2}", "{g} 乘以 {transpose2}"),
            T("{transpose1} times {g}", "{transpose1}乘以 {g}"),
        ),
    ),
    Operation(
        Signature("dot", ("u", "v")),
        T("the sum of u[i]·v[i]", "u[i]·v[i] 之和"),
        _dot,
        (T("{g} times {array2}", "{g} 乘以 {array2}"), T("{g} times {array1}", "{g} 乘以 {array1}")),
    ),
    Operation(
        Signature("outer", ("u", "v")),
        T("every u[i] times every v[j]", "每个 u[i] 乘每个 v[j]"),
        _outer,
        (
            T("{g} times {array2}, summed over its columns", "{g} 乘以 {array2}，对各列求和"),
            T("{g} times {array1}, summed over its rows", "{g} 乘以 {array1}，对各行求和"),
        ),
    ),
)
