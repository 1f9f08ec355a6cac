"""The events of a YAML text, as PyYAML's parsers give them.

The C parser is fast, but the Python one explains better, so where the C parser stops, the Python one continues. The two
differ over tabs: the C parser accepts them in places where the Python one does not. Here a tab outside quotes, comments
and blocks of text is always refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import yaml

from backprop_tutor.errors import visible
from backprop_tutor.scenario.yaml.spans import UnreadableError, span_at
from backprop_tutor.text import T

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
REPARSED = 100_000  # characters; beyond it the Python parser is too slow for a better message

CONTROL = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECIMAL_COMMA = re.compile("[0-9],[0-9]")
WHOLE = re.compile("[-+−]?[0-9]+")
FIGURES = re.compile("[0-9]+")
COMMENT = re.compile(r"#[^\n\r\x85\u2028\u2029]*")

SURROGATE = re.compile("[\ud800-\udfff]")
HALF_CHARACTER = "found invalid Unicode character escape code"
"""How the C parser calls an escape from d800 to dfff, which the other one lets pass."""

ALONE = T(
    "an escape from \\ud800 to \\udfff is half a character; in JSON two of them stand for one",
    "从 \\ud800 到 \\udfff 的转义只是半个字符；在 JSON 里两个合起来才表示一个字符",
)
CONTROL_CHARACTER = T(
    "the control character {character}; in a text in double quotes it can be written as an escape",
    "这是控制字符 {character}；在双引号文字里可以写成转义",
)


def events(text: str) -> Iterator[yaml.Event]:
    """The events of a YAML text. Raises `UnreadableError` where the text stops being YAML."""
    control = CONTROL.search(text)
    if control:
        said = CONTROL_CHARACTER.format(character=visible(control[0]))
        raise UnreadableError(said, span_at(text, control.start()))
    parsed = _parsed(text)
    if DECIMAL_COMMA.search(text):
        parsed = _whole_again(parsed)
    return _without_tabs(text, parsed) if "\t" in text else parsed


def _parsed(text: str) -> Iterator[yaml.Event]:
    """The events, by the Python parser from where the C parser fails: it may get further, and its error is better."""
    given = 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            given += 1
            yield event
    except yaml.YAMLError as error:
        if len(text) <= REPARSED:
            yield from _slowly(text, given)
        if len(text) > REPARSED or getattr(error, "problem", None) != HALF_CHARACTER:
            raise _explained(error, text) from error


def _slowly(text: str, given: int) -> Iterator[yaml.Event]:
    try:
        for event in islice(yaml.parse(text, Loader=yaml.SafeLoader), given, None):
            yield _paired(event, text)
    except yaml.YAMLError as error:
        raise _explained(error, text) from error


def _paired(event: yaml.Event, text: str) -> yaml.Event:
    r"""The event with every pair of escapes such as ``\ud83d\ude00``, as JSON has them, made the one character it means."""
    if isinstance(event, yaml.ScalarEvent) and SURROGATE.search(event.value):
        try:
            event.value = event.value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableError(ALONE, span_at(text, _marks(event)[0])) from None
    return event


def _explained(error: yaml.YAMLError, text: str) -> UnreadableError:
    from backprop_tutor.scenario.yaml.errors import explained

    return explained(error, text)


def _whole_again(parsed: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
    """Joins ``{rate: 0,1}``, which YAML reads as a 0 and then a key 1 without a value, to the text ``0,1``."""
    held: list[Any] = []
    for event in parsed:
        held.append(event)
        if len(held) == 3 and _is_split(*held):
            value, key, _ = held
            text = f"{value.value},{key.value}"
            held = [yaml.ScalarEvent(None, None, (True, False), text, value.start_mark, key.end_mark)]
        elif len(held) == 3:
            yield held.pop(0)
    yield from held


def _is_split(value: Any, key: Any, nothing: Any) -> bool:
    """Whether three events are a whole number, figures behind a comma, and nothing."""
    if not all(isinstance(event, yaml.ScalarEvent) and not event.style for event in (value, key, nothing)):
        return False
    touch = value.end_mark.line == key.start_mark.line and value.end_mark.column + 1 == key.start_mark.column
    return touch and not nothing.value and bool(WHOLE.fullmatch(value.value) and FIGURES.fullmatch(key.value))


def _without_tabs(text: str, parsed: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
    """The events. Raises `UnreadableError` for a tab between them or in a text without quotes."""
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
        from backprop_tutor.scenario.yaml.errors import TAB

        raise UnreadableError(TAB, span_at(text, start + stretch.index("\t")))


def _blank(comment: re.Match[str]) -> str:
    return " " * len(comment[0])
