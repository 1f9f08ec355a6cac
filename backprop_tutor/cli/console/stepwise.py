"""A lesson one step at a time, each no taller than the screen: on, back, to a step, to a word, with guesses first."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from backprop_tutor.cli.console.output import colourful, say
from backprop_tutor.cli.console.output import width as columns
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Num
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block, Document, Equation, Flow, Paragraph, Rows, Section
from backprop_tutor.text import Lang, T

PROMPT = T(
    "[{at}/{count}] Enter: on  b: back  7: step 7  /word: find  q: leave  ",
    "[{at}/{count}] 回车：继续  b：后退  7：第 7 步  /词：查找  q：离开  ",
)
NEEDS_TERMINAL = T(
    "--step needs a terminal to press Enter in; leave it out to see everything at once",
    "--step 需要在终端里按回车；去掉它可一次看完",
)
NOT_A_KEY = T(
    "'{typed}' is none of: Enter, b, a number from 1 to {count}, /word, q",
    "'{typed}' 不是可用的输入：回车、b、1 到 {count} 的数、/词、q",
)
NOT_FOUND = T("'{word}' is in none of the steps", "各步里都没有“{word}”")
GUESS = T("What is {name}? (Enter: show it)  ", "{name} 等于多少？（回车：直接看答案）  ")

Judge = Callable[[str, str], str]
"""Makes the answer to a figure (the second) for a quantity by its name. Raises TutorError for what is no figure."""


@frozen
class Screen:
    """A screenful; `asks` is the name of a number that may be guessed before it."""

    text: str
    asks: str = ""


def stepwise(document: Document, width: int | None, judge: Judge | None = None) -> None:
    """Shows `document` piece by piece; with `judge`, asks for each number before it is shown.

    Raises TutorError where there is no terminal to press keys in.
    """
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise TutorError(NEEDS_TERMINAL)
    screens, at, guessed = tuple(_screens(document, width)), 0, set[int]()
    while at < len(screens):
        if judge is not None and at not in guessed and screens[at].asks:
            elsewhere = _guess(screens, at, judge, document.lang)
            if elsewhere is not None:
                at = elsewhere
                continue
        guessed.add(at)
        say(screens[at].text)
        at = _next(screens, at, document.lang)


def _guess(screens: tuple[Screen, ...], at: int, judge: Judge, lang: Lang) -> int | None:
    """Asks for the number of a screen until there is a figure, or Enter; the screen that is requested instead, or None."""
    name = screens[at].asks
    while typed := _asked(GUESS.format(name=name)[lang]):
        if typed.lower() in ("b", "q") or typed.startswith("/"):
            elsewhere = _requested(screens, at, typed, lang)
            if elsewhere is not None:
                return elsewhere
            continue
        try:
            say(judge(name, typed))
        except TutorError as error:
            say("\n".join(problem.message[lang] for problem in error.problems))
        else:
            return None
    return None


def _next(screens: tuple[Screen, ...], at: int, lang: Lang) -> int:
    """The next screen that is requested; any other key is reported, and asked again."""
    while True:
        answer = _asked(PROMPT.format(at=at + 1, count=len(screens))[lang])
        if answer.isdecimal() and 1 <= int(answer) <= len(screens):
            return int(answer) - 1
        found = _requested(screens, at, answer, lang)
        if found is not None:
            return found


def _requested(screens: tuple[Screen, ...], at: int, answer: str, lang: Lang) -> int | None:
    """The screen that a key or a search leads to; None, and a sentence, where there is none."""
    key = answer.lower()
    if key in ("", "b", "q"):
        return {"": at + 1, "b": max(0, at - 1), "q": len(screens)}[key]
    if not key.startswith("/"):
        say(NOT_A_KEY.format(typed=answer, count=len(screens))[lang])
        return None
    found = _search(screens, at, key[1:].strip())
    if found is None:
        say(NOT_FOUND.format(word=answer[1:].strip())[lang])
    return found


def _search(screens: tuple[Screen, ...], at: int, word: str) -> int | None:
    """The next screen with `word`, from the one after this on, round to this one."""
    order = (*range(at + 1, len(screens)), *range(at + 1))
    return next((i for i in order if word in screens[i].text.lower()), None) if word else None


def _asked(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return "q"


def _screens(document: Document, width: int | None) -> Iterator[Screen]:
    """The pieces of a lesson, each cut to the height of the screen; the results come last, since the learner is to find
    them.
    """
    from backprop_tutor.render import render

    room = max(4, shutil.get_terminal_size().lines - 2)
    for number, piece in enumerate(_pieces(_results_last(document.blocks))):
        head = document if number == 0 else replace(document, title=(), facts=())
        lines = render(replace(head, blocks=piece), "text", width=columns(width), colour=colourful()).splitlines()
        for start, end in pairwise((*range(0, len(lines), room), len(lines))):
            yield Screen("\n".join(lines[start:end]), _sought(piece) if start == 0 else "")


def _results_last(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The table of results after its derivation, in each step."""
    results = tuple(block for block in blocks if isinstance(block, Section) and block.key == "results")
    return (*(_within(block) for block in blocks if block not in results), *results)


def _within(block: Block) -> Block:
    """One of several steps with its own results last; every other block unchanged."""
    if isinstance(block, Section) and block.key == "step":
        return replace(block, blocks=_results_last(block.blocks))
    return block


def _sought(piece: Iterable[Block]) -> str:
    """The name of the number that a piece derives: the last value in it that is not given."""
    found = ""
    for block in piece:
        match block:
            case Equation(keys=(_, *_), links=(_, *_, last)) if isinstance(last.right, Num):
                found = unicode(block.left)
            case Section(key=key, blocks=inner) if key not in ("given", "results"):
                found = _sought(inner) or found
            case Rows(rows=rows):
                found = _sought(inner for row in rows for inner in row.blocks if not _updates(row.blocks)) or found
            case _:
                pass
    return found


def _updates(blocks: tuple[Block, ...]) -> bool:
    return any(isinstance(b, Equation) and any(key.startswith("updated.") for key in b.keys) for b in blocks)


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
    """Blocks grouped so that a sentence stays with the block after it."""
    waiting: tuple[Block, ...] = ()
    for block in blocks:
        waiting = (*waiting, block)
        if not isinstance(block, (Paragraph, Flow)):
            yield waiting
            waiting = ()
    if waiting:
        yield waiting
