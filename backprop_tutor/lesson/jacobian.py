"""The Jacobian of a softmax in matrices: ∂a/∂z as a whole, and the error signals it makes of ∂L/∂a."""

from __future__ import annotations

from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, MatMul, Matrix, Partial
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.derive_slope import MOST_UNITS, entry
from backprop_tutor.lesson.document import Block, Equation, Paragraph
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.matrices import figures, sized, square
from backprop_tutor.lesson.routes import joint
from backprop_tutor.lesson.words import derivation


def jacobian(lesson: Lesson) -> tuple[Block, ...]:
    """δ = Jᵀ ∂L/∂a of a softmax in matrices, for the first example: the others have a J of their own."""
    if not joint(lesson):
        return ()
    a, z = (lesson.reading.column(lesson.graph.index[name], 0) for name in _names(lesson))
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
    """The contract's names of the outputs and of what they are made of."""
    assert lesson.graph.network is not None, "a softmax stands in a network"
    last = len(lesson.graph.network.layers)
    return f"a{last}", f"z{last}"


def _vectors(lesson: Lesson) -> tuple[Quantity, ...]:
    """The same as whole vectors of the first example."""
    return tuple(Quantity(name, example=1 if lesson.examples > 1 else None) for name in _names(lesson))


def _in_letters(lesson: Lesson, a: tuple[Element, ...]) -> tuple[Formula, ...]:
    """The entries a_k(1 − a_k) and −a_k·a_j, where there is room for them."""
    letters = tuple(map(lesson.reading.letter, a))
    return (square(lambda k, j: entry(letters, k, j), len(a)),) if len(a) <= MOST_UNITS else ()
