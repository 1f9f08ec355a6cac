"""``tutor diagnose``: which mistake produces these numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import AtStep, Language, NotationName, ScenarioName, Width
from backprop_tutor.errors import TutorError
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.errors import Problem
    from backprop_tutor.graph.scenario import Scenario
    from backprop_tutor.lesson.document import Document
    from backprop_tutor.scenario.answers import Entry

HELP = T(
    "Name the mistake: which wrong rule produces exactly these numbers. Exit status 0 where all are right, else 1.",
    "找出错误：哪条错误的规则恰好得出这些数。全部正确时退出状态为 0，否则为 1。",
)
EXAMPLES = (
    "tutor diagnose two-layer-classifier --gradients gradients.npz --values cache.npz",
    "tutor diagnose two-two-one after.a2=0.648366218 after.loss=0.061823158",
    "tutor diagnose mazur-two-two-two after.loss=0.291027924",
    "tutor diagnose two-two-one 'dL/dW_ca=-0.0161' --where output --all",
    "tutor diagnose mazur-two-two-two 'after.a2[1]=0.015912196' --at-step 10000",
    "tutor diagnose two-two-one updated.W_ca=0.10368 --format json",
    "tutor diagnose two-two-one answers.yaml",
)
NOT_ALL_RIGHT = 1
FIGURES = T(
    "Your figures, such as 'O(c)=0.6479', dL/dW_ca=0.00368, updated.W_ca=0.10368 or after.loss=0.0618, or a file of them "
    "as 'tutor check' reads it (- for standard input). A given weight's bare "
    "name with another number than the given one is taken for the new weight (never with --format json).",
    "你得到的数，如 'O(c)=0.6479'、dL/dW_ca=0.00368、updated.W_ca=0.10368、after.loss=0.0618；也可以是 tutor check 能读的"
    "答案文件（- 表示标准输入）。只写权重的名字而数值与题目给出的不同时，"
    "当作更新后的新值（--format json 除外）。",
)
WHERE = T(
    "Only at places with this in their name: output, hidden, hidden layer 2, unit c.",
    "只考虑名字中含有这些字的位置：输出层、隐藏层、第 2 个隐藏层、单元 c。",
)
GRADIENTS = T(
    "Gradients of a program: a .npz, .npy, .json, .csv or .safetensors file, under any usual names and in any layout; the "
    "mistake and its line of NumPy are named.",
    "程序算出的梯度：.npz、.npy、.json、.csv 或 .safetensors 文件，常见的名字和排法都可以；会指出错误和它所在的 NumPy 代码行。",
)
VALUES = T(
    "The arrays on the way (z1, a1, dz2, ...) in such a file: the first wrong line is found.",
    "同样格式的文件，存放中间的数组（z1、a1、dz2……）：可找出第一处错误的行。",
)
LAYOUT = T(
    "How the program holds its arrays: auto, rows, columns, torch (examples as rows, weights as outputs by inputs).",
    "程序中数组的排法：auto、rows（样本为行）、columns（样本为列）、torch（样本为行，权重为 输出×输入）。",
)
NOTHING_GIVEN = T(
    "say which figures: NAME=VALUE, a file of them as check reads it, or --gradients FILE",
    "请给出要诊断的数：名字=数值、check 能读的答案文件，或 --gradients 文件",
)
NOT_BOTH = T(
    "--gradients and --values hold arrays; NAME=VALUE beside them has no place there",
    "--gradients 和 --values 给出数组时，不能同时写 名字=数值",
)
EVERY = T("List every pattern that gives these figures.", "列出能得到这些数的全部情形。")


def diagnose(
    scenario: ScenarioName,
    figures: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE|FILE", help=here(FIGURES))] = None,
    gradients: Annotated[Path | None, typer.Option("--gradients", metavar="FILE", help=here(GRADIENTS))] = None,
    values: Annotated[Path | None, typer.Option("--values", metavar="FILE", help=here(VALUES))] = None,
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help=here(LAYOUT))] = "auto",
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
    """Reads the figures, searches, prints the page."""
    from backprop_tutor.cli.console import output
    from backprop_tutor.cli.console.spinner import working
    from backprop_tutor.practice.diagnosis.feedback import feedback
    from backprop_tutor.practice.diagnosis.records import diagnosis_record
    from backprop_tutor.practice.diagnosis.search import diagnose as diagnosed
    from backprop_tutor.practice.diagnosis.submission import case, stretches
    from backprop_tutor.render import render
    from backprop_tutor.scenario.load import load

    language = lang or spoken()
    if gradients is not None or values is not None:
        if figures:
            raise TutorError(NOT_BOTH)
        return _arrays(scenario, gradients, values, layout, format_, width, language)
    if not figures:
        raise TutorError(NOTHING_GIVEN)
    asked, (claims, problems), lenient = load(scenario), _claims(figures), _has_file(figures)
    with working(language):
        cases = [
            case(asked, part, language, notation, at_step, format_ == "json", lenient)
            for part in stretches(claims, at_step)
        ]
        found = [diagnosed(each, where) for each in cases]
    if format_ == "json":
        output.say(output.json_text(diagnosis_record(found, language, every)))
    elif format_ == "markdown":
        output.say("\n\n".join(render(feedback(each, every), "markdown") for each in found))
    else:
        for each in found:
            output.show(feedback(each, every), width)
    unread = [*problems, *(problem for each in cases for problem in each.problems)]
    output.complain(unread, language)
    if unread:
        return output.UNUSABLE
    return 0 if all(each.verdict == "correct" for each in found) else NOT_ALL_RIGHT


def _is_file(figure: str) -> bool:
    """Whether a file of figures is meant: one that exists, or standard input."""
    return figure == "-" or ("=" not in figure and Path(figure).is_file())


def _has_file(figures: list[str]) -> bool:
    return any(map(_is_file, figures))


def _claims(figures: list[str]) -> tuple[list[Entry], list[Problem]]:
    """The figures typed and those of the files named, without blanks, and the faults of the files."""
    from backprop_tutor.practice.diagnosis.claims import entries
    from backprop_tutor.scenario.answers import answers

    claims: list[Entry] = []
    problems: list[Problem] = []
    for figure in figures:
        if _is_file(figure):
            read = answers(figure)
            claims += [each for each in read.entries if each.text]
            problems += read.problems
        else:
            claims += entries([figure])
    if not claims:
        raise TutorError(problems or NOTHING_GIVEN)
    return claims, problems


def _arrays(
    scenario: str, gradients: Path | None, values: Path | None, layout: str, kind: str, width: int | None, lang: Lang
) -> int:
    """The page and record for the arrays of a program."""
    from backprop_tutor.cli.console import output
    from backprop_tutor.cli.console.spinner import working
    from backprop_tutor.render import render
    from backprop_tutor.scenario.load import load

    asked = load(scenario)
    with working(lang):
        verdict, page, record = _diagnosed(asked, gradients, values, layout, lang)
    if kind == "json":
        output.say(output.json_text(record))
    elif kind == "markdown":
        output.say(render(page, "markdown"))
    else:
        output.show(page, width)
    return 0 if verdict == "correct" else NOT_ALL_RIGHT


def _diagnosed(
    asked: Scenario, gradients: Path | None, values: Path | None, layout: str, lang: Lang
) -> tuple[str, Document, dict[str, Any]]:
    """The verdict, the page and the record: for a network of dense layers by its lines, for a graph node by node."""
    if asked.graph.dense is None:  # the lines of a graph are those of its nodes
        from backprop_tutor.programs.graphs.diagnosis import diagnose_graph
        from backprop_tutor.programs.graphs.page import graph_page, graph_record

        of_graph = diagnose_graph(asked, gradients, values)
        return of_graph.verdict, graph_page(of_graph, lang), graph_record(of_graph, lang)
    from backprop_tutor.programs.diagnosis import diagnose_arrays
    from backprop_tutor.programs.page import arrays_page
    from backprop_tutor.programs.records import arrays_record

    found = diagnose_arrays(asked, gradients, values, layout)
    return found.verdict, arrays_page(found, lang), arrays_record(found, lang)
