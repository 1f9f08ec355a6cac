"""``tutor jacobian``, ``hessian``, ``costs``: outputs by inputs, second derivatives, and what a run takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Digits, Language, NotationName, ScenarioName, Width
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.lesson.document import Document
    from backprop_tutor.lesson.lesson import Lesson

DIGITS = 6
FORMAT = T("How to write it.", "输出格式。")
Format = Annotated[Literal["text", "json"], typer.Option("--format", help=here(FORMAT))]
ExampleNumber = Annotated[
    int,
    typer.Option("--example", metavar="N", min=1, help=here(T("Of which example.", "哪一个样本。"))),
]


def _lesson(scenario: str, lang: Lang | None, notation: str | None, digits: int | None) -> Lesson:
    """The lesson on the first step of a scenario."""
    from backprop_tutor.lesson.picture import lesson_of
    from backprop_tutor.scenario.load import load
    from backprop_tutor.training.train_step import run_scenario

    return lesson_of(run_scenario(load(scenario)), lang or spoken(), notation, digits or DIGITS)


def _print(format_: str, width: int | None, document: Callable[[], Document], record: Callable[[], Any]) -> None:
    """Prints the lesson, or its numbers as JSON."""
    from backprop_tutor.cli.console.output import json_text, say, show

    if format_ == "json":
        say(json_text(record()))
    else:
        show(document(), width)


JACOBIAN_HELP = T(
    "Show how every output reacts to every input: the Jacobian dy/dx, entry by entry, checked by differences.",
    "列出每个输出对每个自变量的导数：雅可比矩阵 dy/dx，逐个元素写出，并用差分核对。",
)
JACOBIAN_EXAMPLES = (
    "tutor jacobian softmax-jacobian",
    "tutor jacobian two-two-one --of z2 --wrt W1",
    "tutor jacobian softmax-classifier --of a2[1] --wrt z2 --format json",
)
OF = T(
    "What is differentiated: an array such as a2, or one number of it, a2[1] (the outputs if not said).",
    "对什么求导：数组（如 a2），或其中一个数（如 a2[1]）；默认为各输出。",
)
WRT = T(
    "By what: an array such as x, or one number of it (the inputs if not said; the parameters where there are none).",
    "对谁求导：数组（如 x），或其中一个数；默认为输入，没有输入时为参数。",
)


def jacobian(
    scenario: ScenarioName,
    of: Annotated[str | None, typer.Option("--of", metavar="NAME", help=here(OF))] = None,
    wrt: Annotated[str | None, typer.Option("--wrt", metavar="NAME", help=here(WRT))] = None,
    example: ExampleNumber = 1,
    format_: Format = "text",
    notation: NotationName = None,
    digits: Digits = None,
    width: Width = None,
    lang: Language = None,
) -> None:
    """Load, run, differentiate, print."""
    from backprop_tutor.lesson.derivatives import jacobian as lessons
    from backprop_tutor.records.derivatives import matrix_record

    found = lessons.asked(_lesson(scenario, lang, notation, digits), of, wrt, example)
    names = {
        "of": [found.name(element) for element in found.jacobian.outputs],
        "wrt": [found.name(element) for element in found.jacobian.sources],
    }
    _print(
        format_,
        width,
        lambda: lessons.jacobian(found),
        lambda: matrix_record("jacobian", names, found.jacobian.rows),
    )


HESSIAN_HELP = T(
    "Show the second derivatives of the loss: the Hessian, line by line, checked by differences of gradients.",
    "列出损失的二阶导数：黑塞矩阵，逐行推导，并用梯度的差分核对。",
)
HESSIAN_EXAMPLES = (
    "tutor hessian logistic-hessian",
    "tutor hessian two-two-one --wrt W2",
    "tutor hessian chain-rule-sine --format json",
)
TWICE = T(
    "By what: parameters or inputs, arrays or single numbers, with commas between them (all parameters if not said).",
    "对谁求导：参数或输入，可以是数组或单个数，用逗号分开；默认为全部参数。",
)


def hessian(
    scenario: ScenarioName,
    wrt: Annotated[str | None, typer.Option("--wrt", metavar="NAMES", help=here(TWICE))] = None,
    format_: Format = "text",
    notation: NotationName = None,
    digits: Digits = None,
    width: Width = None,
    lang: Language = None,
) -> None:
    """Load, run, differentiate twice, print."""
    from backprop_tutor.lesson.derivatives import hessian as lessons
    from backprop_tutor.records.derivatives import matrix_record

    found = lessons.asked(_lesson(scenario, lang, notation, digits), wrt)
    _print(
        format_,
        width,
        lambda: lessons.hessian(found),
        lambda: matrix_record("hessian", {"wrt": found.names}, found.rows),
    )


COSTS_HELP = T(
    "Count what a run takes: shapes, parameters, multiplications, numbers kept for the backward pass, checkpoints.",
    "统计一次计算的开销：形状、参数个数、乘法次数、为反向传播保留的数、检查点。",
)
COSTS_EXAMPLES = (
    "tutor costs two-two-one",
    "tutor costs vanishing-gradient --checkpoint a3,a6",
    "tutor costs convolution-relu-pool --format json",
)
CHECKPOINT = T(
    "Of the computed values keep only these on the way forward, with commas between them, such as a1,a2.",
    "前向传播时只保留这些计算结果，用逗号分开，如 a1,a2。",
)


def costs(
    scenario: ScenarioName,
    checkpoint: Annotated[str | None, typer.Option("--checkpoint", metavar="NAMES", help=here(CHECKPOINT))] = None,
    format_: Format = "text",
    notation: NotationName = None,
    digits: Digits = None,
    width: Width = None,
    lang: Language = None,
) -> None:
    """Load, run, count, print."""
    from backprop_tutor.lesson.derivatives import costs as lessons
    from backprop_tutor.records.derivatives import costs_record

    lesson = _lesson(scenario, lang, notation, digits)
    found = lessons.asked(lesson, checkpoint)
    _print(
        format_,
        width,
        lambda: lessons.costs(found),
        lambda: costs_record(lesson.graph, found.nodes, found.checkpoints, found.factors),
    )
