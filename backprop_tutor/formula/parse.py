"""The formula language of scenario files, read into a formula tree; no text of a file is ever executed.

A recursive descent over our own words. Python's ``ast`` would be in the way: it has no names such as
``lambda`` or ``in``, rewrites Unicode names, takes ``1_000``, ``0x10`` and ``1j`` for numbers, gives ``^`` the wrong
precedence, counts columns in bytes, and words its errors in one language. The grammar is Python's own::

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed)*
    signed  = ("-" | "+") signed | power
    power   = atom (("^" | "**") signed)?
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

and, where arrays may stand, ``A @ B`` beside the product, and behind an atom ``.T`` and ``[place, ...]``; a function may
be an operation on arrays with options, ``sum(x, axis=1)``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from math import isinf

from backprop_tutor.errors import did_you_mean
from backprop_tutor.formula import refusal
from backprop_tutor.formula.functions import FUNCTIONS, SETTINGS, with_setting
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Div,
    Formula,
    Index,
    Lit,
    MatMul,
    Mul,
    Neg,
    Place,
    Pow,
    Sym,
    Transpose,
    children,
)
from backprop_tutor.formula.refusal import MAX_DEPTH, MAX_LENGTH, FormulaError, clipped, some
from backprop_tutor.formula.signature import Argument, Operations, Signature, called
from backprop_tutor.formula.tokens import Kind, Token, at, tokens

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "FormulaError", "parse"]


def parse(text: str, names: Collection[str] | None = None, operations: Operations | None = None) -> Formula:
    """The tree of the formula `text`, in the order written; `names` are the names it may use, None allows any.

    `operations` are those on arrays that it may use; None is the language of numbers alone.

    A name becomes ``Sym(name)``, a number an exact `Lit` that remembers how it was written. Raises FormulaError, with
    the column, for anything outside the language and for formulas too long or nested too deeply.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(refusal.TOO_LONG.format(length=len(text), most=MAX_LENGTH), MAX_LENGTH + 1)
    tree = _Parser(text, names, operations).whole()
    if _depth(tree) > MAX_DEPTH:
        raise FormulaError(refusal.TOO_DEEP, 1, len(text))
    return tree


MOST_FIGURES = 9  # of the number of an element
_ALSO_CALLED = {"ln": "log", "σ": "sigmoid", "logistic": "sigmoid", "swish": "silu", "tg": "tan", "maximum": "max"}
"""Other names of functions of the table, for a better hint."""


class _Parser:
    """The state of reading one formula: the next word, the one before it, and the depth of nesting."""

    def __init__(self, text: str, names: Collection[str] | None, operations: Operations | None) -> None:
        self._words = tokens(text, arrays=operations is not None)
        self._names = names
        self._operations = operations or {}
        self._ahead: list[Token] = []
        self._depth = 0
        self._before = Token(Kind.END, "", 1)
        self._next = next(self._words)

    def whole(self) -> Formula:
        if self._ended():
            raise FormulaError(refusal.EMPTY, 1)
        tree = self._sum()
        if not self._ended():
            raise self._stray()
        return tree

    def _ended(self) -> bool:
        return self._next.kind is Kind.END

    def _sum(self) -> Formula:
        terms = [self._product()]
        while sign := self._take("+", "-"):
            term = self._product()
            terms.append(Neg(term) if sign.text == "-" else term)
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def _product(self) -> Formula:
        left = self._signed()
        while mark := self._take("*", "/", "@"):
            left = _combined(left, mark.text, self._signed())
        return left

    def _signed(self) -> Formula:
        sign = self._take("-", "+")
        if sign is None:
            return self._power()
        operand = self._deeper(sign, self._signed)
        return Neg(operand) if sign.text == "-" else operand

    def _power(self) -> Formula:
        base = self._behind(self._atom())
        mark = self._take("^", "**")
        return Pow(base, self._deeper(mark, self._signed)) if mark else base

    def _behind(self, base: Formula) -> Formula:
        """An atom followed by any number of transposes and indices."""
        while mark := self._take(".T", "["):
            base = Transpose(base) if mark.text == ".T" else Index(base, self._places(mark))
        return base

    def _places(self, bracket: Token) -> tuple[Place, ...]:
        places = [self._place()]
        while self._take(","):
            places.append(self._place())
        if not self._take("]"):
            raise FormulaError(refusal.UNCLOSED_PLACE, bracket.column) if self._ended() else self._stray()
        return tuple(places)

    def _place(self) -> Place:
        if self._take(":"):
            return None
        first = self._counted()
        if not self._take(":"):
            return first
        word = self._next
        last = self._counted()
        if last < first:
            raise FormulaError(refusal.PLACE_ORDER.format(word=f"{first}:{last}"), word.column)
        return first, last

    def _counted(self) -> int:
        """The number of an element, from 1."""
        word = self._advance()
        if word.kind is not Kind.NUMBER or not word.text.isdecimal() or len(word.text) > MOST_FIGURES:
            raise at(word, refusal.PLACE)
        if int(word.text) == 0:
            raise at(word, refusal.PLACE_ZERO)
        return int(word.text)

    def _atom(self) -> Formula:
        word = self._advance()
        if word.kind is Kind.NUMBER:
            return _number(word)
        if word.kind is Kind.NAME:
            return self._call(word) if self._next.text == "(" else self._symbol(word)
        if word.text != "(":
            raise at(word, refusal.NO_VALUE_AT_END if word.kind is Kind.END else refusal.NO_VALUE)
        inside = self._deeper(word, self._sum)
        self._close(word)
        return inside

    def _symbol(self, word: Token) -> Formula:
        callable_name = word.text in FUNCTIONS or word.text in self._operations
        if self._names is None and callable_name:
            raise at(word, refusal.NOT_CALLED)
        if self._names is not None and word.text not in self._names:
            if callable_name:
                raise at(word, refusal.NOT_CALLED)
            unknown = refusal.UNKNOWN_NAME if self._names else refusal.NO_NAMES
            raise at(word, unknown, known=some(self._names), hint=did_you_mean(word.text, self._names))
        return Sym(word.text)

    def _call(self, word: Token) -> Formula:
        if word.text not in FUNCTIONS and word.text not in self._operations:
            raise self._no_function(word)
        bracket = self._advance()
        arguments = [self._argument(bracket)]
        while self._take(","):
            arguments.append(self._argument(bracket))
        self._close(bracket)
        if word.text in self._operations and not _of_numbers(word.text, arguments):
            return called(word, self._operations[word.text], arguments)
        if named := next((argument for argument in arguments if argument.name), None):
            return self._set(word, arguments, named)
        if len(arguments) != (arity := FUNCTIONS[word.text].arity):
            raise at(word, refusal.ARITY, wanted=arity, came=len(arguments))
        return Call(word.text, tuple(argument.value for argument in arguments))

    def _set(self, word: Token, arguments: list[Argument], named: Argument) -> Formula:
        """A function with its constant: ``leaky_relu(x, slope=0.2)``."""
        setting = SETTINGS.get(word.text)
        if setting is None:
            raise at(named.word, refusal.NO_OPTIONS)
        read = called(word, Signature(word.text, ("x",), (setting.name,)), arguments)
        (_, constant), (argument,) = read.options[0], read.arguments
        if not isinstance(constant, Lit) or constant.value == 0:
            raise at(named.word, refusal.NOT_POSITIVE, option=setting.name)
        return with_setting(word.text, constant, argument)

    def _argument(self, bracket: Token) -> Argument:
        """An argument of a call; the name before an ``=`` is that of an option, not a name of the formula."""
        word = self._next
        if word.kind is Kind.NAME and self._after_next().text == "=":
            self._advance()
            self._advance()
            return Argument(word, word.text, self._deeper(bracket, self._sum))
        return Argument(word, "", self._deeper(bracket, self._sum))

    def _after_next(self) -> Token:
        """The word after the next one."""
        if not self._ahead:
            self._ahead.append(next(self._words))
        return self._ahead[0]

    def _no_function(self, word: Token) -> FormulaError:
        if self._names is not None and word.text in self._names:
            return at(word, refusal.NAME_CALLED)
        meant = _ALSO_CALLED.get(word.text.lower(), word.text)
        known = {**FUNCTIONS, **self._operations}
        return at(word, refusal.UNKNOWN_FUNCTION, known=", ".join(known), hint=did_you_mean(meant, known))

    def _take(self, *marks: str) -> Token | None:
        """The next word where it is one of `marks`."""
        return self._advance() if self._next.kind is Kind.MARK and self._next.text in marks else None

    def _advance(self) -> Token:
        word = self._next
        self._before = word
        if word.kind is not Kind.END:
            self._next = self._ahead.pop() if self._ahead else next(self._words)
        return word

    def _deeper(self, word: Token, read: Callable[[], Formula]) -> Formula:
        """What `read` reads, one level further down."""
        if self._depth == MAX_DEPTH:
            raise at(word, refusal.TOO_DEEP)
        self._depth += 1
        tree = read()
        self._depth -= 1
        return tree

    def _close(self, bracket: Token) -> None:
        if self._take(")"):
            return
        raise FormulaError(refusal.UNCLOSED, bracket.column) if self._ended() else self._stray()

    def _stray(self) -> FormulaError:
        """The error for a word that cannot come after a complete value."""
        word = self._next
        if word.text in refusal.STRAY:
            return FormulaError(refusal.STRAY[word.text], word.column)
        return at(word, refusal.NO_OPERATOR, left=clipped(self._before.text), right=clipped(word.text))


def _combined(left: Formula, mark: str, right: Formula) -> Formula:
    """A quotient or a product; a product of several factors is one."""
    if mark == "/":
        return Div(left, right)
    if mark == "@":
        return MatMul((*left.factors, right)) if isinstance(left, MatMul) else MatMul((left, right))
    return Mul((*left.factors, right)) if isinstance(left, Mul) else Mul((left, right))


def _of_numbers(name: str, arguments: list[Argument]) -> bool:
    """Whether ``max(a, b)`` is elementwise, unlike ``max(x)``, which is over the elements of one array."""
    bare = [argument for argument in arguments if not argument.name]
    return name in FUNCTIONS and len(bare) == FUNCTIONS[name].arity


def _number(word: Token) -> Lit:
    """The exact number. A power of ten beyond the range of floats is refused before it is computed."""
    size = float(word.text)
    if isinf(size) or (size == 0 and any(digit in "123456789" for digit in word.text.lower().partition("e")[0])):
        raise at(word, refusal.OUT_OF_RANGE)
    value = Fraction(word.text)
    return Lit(value, "" if word.text == str(value) else word.text)


def _depth(tree: Formula) -> int:
    """The number of levels of `tree`, found without recursion."""
    level: tuple[Formula, ...] = (tree,)
    depth = 0
    while level:
        level, depth = tuple(part for node in level for part in children(node)), depth + 1
    return depth
