"""Numbers as they are written on paper, where YAML sees a text or two numbers: ``0,1``, ``−0.4``, ``1/3``, ``50%``.

A comma ends a value in brackets and in braces, so ``[0,7, -0,3]`` has four numbers; the intended numbers can be
recognised only if their count is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise, zip_longest
from unicodedata import normalize

from backprop_tutor.scenario.yaml.spans import Path, is_decimal
from backprop_tutor.scenario.yaml.tree import Tree, Value
from backprop_tutor.text import NOTHING, T

COMMA = T(" (write a decimal point, not a comma: {number})", "（小数点要写成点，不要写逗号：{number}）")
POINT = T(
    "; if {number} is meant, write a decimal point, not a comma", "；如果想写 {number}，小数点要写成点，不要写逗号"
)
MINUS = T(
    " ('{sign}' is a minus sign of printed text, write '-': {number})",
    "（'{sign}' 是排版用的减号，请改用 '-'：{number}）",
)
WRITE = T(" (write {number})", "（请写成 {number}）")

_MINUSES = re.compile("[−–]")
_SHARE = re.compile(r"(?P<number>[^/%\s]+)\s*(?:%|/\s*(?P<parts>[^/%\s]+))")
_SPLIT = re.compile(r"[-+]?[0-9]+,[0-9]+")
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+")
PERCENT = 100.0


def as_yaml(text: str) -> T:
    """The YAML spelling of a number on paper; empty where `text` is no number, or needs no change."""
    typed = normalize("NFKC", text.strip())
    number = _MINUSES.sub("-", typed).replace(",", ".")
    if typed != number and is_decimal(number):
        sign = _MINUSES.search(typed)
        return COMMA.format(number=number) if "," in typed or not sign else MINUS.format(sign=sign[0], number=number)
    share = _SHARE.fullmatch(number)
    if share and all(is_decimal(part) for part in share.groups("1")):
        value = float(share["parts"] or PERCENT)
        return WRITE.format(number=f"{float(share['number']) / value:.6g}") if value else NOTHING
    return NOTHING


def as_list(text: str) -> str:
    """The YAML spelling of a list: ``0.5 0.8``, ``(0.5; 0.8)`` and ``c, d``; empty where `text` is no list."""
    words = _BETWEEN.split(text.strip(" ()[]"))
    alike = all(map(is_decimal, words)) or all(map(str.isidentifier, words))
    return ", ".join(words) if alike and len(words) > 1 else ""


def split_by_commas(tree: Tree, path: Path, wanted: int) -> T:
    """What to write where the list at `path` has `wanted` numbers once its commas are read as decimal points.

    Of a list of lists, the first one is checked.
    """
    value: Value = tree.value
    for part in path:
        value = value[part]  # type: ignore[index]
    if not isinstance(value, list):
        return NOTHING
    if value and isinstance(value[0], list):
        return split_by_commas(tree, (*path, 0), wanted)
    places = [(*path, i) for i in range(len(value))]
    if any(place not in tree.spellings for place in places):
        return NOTHING
    numbers = _numbers([tree.spellings[place] for place in places], [_touch(tree, *two) for two in pairwise(places)])
    split = [number for number in numbers if "," in number]
    if not split or len(numbers) != wanted or not all(map(_SPLIT.fullmatch, split)):
        return NOTHING
    return POINT.format(number=split[0].replace(",", "."))


def _touch(tree: Tree, one: Path, other: Path) -> bool:
    """Whether only a comma separates two values."""
    here, there = tree.values[one], tree.values[other]
    return here.line == there.line and here.column + (here.length or 0) + 1 == there.column


def _numbers(figures: Sequence[str], touching: Sequence[bool]) -> list[str]:
    """Joins numbers that touch; where all of them do, pairs are joined, if their count then fits."""
    if touching and all(touching):
        return [",".join(figures[i : i + 2]) for i in range(0, len(figures), 2)] if len(figures) % 2 == 0 else []
    gaps = ("," if touch else " " for touch in touching)
    return "".join(chain.from_iterable(zip_longest(figures, gaps, fillvalue=""))).split()
