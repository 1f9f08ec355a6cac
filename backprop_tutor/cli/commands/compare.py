"""``tutor compare``: the same training with several optimizers and learning rates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.commands.train import Epochs, Time, Until
from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language, ScenarioName, Width
from backprop_tutor.cli.console.output import INTERRUPTED
from backprop_tutor.cli.console.typed import duration, goals, optimizers, rates
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.training.long_run import Progress

HELP = T(
    "Compare optimizers and learning rates: small loss curves side by side, and a table.",
    "比较优化器和学习率：并排的小损失曲线，加一张表。",
)
EXAMPLES = (
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
    from backprop_tutor.lesson.training.comparison import charts, tell, title
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
        told = render(tell(loaded.title, contenders, language), "text", width=columns, colour=output.colourful())
        output.say(f"{side_by_side(charts(contenders, language), columns)}\n{told}", paged=True)
    return INTERRUPTED if contenders[-1].run.stopped == "interrupted" else 0
