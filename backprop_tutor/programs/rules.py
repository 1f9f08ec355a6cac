"""What can go wrong in one expression of a backward pass, as data: each rule gives the expressions written instead.

A rule looks at one node of the expression's tree. Trees are Python's `ast` of lines of our own; nothing is done to
text. The names are those of the catalogue of slips where it has one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.programs.layout import Layout
from backprop_tutor.registry import by_name
from backprop_tutor.text import T


@frozen(eq=False)
class Spot:
    """A node of a line: the node, whether it is the whole expression, what the line is, and what else it could name.

    `alike` are the names of arrays of the same shape as each name; `slopes` the derivatives of activations as texts;
    `shapes` the shape of each name; `others` are the lines of the same shape, `arrays` all names that are computed backward.
    """

    node: ast.expr
    is_whole: bool
    role: str
    layer: int
    name: str
    layout: Layout
    alike: Mapping[str, Sequence[str]]
    shapes: Mapping[str, tuple[int, ...]]
    others: Sequence[ast.expr]
    arrays: Sequence[str]
    units: int


Made: TypeAlias = Iterator[tuple[ast.expr, str]]
"""Expressions in place of the node, each with the part it is about, to be said."""


@frozen(eq=False)
class Rule:
    """One way to go wrong: its name, what it is in words (`part` is what is concerned), and what it makes of a node.

    `seen` orders rules that give the same numbers: the greater, the likelier.
    """

    name: str
    text: T
    make: Callable[[Spot], Made]
    seen: int = 1


def text_of(node: ast.expr) -> str:
    """A tree as text."""
    return ast.unparse(node)


def _is_binary(node: ast.expr, *kinds: type[ast.operator]) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, kinds)


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, op, right)


def _number(value: float) -> ast.Constant:
    return ast.Constant(value)


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _method(node: ast.expr, name: str, **keywords: object) -> ast.Call:
    given = [ast.keyword(key, ast.Constant(value)) for key, value in keywords.items()]  # type: ignore[arg-type]
    return ast.Call(ast.Attribute(node, name, ast.Load()), [], given)


def _numpy(name: str, *arguments: ast.expr, **keywords: int) -> ast.Call:
    given = [ast.keyword(key, ast.Constant(value)) for key, value in keywords.items()]
    return ast.Call(ast.Attribute(_name("np"), name, ast.Load()), list(arguments), given)


def _factor_omitted(spot: Spot) -> Made:
    node = spot.node
    if _is_binary(node, ast.Mult, ast.MatMult):
        assert isinstance(node, ast.BinOp)
        yield node.left, text_of(node.right)
        yield node.right, text_of(node.left)
    elif _is_binary(node, ast.Div):
        assert isinstance(node, ast.BinOp)
        yield _binary(_number(1), ast.Div(), node.right), text_of(node.left)


def _divisor_omitted(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield node.left, text_of(node.right)


def _factor_doubled(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield _binary(node, node.op, node.right), text_of(node.right)
        if isinstance(node.op, ast.Mult):
            yield _binary(node, node.op, node.left), text_of(node.left)


def _factor_inverted(spot: Spot) -> Made:
    node = spot.node
    if _is_binary(node, ast.Mult):
        assert isinstance(node, ast.BinOp)
        yield _binary(node.left, ast.Div(), node.right), text_of(node.right)
        yield _binary(node.right, ast.Div(), node.left), text_of(node.left)
    elif _is_binary(node, ast.Div):
        assert isinstance(node, ast.BinOp)
        yield _binary(node.left, ast.Mult(), node.right), text_of(node.right)
        yield _binary(node.right, ast.Div(), node.left), text_of(node)


def _operator(spot: Spot) -> Made:
    node = spot.node
    if not isinstance(node, ast.BinOp):
        return
    other: tuple[ast.operator, ...] = ()
    match node.op:
        case ast.Mult():
            other = (ast.MatMult(), ast.Add(), ast.Sub())
        case ast.MatMult():
            other = (ast.Mult(),)
        case ast.Pow():
            other = (ast.Mult(),)
        case ast.Add() | ast.Sub():
            other = (ast.Mult(),)
        case ast.Div():
            other = (ast.Sub(), ast.FloorDiv())
    for op in other:
        made = _binary(node.left, op, node.right)
        yield made, text_of(made)


def _term_omitted(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield node.left, text_of(node.right)
        yield node.right, text_of(node.left)
        if isinstance(node.op, ast.Sub):
            yield ast.UnaryOp(ast.USub(), node.right), text_of(node.left)


def _term_doubled(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield _binary(node, node.op, node.right), text_of(node.right)
        yield _binary(node, ast.Add(), node.left), text_of(node.left)


def _sign(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        flipped = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield _binary(node.left, flipped, node.right), text_of(node.right)
        if isinstance(node.op, ast.Sub):
            yield _binary(node.right, ast.Sub(), node.left), text_of(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, text_of(node.operand)
    if spot.is_whole and not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
        yield ast.UnaryOp(ast.USub(), node), text_of(node)


def _transposed(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, text_of(node)
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)):
        return
    left, right = node.left, node.right
    for made in (
        _binary(_turned(left), ast.MatMult(), right),
        _binary(left, ast.MatMult(), _turned(right)),
        _binary(right, ast.MatMult(), left),
        _binary(_turned(right), ast.MatMult(), _turned(left)),
        _binary(_turned(left), ast.MatMult(), _turned(right)),
    ):
        yield made, text_of(made)


def _turned(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _reduction(spot: Spot) -> ast.Call | None:
    """The node as a sum or maximum along an axis."""
    node = spot.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "max"):
        return node if node.keywords else None
    return None


def _axis(spot: Spot) -> Made:
    node = _reduction(spot)
    if node is None:
        return
    assert isinstance(node.func, ast.Attribute)
    kept = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    other = 1 - int(str(kept["axis"]))
    array = node.func.value
    for keywords in ({**kept, "axis": other}, {"axis": other}, {"axis": other, "keepdims": True}):
        yield _method(array, node.func.attr, **keywords), f"axis={other}"
    if "keepdims" in kept:
        yield _method(array, node.func.attr, axis=kept["axis"]), "keepdims"


def _all_axes(spot: Spot) -> Made:
    node = _reduction(spot)
    if node is not None:
        assert isinstance(node.func, ast.Attribute)
        yield _method(node.func.value, node.func.attr), "axis"


def _sum_and_mean(spot: Spot) -> Made:
    node = _reduction(spot)
    if node is None:
        return
    assert isinstance(node.func, ast.Attribute)
    kept = {k.arg or "": k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    for other in ("mean", "max", "min", "prod"):
        if other != node.func.attr:
            yield _method(node.func.value, other, **kept), other
            if other == "mean":
                yield _method(node.func.value, other), "mean"


def _not_summed(spot: Spot) -> Made:
    node = _reduction(spot)
    if node is None or node.func.attr != "sum":  # type: ignore[attr-defined]
        return
    array = node.func.value  # type: ignore[attr-defined]
    if spot.role == "bias gradient":
        for part, said in (("0:1", "first"), ("-1:", "last"), ("1:", "1:"), (":-1", ":-1")):
            yield _method(_cut(array, part, spot.layout), "sum", axis=spot.layout.axis), said
    yield array, text_of(array)


def _cut(node: ast.expr, part: str, layout: Layout) -> ast.expr:
    """Some of the examples of an array, or of its transpose."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return ast.Attribute(_cut(node.value, part, layout), "T", ast.Load())
    tree = ast.parse(layout.cut("it", part), mode="eval").body
    assert isinstance(tree, ast.Subscript)
    return ast.Subscript(node, tree.slice, ast.Load())


def _some_examples(spot: Spot) -> Made:
    """One example alone, as ``=`` for ``+=`` leaves it, or a loop that begins late or ends early."""
    node = spot.node
    if spot.role == "weight gradient" and isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for part in ("-1:", "0:1", "1:", ":-1"):
            cut = [_cut(side, part, spot.layout) for side in (node.left, node.right)]
            yield _binary(cut[0], ast.MatMult(), cut[1]), part


def _shifted(spot: Spot) -> Made:
    """The row of a neighbour: examples moved by one."""
    node = spot.node
    if isinstance(node, ast.Name) and spot.role in ("weight gradient", "output delta", "output error", "slope"):
        if _has_examples(spot, node.id):
            for by in (1, -1):
                yield _numpy("roll", node, _number(by), axis=spot.layout.axis), node.id
            yield _cut_back(node, spot.layout), node.id
    elif isinstance(node, ast.Name) and len(spot.shapes.get(node.id, ())) == 2:
        yield _numpy("roll", node, _number(1), axis=spot.layout.unit_axis), node.id


def _cut_back(node: ast.expr, layout: Layout) -> ast.expr:
    tree = ast.parse(layout.cut("it", "::-1"), mode="eval").body
    assert isinstance(tree, ast.Subscript)
    return ast.Subscript(node, tree.slice, ast.Load())


def _has_examples(spot: Spot, name: str) -> bool:
    examples = spot.shapes.get("x", ())
    mine = spot.shapes.get(name, ())
    return (
        len(mine) == 2
        and len(examples) == 2
        and mine[spot.layout.axis] == examples[spot.layout.axis] > 1
        and (name[0] not in "Wb")
    )


def _sibling(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.Name):
        for other in spot.alike.get(node.id, ()):
            yield _name(other), other
        if spot.shapes.get(node.id):
            yield _name("m"), "m"


def _constant(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        c = node.value
        for other in dict.fromkeys((c + 1, c - 1, 2 * c, c / 2, -c, 0.1 * c, 10 * c)):
            if other != c:
                yield _number(other), f"{other:g}"
    elif isinstance(node, ast.Name) and node.id == "m":
        for text in (
            f"{spot.units}",
            "(m - 1)",
            "(m + 1)",
            f"(m * {spot.units})",
            "(2 * m)",
            "(m / 2)",
            "m**0.5",
            "m**2",
        ):
            yield ast.parse(text, mode="eval").body, text
    elif isinstance(node, ast.Name) and node.id == "l2":
        for text in ("(2 * l2)", "(l2 / 2)", "(l2 / m)", "(l2 * m)", "l2**2"):
            yield ast.parse(text, mode="eval").body, text


def _scaled(spot: Spot) -> Made:
    """The whole line times or by a constant, as a factor too many does it."""
    if not spot.is_whole:
        return
    for text in ("2", "0.5", "1 / m", "m", f"1 / {spot.units}", f"{spot.units}", "learning_rate", "4", "0.25"):
        factor = ast.parse(text, mode="eval").body
        yield _binary(factor, ast.Mult(), spot.node), text


def _comparison(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.Compare):
        for op in (ast.GtE(), ast.Gt(), ast.LtE(), ast.Lt(), ast.NotEq(), ast.Eq()):
            if type(op) is not type(node.ops[0]):
                made = ast.Compare(node.left, [op], node.comparators)
                yield made, text_of(made)


def _value_for_gate(spot: Spot) -> Made:
    node = spot.node
    if isinstance(node, ast.Compare):
        yield _numpy("maximum", node.left, _number(0)), text_of(node.left)
        yield node.left, text_of(node.left)
        yield _numpy("sign", node.left), text_of(node.left)
        yield _numpy("abs", node.left), text_of(node.left)


def _dtype(spot: Spot) -> Made:
    if spot.is_whole:
        yield _numpy("trunc", spot.node), "int"
        yield _numpy("round", spot.node), "round"
        yield ast.Call(ast.Attribute(spot.node, "astype", ast.Load()), [ast.Constant("float16")], []), "float16"
        yield ast.Call(ast.Attribute(spot.node, "astype", ast.Load()), [ast.Constant("float32")], []), "float32"
        yield _numpy("abs", spot.node), "abs"
        for bound in (1, 0.1, 5):
            yield _numpy("clip", spot.node, _number(-bound), _number(bound)), f"clip {bound}"
    elif isinstance(spot.node, ast.Name) and spot.shapes.get(spot.node.id):
        yield _numpy("trunc", spot.node), spot.node.id
        yield _numpy("round", spot.node), spot.node.id
        yield _numpy("abs", spot.node), spot.node.id


def _function(spot: Spot) -> Made:
    node = spot.node
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "np" and node.args):
        return
    yield node.args[0], text_of(node.args[0])
    for other in ("exp", "tanh", "log", "abs", "sin", "cos", "minimum", "maximum", "expm1", "log1p"):
        if other != node.func.attr and (other in ("minimum", "maximum")) == (node.func.attr in ("minimum", "maximum")):
            made = _numpy(other, *node.args)
            yield made, text_of(made)
    again = ast.Call(node.func, [node, *node.args[1:]], [])
    yield again, text_of(again)


def _other_slope(spot: Spot) -> Made:
    """The derivative of another function, or taken at another place."""
    if spot.role in ("slope", "output slope") and spot.is_whole and isinstance(spot.node, ast.BinOp):
        sent = _name(f"da{spot.layer}")
        for text in _slopes(spot.layer):
            made = _binary(sent, ast.Mult(), ast.parse(f"({text})", mode="eval").body)
            yield made, text


def _slopes(i: int) -> Iterator[str]:
    z, a, da = f"z{i}", f"a{i}", f"da{i}"
    sigmoid = f"1 / (1 + np.exp(-{z}))"
    of_a = f"1 / (1 + np.exp(-{a}))"
    yield from (f"{a} * (1 - {a})", f"1 - {a}**2", f"{z} > 0", f"{z} * (1 - {z})", f"1 - {z}**2")
    yield from (a, f"1 - {a}", f"{a}**2", z, f"1 / (1 - {a}**2)", f"1 / ({a} * (1 - {a}))", f"1 + {a}**2")
    yield from (f"{of_a} * (1 - {of_a})", f"1 - np.tanh({a})**2", f"({sigmoid}) * (1 - {sigmoid})", f"{a} > 0.5")
    yield from (f"np.where({z} > 0, 1, {slope})" for slope in ("0.01", "0.1", "0.2", "0.3", "-1"))
    yield from (f"{a} * (1 + {a})", f"{da} > 0", f"{da} * (1 - {da})", f"1 - {da}**2", f"(1 - {a})**2", f"1 - 2 * {a}")
    yield from (f"1 - np.tanh({z})**2", f"np.tanh({z})", f"1 - np.abs({a})", f"np.exp(-{z})", f"2 * {a} * (1 - {a})")
    yield from (
        f"({z} > 0) & ({da} > 0)",
        f"({z} > 0) * {z}",
        f"0.5 * (1 - {a}**2)",
        f"{z} * (1 - {a})",
        f"{a} * (1 - {z})",
    )


def _pasted(spot: Spot) -> Made:
    """The right side of another line."""
    if spot.is_whole:
        for other in spot.others:
            yield other, text_of(other)


def _other_array(spot: Spot) -> Made:
    """Another array altogether, as where names are mixed up when they are given back."""
    if spot.is_whole and spot.role not in ("count", "preactivation", "activation"):
        for other in spot.arrays:
            if other != spot.name:
                yield _name(other), other


def _overwritten(spot: Spot) -> Made:
    """An array that an earlier line changed in place: a by its slope, W by its step, z by its activation."""
    node = spot.node
    if not isinstance(node, ast.Name) or not node.id[1:].isdigit():
        return
    letter, i = node.id[0], node.id[1:]
    texts: tuple[str, ...] = ()
    if letter == "a":
        texts = (f"(a{i} * (1 - a{i}))", f"(1 - a{i}**2)", f"(z{i} > 0)", f"dz{i}", f"(a{i} - y)", f"(da{i} * a{i})")
    elif letter == "W":
        texts = (f"(W{i} - learning_rate * dW{i})", f"(W{i} - dW{i})", f"dW{i}", f"(W{i} + learning_rate * dW{i})")
    elif letter == "z":
        texts = (f"(z{i} > 0)", f"(z{i} - a{i})")
    for text in texts:
        tree = ast.parse(text, mode="eval").body
        if {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)} <= spot.shapes.keys():
            yield tree, text


def _averaged(spot: Spot) -> Made:
    """One average or sum over the examples, or over the units, in place of each one's own number."""
    node = spot.node
    if isinstance(node, ast.Name) and _has_examples(spot, node.id):
        for axis in (spot.layout.axis, spot.layout.unit_axis):
            for kind in ("mean", "sum", "max"):
                made = _method(node, kind, axis=axis, keepdims=True)
                yield made, text_of(made)
        for kind in ("mean", "sum"):
            made = _method(node, kind)
            yield made, text_of(made)


def _zero(spot: Spot) -> Made:
    if spot.is_whole:
        yield _binary(_number(0), ast.Mult(), spot.node), spot.name
        ones = ast.Call(ast.Attribute(_name("np"), "ones_like", ast.Load()), [spot.node], [])
        yield ones, spot.name


def _penalty(spot: Spot) -> Made:
    """A penalty on what has none, or another one."""
    letter = {"weight gradient": "W", "bias gradient": "b"}.get(spot.role)
    if not spot.is_whole or letter is None:
        return
    parameter = f"{letter}{spot.layer}"
    if parameter not in spot.shapes:
        return
    for text in ("l2", "2 * l2", "l2 / m", "l2 / (2 * m)"):
        if "l2" in spot.shapes:
            factor = ast.parse(text, mode="eval").body
            yield _binary(spot.node, ast.Add(), _binary(factor, ast.Mult(), _name(parameter))), f"{text} * {parameter}"
    yield _binary(spot.node, ast.Add(), _name(parameter)), parameter


def _other_activation(spot: Spot) -> Made:
    """Another function of z, or none."""
    if spot.role != "activation" or not spot.is_whole or not spot.name.startswith("a"):
        return
    z, sums = f"z{spot.layer}", spot.layout.over_units
    e = f"np.exp({z})"
    for text in (
        z, f"1 / (1 + np.exp(-{z}))", f"np.tanh({z})", f"np.maximum({z}, 0)", f"np.maximum({z}, 0.01 * {z})",
        f"{z} / {sums(z, 'sum')}", f"{e} / {e}.sum()", f"{e} / {sums(e, 'sum')}", f"np.log({sums(e, 'sum')})", e,
        f"1 / (1 + np.exp({z}))", f"{z} > 0", f"np.where({z} > 0, {z}, 0.1 * {z})", f"np.log(1 + {e})",
    ):  # fmt: skip
        yield ast.parse(text, mode="eval").body, text


def _other_error(spot: Spot) -> Made:
    """Another derivative of the loss, or the loss itself."""
    if spot.role not in ("output delta", "output error") or not spot.is_whole:
        return
    a, slopes = f"a{spot.layer}", list(_slopes(spot.layer))[:3]
    errors = [
        f"({a} - y)**2", f"0.5 * ({a} - y)**2", f"np.abs({a} - y)", f"np.sign({a} - y)", f"-y / {a}", f"y * ({a} - 1)",
        f"({a} - y) / ({a} * (1 - {a}))", f"-y * (1 - {a})", f"(1 - y) / (1 - {a})", f"y / {a}", f"-np.log({a})",
        f"{a} - y", f"2 * ({a} - y)", f"0.5 * ({a} - y)", f"-y * np.log({a})", f"({a} - y) * y", f"({a} - y) * {a}",
        f"-y / {a} + (1 - y)", f"y / {a} - (1 - y) / (1 - {a})", f"{a} - y.mean()", f"({a} - y)**3", f"-y / {a}**2",
        *(f"({a} - y) * ({slope})" for slope in slopes), *(f"-y / {a} * ({slope})" for slope in slopes[:2]),
    ]  # fmt: skip
    for error in errors:
        for text in (error, f"({error}) / m"):
            yield ast.parse(text, mode="eval").body, text


def _slope_too_many(spot: Spot) -> Made:
    """A derivative where the loss has taken it in already, or where there is none."""
    if spot.role in ("output delta", "sent back", "slope", "output slope") and spot.is_whole:
        for text in list(_slopes(spot.layer))[:3]:
            made = _binary(spot.node, ast.Mult(), ast.parse(f"({text})", mode="eval").body)
            yield made, text


def _diagonal(spot: Spot) -> Made:
    """The derivative of a softmax, or of what a softmax would be, taken unit by unit."""
    if spot.role == "output slope" and spot.is_whole:
        a, da = f"a{spot.layer}", f"da{spot.layer}"
        inside = spot.layout.over_units(f"({da} * {a})", "sum")
        for text in (f"{da} * {a} * (1 - {a})", f"{a} * {da}", f"-{a} * {inside}", f"{a} * ({da} + {inside})", da):
            yield ast.parse(text, mode="eval").body, text
        for text in (f"{a} * ({da} - {inside})", f"{a} * ({da} - ({da} * {a}).sum())"):
            yield ast.parse(text, mode="eval").body, text


def _from_weights(spot: Spot) -> Made:
    """The gradient of a bias made of that of the weights, of the bias itself or of the activations."""
    if spot.role != "bias gradient" or not spot.is_whole:
        return
    i, below = spot.layer, f"a{spot.layer - 1}" if spot.layer > 1 else "x"
    for name in (f"dW{i}", f"W{i}", below, f"da{i}", f"a{i}", f"z{i}", f"(dz{i} * a{i})", f"(dz{i} * b{i})"):
        for axis in (0, 1):
            for kind in ("sum", "mean"):
                text = f"{name}.{kind}(axis={axis})"
                yield ast.parse(text, mode="eval").body, text
        for text in (f"{name}[0]", f"{name}[:, 0]", f"{name}[-1]"):
            yield ast.parse(text, mode="eval").body, text
    for text in (f"dz{i}.sum(axis=0) * b{i}", f"dz{i}.sum(axis=1, keepdims=True) * b{i}", f"b{i}"):
        yield ast.parse(text, mode="eval").body, text


RULES = by_name(
    Rule("factor-omitted", T("the factor {part} is left out", "漏了因子 {part}"), _factor_omitted, 9),
    Rule("constant-forgotten", T("the division by {part} is left out", "漏了除以 {part}"), _divisor_omitted, 9),
    Rule("sign-lost", T("the sign of {part} is the other one", "{part} 的正负号反了"), _sign, 9),
    Rule("term-omitted", T("the term {part} is left out", "漏了 {part} 这一项"), _term_omitted, 8),
    Rule("transposed", T("transposed or in the wrong order: {part}", "转置或次序有误：{part}"), _transposed, 8),
    Rule("summed-over-all", T("the sum is over all axes: axis is missing", "对全部轴求和：漏写了 axis"), _all_axes, 8),
    Rule("summed-over-wrong-axis", T("the reduction is along the wrong axis ({part})", "沿错误的轴归约（{part}）"), _axis, 8),
    Rule("sum-and-mean", T("{part} is taken in place of the sum", "该求和处用了 {part}"), _sum_and_mean, 8),
    Rule(
        "comparison",
        T("the comparison is {part}", "比较写成了 {part}"),
        _comparison,
        7,
    ),
    Rule("sibling-used", T("{part} stands in its place", "此处误用了 {part}"), _sibling, 7),
    Rule("other-derivative", T("the derivative is taken as {part}", "导数写成了 {part}"), _other_slope, 7),
    Rule("derivative-too-many", T("there is a derivative {part} too many", "多乘了导数 {part}"), _slope_too_many, 8),
    Rule("diagonal-only", T("the derivative of the output is taken as {part}", "输出层的导数写成了 {part}"), _diagonal, 8),
    Rule("other-error", T("the derivative of the loss is taken as {part}", "损失的导数写成了 {part}"), _other_error, 7),
    Rule("other-activation", T("the activation is {part}", "激活值写成了 {part}"), _other_activation, 6),
    Rule("bias-gradient-from-weights", T("it is made of {part}", "它是由 {part} 算出来的"), _from_weights, 7),
    Rule("error-gated", T("{part} itself stands where only its gate belongs", "该用门（0 或 1）处用了 {part} 本身"), _value_for_gate, 7),
    Rule("examples-missed", T("only some of the examples are summed ([{part}]), as = in place of += or a loop that starts late or ends early does", "只累加了部分样本（[{part}]），例如循环里把 += 写成 =，或循环少跑一次"), _some_examples, 7),
    Rule("not-summed", T("the sum over the examples is missing or incomplete ({part})", "没有对样本求和，或只对一部分求和（{part}）"), _not_summed, 7),
    Rule("overwritten", T("an earlier line changed the array in place; it now holds {part}", "前面某一行就地改写了这个数组，它现在是 {part}"), _overwritten, 6),
    Rule("scaled", T("there is a factor {part} too many", "多乘了 {part}"), _scaled, 6),
    Rule("factor-doubled", T("the factor {part} stands twice", "因子 {part} 乘了两次"), _factor_doubled, 6),
    Rule("factor-inverted", T("{part} is on the wrong side of the fraction bar", "{part} 该乘的除了，或该除的乘了"), _factor_inverted, 5),
    Rule("operator", T("the operator is another one: {part}", "运算符写错：{part}"), _operator, 5),
    Rule("constant", T("the constant is {part}", "常数写成了 {part}"), _constant, 5),
    Rule("penalty-misplaced", T("there is a penalty {part} that the loss does not have", "多了损失里没有的惩罚项 {part}"), _penalty, 5),
    Rule("index-one-off", T("the rows of {part} are another example's or unit's", "{part} 的行错位，用的是别的样本或单元"), _shifted, 4),
    Rule("other-array", T("it is {part}", "它其实是 {part}"), _other_array, 6),
    Rule("pasted-line", T("it is the right side of another line: {part}", "等号右边抄成了另一行：{part}"), _pasted, 4),
    Rule("function", T("the function is another one: {part}", "函数用错：{part}"), _function, 4),
    Rule("averaged", T("{part} stands for each one's own number", "各自的数被 {part} 代替"), _averaged, 3),
    Rule("precision-lost", T("digits are lost: {part}", "丢失了精度：{part}"), _dtype, 3),
    Rule("term-doubled", T("the term {part} stands twice", "{part} 这一项加了两次"), _term_doubled, 3),
    Rule("not-computed", T("the line has no effect: zeros or ones", "这一行没有起作用：全是 0 或 1"), _zero, 3),
)  # fmt: skip
"""Every rule, the likelier first."""
