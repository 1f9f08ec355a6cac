"""The conventions in force, in words: letters and indices, the factor of the loss, mean or sum, the sign of δ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.engine.graph import Network
from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.formula.nodes import formula
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Paragraph, Text, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

OF_LOSS: Mapping[str, T] = {
    "half_squared_error": book_phrases.HALF,
    "squared_error": book_phrases.SQUARED,
    "mean_squared_error": book_phrases.MEAN_SQUARED,
    "binary_cross_entropy": book_phrases.LOGARITHMIC,
    "cross_entropy": book_phrases.LOGARITHMIC,
}


def conventions(lesson: Lesson, *, in_signals: bool) -> tuple[Paragraph, ...]:
    """One paragraph for a layered network, none for an expression graph, whose names are the author's.

    `in_signals` tells that the view shows error signals in the notation's own sign and scale.
    """
    network = lesson.graph.network
    if network is None:
        return ()
    space = Text(" " if lesson.lang == "en" else "")
    words = [word for sentence in _sentences(lesson, network, in_signals) for word in (*sentence, space)]
    return (Paragraph(tuple(words[:-1]), "muted"),)


def _sentences(lesson: Lesson, network: Network, in_signals: bool) -> Iterator[Words]:
    yield lesson.say(lesson.notation.conventions, **lesson.notation.samples)
    yield lesson.say(OF_LOSS.get(str(network.loss), book_phrases.OWN_LOSS))
    if lesson.examples > 1:
        over = book_phrases.OVER_SUM if network.reduction == "sum" else book_phrases.OVER_MEAN
        yield lesson.say(over, cost=lesson.letters.loss, count=lesson.examples)
        yield lesson.say(book_phrases.EXAMPLE_MARK, marked=lesson.letters.value(Quantity("x", 1, None, 2)))
    example = 1 if lesson.examples > 1 else None
    z = Quantity(f"z{len(network.layers)}", 1, None, example)
    factor = lesson.letters.factor(z)
    if factor == 1:
        if lesson.notation.error and lesson.letters.share != 1:
            yield lesson.say(book_phrases.OF_THE_MEAN, signal=lesson.letters.signal(z), count=lesson.examples)
        return
    holes = {"signal": lesson.letters.signal(z), "derivative": lesson.letters.adjoint(z), "factor": formula(factor)}
    if not in_signals:
        yield lesson.say(book_phrases.PLAIN_HERE, loss=lesson.letters.loss, **holes)
    elif lesson.letters.share != 1 and lesson.notation.per_example:
        yield lesson.say(book_phrases.SCALED, count=lesson.examples, **holes)
