"""What is wrong with a text that is not YAML, said in both languages.

The C parser is fast, but the Python one explains better, so a faulty text is parsed again for its message. The two
differ over tabs: the C parser lets them pass in places where the Python one does not. Here a tab outside quotes,
comments and blocks of text is refused whoever parses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from backprop_tutor.errors import visible
from backprop_tutor.scenario.spans import Span, UnreadableError, span_at
from backprop_tutor.text import T

C_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
REPARSED = 100_000  # characters; beyond it the Python parser is too slow for a better message

CONTROL = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
COMMENT = re.compile(r"#[^\n\r\x85\u2028\u2029]*")

CONTROL_CHARACTER = T(
    "the control character {character}; in a text in double quotes it can be written as an escape",
    "这是控制字符 {character}；在双引号文字里可以写成转义",
)
TAB = T("a tab; YAML wants spaces here", "这是制表符；YAML 在这里要用空格")
OTHER = T("this is not YAML: {problem}", "这里不符合 YAML 语法")

SAYINGS: tuple[tuple[str, T], ...] = (
    ("cannot start any token.*\t", TAB),
    (
        "cannot start any token",
        T("a text cannot begin with '{found}'; put it in quotes", "文字不能以 '{found}' 开头；请加引号"),
    ),
    (
        "mapping values are not allowed",
        T(
            "a ': ' has no place here; is the line indented like its neighbours? a text with ': ' in it needs quotes",
            "这里不能有 ': '；这一行的缩进与上下行一致吗？文字里有 ': ' 时要加引号",
        ),
    ),
    ("sequence entries are not allowed", T("a list entry '- ' cannot begin here", "列表项 '- ' 不能从这里开始")),
    (
        "could not find expected ':'",
        T("a ':' is missing after the key on line {opened}", "第 {opened} 行的键后面缺少 ':'"),
    ),
    (
        "(end of stream|document separator).*quoted scalar",
        T("the quote opened on line {opened} is not closed", "第 {opened} 行打开的引号没有闭合"),
    ),
    (
        "expected ',' or ']'",
        T(
            "the list opened with '[' on line {opened} goes on with ',' or ends with ']'",
            "第 {opened} 行用 '[' 打开的列表，接下来应是 ',' 或 ']'",
        ),
    ),
    (
        "expected ',' or '}'",
        T(
            "the mapping opened with '{{' on line {opened} goes on with ',' or ends with '}}'",
            "第 {opened} 行用 '{{' 打开的键值表，接下来应是 ',' 或 '}}'",
        ),
    ),
    (
        "expected <block end>|did not find expected (key|'-' indicator)",
        T(
            "this does not fit what began on line {opened}; entries of one block begin in the same column",
            "这里与第 {opened} 行开始的内容不合；同一块的各项要从同一列开始",
        ),
    ),
    ("expected the node content|node content", T("a value is missing here", "这里缺少一个值")),
    (
        "unknown escape character|hexadecimal numbers|invalid Unicode character",
        T("an escape that double quotes do not have; use single quotes", "双引号文字里没有这种转义；请用单引号"),
    ),
    (
        "alphabetic or numeric character.*(alias|anchor)",
        T("a text that begins with '*' or '&' needs quotes", "以 '*' 或 '&' 开头的文字要加引号"),
    ),
    (
        "tag",
        T(
            "a text that begins with '!' needs quotes; a scenario has no tags",
            "以 '!' 开头的文字要加引号；场景文件没有标签",
        ),
    ),
    ("unexpected ':'", T("a space is missing after ':'", "':' 后面缺少空格")),
)
"""What PyYAML's parsers say (problem, then context) as a pattern, and how it is said here."""


def events(text: str) -> Iterator[yaml.Event]:
    """The events of a YAML text. Raises `UnreadableError` where the text stops being YAML."""
    control = CONTROL.search(text)
    if control:
        said = CONTROL_CHARACTER.format(character=visible(control[0]))
        raise UnreadableError(said, span_at(text, control.start()))
    parsed = _parsed(text)
    return _without_tabs(text, parsed) if "\t" in text else parsed


def _parsed(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=C_LOADER)
    except yaml.YAMLError as error:
        raise explained(_explainable(text) or error, text) from error


def _explainable(text: str) -> yaml.YAMLError | None:
    if len(text) > REPARSED:
        return None
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as error:
        return error
    return None


def explained(error: yaml.YAMLError, text: str) -> UnreadableError:
    """The parser's error in our words, at its place."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return UnreadableError(OTHER.format(problem=visible(str(error))), Span(1, 1, 1))
    mark, opened = error.problem_mark, error.context_mark or error.problem_mark
    found = text[mark.index : mark.index + 1]
    told = f"{error.problem} {error.context or ''} {found}"
    saying = next((saying for pattern, saying in SAYINGS if re.search(pattern, told)), OTHER)
    said = saying.format(problem=visible(error.problem or ""), opened=opened.line + 1, found=visible(found))
    return UnreadableError(said, Span(mark.line + 1, mark.column + 1, 1))


def _without_tabs(text: str, parsed: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
    """The events, as long as no tab stands between them or in a text without quotes."""
    end = 0
    for event in parsed:
        start, stop = _marks(event)
        _refuse_tab(text, end, COMMENT.sub(_blank, text[end:start]))
        end = max(end, stop)
        if isinstance(event, yaml.ScalarEvent) and not event.style:
            _refuse_tab(text, start, text[start:end])
        yield event


def _marks(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _refuse_tab(text: str, start: int, stretch: str) -> None:
    if "\t" in stretch:
        raise UnreadableError(TAB, span_at(text, start + stretch.index("\t")))


def _blank(comment: re.Match[str]) -> str:
    return " " * len(comment[0])
