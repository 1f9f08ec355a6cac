"""Renders an equation: on one line where it fits, else one member a line with the signs aligned.

    ∂L/∂W_ec = ∂L/∂O(e) · ∂O(e)/∂h(e) · ∂h(e)/∂W_ec
             = (O(e) − y) · O(e)(1 − O(e)) · O(c)
             ≈ −0.0522664

Matrices are drawn as blocks of lines, the rest of the equation on their middle line:

    ⎡ 0.61 ⎤   ⎡ 0.1  0.7 ⎤   ⎡ 0.5 ⎤
    ⎣ 0.31 ⎦ = ⎣ 0.3  0.2 ⎦ · ⎣ 0.8 ⎦

A member too long for its line continues below with an indentation, broken before a matrix where it has one. Where the
screen is too narrow for a matrix, the equation is written in members without blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from backprop_tutor.formula.nodes import Formula, Matrix, Sym, children, rebuild
from backprop_tutor.formula.printing.unicode import runs
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Equation
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import Line, hang, join, part, spaces, spread, wrap

_STEP = 2  # the indentation of the rest of a member too wide for one line


@frozen(slots=True)
class Box:
    """Lines of one width, and the index of the middle line, on which neighbours are placed."""

    lines: tuple[Line, ...]
    middle: int = 0
    opens: bool = False  # whether it is preceded by a space, at which a row may be broken


def boxed(equation: Equation, pen: Formatter, width: int) -> list[Line] | None:
    """`equation` with its matrices as blocks; None where it has none, or one is wider than `width`, and in ASCII, which
    has no brackets of several lines.
    """
    sides = (equation.left, *(link.right for link in equation.links))
    if pen.ascii or not any(map(_has_matrix, sides)):
        return None
    left, *rights = (_pieces(side, pen) for side in sides)
    signs = [Box((pen.text(f" {link.sign} "),)) for link in equation.links]
    whole = beside((*left, *(box for sign, right in zip(signs, rights, strict=True) for box in (sign, *right)))).lines
    lines = whole if whole[0].width <= width else tuple(_below(beside(left), signs, rights, width))
    if any(line.width > width for line in lines):
        lines = tuple(_under(beside(left), signs, rights, width))
    return list(lines) if all(line.width <= width for line in lines) else None


def _under(left: Box, signs: list[Box], members: list[list[Box]], width: int) -> Iterator[Line]:
    """The left side alone, every member below it with an indentation."""
    yield from left.lines
    for sign, member in zip(signs, members, strict=True):
        first, *rest = _rows(member, width - _STEP - sign.lines[0].width)
        yield from beside((Box((spaces(_STEP - 1),)), sign, first)).lines
        room = spaces(_STEP - 1 + sign.lines[0].width + _STEP)
        yield from (line for row in rest for line in hang(room, row.lines))


def beside(boxes: Iterable[Box]) -> Box:
    """The boxes side by side, their middle lines on one line."""
    row = tuple(boxes)
    above = max(box.middle for box in row)
    below = max(len(box.lines) - box.middle for box in row)
    return Box(tuple(join(_at(box, y) for box in row) for y in range(-above, below)), above)


def _below(left: Box, signs: list[Box], members: list[list[Box]], width: int) -> Iterator[Line]:
    """The left side beside the first member, every further member below it."""
    before = left
    for sign, member in zip(signs, members, strict=True):
        first, *rest = _rows(member, width - left.lines[0].width - sign.lines[0].width)
        yield from beside((before, sign, first)).lines
        before = Box((spaces(left.lines[0].width),))
        room = spaces(left.lines[0].width + sign.lines[0].width + _STEP)
        yield from (line for row in rest for line in hang(room, row.lines))


def _rows(pieces: list[Box], width: int) -> list[Box]:
    """The pieces side by side, as many in a row as fit into `width`."""
    rows = [[pieces[0]]]
    for piece in pieces[1:]:
        room = width if len(rows) == 1 else width - _STEP
        fits = sum(box.lines[0].width for box in (*rows[-1], piece)) <= room
        rows = [*rows[:-1], [*rows[-1], piece]] if fits else [*rows, [_at_start(piece)]]
    return [beside(row) for row in rows]


def _at_start(piece: Box) -> Box:
    """A piece at the start of a row, without the space before it."""
    return Box(tuple(line[1:] for line in piece.lines), piece.middle) if piece.opens else piece


def _at(box: Box, y: int) -> Line:
    """The line of `box` that is `y` lines below its middle, blank outside it."""
    line = box.middle + y
    return box.lines[line] if 0 <= line < len(box.lines) else spaces(box.lines[0].width)


def _has_matrix(formula: Formula) -> bool:
    return not formula.flat if isinstance(formula, Matrix) else any(map(_has_matrix, children(formula)))


def _pieces(formula: Formula, pen: Formatter) -> list[Box]:
    """A formula with each of its matrices as a block, in pieces between which it may be broken."""
    blocks: dict[Formula, Matrix] = {}
    pieces: list[list[Box]] = [[]]
    for run in runs(_marked(formula, blocks)):
        if run.source in blocks:
            pieces[-1].append(_matrix(blocks[run.source], pen))
            continue
        head, space, tail = run.text.partition(" ") if pieces[-1] and run.source is None else (run.text, "", "")
        pieces[-1].append(Box((pen.run(run._replace(text=head)),)))
        if space:
            pieces.append([Box((pen.run(run._replace(text=space + tail)),))])
    first, *rest = (beside(piece) for piece in pieces)
    return [first, *(replace(piece, opens=True) for piece in rest)]


def _marked(formula: Formula, blocks: dict[Formula, Matrix]) -> Formula:
    """`formula` with a mark for every matrix in it; `blocks` records the block of each mark."""
    if isinstance(formula, Matrix) and not formula.flat:
        mark = Sym("", key=f"block {len(blocks)}")
        blocks[mark] = formula
        return mark
    return rebuild(formula, tuple(_marked(part, blocks) for part in children(formula)))


def _matrix(matrix: Matrix, pen: Formatter) -> Box:
    columns = [_aligned([pen.formula(cell) for cell in column]) for column in zip(*matrix.rows, strict=True)]
    rows = [spread(row, 2) for row in zip(*columns, strict=True)]
    return Box(tuple(_bracketed(rows)), (len(rows) - 1) // 2)


def _aligned(column: list[Line]) -> list[Line]:
    width = max(cell.width for cell in column)
    return [cell.padded(width, "right") for cell in column]


def _bracketed(rows: list[Line]) -> Iterator[Line]:
    """The rows between brackets of the same height."""
    last = len(rows) - 1
    for index, row in enumerate(rows):
        left, right = "[]" if last == 0 else "⎡⎤" if index == 0 else "⎣⎦" if index == last else "⎢⎥"
        yield join((Line(left + " "), row, Line(" " + right)))


_SPACE, GAP = spaces(1), spaces(3)
_ROOM = 28  # cells that members should have beside the left side
_LINE_STEP = 2  # the indentation of the rest of a member too long for one line


def equation_lines(equation: Equation, pen: Formatter, width: int) -> Iterator[Line]:
    """`equation` in lines of at most `width` cells, followed by its remark, or with it below where the line is full."""
    *before, last = _lines(equation, pen, width)
    remark = pen.words(equation.remark)
    yield from before
    if not remark.text:
        yield last
    elif last.width + GAP.width + remark.width <= width:
        yield join((last, GAP, remark))
    else:
        yield last
        yield from hang(spaces(_LINE_STEP), wrap(remark, width - _LINE_STEP))


def one_line(equation: Equation, pen: Formatter) -> Line:
    """`equation` on one line, however long."""
    return _joined(pen.formula(equation.left), _members(equation, pen))


def _lines(equation: Equation, pen: Formatter, width: int) -> list[Line]:
    left, members = pen.formula(equation.left), _members(equation, pen)
    whole = _joined(left, members)
    blocks = boxed(equation, pen, width) if "[" in whole.text else None  # only then can there be a matrix
    return blocks or ([whole] if whole.width <= width else list(_below_each_other(left, members, width)))


def _members(equation: Equation, pen: Formatter) -> list[tuple[Line, Line]]:
    """The sign and the formula of every member."""
    return [(pen.text(link.sign), pen.formula(link.right)) for link in equation.links]


def _joined(left: Line, members: list[tuple[Line, Line]]) -> Line:
    return join((left, *(part for sign, right in members for part in (_SPACE, sign, _SPACE, right))))


def _below_each_other(left: Line, members: list[tuple[Line, Line]], width: int) -> Iterator[Line]:
    """The left side, then every member after its sign; a left side that leaves too little room has a line of its own."""
    before = left + _SPACE
    if before.width > 2 * _LINE_STEP and width - before.width < _ROOM:
        yield from part(left, width)
        before = spaces(_LINE_STEP)
    for sign, right in members:
        yield from hang(before, _member(sign, right, width - before.width))
        before = spaces(before.width)


def _member(sign: Line, right: Line, width: int) -> Iterator[Line]:
    head = sign + _SPACE
    if head.width + right.width <= width:
        return hang(head, (right,))
    first, *rest = part(right, width - head.width - _LINE_STEP)
    return hang(head, (first, *(spaces(_LINE_STEP) + line for line in rest)))
