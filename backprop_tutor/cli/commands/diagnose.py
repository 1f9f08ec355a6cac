"""``tutor diagnose``: which mistake produces these numbers."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import AtStep, Language, NotationName, ScenarioName, Width
from backprop_tutor.text import T

HELP = T(
    "Name the mistake: which wrong rule produces exactly these numbers. Exit status 0 where all are right, else 1.",
    "找出错误：哪条错误的规则恰好得出这些数。全部正确时退出状态为 0，否则为 1。",
)
EXAMPLES = (
    "tutor diagnose two-two-one after.a2=0.648366218 after.loss=0.061823158",
    "tutor diagnose mazur-two-two-two after.loss=0.291027924",
    "tutor diagnose two-two-one 'dL/dW_ca=-0.0161' --where output --all",
    "tutor diagnose mazur-two-two-two 'after.a2[1]=0.015912196' --at-step 10000",
    "tutor diagnose two-two-one updated.W_ca=0.10368 --format json",
)
NOT_ALL_RIGHT = 1
FIGURES = T(
    "Your figures, such as 'O(c)=0.6479', dL/dW_ca=0.00368, updated.W_ca=0.10368 or after.loss=0.0618. A given weight's bare "
    "name with another number than the given one is taken for the new weight (never with --format json).",
    "你得到的数，如 'O(c)=0.6479'、dL/dW_ca=0.00368、updated.W_ca=0.10368、after.loss=0.0618。只写权重的名字而数值与题目给出的不同时，"
    "当作更新后的新值（--format json 除外）。",
)
WHERE = T(
    "Only at places with this in their name: output, hidden, hidden layer 2, unit c.",
    "只考虑名字中含有这些字的位置：输出层、隐藏层、第 2 个隐藏层、单元 c。",
)
EVERY = T("List every pattern that gives these figures.", "列出能得到这些数的全部情形。")


def diagnose(
    scenario: ScenarioName,
    figures: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help=here(FIGURES))],
    where: Annotated[str | None, typer.Option("--where", metavar="PLACE", help=here(WHERE))] = None,
    every: Annotated[bool, typer.Option("--all", help=here(EVERY))] = False,
    at_step: AtStep = 1,
    format_: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    notation: NotationName = None,
    width: Width = None,
    lang: Language = None,
) -> int:
    """Read the claims, search, tell."""
    from backprop_tutor.cli.console import output
    from backprop_tutor.cli.console.spinner import working
    from backprop_tutor.practice.diagnosis.claims import entries
    from backprop_tutor.practice.diagnosis.feedback import feedback
    from backprop_tutor.practice.diagnosis.records import diagnosis_record
    from backprop_tutor.practice.diagnosis.search import diagnose as diagnosed
    from backprop_tutor.practice.diagnosis.submission import case
    from backprop_tutor.render import render
    from backprop_tutor.scenario.load import load

    language = lang or spoken()
    by_contract = format_ == "json"
    asked = load(scenario)
    with working(language):
        found = diagnosed(case(asked, entries(figures), language, notation, at_step, by_contract), where)
    if format_ == "json":
        output.say(output.json_text(diagnosis_record(found, language, every)))
    elif format_ == "markdown":
        output.say(render(feedback(found, every), "markdown"))
    else:
        output.show(feedback(found, every), width)
    return 0 if found.verdict == "correct" else NOT_ALL_RIGHT
