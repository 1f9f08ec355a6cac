"""Derives the derivatives of the activations step by step, as formulas that are equal for every z.

For a softmax also in matrices: the Jacobian ∂a/∂z as a whole, and the error signals it gives from ∂L/∂a.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backprop_tutor.formula.nodes import (
    Call,
    Cases,
    Compare,
    Formula,
    MatMul,
    Matrix,
    Neg,
    Partial,
    Sym,
    formula,
    total,
)
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Block, Equation, Paragraph
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.matrices import figures, sized, square
from backprop_tutor.lesson.views.unit_paths import joint

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
    """1 where z > 0, since ReLU is z there; 0 elsewhere, since it is 0."""
    return (Cases(((formula(1), Compare(z, ">", formula(0))),), formula(0)),)


STEPS: Mapping[str, Callable[[Formula], Steps]] = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}


def softmax(z: tuple[Formula, ...], a: tuple[Formula, ...]) -> tuple[Equation, ...]:
    """The Jacobian by the quotient rule: an element on its diagonal, one off it, and the whole for a few units.

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
    """∂a_k/∂z_j of a softmax: a_k(1 − a_k) on the diagonal, −a_k·a_j elsewhere."""
    return a[k] * (1 - a[k]) if k == j else Neg(a[k] * a[j])


def jacobian(lesson: Lesson) -> tuple[Block, ...]:
    """δ = Jᵀ ∂L/∂a of a softmax in matrices, for the first example: the others have their own J."""
    if not joint(lesson):
        return ()
    a, z = (lesson.reading.of_example(lesson.graph.index[name], 0) for name in _names(lesson))
    outputs, inputs = map(lesson.letters.value, _vectors(lesson))
    rate = Partial(outputs, inputs)
    entries = square(lambda k, j: lesson.figure(lesson.reading.local_value(a[k], z[j])), len(a))
    return (
        Paragraph(lesson.say(book_phrases.JACOBIAN if lesson.examples == 1 else book_phrases.JACOBIAN_OF_ONE)),
        derivation(rate, *_in_letters(lesson, a), entries),
        _by_jacobian(lesson, rate, entries),
    )


def _by_jacobian(lesson: Lesson, rate: Formula, entries: Matrix) -> Equation:
    """δ = Jᵀ ∂L/∂a, in the sign and scale of the notation."""
    (of, wrt), (a, z) = _names(lesson), _vectors(lesson)
    scale = lesson.letters.factor(z) / lesson.letters.factor(a)
    slopes, signals = (figures(lesson, name, lesson.signal_number, columns=1) for name in (of, wrt))
    products = MatMul((rate.T, lesson.letters.signal(a))), MatMul((entries.T, slopes))
    members = tuple(product if scale == 1 else sized(scale, product) for product in products)
    return derivation(lesson.letters.signal(z), *members, signals)


def _names(lesson: Lesson) -> tuple[str, str]:
    """The contract's names of the outputs and of their sources."""
    last = lesson.graph.layers[-1].nodes
    return lesson.graph.nodes[last["a"]].name, lesson.graph.nodes[last["z"]].name


def _vectors(lesson: Lesson) -> tuple[Quantity, ...]:
    """The same as whole vectors of the first example."""
    return tuple(Quantity(name, example=1 if lesson.examples > 1 else None) for name in _names(lesson))


def _in_letters(lesson: Lesson, a: tuple[Element, ...]) -> tuple[Formula, ...]:
    """The entries a_k(1 − a_k) and −a_k·a_j, where they fit."""
    letters = tuple(map(lesson.reading.letter, a))
    return (square(lambda k, j: entry(letters, k, j), len(a)),) if len(a) <= MOST_UNITS else ()
