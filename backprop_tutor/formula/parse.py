"""The formula language of scenario files, read into a formula tree; no text of a file is ever executed.

A recursive descent over our own words. Python's ``ast`` would be in the way: it has no names such as
``lambda`` or ``in``, rewrites Unicode names, takes ``1_000``, ``0x10`` and ``1j`` for numbers, gives ``^`` the wrong
precedence, counts columns in bytes, and words its errors in one language. The grammar is Python's own::

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed)*
    signed  = ("-" | "+") signed | power
    power   = atom (("^" | "**") signed)?
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

The words of the formula language, each with the column it stands in.

Numbers, names, ``+ - * / ^ **``, brackets and commas; anything else is refused where it stands, with advice where a
character of printed mathematics was meant (``×``, ``²``, a full-width bracket).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from fractions import Fraction
from math import isinf

from backprop_tutor.errors import did_you_mean, visible
from backprop_tutor.formula import refusal
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Add, Call, Div, Formula, Lit, Mul, Neg, Pow, Sym, children
from backprop_tutor.formula.refusal import ADVICE, FOREIGN, MAX_DEPTH, MAX_LENGTH, FormulaError, clipped, some
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T, same


class Kind(Enum):
    """What sort of word a token is."""

    NUMBER = "number"
    NAME = "name"
    MARK = "mark"
    END = "end"


@frozen(slots=True)
class Token:
    """A word of a formula; `column` counts from 1."""

    kind: Kind
    text: str
    column: int


_WORD = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<mark>\*\*|[-+*/^(),])"
    r"|(?P<name>[^\s0-9.+\-*/^(),][^\s+\-*/^(),]*)"
)

_MEANT = {
    "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "：": "/", "²": "^2", "³": "^3",
    "（": "(", "）": ")", "，": ",", "[": "(", "]": ")", "{": "(", "}": ")",
}  # fmt: skip
"""Characters of printed mathematics, and what the formula language has for them."""


def tokens(text: str) -> Iterator[Token]:
    """The words of `text` one after another, an END behind the last. Raises FormulaError at a foreign character."""
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        word = _WORD.match(text, position)
        if word is None:
            raise foreign(text, position)
        if word.lastgroup == "name":
            _check_name(text, position, word.group())
        yield Token(Kind(word.lastgroup), word.group(), position + 1)
        position = word.end()
    yield Token(Kind.END, "", len(text) + 1)


def _check_name(text: str, start: int, name: str) -> None:
    """The middle dot may stand in a Unicode identifier, but is meant as a sign of multiplication."""
    if name.isidentifier() and not any(character in _MEANT for character in name):
        return
    ends = range(len(name))
    raise foreign(text, start + next(end for end in ends if name[end] in _MEANT or not name[: end + 1].isidentifier()))


def foreign(text: str, position: int) -> FormulaError:
    """The error for a character that cannot stand in a formula."""
    meant = _MEANT.get(text[position])
    advice = ADVICE.format(meant=meant) if meant else same("")
    return FormulaError(FOREIGN.format(character=visible(text[position]), advice=advice), position + 1)


def at(word: Token, message: T, **holes: object) -> FormulaError:
    """The error `message` about `word`, which fills its hole of that name."""
    return FormulaError(message.format(word=clipped(word.text), **holes), word.column, len(word.text))


__all__ = ["MAX_DEPTH", "MAX_LENGTH", "FormulaError", "parse"]


def parse(text: str, names: Collection[str] | None = None) -> Formula:
    """The tree of the formula `text`, in the order written; `names` are the names it may use, None allows any.

    A name becomes ``Sym(name)``, a number an exact `Lit` that remembers how it was written. Raises FormulaError, with
    the column, for anything outside the language and for formulas too long or nested too deeply.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(refusal.TOO_LONG.format(length=len(text), most=MAX_LENGTH), MAX_LENGTH + 1)
    tree = _Parser(text, names).whole()
    if _depth(tree) > MAX_DEPTH:
        raise FormulaError(refusal.TOO_DEEP, 1, len(text))
    return tree


_ALSO_CALLED = {"ln": "log", "σ": "sigmoid", "logistic": "sigmoid", "swish": "silu", "tg": "tan", "maximum": "max"}
"""Other names of functions of the table, for a better hint."""


class _Parser:
    """The state of reading one formula: the next word, the one before it, and how deep we are."""

    def __init__(self, text: str, names: Collection[str] | None) -> None:
        self._words = tokens(text)
        self._names = names
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
        while mark := self._take("*", "/"):
            right = self._signed()
            left = Div(left, right) if mark.text == "/" else _multiplied(left, right)
        return left

    def _signed(self) -> Formula:
        sign = self._take("-", "+")
        if sign is None:
            return self._power()
        operand = self._deeper(sign, self._signed)
        return Neg(operand) if sign.text == "-" else operand

    def _power(self) -> Formula:
        base = self._atom()
        mark = self._take("^", "**")
        return Pow(base, self._deeper(mark, self._signed)) if mark else base

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
        if self._names is None and word.text in FUNCTIONS:
            raise at(word, refusal.NOT_CALLED)
        if self._names is not None and word.text not in self._names:
            if word.text in FUNCTIONS:
                raise at(word, refusal.NOT_CALLED)
            unknown = refusal.UNKNOWN_NAME if self._names else refusal.NO_NAMES
            raise at(word, unknown, known=some(self._names), hint=did_you_mean(word.text, self._names))
        return Sym(word.text)

    def _call(self, word: Token) -> Formula:
        if word.text not in FUNCTIONS:
            raise self._no_function(word)
        bracket = self._advance()
        arguments = [self._deeper(bracket, self._sum)]
        while self._take(","):
            arguments.append(self._deeper(bracket, self._sum))
        self._close(bracket)
        if len(arguments) != (arity := FUNCTIONS[word.text].arity):
            raise at(word, refusal.ARITY, wanted=arity, came=len(arguments))
        return Call(word.text, tuple(arguments))

    def _no_function(self, word: Token) -> FormulaError:
        if self._names is not None and word.text in self._names:
            return at(word, refusal.NAME_CALLED)
        meant = _ALSO_CALLED.get(word.text.lower(), word.text)
        return at(word, refusal.UNKNOWN_FUNCTION, known=", ".join(FUNCTIONS), hint=did_you_mean(meant, FUNCTIONS))

    def _take(self, *marks: str) -> Token | None:
        """The next word where it is one of `marks`."""
        return self._advance() if self._next.kind is Kind.MARK and self._next.text in marks else None

    def _advance(self) -> Token:
        word = self._next
        self._before = word
        if word.kind is not Kind.END:
            self._next = next(self._words)
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


def _multiplied(left: Formula, right: Formula) -> Formula:
    return Mul((*left.factors, right)) if isinstance(left, Mul) else Mul((left, right))


def _number(word: Token) -> Lit:
    """The exact number. A power of ten beyond the floats is refused before it is worked out."""
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
