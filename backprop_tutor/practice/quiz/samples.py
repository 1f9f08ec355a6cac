"""A right, a wrong and an invalid answer of a question, made from its key: what every question is tested with."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from backprop_tutor.formula.nodes import Formula, Lit, Num, Partial, Sym, children, rebuild
from backprop_tutor.formula.plain import plain
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.key import Count, Expression, Key, Number, Parts, Pick, Shape, Ways
from backprop_tutor.practice.quiz.naming import typeable


@frozen
class Samples:
    """Answers as they would be typed."""

    right: str
    wrong: str
    invalid: str


def samples(key: Key) -> Samples:
    """The samples of a key."""
    match key:
        case Number(line=line):
            return Samples(line.shown.text, f"{line.value + 0.25 * line.scale + 1e-6:.12g}", "0,5 or so")
        case Pick(right=right, count=count):
            return Samples(str(right), str(right % count + 1), str(count + 1))
        case Count(count=count):
            return Samples(str(count), str(count + 1), "many")
        case Shape(rows=rows, columns=columns):
            return Samples(f"{rows}x{columns}", f"{rows}x{columns + 1}", "square")
        case Ways(ways=ways):
            listed = "; ".join("-".join(way) for way in sorted(ways))
            return Samples(listed, f"{listed}; nowhere", "1")
        case Expression(line=line):
            return Samples(typed(line.written), f"1.5*({typed(line.written)})", f"{typed(line.written)} +")
        case Parts(parts=parts):
            each = [samples(part) for part in parts]
            first, *rest = each
            wrong = "; ".join((first.wrong, *(one.right for one in rest)))
            return Samples("; ".join(one.right for one in each), wrong, first.right)
        case _:
            assert_never(key)


def typed(formula: Formula) -> str:
    """A formula as a learner would type it, in letters that can be typed."""
    return plain(_renamed(formula))


def _renamed(node: Formula) -> Formula:
    if isinstance(node, Sym) or (isinstance(node, Partial) and node.key):
        return Sym(typeable(node))
    if isinstance(node, Num):
        return Lit(Fraction(node.text), node.text)
    parts = children(node)
    return rebuild(node, tuple(map(_renamed, parts))) if parts else node
