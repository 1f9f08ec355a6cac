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
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.conditions import RELATIONS, remaining
from backprop_tutor.formula.figures import figures
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import (
    Add,
    Call,
    Cases,
    Compare,
    Div,
    Formula,
    Hadamard,
    Index,
    Lit,
    MatMul,
    Matrix,
    Mul,
    Neg,
    Num,
    Partial,
    Pow,
    Sym,
    Transpose,
)
from backprop_tutor.formula.printing.binding import Binding, built_up, stands_bare, touches

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


def latex(formula: Formula) -> str:
    """`formula` in LaTeX's mathematics, without dollar signs."""
    return _written(formula, lead=True)


def _written(node: Formula, lead: bool) -> str:
    """`node` without brackets; `lead` is true where a minus sign may open it."""
    match node:
        case Lit() | Num():
            return numbered(node)
        case Sym():
            return lettered(node)
        case Partial(of=of, wrt=wrt):
            return rf"\frac{{\partial {_part(of, Binding.POWER)}}}{{\partial {_part(wrt, Binding.POWER)}}}"
        case Neg(operand=operand):
            return f"-{_part(operand, Binding.CHAIN)}"
        case Add(terms=terms):
            return _sum(terms, lead)
        case Mul(factors=factors, wide=True):
            return r" \;\cdot\; ".join(_factors(factors, Binding.CHAIN, Binding.QUOTIENT, lead))
        case Mul(factors=factors):
            return _product(factors, lead)
        case MatMul(factors=factors):
            return r" \, ".join(_factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Hadamard(factors=factors):
            return r" \odot ".join(_factors(factors, Binding.DERIVATIVE, Binding.DERIVATIVE, lead))
        case Div(numerator=a, denominator=b):
            return rf"\frac{{{latex(a)}}}{{{latex(b)}}}"
        case Pow(base=base, exponent=exponent):
            return f"{_part(base, Binding.ATOM)}^{{{latex(exponent)}}}"
        case Transpose(operand=operand):
            return rf"{_part(operand, Binding.ATOM)}^{{\mathsf{{T}}}}"
        case Index(operand=operand, written=places):
            return f"{_part(operand, Binding.ATOM)}[{','.join(places)}]"
        case Call():
            return _call(node)
        case Compare(left=left, relation=relation, right=right):
            return f"{latex(left)} {RELATIONS[relation].latex} {latex(right)}"
        case Cases():
            return rf"\begin{{cases}} {_branches(node)} \end{{cases}}"
        case Matrix(rows=rows):
            return rf"\begin{{bmatrix}} {_rows(rows)} \end{{bmatrix}}"
        case _:
            assert_never(node)


def _part(node: Formula, place: Binding, lead: bool = False) -> str:
    """`node` as a part of a formula, bracketed where it binds less tightly than its place requires."""
    return _written(node, lead) if stands_bare(node, place, lead, built_up) else _bracketed(latex(node))


def _bracketed(inside: str) -> str:
    """`inside` in brackets, which grow with tall contents."""
    tall = r"\frac" in inside or r"\begin" in inside
    return rf"\left({inside}\right)" if tall else f"({inside})"


def _factors(factors: tuple[Formula, ...], first: Binding, others: Binding, lead: bool) -> list[str]:
    return [_part(factors[0], first, lead), *(_part(factor, others) for factor in factors[1:])]


def _sum(terms: tuple[Formula, ...], lead: bool) -> str:
    written = _part(terms[0], Binding.SUM, lead)
    for term in terms[1:]:
        sign, size = ("-", term.operand) if isinstance(term, Neg) else ("+", term)
        written += f" {sign} {_part(size, Binding.CHAIN)}"
    return written


def _product(factors: tuple[Formula, ...], lead: bool) -> str:
    r"""Factors joined by dots; ``a(1 - a)`` and ``\tfrac{1}{2}(a - y)^{2}`` need none."""
    parts = _factors(factors, Binding.PRODUCT, Binding.DERIVATIVE, lead)
    written = parts[0]
    for left, right in zip(factors, parts[1:], strict=False):
        bracket = right.removeprefix(r"\left")
        bare = touches(left) and bracket.startswith("(") and not bracket.startswith("(-")
        written += right if bare else rf" \cdot {right}"
    return written


def _call(call: Call) -> str:
    match call:
        case Call(function="exp", arguments=(x,), primes=0, letter=None):
            return f"e^{{{latex(x)}}}"
        case Call(function="sqrt", arguments=(x,), primes=0, letter=None):
            return rf"\sqrt{{{latex(x)}}}"
        case Call(function="abs", arguments=(x,), primes=0, letter=None):
            return rf"\left\lvert {latex(x)} \right\rvert"
    name = _named(call) + "'" * call.primes
    inside = [*map(latex, call.arguments), *(_option(option, x) for option, x in call.options)]
    return name + _bracketed(", ".join(inside)) if inside else name


def _option(option: str, value: Formula) -> str:
    return rf"\mathrm{{{option}}}={latex(value)}" if option else latex(value)


def _named(call: Call) -> str:
    """The function's letter or name; a letter with an index is in braces, so that a prime may follow it."""
    if call.letter is not None:
        return f"{{{lettered(call.letter)}}}" if call.letter.sup else lettered(call.letter)
    return KNOWN[call.function].latex if call.function in KNOWN else named(call.function)


def _branches(cases: Cases) -> str:
    rest = remaining(cases)
    return _rows((*cases.branches, (cases.otherwise, rest) if rest else (cases.otherwise,)))


def _rows(rows: tuple[tuple[Formula, ...], ...]) -> str:
    return r" \\ ".join(" & ".join(map(latex, row)) for row in rows)
