"""``tutor learn``: a course from one derivative to whole networks, that goes on where one stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language, Width
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
    "tutor learn --mistake one-path-only",
    "tutor learn --course class.yaml --results results.csv",
    "tutor learn --only lstm,gru --seed 7 --export book/",
)
MAP = T("Show the way: the units, what is mastered, what comes next.", "显示课程地图：各个单元、已掌握的和下一步。")
UNIT = T("This unit, wherever you are in the course.", "直接学这个单元，不管学到了哪里。")
TEST = T("Only the questions that count: to be tested out of a unit.", "只做计入成绩的题：用来跳过已经会的单元。")
MISTAKE = T(
    "A mistake beside the right solution, and two questions about it.", "把一个错误与正确解答并排看，再做两道题。"
)
COURSE = T("A class's own course: a file that chooses and orders units.", "班级自己的课程：一个选定单元和次序的文件。")
ONLY = T("Only these units, in this order, with commas between them.", "只学这些单元，按此次序，用逗号分隔。")
RESULTS = T("Write what was reached, a row a unit, as CSV or JSON.", "把各单元的成绩写成 CSV 或 JSON 文件。")
EXPORT = T(
    "Write the course as a book: Markdown and HTML with live pages, for a site.",
    "把课程写成一本书：Markdown 和带交互网页的 HTML，可放到网站上。",
)
CHECK = T("Check every question of every unit, over so many seeds.", "用许多种子检查每个单元的每道题。")
SEED = T("The same seed gives the same numbers, on any machine.", "同一个种子在任何机器上都得到同样的数。")
SEEDS = T("How many seeds --self-check takes.", "--self-check 使用多少个种子。")
NEW = T("Begin the unit anew, where it was left unfinished.", "重新开始本单元，不继续之前中断的那次。")
ANSWERS = T("Take the answers from a file, one a line.", "从文件读取答案，每行一个。")
MOST_SEEDS = 100_000


def learn(
    unit: Annotated[str | None, typer.Option("--unit", metavar="NAME", help=here(UNIT))] = None,
    test: Annotated[bool, typer.Option("--test", help=here(TEST))] = False,
    mistake: Annotated[str | None, typer.Option("--mistake", metavar="NAME", help=here(MISTAKE))] = None,
    map_: Annotated[bool, typer.Option("--map", help=here(MAP))] = False,
    course: Annotated[Path | None, typer.Option("--course", metavar="FILE", dir_okay=False, help=here(COURSE))] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="UNITS", help=here(ONLY))] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help=here(SEED))] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", dir_okay=False, help=here(ANSWERS))
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", metavar="FILE", dir_okay=False, help=here(RESULTS))
    ] = None,
    export: Annotated[Path | None, typer.Option("--export", metavar="DIR", file_okay=False, help=here(EXPORT))] = None,
    self_check: Annotated[bool, typer.Option("--self-check", help=here(CHECK))] = False,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", min=1, max=MOST_SEEDS, help=here(SEEDS))] = 20,
    new: Annotated[bool, typer.Option("--new", help=here(NEW))] = False,
    force: Force = False,
    state: State = None,
    width: Width = None,
    lang: Language = None,
) -> int:
    """Check, show the map, write the results or the book, or go through a unit."""
    from backprop_tutor.cli.practice import course_session

    language = lang or spoken()
    chosen = course_session.course_of(course, only)
    if self_check:
        return course_session.check(chosen, unit, range(seeds), language, width)
    if export is not None:
        course_session.write_book(chosen, export, chosen.seed or 0 if seed is None else seed, language, force=force)
    elif results is not None:
        course_session.write_results(chosen, results, state, language, force=force)
    elif map_:
        course_session.show_map(chosen, state, language, width)
    else:
        wanted = course_session.Wanted(unit, seed, test, new, mistake)
        return course_session.learn(chosen, wanted, state, answers, language, width)
    return 0
