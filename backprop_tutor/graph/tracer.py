"""Formulas that accept floats: with these as operands, a changed rule written for numbers writes code.

A formula refuses a float, since a measured number must say how it is shown. Code shows nothing, so any number is
accepted here; and NumPy asks the elements themselves for ``exp``, ``log`` and the like.
"""

from __future__ import annotations

from typing import Any

from backprop_tutor.formula.functions import call
from backprop_tutor.formula.nodes import Formula, Num, Written, formula, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, each, is_written, np
from backprop_tutor.graph.ops.functions import FUNCTIONS
from backprop_tutor.graph.stable_forms import stable, stable_form


@frozen(slots=True, eq=False)
class Tracer:
    """An operand that records a formula among numbers."""

    formula: Formula

    def __add__(self, other: Any) -> Tracer:
        return Tracer(self.formula + tight(other))

    def __radd__(self, other: Any) -> Tracer:
        return Tracer(tight(other) + self.formula)

    def __sub__(self, other: Any) -> Tracer:
        return Tracer(self.formula - tight(other))

    def __rsub__(self, other: Any) -> Tracer:
        return Tracer(tight(other) - self.formula)

    def __mul__(self, other: Any) -> Tracer:
        return Tracer(self.formula * tight(other))

    def __rmul__(self, other: Any) -> Tracer:
        return Tracer(tight(other) * self.formula)

    def __truediv__(self, other: Any) -> Tracer:
        return Tracer(self.formula / tight(other))

    def __rtruediv__(self, other: Any) -> Tracer:
        return Tracer(tight(other) / self.formula)

    def __pow__(self, other: Any) -> Tracer:
        return Tracer(self.formula ** tight(other))

    def __rpow__(self, other: Any) -> Tracer:
        return Tracer(tight(other) ** self.formula)

    def __neg__(self) -> Tracer:
        return Tracer(-self.formula)

    def log(self) -> Tracer:
        """The natural logarithm."""
        return Tracer(call("log", self.formula))

    def log1p(self) -> Tracer:
        """The natural logarithm of 1 + this."""
        return Tracer(call("log1p", self.formula))

    def sqrt(self) -> Tracer:
        """The square root."""
        return Tracer(call("sqrt", self.formula))


def tight(value: Any) -> Formula:
    """A number, a formula or a tracer, as a formula."""
    if isinstance(value, Tracer):
        return value.formula
    if isinstance(value, (Written, int)):
        return formula(value)
    return Num(float(value), repr(float(value)))


def to_tracers(array: AnyArray) -> AnyArray:
    """Formulas of elements as tracers; numbers unchanged."""
    return each(lambda x: Tracer(tight(x)), (array,)) if is_written(np.asarray(array)) else array


def from_tracers(array: AnyArray) -> AnyArray:
    """Tracers as formulas; numbers unchanged."""
    return each(tight, (array,)) if is_written(np.asarray(array)) else array


def function(name: str, z: AnyArray) -> AnyArray:
    """A function of the table applied to numbers or tracers, element by element."""
    if not is_written(z):
        return FUNCTIONS[name].value(z)
    return each(lambda x: Tracer(substitute(stable_form(name).value, {"x": tight(x)})), (z,))


NUMPY = {"max": np.maximum, "min": np.minimum, "cos": np.cos, "floor": np.floor, "sign": np.sign}


def applied(name: str, *given: Any) -> Any:
    """A function of the table applied to numbers, formulas, tracers, or arrays of them, element by element."""
    if any(isinstance(x, Written) for x in given):
        return call(name, *map(formula, given))
    if any(isinstance(x, Tracer) or (isinstance(x, np.ndarray) and is_written(x)) for x in given):
        made = each(lambda *parts: Tracer(stable(call(name, *map(tight, parts)))), given)
        return made if made.ndim else made.item()
    return NUMPY[name](*given)


def slope(name: str, out: AnyArray, z: AnyArray) -> AnyArray:
    """The slope of a function of the table at z, where its value is `out`."""
    if not is_written(z):
        return FUNCTIONS[name].slopes[0](out, z)
    written = stable_form(name).slopes[0]
    return each(lambda x, y: Tracer(substitute(written, {"x": tight(x), "out": tight(y)})), (z, out))
