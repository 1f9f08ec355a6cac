"""``tutor list``: the bundled scenarios, by what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.scenario.bundled import Card

HELP = T("List the bundled scenarios.", "列出自带的场景。")
EXAMPLES = ("tutor list", "tutor list --topic recurrent", "tutor list --format json")
TOPIC, ONLY = T("the topic", "主题"), T("Of one topic only.", "只列一个主题。")
HEADING = T("{topic}: {text}", "{topic}：{text}")
LEGEND = T("1 to 3: how hard. Read one: tutor run NAME", "1 到 3：难度。阅读：tutor run 名字")
NONE = T("no bundled scenario is about this yet", "还没有这个主题的自带场景")


def list_scenarios(
    topic: Annotated[str | None, typer.Option("--topic", metavar="NAME", help=here(ONLY))] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    lang: Language = None,
) -> None:
    """Print names, sizes and titles under their topics, the easy ones first."""
    from backprop_tutor.cli.console.output import json_text, say
    from backprop_tutor.registry import find
    from backprop_tutor.scenario.bundled import bundled, card
    from backprop_tutor.scenario.topics import TOPICS

    language, order = lang or spoken(), tuple(TOPICS)
    wanted = order if topic is None else (find(TOPICS, topic, TOPIC).name,)
    cards = [found for found in map(card, bundled()) if found.topic in wanted]
    cards.sort(key=lambda found: (order.index(found.topic), found.level, found.name))
    if format_ == "json":
        say(json_text({"format": "backprop-tutor/list", "version": 1, "scenarios": [_row(c, language) for c in cards]}))
    else:
        say("\n".join((*_lines(cards, language), "", LEGEND[language])) if cards else NONE[language])


def _row(card: Card, lang: Lang) -> dict[str, object]:
    fields = {"topic": card.topic, "level": card.level, "size": card.size[lang]}
    return {"name": card.name, "title": card.title[lang], **fields}


def _lines(cards: Iterable[Card], lang: Lang) -> Iterable[str]:
    from rich.cells import cell_len

    from backprop_tutor.scenario.topics import TOPICS

    found = tuple(cards)
    names, sizes = max(len(c.name) for c in found), max(cell_len(c.size[lang]) for c in found)
    for number, (topic, group) in enumerate(groupby(found, key=lambda card: card.topic)):
        yield from ("",) if number else ()
        yield HEADING.format(topic=topic, text=TOPICS[topic].text)[lang]
        for card in group:
            gap = " " * (sizes - cell_len(card.size[lang]))
            yield f"  {card.level}  {card.name:<{names}}  {card.size[lang]}{gap}  {card.title[lang]}"
