"""``tutor progress``: the skills and their levels, and the history of practice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language, Width
from backprop_tutor.cli.practice.practice_state import State
from backprop_tutor.text import T

HELP = T("Show what has been practised, what is mastered, what is due.", "显示练过什么、掌握了什么、该复习什么。")
EXAMPLES = (
    "tutor progress",
    "tutor progress --export answers.csv",
    "tutor progress --repair",
    "tutor progress --reset hidden-delta",
)

EXPORT = T("Write every answer to a CSV file.", "把全部答案写入 CSV 文件。")
RESET = T("Begin a skill anew; its answers stay in the records.", "让一项技能从头开始；答案仍保留在记录中。")
REPAIR = T(
    "Take over what can be read of damaged records that were set aside.", "取回已移开的损坏记录中还能读出的部分。"
)
REPAIRED = T("took over {count} answers from {files} damaged files", "已从 {files} 个损坏的文件中取回 {count} 个答案")
NOTHING_ASIDE = T("no damaged records were set aside", "没有被移开的损坏记录")
RESET_DONE = T("{skill} begins anew.", "{skill}：从头开始。")
WRITTEN = T("wrote {count} answers to {file}", "已把 {count} 个答案写入 {file}")


def progress(
    export: Annotated[Path | None, typer.Option("--export", metavar="FILE", dir_okay=False, help=here(EXPORT))] = None,
    reset: Annotated[str | None, typer.Option("--reset", metavar="SKILL", help=here(RESET))] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    repaired: Annotated[bool, typer.Option("--repair", help=here(REPAIR))] = False,
    force: Force = False,
    state: State = None,
    width: Width = None,
    lang: Language = None,
) -> None:
    """Repairs, resets, exports, or shows the records."""
    from dataclasses import astuple
    from datetime import UTC, datetime

    from backprop_tutor.cli.console.files import write
    from backprop_tutor.cli.console.output import json_text, say, show
    from backprop_tutor.cli.practice.practice_state import opened
    from backprop_tutor.practice.exercise.skills import SKILLS
    from backprop_tutor.practice.quiz.history import csv_text, progress_document, progress_record
    from backprop_tutor.practice.quiz.records import COLUMNS, repair
    from backprop_tutor.registry import find

    language, now = lang or spoken(), datetime.now(UTC)
    kept = opened(state, now, language)
    if repaired:
        count, files = repair(kept)
        say((REPAIRED if files else NOTHING_ASIDE).format(count=count, files=len(files))[language])
    elif reset is not None:
        skill = find(SKILLS, reset, T("the skill", "技能"))
        kept.reset(skill.name, now)
        say(RESET_DONE.format(skill=skill.text)[language])
    elif export is not None:
        answers = kept.answers()
        write(export, csv_text(COLUMNS, map(astuple, answers)), force=force)
        say(WRITTEN.format(count=len(answers), file=export)[language])
    elif format_ == "json":
        say(json_text(progress_record(kept)))
    else:
        from backprop_tutor.practice.course.course import read_course
        from backprop_tutor.practice.course.page import progress_parts
        from backprop_tutor.practice.course.progress import contrasts
        from backprop_tutor.practice.course.progress import progress as of_course

        course = read_course()
        parts = progress_parts(course, of_course(course, kept), contrasts(kept), now, language)
        show(progress_document(kept, now, language, parts), width)
