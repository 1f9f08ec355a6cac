"""``tutor quiz``: practice that teaches, on a scenario or on fresh random ones."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import SCENARIO_HELP, Language, NotationName, Width
from backprop_tutor.cli.practice.practice_state import State
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.registry import unknown
from backprop_tutor.text import T

KIND = T("Only this kind of question (may be repeated): {names}.", "只出这种题型（可重复给出）：{names}。")
ANSWERS = T("Take the answers from a file, one a line.", "从文件读取答案，每行一个。")
HELP = T(
    "Practise: questions on a scenario or on random ones, graded, with hints. Exit status 1 if an answer was wrong.",
    "练习：就一个场景或随机场景出题、判分、给提示。有答错的题时退出状态为 1。",
)
EXAMPLES = (
    "tutor quiz",
    "tutor quiz two-two-one --count 5",
    "tutor quiz --random 2-3-2 --skill hidden-delta",
    "tutor quiz --random max-pooling --count 5",
    "tutor quiz two-two-one --seed 7 --print --format json",
)
COUNT = 10
MOST = 1000
MOST_SEEDS = 100_000
MOST_LINES = 9

RANDOM = T(
    "Random networks; SCENARIO, where given, is then their shape, such as 2-3-2, or a scenario that gets fresh numbers "
    "in every question.",
    "随机网络；此时 SCENARIO（若给出）是它们的形状，如 2-3-2，或一个场景，每道题都换新的数。",
)
SEED = T("The same seed gives the same questions, on any machine.", "同一个种子在任何机器上都得到同样的题目。")
HOW_MANY = T("How many questions.", "多少道题。")
SKILL = T("Only this skill (may be repeated): {names}.", "只练这项技能（可重复给出）：{names}。")
MODE = T(
    "learn: hints and feedback; exam: feedback at the end; review: what is due.",
    "learn：有提示和讲评；exam：最后才讲评；review：复习到期的技能。",
)
LEVEL = T("How many lines a solution to be completed lacks at first.", "待补全的解答一开始缺几行。")
PRINT = T("Print the questions with their answers instead of asking them.", "不提问，直接打印题目和答案。")
CHECK = T("Check every kind of question on the scenario, over so many seeds.", "在该场景上用许多种子检查每种题型。")
SEEDS = T("How many seeds --self-check takes.", "--self-check 使用多少个种子。")
NEW = T("Begin anew, where an earlier session was left unfinished.", "重新开始，不继续之前中断的练习。")

THE_KIND, THE_SKILL = T("the kind of question", "题型"), T("the skill", "技能")
SEEDS_DRAWN = 1_000_000


def quiz(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help=here(SCENARIO_HELP))] = None,
    random: Annotated[bool, typer.Option("--random", help=here(RANDOM))] = False,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help=here(SEED))] = None,
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, max=MOST, help=here(HOW_MANY))] = COUNT,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="NAME", help=here(KIND.format(names=", ".join(KINDS)))),
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
    """Checks, prints, or asks questions."""
    from backprop_tutor.practice.quiz.request import Request

    language = lang or spoken()
    if self_check:
        from backprop_tutor.cli.practice.quiz_output import check

        return check(scenario, range(seeds), language, notation, width)
    kinds, skills = _known(kind or [], tuple(KINDS), THE_KIND), _known(skill or [], tuple(SKILLS), THE_SKILL)
    on, shape = (None, scenario) if random else (scenario, None)
    wanted = Request(seed or 0, count, on, shape, kinds, skills, mode, notation, level)
    if printed:
        from backprop_tutor.cli.practice.quiz_output import show_questions

        show_questions(replace(wanted, seed=_seed(seed)), language, format_, width)
        return 0
    from backprop_tutor.cli.practice.practice_state import folder
    from backprop_tutor.cli.practice.quiz_session import practise
    from backprop_tutor.practice.quiz.session import Call

    return practise(Call(wanted, seed, new, folder(state)), answers, language, width)


def _known(asked: list[str], allowed: tuple[str, ...], what: T) -> tuple[str, ...]:
    """The names given, some of them several separated by commas. Raises TutorError for an unknown one."""
    names = tuple(name.strip() for each in asked for name in each.split(",") if name.strip())
    for name in names:
        if name not in allowed:
            raise unknown(name, allowed, what)
    return names


def _seed(asked: int | None) -> int:
    return secrets.randbelow(SEEDS_DRAWN) if asked is None else asked
