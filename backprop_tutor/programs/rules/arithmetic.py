"""Factors, terms, signs, constants, comparisons, functions: slips of arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backprop_tutor.programs.rules.spot import (
    AT,
    Made,
    Spot,
    binary,
    is_binary,
    name_node,
    number,
    numpy_call,
    text_of,
)


def factor_omitted(spot: Spot) -> Made:
    """A product without one of its factors, a fraction with 1 above the bar."""
    node = spot.node
    if is_binary(node, ast.Mult, ast.MatMult):
        assert isinstance(node, ast.BinOp)
        yield node.left, text_of(node.right)
        yield node.right, text_of(node.left)
    elif is_binary(node, ast.Div):
        assert isinstance(node, ast.BinOp)
        yield binary(number(1), ast.Div(), node.right), text_of(node.left)


def divisor_omitted(spot: Spot) -> Made:
    """A fraction without its divisor."""
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield node.left, text_of(node.right)


def factor_doubled(spot: Spot) -> Made:
    """A factor or divisor twice."""
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield binary(node, node.op, node.right), text_of(node.right)
        if isinstance(node.op, ast.Mult):
            yield binary(node, node.op, node.left), text_of(node.left)


def factor_inverted(spot: Spot) -> Made:
    """A factor as a divisor, a divisor as a factor, a fraction upside down."""
    node = spot.node
    if is_binary(node, ast.Mult):
        assert isinstance(node, ast.BinOp)
        yield binary(node.left, ast.Div(), node.right), text_of(node.right)
        yield binary(node.right, ast.Div(), node.left), text_of(node.left)
    elif is_binary(node, ast.Div):
        assert isinstance(node, ast.BinOp)
        yield binary(node.left, ast.Mult(), node.right), text_of(node.right)
        yield binary(node.right, ast.Div(), node.left), text_of(node)


def operator(spot: Spot) -> Made:
    """Another operator between the same two."""
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
        made = binary(node.left, op, node.right)
        yield made, text_of(made)


def term_omitted(spot: Spot) -> Made:
    """A sum or difference without one of its terms, or one term of several alone."""
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield node.left, text_of(node.right)
        yield node.right, text_of(node.left)
        if isinstance(node.op, ast.Sub):
            yield ast.UnaryOp(ast.USub(), node.right, **AT), text_of(node.left)

    if spot.is_whole:
        terms = list(_terms(node))
        if len(terms) > 2:
            for term in terms:
                yield term, " + ".join(text_of(other) for other in terms if other is not term)


def _terms(node: ast.expr) -> Iterator[ast.expr]:
    """The terms of a sum of several."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def term_doubled(spot: Spot) -> Made:
    """A term twice."""
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield binary(node, node.op, node.right), text_of(node.right)
        yield binary(node, ast.Add(), node.left), text_of(node.left)


def sign(spot: Spot) -> Made:
    """A minus for a plus, a difference the other way round, a minus lost or one too many."""
    node = spot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        flipped = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield binary(node.left, flipped, node.right), text_of(node.right)
        if isinstance(node.op, ast.Sub):
            yield binary(node.right, ast.Sub(), node.left), text_of(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, text_of(node.operand)
    if spot.is_whole and not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
        yield ast.UnaryOp(ast.USub(), node, **AT), text_of(node)


def constant(spot: Spot) -> Made:
    """Another number: one off, twice, half, the opposite, a tenth; another count for the examples; another penalty."""
    node = spot.node
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        c = node.value
        for other in dict.fromkeys((c + 1, c - 1, 2 * c, c / 2, -c, 0.1 * c, 10 * c)):
            if other != c:
                yield number(other), f"{other:g}"
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


def scaled(spot: Spot) -> Made:
    """The whole line times or by a constant, as a factor too many does it."""
    if not spot.is_whole:
        return
    for text in ("2", "0.5", "1 / m", "m", f"1 / {spot.units}", f"{spot.units}", "learning_rate", "4", "0.25"):
        factor = ast.parse(text, mode="eval").body
        yield binary(factor, ast.Mult(), spot.node), text


def comparison(spot: Spot) -> Made:
    """Another relation."""
    node = spot.node
    if isinstance(node, ast.Compare):
        for op in (ast.GtE(), ast.Gt(), ast.LtE(), ast.Lt(), ast.NotEq(), ast.Eq()):
            if type(op) is not type(node.ops[0]):
                made = ast.Compare(node.left, [op], node.comparators, **AT)
                yield made, text_of(made)


def dtype(spot: Spot) -> Made:
    """Whole numbers, few digits, absolute values, clipped values."""
    if spot.is_whole:
        yield numpy_call("trunc", spot.node), "int"
        yield numpy_call("round", spot.node), "round"
        yield (
            ast.Call(ast.Attribute(spot.node, "astype", ast.Load(), **AT), [ast.Constant("float16", **AT)], [], **AT),
            "float16",
        )
        yield numpy_call("abs", spot.node), "abs"
        for bound in (1, 0.1, 5):
            yield numpy_call("clip", spot.node, number(-bound), number(bound)), f"clip {bound}"
    elif isinstance(spot.node, ast.Name) and spot.shapes.get(spot.node.id):
        yield numpy_call("trunc", spot.node), spot.node.id
        yield numpy_call("round", spot.node), spot.node.id
        yield numpy_call("abs", spot.node), spot.node.id


def function(spot: Spot) -> Made:
    """A function left out, applied twice, or another one."""
    node = spot.node
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "np" and node.args):
        return
    yield node.args[0], text_of(node.args[0])
    others = ("exp", "tanh", "log", "abs", "sin", "cos", "expm1", "log1p") if len(node.args) == 1 else ()
    for other in ("minimum", "maximum") if node.func.attr in ("minimum", "maximum") else others:
        if other != node.func.attr:
            made = numpy_call(other, *node.args)
            yield made, text_of(made)
    again = ast.Call(node.func, [node, *node.args[1:]], [], **AT)
    yield again, text_of(again)


def zero(spot: Spot) -> Made:
    """A line without effect."""
    if spot.is_whole:
        yield binary(number(0), ast.Mult(), spot.node), spot.name
        ones = ast.Call(ast.Attribute(name_node("np"), "ones_like", ast.Load(), **AT), [spot.node], [], **AT)
        yield ones, spot.name
