"""What is wrong with an input, said so that the reader can mend it.

A `Problem` is one thing wrong at one place; a `TutorError` carries all of them at once. The command line prints each
as ``FILE:LINE:COLUMN: error: ...`` on standard error, with the offending line and a caret, and exits with status 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from backprop_tutor.text import Lang, T


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file: line and column from 1; `source` is the whole line, `length` what the caret underlines."""

    file: str
    line: int
    column: int
    source: str = ""
    length: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: what came; what is allowed; did you mean. `place` is None where there is no file to point at."""

    message: T
    place: Place | None = None


class TutorError(Exception):
    """An input or a call that cannot be used, with every problem found in it."""

    def __init__(self, problems: Problem | T | Iterable[Problem]) -> None:
        if isinstance(problems, T):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(problem.message.en for problem in self.problems))


def visible(text: str) -> str:
    """`text` with control characters written out (``\\x1b``), so that a file cannot drive the reader's terminal."""
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text)


def did_you_mean(word: str, allowed: Iterable[str]) -> T:
    """``; did you mean 'sigmoid'?``, or nothing where no allowed word is near."""
    near = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return T(f"; did you mean '{near[0]}'?", f"；是不是想写 '{near[0]}'？") if near else T("", "")


def describe(problem: Problem, lang: Lang) -> str:
    """The problem as the lines printed for it: the message with its place, the source line, a caret under it."""
    message = f"error: {visible(problem.message[lang])}"  # the word other programs look for, in any language
    if problem.place is None:
        return message
    place = problem.place
    head = f"{visible(place.file)}:{place.line}:{place.column}: {message}"
    if not place.source:
        return head
    before = visible(place.source[: place.column - 1])
    return f"{head}\n  {visible(place.source)}\n  {' ' * len(before)}{'^' * max(1, place.length)}"
