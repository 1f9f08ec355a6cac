"""Whether a hint says too much too early."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.formula.nodes import Formula, Num, children
from backprop_tutor.lesson.document import (
    Block,
    Code,
    Drawing,
    Equation,
    Flow,
    Inline,
    Math,
    Paragraph,
    Rows,
    Section,
    Table,
    Text,
)
from backprop_tutor.practice.quiz.key import Key, Number, Parts
from backprop_tutor.practice.quiz.question import Question


def leaks(question: Question) -> tuple[int, ...]:
    """The hints, from 1, before the last that show a number asked for which the question itself does not show."""
    stated = set(_figures(question.prompt))
    asked = set(_asked(question.key)) - stated
    return tuple(i for i, hint in enumerate(question.hints[:-1], start=1) if asked.intersection(_figures(hint)))


def _asked(key: Key) -> Iterator[float]:
    match key:
        case Number(line=line):
            yield line.value
        case Parts(parts=parts):
            yield from (value for part in parts for value in _asked(part))
        case _:
            return


def _figures(blocks: tuple[Block, ...]) -> Iterator[float]:
    """Every measured value that some blocks show."""
    for block in blocks:
        match block:
            case Equation(links=links):
                yield from (value for link in links for value in _numbers(link.right))
            case Paragraph(words=words):
                yield from _in_words(words)
            case Flow(items=items):
                yield from (value for item in items for value in _of(item))
            case Rows(rows=rows):
                yield from (value for row in rows for value in _figures(row.blocks))
            case Section(blocks=inner):
                yield from _figures(inner)
            case Table(rows=cells):
                yield from (value for row in cells for cell in row for value in _in_words(cell))
            case Drawing():
                continue


def _of(item: Equation | tuple[Inline, ...]) -> Iterator[float]:
    return _figures((item,)) if isinstance(item, Equation) else _in_words(item)


def _in_words(words: tuple[Inline, ...]) -> Iterator[float]:
    for word in words:
        match word:
            case Math(formula=formula):
                yield from _numbers(formula)
            case Text() | Code():
                continue


def _numbers(formula: Formula) -> Iterator[float]:
    if isinstance(formula, Num):
        yield formula.value
    for part in children(formula):
        yield from _numbers(part)
