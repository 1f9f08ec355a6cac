"""Each operation on arrays as lines of NumPy: how it is computed, and what it sends back to each of its inputs.

Arrays are in the axes of the file; where there are several examples, those of each example have the examples in front,
as programs hold them. What all examples share has no such axis, and gets the sum over it back.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from backprop_tutor.formula.derivative import derivative
from backprop_tutor.formula.nodes import Cases, Formula, Index, Lit
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.graph.expressions import OWN, names_in, with_own_value
from backprop_tutor.graph.ops.operation import Shape, Use
from backprop_tutor.programs.numpy_text import numpy_text
from backprop_tutor.text import T

NO_LINE = T("there is no line of NumPy for {name} here", "这里没有 {name} 对应的 NumPy 写法")


class NoLinesError(Exception):
    """Raised where an operation is used in a way that has no lines."""


@frozen(slots=True)
class Ref:
    """An array of the program: its name, its own axes, and whether it has an axis of examples in front."""

    name: str
    own: Shape
    batched: bool

    @property
    def plain(self) -> str:
        """Its name as a part of another; that of a transpose is its array's."""
        return self.name.partition(".")[0]

    @property
    def rank(self) -> int:
        """The number of its own axes."""
        return len(self.own)


@frozen(slots=True)
class Written:
    """An operation in lines: those before its value, its value, and what each input gets, of the adjoint's name."""

    value: str
    shares: tuple[str | None, ...]
    before: tuple[tuple[str, str], ...] = ()


@frozen(slots=True)
class Call:
    """One use of an operation: its options, its result, the name of its result's adjoint, its inputs."""

    use: Use
    out: Ref
    g: str
    inputs: tuple[Ref, ...]

    @property
    def batched(self) -> bool:
        """Whether its result has an axis of examples."""
        return self.out.batched

    def back(self, text: str, i: int = 0) -> str:
        """A share of the input i, summed over the examples where they share it."""
        return f"({text}).sum(axis=0)" if self.batched and not self.inputs[i].batched else text


Lines = Callable[[Call], Written]


def of_formula(formula: Formula, out: Ref, g: str, inputs: Sequence[Ref]) -> Written:
    """A formula of numbers applied element by element; `inputs` are those of its names, in their order."""
    used = names_in(formula)
    names = {name: _lifted(ref, out.rank) for name, ref in zip(used, inputs, strict=False)}
    shares = []
    for name, ref in zip(used, inputs, strict=False):
        slope = _slope(with_own_value(derivative(formula, name), formula), {**names, OWN: out.name})
        text = g if slope == "1" else f"{g} * ({slope})"
        shares.append(_fitted(text, ref, out))
    return Written(numpy_text(formula, names), (*shares, *(None for _ in inputs[len(used) :])))


def _slope(slope: Formula, names: Mapping[str, str]) -> str:
    """The text of a slope; one that is 1 or 0 is its condition."""
    match slope:
        case Cases(branches=((Lit(value=1), condition),), otherwise=Lit(value=0)):
            return numpy_text(condition, names)
        case _:
            return numpy_text(slope, names)


def _lifted(ref: Ref, rank: int) -> str:
    """An array with axes of length 1 between the examples and its own, where others have more axes."""
    missing = rank - ref.rank
    return f"{ref.name}[:, {', '.join(['None'] * missing)}]" if ref.batched and missing else ref.name


def _fitted(text: str, ref: Ref, out: Ref) -> str:
    """A share in the shape of its input: summed over the axes along which that was stretched."""
    first = 1 if out.batched else 0
    missing = out.rank - ref.rank
    gone = [0] if out.batched and not ref.batched else []
    gone += range(first, first + missing)
    kept = [i - ref.rank for i, n in enumerate(ref.own) if n == 1 != out.own[missing + i]]
    if gone and len(gone) == first + out.rank:
        return f"({text}).sum()"
    text = f"({text}).sum(axis={_axes(gone)})" if gone else text
    return f"({text}).sum(axis={_axes(kept)}, keepdims=True)" if kept else text


def _axes(axes: Sequence[int]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(tuple(axes))


def _matmul(call: Call) -> Written:
    (A, B), g = call.inputs, call.g
    a, b = A.name, B.name
    match A.rank, B.rank, A.batched, B.batched:
        case 2, 2, in_a, in_b:
            turned = (
                f"{name}.swapaxes(-1, -2)" if batched else f"{name}.T" for name, batched in ((b, in_b), (a, in_a))
            )
            return _shared(call, f"{a} @ {b}", f"{g} @ {next(turned)}", f"{next(turned)} @ {g}")
        case 2, 1, False, True:
            return Written(f"{b} @ {a}.T", (f"{g}.T @ {b}", f"{g} @ {a}"))
        case 2, 1, False, False:
            return Written(f"{a} @ {b}", (f"np.outer({g}, {b})", f"{a}.T @ {g}"))
        case 2, 1, True, False:
            return Written(f"{a} @ {b}", (f"{g}[:, :, None] * {b}", f'np.einsum("nij,ni->j", {a}, {g})'))
        case 2, 1, True, True:
            back = f"{g}[:, :, None] * {b}[:, None]", f'np.einsum("nij,ni->nj", {a}, {g})'
            return Written(f'np.einsum("nij,nj->ni", {a}, {b})', back)
        case 1, 2, False, False:
            return Written(f"{a} @ {b}", (f"{b} @ {g}", f"np.outer({a}, {g})"))
        case 1, 2, True, False:
            return Written(f"{a} @ {b}", (f"{g} @ {b}.T", f"{a}.T @ {g}"))
        case 1, 2, False, True:
            return Written(f"{a} @ {b}", (f'np.einsum("nij,nj->i", {b}, {g})', f"{a}[:, None] * {g}[:, None]"))
        case 1, 2, True, True:
            back = f'np.einsum("nij,nj->ni", {b}, {g})', f"{a}[:, :, None] * {g}[:, None]"
            return Written(f'np.einsum("ni,nij->nj", {a}, {b})', back)
        case _:
            value = f"{a} @ {b}" if not (A.batched and B.batched) else f"({a} * {b}).sum(axis=-1)"
            value = f"{b} @ {a}" if B.batched and not A.batched else value
            spread = f"{g}[:, None]" if call.batched else g
            return _shared(call, value, f"{spread} * {b}", f"{spread} * {a}")


def _shared(call: Call, value: str, *shares: str) -> Written:
    return Written(value, tuple(call.back(share, i) for i, share in enumerate(shares)))


def _outer(call: Call) -> Written:
    (u, v), g = call.inputs, call.g
    if not call.batched:
        return Written(f"np.outer({u.name}, {v.name})", (f"{g} @ {v.name}", f"{g}.T @ {u.name}"))
    tall, wide = f"{u.name}[..., :, None]", f"{v.name}[..., None, :]"
    return _shared(call, f"{tall} * {wide}", f"({g} * {wide}).sum(axis=-1)", f"({g} * {tall}).sum(axis=-2)")


@frozen(slots=True)
class _Along:
    """A reduction: the text of its axis, and its result or adjoint with the reduced axes back at length 1."""

    axis: str
    count: int
    keeps: bool
    call: Call
    own: int | None

    @classmethod
    def of(cls, call: Call) -> _Along:
        x = call.inputs[0]
        axis = call.use.axis(x.rank)
        keeps = bool(call.use.whole("keepdim", 0, least=0))
        if axis is not None:
            return cls(f"axis={axis + 1}", x.own[axis + 1], keeps, call, axis + 1)
        every = f"axis={_axes(range(1, x.rank + 1))}" if x.batched else ""
        return cls(every, int(np.prod(x.own, initial=1)), keeps, call, None)

    def reduced(self, text: str, how: str) -> str:
        """The reduction of a text."""
        kept = "keepdims=True" if self.keeps else ""
        return f"{text}.{how}({', '.join(filter(None, (self.axis, kept)))})"

    def beside(self, text: str, how: str) -> str:
        """The reduction of a text, its axes kept at length 1."""
        return f"{text}.{how}({', '.join(filter(None, (self.axis, 'keepdims=True')))})"

    def spread(self, name: str) -> str:
        """The result or its adjoint with the reduced axes."""
        x = self.call.inputs[0]
        if self.keeps or (self.own is None and not x.batched) or not x.rank:
            return name
        if self.own is None:
            return f"{name}[:, {', '.join(['None'] * x.rank)}]"
        return f"{name}[..., None{', :' * (-self.own - 1)}]"

    @property
    def numbers(self) -> str:
        """The numbers of the axes that go."""
        x = self.call.inputs[0]
        return str((self.own,)) if self.own is not None else str(tuple(range(-x.rank, 0)))


def _same(call: Call) -> Written:
    """A reduction of a number, which is the number."""
    return Written(call.inputs[0].name, (call.g,))


def _sum(call: Call) -> Written:
    if not call.inputs[0].rank:
        return _same(call)
    along, x = _Along.of(call), call.inputs[0].name
    return Written(along.reduced(x, "sum"), (f"{along.spread(call.g)} * np.ones_like({x})",))


def _mean(call: Call) -> Written:
    if not call.inputs[0].rank:
        return _same(call)
    along, x = _Along.of(call), call.inputs[0].name
    return Written(along.reduced(x, "mean"), (f"{along.spread(call.g)} * np.ones_like({x}) / {along.count}",))


def _extreme(how: str) -> Lines:
    def written(call: Call) -> Written:
        if not call.inputs[0].rank:
            return _same(call)
        along, x = _Along.of(call), call.inputs[0].name
        won = f"({x} == {along.spread(call.out.name)})"
        share = f"{along.spread(call.g)} * {won} / {along.beside(won, 'sum')}"
        return Written(along.reduced(x, how), (share,))

    return written


def _prod(call: Call) -> Written:
    if not call.inputs[0].rank:
        return _same(call)
    along, x = _Along.of(call), call.inputs[0].name
    share = f"{along.spread(call.g)} * product_of_others({x}, {along.numbers})"
    return Written(along.reduced(x, "prod"), (share,))


def _norm(call: Call) -> Written:
    if not call.inputs[0].rank:
        raise NoLinesError
    along, x = _Along.of(call), call.inputs[0].name
    length = along.spread(call.out.name)
    share = f"{along.spread(call.g)} * {x} / np.where({length} > 0, {length}, 1)"
    return Written(f"np.sqrt({along.reduced(f'({x}**2)', 'sum')})", (share,))


def _logsumexp(call: Call) -> Written:
    if not call.inputs[0].rank:
        return _same(call)
    along, x = _Along.of(call), call.inputs[0].name
    away = f"np.exp({x} - {along.beside(x, 'max')})"
    value = f"np.log({along.reduced(away, 'sum')}) + {along.reduced(x, 'max')}"
    return Written(value, (f"{along.spread(call.g)} * np.exp({x} - {along.spread(call.out.name)})",))


def _axis_of(call: Call) -> int:
    axis = call.use.axis(call.inputs[0].rank, default=-1)
    assert axis is not None
    return axis + 1


def _softmax(call: Call) -> Written:
    x, p, g = call.inputs[0].name, call.out.name, call.g
    kept = f"axis={_axis_of(call)}, keepdims=True"
    e = f"e_{p}"
    share = f"{p} * ({g} - ({g} * {p}).sum({kept}))"
    return Written(f"{e} / {e}.sum({kept})", (share,), ((e, f"np.exp({x} - {x}.max({kept}))"),))


def _log_softmax(call: Call) -> Written:
    x, out, g = call.inputs[0].name, call.out.name, call.g
    kept, s = f"axis={_axis_of(call)}, keepdims=True", f"s_{out}"
    share = f"{g} - np.exp({out}) * {g}.sum({kept})"
    return Written(f"{s} - np.log(np.exp({s}).sum({kept}))", (share,), ((s, f"{x} - {x}.max({kept})"),))


def _causal(call: Call) -> Written:
    rows, columns = call.inputs[0].own
    seen = f"np.tri({rows}, {columns})"
    return Written(f"np.where({seen} > 0, {call.inputs[0].name}, -np.inf)", (f"{call.g} * {seen}",))


def _cross_entropy(call: Call) -> Written:
    """−Σ y ln p over the classes, p the softmax; y is 1 at the class that is given, or a probability of each class."""
    (x, c), L, kept = call.inputs, call.out.name, "axis=-1, keepdims=True"
    s, log_p = f"s_{L}", f"log_p_{L}"
    before = ((s, f"{x.name} - {x.name}.max({kept})"), (log_p, f"{s} - np.log(np.exp({s}).sum({kept}))"))
    spread = f"{call.g}[{', '.join([':'] + ['None'] * x.rank)}]" if call.batched else call.g
    if c.rank == x.rank:
        to_logits = f"{spread} * (np.exp({log_p}) * {c.name}.sum({kept}) - {c.name})"
        back = call.back(to_logits), call.back(f"-{spread} * {log_p}", 1)
        return Written(f"-({c.name} * {log_p}).sum(axis=-1)", back, before)
    count, right = int(np.prod(c.own, initial=1)), f"np.eye({x.own[-1]})[{c.name} - 1]"
    mean = ".mean(axis=-1)" if c.rank else ""
    over = f" / {count}" if count > 1 else ""
    share = call.back(f"{spread} * (np.exp({log_p}) - {right}){over}")
    return Written(f"-({right} * {log_p}).sum(axis=-1){mean}", (share, None), before)


def _embedding(call: Call) -> Written:
    (E, ids), g = call.inputs, call.g
    rows, units = E.own
    picked = f"np.eye({rows})[{ids.name} - 1]"
    if E.batched:
        p = "p" * ids.rank
        back = f'np.einsum("n{p}r,n{p}u->nru", {picked}, {g})'
        return Written(f'np.einsum("n{p}r,nru->n{p}u", {picked}, {E.name})', (back, None))
    if ids.rank + ids.batched > 1:
        share = f"{picked}.reshape(-1, {rows}).T @ {g}.reshape(-1, {units})"
    else:
        share = f"{picked}.T @ {g}" if ids.rank + ids.batched else f"np.outer({picked}, {g})"
    return Written(f"{E.name}[{ids.name} - 1]", (share, None))


def _one_hot(call: Call) -> Written:
    return Written(f"np.eye({call.use.whole('n', 1)})[{call.inputs[0].name} - 1]", (None,))


def _reshape(call: Call) -> Written:
    x = call.inputs[0]
    lead = ["len(" + x.name + ")"] if call.batched else []
    shape = ", ".join([*lead, *map(str, call.out.own)])
    return Written(f"{x.name}.reshape({shape})", (f"{call.g}.reshape({x.name}.shape)",))


def _transpose(call: Call) -> Written:
    x, turn = call.inputs[0], "swapaxes(-1, -2)" if call.batched else "T"
    if x.rank < 2:
        return Written(x.name, (call.g,))
    return Written(f"{x.name}.{turn}", (f"{call.g}.{turn}",))


def _spread_out(call: Call, ref: Ref) -> str:
    """An input of a join, repeated for every example where they share it."""
    if ref.batched == call.batched:
        return ref.name
    first = next(each.name for each in call.inputs if each.batched)
    return f"np.broadcast_to({ref.name}, (len({first}), *{ref.name}.shape))"


def _concat(call: Call) -> Written:
    rank = call.out.rank
    axis = call.use.axis(rank, default=1)
    assert axis is not None
    place, start, shares = axis + 1, 0, []
    for i, ref in enumerate(call.inputs):
        end = start + ref.own[rank + place]
        shares.append(call.back(f"{call.g}[..., {start}:{end}{', :' * (-place - 1)}]", i))
        start = end
    parts = ", ".join(_spread_out(call, ref) for ref in call.inputs)
    return Written(f"np.concatenate(({parts},), axis={place})", tuple(shares))


def _stack(call: Call) -> Written:
    axis = call.use.axis(call.out.rank, default=1)
    assert axis is not None
    place = axis + 1
    shares = (call.back(f"{call.g}[..., {i}{', :' * (-place - 1)}]", i) for i in range(len(call.inputs)))
    parts = ", ".join(_spread_out(call, ref) for ref in call.inputs)
    return Written(f"np.stack(({parts},), axis={place})", tuple(shares))


def _index(call: Call) -> Written:
    x, index = call.inputs[0], call.use.call
    assert isinstance(index, Index)
    places = [":"] if call.batched else []
    for place in index.places:
        whole = ":" if place is None else f"{place[0] - 1}:{place[1]}" if isinstance(place, tuple) else str(place - 1)
        places.append(whole)
    where = ", ".join(places)
    return Written(f"{x.name}[{where}]", (f"placed({call.g}, {x.name}, np.s_[{where}])",))


def _conv(axes: int, call: Call) -> Written:
    (x, k), g = call.inputs, call.g
    channels = k.rank > axes
    n, m = "n" if x.batched else "", "n" if k.batched else ""
    if call.batched and not x.batched:
        raise NoLinesError
    places, offsets = "ij"[:axes], "uv"[:axes]
    of_x, of_k = f"{n}{'c' * channels}{places}{offsets}", f"{m}{'oc' * channels}{offsets}"
    of_z = f"{'n' * call.batched}{'o' * channels}{places}"
    stride, padding = call.use.whole("stride", 1), call.use.whole("padding", 0, least=0)
    options = (f", stride={stride}" if stride > 1 else "") + (f", padding={padding}" if padding else "")
    w = f"{x.plain}_windows_{call.out.name}"
    before = ((w, f"windows({x.name}, {k.own[-axes:]}{options})"),)
    to_x = f'add_windows(np.einsum("{of_z},{of_k}->{of_x}", {g}, {k.name}), {x.name}.shape{options})'
    to_k = f'np.einsum("{of_x},{of_z}->{of_k}", {w}, {g})'
    return Written(f'np.einsum("{of_x},{of_k}->{of_z}", {w}, {k.name})', (to_x, to_k), before)


def _pool(how: str, axes: int, call: Call) -> Written:
    x, size = call.inputs[0], call.use.whole("size", 1)
    stride = call.use.whole("stride", size)
    options = f", stride={stride}" if stride > 1 else ""
    w, over = f"{x.plain}_windows_{call.out.name}", f"axis={_axes(tuple(range(-axes, 0)))}"
    spread = f"{call.g}[..., {', '.join(['None'] * axes)}]"
    each = f"first_largest({w}, {axes})" if how == "max" else f"np.ones_like({w}) / {size**axes}"
    share = f"add_windows({spread} * {each}, {x.name}.shape{options})"
    return Written(f"{w}.{how}({over})", (share,), ((w, f"windows({x.name}, {(size,) * axes}{options})"),))


def over_examples(how: str, out: Ref, g: str, x: Ref, examples: int) -> Written:
    """The mean or sum over the examples; that of an array they share is the array."""
    if not x.batched:
        return Written(x.name, (g,))
    divided = f" / {examples}" if how == "mean" else ""
    return Written(f"{x.name}.{how}(axis=0)", (f"{g} * np.ones_like({x.name}){divided}",))


LINES: Mapping[str, Lines] = {
    "matmul": _matmul, "dot": _matmul, "outer": _outer, "sum": _sum, "mean": _mean, "max": _extreme("max"),
    "min": _extreme("min"), "prod": _prod, "norm": _norm, "logsumexp": _logsumexp, "softmax": _softmax,
    "log_softmax": _log_softmax, "causal": _causal, "cross_entropy": _cross_entropy, "embedding": _embedding,
    "one_hot": _one_hot, "reshape": _reshape, "flatten": _reshape, "transpose": _transpose, "concat": _concat,
    "stack": _stack, "index": _index, **{f"conv{axes}d": partial(_conv, axes) for axes in (1, 2)},
    **{f"{name}_pool{axes}d": partial(_pool, how, axes) for name, how in (("max", "max"), ("avg", "mean")) for axes in (1, 2)},
}  # fmt: skip
"""The lines of every operation that is one step; a test holds each to the engine."""


TURNED_TWICE = re.compile(r"\.T\.T\b|(?:\.swapaxes\(-1, -2\)){2}")


def tidied(text: str) -> str:
    """A text without brackets that nothing needs, its powers as people write them."""
    text = TURNED_TWICE.sub("", text)
    return ast.unparse(ast.parse(text, mode="eval").body).replace(" ** ", "**")


def total(shares: Iterator[str] | Sequence[str]) -> str:
    """The sum of the shares of an adjoint."""
    return " + ".join(f"({share})" for share in shares)


PRODUCT = re.compile(r"(\w+)\.(T|swapaxes\(-1, -2\)) @ (\w+)")


def turned_back(share: str, turn: str) -> str:
    """A share of a transposed array as one of the array: (Qᵀ g)ᵀ is gᵀ Q."""
    found = PRODUCT.fullmatch(share)
    return f"{found[3]}.{turn} @ {found[1]}" if found else f"({share}).{turn}"
