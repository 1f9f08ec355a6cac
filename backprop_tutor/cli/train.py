"""``tutor train``: many steps, the loss curve, and why it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.language import here, spoken
from backprop_tutor.cli.options import Digits, Force, Language, NotationName, ScenarioName, Width
from backprop_tutor.cli.quantities import duration, goals
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.engine.long_run import LongRun

HELP = T(
    "Train: repeat forward, backward, update until a criterion holds. Exit status 1 where it diverges.",
    "训练：反复做前向、反向、更新，直到满足停止条件。发散时退出状态为 1。",
)
EXAMPLES = (
    "tutor train xor",
    "tutor train mazur-two-two-two --epochs 10000 --plot loss.svg",
    "tutor train xor --until loss=1e-4 --time 10s --save trained.yaml",
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

LOSS, EPOCHS = T("loss", "损失"), T("epochs", "轮数")
PLOTS = T("'{file}' ends in '{ending}'; a plot can be {allowed}", "'{file}' 的后缀是 '{ending}'；图可以是 {allowed}")
WRITTEN = T("wrote {file}", "已写入 {file}")
STATUS = {"diverged": 1, "interrupted": 130}


def train(
    scenario: ScenarioName,
    epochs: Epochs = None,
    until: Until = None,
    time: Time = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help=here(T("The loss curve: .svg, .png.", "损失曲线：.svg、.png。"))),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help=here(T("The loss curve as CSV.", "损失曲线（CSV）。"))),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="FILE",
            help=here(T("A scenario with the trained parameters.", "写出带有训练后参数的场景。")),
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
    """Load, train, write the files asked for, print."""
    from backprop_tutor.cli.files import claim
    from backprop_tutor.cli.progress import progress
    from backprop_tutor.engine.criteria import criteria
    from backprop_tutor.engine.long_run import train as run
    from backprop_tutor.engine.machine import machine
    from backprop_tutor.scenario.load import build, read

    language = lang or spoken()
    for path in (plot, csv, save):
        if path is not None:
            claim(path, force=force)
    kind = None if plot is None else plot_kind(plot)
    file, source = read(scenario)
    loaded = build(file, source)
    limits = {"epochs": epochs, "seconds": None if time is None else duration(time)}
    wanted = criteria(loaded.training.stop, **goals(until or ()), **limits)
    with progress(wanted, language, shown=format_ == "text") as report:
        done = run(loaded, machine(loaded), wanted, report)
    ...
