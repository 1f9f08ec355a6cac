"""A course as a book: a chapter a unit, as Markdown and as HTML, with live pages, for a site.

A chapter is its lesson, then its questions stage by stage. In the example each is answered at once, as in a session; of
the others the worked solutions are at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Document, Drawing, Paragraph, Section
from backprop_tutor.lesson.forward import given
from backprop_tutor.lesson.inline import plain, say
from backprop_tutor.lesson.teach import teach
from backprop_tutor.practice.course.course import STAGES, Course, Stage, Unit
from backprop_tutor.practice.course.page import lesson
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.page import choices, definitions
from backprop_tutor.practice.page.compose import live_page
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.plan import Turn, planned, question
from backprop_tutor.practice.quiz.question import Question, worked
from backprop_tutor.render import render
from backprop_tutor.render.page import render_page
from backprop_tutor.scenario.load import build, read
from backprop_tutor.scenario.save import template
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import run_scenario

MOST_GIVEN = 24
SOLUTIONS = T("Solutions", "解答")
CONTENTS, LIVE = T("Contents", "目录"), T("live page", "交互网页")
INDEX, LIVE_FOLDER = "index", "live"


def book(course: Course, seed: int, lang: Lang) -> Iterator[tuple[str, str]]:
    """Every file of the book: its path in the folder, and its text."""
    units = tuple(course.units.values())
    yield f"{INDEX}.md", _index_markdown(course, lang)
    yield f"{INDEX}.html", _index_html(course, lang)
    for index, unit in enumerate(units):
        document = chapter(unit, seed, lang)
        around = {"←": units[index - 1] if index else None, "→": units[index + 1] if index + 1 < len(units) else None}
        yield f"{unit.name}.md", f"{_links_markdown(unit, around, lang)}\n\n{render(document, 'markdown')}"
        yield f"{unit.name}.html", _with_links(render(document, "html"), unit, around, lang)
        yield f"{LIVE_FOLDER}/{unit.name}.html", page_of(unit, lang)


def chapter(unit: Unit, seed: int, lang: Lang) -> Document:
    """The chapter of a unit, with the numbers of a seed."""
    request = unit.request(seed)
    asked = tuple(question(request, Turn(index), 1, lang) for index in range(len(planned(request, lang))))
    blocks: list[Block] = [lesson(unit, lang)]
    solved: list[Section] = []
    for stage in STAGES.values():
        numbers = [i for i, ask in enumerate(unit.asks) if ask.stage == stage.name]
        if numbers:
            blocks.append(_stage(stage, {i + 1: asked[i] for i in numbers}, lang))
            solved += [] if not stage.fresh else [_numbered(i + 1, asked[i], worked(asked[i])) for i in numbers]
    blocks.append(Section(say(SOLUTIONS, lang), tuple(solved), "solutions"))
    return Document(lang, say(unit.title, lang), (), tuple(blocks))


def _stage(stage: Stage, asked: Mapping[int, Question], lang: Lang) -> Section:
    """A stage: what is said before it, then its questions; what is given of a network stands before the first on it, with
    its drawing in the example.
    """
    blocks: list[Block] = [Paragraph(say(stage.opening, lang))]
    shown: set[str] = set()
    for number, one in asked.items():
        network = one.exercise
        if network.scenario.digest not in shown:
            shown.add(network.scenario.digest)
            about = _network(network, first=not shown - {network.scenario.digest})
            blocks += (block for block in about if not (stage.fresh and isinstance(block, Drawing)))
        prompt = (block for block in one.prompt if block not in definitions(network))
        asked_for = (*prompt, *choices(one.choices))
        blocks.append(_numbered(number, one, asked_for if stage.fresh else (*asked_for, *worked(one))))
    return Section(say(stage.text, lang), tuple(blocks), "stage")


def _network(network: Exercise, *, first: bool) -> Iterator[Block]:
    """Which scenario the questions are on, its formulas, and its given numbers, where they are few enough to read."""
    if not first:
        yield Paragraph(plain(network.scenario.title[network.lesson.lang], "strong"))
    yield from definitions(network)
    if len(network.given) <= MOST_GIVEN:
        yield from given(network.lesson).blocks


def _numbered(number: int, one: Question, blocks: tuple[Block, ...]) -> Section:
    return Section(say(KINDS[one.kind].text.heading, one.exercise.lesson.lang), blocks, one.kind, number)


def page_of(unit: Unit, lang: Lang) -> str:
    """The live page of a unit's scenario, its lesson first; of a scenario that has none, the lesson as it is."""
    file, source = read(unit.scenario)
    scenario = build(file, source)
    try:
        live = live_page(scenario, lang, yaml=template(file, scenario), opening=lambda spoken: (lesson(unit, spoken),))
    except TutorError:
        told = teach(run_scenario(scenario), lang)
        return render(Document(lang, told.title, told.facts, (lesson(unit, lang), *told.blocks)), "html")
    return render_page(live)


def _index_markdown(course: Course, lang: Lang) -> str:
    lines = [f"# {course.title[lang]}", ""]
    for part in course.parts:
        lines += [f"## {part.number}. {part.title[lang]}", ""]
        lines += [f"- [{u.title[lang]}]({u.name}.md) ([{LIVE[lang]}]({LIVE_FOLDER}/{u.name}.html))" for u in part.units]
        lines.append("")
    return "\n".join(lines)


def _links(unit: Unit, around: Mapping[str, Unit | None], ending: str, lang: Lang) -> Iterator[tuple[str, str, str]]:
    """The way to the contents, to the neighbours and to the live page: an arrow, a title and a file each."""
    yield "", CONTENTS[lang], f"{INDEX}.{ending}"
    yield from ((f"{arrow} ", one.title[lang], f"{one.name}.{ending}") for arrow, one in around.items() if one)
    yield "", LIVE[lang], f"{LIVE_FOLDER}/{unit.name}.html"


def _links_markdown(unit: Unit, around: Mapping[str, Unit | None], lang: Lang) -> str:
    return " · ".join(f"{arrow}[{title}]({file})" for arrow, title, file in _links(unit, around, "md", lang))


def _link(file: str, text: str) -> str:
    return f'<a href="{escape(file)}">{escape(text)}</a>'


def _with_links(page: str, unit: Unit, around: Mapping[str, Unit | None], lang: Lang) -> str:
    """A page with these links at its top."""
    links = (f"{arrow}{_link(file, title)}" for arrow, title, file in _links(unit, around, "html", lang))
    return page.replace("<main>", f"<nav>{' · '.join(links)}</nav>\n<main>", 1)


def _index_html(course: Course, lang: Lang) -> str:
    """The contents, set as every other page is, with a list of links in place of its blocks."""
    parts = []
    for part in course.parts:
        units = (
            f"<li>{_link(f'{unit.name}.html', unit.title[lang])} "
            f"({_link(f'{LIVE_FOLDER}/{unit.name}.html', LIVE[lang])})</li>"
            for unit in part.units
        )
        parts.append(f"<h2>{part.number}. {escape(part.title[lang])}</h2>\n<ul>\n{''.join(units)}\n</ul>")
    page = render(Document(lang, say(course.title, lang), (), ()), "html")
    return page.replace("</main>", "\n".join(parts) + "</main>", 1)
