"""The letters of a lesson as names of Python: ``h(c)`` is ``h_c``, ``∂L/∂W_ec`` is ``dL_dW_ec``, ``δ₃`` is ``delta_3``."""

from __future__ import annotations

import builtins
import keyword
import math
import re
import unicodedata
from functools import cache
from types import SimpleNamespace

from backprop_tutor.engine.optimizers import OPTIMIZERS
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Formula, Sym, formula
from backprop_tutor.formula.plain import plain
from backprop_tutor.lesson.lesson import Lesson

TAKEN = frozenset((*keyword.kwlist, *dir(builtins), *dir(math), *KNOWN))


class Identifiers:
    """A name for every quantity of a lesson, given when it is first asked for; no two are the same."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.value = cache(self._value)
        self.derivative = cache(self._derivative)
        self.setting = cache(self._named)
        self.kept = cache(self._kept)
        self._used: set[str] = set()

    def known(self, parameter: Element) -> SimpleNamespace:
        """Everything an optimizer's rule speaks of, for one parameter."""
        training = self.lesson.scenario.training
        optimizer = OPTIMIZERS[training.optimizer]
        settings = ("learning_rate", "t", *optimizer.settings)
        found = {name: self.setting(name) for name in settings}
        found |= {name: self.kept(name, parameter) for name, _ in optimizer.lines}
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
