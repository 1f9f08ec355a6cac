"""How a quantity and a number are set in MathML: a letter with its indices in the colour of its role.

Names come from files: every one of them is escaped, and none can be anything but the text of an element.
"""

from __future__ import annotations

from html import escape

from backprop_tutor.errors import visible
from backprop_tutor.formula.figures import figures
from backprop_tutor.formula.latex_letters import split_name
from backprop_tutor.formula.nodes import Lit, Num, Sym


def element(name: str, *inside: str, **attributes: str) -> str:
    """An element of MathML around what is already MathML; ``class_`` stands for the attribute ``class``."""
    written = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def row(*parts: str, **attributes: str) -> str:
    """Parts side by side that belong together."""
    return parts[0] if len(parts) == 1 and not attributes else element("mrow", *parts, **attributes)


def sign(text: str, **attributes: str) -> str:
    """An operator or a bracket."""
    return element("mo", escape(text), **attributes)


def fence(text: str, tall: bool) -> str:
    """A bracket, which grows only where there is something tall to hold."""
    return sign(text) if tall else sign(text, stretchy="false")


def named(text: str, bold: bool = False) -> str:
    """A name or an index: a single letter in italics, several upright, digits as a number."""
    shown = escape(visible(text).replace(" ", "\u00a0"))
    if text.isdecimal() and text.isascii():
        return element("mn", shown)
    return element("mi", shown, mathvariant="normal", class_="bold") if bold else element("mi", shown)


def lettered(symbol: Sym) -> str:
    """`symbol` with all that stands above it in one superscript."""
    base, sub = split_name(symbol)
    letter = _indexed(named(base, symbol.bold), named(sub) if sub else "", _upper(symbol))
    of = (fence("(", False), named(symbol.of), fence(")", False)) if symbol.of else ()
    return row(letter, *of, class_=symbol.role.value)


def numbered(number: Lit | Num) -> str:
    """`number` with a real minus sign, powers of ten raised, fractions built up but small."""
    parts = figures(number)
    digits = element("mn", {"inf": "∞", "nan": "NaN"}.get(parts.digits, escape(parts.digits)))
    if parts.denominator:
        digits = element("mfrac", digits, element("mn", parts.denominator))
    if parts.exponent:
        digits = row(digits, sign("×"), element("msup", element("mn", "10"), _whole(parts.exponent)))
    before = (sign(parts.sign.replace("-", "−"), form="prefix"),) if parts.sign else ()
    small = {"displaystyle": "false"} if parts.denominator else {}
    return row(*before, digits, **small)


def _upper(symbol: Sym) -> str:
    example = "" if symbol.example is None else f"⟨{symbol.example}⟩"
    return named(symbol.sup + example) if symbol.sup or example else ""


def _indexed(base: str, sub: str, sup: str) -> str:
    if sub and sup:
        return element("msubsup", base, sub, sup)
    if sub or sup:
        return element("msub" if sub else "msup", base, sub or sup)
    return base


def _whole(exponent: str) -> str:
    size = element("mn", exponent.lstrip("-"))
    return row(sign("−", form="prefix"), size) if exponent.startswith("-") else size
