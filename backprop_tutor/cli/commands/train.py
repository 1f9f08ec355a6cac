"""``tutor train``: many steps, the loss curve, and why it stopped.

``tutor train --record FILE.csv``: every number of every update, written once the training has ended.

The loss curve of a training, in the terminal or as a picture.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.files import whole
from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import (
    Digits,
    Force,
    Language,
    LearningRate,
    NotationName,
    OptimizerName,
    ScenarioName,
    Width,
)
from backprop_tutor.cli.console.output import INTERRUPTED
from backprop_tutor.cli.console.spinner import UPDATES, counted
from backprop_tutor.cli.console.typed import duration, goals, rate
from backprop_tutor.cli.console.typed import optimizer as known
from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.lesson.training.chart import Chart, loss_curve
from backprop_tutor.text import Lang, T
from backprop_tutor.training.long_run import LongRun

if TYPE_CHECKING:
    from backprop_tutor.graph.scenario import Scenario
    from backprop_tutor.training.long_run import LongRun
    from backprop_tutor.training.stopping import Criteria


SUFFIX = ".csv"
RECORD_ENDING = T(
    "'{file}' ends in '{ending}'; a recording is a table, and its name ends in {allowed}",
    "'{file}' 的后缀是 '{ending}'；记录是一张表，文件名以 {allowed} 结尾",
)
WRITTEN = T(
    "wrote {file}: every value and every gradient before each update (rows: {rows}, numbers in a row: {numbers})",
    "已写入 {file}：每次更新前的每个值和每个梯度（共 {rows} 行，每行 {numbers} 个数）",
)


def claim_record(path: Path) -> None:
    """Make sure, before long work begins, that `path` is one of a table. Raises TutorError where it is not."""
    if path.suffix.lower() != SUFFIX:
        raise TutorError(RECORD_ENDING.format(file=path, ending=path.suffix, allowed=SUFFIX))


def write_record(path: Path, run: LongRun, lang: Lang, *, force: bool) -> str:
    """Carry out again what a training did, every number kept in a file at `path`; the sentence about it."""
    from backprop_tutor.records.table import RecordedTable

    table = RecordedTable.of(run.scenario, run.last.position.updates)
    with whole(path, force=force) as file:
        file.write(table.head.encode())
        for stretch in counted(table.stretches(), table.updates, attrgetter("until"), UPDATES[lang]):
            file.write(stretch.text.encode())
    return WRITTEN.format(file=path, rows=f"{table.updates:,}", numbers=f"{len(table.columns):,}")[lang]


SUFFIXES = (".svg", ".png")
PLOT_ENDING = T(
    "'{file}' ends in '{ending}'; a plot can be {allowed}{near}",
    "'{file}' 的后缀是 '{ending}'；图可以是 {allowed}{near}",
)
NO_CURVE = T("'{file}' was not written: a curve needs two points", "没有写出 '{file}'：曲线至少要有两个点")
NEEDS_RESVG = T(
    "a PNG needs resvg-py: pip install 'backprop-tutor[png]'; an .svg file needs nothing",
    "写 PNG 需要 resvg-py：pip install 'backprop-tutor[png]'；写 .svg 文件则什么都不需要",
)


def claim_plot(path: Path) -> None:
    """Make sure, before long work begins, that a plot can be written to `path`. Raises TutorError where it cannot."""
    if path.suffix.lower() not in SUFFIXES:
        near = did_you_mean(path.suffix.lower(), SUFFIXES)
        raise TutorError(PLOT_ENDING.format(file=path, ending=path.suffix, allowed=", ".join(SUFFIXES), near=near))
    if path.suffix.lower() == ".png" and find_spec("resvg_py") is None:
        raise TutorError(NEEDS_RESVG)


def curve(run: LongRun, lang: Lang) -> Chart:
    """The loss over the epochs."""
    return loss_curve(run.scenario.title[lang], run.points, lang)


def picture(chart: Chart, path: Path) -> str | bytes:
    """The chart in the format of `path`. Raises TutorError where there is nothing to draw or no way to draw it."""
    from backprop_tutor.render.chart_svg import png, svg

    if len(chart.drawn) < 2:
        raise TutorError(NO_CURVE.format(file=path))
    return png(chart) if path.suffix.lower() == ".png" else svg(chart)


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

Epochs = Annotated[
    int | None,
    typer.Option("--epochs", min=1, metavar="N", help=here(T("At most so many epochs.", "最多训练这么多轮。"))),
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
    """Load, train, print, write the files asked for."""
    from backprop_tutor.cli.console.files import WRITTEN, write
    from backprop_tutor.records.training import curve_table
    from backprop_tutor.scenario.load import build, read
    from backprop_tutor.scenario.save import saved
    from backprop_tutor.training.stopping import criteria

    language = lang or spoken()
    if record:
        claim_record(record)
    _claim(plot, csv, record, save, force=force)
    file, source = read(scenario, rate(learning_rate), known(optimizer))
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
    """Make sure of every file before the work begins."""
    from backprop_tutor.cli.console.files import claim_room

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
    from backprop_tutor.lesson.training.long_run import tell
    from backprop_tutor.records.training import training_record
    from backprop_tutor.render import render
    from backprop_tutor.render.terminal.braille import braille

    if kind == "json":
        say(json_text(training_record(run)))
        return
    columns = width(asked_width)
    told = render(tell(run, lang, notation=notation, digits=digits), "text", width=columns, colour=colourful())
    chart = curve(run, lang)
    say(f"{told}\n{braille(replace(chart, title=chart.up), columns)}", paged=True)
