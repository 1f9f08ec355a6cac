"""``tutor list``, ``new``, ``schema``: the bundled scenarios, a file to begin with, and what a file may hold."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language, scenario_names
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.scenario.bundled import Card

LIST_HELP = T("List the bundled scenarios.", "列出自带的场景。")
LIST_EXAMPLES = ("tutor list", "tutor list --topic recurrent", "tutor list --format json")
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


NEW_HELP = T("Write a commented starter file to edit.", "写出一个带注释的起始文件，供你修改。")
NEW_EXAMPLES = ("tutor new my-network", "tutor new homework.yaml --lang zh", "tutor new homework --from lstm-cell")
NO_NAME = T("'{name}' is no name of a file; try 'homework'", "'{name}' 不是文件名；可以写 'homework' 这样的名字")
FROM = T("Begin with the file of this scenario.", "从这个场景的文件开始。")
BUNDLED = T(
    "'{name}' is the name of a bundled scenario; to begin with it: tutor new NAME --from {name}",
    "'{name}' 是自带场景的名字；要从它开始：tutor new 名字 --from {name}",
)
WRITTEN = T("wrote {file}; next: tutor run {word}", "已写入 {file}；接下来：tutor run {word}")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help=here(T("Its name, or its file.", "名字，或文件名。")))],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="SCENARIO", help=here(FROM), autocompletion=scenario_names)
    ] = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Write NAME.yaml."""
    from backprop_tutor.cli.console.files import write
    from backprop_tutor.scenario.bundled import bundled
    from backprop_tutor.scenario.load import original
    from backprop_tutor.scenario.starter import starter

    language = lang or spoken()
    path = Path(name)
    if not path.name or name.endswith(("/", ".")):
        raise TutorError(NO_NAME.format(name=name))
    path = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
    if from_ is None and path.stem in (entry.name for entry in bundled()):
        raise TutorError(BUNDLED.format(name=path.stem))
    write(path, starter(path.stem, language) if from_ is None else original(from_), force=force)
    typer.echo(WRITTEN.format(file=path, word=visible(shlex.quote(str(path))))[language])


SCHEMA_HELP = T(
    "Print the JSON Schema of scenario files, for editors to complete and check while you type.",
    "输出场景文件的 JSON Schema，供编辑器补全和检查。",
)
SCHEMA_EXAMPLES = ("tutor schema > scenario.schema.json", "tutor schema course > course.schema.json")
OF_WHAT = T("Of scenario files, or of the files of a course: course, unit.", "场景文件的，或课程文件的：course、unit。")


def schema(
    of: Annotated[
        Literal["scenario", "course", "unit"], typer.Argument(metavar="FILES", help=here(OF_WHAT))
    ] = "scenario",
    lang: Language = None,
) -> None:
    """Print the schema."""
    import json

    from backprop_tutor.cli.console.output import say
    from backprop_tutor.scenario.schema.course_model import course_schema
    from backprop_tutor.scenario.schema.json_schema import json_schema

    found = json_schema() if of == "scenario" else course_schema(of)
    say(json.dumps(found, ensure_ascii=False, indent=2))
