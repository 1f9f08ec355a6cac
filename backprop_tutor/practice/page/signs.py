"""The JavaScript conditions under which an equation of a page is exact: the rule of `lesson.inline.sign`.

A page calls ``x(v, d)`` for the figures of variable v at d digits, ``w(v, d)`` for whether those are its whole value,
``q(a, b)`` for whether two numbers are the same, and ``t(a, b, ...)`` for a sum.
"""

from __future__ import annotations

from functools import reduce
from itertools import chain as flattened
from typing import TypeAlias

from backprop_tutor.fast.javascript import expression
from backprop_tutor.formula.evaluate import exact
from backprop_tutor.formula.figures import is_whole
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Formula,
    Hadamard,
    Lit,
    MatMul,
    Matrix,
    Mul,
    Num,
    Sym,
    Transpose,
    children,
    rebuild,
    rebuilt,
    total,
)
from backprop_tutor.formula.traced import Traced
from backprop_tutor.lesson.document import Link
from backprop_tutor.lesson.inline import has_letters, numbers_in

Rows: TypeAlias = "tuple[tuple[Formula, ...], ...]"


class Signs:
    """The conditions of a page, each written once; a sign is identified by its index in `written`."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    @property
    def written(self) -> tuple[str, ...]:
        """The conditions as JavaScript, in the order of their indices."""
        return tuple(self._places)

    def place(self, before: Formula, link: Link) -> int | None:
        """The index of the condition under which a link is an equality; None where it never changes."""
        code = _condition(before, link) if link.sign in ("=", "≈") else None
        return None if code is None else self._places.setdefault(code, len(self._places))


def _condition(before: Formula, link: Link) -> str | None:
    after = link.right
    if not any(map(_is_live, numbers_in(after))):
        return None
    if has_letters(before):
        rounded = isinstance(after, (Num, Matrix)) or _is_kept(before, after)
        return f"(x,w)=>{_all_whole(after)}" if rounded and not has_letters(after) else None
    if has_letters(after) or not (_can_be_exact(before) and _can_be_exact(after)):
        return None
    return _agreement(before, after)


def _can_be_exact(written: Formula) -> bool:
    """Whether a formula of figures has an exact value for some of them: not where it has a cosine, or π."""
    if isinstance(written, Call):
        function = KNOWN[written.function]
        if function.exact is None and (function.taught is None or not _can_be_exact(function.taught)):
            return False
    return all(map(_can_be_exact, children(written)))


def _is_kept(before: Formula, after: Formula) -> bool:
    """Whether the factors of a chain rule, written as derivatives, are followed by their rounded values."""
    wide = all(isinstance(side, Mul) and side.wide for side in (before, after))
    return wide and not any(isinstance(part, Sym) for part in children(before)) and all(map(_is_value, children(after)))


def _is_value(part: Formula) -> bool:
    return isinstance(part, (Num, Lit))


def _all_whole(after: Formula) -> str:
    found = dict.fromkeys(
        _shown(number, "w") if _is_live(number) else str(is_whole(number)).lower() for number in numbers_in(after)
    )
    return "&&".join(found)


def _agreement(before: Formula, after: Formula) -> str | None:
    """``[x => before, v, d]`` where a single number follows; else whether each number of both sides is the same."""
    if isinstance(after, Num) and _is_live(after):
        return f"[x=>{_code(before)},{_shown(after, '')[1:-1]}]"
    if exact(before) is None:
        return None  # a function or a root worked out in the middle of a line: its figures are never the whole value
    left, right = _elements(before), _elements(after)
    pairs = zip(flattened(*left), flattened(*right), strict=True)
    return f"(x,w)=>{'&&'.join(f'q({_code(a)},{_code(b)})' for a, b in pairs)}"


def _code(written: Formula) -> str:
    """A formula of figures as JavaScript; ``t`` adds terms unless one is too small for the figures of the sum."""
    if isinstance(written, Add):
        return f"t({','.join(map(_code, written.terms))})"
    return expression(_fed(written))


def _fed(node: Formula) -> Formula:
    """A formula of figures in which live ones are function calls."""
    if isinstance(node, Num):
        return Sym(_shown(node, "x")) if _is_live(node) else Num(float(node.text), node.text)
    return rebuilt(node, _fed)


def _shown(number: Num, function: str) -> str:
    assert isinstance(number.value, Traced), "only a live number is asked for"
    variable = number.value.formula
    assert isinstance(variable, Sym), "a live number has a variable"
    return f"{function}({variable.base.removeprefix('v')},{number.value.digits})"


def _is_live(number: Formula) -> bool:
    return isinstance(number, Num) and isinstance(number.value, Traced)


def _elements(node: Formula) -> Rows:
    """The elements of a formula of matrices, row by row; a number is one row of one.

    Raises ValueError for matrices whose shapes do not fit.
    """
    match node:
        case Matrix(rows=rows):
            return rows
        case Transpose(operand=operand):
            return tuple(zip(*_elements(operand), strict=True))
        case MatMul(factors=(first, *rest)):
            return reduce(_product, map(_elements, rest), _elements(first))
        case Hadamard(factors=(first, *rest)):
            return reduce(_hadamard, map(_elements, rest), _elements(first))
        case _:
            return _each(node)


def _product(left: Rows, right: Rows) -> Rows:
    columns = tuple(zip(*right, strict=True))
    return tuple(tuple(total(_times(row, column)) for column in columns) for row in left)


def _hadamard(left: Rows, right: Rows) -> Rows:
    return tuple(_times(*each) for each in zip(left, right, strict=True))


def _times(row: tuple[Formula, ...], column: tuple[Formula, ...]) -> tuple[Formula, ...]:
    return tuple(a * b for a, b in zip(row, column, strict=True))


def _each(node: Formula) -> Rows:
    """Applies an operation on numbers element by element; a single number is combined with every element."""
    parts = tuple(map(_elements, children(node)))
    if all(len(part) == len(part[0]) == 1 for part in parts):
        return ((rebuild(node, tuple(part[0][0] for part in parts)) if parts else node,),)
    high, wide = (max(map(measure, parts)) for measure in (len, lambda part: len(part[0])))
    return tuple(tuple(rebuild(node, tuple(_at(p, r, c) for p in parts)) for c in range(wide)) for r in range(high))


def _at(part: Rows, row: int, column: int) -> Formula:
    return part[row if len(part) > 1 else 0][column if len(part[0]) > 1 else 0]
