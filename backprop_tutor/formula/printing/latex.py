r"""Prints formulas in LaTeX: ``\tfrac{1}{2}(O(e) - y)^{2}``, ``\frac{\partial L}{\partial W_{ec}}``,
``\mathrm{net}_{1}``.

Only commands that both KaTeX and MathJax (as GitHub restricts it) understand are used, and no character that HTML or a
Markdown table would interpret. A definition by cases has no words, as in `unicode`.

Names come from files, so any text must be printed as itself and never as a command: every character is either harmless,
in the tables below, or set as text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache, reduce

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS
from backprop_tutor.formula.figures import figures
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Cases, Formula, Lit, Num, Sym
from backprop_tutor.formula.printing.printer import Printer, branches, recurring

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma",
    "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "∂": "partial", "∇": "nabla", "ℓ": "ell", "∞": "infty",
    "′": "prime",
}  # fmt: skip

_ESCAPED = {
    "\\": r"\backslash", "^": r"\wedge", "~": r"\sim", "<": r"\lt", ">": r"\gt", "|": r"\vert", "`": r"\backprime",
    " ": r"\ ", "'": r"\prime", '"': r"\prime\prime", "𝚤": r"\imath", "□": r"\square", **{sign: "\\" + sign for sign in "{}$&#_%"},
}  # fmt: skip

_ACCENTS = {
    "\u0300": r"\grave", "\u0301": r"\acute", "\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar",
    "\u0306": r"\breve", "\u0307": r"\dot", "\u0308": r"\ddot", "\u030a": r"\mathring", "\u030c": r"\check",
}  # fmt: skip

_SYMBOL = re.compile("[\u2000-\u206f\u2100-\u23ff\u2460-\u2bff]")
"""Punctuation, arrows and signs that belong to mathematics; every other script is set as text."""

_CLUSTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]*", re.DOTALL)
"""A character with the accents on it."""

_HARMLESS = re.compile("[0-9A-Za-z,.()\\[\\]+-]*")
"""Texts that are set unchanged."""

_INDEXED = re.compile(r"(?P<base>[^\W\d_]+)(?:_(?P<index>\w+)|(?P<count>\d+))")


@lru_cache(maxsize=5000)
def lettered(symbol: Sym) -> str:
    """`symbol` in LaTeX, all its superscripts combined into one."""
    base, sub = split_name(symbol)
    upper = escaped(symbol.sup) + ("" if symbol.example is None else rf"\langle {symbol.example} \rangle")
    of = f"({escaped(symbol.of)})" if symbol.of else ""
    return _base(base, symbol.bold) + (upper and f"^{{{upper}}}") + (sub and f"_{{{escaped(sub)}}}") + of


def numbered(number: Lit | Num) -> str:
    r"""`number` in LaTeX: ``-0.35``, ``3.7 \times 10^{-5}``, ``\tfrac{1}{2}``."""
    parts = figures(number)
    if parts.denominator:
        return rf"{parts.sign}\tfrac{{{parts.digits}}}{{{parts.denominator}}}"
    digits = {"inf": r"\infty", "nan": r"\mathrm{NaN}"}.get(parts.digits, parts.digits)
    return parts.sign + digits + (rf" \times 10^{{{parts.exponent}}}" if parts.exponent else "")


@lru_cache(maxsize=256)
def named(name: str) -> str:
    """A name of several letters, upright; a single letter stays a letter."""
    return escaped(name) if len(_clusters(name)) == 1 else rf"\mathrm{{{escaped(name)}}}"


def escaped(text: str) -> str:
    """`text` in mathematics, each character as itself."""
    if _HARMLESS.fullmatch(text):
        return text
    written = "".join(map(_set, _clusters(text)))
    return re.sub(r"(?<=[^\x00-\x7f])\}\\text\{", "", written)  # neighbours that are text become one text


def _clusters(text: str) -> list[str]:
    shown = visible(text)
    lone = "\u0300" <= shown[:1] <= "\u036f"
    return _CLUSTER.findall(unicodedata.normalize("NFC", "◌" + shown if lone else shown))


def _set(cluster: str) -> str:
    """A character and its accents; accents that no renderer knows are left out."""
    letter, *marks = list(unicodedata.normalize("NFD", cluster))
    if not all(mark in _ACCENTS for mark in marks):
        letter, marks = cluster[0], [mark for mark in cluster[1:] if mark in _ACCENTS]
    return reduce(lambda inside, mark: f"{{{_ACCENTS[mark]}{{{inside}}}}}", marks, _letter(letter))


def _letter(character: str) -> str:
    if character in _GREEK:
        return f"{{\\{_GREEK[character]}}}"
    if character in _ESCAPED:
        return f"{{{_ESCAPED[character]}}}"
    return character if character.isascii() or _SYMBOL.match(character) else rf"\text{{{character}}}"


def split_name(symbol: Sym) -> tuple[str, str]:
    """The base and the index of a name such as ``w_1`` or ``x12``, before the symbol's own index."""
    match = _INDEXED.fullmatch(symbol.base)
    if match is None:
        return symbol.base, symbol.sub
    return match["base"], ",".join(filter(None, (match["index"] or match["count"], symbol.sub)))


def _base(base: str, bold: bool) -> str:
    if base in _GREEK:
        return rf"\boldsymbol{{\{_GREEK[base]}}}" if bold else rf"\{_GREEK[base]}"
    return rf"\mathbf{{{escaped(base)}}}" if bold else named(base)


class _Latex(Printer):
    dot, wide_dot, matmul, hadamard = r" \cdot ", r" \;\cdot\; ", r" \, ", r" \odot "

    number = staticmethod(numbered)
    symbol = staticmethod(lettered)

    def partial(self, of: str, wrt: str) -> str:
        return rf"\frac{{\partial {of}}}{{\partial {wrt}}}"

    def fraction(self, numerator: str, denominator: str) -> str:
        return rf"\frac{{{numerator}}}{{{denominator}}}"

    def power(self, base: str, exponent: Formula) -> str:
        return f"{base}^{{{self(exponent)}}}"

    def transposed(self, operand: str) -> str:
        return rf"{operand}^{{\mathsf{{T}}}}"

    def indexed(self, operand: str, places: tuple[str, ...]) -> str:
        return f"{operand}[{','.join(places)}]"

    def relation(self, relation: str) -> str:
        return RELATIONS[relation].latex

    def cases(self, cases: Cases) -> str:
        return rf"\begin{{cases}} {self._rows(branches(cases))} \end{{cases}}"

    def matrix(self, rows: tuple[tuple[Formula, ...], ...]) -> str:
        return rf"\begin{{bmatrix}} {self._rows(rows)} \end{{bmatrix}}"

    def bracketed(self, inside: str) -> str:
        """Brackets grow with tall contents."""
        tall = r"\frac" in inside or r"\begin" in inside
        return rf"\left({inside}\right)" if tall else f"({inside})"

    def opens(self, text: str) -> bool:
        return super().opens(text.removeprefix(r"\left"))

    def call(self, call: Call) -> str:
        match call:
            case Call(function="exp", arguments=(x,), primes=0, letter=None):
                return f"e^{{{self(x)}}}"
            case Call(function="sqrt", arguments=(x,), primes=0, letter=None):
                return rf"\sqrt{{{self(x)}}}"
            case Call(function="abs", arguments=(x,), primes=0, letter=None):
                return rf"\left\lvert {self(x)} \right\rvert"
        name = _named(call) + "'" * call.primes
        inside = [*map(self, call.arguments), *(self._option(option, x) for option, x in call.options)]
        return name + self.bracketed(", ".join(inside)) if inside else name

    def _option(self, option: str, value: Formula) -> str:
        return rf"\mathrm{{{option}}}={self(value)}" if option else self(value)

    def _rows(self, rows: tuple[tuple[Formula, ...], ...]) -> str:
        return r" \\ ".join(" & ".join(map(self, row)) for row in rows)


class _Breakable(_Latex):
    r"""Long brackets of one size, long quotients and powers of e in a row: between ``\left(`` and ``\right)``, in fractions
    and in exponents TeX breaks no line.
    """

    def fraction(self, numerator: str, denominator: str) -> str:
        if not (_is_long(numerator) or _is_long(denominator)):
            return super().fraction(numerator, denominator)
        return "/".join(part if _ALONE.fullmatch(part) else rf"\bigl({part}\bigr)" for part in (numerator, denominator))

    def bracketed(self, inside: str) -> str:
        return rf"\bigl({inside}\bigr)" if _is_long(inside) else super().bracketed(inside)

    def opens(self, text: str) -> bool:
        return super().opens(text.removeprefix(r"\bigl"))

    def call(self, call: Call) -> str:
        match call:
            case Call(function="exp", arguments=(x,), primes=0, letter=None) if _is_long(written := self(x)):
                return rf"\exp{self.bracketed(written)}"
            case _:
                return super().call(call)


LONG = 60
"""So many visible signs of a part of a formula are long."""
_UNSEEN = re.compile(r"\\[A-Za-z]+|[{}_^ ]")
_ALONE = re.compile(r"[\w.]+|\\sqrt\{[^{}]*\}")
"""What is divided, or divides, without brackets."""


def _is_long(written: str) -> bool:
    return len(written) > LONG and len(_UNSEEN.sub("", written)) > LONG


def _named(call: Call) -> str:
    """The function's letter or name; a letter with an index is in braces, so that a prime may follow it."""
    if call.letter is not None:
        return f"{{{lettered(call.letter)}}}" if call.letter.sup else lettered(call.letter)
    return KNOWN[call.function].latex if call.function in KNOWN else named(call.function)


_LATEX, _BREAKABLE = _Latex(), _Breakable()


@recurring
def latex(formula: Formula) -> str:
    """`formula` in LaTeX's mathematics, without dollar signs."""
    return _LATEX(formula)


def breakable(formula: Formula) -> str:
    """The same for a line of paper that is too short for all of it: within brackets and quotients, too, lines may end."""
    return _BREAKABLE(formula)
