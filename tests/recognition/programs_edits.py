"""Mechanical edits of a program's text, one token's worth each; `plausible` are those that somebody would make."""

from __future__ import annotations

import ast
from collections.abc import Iterator

NAMES = 14


def mutants(text: str) -> Iterator[tuple[str, str, bool]]:
    """Every mutant: what was done, the text of the program, whether it is a plausible slip."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    names = _names(tree)
    for i, node in enumerate(nodes):
        for what, made, plausible in _changes(node, names):
            copy = ast.parse(text)
            found = list(ast.walk(copy))[i]
            try:
                changed = ast.fix_missing_locations(_replaced(copy, found, made))
                yield f"line {getattr(node, 'lineno', 0)}: {what}", ast.unparse(changed), plausible
            except (TypeError, ValueError):
                continue


def _names(tree: ast.AST) -> list[str]:
    stored = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys([*stored, "X", "Y"]))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.new if node is self.old else self.generic_visit(node)


def _replaced(tree: ast.AST, old: ast.AST, make: object) -> ast.AST:
    return _Replace(old, make(old)).visit(tree)  # type: ignore[operator]


def _changes(node: ast.AST, names: list[str]) -> Iterator[tuple[str, object, bool]]:
    match node:
        case ast.BinOp(op=ast.Add()):
            yield "+ to -", lambda n: ast.BinOp(n.left, ast.Sub(), n.right), True
            yield "left term only", lambda n: n.left, True
            yield "right term only", lambda n: n.right, False
        case ast.BinOp(op=ast.Sub()):
            yield "- to +", lambda n: ast.BinOp(n.left, ast.Add(), n.right), True
            yield "exchanged", lambda n: ast.BinOp(n.right, ast.Sub(), n.left), True
            yield "left term only", lambda n: n.left, True
            yield "right term only", lambda n: n.right, False
        case ast.BinOp(op=ast.Mult()):
            yield "* to /", lambda n: ast.BinOp(n.left, ast.Div(), n.right), False
            yield "* to +", lambda n: ast.BinOp(n.left, ast.Add(), n.right), False
            yield "left factor only", lambda n: n.left, True
            yield "right factor only", lambda n: n.right, True
        case ast.BinOp(op=ast.Div()):
            yield "/ to *", lambda n: ast.BinOp(n.left, ast.Mult(), n.right), True
            yield "not divided", lambda n: n.left, True
        case ast.BinOp(op=ast.MatMult()):
            yield "exchanged", lambda n: ast.BinOp(n.right, ast.MatMult(), n.left), True
            yield "@ to *", lambda n: ast.BinOp(n.left, ast.Mult(), n.right), True
        case ast.Attribute(attr="T"):
            yield "no transpose", lambda n: n.value, True
        case ast.UnaryOp(op=ast.USub()):
            yield "minus lost", lambda n: n.operand, True
        case ast.AugAssign(op=ast.Add()):
            yield "+= to =", lambda n: ast.Assign([n.target], n.value), True
            yield "+= to -=", lambda n: ast.AugAssign(n.target, ast.Sub(), n.value), True
        case ast.AugAssign():
            yield "left out", lambda n: ast.Pass(), True
        case ast.Compare():
            for op in (ast.GtE(), ast.Lt(), ast.LtE()):
                yield f"{type(op).__name__}", lambda n, op=op: ast.Compare(n.left, [op], n.comparators), True
        case ast.keyword(arg="axis", value=ast.Constant(value=v)):
            yield "other axis", lambda n, v=v: ast.keyword("axis", ast.Constant(1 - v)), True
            yield "no axis", lambda n: ast.keyword("axis", ast.Constant(None)), True
        case ast.Call(func=ast.Attribute(attr="sum")):
            yield "sum to mean", _other_function("mean"), True
            yield "sum to max", _other_function("max"), False
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="dot" | "multiply" | "outer" as name)):
            yield "exchanged", lambda n: ast.Call(n.func, n.args[::-1], n.keywords), name != "multiply"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="tanh" | "exp" as name)):
            yield "function left out", lambda n: n.args[0], True
        case ast.Call(func=ast.Name(id="range")):
            yield "starts late", _range(1, 0), True
            yield "ends early", _range(0, -1), True
        case ast.Constant(value=int() | float() as v) if not isinstance(v, bool):
            for other in (v + 1, v - 1, -v, 2 * v):
                if other != v:
                    yield f"{v} to {other}", lambda n, other=other: ast.Constant(other), other in (v + 1, v - 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in names:
            for other in names[:NAMES]:
                if other != name:
                    yield f"{name} to {other}", lambda n, other=other: ast.Name(other, ast.Load()), _near(name, other)


def _other_function(name: str) -> object:
    def made(n: ast.Call) -> ast.Call:
        assert isinstance(n.func, ast.Attribute)
        return ast.Call(ast.Attribute(n.func.value, name, ast.Load()), n.args, n.keywords)

    return made


def _range(first: int, last: int) -> object:
    def made(n: ast.Call) -> ast.Call:
        if len(n.args) != 1:
            raise ValueError
        end = n.args[0] if not last else ast.BinOp(n.args[0], ast.Sub(), ast.Constant(1))
        return ast.Call(n.func, [ast.Constant(first), end], [])

    return made


def _near(name: str, other: str) -> bool:
    """Names that are mistaken for one another: of the same letters, or one of the other."""
    letters = {c for c in name.lower() if c.isalpha()}, {c for c in other.lower() if c.isalpha()}
    return letters[0] == letters[1] or name.lower() in other.lower() or other.lower() in name.lower()
