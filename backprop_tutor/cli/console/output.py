"""Prints a command's answer: to a terminal, with colour and a pager where it is long, or plain to a file.

It also defines the exit statuses that are the same for every command; 0 and 1 have a meaning of each command's own.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from backprop_tutor.errors import Problem
    from backprop_tutor.lesson.document import Document
    from backprop_tutor.text import Lang


UNUSABLE = 2
INTERRUPTED = 130

PLAIN_WIDTH, WIDEST = 100, 1000
PAGER = ("less", "-RFX")
_KEYS = "Enter = on   b = back   q = quit"  # the prompt of less, which garbles all but ASCII


def width(asked: int | None) -> int:
    """The width in columns: as requested, else that of the terminal (at most 1000), else 100."""
    return asked or min(WIDEST, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)


def colourful() -> bool:
    """Whether colour may be used: on a terminal, unless NO_COLOR or TERM=dumb forbids it."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def watched() -> bool:
    """Whether progress may be drawn on standard error: on a terminal that can rewrite a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def show(document: Document, asked_width: int | None = None, *, paged: bool = True) -> None:
    """Prints a document for people."""
    from backprop_tutor.render import render

    say(render(document, "text", width=width(asked_width), colour=colourful()), paged=paged)


def say(text: str, *, paged: bool = False) -> None:
    """Prints `text` to standard output, through a pager where it is longer than the terminal."""
    text = text.rstrip("\n") + "\n"
    long = sys.stdout.isatty() and text.count("\n") >= shutil.get_terminal_size().lines
    if not (paged and long and _paged(text)):
        sys.stdout.write(text)
        sys.stdout.flush()


def complain(problems: Iterable[Problem], lang: Lang) -> None:
    """Prints problems to standard error, after all other output."""
    from backprop_tutor.errors import describe

    for problem in problems:
        sys.stderr.write(describe(problem, lang) + "\n")


def _paged(text: str) -> bool:
    """Shows `text` in the pager, PAGER's with its options; False where there is none."""
    command = shlex.split(os.environ.get("PAGER", "")) or PAGER
    program = shutil.which(command[0])
    if program is None or os.environ.get("TERM") == "dumb":
        return False
    environment = {"LESSCHARSET": "utf-8", "LESS": f"-RFX -Ps{_KEYS}$", **os.environ}
    subprocess.run([program, *command[1:]], input=text.encode(), env=environment, check=False)  # noqa: S603
    return True


def say_json(value: object) -> None:
    """Prints `value` as JSON, piece by piece as it is made."""
    for piece in json_pieces(value):
        sys.stdout.write(piece)
    say("")


def json_text(value: object) -> str:
    """`value` as JSON, floats in full precision; control codes and what cannot be encoded are escaped."""
    return "".join(json_pieces(value))


def json_pieces(value: Any) -> Iterator[str]:
    """The same text in pieces: of each record what belongs to a key, of an array each of its rows."""
    if isinstance(value, dict):
        for i, (key, part) in enumerate(value.items()):
            name = key if isinstance(key, str) else _dumped(key)
            yield f"{', ' if i else '{'}{_dumped(name)}: "
            yield from json_pieces(part)
        yield "}" if value else "{}"
    elif _has_parts(value) and len(value) and _has_parts(value[0]):
        for i, part in enumerate(value):
            yield ", " if i else "["
            yield from json_pieces(part)
        yield "]"
    else:
        yield _dumped(value)


def _has_parts(value: Any) -> bool:
    return isinstance(value, (dict, Sequence)) and not isinstance(value, str)


def _dumped(value: object) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if text.isprintable() else re.sub(r"[^\x20-\x7e]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """A character, as JSON escapes it where it is not printable."""
    import json

    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]
