"""An edited line as it is told: as the learner had it, as it is right, and the correction marked, in letters and figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Add, Formula, Lit, Mul, Neg, Num, Partial, Sym, rebuilt
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block, Changed, Math, Paragraph, Row, Rows, Text, Words
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.practice.edits.arithmetic import worth
from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions
from backprop_tutor.practice.edits.rewrites import Edit
from backprop_tutor.text import T

YOURS, RIGHT = T("yours", "你的"), T("right", "正确")
CORRECTED = T("corrected", "改正")
WIDE, CLOSE = " · ", "·"
MULTIPLE = 3
"""Where more pieces than this are changed the whole formula is."""

CLAUSES = {
    "factor-omitted": T("the factor {before} is left out", "漏乘了因子 {before}"),
    "constant-forgotten": T("the constant {before} is forgotten", "忘了常数 {before}"),
    "upstream-forgotten": T("what comes from above is left out: {before}", "漏乘了从后面传来的 {before}"),
    "part-only": T("{after} is taken for {before} here only", "只在这里把 {before} 当作 {after}"),
    "term-omitted": T("the term {before} is left out", "漏加了 {before} 这一项"),
    "twice": T("all of it is taken twice", "整行多乘了 2"),
    "half": T("only half of it is taken", "整行只取了一半"),
    "value-repeated": T(
        "the number of another line is given again: {after} in place of {before}",
        "重复了另一行的数：把 {before} 写成了 {after}",
    ),
    "factor-doubled": T("the factor {before} is taken twice", "因子 {before} 多乘了一次"),
    "term-doubled": T("the term {before} is taken twice", "{before} 这一项多加了一次"),
    "sign-changed": T("the term {before} has the other sign", "{before} 这一项的符号反了"),
    "mean-for-sum": T("the mean is taken for the sum {before}", "{before} 本该求和，却取了平均"),
    "function-skipped": T("{after} is taken for {before}", "把 {after} 直接当作 {before}"),
    "digits-exchanged": T(
        "two digits are exchanged: {after} in place of {before}", "两位数字颠倒：把 {before} 写成了 {after}"
    ),
    "point-moved": T(
        "the decimal point is moved: {after} in place of {before}", "小数点移了位：把 {before} 写成了 {after}"
    ),
}
INSTEAD = T("{after} stands in place of {before}", "该用 {before} 的地方用了 {after}")
TURNED_WHOLE = T("the result has the other sign", "结果的符号反了")
TURNED = T("the sign is the other one: {after} in place of {before}", "符号反了：{before} 成了 {after}")


@frozen(eq=False)
class MarkedCorrection:
    """A line in letters and with figures, right and as the learner had it, and what each comes to."""

    name: str
    letter: Formula
    right: Formula
    yours: Formula
    right_numbers: Formula
    yours_numbers: Formula
    right_value: Num
    yours_value: Num

    def record(self) -> dict[str, Any]:
        """The line before and after the edit, for other programs."""
        return {
            "line": self.name,
            "letter": unicode(self.letter),
            "before": _side(self.right, self.right_numbers, self.right_value),
            "after": _side(self.yours, self.yours_numbers, self.yours_value),
        }


def _side(written: Formula, numbers: Formula, value: Num) -> dict[str, Any]:
    return {"letters": unicode(written), "numbers": unicode(numbers), "value": value.value}


def marked_correction(solutions: EditedSolutions, edited: Edited) -> MarkedCorrection:
    """The first line of an edit, with the learner's own numbers in it."""
    line = solutions.solution.line(edited.name)
    digits = solutions.case.digits(min(solutions.own, default=0))
    if line is None:
        before, after = edited.edit.before, edited.edit.written
        assert isinstance(before, Num), "what is given is a number"
        assert isinstance(after, Num), "and is read as another number"
        return MarkedCorrection(
            edited.name, solutions.solution.letter(edited.name), before, after, before, after, before, after
        )
    known = solutions.claimed.standing
    yours = edited.edit.written
    right_value, value = (figure(float(worth(formula, known)), digits) for formula in (line.written, yours))
    right_numbers, numbers = (_numbered(solutions, formula, digits) for formula in (line.written, yours))
    return MarkedCorrection(edited.name, line.letter, line.written, yours, right_numbers, numbers, right_value, value)


def _numbered(solutions: EditedSolutions, node: Formula, digits: int) -> Formula:
    """A formula with the learner's figures for its letters, where they wrote some, else what follows."""
    if isinstance(node, (Sym, Partial)):
        return solutions.claimed.shown(node.key if isinstance(node, Partial) else node.key or node.base, digits)
    return rebuilt(node, lambda part: _numbered(solutions, part, digits))


def clause(edit: Edit) -> T:
    """What was done to the line, in words."""
    before, after = unicode(edit.before), unicode(edit.after) if edit.after is not None else ""
    if edit.kind == "sign-lost":
        if edit.after == Neg(edit.before) and not edit.place:
            return TURNED_WHOLE
        return TURNED.format(before=before, after=after)
    return CLAUSES.get(edit.kind, INSTEAD).format(before=before, after=after)


def blocks(solutions: EditedSolutions, edited: Edited) -> Iterator[Block]:
    """The line as it was and as it is right, and the correction marked in it."""
    found, say = marked_correction(solutions, edited), solutions.case.lessons[0].say
    yours = derivation(found.letter, found.yours, found.yours_numbers, found.yours_value)
    right = derivation(found.letter, found.right, found.right_numbers, found.right_value)
    rows = [Row(say(YOURS), (yours,)), Row(say(RIGHT), (right,))]
    before, after = edited.edit.before, edited.edit.written
    is_number = isinstance(before, Num) and isinstance(after, Num)
    marked = _digits(unicode(after), unicode(before)) if is_number else correction(found.yours, found.right)
    line = Paragraph((Math(found.letter), Text(" = "), *marked))
    yield Rows((*rows, Row(say(CORRECTED), (line,))))


def _digits(yours: str, right: str) -> Words:
    """A number that was written wrongly, with the signs and digits marked that have to change."""
    ahead = _alike(yours, right)
    behind = _alike(yours[ahead:][::-1], right[ahead:][::-1])
    pieces = ((yours, "struck"), (right, "inserted"))
    marked = ((text[ahead : len(text) - behind], change) for text, change in pieces)
    changed = (Changed((Text(text),), change) for text, change in marked if text)  # type: ignore[arg-type]
    return (Text(right[:ahead]), *changed, Text(right[len(right) - behind :]))


def correction(yours: Formula, right: Formula) -> Words:
    """The right formula with what has to go struck out and what was missing put in."""
    if yours == Neg(right):
        return (Changed((Text("−"),), "struck"), Math(right))
    if right == Neg(yours):
        return (Changed((Text("−"),), "inserted"), Math(yours))
    kind = Mul if isinstance(right, Mul) else Add if isinstance(right, Add) else None
    mine, theirs = _pieces(yours, kind), _pieces(right, kind)
    if kind is None or not theirs:
        return (Changed((Math(yours),), "struck"), Text(" "), Changed((Math(right),), "inserted"))
    ahead = _alike(mine, theirs)
    behind = _alike(mine[ahead:][::-1], theirs[ahead:][::-1])
    old, new = mine[ahead : len(mine) - behind], theirs[ahead : len(theirs) - behind]
    joint = (WIDE if getattr(right, "wide", False) else CLOSE) if kind is Mul else " + "
    words = [*_joined(theirs[:ahead], joint, kind, first=True)]
    for pieces, change in ((old, "struck"), (new, "inserted")):
        if pieces:
            shown = tuple(_joined(pieces, joint, kind, first=not ahead))
            words.append(Changed(shown, change))  # type: ignore[arg-type]
    words += _joined(theirs[len(theirs) - behind :], joint, kind, first=not words)
    return tuple(words)


def _pieces(node: Formula, kind: type | None) -> tuple[Formula, ...]:
    """The factors or terms of a formula, those inside factors one by one."""
    if kind is Mul and isinstance(node, Mul):
        return tuple(piece for factor in node.factors for piece in _pieces(factor, kind))
    if kind is Add and isinstance(node, Add):
        return node.terms
    return (node,)


def _alike(mine: Sequence[object], theirs: Sequence[object]) -> int:
    """How many pieces two lines open with in common."""
    count = 0
    while count < min(len(mine), len(theirs)) and mine[count] == theirs[count]:
        count += 1
    return count


def _joined(pieces: Sequence[Formula], joint: str, kind: type, first: bool) -> Iterator[Any]:
    for i, piece in enumerate(pieces):
        opens = first and i == 0
        if kind is Add:
            negative = isinstance(piece, Neg)
            sign = ("−" if negative else "") if opens else (" − " if negative else " + ")
            yield Text(sign)
            yield Math(piece.operand if isinstance(piece, Neg) else piece)
        else:
            if not opens:
                yield Text(joint)
            yield Math(piece if isinstance(piece, (Sym, Partial, Lit, Num)) else Mul((piece,)))
