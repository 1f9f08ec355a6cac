"""Formats words and formulas as lines, in colour or not, with Unicode signs or in ASCII.

In ASCII, signs and Greek letters are written as they are typed, for terminals that show them wider than one cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.nodes import Formula, Partial, Role, Sym
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.printing.unicode import Run, runs, unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Changed, Code, Inline, Math, Text, Tone, Words
from backprop_tutor.render.palette import COLOURS
from backprop_tutor.render.terminal.line import GLUE, Line, join

_LETTERS = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
_SIGNS = {
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "⊙": "*", "≈": "~=", "≠": "!=", "≤": "<=", "≥": ">=",
    "←": "<-", "→": "->", "∂": "d", "∇": "grad", "∑": "sum", "√": "sqrt", "∞": "inf", "½": "1/2", "′": "'", "‖": "||",
    "ᵀ": "^T", "…": "...", "✓": "ok", "✗": "x", "•": "*", "▶": ">", "◀": "<", "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", (f"^{digit}" for digit in range(10)), strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", map(str, range(10)), strict=True))
_NAMES = {letter: unicodedata.name(letter).split()[-1] for letter in _LETTERS}
_SPELLED = {letter: name.lower() if letter.islower() else name.title() for letter, name in _NAMES.items()}

TYPED: Mapping[int, str] = MappingProxyType(str.maketrans({**_SIGNS, **_RAISED, **_LOWERED, **_SPELLED}))

HEADING, LIT = "bold", "bold"
TONES: Mapping[Tone, str] = MappingProxyType(
    {"plain": "", "strong": "bold", "muted": "dim", "good": "green", "bad": "red"}
)
_CODE = "bold"
_CHANGES = MappingProxyType({"struck": "strike red", "inserted": "bold green"})


@frozen(slots=True)
class Formatter:
    """The format of everything in one document."""

    colour: bool = False
    ascii: bool = False

    def words(self, words: Words) -> Line:
        """Words on one line, however long; a formula among them is kept together when the line is wrapped."""
        return join([self._inline(inline) for inline in words])

    def formula(self, formula: Formula) -> Line:
        """A formula on one line, however long."""
        if self.ascii:
            return Line(plain(formula).translate(TYPED))
        return join(map(self.run, runs(formula))) if self.colour else Line(unicode(formula))

    def run(self, run: Run) -> Line:
        """A run of a formula in the colour of its quantity; a derivative always has the colour of adjoints."""
        match run.source:
            case Sym(role=role):
                return self.dyed(run.text, role)
            case Partial():
                return self.dyed(run.text, Role.ADJOINT)
            case _:
                return Line(run.text)

    def text(self, text: str) -> Line:
        """Signs or words unchanged, control characters written out."""
        shown = text if text.isprintable() else visible(text)
        return Line(shown.translate(TYPED) if self.ascii else shown)

    def dyed(self, text: str, role: Role) -> Line:
        """`text` in the colour of its role."""
        return self.styled(Line(text), COLOURS[role])

    def styled(self, line: Line, style: str) -> Line:
        """`line` in `style`, if there is colour."""
        return line.styled(style) if self.colour else line

    def marked(self, line: Line, lit: bool) -> Line:
        """`line`, emphasised where it is highlighted."""
        return self.styled(line, LIT) if lit else line

    def _inline(self, inline: Inline) -> Line:
        match inline:
            case Text(text=text, tone=tone):
                return self.styled(self.text(text), TONES[tone])
            case Math(formula=formula):
                line = self.formula(formula)
                return Line(line.text.replace(" ", GLUE), line.spans)
            case Code(text=text):
                return self.styled(Line(visible(text).replace(" ", GLUE)), _CODE)
            case Changed(words=words, change=change):
                line = self.words(words)
                sign = "-" if change == "struck" else "+"
                return self.styled(join([Line(f"[{sign}"), line, Line(f"{sign}]")]), _CHANGES[change])
            case _:
                assert_never(inline)
