"""A lesson one step at a time: Enter goes on, b goes back, q leaves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

from backprop_tutor.cli.console.output import show
from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Document, Equation, Flow, Paragraph, Section
from backprop_tutor.text import T

PROMPT = T("[{at}/{count}] Enter: on   b: back   q: leave  ", "[{at}/{count}] 回车：继续   b：后退   q：离开  ")
NEEDS_TERMINAL = T(
    "--step needs a terminal to press Enter in; leave it out to see everything at once",
    "--step 需要在终端里按回车；去掉它可一次看完",
)


def stepwise(document: Document, width: int | None) -> None:
    """Show `document` piece by piece. Raises TutorError where there is no terminal to press keys in."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise TutorError(NEEDS_TERMINAL)
    pieces = tuple(_pieces(document.blocks))
    at = 0
    while at < len(pieces):
        head = document if at == 0 else replace(document, title=(), facts=())
        show(replace(head, blocks=pieces[at]), width, paged=False)
        answer = _asked(PROMPT.format(at=at + 1, count=len(pieces))[document.lang])
        if answer == "q":
            return
        at = max(0, at - 1) if answer == "b" else at + 1


def _asked(prompt: str) -> str:
    try:
        return input(prompt).strip().lower()[:1]
    except EOFError:
        return "q"


def _pieces(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """The steps of a lesson: one equation or derivation each, with the sentences before it and its heading."""
    for group in _joined(blocks):
        *sentences, block = group
        if not isinstance(block, Section) or not any(isinstance(inner, (Section, Equation)) for inner in block.blocks):
            yield group
            continue
        first, *others = _pieces(block.blocks)
        yield (*sentences, replace(block, blocks=first))
        yield from others


def _joined(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """Blocks grouped so that a sentence stands with what follows it."""
    waiting: tuple[Block, ...] = ()
    for block in blocks:
        waiting = (*waiting, block)
        if not isinstance(block, (Paragraph, Flow)):
            yield waiting
            waiting = ()
    if waiting:
        yield waiting
