"""Reads a number as a learner writes it: ``0.3531``, ``-1e-3``, ``1/1000``, ``−2.7×10⁻²``, ``0,77``, ``6.18 %``,
``np.float64(0.1)``, ``-ln(0.776)``, ``e^0.72``, ``nan``; the text before the number is ignored, as in ``L ≈ 0.03``, and so
is the full stop of a sentence after it.

The digits of a number show its precision: ``0.0618`` means everything between 0.06175 and 0.06185. A
fraction of whole numbers is meant exactly. Arithmetic is computed in full, and is as exact as the decimals in it.
Whether a number is right is for the judge to say (`diagnosis.line_grading`).

A formula may have the names of the notation shown, and the contract's. ``(O(e) - y)·O(e)(1 - O(e))`` is not the formula
language, whose names are plain words: every known name is first replaced by a word, the text is parsed, and the words
become the letters of their quantities. Nothing typed is ever executed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import cast
from unicodedata import normalize

from backprop_tutor.errors import did_you_mean
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Formula, Lit, Num, Partial, Role, Sym, rebuilt, substitute
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.plain import plain as in_plain_text
from backprop_tutor.formula.refusal import MAX_LENGTH, TOO_LONG, FormulaError
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import known_names, typeable
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.text import LANGUAGES, T, visible

MARKS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "。": ".", "、": ",", "，": ",", "（": "(", "）": ")"}
)
LITERAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
DECIMAL = re.compile(r"\d*\.\d+", re.ASCII)
FRACTION = re.compile(r"[+-]?\d+\s*/\s*[+-]?\d+", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+\.\d*", re.ASCII)
NOT_FINITE = re.compile(r"([+-]?)(?:(nan)|inf(?:inity|ty)?|∞)", re.IGNORECASE)
SUPERSCRIPT = re.compile(r"[⁺⁻⁰¹²³⁴-⁹]+")
POWER_OF_TEN = re.compile(
    r"(?<=[\d.])\s*(?:\*|x|\\?times|\\?cdot)\s*10\s*(?:\^|\*\*)\s*\{?\s*([+-]?\d+)\s*\}?$", re.ASCII
)
AHEAD = re.compile(r"^.*(?:[=≈~～≃≅]|\\?approx)\s*|(?<=^[+-])\s+")
"""The text before a number: a name and a sign, or space after a minus."""

CALL = re.compile(r"[^\W\d]\w*\(")
"""A function, which may be unknown."""

SENTENCE = re.compile(r"(?<=[\d%)])\.+$")
"""The full stop after a number, and the dots of one that goes on."""

PRINTED = re.compile(
    r"(?:\w+\.)?(?:float\d*|double|array|tensor|Array|Tensor|asarray)\((?P<inside>[^()]*?)"
    r"(?:,\s*(?:dtype|grad_fn|device|shape|requires_grad)=?[^()]*(?:\(\))?)*\)"
)
"""How a library prints a number: ``np.float64(0.1)``, ``tensor(0.1, grad_fn=<MulBackward0>)``."""

FLOAT = re.compile(r"(?:\w+\.)?float(32|64)\(")
"""How NumPy prints a float in full."""

WORDS = re.compile(r"\bln\b|√(?=\()|π|σ(?=\()")
ROOT = re.compile(r"√\s*([\d.]+)")
CALLED = {"ln": "log", "√": "sqrt", "π": "pi", "σ": "sigmoid"}
CONSTANTS = {"e": math.e, "pi": math.pi}
PERCENT = 100
FLOAT_DIGITS = 15
AS_GIVEN = 2
"""A decimal of arithmetic with at most this many figures is taken as exact: a given number such as 0.4."""

EMPTY = T("nothing was typed", "什么也没有输入")
NO_NUMBER = T(
    "'{text}' is not a number such as 0.0618, 6.18e-2, 1/16, 6.18% or -ln(0.94)",
    "'{text}' 不是 0.0618、6.18e-2、1/16、6.18%、-ln(0.94) 这样的数",
)
NO_VALUE = T("it has no finite value", "它没有有限的值")


class UnreadableError(Exception):
    """An answer that cannot be read; `why` is the reason for the learner."""

    def __init__(self, why: T) -> None:
        self.why = why
        super().__init__(why.en)


@frozen
class Typed:
    """A number that was typed: its value, and half a unit of its last digit (0 where it is meant exactly).

    `is_guess` means that it was not written as a plain number, so that the feedback shows how it was read; `coarsest`
    is the fewest figures of a decimal of arithmetic. `is_float` means that a program printed a float in full,
    `is_single` one in single precision.
    """

    text: str
    value: float
    half_unit: float
    is_guess: bool = False
    coarsest: int = 0
    is_float: bool = False
    is_single: bool = False


def number(text: str) -> Typed:
    """The number in `text`. Raises UnreadableError, in words for its writer, for anything else."""
    if len(text) > MAX_LENGTH:
        raise UnreadableError(TOO_LONG.format(length=len(text), most=MAX_LENGTH))
    plain = _as_typed(text)
    if not plain:
        raise UnreadableError(EMPTY)
    printed = FLOAT.search(text)
    return replace(_read(plain), is_float=bool(printed), is_single=bool(printed and printed[1] == "32"))


def figures(typed: Typed) -> int:
    """The number of significant figures written; for an exact number as many as a float has."""
    if not typed.half_unit:
        return FLOAT_DIGITS
    if LITERAL.fullmatch(typed.text.rstrip("% ")):
        digits = re.split(r"[eE%\s]", typed.text)[0].lstrip("+-").replace(".", "")
        return len(digits.lstrip("0"))
    ratio = abs(typed.value) / (2 * typed.half_unit)
    return min(FLOAT_DIGITS, max(1, 1 + math.floor(math.log10(ratio)))) if ratio > 1 else 1


def _as_typed(text: str) -> str:
    """``L ≈ −2.7 × 10⁻²`` as it is typed: ``-2.7e-2``; ``np.float64(0.1)`` as the number in it."""
    raised = SUPERSCRIPT.sub(lambda found: f"^{found[0]}", text).replace("⁻", "-").replace("⁺", "+")
    plain = AHEAD.sub("", _unwrapped(normalize("NFKC", raised.translate(MARKS)).translate(MARKS).strip(" ?")))
    plain = SENTENCE.sub("", plain)
    return POWER_OF_TEN.sub(r"e\1", plain).strip()


def _unwrapped(plain: str) -> str:
    """A single number without the brackets and the words a library prints around it."""
    while True:
        found = PRINTED.fullmatch(plain)
        inside = found["inside"] if found else plain[1:-1] if re.fullmatch(r"\[[^,]*\]", plain) else None
        if inside is None:
            return plain
        plain = inside.strip()


def _read(plain: str) -> Typed:
    if plain.endswith("%"):
        whole = _read(plain[:-1].strip())
        return replace(whole, text=plain, value=whole.value / PERCENT, half_unit=whole.half_unit / PERCENT)
    if found := NOT_FINITE.fullmatch(plain):
        size = math.nan if found[2] else math.inf
        return Typed(plain, -size if found[1] == "-" else size, 0.0)
    if LITERAL.fullmatch(plain):
        return _literal(plain)
    if DECIMAL_COMMA.fullmatch(plain) or THOUSANDS.fullmatch(plain):
        meant = plain.replace(",", "" if "." in plain else ".")
        return replace(_literal(meant), is_guess=True)
    return _computed(plain)


def _literal(text: str) -> Typed:
    try:
        exponent = cast(int, Decimal(text).as_tuple().exponent)
        read = Typed(text, float(text), float(Decimal((0, (5,), exponent - 1))))
    except (InvalidOperation, OverflowError):
        raise UnreadableError(NO_VALUE) from None
    if not math.isfinite(read.value):
        raise UnreadableError(NO_VALUE)
    return read


def _computed(text: str) -> Typed:
    """The result of arithmetic; its precision follows from the decimals in it."""
    if "".join(text.split()).isalpha() and text not in CONSTANTS:
        raise UnreadableError(NO_NUMBER.format(text=text))
    try:
        tree = parse(WORDS.sub(lambda found: CALLED[found[0]], ROOT.sub(r"√(\1)", text)), CONSTANTS)
    except FormulaError as error:
        raise UnreadableError(_refusal(text, error)) from None
    decimals: dict[str, tuple[float, float]] = {}
    coarsest = min((figures(_literal(each)) for each in DECIMAL.findall(text)), default=0)
    tree = _lettered(tree, decimals)
    known = CONSTANTS | {name: value for name, (value, _) in decimals.items()}
    value = _value(tree, known)
    if not math.isfinite(value):
        raise UnreadableError(NO_VALUE)
    moved = (
        max(abs(_value(tree, known | {name: at + way * half}) - value) for way in (-1, 1))
        for name, (at, half) in decimals.items()
    )
    half = sum((each for each in moved if math.isfinite(each)), 0.0)
    return Typed(text, value, half, not FRACTION.fullmatch(text), coarsest)


def _refusal(text: str, error: FormulaError) -> T:
    """Why arithmetic cannot be read: a name or a unit in it is no part of a number, whatever else is wrong."""
    known = {*FUNCTIONS, *CALLED, *CONSTANTS}
    is_worded = any(found[0] not in known for found in IDENTIFIER.finditer(text)) and not CALL.search(text)
    return NO_NUMBER.format(text=visible(text)) if is_worded else error.message


def _lettered(node: Formula, decimals: dict[str, tuple[float, float]]) -> Formula:
    """The formula with a letter for each decimal that is not exact, collected with half a unit of its last digit."""
    if isinstance(node, Lit) and "." in node.text:
        read = _literal(node.text)
        if figures(read) > AS_GIVEN:
            decimals[name := f"n{len(decimals)}"] = read.value, read.half_unit
            return Sym(name)
    return rebuilt(node, lambda part: _lettered(part, decimals))


def _value(tree: Formula, known: Mapping[str, float]) -> float:
    return cast(float, evaluate(tree, known))


WORD = re.compile(r"q(\d+)q")
PRODUCT = re.compile(r"(q\d+q|\))(?=\s*(?:q\d+q|\())")
"""A bracket or a name after these is a factor, as on the screen and on paper: ``O(e)(1 − O(e))``, ``δ₁ a₂``."""

IDENTIFIER = re.compile(r"[^\W\d]\w*(?:\^\w+)?")
SHORTENED = re.compile(r"[^\W\d_]+_\d+")
"""Names that are also typed without the underscore: ``y_1`` as ``y1``."""

MOST_NAMED = 4
UNKNOWN = T(
    "'{name}' is no name here; names are, for instance, {some}{near}", "'{name}' 不是这里的名字；名字例如 {some}{near}"
)

EDGE = r"[\w@\[]"
POWERS = {"²": "^2", "³": "^3", "σ(": "sigmoid(", "ln(": "log("}


@frozen
class Names:
    """Every spelling of every letter of an exercise, the longest first."""

    letters: Mapping[str, Formula]

    def read(self, text: str) -> Formula:
        """The formula `text` in the letters of the exercise. Raises UnreadableError for anything that is no formula."""
        words: dict[str, Formula] = {}
        spelt = self._in_words(text.translate(MARKS), words)
        self._refuse_unknown(spelt)
        try:
            tree = parse(spelt, words)
        except FormulaError as error:
            raise UnreadableError(self._in_names(error.message)) from None
        return substitute(tree, words)

    def _refuse_unknown(self, spelt: str) -> None:
        """Raises UnreadableError for a word that is neither a name nor a function, with a suggestion."""
        for found in IDENTIFIER.finditer(spelt):
            name = found[0]
            base = name.partition("^")[0]
            if not WORD.fullmatch(base) and base not in (*FUNCTIONS, "ln", "e"):
                some = ", ".join(sorted(self.letters, key=lambda known: (len(known), known))[:MOST_NAMED])
                raise UnreadableError(UNKNOWN.format(name=name, near=did_you_mean(name, self.letters), some=some))

    def _in_names(self, message: T) -> T:
        """A message about the rewritten text, as one about the text that was typed."""
        known = sorted(self.letters)
        return T(*(WORD.sub(lambda word: known[int(word[1])], message[lang]) for lang in LANGUAGES))

    def _in_words(self, text: str, words: dict[str, Formula]) -> str:
        """`text` with each known name replaced by a word of its own, collected in `words`, and every product written.

        A name is the longest that starts at a place, and no part of a longer word.
        """
        numbers = {name: i for i, name in enumerate(sorted(self.letters))}
        ends = (f"(?!{EDGE})" if name[-1].isalnum() or name[-1] == "_" else "" for name in self.letters)
        known = "|".join(re.escape(name) + end for name, end in zip(self.letters, ends, strict=True))

        def word(found: re.Match[str]) -> str:
            if found[0] in POWERS:
                return POWERS[found[0]]
            words[spelt := f"q{numbers[found[0]]}q"] = self.letters[found[0]]
            return spelt

        return PRODUCT.sub(r"\1*", re.sub(rf"(?<!{EDGE})(?:{known})|{'|'.join(map(re.escape, POWERS))}", word, text))


def names(exercise: Exercise, without: str) -> Names:
    """The names of an exercise; `without` is the quantity that is asked for.

    Of several examples, a name without one means that of the quantity asked for.
    """
    found: dict[str, Formula] = {}
    example = without.partition("@")[2]
    for name, (element, section) in known_names(exercise.lesson).items():
        letter = _letter(exercise.lesson, element, section)
        if letter is not None and getattr(letter, "key", "") != without and name not in FUNCTIONS:
            found.setdefault(name, letter)
            if example and name.endswith(f"@{example}"):
                found.setdefault(name.rpartition("@")[0], letter)
    for name in [name for name in found if SHORTENED.fullmatch(name)]:
        found.setdefault(name.replace("_", ""), found[name])
    return Names(dict(sorted(found.items(), key=lambda item: -len(item[0]))))


def _letter(lesson: Lesson, element: Element, section: str) -> Formula | None:
    role = lesson.graph.nodes[element.node].role
    if section == "grads":
        return None if role == Role.TARGET else lesson.adjoint_letter(element)
    return lesson.reading.letter(element)


def typed_formula(formula: Formula) -> str:
    """A formula as a learner would type it, in letters that can be typed."""
    return in_plain_text(_renamed(formula))


def _renamed(node: Formula) -> Formula:
    if isinstance(node, Sym) or (isinstance(node, Partial) and node.key):
        return Sym(typeable(node))
    if isinstance(node, Num):
        return Lit(Fraction(node.text), node.text)
    return rebuilt(node, _renamed)
