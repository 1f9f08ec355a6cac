r"""Equations in LaTeX: short ones on one row, longer ones member by member, their signs below each other.

A row never begins with a sign that Markdown would take for a list or a heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from backprop_tutor.lesson.document import Equation, Sign
from backprop_tutor.render.markdown_text import inline, math, opening

_SIGNS: Mapping[Sign, str] = MappingProxyType({"=": "=", "≈": r"\approx", "←": r"\leftarrow", "→": r"\to"})
_MOST_ROWS = 20  # in one block, which is set as a whole
_LONGEST = 72  # letters on one row
_UNSEEN = re.compile(r"\\[a-z]+|[{}_^ ]")
_LISTED = re.compile(r"[-+=#>\d]")


def display(equations: Iterable[Equation]) -> Iterator[str]:
    """The equations in blocks; a remark stands in a paragraph after its equation."""
    rows: list[str] = []
    for equation in equations:
        rows += _rows(equation)
        if equation.remark or len(rows) >= _MOST_ROWS:
            yield _aligned(rows)
            rows = []
        if equation.remark:
            yield opening(inline(equation.remark))
    if rows:
        yield _aligned(rows)


def in_line(equation: Equation) -> str:
    """The equation within a line, its remark behind it."""
    formula = " ".join([math(equation.left), *_members(equation)])
    return " ".join([f"${formula}$", *([inline(equation.remark)] if equation.remark else [])])


def is_short(equation: Equation) -> bool:
    """Whether the equation can stand within a line."""
    return _length([math(equation.left), *_members(equation)]) <= _LONGEST


def _rows(equation: Equation) -> list[str]:
    left, members = math(equation.left), _members(equation)
    left = f"{{}}{left}" if _LISTED.match(left) else left
    if _length([left, *members]) <= _LONGEST or len(members) < 2:
        return [" ".join([f"{left} &{members[0]}" if members else left, *members[1:]])]
    return [f"{left} &{members[0]}", *(f"&{member}" for member in members[1:])]


def _members(equation: Equation) -> list[str]:
    return [f"{_SIGNS[link.sign]} {math(link.right)}" for link in equation.links]


def _length(parts: list[str]) -> int:
    """About how many letters are seen of these parts."""
    return len(_UNSEEN.sub("", "".join(parts)))


def _aligned(rows: list[str]) -> str:
    return "\n".join(["$$", r"\begin{aligned}", " \\cr\n".join(rows), r"\end{aligned}", "$$"])
