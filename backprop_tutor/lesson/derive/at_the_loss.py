"""The derivatives between the loss and the output layer.

It explains why ∂L/∂a and ∂a/∂z fuse into one simple ∂L/∂z where a cross-entropy follows the activation it is made for,
and which factors a mean gives to an example or an output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from backprop_tutor.formula.nodes import Formula, Neg, Partial, chain, formula, total
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.ops.losses import FUSED_GRADIENTS, LOSSES
from backprop_tutor.lesson import book_phrases
from backprop_tutor.lesson.document import Block, Paragraph
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

Units = tuple[Formula, ...]
Fold = tuple[str, str]


def _sigmoid_binary(a: Units, y: Units) -> tuple[Formula, ...]:
    """(−y/a + (1 − y)/(1 − a)) · a(1 − a) = (a − y)/(a(1 − a)) · a(1 − a) = −y(1 − a) + (1 − y)a."""
    (p, *_), (t, *_) = a, y
    slope = p * (1 - p)
    apart = Neg(t / p) + (1 - t) / (1 - p)
    return (chain(apart, slope), chain((p - t) / slope, slope))


def _sigmoid_single(a: Units, y: Units) -> tuple[Formula, ...]:
    """−y/a · a(1 − a)."""
    return (chain(Neg(y[0] / a[0]), a[0] * (1 - a[0])),)


def _softmax(a: Units, y: Units) -> tuple[Formula, ...]:
    """Σ_k −y_k/a_k · ∂a_k/∂z_1 = −y_1(1 − a_1) + y_2 a_1 + … = a_1(y_1 + y_2 + …) − y_1."""
    own = chain(Neg(y[0] / a[0]), a[0] * (1 - a[0]))
    others = tuple(chain(Neg(t / p), Neg(p * a[0])) for p, t in zip(a[1:], y[1:], strict=True))
    cancelled = (Neg(y[0] * (1 - a[0])), *(t * a[0] for t in y[1:]))
    return (total((own, *others)), total(cancelled), a[0] * total(y) - y[0])


def _softmax_binary(a: Units, y: Units) -> tuple[Formula, ...]:
    """Σ_k (−y_k/a_k + (1 − y_k)/(1 − a_k)) · ∂a_k/∂z_1."""
    slopes = (a[0] * (1 - a[0]), *(Neg(p * a[0]) for p in a[1:]))
    by_loss = (Neg(t / p) + (1 - t) / (1 - p) for p, t in zip(a, y, strict=True))
    return (total(tuple(map(chain, by_loss, slopes))),)


FOLD_STEPS: Mapping[Fold, Callable[[Units, Units], tuple[Formula, ...]]] = {
    ("sigmoid", "binary_cross_entropy"): _sigmoid_binary,
    ("sigmoid", "cross_entropy"): _sigmoid_single,
    ("softmax", "cross_entropy"): _softmax,
    ("softmax", "binary_cross_entropy"): _softmax_binary,
}

BY_ONE_UNIT = T(
    "Multiplied by the slope of the activation, the denominators cancel:",
    "乘上激活函数的导数，分母就约掉了：",
)
FOLDED: Mapping[Fold, T] = {
    ("sigmoid", "binary_cross_entropy"): BY_ONE_UNIT,
    ("sigmoid", "cross_entropy"): BY_ONE_UNIT,
    ("softmax", "cross_entropy"): T(
        "z reaches the loss through every output; summed over them the denominators cancel, and targets that add up to 1 "
        "leave the difference of output and target:",
        "z 经过每个输出影响损失；对各输出求和后分母约掉，而目标值之和为 1，于是只剩输出与目标值之差：",
    ),
    ("softmax", "binary_cross_entropy"): T(
        "z reaches the loss through every output; in its own term the denominators cancel, in the others one of two:",
        "z 经过每个输出影响损失；在它自己的那一项里分母全部约掉，在其他各项里约掉其中一个：",
    ),
}


def fold(lesson: Lesson) -> tuple[Block, ...]:
    """Why ∂L/∂z of an output is as simple as a − y, for the first one; empty where the derivatives do not fuse."""
    graph = lesson.graph
    key = (str(graph.layers[-1].activation), str(graph.loss)) if graph.layers else ("", "")
    if key not in FUSED_GRADIENTS or key not in FOLD_STEPS:
        return ()
    loss = lesson.graph.example_loss()
    last = graph.layers[-1].nodes
    a, y, z = (letters(lesson, node) for node in (last["a"], graph.target, last["z"]))
    rate = Partial(lesson.reading.letter(loss), z[0])
    return Paragraph(lesson.say(FOLDED[key])), derivation(
        rate, *FOLD_STEPS[key](a, y), FUSED_GRADIENTS[key].written(*map(_column, (a, y)))[0, 0]
    )


def _column(units: Units) -> AnyArray:
    """The formulas of the units as an array of one example."""
    column = np.empty((len(units), 1), dtype=object)
    column[:, 0] = units
    return column


def letters(lesson: Lesson, node: int) -> tuple[Formula, ...]:
    """The letters of a layer for the first example."""
    return tuple(map(lesson.reading.letter, lesson.reading.of_example(node, 0)))


def share(lesson: Lesson, *, late: bool) -> tuple[Block, ...]:
    """Where the 1/m of a mean comes from, at the place where it enters: with the gradients (`late`), or at the loss."""
    part = lesson.letters.share
    if part == 1 or lesson.notation.per_example is not late:
        return ()
    holes = {"share": formula(part), "cost": lesson.letters.loss}
    return (Paragraph(lesson.say(book_phrases.SHARE, count=lesson.examples, **holes), "muted"),)


def mean_over_outputs(lesson: Lesson) -> tuple[Block, ...]:
    """Where the 1/K of a loss that is a mean over outputs comes from."""
    count, loss = len(lesson.graph.layers[-1].units), lesson.graph.loss
    if not isinstance(loss, str) or not LOSSES[loss].mean or count == 1:
        return ()
    return (Paragraph(lesson.say(book_phrases.OUTPUT_SHARE, share=formula(Fraction(1, count)), count=count), "muted"),)
