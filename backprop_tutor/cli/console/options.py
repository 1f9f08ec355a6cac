"""The options that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Literal, TypeAlias

import typer

from backprop_tutor.cli.console.language import here
from backprop_tutor.formula.figures import FEWEST_FIGURES, FLOAT_FIGURES
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.choices import VIEWS
from backprop_tutor.text import T


def scenario_names(start: str) -> list[str]:
    """Bundled scenarios for shell completion."""
    return [entry.name for entry in bundled() if entry.name.startswith(start)]


def _entries(table: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """The entries of a table that begin as typed; the table is read on demand."""

    def begun(start: str) -> list[str]:  # typer knows the parameter by its annotation
        return [name for name in table() if name.startswith(start)]

    return begun


SCENARIO_HELP = T(
    "A scenario file, the name of a bundled scenario (see 'tutor list'), or - for standard input.",
    "场景文件、自带场景的名字（见 'tutor list'），或 -（标准输入）。",
)

ScenarioName: TypeAlias = Annotated[
    str, typer.Argument(metavar="SCENARIO", help=here(SCENARIO_HELP), autocompletion=scenario_names)
]
ScenarioNames: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help=here(SCENARIO_HELP), autocompletion=scenario_names)
]
Language: TypeAlias = Annotated[
    Literal["en", "zh"] | None,
    typer.Option("--lang", help=here(T("The language; else that of LANG.", "语言；默认取自 LANG。"))),
]
NotationName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--notation",
        metavar="NAME",
        autocompletion=_entries(choices.notations),
        help=here(T("The notation: {names}.", "记号：{names}。").format(names=", ".join(NOTATIONS))),
    ),
]
ViewName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--view",
        metavar="NAME",
        autocompletion=_entries(choices.views),
        help=here(T("The way to tell it: {names}.", "讲解方式：{names}。").format(names=", ".join(VIEWS))),
    ),
]
LearningRate: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--learning-rate",
        metavar="NUMBER",
        help=here(T("In place of the scenario's.", "代替场景中的学习率。")),
    ),
]
OptimizerName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        autocompletion=_entries(choices.optimizers),
        help=here(
            T("In place of the scenario's, such as momentum or adam.", "代替场景中的优化器，如 momentum、adam。")
        ),
    ),
]
Like: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--like",
        metavar="FRAMEWORK",
        autocompletion=_entries(choices.frameworks),
        help=here(
            T(
                "Compute as torch, keras, jax, tensorflow, tinygrad or sklearn where they differ ('tutor frameworks').",
                "按 torch、keras、jax、tensorflow、tinygrad 或 sklearn 的方式计算（区别见 'tutor frameworks'）。",
            )
        ),
    ),
]
AtStep: TypeAlias = Annotated[
    int,
    typer.Option(
        "--at-step",
        metavar="N",
        min=1,
        help=here(
            T("What a name without a step means: step N of the training.", "不带步数的名字指训练的第 N 步。"),
        ),
    ),
]
Digits: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--digits",
        metavar="N",
        min=FEWEST_FIGURES,
        max=FLOAT_FIGURES,
        help=here(T("Significant figures shown (6 if not said).", "显示的有效数字位数（默认 6 位）。")),
    ),
]
Derive: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--derive",
        help=here(
            T(
                "How the local derivatives come about, a gradient in closed form, and what keeping values saves.",
                "局部导数的由来、一个梯度的闭式，以及保留中间结果省了多少。",
            )
        ),
    ),
]
DetailName: TypeAlias = Annotated[
    Literal["brief", "normal", "full"],
    typer.Option(
        "--detail",
        help=here(
            T(
                "The results alone, each kind of line once in full, or every line and rule.",
                "只看结果；每种算式完整写一次；或者写出全部算式和规则。",
            )
        ),
    ),
]
Width: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--width",
        metavar="N",
        min=20,
        max=1000,
        help=here(T("Columns to use; else those of the terminal.", "使用的列数；默认为终端宽度。")),
    ),
]
Force: TypeAlias = Annotated[
    bool, typer.Option("--force", help=here(T("Overwrite a file that is there.", "覆盖已有的文件。")))
]
