"""Equations in HTML: their left sides below each other, a long one member by member.

Without a style sheet the parts still follow each other as they are read.
"""

from __future__ import annotations

from collections.abc import Iterable

from backprop_tutor.formula.unicode import unicode
from backprop_tutor.lesson.document import Equation, Link
from backprop_tutor.render.html_text import Setter

_LONGEST = 88  # letters on one line


def display(equations: Iterable[Equation], setter: Setter) -> str:
    """Equations that follow each other, their signs below each other."""
    return f'<div class="equations">\n{"".join(_equation(equation, setter) for equation in equations)}</div>\n'


def in_line(equation: Equation, setter: Setter) -> str:
    """The equation within a line, its remark behind it."""
    parts = [setter.formula(equation.left), *(_member(link, setter) for link in equation.links)]
    return " ".join([*parts, *([setter.words(equation.remark)] if equation.remark else [])])


def _equation(equation: Equation, setter: Setter) -> str:
    kind = "long" if _length(equation) > _LONGEST and len(equation.links) > 1 else "short"
    members = " ".join(f"<span>{_member(link, setter)}</span>" for link in equation.links)
    remark = f' <span class="remark">{setter.words(equation.remark)}</span>' if equation.remark else ""
    left = f"<div>{setter.formula(equation.left)}</div>"
    return f'<div class="equation {kind}">{left} <div class="members">{members}{remark}</div></div>\n'


def _member(link: Link, setter: Setter) -> str:
    first, *rest = setter.pieces(link.right)
    return "<wbr>".join([f"{link.sign}&nbsp;{first}", *rest])


def _length(equation: Equation) -> int:
    return sum(len(unicode(part)) for part in (equation.left, *(link.right for link in equation.links)))
