"""What is wrong with an input, said so that the reader can mend it.

A `Problem` is one thing wrong at one place; a `TutorError` carries all of them at once. The command line prints each
as ``FILE:LINE:COLUMN: error: ...`` on standard error, with the offending line and a caret, and exits with status 2.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from unicodedata import combining, east_asian_width

from backprop_tutor.frozen import frozen
from backprop_tutor.text import NOTHING, Lang, T
from backprop_tutor.text import visible as visible

LONGEST_LINE = 100

ERROR = "error: "
"""The word other programs look for, in any language."""

REASONS = {
    errno.ELOOP: T("a symbolic link that leads back to itself", "符号链接绕回了自己"),
    errno.ENOENT: T("there is no such file or folder", "没有这个文件或目录"),
    errno.EEXIST: T("something of this name is there already", "同名的文件已经存在"),
    errno.EISDIR: T("it is a folder", "它是目录"),
    errno.ENOTDIR: T("a part of the path is no folder", "路径中有一部分不是目录"),
    errno.EACCES: T("permission denied", "没有权限"),
    errno.EPERM: T("permission denied", "没有权限"),
    errno.EROFS: T("the disk can only be read", "磁盘是只读的"),
    errno.ENOSPC: T("no space left on the disk", "磁盘已满"),
    errno.ENAMETOOLONG: T("the name is too long", "名字太长"),
    errno.EIO: T("the disk cannot be read or written", "磁盘读写出错"),
}
"""What the system says when it refuses a file, in the words of a reader."""


def reason(error: BaseException) -> T:
    """Why the system refused something: in words where they are known, else as it says itself."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return REASONS.get(getattr(error, "errno", None) or 0, T(said, said))


@frozen(slots=True)
class Place:
    """A stretch of a file: line and column from 1; `source` is the whole line, `length` what the caret underlines."""

    file: str
    line: int
    column: int
    source: str = ""
    length: int = 1


@frozen(slots=True)
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
        super().__init__(self.problems)

    def __str__(self) -> str:
        """All problems as the program prints them, in English: what a traceback of Python shows."""
        return "\n".join(describe(problem, "en").removeprefix(ERROR) for problem in self.problems)


MOST_NEAR = 100
"""So many words that are near are looked at to find the nearest."""


def did_you_mean(word: str, allowed: Iterable[str]) -> T:
    """``; did you mean 'sigmoid'?``, or nothing where no allowed word is near."""
    near = closest(word, allowed)
    return T(f"; did you mean '{near[0]}'?", f"；是不是想写 '{near[0]}'？") if near else NOTHING


def closest(word: str, allowed: Iterable[str]) -> list[str]:
    """The one allowed word that is spelt most like `word`, if any is near; capitals do not count.

    A word of the same letters in another order is the nearest: W_ec for W_ce. Of several as near it is the first.
    """
    from difflib import SequenceMatcher, get_close_matches

    asked, words = word.casefold(), {known.casefold(): known for known in allowed}
    near = [known for known in words if sorted(known) == sorted(asked)]
    if not near:
        some = set(get_close_matches(asked, words, n=MOST_NEAR, cutoff=0.6))
        found = [known for known in words if known in some]
        near = sorted(found, key=lambda known: -SequenceMatcher(None, known, asked).ratio())
    return [words[known] for known in near[:1]]


def describe(problem: Problem, lang: Lang) -> str:
    """The problem as the lines printed for it: the message with its place, the source line, a caret under it."""
    message = f"{ERROR}{visible(problem.message[lang])}"
    if problem.place is None:
        return message
    place = problem.place
    head = f"{visible(place.file)}:{place.line}:{place.column}: {message}"
    return f"{head}\n{_excerpt(place)}" if place.source else head


def _excerpt(place: Place) -> str:
    """The line with a caret under the place; of a long line the part around the place."""
    start = place.column - 1
    cut = max(0, start - LONGEST_LINE // 2) if len(place.source) > LONGEST_LINE else 0
    shown = place.source[cut : cut + LONGEST_LINE]
    before, marked = shown[: start - cut], shown[start - cut : start - cut + place.length]
    dots = "…" if cut else ""
    return f"  {dots}{visible(shown)}\n  {' ' * _columns(dots + before)}{'^' * max(1, _columns(marked))}"


def _columns(text: str) -> int:
    """How many columns `text` takes in a terminal: two for a Chinese character, none for an accent."""
    return sum(2 if east_asian_width(c) in "WF" else not combining(c) for c in visible(text))
