"""``tutor quiz``: practice that teaches, on a scenario or on fresh random ones.

``tutor quiz --self-check``: the questions on a scenario, checked against what they promise.

The questions of a session on paper: as text, answers at the end, or as JSON.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from backprop_tutor.cli.console.files import State
from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import SCENARIO_HELP, Language, NotationName, Width
from backprop_tutor.cli.console.output import json_text, say, show
from backprop_tutor.errors import TutorError
from backprop_tutor.lesson.document import Block, Document, Flow, Paragraph, Section, Table
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import plain
from backprop_tutor.lesson.inline import say as said
from backprop_tutor.lesson.inline import say as say_in
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.feedback import prompt, worked
from backprop_tutor.practice.quiz.kinds.table import KINDS as KIND_TABLE
from backprop_tutor.practice.quiz.names import KIND_NAMES
from backprop_tutor.practice.quiz.plan import Request, Turn, planned, question
from backprop_tutor.practice.quiz.print_record import quiz_record
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.self_check import Report, self_check
from backprop_tutor.registry import unknown
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

CHECK_TITLE = T("Questions on {title}, {count} seeds", "{title}：题目自检，{count} 个种子")
CHECK_KIND, CHECKED = T("kind", "题型"), T("checked", "已检查")
GOOD = T(
    "✓ every key confirmed, every wrong answer refused, no hint too early, {traced} questions with mistakes traced",
    "✓ 答案全部核对无误，错误答案全部判错，提示没有提前泄露，{traced} 道题的错误均能溯源",
)
BAD = T("✗ {count} faults", "✗ {count} 处问题")
FAULT = T("{kind}, seed {seed}, {subject}: {what}", "{kind}，种子 {seed}，{subject}：{what}")
NEEDS_SCENARIO = T("--self-check needs a scenario to check", "--self-check 需要给出一个场景")
MOST_SHOWN = 50


def check(name: str | None, seeds: range, lang: Lang, notation: str | None, width: int | None) -> int:
    """Check the questions on a scenario and give the exit status: 1 where there is a fault. Raises TutorError without one."""
    if name is None:
        raise TutorError(NEEDS_SCENARIO)
    scenario = load(name)
    report = self_check(scenario, seeds, lang, notation)
    title = say_in(CHECK_TITLE, lang, title=scenario.title, count=len(seeds))
    show(Document(lang, title, (), tuple(_blocks(report, lang))), width, paged=False)
    return int(bool(report.faults))


def _blocks(report: Report, lang: Lang) -> Iterator[Block]:
    rows = tuple((plain(KIND_TABLE[kind].text[lang]), plain(str(count))) for kind, count in report.questions.items())
    yield Table((say_in(CHECK_KIND, lang), say_in(CHECKED, lang)), rows, ("left", "right"))
    if not report.faults:
        yield Paragraph(say_in(GOOD, lang, traced=report.traced), "good")
        return
    yield Paragraph(say_in(BAD, lang, count=len(report.faults)), "bad")
    for fault in report.faults[:MOST_SHOWN]:
        yield Paragraph(
            say_in(FAULT.format(kind=fault.kind, seed=fault.seed, subject=fault.subject, what=fault.what), lang)
        )


PRINT_TITLE = T("Questions, seed {seed}", "题目，种子 {seed}")
PRINT_ANSWERS = T("Answers", "答案")


def show_questions(request: Request, lang: Lang, form: Literal["text", "json"], width: int | None) -> None:
    """Print every planned question with its answer; solutions to complete lack one line more each time."""
    questions = tuple(_questions(request, lang))
    if form == "json":
        say(json_text(quiz_record(request.seed, questions)))
        return
    asked = tuple(_section(i, one, (*_setting(one), *prompt(one))) for i, one in enumerate(questions, start=1))
    solved = tuple(_section(i, one, worked(one)) for i, one in enumerate(questions, start=1))
    answers = Section(said(PRINT_ANSWERS, lang), solved, "answers")
    show(Document(lang, said(PRINT_TITLE, lang, seed=request.seed), (), (*asked, answers)), width, paged=False)


def _questions(request: Request, lang: Lang) -> list[Question]:
    """The questions, in order."""
    questions: list[Question] = []
    for index in range(len(planned(request, lang))):
        level = request.level + sum(one.kind == "complete" for one in questions)
        questions.append(question(request, Turn(index), level, lang))
    return questions


def _section(number: int, asked: Question, blocks: tuple[Block, ...]) -> Section:
    title = asked.exercise.scenario.title[asked.exercise.lesson.lang]
    return Section(plain(title), blocks, asked.kind, number)


def _setting(asked: Question) -> tuple[Block, ...]:
    """The conventions in force."""
    return (Flow(facts(asked.exercise.lesson), "·"),)


HELP = T(
    "Practise: questions on a scenario or on random ones, graded, with hints. Exit status 1 if an answer was wrong.",
    "练习：就一个场景或随机场景出题、判分、给提示。有答错的题时退出状态为 1。",
)
EXAMPLES = (
    "tutor quiz",
    "tutor quiz two-two-one --count 5",
    "tutor quiz --random 2-3-2 --skill hidden-delta",
    "tutor quiz two-two-one --seed 7 --print --format json",
)
COUNT = 10
MOST = 1000
MOST_SEEDS = 100_000
MOST_LINES = 9

RANDOM = T(
    "Random networks; SCENARIO, where given, is then their shape, such as 2-3-2.",
    "随机网络；此时 SCENARIO（若给出）是它们的形状，如 2-3-2。",
)
SEED = T("The same seed gives the same questions, on any machine.", "同一个种子在任何机器上都得到同样的题目。")
HOW_MANY = T("How many questions.", "多少道题。")
KIND = T("Only this kind of question (may be repeated): {names}.", "只出这种题型（可重复给出）：{names}。")
SKILL = T("Only this skill (may be repeated): {names}.", "只练这项技能（可重复给出）：{names}。")
MODE = T(
    "learn: hints and feedback; exam: feedback at the end; review: what is due.",
    "learn：有提示和讲评；exam：最后才讲评；review：复习到期的技能。",
)
LEVEL = T("How many lines a solution to be completed lacks at first.", "待补全的解答一开始缺几行。")
ANSWERS = T("Take the answers from a file, one a line.", "从文件读取答案，每行一个。")
PRINT = T("Print the questions with their answers instead of asking them.", "不提问，直接打印题目和答案。")
CHECK = T("Check every kind of question on the scenario, over so many seeds.", "在该场景上用许多种子检查每种题型。")
SEEDS = T("How many seeds --self-check takes.", "--self-check 使用多少个种子。")
NEW = T("Begin anew, where an earlier session was left unfinished.", "重新开始，不继续之前中断的练习。")

KINDS, THE_SKILL = T("the kind of question", "题型"), T("the skill", "技能")
SEEDS_DRAWN = 1_000_000


def quiz(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help=here(SCENARIO_HELP))] = None,
    random: Annotated[bool, typer.Option("--random", help=here(RANDOM))] = False,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help=here(SEED))] = None,
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, max=MOST, help=here(HOW_MANY))] = COUNT,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="NAME", help=here(KIND.format(names=", ".join(KIND_NAMES)))),
    ] = None,
    skill: Annotated[
        list[str] | None,
        typer.Option("--skill", metavar="NAME", help=here(SKILL.format(names=", ".join(SKILLS)))),
    ] = None,
    mode: Annotated[Literal["learn", "exam", "review"], typer.Option("--mode", help=here(MODE))] = "learn",
    level: Annotated[int, typer.Option("--level", metavar="N", min=1, max=MOST_LINES, help=here(LEVEL))] = 1,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", dir_okay=False, help=here(ANSWERS))
    ] = None,
    printed: Annotated[bool, typer.Option("--print", help=here(PRINT))] = False,
    format_: Annotated[
        Literal["text", "json"],
        typer.Option("--format", help=here(T("How --print writes it.", "--print 的输出格式。"))),
    ] = "text",
    self_check: Annotated[bool, typer.Option("--self-check", help=here(CHECK))] = False,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", min=1, max=MOST_SEEDS, help=here(SEEDS))] = 20,
    new: Annotated[bool, typer.Option("--new", help=here(NEW))] = False,
    state: State = None,
    notation: NotationName = None,
    width: Width = None,
    lang: Language = None,
) -> int:
    """Check, print, or ask."""
    from backprop_tutor.practice.quiz.plan import Request

    language = lang or spoken()
    if self_check:
        return check(scenario, range(seeds), language, notation, width)
    kinds, skills = _known(kind or [], KIND_NAMES, KINDS), _known(skill or [], tuple(SKILLS), THE_SKILL)
    on, shape = (None, scenario) if random else (scenario, None)
    wanted = Request(seed or 0, count, on, shape, kinds, skills, mode, notation, level)
    if printed:
        show_questions(replace(wanted, seed=_seed(seed)), language, format_, width)
        return 0
    from backprop_tutor.cli.console.files import folder
    from backprop_tutor.cli.console.quiz_session import practise
    from backprop_tutor.practice.quiz.session import Call

    return practise(Call(wanted, seed, new, folder(state)), answers, language, width)


def _known(asked: list[str], allowed: tuple[str, ...], what: T) -> tuple[str, ...]:
    """The names asked for; several may stand in one, with commas. Raises TutorError for one that is not there."""
    names = tuple(name.strip() for each in asked for name in each.split(",") if name.strip())
    for name in names:
        if name not in allowed:
            raise unknown(name, allowed, what)
    return names


def _seed(asked: int | None) -> int:
    return secrets.randbelow(SEEDS_DRAWN) if asked is None else asked
