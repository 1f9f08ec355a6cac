"""Notes on the problems of training that a trace shows, and the conventions in words.

Units that are alike stay alike; a saturated unit hardly learns; an error vanishes from layer to layer; a ReLU that is 0
for every example is dead. A note is shown only where the numbers show its problem. The conventions are letters and
indices, the factor of the loss, mean or sum, the sign of δ.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from backprop_tutor.formula.nodes import Formula, formula
from backprop_tutor.graph.diagnostics import alike, dead, error_norms, gradient_norms, rounding_rests, saturated
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Align, Block, Paragraph, Table, Text, Words
from backprop_tutor.lesson.inline import listed, math
from backprop_tutor.lesson.kinks import at_kink, kinks
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.views.rules import layer_name
from backprop_tutor.text import T


@lru_cache(maxsize=1)
def conventions(lesson: Lesson, *, in_signals: bool) -> tuple[Paragraph, ...]:
    """One paragraph for a layered network, none for an expression graph, whose names are the author's.

    `in_signals` is true where the view shows error signals in the notation's own sign and scale.
    """
    if not lesson.graph.layers:
        return ()
    space = Text(" " if lesson.lang == "en" else "")
    words = [word for sentence in _sentences(lesson, in_signals) for word in (*sentence, space)]
    return (Paragraph(tuple(words[:-1]), "muted"),)


def _forms_like(lesson: Lesson) -> Iterator[Words]:
    """The functions and settings that are as in a framework."""
    framework = lesson.scenario.training.like
    if framework is None:
        return
    from backprop_tutor.verify.frameworks import FRAMEWORKS, LOSS_SAID, OUTPUTS_SAID, PENALTY_SAID, loss_like, said_like

    graph, title = lesson.graph, FRAMEWORKS[framework].title
    activations = [each.activation for each in graph.layers if not isinstance(each.activation, str)]
    formulas = [*activations, *(graph.formulas or {}).values()]
    layers = (graph.formulas or {}) if graph.steps is not None else {}
    for said in said_like(formulas, layers, framework, at_kink(lesson)):
        yield lesson.say(said)
    if framework == "sklearn" and graph.layers:
        from backprop_tutor.formula.parse import parse

        if graph.l2 and lesson.examples > 1:
            yield lesson.say(PENALTY_SAID, framework=title, count=lesson.examples)
        outputs = len(graph.layers[-1].units)
        if graph.loss == parse(loss_like("mean_squared_error", outputs, framework), ("a", "y")):
            yield lesson.say(LOSS_SAID, framework=title)
            if outputs > 1:
                yield lesson.say(OUTPUTS_SAID, framework=title, count=outputs)


def _sentences(lesson: Lesson, in_signals: bool) -> Iterator[Words]:
    yield lesson.say(lesson.notation.conventions, **lesson.notation.samples)
    yield lesson.say(loss_of(lesson.graph.loss).sentence)
    yield from _forms_like(lesson)
    if lesson.examples > 1:
        over = book_phrases.OVER_SUM if lesson.graph.reduction == "sum" else book_phrases.OVER_MEAN
        yield lesson.say(over, cost=lesson.letters.loss, count=lesson.examples)
        yield lesson.say(
            book_phrases.EXAMPLE_MARK, marked=lesson.letters.value(Quantity(lesson.graph.part_name(0, "a"), (1,), 2))
        )
    example = 1 if lesson.examples > 1 else None
    z = Quantity(lesson.graph.part_name(len(lesson.graph.layers), "z"), (1,), example)
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


FADED = 0.01
"""An error signal this many times that of the output layer, or less, has all but vanished on its way to the first."""

ALIKE = T(
    " have the same weights in and out and get the same gradients: no step will ever tell them apart, and "
    "together they are worth no more than one unit. Start from different (random) weights.",
    " 的输入、输出权重都相同，得到的梯度也相同：不论走多少步都不会有差别，合起来只抵一个单元。请从各不相同的（随机）权重出发。",
)
SATURATED = T(
    ": saturated, the slope of the activation is {slope} or less for every example, so hardly any error passes "
    "through and the weights below hardly move.",
    " 已饱和：对每个样本，激活函数的导数都不超过 {slope}，误差几乎传不过去，它前面的权重也就几乎不动。",
)
DEAD = T(
    ": dead for these examples, its z is at most 0 for every one of them; the derivative of ReLU is then 0, and "
    "no gradient reaches its weights.",
    " 对这些样本是死亡单元：每个样本的 z 都不大于 0，ReLU 的导数为 0，它的权重得不到梯度。",
)
FADING = T(
    "The gradient vanishes on the way down: the error signal of the first hidden layer is {ratio} of that of the "
    "output layer.",
    "梯度在往回传的路上逐渐消失：第一个隐藏层的误差项只有输出层的 {ratio}。",
)
CANCELLED = T(
    ": the terms cancel, and what is left is the rounding of floating-point numbers; by hand it is 0.",
    "：各项正好抵消，剩下的只是浮点数的舍入误差；手算得 0。",
)
LAYER, ERROR, GRADIENT = T("layer", "层"), T("norm of ∂L/∂z", "∂L/∂z 的范数"), T("norm of the gradient", "梯度的范数")


def notes(lesson: Lesson) -> tuple[Block, ...]:
    """Every note that applies to the step of this lesson."""
    likes = () if lesson.graph.layers else (Paragraph(tuple(said), "muted") for said in _forms_like(lesson))
    return (*(_notes(lesson) if lesson.graph.layers else ()), *_cancelled(lesson), *likes, *kinks(lesson))


def _notes(lesson: Lesson) -> Iterator[Block]:
    for layer, group in alike(lesson.step.trace, lesson.step.updated):
        yield _warning(lesson, ALIKE, layer, group)
    for layer, units in groupby(saturated(lesson.step.trace), key=lambda found: found.layer):
        found = tuple(units)
        slope = lesson.figure(max(unit.slope for unit in found))
        yield _warning(lesson, SATURATED, layer, tuple(unit.row for unit in found), slope=slope)
    for layer, rows in dead(lesson.step.trace):
        yield _warning(lesson, DEAD, layer, rows)
    yield from _fading(lesson)


def _warning(lesson: Lesson, text: T, layer: int, rows: tuple[int, ...], **holes: Formula) -> Paragraph:
    units = listed(
        (lesson.letters.value(Quantity(lesson.graph.part_name(layer, "a"), (row + 1,))) for row in rows), lesson.lang
    )
    return Paragraph((*units, *lesson.say(text, **holes)), "bad")


def _cancelled(lesson: Lesson) -> Iterator[Paragraph]:
    letters = [lesson.reading.letter(element) for element in rounding_rests(lesson.reading)]
    if letters:
        yield Paragraph((*listed(letters, lesson.lang), *lesson.say(CANCELLED)), "muted")


def _fading(lesson: Lesson) -> Iterator[Block]:
    errors, gradients = error_norms(lesson.step.trace), gradient_norms(lesson.step.trace)
    if len(errors) < 2 or not 0 < errors[0] <= FADED * errors[-1]:
        return

    def number(value: float) -> Words:
        return math(lesson.figure(value))

    yield Paragraph(lesson.say(FADING, ratio=lesson.figure(errors[0] / errors[-1])), "bad")
    header = tuple(lesson.say(title) for title in (LAYER, ERROR, GRADIENT))
    align: tuple[Align, ...] = ("left", "right", "right")
    pairs = enumerate(zip(errors, gradients, strict=True), start=1)
    yield Table(
        header,
        tuple((lesson.say(layer_name(lesson.graph, layer)), number(e), number(g)) for layer, (e, g) in pairs),
        align,
    )
