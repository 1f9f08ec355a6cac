"""Questions with their answers as the JSON object other programs read (the contract, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from backprop_tutor.lesson.document import Block, Document, Paragraph
from backprop_tutor.practice.exercise.typed import typed_formula
from backprop_tutor.practice.quiz.question import (
    Axes,
    Count,
    Expression,
    Key,
    Number,
    Parts,
    Pick,
    Question,
    Ways,
    as_typed,
)
from backprop_tutor.records.trace import number
from backprop_tutor.render import render

VERSION = 1
WIDTH = 100


def quiz_record(seed: int, questions: Sequence[Question]) -> dict[str, Any]:
    """The quiz object."""
    shown = [_question(question) for question in questions]
    return {"format": "backprop-tutor/quiz", "version": VERSION, "seed": seed, "questions": shown}


def _question(question: Question) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "skill": question.skill,
        "prompt": _text(question, (*question.prompt, Paragraph(question.how))),
        "quantity": question.quantity,
        "answer": answer(question.key),
        "choices": [_text(question, (Paragraph(words),)) for words in question.choices] or None,
        "hints": [_text(question, hint) for hint in question.hints],
    }


def _text(question: Question, blocks: tuple[Block, ...]) -> str:
    document = Document(question.exercise.lesson.lang, (), (), blocks)
    return "\n".join(line.strip() for line in render(document, "text", width=WIDTH).strip().splitlines())


def answer(key: Key) -> Any:
    """The right answer: a number in full, the number of a choice, a formula or a shape as typed, a list of several."""
    match key:
        case Number(line=line):
            return number(line.value)
        case Pick(right=right):
            return right
        case Count(count=count):
            return count
        case Axes(axes=axes):
            return as_typed(axes)
        case Expression(line=line):
            return typed_formula(line.written)
        case Ways(ways=ways):
            return ["-".join(way) for way in sorted(ways)]
        case Parts(parts=parts):
            return [answer(part) for part in parts]
        case _:
            assert_never(key)
