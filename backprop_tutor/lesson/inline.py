"""Sentences with formulas in them, and equations with the right sign, `=` or `≈`."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan

from backprop_tutor.formula.evaluate import agree_exactly, evaluate
from backprop_tutor.formula.figures import is_whole
from backprop_tutor.formula.nodes import Formula, Lit, Matrix, Neg, Num, Partial, Sym, Written, children, rebuilt
from backprop_tutor.formula.printing.plain import plain as plain_text
from backprop_tutor.lesson.document import Code, Equation, Inline, Link, Math, Sign, Text, Tone, Words
from backprop_tutor.text import COMMA, Lang, T


def say(text: T, lang: Lang, **holes: Formula | Inline | Words | str | int | T) -> Words:
    """`text` in one language, each hole filled with a formula, an inline, several of them or plain words.

    Without values it is no template: a title or an author's name may contain braces.
    """
    if not holes:
        return (Text(text[lang]),) if text[lang] else ()
    words: list[Inline] = []
    for literal, hole in text.pieces(lang):
        if literal:
            words.append(Text(literal))
        if hole is not None:
            held = holes[hole]
            words += held if isinstance(held, tuple) else (_inline(held, lang),)
    return tuple(words)


def _inline(hole: Formula | Inline | str | int | T, lang: Lang) -> Inline:
    match hole:
        case Text() | Math() | Code():
            return hole
        case T():
            return Text(hole[lang])
        case Written():
            return Math(hole)
        case _:
            return Text(str(hole))


def plain(text: str, tone: Tone = "plain") -> Words:
    """Words that are the same in every language."""
    return (Text(text, tone),)


def math(formula: Formula) -> Words:
    """A formula as words."""
    return (Math(formula),)


def listed(formulas: Iterable[Formula], lang: Lang) -> Words:
    """Formulas with the commas of a list between them."""
    return joined(map(math, formulas), lang)


def joined(items: Iterable[Words], lang: Lang) -> Words:
    """The items of a list with its commas between them."""
    words: list[Inline] = []
    for item in items:
        words += [Text(COMMA[lang]), *item] if words else item
    return tuple(words)


def derivation(left: Formula, *members: Formula, keys: tuple[str, ...] = (), remark: Words = ()) -> Equation:
    """``left = formula = numbers ≈ value``, each member after `sign`; one that repeats the one before is left out."""
    links: list[Link] = []
    before = left
    for member in (m for m in members if not _shown_alike(m, members[-1])):
        if not _repeats(before, member):
            links.append(Link(sign(before, member), member))
        before = member
    return Equation(left, tuple(links), keys, remark)


def _repeats(before: Formula, member: Formula) -> bool:
    """Whether a member is shown exactly like the one before: the same formula or figures, or −0.5 as −(0.5)."""
    match before, member:
        case Num(text=text), Num(text=again):
            return again == text
        case Neg(operand=Num(text=text)), Num(text=negative):
            return negative == f"-{text}"
        case _:
            return before == member


def _shown_alike(member: Formula, value: Formula) -> bool:
    """Whether a member is a constant with the same figures as the value it leads to: 1 of a sum's derivative."""
    return isinstance(member, Lit) and isinstance(value, Num) and plain_text(member) == value.text


def sign(before: Formula, after: Formula) -> Sign:
    """`=` where `after` is the same number or matrix as `before` at the figures shown, else `≈`.

    Letters represent whole values: replacing them by their figures is a `=`, by a rounded result is not.
    """
    if not has_letters(before):
        return "=" if agree_exactly(before, after) else "≈"
    if isinstance(after, Num):
        return "=" if is_whole(after) else "≈"
    rounded = isinstance(after, Matrix) and not all(is_whole(n) for n in numbers_in(after))
    return "≈" if rounded else "="


def worth(formula: Formula) -> float:
    """The value of the figures shown; nan or inf where they have none."""
    value = evaluate(_as_shown(formula), {})
    return value if isinstance(value, float) else nan


def _as_shown(formula: Formula) -> Formula:
    if isinstance(formula, Num):
        return Num(float(formula.text), formula.text)
    return rebuilt(formula, _as_shown)


def numbers_in(formula: Formula) -> tuple[Num, ...]:
    """Every measured number of a formula, in the order written."""
    if isinstance(formula, Num):
        return (formula,)
    return tuple(number for part in children(formula) for number in numbers_in(part))


def has_letters(formula: Formula) -> bool:
    """Whether a formula still contains a letter or a derivative."""
    if isinstance(formula, (Num, Sym, Partial)):
        return not isinstance(formula, Num)
    return any(map(has_letters, children(formula)))
