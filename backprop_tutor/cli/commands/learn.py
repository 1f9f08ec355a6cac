"""``tutor learn``: a course from one derivative to whole networks, that goes on where one stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language, Width
from backprop_tutor.cli.practice.practice_state import State
from backprop_tutor.text import T

HELP = T(
    "A course, unit by unit: a lesson, an example to predict, then on your own. It goes on where you stopped. Exit "
    "status 1 if an answer was wrong.",
    "一门课程，逐个单元学习：先讲解，再跟着例题预测，最后独立完成；中断后可接着学。有答错的题时退出状态为 1。",
)
EXAMPLES = (
    "tutor learn",
    "tutor learn --map",
    "tutor learn --unit one-unit",
    "tutor learn --unit one-unit --test",
)
MAP = T("Show the way: the units, what is mastered, what comes next.", "显示课程地图：各个单元、已掌握的和下一步。")
UNIT = T("This unit, wherever you are in the course.", "直接学这个单元，不管学到了哪里。")
TEST = T("Only the questions that count: to be tested out of a unit.", "只做计入成绩的题：用来跳过已经会的单元。")
CHECK = T("Check every question of every unit, over so many seeds.", "用许多种子检查每个单元的每道题。")
SEED = T("The same seed gives the same numbers, on any machine.", "同一个种子在任何机器上都得到同样的数。")
SEEDS = T("How many seeds --self-check takes.", "--self-check 使用多少个种子。")
NEW = T("Begin the unit anew, where it was left unfinished.", "重新开始本单元，不继续之前中断的那次。")
ANSWERS = T("Take the answers from a file, one a line.", "从文件读取答案，每行一个。")
MOST_SEEDS = 100_000


def learn(
    unit: Annotated[str | None, typer.Option("--unit", metavar="NAME", help=here(UNIT))] = None,
    test: Annotated[bool, typer.Option("--test", help=here(TEST))] = False,
    map_: Annotated[bool, typer.Option("--map", help=here(MAP))] = False,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help=here(SEED))] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", dir_okay=False, help=here(ANSWERS))
    ] = None,
    self_check: Annotated[bool, typer.Option("--self-check", help=here(CHECK))] = False,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", min=1, max=MOST_SEEDS, help=here(SEEDS))] = 20,
    new: Annotated[bool, typer.Option("--new", help=here(NEW))] = False,
    state: State = None,
    width: Width = None,
    lang: Language = None,
) -> int:
    """Check, show the map, or go through a unit."""
    from backprop_tutor.cli.practice import course_session

    language = lang or spoken()
    if self_check:
        return course_session.check(unit, range(seeds), language, width)
    if map_:
        course_session.show_map(state, language, width)
        return 0
    wanted = course_session.Wanted(unit, seed, test, new)
    return course_session.learn(wanted, state, answers, language, width)
