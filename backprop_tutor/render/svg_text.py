"""Sets words and formulas in an SVG picture: letters in italics, indices below and above the line, numbers upright.

SVG sets no formulas, so each piece records its distance from the line of the one before. Widths are estimated from the
letters, generously, since the reader's fonts are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Literal
from unicodedata import combining, east_asian_width

from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Formula, Num, Partial, Sym
from backprop_tutor.formula.printing.latex import split_name
from backprop_tutor.formula.printing.mathml import slot
from backprop_tutor.formula.printing.unicode import runs
from backprop_tutor.formula.traced import Traced
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Code, Inline, Math, Text, Words

SIZE = 14
SMALL, DIGIT = 0.72, 0.54
NARROW, WIDE = ".,:;·'|il()[]/ ", "mwMWΣ=+−"
ROOM, FEW = 9, 6
"""The letters that a computed number may need: −0.007360; a short one is mostly given, and stays short."""

Level = Literal["line", "below", "above"]


@frozen(slots=True)
class Piece:
    """Letters in the same style.

    Where a page computes the number again, `slot` is the number whose figures they are, `sign` the number whose sign
    they show. `late` is the time when they appear in an animated picture, in seconds.
    """

    text: str
    italic: bool = False
    level: Level = "line"
    slot: str = ""
    sign: str = ""
    late: float | None = None

    @property
    def width(self) -> float:
        """The width of the letters, or of another number that may replace them."""
        wide = SIZE * sum(map(_width, self.text)) * (1 if self.level == "line" else SMALL)
        room = FEW if len(self.text) < FEW else ROOM
        return max(wide, SIZE * DIGIT * room) if self.slot else wide


def pieces(words: Words) -> tuple[Piece, ...]:
    """Words as a sequence of pieces."""
    ahead = (*words[1:], None)[: len(words)]
    return tuple(piece for inline, after in zip(words, ahead, strict=True) for piece in _pieces(inline, after))


def of_formula(formula: Formula) -> tuple[Piece, ...]:
    """A formula as pieces."""
    return tuple(_formula(formula))


def heading(name: Formula) -> tuple[Piece, ...]:
    """The name over a box: a quantity as a formula; a unit, which is none, as its author wrote it: h1 as in h(h1)."""
    match name:
        case Sym(base=base, sub="", sup="", of="", key=""):
            return (Piece(visible(base), italic=len(base) == 1),)
        case _:
            return of_formula(name)


def width(line: Iterable[Piece]) -> float:
    """The width of a line of pieces."""
    return sum(piece.width for piece in line)


def text(line: Iterable[Piece]) -> str:
    """The pieces as the inside of a `<text>`."""
    written, shift = [], 0.0
    for piece in line:
        wanted = {"line": 0.0, "below": SIZE * 0.25, "above": -SIZE * 0.35}[piece.level]
        attributes = f' dy="{wanted - shift:.1f}"' if wanted != shift else ""
        attributes += f' font-size="{SIZE * SMALL:.1f}"' if piece.level != "line" else ""
        attributes += ' font-style="italic"' if piece.italic else ""
        attributes += "" if piece.late is None else f' class="late" style="animation-delay:{piece.late:.1f}s"'
        attributes += f' data-v="{piece.slot}"' if piece.slot else ""
        attributes += f' data-w="{piece.sign}"' if piece.sign else ""
        shown = escape(piece.text)
        written.append(f"<tspan{attributes}>{shown}</tspan>" if attributes else shown)
        shift = wanted
    return "".join(written)


def _pieces(inline: Inline, after: Inline | None) -> Iterator[Piece]:
    match inline, after:
        case Text(text=" = " | " ≈ " as shown), Math(formula=Num(value=Traced() as number)):
            yield Piece(shown, sign=slot(number))
        case Math(formula=formula), _:
            yield from _formula(formula)
        case ((Text(text=shown) | Code(text=shown)), _):
            yield Piece(visible(shown))


def _formula(formula: Formula) -> Iterator[Piece]:
    for run in runs(formula):
        match run.source:
            case Sym():
                yield from _letter(run.source)
            case Partial(of=of, wrt=wrt):
                yield Piece("∂")
                yield from _formula(of)
                yield Piece("/∂")
                yield from _formula(wrt)
            case Num(value=Traced() as value):
                yield Piece(run.text, slot=slot(value))
            case _:
                yield Piece(run.text)


def _letter(symbol: Sym) -> Iterator[Piece]:
    base, below = split_name(symbol)
    yield Piece(visible(base), italic=len(base) == 1)
    if below:
        yield Piece(visible(below), level="below")
    above = symbol.sup + ("" if symbol.example is None else f"⟨{symbol.example}⟩")
    if above:
        yield Piece(visible(above), level="above")
    if symbol.of:
        yield Piece(f"({visible(symbol.of)})")


def _width(sign: str) -> float:
    if combining(sign):
        return 0.0
    if sign in NARROW:
        return 0.34
    if east_asian_width(sign) in ("WF" if sign.isalnum() else "WFA"):  # a Chinese font sets ∂ and ≈ as wide as 中
        return 1.05
    return 0.86 if sign in WIDE else 0.7 if sign.isupper() else DIGIT
