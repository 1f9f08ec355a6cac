"""YAML features that a scenario does not use, and the errors that refuse them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from backprop_tutor.text import T

DEEPEST = 64
LARGEST = 200_000

DEEP = T(f"nested deeper than {DEEPEST} levels", f"嵌套超过 {DEEPEST} 层")
LARGE = T(f"more than {LARGEST} values", f"超过 {LARGEST} 个值")
SECOND = T(
    "a second document begins here; a file holds one scenario, so take the '---' away",
    "这里开始了第二个文档；一个文件只放一个场景，请去掉 '---'",
)
ALIAS = T("an alias (*name); write the value out instead", "这是别名（*名字）；请把值直接写出来")
ANCHOR = T(
    "an anchor (&name); a scenario has none, and a text that begins with '&' needs quotes",
    "这是锚点（&名字）；场景文件不用锚点，以 '&' 开头的文字要加引号",
)
TAG = T(
    "a tag (!name); a scenario has none, and a text that begins with '!' needs quotes",
    "这是标签（!名字）；场景文件不用标签，以 '!' 开头的文字要加引号",
)
MERGE = T("a merge key (<<); write the keys out instead", "这是合并键（<<）；请把各个键直接写出来")
NO_KEY = T("a list or a mapping cannot be a key; a key is a single word", "列表或键值表不能当键；键是一个单词")
SURROGATE = T("half of a character (a surrogate) cannot be shown", "这是半个字符（代理项），无法显示")
FULL_WIDTH_COLON = T(
    "'：' is a full-width colon; a key is followed by ':' and a space", "'：' 是全角冒号；键后面要用半角 ':' 再加空格"
)
TWICE = T("the key '{key}' stands twice, first on line {line}", "键 '{key}' 出现了两次，第一次在第 {line} 行")


def unwanted(event: Any) -> Iterator[T]:
    """The fault of a value or a key that is not allowed but leaves the rest readable."""
    if event.anchor is not None:
        yield ANCHOR
    if event.tag is not None:
        yield TAG
    if (
        isinstance(event, yaml.ScalarEvent)
        and event.style == '"'
        and any("\ud800" <= c <= "\udfff" for c in event.value)
    ):
        yield SURROGATE
