"""Transposes, axes, sums, examples, names: slips with arrays."""

from __future__ import annotations

import ast

from backprop_tutor.programs.execution import BEFORE
from backprop_tutor.programs.layout import Layout
from backprop_tutor.programs.rules.spot import (
    AT,
    Made,
    Spot,
    binary,
    has_examples,
    method_call,
    name_node,
    number,
    numpy_call,
    text_of,
)

PARTS = ("-1:", "0:1", "1:", ":-1")
"""The last example, the first, all but the first, all but the last."""


def transposed(spot: Spot) -> Made:
    """A transpose lost or too many, a product the other way round."""
    node = spot.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, text_of(node)
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)):
        return
    left, right = node.left, node.right
    for made in (
        binary(_turned(left), ast.MatMult(), right),
        binary(left, ast.MatMult(), _turned(right)),
        binary(right, ast.MatMult(), left),
        binary(_turned(right), ast.MatMult(), _turned(left)),
        binary(_turned(left), ast.MatMult(), _turned(right)),
    ):
        yield made, text_of(made)


def _turned(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load(), **AT)


def _reduction(spot: Spot) -> ast.Call | None:
    """The node as a sum or maximum along an axis."""
    node = spot.node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("sum", "max"):
        return node if node.keywords else None
    return None


def axis(spot: Spot) -> Made:
    """A reduction along the other axis, or with keepdims lost."""
    node = _reduction(spot)
    if node is None:
        return
    assert isinstance(node.func, ast.Attribute)
    kept = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
    if not isinstance(kept.get("axis"), int):
        return  # over all axes, or over several
    other = {0: 1, 1: 0, -1: -2, -2: -1}.get(kept["axis"], 0)
    for keywords in (
        {str(key): value for key, value in kept.items()} | {"axis": other},
        {"axis": other},
        {"axis": other, "keepdims": True},
    ):
        yield method_call(node.func.value, node.func.attr, **keywords), f"axis={other}"
    if "keepdims" in kept:
        yield method_call(node.func.value, node.func.attr, axis=kept["axis"]), "keepdims"


def all_axes(spot: Spot) -> Made:
    """A reduction over everything."""
    node = _reduction(spot)
    if node is not None:
        assert isinstance(node.func, ast.Attribute)
        yield method_call(node.func.value, node.func.attr), "axis"


def sum_and_mean(spot: Spot) -> Made:
    """A mean, a maximum or a product for a sum."""
    node = _reduction(spot)
    if node is None:
        return
    assert isinstance(node.func, ast.Attribute)
    kept = {k.arg or "": k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
    for other in ("mean", "max", "min", "prod"):
        if other != node.func.attr:
            yield method_call(node.func.value, other, **kept), other
            if other == "mean":
                yield method_call(node.func.value, other), "mean"


def not_summed(spot: Spot) -> Made:
    """No sum, or one of a part of the examples."""
    node = _reduction(spot)
    if node is None or node.func.attr != "sum":  # type: ignore[attr-defined]
        return
    array = node.func.value  # type: ignore[attr-defined]
    yield array, text_of(array)


def _cut(node: ast.expr, part: str, layout: Layout) -> ast.expr:
    """Some of the examples of an array, or of its transpose."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return ast.Attribute(_cut(node.value, part, layout), "T", ast.Load(), **AT)
    tree = ast.parse(layout.cut("it", part), mode="eval").body
    assert isinstance(tree, ast.Subscript)
    return ast.Subscript(node, tree.slice, ast.Load(), **AT)


def some_examples(spot: Spot) -> Made:
    """One example alone, as ``=`` for ``+=`` leaves it, or a loop that begins late or ends early."""
    node = spot.node
    summed = _reduction(spot) if spot.role == "bias gradient" else None
    if summed is not None and isinstance(summed.func, ast.Attribute):
        for part in PARTS:
            cut_off = _cut(summed.func.value, part, spot.layout)
            yield method_call(cut_off, "sum", axis=spot.layout.axis), part
    if spot.role == "weight gradient" and isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for part in PARTS:
            cut = [_cut(side, part, spot.layout) for side in (node.left, node.right)]
            yield binary(cut[0], ast.MatMult(), cut[1]), part


def shifted(spot: Spot) -> Made:
    """The row of a neighbour: examples moved by one."""
    node = spot.node
    if isinstance(node, ast.Name) and spot.role in ("weight gradient", "output delta", "output error", "slope"):
        if has_examples(spot, node.id):
            for by in (1, -1):
                yield numpy_call("roll", node, number(by), axis=spot.layout.axis), node.id
            yield _cut_back(node, spot.layout), node.id
    elif isinstance(node, ast.Name) and len(spot.shapes.get(node.id, ())) == 2:
        yield numpy_call("roll", node, number(1), axis=spot.layout.unit_axis), node.id


def _cut_back(node: ast.expr, layout: Layout) -> ast.expr:
    tree = ast.parse(layout.cut("it", "::-1"), mode="eval").body
    assert isinstance(tree, ast.Subscript)
    return ast.Subscript(node, tree.slice, ast.Load(), **AT)


def sibling(spot: Spot) -> Made:
    """Another array of the same shape, or the number of examples."""
    node = spot.node
    if isinstance(node, ast.Name):
        for other in spot.alike.get(node.id, ()):
            yield name_node(other), other
        if spot.shapes.get(node.id):
            yield name_node("m"), "m"


def flipped(spot: Spot) -> Made:
    """An array of a graph read backwards: a kernel turned over, or not turned back; all of its last axes, or one."""
    node = spot.node
    if spot.role in ("value", "adjoint", "parameter gradient") and isinstance(node, ast.Name):
        rank = len(spot.shapes.get(node.id, ()))
        for axes in ((-2, -1), (-1,)):
            if len(axes) <= rank:
                made = numpy_call("flip", node)
                made.keywords.append(ast.keyword("axis", ast.parse(repr(axes), mode="eval").body, **AT))
                yield made, node.id


def pasted(spot: Spot) -> Made:
    """The right side of another line."""
    if spot.is_whole:
        for other in spot.others:
            yield other, text_of(other)


def kept(spot: Spot) -> Made:
    """The array of a call before."""
    node = spot.node
    if isinstance(node, ast.Name) and f"{node.id}{BEFORE}" in spot.shapes:
        yield name_node(f"{node.id}{BEFORE}"), node.id


def other_array(spot: Spot) -> Made:
    """Another array altogether, as where names are mixed up when they are given back; on the way, one that is known."""
    if spot.is_whole and spot.role not in ("count", "preactivation", "activation", "value"):
        for other in spot.arrays:
            if spot.role == "adjoint" and other not in spot.shapes:
                continue
            if other != spot.name and spot.shapes.get(other, other) != ():
                yield name_node(other), other


def in_place(name: str) -> tuple[str, ...]:
    """What an array holds after it was changed in place: a its slope or its error, W its step, z its gate."""
    letter, i = name[0], name[1:]
    match letter:
        case "a" if i.isdigit():
            slopes = (f"(a{i} * (1 - a{i}))", f"(1 - a{i}**2)", f"(z{i} > 0)", f"(1 - a{i})")
            return (*slopes, f"dz{i}", f"(a{i} - y)", f"(da{i} * a{i})")
        case "W" if i.isdigit():
            step = f"learning_rate * dW{i}"
            return (f"(W{i} - {step})", f"(W{i} - dW{i})", f"dW{i}", f"(W{i} + {step})")
        case "z" if i.isdigit():
            return (f"(z{i} > 0)", f"(z{i} - a{i})", f"a{i}")
        case _:
            return ()


def overwritten(spot: Spot) -> Made:
    """An array that an earlier line changed in place."""
    node = spot.node
    if not isinstance(node, ast.Name):
        return
    for text in in_place(node.id):
        tree = ast.parse(text, mode="eval").body
        if {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)} <= spot.shapes.keys():
            yield tree, text


def one_sum(spot: Spot) -> Made:
    """Errors sent back without the weights, or with the sum of the weights."""
    if spot.role != "sent back" or not spot.is_whole:
        return
    dz, W = f"dz{spot.layer + 1}", f"W{spot.layer + 1}"
    total = spot.layout.over_units(dz, "sum")
    for text in (total, f"{total} * {W}.sum()", spot.layout.over_units(dz, "mean"), f"{dz}.sum()"):
        yield ast.parse(f"0 * ({text_of(spot.node)}) + {text}", mode="eval").body, text


def averaged(spot: Spot) -> Made:
    """One average or sum over the examples, or over the units, in place of each one's own number."""
    node = spot.node
    if isinstance(node, ast.Name) and has_examples(spot, node.id):
        for axis in (spot.layout.axis, spot.layout.unit_axis):
            for kind in ("mean", "sum", "max"):
                made = method_call(node, kind, axis=axis, keepdims=True)
                yield made, text_of(made)
        for kind in ("mean", "sum"):
            made = method_call(node, kind)
            yield made, text_of(made)
