"""What happens between the loss and the output layer, before its error signals are used.

The fold of two derivatives into one, and the shares that a mean gives to an example or an output.
"""

from __future__ import annotations

from fractions import Fraction

from backprop_tutor.engine.losses import FOLDS, LOSSES
from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Formula, Partial, formula
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.derive_fold import FOLD_STEPS, FOLDED
from backprop_tutor.lesson.document import Block, Paragraph
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.words import derivation


def fold(lesson: Lesson) -> tuple[Block, ...]:
    """Why ∂L/∂z of an output is as simple as a − y, for the first one; nothing where the derivatives do not fold."""
    network = lesson.graph.network
    key = (str(network.layers[-1].activation), str(network.loss)) if network else ("", "")
    if key not in FOLDS or key not in FOLD_STEPS:
        return ()
    loss = Element(lesson.graph.losses, 0, 0)
    last = len(network.layers) if network else 0
    a, y, z = (letters(lesson, name) for name in (f"a{last}", "y", f"z{last}"))
    rate = Partial(lesson.reading.letter(loss), z[0])
    return Paragraph(lesson.say(FOLDED[key])), derivation(rate, *FOLD_STEPS[key](a, y), FOLDS[key].written(a[0], y[0]))


def letters(lesson: Lesson, node: str) -> tuple[Formula, ...]:
    """The letters of a layer for the first example."""
    return tuple(map(lesson.reading.letter, lesson.reading.column(lesson.graph.index[node], 0)))


def share(lesson: Lesson, *, late: bool) -> tuple[Block, ...]:
    """Where the 1/m of a mean comes from, at the place where it comes in: with the gradients (`late`), or at the loss."""
    part = lesson.letters.share
    if part == 1 or lesson.notation.per_example is not late:
        return ()
    holes = {"share": formula(part), "cost": lesson.letters.loss}
    return (Paragraph(lesson.say(book_phrases.SHARE, count=lesson.examples, **holes), "muted"),)


def mean_over_outputs(lesson: Lesson) -> tuple[Block, ...]:
    """Where the 1/K of a loss that is a mean over outputs comes from."""
    network = lesson.graph.network
    count = len(network.layers[-1].units) if network else 1
    if network is None or not isinstance(network.loss, str) or not LOSSES[network.loss].mean or count == 1:
        return ()
    return (Paragraph(lesson.say(book_phrases.OUTPUT_SHARE, share=formula(Fraction(1, count)), count=count), "muted"),)
