"""The Python of a script: formulas and numbers as they are typed, the functions they call, and the values of lines.

The letters of a lesson become names of Python: ``h(c)`` is ``h_c``, ``∂L/∂W_ec`` is ``dL_dW_ec``, ``δ₃`` is
``delta_3``.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from types import SimpleNamespace

from backprop_tutor.fast.codegen import Backend, compile_function
from backprop_tutor.formula.functions import ARGUMENTS, KNOWN
from backprop_tutor.formula.nodes import Call, Formula, Lit, Num, Sym, children, formula, rebuilt, symbols
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.training.rule import SHARED, rule_of

TAKEN = frozenset((*keyword.kwlist, *dir(builtins), *dir(math), *KNOWN))


class Identifiers:
    """A unique name for every quantity of a lesson, assigned at first use."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.value = cache(self._value)
        self.derivative = cache(self._derivative)
        self.setting = cache(self._named)
        self.kept = cache(self._kept)
        self._used: set[str] = set()

    def known(self, parameter: Element) -> SimpleNamespace:
        """Every name an optimizer's rule uses, for one parameter."""
        training = self.lesson.scenario.training
        rule = rule_of(training)
        settings = ("t", "norm", *SHARED, *rule.settings)
        found = {name: self.setting(name) for name in settings}
        found |= {name: self.kept(name, parameter) for name, _ in rule.lines if name not in SHARED}
        return SimpleNamespace(**found | {"p": self.value(parameter), "g": self.derivative(parameter)})

    def _value(self, element: Element) -> Formula:
        """The name of an element; 0 for a missing connection."""
        reading = self.lesson.reading
        return self._named(plain(reading.letter(element))) if reading.exists(element) else formula(0)

    def _derivative(self, element: Element) -> Sym:
        return self._named(plain(self.lesson.adjoint_letter(element)))

    def _kept(self, name: str, parameter: Element) -> Sym:
        return self._named(f"{name}_{plain(self.lesson.reading.letter(parameter))}")

    def _named(self, wanted: str) -> Sym:
        ascii_ = re.sub("[α-ω]", lambda letter: unicodedata.name(letter[0]).split()[-1].lower(), wanted)
        name = unicodedata.normalize("NFKC", re.sub(r"\W+", "_", ascii_).strip("_"))
        name = name if name.isidentifier() else f"q_{name}" if f"q_{name}".isidentifier() else "q"
        while name in TAKEN or name in self._used:
            name += "_"
        self._used.add(name)
        return Sym(name)


NUMBER = re.compile(r"-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def typed(value: float, spelling: str = "") -> str:
    """A number in Python: as its author spelt it where that reads back as the same, else the shortest that does."""
    return spelling if NUMBER.fullmatch(spelling) and spelling and float(spelling) == value else f"{value!r}"


def number(value: float) -> Num:
    """A value as a constant of a script."""
    return Num(value, repr(value) if math.isfinite(value) else f'float("{value}")')


def code(written: Formula) -> str:
    """A formula as Python types it."""
    return plain(_spelt(written))


def _spelt(node: Formula) -> Formula:
    """A formula whose constants are read by Python as in a file."""
    if isinstance(node, Lit):
        return node if NUMBER.fullmatch(node.text) else Lit(node.value)
    return rebuilt(node, _spelt)


class Bench:
    """Evaluates the lines of a script: the value of each name so far, and the functions that were called."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.called: dict[str, None] = {}
        self._worth: dict[str, float] = {}

    def show(self, value: float) -> str:
        """A value as the script prints it."""
        return f"{value:.{self.digits}g}"

    def agrees(self, written: Formula, exact: float) -> bool:
        """Whether a formula prints the figures of a value."""
        return self.computes(written) and self.show(self._computed(written)) == self.show(exact)

    def computes(self, written: Formula) -> bool:
        """Whether plain floats can hold every number on the way to the value of a formula."""
        try:
            self._computed(written)
        except (ArithmeticError, ValueError, KeyError):
            return False
        return True

    def assign(self, name: str, written: Formula) -> str:
        """The line that gives a name the value of a formula."""
        for function in _calls(written):
            self.called[function] = None
        self._worth[name] = self._computed(written)
        return f"{name} = {code(written)}"

    def given(self, name: str, number: str) -> str:
        """The line that gives a name a number."""
        self._worth[name] = int(number) if number.lstrip("-").isdigit() else float(number)
        return f"{name} = {number}"

    def _computed(self, written: Formula) -> float:
        names = dict.fromkeys(symbol.base for symbol in symbols(written))
        body = (*definitions(_calls(written)), f"return {code(written)}")
        worth = compile_function("worth", names, "\n".join(body).split("\n"), PLAIN)
        return float(worth(*(self._worth[name] for name in names)))


PLAIN = Backend({name: getattr(math, name) for name in dir(math) if not name.startswith("_")}, "")


def imports(called: Iterable[str]) -> Iterator[str]:
    """The import of the functions that are called, if there are any."""
    used = sorted(name for name in _behind(called) if hasattr(math, name))
    if used:
        yield from (f"from math import {', '.join(used)}", "")


def definitions(called: Iterable[str]) -> Iterator[str]:
    """The definitions of functions that Python does not have, as they are taught."""
    for name in _behind(called):
        function = KNOWN.get(name)
        if function is not None and function.taught is not None and not _is_known(name):
            arguments = ", ".join(symbol.base for symbol in ARGUMENTS[: function.arity])
            yield from ("", f"def {name}({arguments}):", f"    return {code(function.taught)}", "")


def _behind(called: Iterable[str]) -> dict[str, None]:
    """The called functions, each after those it is defined by."""
    found: dict[str, None] = {}
    for name in called:
        function = KNOWN.get(name)
        if function is not None and function.taught is not None and not _is_known(name):
            found |= _behind(_calls(function.taught))
        found[name] = None
    return found


def _is_known(name: str) -> bool:
    return hasattr(math, name) or hasattr(builtins, name)


def _calls(node: Formula) -> dict[str, None]:
    """The functions that a formula calls."""
    own = {node.function: None} if isinstance(node, Call) else {}
    return {**own, **{name: None for part in children(node) for name in _calls(part)}}
