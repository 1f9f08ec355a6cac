"""``tutor page``: the lesson as a page to step through, change and predict, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import (
    SCENARIO_HELP,
    Digits,
    Force,
    Language,
    NotationName,
    ViewName,
    scenario_names,
)
from backprop_tutor.errors import TutorError
from backprop_tutor.text import T

HELP = T(
    "Write the lesson as a live page: step through it, change its numbers, predict them; one file, offline.",
    "把解题过程写成可交互的网页：逐步看、改数字、先预测；单个文件，离线可用。",
)
EXAMPLES = (
    "tutor page two-two-one -o lesson.html",
    "tutor page my.yaml -o lesson.html --lang zh --notation nielsen",
    "tutor page --unit hidden-layer",
)
UNIT = T(
    "The live page of a unit of the course: its lesson, then its scenario.",
    "课程单元的交互网页：先是讲解，再是它的场景。",
)
ONE = T("give a scenario, or a unit of the course with --unit", "请给出一个场景，或用 --unit 给出课程的一个单元")
OUTPUT = T("Where to; else the scenario's name with .html.", "写到哪里；默认是场景名加 .html。")


def page(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help=here(SCENARIO_HELP), autocompletion=scenario_names)
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="NAME", help=here(UNIT))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help=here(OUTPUT))] = None,
    notation: NotationName = None,
    view: ViewName = None,
    digits: Digits = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Makes the lesson in every notation and language, then writes the file."""
    from backprop_tutor.cli.console.files import WRITTEN, claim, write

    language = lang or spoken()
    name = scenario or unit
    if name is None or (scenario and unit):
        raise TutorError(ONE)
    path = output or Path(f"{Path(name).stem}.html")
    claim(path, force=force)
    text = page_of_unit(name, language) if unit else page_text(name, language, notation, view, digits)
    write(path, text, force=force)
    typer.echo(WRITTEN.format(file=path)[language], err=True)


def page_of_unit(name: str, lang: str) -> str:
    """The page of a unit of the course."""
    from backprop_tutor.practice.course.book import page_of
    from backprop_tutor.practice.course.course import UNIT, read_course
    from backprop_tutor.registry import find

    return page_of(find(read_course().units, name, UNIT), lang)  # type: ignore[arg-type]


def page_text(
    name: str, lang: str, notation: str | None = None, view: str | None = None, digits: int | None = None
) -> str:
    """The live page of a scenario."""
    from backprop_tutor.practice.page.compose import live_page
    from backprop_tutor.render.page import render_page
    from backprop_tutor.scenario.load import build, read
    from backprop_tutor.scenario.save import template

    file, source = read(name)
    loaded = build(file, source)
    yaml = template(file, loaded)
    live = live_page(loaded, lang, notation=notation, view=view, digits=digits, yaml=yaml)  # type: ignore[arg-type]
    return render_page(live)
