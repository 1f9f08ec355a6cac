"""``tutor run``: the whole worked solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import (
    Derive,
    DetailName,
    Digits,
    Language,
    LearningRate,
    Like,
    NotationName,
    OptimizerName,
    ScenarioName,
    ViewName,
    Width,
)
from backprop_tutor.cli.console.typed import framework, rate
from backprop_tutor.cli.console.typed import optimizer as known
from backprop_tutor.errors import TutorError
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.cli.console.stepwise import Judge
    from backprop_tutor.graph.scenario import Scenario
    from backprop_tutor.training.train_step import Run

HELP = T(
    "Show the whole worked solution: forward, loss, backward by the chain rule, updates, loss before and after.",
    "完整的解题过程：前向传播、损失、用链式法则反向传播、参数更新、更新前后的损失。",
)
EXAMPLES = (
    "tutor run two-two-one",
    "tutor run two-two-one --focus W_ec --digits 4",
    "tutor run two-two-one --nudge W_ec --by 0.1",
    "tutor run my.yaml --only backward --lang zh",
    "tutor run two-two-one --format json > trace.json",
    "tutor run mazur-two-two-two --at-step 5000",
    "tutor run chain-rule-sine --mode forward",
)

BY_ALONE = T(
    "--by says how far --nudge moves a quantity; --nudge is missing", "--by 指定 --nudge 变动多少；缺少 --nudge"
)

PREDICT_ALONE = T("--predict belongs to --step; --step is missing", "--predict 要与 --step 合用；缺少 --step")
ONE_CHOICE = T(
    "{one} and {other} each choose what is shown; give one of them",
    "{one} 和 {other} 都在指定显示什么；请只写一个",
)
WHOLE = T(
    "--format json always has every number; leave {option} out", "--format json 总是列出所有的数；请去掉 {option}"
)

DIGITS = 6
Mode = Literal["reverse", "forward"]
MODE = T(
    "reverse: adjoints, one sweep back for each output; forward: tangents, one sweep for each parameter.",
    "reverse：伴随量，每个输出反向一遍；forward：切向量，每个参数前向一遍。",
)
WITHOUT = T("--mode forward tells every sweep; leave {option} out", "--mode forward 讲解每一遍；请去掉 {option}")
Format = Literal["text", "markdown", "html", "json"]
PartName = Literal["forward", "loss", "backward", "update"]


def run(
    scenario: ScenarioName,
    format_: Annotated[Format, typer.Option("--format", help=here(T("How to write it.", "输出格式。")))] = "text",
    view: ViewName = None,
    notation: NotationName = None,
    digits: Digits = None,
    only: Annotated[PartName | None, typer.Option("--only", help=here(T("One part only.", "只看一部分。")))] = None,
    focus: Annotated[
        str | None,
        typer.Option(
            "--focus",
            metavar="NAME",
            help=here(
                T("The derivation of one quantity, such as W_ec or W1[2,1].", "只看一个量的推导，如 W_ec 或 W1[2,1]。")
            ),
        ),
    ] = None,
    nudge: Annotated[
        str | None,
        typer.Option(
            "--nudge",
            metavar="NAME",
            help=here(T("Move one quantity a little and see what the loss does.", "把一个量变动一点，看损失怎样变。")),
        ),
    ] = None,
    by: Annotated[
        float | None,
        typer.Option(
            "--by",
            metavar="STEP",
            help=here(T("How far --nudge moves it (0.01 if not said).", "--nudge 变动多少（默认 0.01）。")),
        ),
    ] = None,
    derive: Derive = False,
    detail: DetailName = "normal",
    step: Annotated[
        bool,
        typer.Option(
            "--step",
            help=here(
                T(
                    "One step at a time: Enter on, b back, 7 to step 7, /word to find, q leave.",
                    "逐步显示：回车继续，b 后退，7 到第 7 步，/词 查找，q 离开。",
                )
            ),
        ),
    ] = False,
    predict: Annotated[
        bool,
        typer.Option(
            "--predict",
            help=here(T("With --step: guess each number before it is shown.", "与 --step 合用：每个数先猜后看。")),
        ),
    ] = False,
    mode: Annotated[Mode, typer.Option("--mode", help=here(MODE))] = "reverse",
    at_step: Annotated[
        str | None,
        typer.Option(
            "--at-step",
            metavar="N|A-B",
            help=here(T("Step N of a long training, or steps A to B.", "长训练中的第 N 步，或第 A 到 B 步。")),
        ),
    ] = None,
    learning_rate: LearningRate = None,
    optimizer: OptimizerName = None,
    like: Like = None,
    width: Width = None,
    pager: Annotated[
        bool, typer.Option(help=here(T("Page long output on a terminal.", "输出很长时，在终端上分页显示。")))
    ] = True,
    lang: Language = None,
) -> None:
    """Loads, runs, teaches, prints."""
    from backprop_tutor.cli.console.output import say, say_json, show
    from backprop_tutor.lesson.teach import teach
    from backprop_tutor.records.trace import record_in_rows
    from backprop_tutor.scenario.load import load

    language = lang or spoken()
    if predict and not step:
        raise TutorError(PREDICT_ALONE)
    _claim(by, format_, {"--only": only, "--focus": focus, "--nudge": nudge})
    computed = _computed(load(scenario, rate(learning_rate), known(optimizer), framework(like)), at_step, language)
    if mode == "forward":
        others = {
            "--view": view,
            "--only": only,
            "--focus": focus,
            "--nudge": nudge,
            "--step": step,
            "--derive": derive,
        }
        _say_forward(computed, language, notation, digits, format_, width, others)
        return
    if format_ == "json":
        say_json(record_in_rows(computed, language))
        return
    document = teach(
        computed,
        language,
        notation=notation,
        view=view,
        digits=digits,
        only=only,
        focus=focus,
        nudge=nudge,
        by=by,
        derive=derive or (detail == "full" and only in (None, "backward") and nudge is None),
        detail=detail,
        limited=detail != "full",
    )
    if format_ in ("markdown", "html"):
        from backprop_tutor.render import render

        say(render(document, format_))
    elif step:
        from backprop_tutor.cli.console.stepwise import stepwise

        stepwise(document, width, _judge(computed, notation, language) if predict else None)
    else:
        show(document, width, paged=pager)


def _say_forward(
    computed: Run,
    lang: Lang,
    notation: str | None,
    digits: int | None,
    format_: Format,
    width: int | None,
    others: Mapping[str, object],
) -> None:
    """The first step in forward mode. Raises TutorError for options that have no effect on it."""
    from backprop_tutor.cli.console.output import json_text, say, show
    from backprop_tutor.lesson.derivatives.tangents import asked, tangents
    from backprop_tutor.lesson.picture import lesson_of
    from backprop_tutor.records.derivatives import tangents_record
    from backprop_tutor.render import render

    for option, value in others.items():
        if value:
            raise TutorError(WITHOUT.format(option=option))
    analysis = asked(lesson_of(computed, lang, notation, digits or DIGITS))
    if format_ == "json":
        say(json_text(tangents_record(analysis.names(analysis.outputs), analysis.names(analysis.moved), analysis.rows)))
    elif format_ == "text":
        show(tangents(analysis), width)
    else:
        say(render(tangents(analysis), format_))


def _judge(run: Run, notation: str | None, lang: Lang) -> Judge:
    """The answer to a learner's figure for a quantity: whether it is right, or the mistake that gives it."""
    from backprop_tutor.practice.diagnosis.claims import entries
    from backprop_tutor.practice.diagnosis.feedback import feedback
    from backprop_tutor.practice.diagnosis.search import diagnose
    from backprop_tutor.practice.diagnosis.submission import case
    from backprop_tutor.render import render

    def judged(name: str, typed: str) -> str:
        asked = case(run.scenario, entries([f"{name}={typed}"]), lang, notation, run.steps[0].number)
        return render(replace(feedback(diagnose(asked), False), title=(), facts=()), "text", width=80)

    return judged


def _claim(by: float | None, format_: Format, choices: Mapping[str, str | None]) -> None:
    """Raises TutorError for an option that would have no effect together with the others."""
    given = [option for option, value in choices.items() if value is not None]
    if by is not None and "--nudge" not in given:
        raise TutorError(BY_ALONE)
    if len(given) > 1:
        raise TutorError(ONE_CHOICE.format(one=given[0], other=given[1]))
    if given and format_ == "json":
        raise TutorError(WHOLE.format(option=given[0]))


def _computed(scenario: Scenario, at_step: str | None, lang: Lang) -> Run:
    """The scenario's own steps, or the requested ones, of a training that is continued up to them."""
    from backprop_tutor.training.train_step import run_scenario

    if at_step is None:
        return run_scenario(scenario)
    from backprop_tutor.cli.console.spinner import UPDATES, counted
    from backprop_tutor.cli.console.typed import steps
    from backprop_tutor.fast.choice import states_until

    first, last = steps(at_step)
    way = states_until(scenario, first - 1)
    *_, position = counted(way, first - 1, lambda position: position.updates, UPDATES[lang])
    return run_scenario(scenario, last - first + 1, position)
