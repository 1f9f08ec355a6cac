"""The derivatives of the activations step by step, as formulas that are equal for every z."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backprop_tutor.formula.nodes import Call, Cases, Compare, Formula, Matrix, Neg, Partial, Sym, formula, total
from backprop_tutor.lesson.document import Equation
from backprop_tutor.lesson.words import derivation

Steps = tuple[Formula, ...]
SUM = Sym("S")
MOST_UNITS = 4


def _exp(x: Formula) -> Formula:
    return Call("exp", (x,))


def sigmoid(z: Formula) -> Steps:
    """e^−z/(1 + e^−z)² = 1/(1 + e^−z) · (1 − 1/(1 + e^−z))."""
    below = 1 + _exp(-z)
    return (_exp(-z) / below**2, (1 / below) * (_exp(-z) / below), (1 / below) * (1 - 1 / below))


def tanh(z: Formula) -> Steps:
    """((e^z + e^−z)² − (e^z − e^−z)²)/(e^z + e^−z)² = 1 − ((e^z − e^−z)/(e^z + e^−z))²."""
    above, below = _exp(z) - _exp(-z), _exp(z) + _exp(-z)
    return ((below**2 - above**2) / below**2, 1 - (above / below) ** 2)


def relu(z: Formula) -> Steps:
    """1 where z > 0, where ReLU is z; 0 elsewhere, where it is 0."""
    return (Cases(((formula(1), Compare(z, ">", formula(0))),), formula(0)),)


STEPS: Mapping[str, Callable[[Formula], Steps]] = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}


def softmax(z: tuple[Formula, ...], a: tuple[Formula, ...]) -> tuple[Equation, ...]:
    """The Jacobian by the quotient rule: its diagonal, an entry beside it, and the whole for a few units.

    ∂a_k/∂z_j = a_k(1 − a_k) for j = k, else −a_k a_j.
    """
    e, square = tuple(map(_exp, z)), SUM**2
    lines = [derivation(SUM, total(e)), derivation(a[0], e[0] / SUM)]
    lines.append(derivation(Partial(a[0], z[0]), (e[0] * SUM - e[0] * e[0]) / square, entry(a, 0, 0)))
    if len(z) > 1:
        lines.append(derivation(Partial(a[0], z[1]), Neg((e[0] * e[1]) / square), entry(a, 0, 1)))
    if 1 < len(z) <= MOST_UNITS:
        places = range(len(z))
        symbols = Matrix(tuple(tuple(Partial(a[k], z[j]) for j in places) for k in places))
        entries = Matrix(tuple(tuple(entry(a, k, j) for j in places) for k in places))
        lines.append(derivation(symbols, entries))
    return tuple(lines)


def entry(a: tuple[Formula, ...], k: int, j: int) -> Formula:
    """∂a_k/∂z_j of a softmax: a_k(1 − a_k) on the diagonal, −a_k·a_j beside it."""
    return a[k] * (1 - a[k]) if k == j else Neg(a[k] * a[j])
