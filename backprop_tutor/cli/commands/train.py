"""``tutor train``: many steps, the loss curve, and why it stopped; ``tutor compare``: the same by several optimizers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import (
    Digits,
    Force,
    Language,
    LearningRate,
    Like,
    NotationName,
    OptimizerName,
    ScenarioName,
    Width,
)
from backprop_tutor.cli.console.output import INTERRUPTED
from backprop_tutor.cli.console.typed import duration, framework, goals, optimizers, rate, rates
from backprop_tutor.cli.console.typed import optimizer as known
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.graph.scenario import Scenario
    from backprop_tutor.training.long_run import LongRun, Progress
    from backprop_tutor.training.stopping import Criteria


HELP = T(
    "Train: repeat forward, backward, update until a criterion holds. Exit status 1 where it diverges.",
    "训练：反复做前向传播、反向传播、更新，直到满足停止条件。发散时退出状态为 1。",
)
EXAMPLES = (
    "tutor train xor",
    "tutor train xor --optimizer adam --learning-rate 0.1",
    "tutor train mazur-two-two-two --epochs 10000 --plot loss.svg",
    "tutor train xor --until loss=1e-4 --time 10s --save trained.yaml",
    "tutor train mazur-two-two-two --epochs 1000 --record steps.csv",
)

MOST_EPOCHS = 1_000_000_000
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs", min=1, max=MOST_EPOCHS, metavar="N", help=here(T("At most so many epochs.", "最多训练这么多轮。"))
    ),
]
Until = Annotated[
    list[str] | None,
    typer.Option(
        "--until",
        metavar="NAME=VALUE",
        help=here(T("Stop at loss=1e-4 or gradient_norm=1e-6.", "达到 loss=1e-4 或 gradient_norm=1e-6 时停止。")),
    ),
]
Time = Annotated[
    str | None,
    typer.Option("--time", metavar="DURATION", help=here(T("At most so long: 10s, 2m.", "最长时间：10s、2m。"))),
]

STATUS = {"diverged": 1, "interrupted": INTERRUPTED}


def train(
    scenario: ScenarioName,
    epochs: Epochs = None,
    until: Until = None,
    time: Time = None,
    learning_rate: LearningRate = None,
    optimizer: OptimizerName = None,
    like: Like = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help=here(T("The loss curve: .svg, .png.", "损失曲线：.svg、.png。"))),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help=here(T("The loss curve as CSV.", "损失曲线（CSV）。"))),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help=here(
                T(
                    "Every value and every gradient of every update, one row each, as CSV.",
                    "每次更新的每个值和每个梯度，一次一行（CSV）。",
                )
            ),
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="FILE",
            help=here(T("A scenario with the trained parameters.", "把训练后的参数写成场景文件。")),
        ),
    ] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    notation: NotationName = None,
    digits: Digits = None,
    width: Width = None,
    force: Force = False,
    lang: Language = None,
) -> int:
    """Loads, trains, prints, writes the requested files."""
    from backprop_tutor.cli.console.files import WRITTEN, write
    from backprop_tutor.cli.console.train_output import claim_record, curve, picture, write_record
    from backprop_tutor.records.training import curve_table
    from backprop_tutor.scenario.load import build, read
    from backprop_tutor.scenario.save import saved
    from backprop_tutor.training.stopping import criteria

    language = lang or spoken()
    if record:
        claim_record(record)
    _claim(plot, csv, record, save, force=force)
    file, source = read(scenario, rate(learning_rate), known(optimizer), framework(like))
    loaded = build(file, source)
    limits = {"epochs": epochs, "seconds": duration(time) if time else None}
    done = _trained(loaded, criteria(loaded.training.stop, **goals(until or ()), **limits), format_, language)
    _print(done, format_, language, notation, digits, width)
    if plot:
        write(plot, picture(curve(done, language), plot), force=force)
    if csv:
        write(csv, curve_table(done), force=force)
    if save:
        write(save, saved(file, loaded.graph, done.last.position.parameters), force=force)
    for path in filter(None, (plot, csv, save)):
        typer.echo(WRITTEN.format(file=path)[language], err=True)
    if record:
        typer.echo(write_record(record, done, language, force=force), err=True)
    return STATUS.get(done.stopped, 0)


def _claim(plot: Path | None, *others: Path | None, force: bool) -> None:
    """Checks every file before the work begins."""
    from backprop_tutor.cli.console.files import claim_room
    from backprop_tutor.cli.console.train_output import claim_plot

    if plot:
        claim_plot(plot)
    for path in filter(None, (plot, *others)):
        claim_room(path, force=force)


def _trained(scenario: Scenario, criteria: Criteria, kind: str, lang: Lang) -> LongRun:
    from backprop_tutor.cli.console.spinner import progress
    from backprop_tutor.fast.choice import choose_trainer
    from backprop_tutor.training.long_run import train

    with progress(criteria, lang, shown=kind == "text") as report:
        return train(scenario, choose_trainer(scenario, criteria.epochs), criteria, report)


def _print(
    run: LongRun, kind: str, lang: Lang, notation: str | None, digits: int | None, asked_width: int | None
) -> None:
    from backprop_tutor.cli.console.output import colourful, json_text, say, width
    from backprop_tutor.cli.console.train_output import curve
    from backprop_tutor.lesson.training.long_run import training_document
    from backprop_tutor.records.training import training_record
    from backprop_tutor.render import render
    from backprop_tutor.render.terminal.braille import braille

    if kind == "json":
        say(json_text(training_record(run)))
        return
    columns = width(asked_width)
    text = render(
        training_document(run, lang, notation=notation, digits=digits), "text", width=columns, colour=colourful()
    )
    chart = curve(run, lang)
    say(f"{text}\n{braille(replace(chart, title=chart.up), columns)}", paged=True)


COMPARE_HELP = T(
    "Compare optimizers and learning rates: small loss curves side by side, and a table.",
    "比较优化器和学习率：并排的小损失曲线，加一张表。",
)
COMPARE_EXAMPLES = (
    "tutor compare xor --learning-rate 0.1,1,10",
    "tutor compare xor --optimizer sgd,adam --format json",
    "tutor compare mazur-two-two-two --optimizer sgd,momentum,adam --learning-rate 0.01,0.1,1 --epochs 500",
)
EPOCHS = 1000


def compare(
    scenario: ScenarioName,
    optimizer: Annotated[
        str | None,
        typer.Option(
            "--optimizer", metavar="NAMES", help=here(T("Such as sgd,momentum,adam.", "如 sgd,momentum,adam。"))
        ),
    ] = None,
    learning_rate: Annotated[
        str | None,
        typer.Option("--learning-rate", metavar="NUMBERS", help=here(T("Such as 0.01,0.1,1.", "如 0.01,0.1,1。"))),
    ] = None,
    epochs: Epochs = EPOCHS,
    until: Until = None,
    time: Time = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help=here(T("How to write it.", "输出格式。")))
    ] = "text",
    width: Width = None,
    lang: Language = None,
) -> int:
    """Trains in every way requested, prints the curves and the table."""
    from backprop_tutor.cli.console import output
    from backprop_tutor.cli.console.spinner import progress
    from backprop_tutor.lesson.training.comparison import charts, comparison_document, title
    from backprop_tutor.records.training import comparison_record
    from backprop_tutor.render import render
    from backprop_tutor.render.terminal.braille import side_by_side
    from backprop_tutor.scenario.load import load
    from backprop_tutor.training.stopping import criteria
    from backprop_tutor.whatif.comparison import compare as compared

    language, loaded = lang or spoken(), load(scenario)
    names = optimizers(optimizer or loaded.training.optimizer.partition("@")[0])
    steps = rates(learning_rate) if learning_rate else (loaded.training.learning_rate,)
    wanted = criteria({}, **goals(until or ()), epochs=epochs, seconds=duration(time) if time else None)

    def watch(name: str, rate: float) -> AbstractContextManager[Callable[[Progress], object]]:
        return progress(wanted, language, shown=format_ == "text", title=title(name, rate, language))

    contenders = list(compared(loaded, names, steps, wanted, watch))
    if format_ == "json":
        output.say(output.json_text(comparison_record(contenders)))
    else:
        columns = output.width(width)
        text = render(
            comparison_document(loaded.title, contenders, language), "text", width=columns, colour=output.colourful()
        )
        output.say(f"{side_by_side(charts(contenders, language), columns)}\n{text}", paged=True)
    return INTERRUPTED if contenders[-1].run.stopped == "interrupted" else 0
