"""A reader of drawings: finds the frames in a grid of characters and follows the lines from one to the other.

It knows nothing of how the drawing was made; what a line character joins is taken from its Unicode name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

UP, RIGHT, DOWN, LEFT = (-1, 0), (0, 1), (1, 0), (0, -1)
_SIDES = {
    "UP": [UP],
    "DOWN": [DOWN],
    "LEFT": [LEFT],
    "RIGHT": [RIGHT],
    "VERTICAL": [UP, DOWN],
    "HORIZONTAL": [LEFT, RIGHT],
}
_TYPED = {"-": {LEFT, RIGHT}, "=": {LEFT, RIGHT}, "|": {UP, DOWN}, "!": {UP, DOWN}}


def arms(character: str) -> frozenset[tuple[int, int]]:
    """The directions in which a line character goes on."""
    name = unicodedata.name(character, "")
    words = name.split() if name.startswith("BOX DRAWINGS") else []
    return frozenset(side for word in words for side in _SIDES.get(word, []))


@dataclass(frozen=True)
class Frame:
    """A frame as found: its name, its sides and the rows inside it."""

    name: str
    left: int
    right: int
    rows: range


class Grid:
    """The characters of a drawing by their place; a wide character fills two places."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = ["".join(c + "\0" * (cell_len(c) - 1) for c in line) for line in lines]
        patterns = r"[╭┏](?:[─━] )?(\w+) ?[─━]+[╮┓]", r"[+#](?:[-=] )?(\w+) ?[-=]+[+#]"
        self.frames = [frame for pattern in patterns for frame in self._frames(pattern)]

    def connections(self) -> Counter[tuple[str, str, str]]:
        """Every (source, label, target) that can be read off the drawing."""
        found: Counter[tuple[str, str, str]] = Counter()
        for frame in self.frames:
            for row in frame.rows:
                if RIGHT in self.arms(row, frame.right):
                    found.update((frame.name, label, target) for label, target in self._follow(row, frame.right, RIGHT))
        return found

    def arms(self, row: int, column: int) -> frozenset[tuple[int, int]]:
        """The directions in which the line at a place goes on; a typed joint joins the lines that lead to it."""
        character = self.at(row, column)
        if character in "+#":
            return frozenset(side for side in (UP, RIGHT, DOWN, LEFT) if self._leads(row, column, side))
        return frozenset(_TYPED[character]) if character in _TYPED else arms(character)

    def at(self, row: int, column: int) -> str:
        """The character at a place, a space outside."""
        inside = 0 <= row < len(self.lines) and 0 <= column < len(self.lines[row])
        return self.lines[row][column] if inside else " "

    def _leads(self, row: int, column: int, side: tuple[int, int]) -> bool:
        character = self.at(row + side[0], column + side[1])
        return character in ("+#|!" if side in (UP, DOWN) else "+#-=>")

    def _frames(self, pattern: str) -> Iterator[Frame]:
        for top, line in enumerate(self.lines):
            for match in re.finditer(pattern, line):
                bottom = next(r for r in range(top + 1, len(self.lines)) if self.at(r, match.start()) in "╰┗+#")
                yield Frame(match[1], match.start(), match.end() - 1, range(top + 1, bottom))

    def _follow(self, row: int, column: int, way: tuple[int, int], label: str = "") -> Iterator[tuple[str, str]]:
        """All (label, target) that a line reaches which leaves a place in a direction."""
        back = (-way[0], -way[1])
        row, column = row + way[0], column + way[1]
        while (character := self.at(row, column)) == " " and not label:
            label, column = self._label(row, column, way)
        if character in ("▶>" if way == RIGHT else "◀<"):
            yield label, self._frame(row, column + way[1], way)
            return
        joined = self.arms(row, column)
        if back in joined:
            for side in joined - {back}:
                yield from self._follow(row, column, side, label)
        else:
            assert joined == {UP, DOWN}, f"a line ends at {character!r} in row {row}, cell {column}"
            yield from self._follow(row, column, way, label)  # it jumps the upright line

    def _label(self, row: int, column: int, way: tuple[int, int]) -> tuple[str, int]:
        """The label that begins at a place, and the place behind it: after a space, or at the head of an arrow."""
        end = column + way[1]
        while self.at(row, end) not in " ▶" and not (self.at(row, end) == ">" and self.at(row, end + 1) in "|!+#"):
            end += way[1]
        start, stop = sorted((column, end))
        return self.lines[row][start + 1 : stop].replace("\0", ""), end + way[1] * (self.at(row, end) == " ")

    def _frame(self, row: int, column: int, way: tuple[int, int]) -> str:
        """The frame whose side is at a place."""
        (frame,) = [f for f in self.frames if row in f.rows and column == (f.left if way == RIGHT else f.right)]
        return frame.name
