"""``tutor mistakes``: the catalogue, one mistake worked out, or what a scenario cannot tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language, NotationName, OptimizerName, Width
from backprop_tutor.cli.console.typed import optimizer as known
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.lesson.document import Document

HELP = T(
    "The mistakes that are recognised; one of them worked out beside the right solution.",
    "能识别的各种错误；把其中一种与正确解答并排算出来。",
)
EXAMPLES = (
    "tutor mistakes",
    "tutor mistakes updated-weights-used",
    "tutor mistakes updated-weights-used mazur-two-two-two",
    "tutor mistakes derivative-at-preactivation two-two-one --where hidden",
    "tutor mistakes epsilon-inside-root two-two-one --optimizer rmsprop",
    "tutor mistakes --confusable two-two-one",
)
MISTAKE = T("A mistake of the list.", "列表中的一种错误。")
SCENARIO = T(
    "The scenario to work it out on; without one it is told in words.", "用来计算的场景；不给出时只用文字说明。"
)
CONFUSABLE = T("What a scenario cannot tell apart.", "某个场景无法区分哪些错误。")
WHERE = T("At the place with this in its name.", "取名字中含有这些字的位置。")
UNKNOWN = T(
    "there is no mistake called '{name}'; 'tutor mistakes' lists them{near}",
    "没有名为 '{name}' 的错误；'tutor mistakes' 会列出全部{near}",
)


def mistakes(
    mistake: Annotated[str | None, typer.Argument(metavar="MISTAKE", help=here(MISTAKE))] = None,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help=here(SCENARIO))] = None,
    confusable: Annotated[str | None, typer.Option("--confusable", metavar="SCENARIO", help=here(CONFUSABLE))] = None,
    where: Annotated[str | None, typer.Option("--where", metavar="PLACE", help=here(WHERE))] = None,
    format_: Annotated[
        Literal["text", "markdown"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    optimizer: OptimizerName = None,
    notation: NotationName = None,
    width: Width = None,
    lang: Language = None,
) -> None:
    """Makes the requested page and prints it."""
    from backprop_tutor.cli.console import output
    from backprop_tutor.practice.diagnosis.mistake_pages import catalogue_page
    from backprop_tutor.render import render

    language = lang or spoken()
    if confusable is not None:
        page = _confusable(confusable, language)
    elif mistake is not None:
        page = _worked_out(mistake, scenario, known(optimizer), where, notation, language)
    else:
        page = catalogue_page(language)
    if format_ == "markdown":
        output.say(render(page, "markdown"))
    else:
        output.show(page, width)


def _confusable(name: str, lang: Lang) -> Document:
    from backprop_tutor.practice.diagnosis.confusable import confusable, confusable_page
    from backprop_tutor.scenario.load import load

    scenario = load(name)
    return confusable_page(scenario, confusable(scenario), lang)


def _worked_out(
    name: str, scenario: str | None, optimizer: str | None, where: str | None, notation: str | None, lang: Lang
) -> Document:
    from backprop_tutor.errors import TutorError, did_you_mean, visible
    from backprop_tutor.practice.diagnosis.mistake_pages import mistake_in_words, mistake_page
    from backprop_tutor.practice.diagnosis.submission import worked
    from backprop_tutor.practice.mistakes.catalogue import MISTAKES
    from backprop_tutor.scenario.load import load

    if name not in MISTAKES:
        raise TutorError(UNKNOWN.format(name=visible(name), near=did_you_mean(name, MISTAKES)))
    if scenario is None:
        return mistake_in_words(MISTAKES[name], lang)
    return mistake_page(worked(load(scenario, optimizer=optimizer), lang, notation), MISTAKES[name], where)
