"""PyYAML's errors for a text that is not YAML, in both languages and at the right place."""

from __future__ import annotations

import re

import yaml

from backprop_tutor.errors import visible
from backprop_tutor.scenario.yaml.descriptions import cropped
from backprop_tutor.scenario.yaml.refusals import DEEP, FULL_WIDTH_COLON
from backprop_tutor.scenario.yaml.spans import Span, UnreadableError
from backprop_tutor.text import T

NO_SPACE = T("'{key}' is read as one word; put a space after the ':'", "'{key}' 被当作一个词；请在 ':' 后加空格")

TAB = T("a tab; YAML wants spaces here", "这是制表符；YAML 在这里要用空格")
MINUS = T("a space behind the minus sign; write -0.1, not - 0.1", "负号后面多了空格；请写 -0.1，不要写 - 0.1")
OTHER = T("this is not YAML; compare the line with its neighbours", "这里不符合 YAML 语法；请与相邻的行对照")

MINUS_APART = re.compile("- [0-9.]")
KEY_WITHOUT_SPACE = re.compile(r"\s*(?:- )?(?P<key>[^\W\d]\w*):(?!//)\S.*")
COMMENT = re.compile(r"\s#.*")
BLANK = re.compile(r"\s*(?:#.*)?")
KEY_WITH_WIDE_COLON = re.compile(r"(?:^\s*(?:- )?|[{,]\s*)\w+(：)")

UNEXPECTED_KEY = "mapping values are not allowed|could not find expected ':'|document start"
"""PyYAML's error for a key after a line whose colon lacks its space, and which is therefore no key."""

SAYINGS: tuple[tuple[str, T], ...] = (
    ("maximum nesting depth", DEEP),
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
    ("(sequence entries are not allowed|node content).*- [0-9.]", MINUS),
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
    (
        "comment or a line break|indentation indicator",
        T(
            "a text after '|' or '>' begins on the next line, further to the right",
            "'|' 或 '>' 之后的文字从下一行开始，并向右缩进",
        ),
    ),
    (
        "document start",
        T("nothing can follow here; a scenario is one mapping", "这里不能再有内容；一个场景就是一个键值表"),
    ),
    ("unexpected ':'", T("a space is missing after ':'", "':' 后面缺少空格")),
)
"""PyYAML's messages (problem, then context) as a pattern, and our own message."""


def explained(error: yaml.YAMLError, text: str) -> UnreadableError:
    """The parser's error in our words, at its place."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return UnreadableError(OTHER, Span(1, 1, 1))
    mark, opened = error.problem_mark, error.context_mark or error.problem_mark
    wide = _full_width_colon(text, mark.line)
    if wide is not None:
        return UnreadableError(FULL_WIDTH_COLON, wide)
    tight = _key_without_space(text, mark.line)
    if tight is not None and re.search(UNEXPECTED_KEY, error.problem or ""):
        return tight
    found = text[mark.index : mark.index + 1].strip("\0")
    place = mark if found else opened  # an error found only at the end of the file is shown where it began
    apart = MINUS_APART.match(text, mark.index)
    sentence = f"{error.problem} {error.context or ''} {apart[0] if apart else found}"
    saying = next((saying for pattern, saying in SAYINGS if re.search(pattern, sentence)), OTHER)
    said = saying.format(opened=opened.line + 1, found=visible(found))
    return UnreadableError(said, Span(place.line + 1, place.column + 1, 1))


def _key_without_space(text: str, line: int) -> UnreadableError | None:
    """The line above `line` (from 0) if it is a key directly followed by its value after the colon, one word in YAML."""
    lines = text.splitlines()[:line]
    sentence = [(i, each) for i, each in enumerate(lines) if not BLANK.fullmatch(each)]
    number, above = sentence[-1] if sentence else (0, "")
    found = KEY_WITHOUT_SPACE.fullmatch(above)
    if found is None or ": " in above:
        return None
    word = COMMENT.sub("", above).strip().removeprefix("- ")
    return UnreadableError(NO_SPACE.format(key=cropped(word)), Span(number + 1, found.start("key") + 1, len(word)))


def _full_width_colon(text: str, line: int) -> Span | None:
    """A key with a full-width colon after it, on the line (from 0) where the parser stopped or on the one before."""
    lines = text.splitlines()
    for number in range(min(line, len(lines) - 1), max(line - 2, -1), -1):
        found = KEY_WITH_WIDE_COLON.search(lines[number])
        if found:
            return Span(number + 1, found.start(1) + 1, 1)
    return None
