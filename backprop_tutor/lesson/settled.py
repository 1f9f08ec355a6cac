"""Prepares a live document for a page: every traced figure becomes that of one variable, and no other number is traced.

A figure that the lesson computed itself, such as the change of a weight, gets a variable of its own and a line that
computes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import Any, TypeVar

from backprop_tutor.formula.nodes import Formula, Num, Sym, symbols
from backprop_tutor.formula.traced import Traced

Tree = TypeVar("Tree")


class Variables:
    """Variables for formulas, assigned at first use; `lines` are those with a formula of their own."""

    def __init__(self, first: int) -> None:
        self.lines: list[tuple[str, Formula]] = []
        self._fresh = count(first)
        self._known: dict[Formula, Sym] = {}

    def of(self, written: Formula) -> Sym:
        """The variable of a formula; a variable is its own."""
        if isinstance(written, Sym):
            return written
        if written not in self._known:
            self._known[written] = Sym(f"v{next(self._fresh)}")
            self.lines.append((self._known[written].base, written))
        return self._known[written]


def settled(tree: Tree, variables: Variables) -> Tree:
    """A document, or a part of it, whose traced figures are variables."""
    found: Any = _settled(tree, variables)
    return found  # type: ignore[no-any-return]


def _settled(node: Any, variables: Variables) -> Any:
    match node:
        case Num(value=Traced() as value, text=text):
            return Num(_variable(value, variables), text)
        case tuple():
            parts = tuple(_settled(part, variables) for part in node)
            return parts if any(new is not old for new, old in zip(parts, node, strict=True)) else node
        case _ if is_dataclass(node):
            found = {field.name: getattr(node, field.name) for field in fields(node)}
            changed = {name: new for name, old in found.items() if (new := _settled(old, variables)) is not old}
            return replace(node, **changed) if changed else node  # type: ignore[type-var]
        case _:
            return node


def _variable(value: Traced, variables: Variables) -> float:
    """The variable of a traced number; one that depends on no given number is a plain number."""
    if not symbols(value.formula):
        return float(value)
    return Traced(value, variables.of(value.formula), value.digits)


def traced_in(node: Any) -> Iterator[Num]:
    """Every traced figure of a document, in its order."""
    return (number for number in figures_in(node) if isinstance(number.value, Traced))


def figures_in(node: Any) -> Iterator[Num]:
    """Every figure of a document, or a part of it, in its order."""
    if isinstance(node, Num):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from figures_in(part)
    elif is_dataclass(node):
        for field in fields(node):
            yield from figures_in(getattr(node, field.name))
