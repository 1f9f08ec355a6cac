"""Applies a formula of numbers to arrays element by element; axes of length 1 and missing axes stretch as in NumPy."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.nodes import Formula, substitute
from backprop_tutor.graph.array import AnyArray, Array, each, np
from backprop_tutor.graph.expression import Computation
from backprop_tutor.graph.expressions import OWN, names_in, with_own_value
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.operation import ArrayOp, Ranges, Shape, ShapeError, fitted, lifted, only, words
from backprop_tutor.text import T

UNLIKE = T(
    "{first} is {shape1} and {second} is {shape2}; element by element their lengths must be the same, or 1",
    "{first} 是{shape1}，{second} 是{shape2}；逐元素计算时各轴长度必须相同，或为 1",
)


def stretched(shapes: Mapping[str, Shape]) -> Shape:
    """The common shape of arrays, element by element. Raises ShapeError naming the first two that do not fit."""
    together: Shape = ()
    for name, shape in shapes.items():
        try:
            together = np.broadcast_shapes(together, shape)
        except ValueError:
            raise _unlike(shapes, name) from None
    return together


def _unlike(shapes: Mapping[str, Shape], name: str) -> ShapeError:
    other = next(o for o, shape in shapes.items() if not _fit(shape, shapes[name]))
    first, second = words(shapes[other]), words(shapes[name])
    return ShapeError(UNLIKE.format(first=other, second=name, shape1=first, shape2=second))


def _fit(left: Shape, right: Shape) -> bool:
    return all(1 in pair or len(set(pair)) == 1 for pair in zip(left[::-1], right[::-1], strict=False))


def elementwise(name: str, formula: Formula, shapes: Mapping[str, Shape]) -> ArrayOp:
    """The op of a formula over arrays of the given shapes, in the order of `shapes`."""
    used, shape = names_in(formula), stretched(shapes)
    ranks, rank = [len(shapes[name]) for name in used], len(shape)

    def known(values: tuple[AnyArray, ...]) -> dict[str, AnyArray]:
        return {n: lifted(v, own, rank) for n, v, own in zip(used, values, ranks, strict=True)}

    def forward(*values: Array) -> Array:
        value = np.asarray(Computation(formula, known(values), rank).value, dtype=float)
        return value if values else np.full((1,), value)

    def vjp(g: Array, _: Array, *values: Array) -> tuple[Array, ...]:
        found = Computation(formula, known(values), rank).gradients(g)
        return tuple(fitted(found[n], v, own, rank) for n, v, own in zip(used, values, ranks, strict=True))

    slopes = {n: with_own_value(derivative(formula, n), formula) for n in used}

    def written(*values: AnyArray) -> AnyArray:
        made = each(
            lambda *units: substitute(formula, dict(zip(used, units, strict=True))), list(known(values).values())
        )
        return made if values else made.reshape(1)

    def written_vjp(g: AnyArray, out: AnyArray, *values: AnyArray) -> tuple[AnyArray, ...]:
        spread = list(known(values).values())

        def local(name: str) -> AnyArray:
            write = lambda own, *units: substitute(slopes[name], {OWN: own, **dict(zip(used, units, strict=True))})  # noqa: E731
            return each(write, [out, *spread])

        sent = (g * local(n) for n in used)
        return tuple(fitted(s, v, own, rank) for s, v, own in zip(sent, values, ranks, strict=True))

    def needs(index: Shape, argument: int | None) -> tuple[Ranges, ...] | None:
        if argument is not None:
            index = (*(0,) * (rank - ranks[argument]), *index)
            if (*(1,) * (rank - ranks[argument]), *shapes[used[argument]]) != shape:
                return None  # it is stretched, so that many places send something back to it
        lengths = (shapes[n] for n in used)
        parts = (
            tuple(0 if n == 1 else i for i, n in zip(index[rank - len(own) :], own, strict=True)) for own in lengths
        )
        return tuple(map(only, (index, *parts)))

    taught = Op(name=name, arguments=used, forward=written, vjp=written_vjp)
    return ArrayOp(
        name=name,
        arguments=used,
        forward=forward,
        vjp=vjp,
        taught=taught,
        shape=shape,
        kind="elementwise",
        formula=formula,
        needs=needs,
    )
