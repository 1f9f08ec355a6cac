"""The conventions in force, on the first line of a lesson: activations, loss, optimizer, rate, examples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from backprop_tutor.graph.ops.activations import activation_of
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import Math, Text, Words
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import given
from backprop_tutor.text import COMMA
from backprop_tutor.training.optimizers import LETTERS, OPTIMIZERS


@lru_cache(maxsize=1)
def facts(lesson: Lesson) -> tuple[Words, ...]:
    """One short fact each, in the order a reader asks for them."""
    return (*(_network(lesson) if lesson.graph.layers else ()), *_training(lesson), *_examples(lesson))


def _network(lesson: Lesson) -> Iterator[Words]:
    graph = lesson.graph
    activations = dict.fromkeys(activation_of(layer.activation).text for layer in graph.layers)
    yield (Text(COMMA[lesson.lang].join(text[lesson.lang] for text in activations)),)
    yield lesson.say(loss_of(graph.loss).text)
    if graph.l2:
        yield lesson.say(phrases.L2, value=given(lesson, "l2", graph.l2))


def _training(lesson: Lesson) -> Iterator[Words]:
    if not lesson.graph.parameters:
        return
    optimizer = OPTIMIZERS[lesson.scenario.training.optimizer]
    if optimizer.name != "sgd":
        yield lesson.say(optimizer.text)
    letters = {"learning_rate": lesson.letters.rate, **LETTERS}
    for name, value in lesson.settings.items():
        yield (Math(letters[name]), Text(" = "), Math(given(lesson, name, value)))


def _examples(lesson: Lesson) -> Iterator[Words]:
    count, size = lesson.scenario.examples, lesson.scenario.training.batch
    if count == 1:
        yield lesson.say(phrases.ONE_EXAMPLE)
        return
    phrase = phrases.EXAMPLES_SUM if lesson.graph.reduction == "sum" else phrases.EXAMPLES_MEAN
    if size is None or size >= count:
        yield lesson.say(phrase, count=count)
    else:
        yield lesson.say(phrases.EXAMPLES_IN_BATCHES, count=count, size=size)
