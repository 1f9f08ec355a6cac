"""What mathematics says, in the order it is written.

A formula is a small frozen tree. It is never simplified or reordered: ``0.6·b + 0.4·a`` stays as the author wrote
it. Two kinds of number are kept apart: `Lit` is an exact constant of a rule (1, ½) and is always shown whole, `Num`
is a measured value, shown by the figures in its ``text`` and remembered in full in its ``value``.

Python's operators build the tree, so a rule written for numbers writes its own formula when it is fed symbols::

    >>> from backprop_tutor.formula.unicode import unicode
    >>> a = Sym("a")
    >>> unicode(a * (1 - a))
    'a(1 − a)'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from fractions import Fraction
from operator import attrgetter, is_
from typing import Any, TypeAlias, Union

from backprop_tutor.frozen import Hashed, frozen


class Role(StrEnum):
    """The role of a quantity, whatever letter a notation gives it; a renderer gives each role one colour."""

    INPUT = "input"
    WEIGHT = "weight"
    BIAS = "bias"
    PREACTIVATION = "preactivation"
    ACTIVATION = "activation"
    TARGET = "target"
    LOSS = "loss"
    NODE = "node"
    ADJOINT = "adjoint"
    SETTING = "setting"
    STATE = "state"

    __hash__ = str.__hash__  # that of Enum is a call of Python, and letters are looked up all the time


class Printed(Hashed):
    """What a printer or renderer writes by itself: the text may be kept on it, so that what recurs is written once."""

    __slots__ = ("_text",)


class Written(Printed):
    """The operators shared by every formula node; each returns a new node and changes nothing.

    An operand that is neither a formula nor an exact number is refused (NotImplemented), so that an object array
    applies a formula to its elements.
    """

    __slots__ = ()

    def __add__(self, other: Any) -> Formula:
        return add(self, other) if is_exact(other) else NotImplemented

    def __radd__(self, other: Any) -> Formula:
        return add(other, self) if is_exact(other) else NotImplemented

    def __sub__(self, other: Any) -> Formula:
        return add(self, Neg(formula(other))) if is_exact(other) else NotImplemented

    def __rsub__(self, other: Any) -> Formula:
        return add(other, Neg(formula(self))) if is_exact(other) else NotImplemented

    def __mul__(self, other: Any) -> Formula:
        return mul(self, other) if is_exact(other) else NotImplemented

    def __rmul__(self, other: Any) -> Formula:
        return mul(other, self) if is_exact(other) else NotImplemented

    def __truediv__(self, other: Any) -> Formula:
        return Div(formula(self), formula(other)) if is_exact(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Formula:
        return Div(formula(other), formula(self)) if is_exact(other) else NotImplemented

    def __pow__(self, other: Any) -> Formula:
        return Pow(formula(self), formula(other)) if is_exact(other) else NotImplemented

    def __neg__(self) -> Formula:
        return Neg(formula(self))

    def __matmul__(self, other: Any) -> Formula:
        return MatMul((*_parts(self, MatMul), *_parts(other, MatMul))) if is_exact(other) else NotImplemented

    @property
    def T(self) -> Formula:
        """The transpose."""
        return Transpose(formula(self))


@frozen(slots=True)
class Lit(Written):
    """An exact constant of a rule, such as 1 or ½; never rounded.

    `text` is how an author wrote it (``0.50``, ``1e-3``), empty for a constant that was not typed: that is shown as an
    integer or a fraction.
    """

    value: Fraction
    text: str = ""


@frozen(slots=True)
class Num(Written):
    """A measured value in full, and the figures it is shown by (ASCII: ``-0.35``, ``3.7e-05``, ``inf``)."""

    value: float
    text: str


@frozen(slots=True)
class Sym(Written):
    """A letter with its indices: ``W_ec`` is base W, sub ec; ``h(c)`` is base h, of c; ``w²₁₂`` has sup 2, sub 12.

    `key` is the contract's name of its quantity (``values.W2[1,1]``), empty for a bare letter. `example` is the example
    of a batch, counted from 1, or None where there is only one. `bold` marks a whole vector or matrix.
    """

    base: str
    sub: str = ""
    sup: str = ""
    of: str = ""
    example: int | None = None
    key: str = ""
    role: Role = Role.NODE
    bold: bool = False


@frozen(slots=True)
class Add(Written):
    """A sum; a `Neg` term is a subtraction."""

    terms: tuple[Formula, ...]


@frozen(slots=True)
class Mul(Written):
    """A product of numbers. `wide` sets the factors of a chain rule apart: ``(a − y) · a(1 − a) · x``."""

    factors: tuple[Formula, ...]
    wide: bool = False


@frozen(slots=True)
class Div(Written):
    """A quotient."""

    numerator: Formula
    denominator: Formula


@frozen(slots=True)
class Pow(Written):
    """A power."""

    base: Formula
    exponent: Formula


@frozen(slots=True)
class Neg(Written):
    """The negative of a formula."""

    operand: Formula


@frozen(slots=True)
class Call(Written):
    """A function applied to its arguments; `primes` = 1 is its derivative, σ′(z).

    `letter` is the letter a book uses for it, g(z) or f(z), None for its name. `options` are its settings as numbers,
    each with its name, or with an empty one: ``stride=2``.
    """

    function: str
    arguments: tuple[Formula, ...]
    primes: int = 0
    letter: Sym | None = None
    options: tuple[tuple[str, Formula], ...] = ()


@frozen(slots=True)
class Compare(Written):
    """A condition: `relation` is one of ``< <= = != >= >``."""

    left: Formula
    relation: str
    right: Formula


@frozen(slots=True)
class Cases(Written):
    """The first formula whose condition is true, else `otherwise`."""

    branches: tuple[tuple[Formula, Compare], ...]
    otherwise: Formula


@frozen(slots=True)
class Partial(Written):
    """A derivative written as a fraction, ∂of/∂wrt. `key` is the contract's name of it, where it has one."""

    of: Formula
    wrt: Formula
    key: str = ""


@frozen(slots=True)
class MatMul(Written):
    """A product of matrices, in order."""

    factors: tuple[Formula, ...]


@frozen(slots=True)
class Hadamard(Written):
    """A product element by element, ⊙."""

    factors: tuple[Formula, ...]


@frozen(slots=True)
class Transpose(Written):
    """The transpose of a matrix."""

    operand: Formula


Place: TypeAlias = "int | tuple[int, int] | None"


@frozen(slots=True)
class Index(Written):
    """Elements of an array, ``x[2]``, ``x[1,3]``, ``x[2:3]``, one place an axis, counted from 1, both ends included.

    A `Place` is a number, a first and a last number, or None for the whole axis.
    """

    operand: Formula
    places: tuple[Place, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """The places as they are typed."""
        return tuple(":" if p is None else str(p) if isinstance(p, int) else f"{p[0]}:{p[1]}" for p in self.places)


@frozen(slots=True)
class Matrix(Written):
    """A matrix written out, row by row; a `flat` one takes a single line where lines are scarce: ``[1 2; 3 4]``."""

    rows: tuple[tuple[Formula, ...], ...]
    flat: bool = False


Formula: TypeAlias = Union[
    Lit, Num, Sym, Add, Mul, Div, Pow, Neg, Call, Compare, Cases, Partial, MatMul, Hadamard, Transpose, Index, Matrix
]

ZERO, ONE = Lit(Fraction(0)), Lit(Fraction(1))


def is_exact(value: Any) -> bool:
    """Whether `value` may be part of a formula: a formula, an int or a Fraction."""
    return isinstance(value, (Written, int, Fraction))


def formula(value: Any) -> Formula:
    """`value` as a formula: a formula itself, or an exact number (int or Fraction) as a `Lit`.

    Raises TypeError for a float: a measured value must say how it is shown.
    """
    if isinstance(value, Written):
        return value  # type: ignore[return-value]
    if isinstance(value, Fraction):
        return Lit(value)
    if isinstance(value, int):
        return Lit(Fraction(value))
    raise TypeError(f"a formula takes formulas and exact numbers, not {value!r}")


def is_zero(value: Any) -> bool:
    """Whether `value` is the exact constant 0."""
    return isinstance(value, Lit) and value.value == 0


def is_one(value: Any) -> bool:
    """Whether `value` is the exact constant 1."""
    return isinstance(value, Lit) and value.value == 1


def _parts(value: Any, kind: type) -> tuple[Formula, ...]:
    parts: tuple[Formula, ...] = getattr(value, "factors" if kind is not Add else "terms", ())
    return parts if type(value) is kind and not getattr(value, "wide", False) else (formula(value),)


def add(left: Any, right: Any) -> Formula:
    """``left + right`` in that order; an exact 0 (a missing connection) is left out."""
    first, second = formula(left), formula(right)
    if is_zero(first):
        return second
    if is_zero(second) or (isinstance(second, Neg) and is_zero(second.operand)):
        return first
    return Add((*_parts(first, Add), second))


def mul(left: Any, right: Any) -> Formula:
    """``left · right`` in that order; an exact 0 or 1 (a unit seed) is absorbed."""
    first, second = formula(left), formula(right)
    if is_zero(first) or is_zero(second):
        return ZERO
    if is_one(first):
        return second
    if is_one(second):
        return first
    return Mul((*_parts(first, Mul), *_parts(second, Mul)))


def chain(*factors: Formula) -> Formula:
    """The product of a chain rule; a single factor stays itself, exact ones are left out."""
    kept = tuple(f for f in factors if not is_one(f))
    return kept[0] if len(kept) == 1 else Mul(kept, wide=True) if kept else ONE


def total(terms: tuple[Formula, ...]) -> Formula:
    """The sum of `terms` as written; the empty sum is 0, a single term stays itself."""
    return terms[0] if len(terms) == 1 else Add(terms) if terms else ZERO


_PARTS: Mapping[type, tuple[Callable[[Any], tuple[Formula, ...]], Callable[[Any, Any], Formula]]] = {
    Add: (attrgetter("terms"), lambda _, parts: Add(parts)),
    Mul: (attrgetter("factors"), lambda node, parts: Mul(parts, node.wide)),
    MatMul: (attrgetter("factors"), lambda _, parts: MatMul(parts)),
    Hadamard: (attrgetter("factors"), lambda _, parts: Hadamard(parts)),
    Div: (attrgetter("numerator", "denominator"), lambda _, parts: Div(*parts)),
    Pow: (attrgetter("base", "exponent"), lambda _, parts: Pow(*parts)),
    Partial: (attrgetter("of", "wrt"), lambda node, parts: Partial(parts[0], parts[1], node.key)),
    Compare: (attrgetter("left", "right"), lambda node, parts: Compare(parts[0], node.relation, parts[1])),
    Neg: (lambda node: (node.operand,), lambda _, parts: Neg(*parts)),
    Transpose: (lambda node: (node.operand,), lambda _, parts: Transpose(*parts)),
    Index: (lambda node: (node.operand,), lambda node, parts: Index(parts[0], node.places)),
    Call: (
        attrgetter("arguments"),
        lambda node, parts: Call(node.function, parts, node.primes, node.letter, node.options),
    ),
    Cases: (
        lambda node: (*(part for branch in node.branches for part in branch), node.otherwise),
        lambda _, parts: Cases(tuple(zip(parts[:-1:2], parts[1:-1:2], strict=True)), parts[-1]),
    ),
    Matrix: (
        lambda node: tuple(part for row in node.rows for part in row),
        lambda node, parts: Matrix(tuple(zip(*[iter(parts)] * len(node.rows[0]), strict=True))),
    ),
}
"""Of each kind that contains formulas: those directly inside, in the order written, and itself made of others."""


def children(node: Formula) -> tuple[Formula, ...]:
    """The formulas directly inside `node`, in the order written."""
    known = _PARTS.get(type(node))
    return known[0](node) if known else ()


def rebuild(node: Formula, parts: tuple[Formula, ...]) -> Formula:
    """`node` with its children replaced by `parts`, in the order of `children`; nothing is simplified."""
    return _PARTS[type(node)][1](node, parts) if parts else node


def rebuilt(node: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """`node` with every child changed; `node` itself where every child stays itself."""
    parts = children(node)
    if not parts:
        return node
    changed = tuple(map(change, parts))
    return node if all(map(is_, changed, parts)) else rebuild(node, changed)


def substitute(node: Formula, values: Mapping[str, Formula]) -> Formula:
    """`node` with every symbol and derivative whose key is in `values` replaced; the rest as written.

    Symbols without a key are looked up by their base, so a rule written in ``z`` and ``a`` accepts any quantities.
    """
    if isinstance(node, Sym):
        return values.get(node.key or node.base, node)
    if isinstance(node, Partial):
        return values.get(node.key, node) if node.key else node
    return rebuilt(node, lambda part: substitute(part, values))


def symbols(node: Formula) -> tuple[Sym, ...]:
    """Every symbol of `node` once, in the order written."""
    found: dict[Sym, None] = {}
    left = [node]
    while left:
        part = left.pop()
        if isinstance(part, Sym):
            found[part] = None
        else:
            left.extend(reversed(children(part)))
    return tuple(found)
