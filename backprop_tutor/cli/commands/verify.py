"""``tutor verify``: every derivative checked independently, or published figures compared with the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language, NotationName, ScenarioName, Width
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.graph.scenario import Scenario
    from backprop_tutor.lesson.document import Document
    from backprop_tutor.training.train_step import Run

HELP = T(
    "Check every gradient independently: finite differences, and exactly with SymPy. Exit status 1 where one fails.",
    "独立检验每个梯度：有限差分，以及用 SymPy 精确求导。有一个不一致，退出状态就是 1。",
)
EXAMPLES = (
    "tutor verify two-two-one",
    "tutor verify my.yaml --with torch --format json",
    "tutor verify mazur-two-two-two --against mazur-two-two-two",
)
FAILED = 1
MOST_STEPS = 5
AGAINST = T(
    "Compare with published figures instead: a YAML file of lines such as 'after.loss: \"0.0618\"', the digits as "
    "printed, or the name of a bundled scenario that has one.",
    "改为与已发表的数值比较：YAML 文件，每行如 'after.loss: \"0.0618\"'，位数照原书；或附有这种文件的自带场景的名字。",
)
WITH = T("Another library's gradients beside ours, if it is installed.", "若已安装，再列出另一个库算出的梯度。")
VERIFYING = T("checking every derivative", "正在核对每个导数")


def verify(
    scenario: ScenarioName,
    against: Annotated[str | None, typer.Option("--against", metavar="FILE", help=here(AGAINST))] = None,
    library: Annotated[Literal["torch", "jax"] | None, typer.Option("--with", help=here(WITH))] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    notation: NotationName = None,
    width: Width = None,
    lang: Language = None,
) -> int:
    """Runs; verifies or compares; prints."""
    from backprop_tutor.cli.console.output import json_text, say, show
    from backprop_tutor.cli.console.spinner import working
    from backprop_tutor.scenario.load import load
    from backprop_tutor.training.train_step import run_scenario

    asked, language = load(scenario), lang or spoken()
    if against is not None:
        return _compared(asked, against, notation, language, format_, width)
    with working(language, VERIFYING):
        document, record, good = _verified(run_scenario(asked), library, notation, language)
    if format_ == "json":
        say(json_text(record))
    else:
        show(document, width)
    return 0 if good else FAILED


def _verified(run: Run, library: str | None, notation: str | None, lang: Lang) -> tuple[Document, dict[str, Any], bool]:
    from backprop_tutor.lesson.checks.verification import verification
    from backprop_tutor.records.verification import verification_record
    from backprop_tutor.verify.differences import Clock
    from backprop_tutor.verify.differences import verify as verification_of
    from backprop_tutor.verify.other_libraries import RIVALS, gradients

    traces, clock = [step.trace for step in run.steps[:MOST_STEPS]], Clock()
    rivals = (gradients(trace, library) if library else None for trace in traces)
    found = [verification_of(trace, rival, clock=clock) for trace, rival in zip(traces, rivals, strict=True)]
    document = verification(run, found, lang, notation, RIVALS[library].title if library else "")
    return document, verification_record(run, found, library or ""), all(one.passed for one in found)


def _compared(asked: Scenario, against: str, notation: str | None, lang: Lang, format_: str, width: int | None) -> int:
    """Published figures compared with the run; unreadable entries are reported, and the rest is graded."""
    from backprop_tutor.cli.console.output import UNUSABLE, complain, json_text, say, show
    from backprop_tutor.cli.console.spinner import working
    from backprop_tutor.practice.grading.check import graded
    from backprop_tutor.practice.grading.comparison import comparison
    from backprop_tutor.practice.grading.records import comparison_record
    from backprop_tutor.scenario.answers import answers

    figures = answers(against)
    with working(lang):
        found = graded(asked, figures, lang, notation)
    if format_ == "json":
        say(json_text(comparison_record(found, lang)))
    else:
        show(comparison(found, lang), width)
    complain(found.problems, lang)
    return UNUSABLE if found.problems else 0 if found.verdict == "correct" else FAILED
