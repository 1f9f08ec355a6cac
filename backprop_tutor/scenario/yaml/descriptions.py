"""How a place and a value of a file are named in a message."""

from __future__ import annotations

from backprop_tutor.errors import visible
from backprop_tutor.scenario.yaml.spans import Path
from backprop_tutor.text import T

LONGEST = 40


def label(path: Path) -> str:
    """A value by its key and its positions, counted from 1: ``weights[2,1]``; empty for the file itself."""
    last = max((i for i, part in enumerate(path) if isinstance(part, str)), default=0)
    inside = ",".join(str(part + 1) for part in path[last:] if isinstance(part, int))
    return cropped(str(path[last])) + (f"[{inside}]" if inside else "") if path else ""


def described(value: object, spelling: str | None = None) -> T:
    """A value in words; a number in its author's spelling. In Chinese, foreign letters have spaces around them."""
    match value:
        case None | "":
            return T("empty", "空的")
        case bool():
            return _foreign(str(value).lower())
        case str():
            return T("the text '{text}'", "文字 '{text}'").format(text=cropped(value))
        case int() | float():
            return _foreign(cropped(spelling or (hex(value) if isinstance(value, int) else repr(value))))
        case list():
            return T("a list", "列表") if value else T("an empty list", "空列表")
        case _:
            return T("a mapping", "键值表") if value else T("an empty mapping", "空键值表")


def quoted(value: object, spelling: str | None = None) -> T:
    """A value in words, a bare text in quotes."""
    return _foreign(f"'{cropped(value)}'") if isinstance(value, str) else described(value, spelling)


def _foreign(text: str) -> T:
    return T(text, f" {text}")


def cropped(text: str) -> str:
    """`text` shortened to fit a line of a message, with control characters written out."""
    return visible(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def counted(number: int, en: str, zh: str) -> T:
    """A number with its noun: ``counted(2, "row", "行")`` is 2 rows."""
    return T(f"{number} {en}{'' if number == 1 else 's'}", f"{number} {zh}")
