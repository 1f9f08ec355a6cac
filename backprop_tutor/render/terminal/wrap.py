"""Lines no wider than asked.

Western words part at spaces, but not at those around an operator, as in z(1 − z) or O(e) = 0.65, nor before a
shape or inside it, as in W (2, 1). Chinese parts between any two characters, but no line starts with a closing mark
such as ``，`` or ends with an opening one. A formula parts before a sign, a sum rather than a product, outside brackets
rather than inside. What is still too wide, a long name or number, is cut by cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backprop_tutor.render.terminal.line import Line, cells, is_narrow

GLUE = "\xa0"  # a space at which no words part, inside a formula; it is printed as a space

_OPENING, _CLOSING = r"[(\[{（《「『【〔“‘]", r"[)\]}.,;:!?，。、；：！？）》」』】〕”’…％]"
_WESTERN = "[!-\u2017\u2019-\u201b\u201d-\u2e7f]+"  # all before the Chinese characters but a space and opening quotes
_ATOM = re.compile(f"{_OPENING}*(?:{_WESTERN}|[^ ]){_CLOSING}*")
_SIDE = "[!-\u2e7f]"
_OPERATOR = re.compile(f"(?<={_SIDE}) ([=≈≠≤≥<>+−·×⊙←/*-]|[<>~!]=|<-) (?={_SIDE})")  # a formula in the middle of words
_SHAPE = re.compile(r" ?\([0-9]+, [0-9]+\)")  # behind the matrix that has it
_SPACE = f"[ {GLUE}]"
_SIGN = re.compile(
    rf"(?P<open>[(\[])|(?P<close>[)\]])"
    rf"|(?P<sum>{_SPACE}[+−-]{_SPACE})|(?P<product>{_SPACE}?[·⊙×*]{_SPACE}?)|(?P<space>{_SPACE})"
)
_LOOSEST = ("sum", "product", "space")  # where a formula is parted first


def wrap(line: Line, width: int) -> Iterator[Line]:
    """Words as lines of at most `width` cells (at least 2); words that fit, and no words at all, are one line."""
    if line.width <= width:
        yield line
        return
    glued = _SHAPE.sub(lambda shape: shape[0].replace(" ", GLUE), _OPERATOR.sub(rf"{GLUE}\1{GLUE}", line.text))
    line = Line(glued, line.spans)
    start = end = 0
    for atom in _ATOM.finditer(line.text):
        if end > start and cells(line.text[start : atom.end()]) > width:
            yield line[start:end]
            start = end = atom.start()
        end = atom.end()
        while cells(line.text[start:end]) > width:
            cut = start + _cut(line.text[start:end], width)
            yield line[start:cut]
            start = cut
    yield line[start:end]


def part(formula: Line, width: int) -> Iterator[Line]:
    """A formula as lines of at most `width` cells (at least 2), each after the first starting with its sign."""
    while _exceeds(formula.text, width):
        cut = _cut(formula.text, width)
        yield formula[:cut]
        formula = formula[cut:]
        formula = formula[len(formula.text) - len(formula.text.lstrip()) :]
    yield formula


def _exceeds(text: str, width: int) -> bool:
    """Whether `text`, which may be very long, is wider than `width`."""
    return cells(text[: 2 * width]) > width or (len(text) > 2 * width and cells(text) > width)


def _cut(text: str, width: int) -> int:
    """Where to part a text wider than `width`: before its best sign, or else where the width ends."""
    end = _fitting(text, width)
    signs = [sign for sign in _signs(text[: end + 2]) if 0 < sign[2] <= end]
    late = [sign for sign in signs if sign[2] >= width // 4]
    return min(late or signs, key=lambda sign: (sign[0], sign[1], -sign[2]))[2] if signs else end


def _signs(text: str) -> Iterator[tuple[int, int, int]]:
    """The signs of a formula: (how deep in brackets, how tight, where)."""
    depth = 0
    for match in _SIGN.finditer(text):
        if match.lastgroup in _LOOSEST:
            yield depth, _LOOSEST.index(match.lastgroup), match.start()
        else:
            depth += 1 if match.lastgroup == "open" else -1


def _fitting(text: str, width: int) -> int:
    """How many characters of `text` fit in `width` cells, at least one."""
    if is_narrow(text[: width + 1]):
        return min(len(text), width)
    used = 0
    for index, character in enumerate(text):
        used += cells(character)
        if used > width:
            return max(1, index)
    return len(text)
