"""What a rule looks at and gives: a node of a line of NumPy with what it could be mistaken for; helpers that make nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.programs.layout import Layout
from backprop_tutor.text import T

AT: Mapping[str, Any] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
"""Where a new node stands, which the compiler asks and nobody reads."""


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


def is_binary(node: ast.expr, *kinds: type[ast.operator]) -> bool:
    """Whether a node is an operation of one of these kinds."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, kinds)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    """An operation on two expressions."""
    return ast.BinOp(left, op, right, **AT)


def number(value: float) -> ast.Constant:
    """A number."""
    return ast.Constant(value, **AT)


def name_node(name: str) -> ast.Name:
    """A name."""
    return ast.Name(name, ast.Load(), **AT)


def method_call(node: ast.expr, name: str, **keywords: object) -> ast.Call:
    """A method of an array, called."""
    given = [ast.keyword(key, ast.Constant(value, **AT), **AT) for key, value in keywords.items()]  # type: ignore[arg-type]
    return ast.Call(ast.Attribute(node, name, ast.Load(), **AT), [], given, **AT)


def numpy_call(name: str, *arguments: ast.expr, **keywords: int) -> ast.Call:
    """A function of NumPy, called."""
    given = [ast.keyword(key, ast.Constant(value, **AT), **AT) for key, value in keywords.items()]
    return ast.Call(ast.Attribute(name_node("np"), name, ast.Load(), **AT), list(arguments), given, **AT)


def has_examples(spot: Spot, name: str) -> bool:
    """Whether the array of a name has an axis of the examples."""
    examples = spot.shapes.get("x", ())
    mine = spot.shapes.get(name, ())
    return (
        len(mine) == 2
        and len(examples) == 2
        and mine[spot.layout.axis] == examples[spot.layout.axis] > 1
        and (name[0] not in "Wb")
    )
