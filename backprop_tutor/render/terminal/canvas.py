"""A grid of terminal cells on which lines and words are drawn.

A cell of a line has up to four arms (up, right, down, left), each absent, light or heavy, so that lines of one owner
are joined by the right character where they meet. Where lines of two owners cross, the upright one is drawn and interrupts
the other (``─│─``): a joint (``├ ┼``) always means a connection.

An edge ends in its label on the line, followed by the head of the arrow. A vertex of a drawing is a frame with its name
on the upper edge and its figures inside:

    ╭─ c ──────────╮
    │ h = 0.61     │
    │ O = 0.647941 ├
    ╰──────────────╯

Its line leaves at the right; edges arrive at the left, or at the right in a drawing from top to bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Drawing, Grid, Vertex
from backprop_tutor.render.layout import Arrival
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import Line, join, spaces

Cell: TypeAlias = tuple[int, int]  # row, column
Arms: TypeAlias = tuple[int, int, int, int]  # up, right, down, left; 0 absent, 1 light, 2 heavy

# The character with given arms stands at the number whose digits to base 3 are the arms.
JOINTS = " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"
_STEPS = ((-1, 0), (0, 1), (1, 0), (0, -1))


def joint(arms: Arms, typed: bool = False) -> str:
    """The character with these arms; in ASCII ``- | +``, heavy ``= ! #``."""
    up, right, down, left = arms
    if not typed:
        return JOINTS[27 * up + 9 * right + 3 * down + left]
    shape = 0 if not (up or down) else 1 if not (left or right) else 2
    return ("=!#" if max(arms) == 2 else "-|+")[shape]


class Canvas:
    """Lines and words, drawn in any order."""

    def __init__(self, pen: Formatter) -> None:
        self._pen = pen
        self._wires: dict[Cell, dict[str, list[int]]] = {}
        self._words: dict[Cell, Line] = {}

    def write(self, row: int, column: int, line: Line) -> None:
        """Writes words at a place; they cover lines."""
        self._words[row, column] = line

    def wire(self, points: Sequence[Cell], owner: str, lit: bool = False) -> None:
        """Draws a line along `points`, each straight below or beside the one before; it joins all lines of its owner."""
        weight = 2 if lit else 1
        for (row, column), end in pairwise(points):
            down, right = _sign(end[0] - row), _sign(end[1] - column)
            while (row, column) != end:
                self._arm((row, column), owner, _STEPS.index((down, right)), weight)
                row, column = row + down, column + right
                self._arm((row, column), owner, _STEPS.index((-down, -right)), weight)

    def lines(self) -> Iterator[Line]:
        """Everything drawn, row by row from the top."""
        rows: dict[int, list[tuple[int, Line]]] = {}
        for (row, column), line in sorted(self._cells().items()):
            rows.setdefault(row, []).append((column, line))
        for row in range(max(rows, default=-1) + 1):
            yield _row(rows.get(row, []))

    def _arm(self, cell: Cell, owner: str, side: int, weight: int) -> None:
        arms = self._wires.setdefault(cell, {}).setdefault(owner, [0, 0, 0, 0])
        arms[side] = max(arms[side], weight)

    def _cells(self) -> dict[Cell, Line]:
        return {cell: self._joint(owners) for cell, owners in self._wires.items()} | self._words

    def _joint(self, owners: dict[str, list[int]]) -> Line:
        """The character of a cell; of two lines that cross, the upright one."""
        up, right, down, left = max(owners.values(), key=lambda arms: (arms[0] > 0) + (arms[2] > 0))
        line = Line(joint((up, right, down, left), self._pen.ascii))
        return self._pen.marked(line, 2 in (up, right, down, left))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _row(cells: list[tuple[int, Line]]) -> Line:
    """The cells of one row, by column, as a line; those covered by a wide character are left out."""
    parts, end = [], 0
    for column, line in cells:
        if column >= end:
            parts += [spaces(column - end), line]
            end = column + line.width
    return join(parts)


def draw_arrow(
    canvas: Canvas, pen: Formatter, arrival: Arrival, row: int, head: int, leftwards: bool = False, tight: bool = False
) -> None:
    """Draws the head of the arrow in this row and cell, and the label on the line before it, next to it where `tight`."""
    canvas.write(row, head, pen.marked(pen.text("◀" if leftwards else "▶"), arrival.lit))
    label = _label(arrival, pen)
    if label.text:
        label = label.stripped() if tight else label
        canvas.write(row, head + 2 if leftwards else head - label.width - (not tight), label)


def label_room(arrivals: Iterable[Arrival], pen: Formatter) -> int:
    """The number of cells of the longest label on its line."""
    return max((_label(arrival, pen).width for arrival in arrivals), default=0)


def _label(arrival: Arrival, pen: Formatter) -> Line:
    """The label between two spaces, or an empty text."""
    if not (arrival.edge and arrival.edge.label):
        return Line()
    label = pen.dyed(pen.words(arrival.edge.label).text, arrival.edge.role)
    return join((spaces(1), pen.marked(label, arrival.lit), spaces(1)))


_CORNERS = {False: tuple("╭─╮╰╯"), True: tuple("┏━┓┗┛")}
_ASCII_CORNERS = {False: tuple("+-+++"), True: tuple("#=###")}


@frozen(slots=True)
class Frame:
    """The text in the frame of one vertex, and whether it is highlighted; a `tight` one has no space at its sides."""

    key: str
    name: Line
    figures: tuple[Line, ...]
    lit: bool
    tight: bool = False

    @property
    def width(self) -> int:
        """The number of cells the frame needs."""
        beside_name, beside_figures = (3, 2) if self.tight else (6, 4)
        return max([self.name.width + beside_name, *(figure.width + beside_figures for figure in self.figures)])

    def draw(self, canvas: Canvas, pen: Formatter, top: int, bottom: int, left: int, right: int) -> None:
        """Draws the frame with its edges in these rows and columns."""
        northwest, flat, northeast, southwest, southeast = (_ASCII_CORNERS if pen.ascii else _CORNERS)[self.lit]
        for column in (left, right):
            canvas.wire([(top, column), (bottom, column)], self.key, self.lit)
        before, after = (northwest, "") if self.tight else (f"{northwest}{flat} ", " ")
        rest = flat * (right - left - len(before) - self.name.width - len(after)) + northeast
        upper = (Line(before), self.name, Line(after + rest))
        canvas.write(top, left, pen.marked(join(upper), self.lit))
        canvas.write(bottom, left, pen.marked(Line(southwest + flat * (right - left - 1) + southeast), self.lit))
        for row, figure in enumerate(self.figures, top + 1):
            canvas.write(row, left + (1 if self.tight else 2), figure)


def frame(vertex: Vertex, drawing: Drawing, pen: Formatter, tight: bool = False) -> Frame:
    """The frame of `vertex`."""
    lit = vertex.key in drawing.lit
    name = pen.dyed(pen.formula(vertex.name).text, vertex.role)
    figures = (*map(pen.words, vertex.figures), *(grid_lines(vertex.grid, pen) if vertex.grid else ()))
    return Frame(vertex.key, pen.marked(name, lit), figures, lit, tight)


def grid_lines(grid: Grid, pen: Formatter) -> Iterator[Line]:
    """The rows of a grid, its columns aligned, with lines around its window:

    1 ┌──────┐ 1
    0 │ 1  3 │ 1
    2 │ 1  1 │ 0
      └──────┘
    """
    cells = [[pen.formula(cell) for cell in row] for row in grid.rows]
    widths = [max(cell.width for cell in column) for column in zip(*cells, strict=True)]
    top, left, bottom, right = grid.window or (-1, -1, -1, -1)
    edges = (left, right + 1) if grid.window else ()
    gaps = [GAP if column in edges else GAP - 1 if column else 0 for column in range(len(widths) + 1)]
    gaps[-1] = GAP - 1 if right + 1 == len(widths) and grid.window else 0
    upper, lower = ("+-+", "+-+") if pen.ascii else ("┌─┐", "└─┘")
    before = sum(widths[:left]) + sum(gaps[:left]) if grid.window else 0
    inside = sum(widths[left : right + 1]) + sum(gaps[left + 1 : right + 1]) + 2
    before += 1 if left > 0 else 0

    def edge(corners: str) -> Line:
        return Line(" " * before + corners[0] + corners[1] * inside + corners[2])

    for i, row in enumerate(cells):
        if grid.window and i == top:
            yield edge(upper)
        beside = ("|" if pen.ascii else "│") if top <= i <= bottom and grid.window else " "
        parts: list[Line] = []
        for column, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            parts += [_gap(column, left, right, gaps[column], beside), cell.padded(wide, "right")]
        yield join((*parts, _gap(len(widths), left, right, gaps[-1], beside)))
        if grid.window and i == bottom:
            yield edge(lower)


GAP = 3


def _gap(column: int, left: int, right: int, wide: int, beside: str) -> Line:
    """What stands before a column: the line of a window at its edges."""
    if column == left:
        return Line(f" {beside} "[3 - wide if column else 1 :])
    return Line(f" {beside} "[:wide]) if column == right + 1 and right >= 0 else spaces(wide)
