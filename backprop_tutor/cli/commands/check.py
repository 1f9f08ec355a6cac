"""``tutor check``: a whole written solution graded, errors carried forward."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import AtStep, Language, NotationName, ScenarioName, Width
from backprop_tutor.cli.console.output import UNUSABLE
from backprop_tutor.scenario.bundled import STANDARD_INPUT
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.practice.grading.check import Graded

HELP = T(
    "Grade a whole written solution, line by line, carrying errors forward. Exit status 0 where it is correct, 1 where a "
    "line is wrong or none can be told right, 2 where a line cannot be read (the others are graded all the same).",
    "逐行批改完整的解答，前面的错误不重复扣分。正确时退出状态为 0；有错，或位数太少无法判断时为 1；有读不出的行时为 2（其余各行照常批改）。",
)
EXAMPLES = (
    "tutor check two-two-one --blank > answers.yaml",
    "tutor check two-two-one answers.yaml",
    "tutor check class/scenarios/03.yaml class/worksheets/03.md",
    "tutor check two-two-one answers.yaml --watch",
)
WRONG = 1
LOOK_EVERY = 0.3  # seconds

ANSWERS = T(
    "The answers: lines such as 'h(c): 0.61', 'loss: 0.0624', 'dL/dW_ca: -0.00368', 'updated.W_ca: 0.100368' "
    "(--blank writes them all out), a Markdown table, or a filled worksheet; - for standard input.",
    "答案：形如 'h(c): 0.61'、'loss: 0.0624'、'dL/dW_ca: -0.00368'、'updated.W_ca: 0.100368' 的各行（--blank 会全部列出）、"
    "Markdown 表格，或填好的练习卷；- 表示标准输入。",
)
BLANK = T(
    "Print a file to fill in: every number of the scenario, blank, in the order of the computation.",
    "输出一份待填的答案文件：按计算顺序列出场景的每个量，数值留空。",
)
WHICH = T(
    "which answers? 'tutor check {scenario} --blank > {blank}' writes a file to fill in",
    "要批改哪个文件？'tutor check {scenario} --blank > {blank}' 可以写出一份待填的答案文件",
)
NO_FILE = T(
    "there is no file '{file}'; 'tutor check {scenario} --blank > {blank}' writes one to fill in{near}",
    "没有文件 '{file}'；'tutor check {scenario} --blank > {blank}' 可以写出一份待填的{near}",
)
A_FOLDER = T(
    "'{file}' is a folder; 'tutor check {scenario} --blank > {blank}' writes a file to fill in",
    "'{file}' 是目录；'tutor check {scenario} --blank > {blank}' 可以写出一份待填的答案文件",
)
REVERSED = T("the scenario comes first: tutor check {scenario} {file}", "场景写在前面：tutor check {scenario} {file}")
WATCH = T("Check again whenever the file is saved, until Ctrl-C.", "每次保存文件后重新批改，按 Ctrl-C 结束。")


def check(
    scenario: ScenarioName,
    answers: Annotated[str | None, typer.Argument(metavar="ANSWERS", help=here(ANSWERS))] = None,
    blank: Annotated[bool, typer.Option("--blank", help=here(BLANK))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=here(WATCH))] = False,
    at_step: AtStep = 1,
    format_: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    notation: NotationName = None,
    width: Width = None,
    lang: Language = None,
) -> int:
    """Reads the answers, grades them, prints the page; with --watch again and again."""
    language = lang or spoken()
    if blank:
        return _blank(scenario, language, notation)
    file = _named(scenario, answers)

    def once() -> int:
        found = _checked(scenario, file, language, notation, at_step, by_contract=format_ == "json")
        _show(found, language, format_, width)
        return UNUSABLE if found.problems else 0 if found.verdict == "correct" else WRONG

    return _watched(once, Path(file)) if watch else once()


def _blank(scenario: str, lang: Lang, notation: str | None) -> int:
    from backprop_tutor.cli.console import output
    from backprop_tutor.practice.worksheet.blank_answers import blank_answers
    from backprop_tutor.scenario.load import load

    output.say(blank_answers(load(scenario), lang, notation).rstrip("\n"))
    return 0


def _named(scenario: str, answers: str | None) -> str:
    """The file of answers. Raises TutorError, with the command that writes one, where none is named or it does not
    exist.
    """
    from backprop_tutor.errors import TutorError, visible
    from backprop_tutor.scenario.bundled import bundled
    from backprop_tutor.scenario.suggestions import nearby_file

    call = {"scenario": visible(scenario), "blank": _unused("answers")}
    if answers is None:
        raise TutorError(WHICH.format(**call))
    if answers == STANDARD_INPUT or Path(answers).is_file():
        return answers
    if Path(scenario).is_file() and answers in (entry.name for entry in bundled()):
        raise TutorError(REVERSED.format(scenario=answers, file=visible(scenario)))
    if Path(answers).is_dir():
        raise TutorError(A_FOLDER.format(file=visible(answers), **call))
    if not Path(answers).exists():
        raise TutorError(NO_FILE.format(file=visible(answers), near=nearby_file(answers), **call))
    return answers


def _unused(name: str) -> str:
    """A file that is not there yet, so that the call that is suggested overwrites no answers."""
    names = chain((f"{name}.yaml",), (f"{name}-{number}.yaml" for number in count(2)))
    return next(each for each in names if not Path(each).exists())


def _checked(
    scenario: str, answers: str, lang: Lang, notation: str | None, at_step: int, *, by_contract: bool
) -> Graded:
    from backprop_tutor.cli.console.spinner import working
    from backprop_tutor.practice.grading.check import graded
    from backprop_tutor.practice.worksheet.new_numbers import of_this
    from backprop_tutor.scenario.answers import answers_in, written
    from backprop_tutor.scenario.load import load

    asked, (name, text) = load(scenario), written(answers)
    of_this(asked, answers, text)
    entries = answers_in(name, text)
    with working(lang):
        return graded(asked, entries, lang, notation, at_step, by_contract)


def _show(found: Graded, lang: Lang, format_: str, width: int | None) -> None:
    from backprop_tutor.cli.console import output
    from backprop_tutor.practice.grading.check_page import check_page
    from backprop_tutor.practice.grading.records import check_record
    from backprop_tutor.render import render

    if format_ == "json":
        output.say(output.json_text(check_record(found, lang)))
    elif format_ == "markdown":
        output.say(render(check_page(found), "markdown"))
    else:
        output.show(check_page(found), width)
    output.complain(found.problems, lang)


def _watched(once: Callable[[], int], file: Path) -> int:
    """Runs `once` now and after every change of the file; an unreadable file is reported, and the watch continues."""
    seen, status = None, 0
    try:
        while True:
            now = _saved(file)
            if now != seen:
                seen, status = now, _said(once)
            time.sleep(LOOK_EVERY)
    except KeyboardInterrupt:
        return status


def _saved(file: Path) -> tuple[int, int] | None:
    """The time a file was saved, and its size; None while it does not exist."""
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


def _said(once: Callable[[], int]) -> int:
    from backprop_tutor.errors import TutorError, describe

    try:
        return once()
    except TutorError as error:
        for problem in error.problems:
            typer.echo(describe(problem, spoken()), err=True)
        return UNUSABLE
