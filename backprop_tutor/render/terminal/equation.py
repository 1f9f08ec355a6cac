"""An equation: on one line where it fits, else one member a line with the signs under each other.

    ∂L/∂W_ec = ∂L/∂O(e) · ∂O(e)/∂h(e) · ∂h(e)/∂W_ec
             = (O(e) − y) · O(e)(1 − O(e)) · O(c)
             ≈ −0.0522664

A member too long for its line goes on below, set in a little.
"""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.lesson.document import Equation
from backprop_tutor.render.terminal.line import Line, hang, join, spaces
from backprop_tutor.render.terminal.matrix import boxed
from backprop_tutor.render.terminal.pen import Pen
from backprop_tutor.render.terminal.wrap import part, wrap

_SPACE, GAP = spaces(1), spaces(3)
_ROOM = 28  # cells that members should have beside the left side
_STEP = 2  # how far the rest of a member too long for one line stands in


def equation_lines(equation: Equation, pen: Pen, width: int) -> Iterator[Line]:
    """`equation` in lines of at most `width` cells; its remark stands behind it, or below where there is no room."""
    *before, last = _lines(equation, pen, width)
    remark = pen.words(equation.remark)
    yield from before
    if not remark.text:
        yield last
    elif last.width + GAP.width + remark.width <= width:
        yield join((last, GAP, remark))
    else:
        yield last
        yield from hang(spaces(_STEP), wrap(remark, width - _STEP))


def one_line(equation: Equation, pen: Pen) -> Line:
    """`equation` on one line, however long."""
    return _joined(pen.formula(equation.left), _members(equation, pen))


def _lines(equation: Equation, pen: Pen, width: int) -> list[Line]:
    left, members = pen.formula(equation.left), _members(equation, pen)
    whole = _joined(left, members)
    blocks = boxed(equation, pen, width) if "[" in whole.text else None  # only then can there be a matrix
    return blocks or ([whole] if whole.width <= width else list(_below_each_other(left, members, width)))


def _members(equation: Equation, pen: Pen) -> list[tuple[Line, Line]]:
    """The sign and the formula of every member."""
    return [(pen.text(link.sign), pen.formula(link.right)) for link in equation.links]


def _joined(left: Line, members: list[tuple[Line, Line]]) -> Line:
    return join((left, *(part for sign, right in members for part in (_SPACE, sign, _SPACE, right))))


def _below_each_other(left: Line, members: list[tuple[Line, Line]], width: int) -> Iterator[Line]:
    """The left side, then every member behind its sign; a left side that leaves too little room stands alone."""
    before = left + _SPACE
    if before.width > 2 * _STEP and width - before.width < _ROOM:
        yield from part(left, width)
        before = spaces(_STEP)
    for sign, right in members:
        yield from hang(before, _member(sign, right, width - before.width))
        before = spaces(before.width)


def _member(sign: Line, right: Line, width: int) -> Iterator[Line]:
    head = sign + _SPACE
    if head.width + right.width <= width:
        return hang(head, (right,))
    first, *rest = part(right, width - head.width - _STEP)
    return hang(head, (first, *(spaces(_STEP) + line for line in rest)))
