"""``tutor frameworks``: where PyTorch, Keras, JAX and others differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language, Width
from backprop_tutor.text import COMMA, Lang, T

if TYPE_CHECKING:
    from backprop_tutor.lesson.document import Document
    from backprop_tutor.verify.frameworks import Difference

HELP = T(
    "Where PyTorch, Keras, JAX and others give other numbers: kinks and ties, optimizers, losses, norms.",
    "PyTorch、Keras、JAX 等在哪里给出不同的数：折点与并列、优化器、损失、归一化。",
)
EXAMPLES = ("tutor frameworks", "tutor frameworks --of adam", "tutor frameworks --format json")
OF = T(
    "Only of one function, loss or optimizer, such as adam, relu, gelu.",
    "只看一个函数、损失或优化器，如 adam、relu、gelu。",
)
WHAT = T("what is asked about", "所问的")
TITLE = T("Where the frameworks differ", "各框架的不同之处")
SEEN = T("Seen by running {versions}.", "以下版本实际运行的结果：{versions}。")
HERE = T("here", "本程序")
APART = T("{text}. Not followed by like: {why}.", "{text}。like 不跟随：{why}。")
BEHAVIOUR, NEXT = T("{names}: {value}", "{names}：{value}"), T("; ", "；")


def frameworks(
    of: Annotated[str | None, typer.Option("--of", metavar="NAME", help=here(OF))] = None,
    format_: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    width: Width = None,
    lang: Language = None,
) -> None:
    """Chooses the rows and prints them."""
    from backprop_tutor.cli.console import output
    from backprop_tutor.registry import unknown
    from backprop_tutor.render import render
    from backprop_tutor.verify.frameworks import DIFFERENCES, TOPICS

    if of is not None and of not in TOPICS:
        raise unknown(of, TOPICS, WHAT)
    language = lang or spoken()
    rows = [row for row in DIFFERENCES.values() if of in (None, row.of)]
    if format_ == "json":
        output.say(output.json_text(_record(rows, language)))
    elif format_ == "markdown":
        output.say(render(_page(rows, language), "markdown"))
    else:
        output.show(_page(rows, language), width)


def _page(rows: list[Difference], lang: Lang) -> Document:
    from backprop_tutor.lesson.document import Document, Paragraph
    from backprop_tutor.lesson.inline import say
    from backprop_tutor.verify.frameworks import FRAMEWORKS

    versions = COMMA[lang].join(f"{one.title} {one.version}" for one in FRAMEWORKS.values())
    seen = Paragraph(say(SEEN, lang, versions=versions), "muted")
    return Document(lang, say(TITLE, lang), (), (seen, *_topics(rows, lang)))


def _topics(rows: list[Difference], lang: Lang) -> Iterator[Any]:
    """A table a topic: one line for this program, one for each framework."""
    from backprop_tutor.lesson.document import Paragraph, Row, Rows, Section, Text

    for topic in dict.fromkeys(row.of for row in rows):
        listed = [(row.what[lang], _library_text(row, lang)) for row in rows if row.of == topic]
        lines = tuple(Row((Text(what),), (Paragraph((Text(text),)),)) for what, text in listed)
        yield Section((Text(topic),), (Rows(lines),), topic)


def _library_text(row: Difference, lang: Lang) -> str:
    """The behaviour of each, grouped where it is the same: ``here, torch: 0; jax: 1``."""
    alike: dict[str, list[str]] = {row.here[lang]: [HERE[lang]]}
    for name, value in row.seen.items():
        alike.setdefault(value[lang], []).append(name)
    groups = (BEHAVIOUR.format(names=COMMA[lang].join(names), value=value)[lang] for value, names in alike.items())
    text = NEXT[lang].join(groups)
    return text if row.apart is None else APART.format(text=text, why=row.apart)[lang]


def _record(rows: list[Difference], lang: Lang) -> dict[str, Any]:
    from backprop_tutor.verify.frameworks import FRAMEWORKS

    return {
        "format": "backprop-tutor/frameworks",
        "version": 1,
        "frameworks": {one.name: one.version for one in FRAMEWORKS.values()},
        "differences": [
            {
                "name": row.name,
                "of": row.of,
                "what": row.what[lang],
                "here": row.here[lang],
                **{name: value[lang] for name, value in row.seen.items()},
                **({"not_followed": row.apart[lang]} if row.apart else {}),
            }
            for row in rows
        ],
    }
