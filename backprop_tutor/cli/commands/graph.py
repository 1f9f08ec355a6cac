"""``tutor graph``: the network or the expression graph as a drawing."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language, NotationName, ScenarioName, Width
from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.formula.figures import FEWEST_FIGURES, FLOAT_FIGURES
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.lesson.lesson import Lesson
    from backprop_tutor.lesson.picture import Shown
    from backprop_tutor.text import Lang

HELP = T("Draw the network or the graph, with its values and derivatives.", "画出网络或计算图，标上值和导数。")
EXAMPLES = (
    "tutor graph two-two-one",
    "tutor graph two-two-one --after backward --focus W_ca",
    "tutor graph xor -o xor.svg --after backward",
    "tutor graph two-two-one --animate -o step.svg",
    "tutor graph xor --as-graph > xor-graph.yaml",
    "tutor graph lstm-cell --format dot | dot -Tpdf > lstm.pdf",
)
Format = Literal["text", "svg", "png", "mermaid", "dot"]
TEXT, TEXT_SUFFIX = "text", ".txt"

AFTER = T(
    "Show what is known at the start, after the forward pass, or after the backward pass.",
    "显示开始时、前向传播后，还是反向传播后已知的量。",
)
FOCUS = T(
    "Highlight the way from one quantity to the loss, such as W_ca or W1[1,1].",
    "突出从一个量到损失的路径，如 W_ca 或 W1[1,1]。",
)
EXAMPLE = T("The example whose values are shown.", "显示哪个样本的值。")
FORMAT = T(
    "How to write it; else what the file's ending says, else text.",
    "输出格式；默认由文件后缀决定，否则为文本。",
)
DIGITS = T("Significant figures shown (4 if not said).", "显示的有效数字位数（默认 4 位）。")
OUTPUT = T("Write to a file instead.", "改为写入文件。")
ANIMATE = T(
    "An SVG that moves: values forward, then derivatives back, once; no script, still where motion is not wanted.",
    "会动的 SVG：先向前出现各个值，再往回出现导数，只放一遍；不用脚本，系统设为减少动态效果时保持静止。",
)
AS_GRAPH = T(
    "Print the scenario file in which every layer is written out as formulas, instead of a drawing.",
    "不作图，而是输出把每一层都写成公式的场景文件。",
)
ONLY_SVG = T("--animate writes an SVG file: -o NAME.svg", "--animate 只写 SVG 文件：-o 名字.svg")
INTO_A_FILE = T("a PNG is written to a file: -o NAME.png", "PNG 要写入文件：-o 名字.png")
ASCII = T(
    "Draw in ASCII, for terminals that show some signs too wide.",
    "用 ASCII 作图，适合把某些符号显示得过宽的终端。",
)


def graph(
    scenario: ScenarioName,
    format_: Annotated[Format | None, typer.Option("--format", help=here(FORMAT))] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help=here(OUTPUT))] = None,
    after: Annotated[Literal["start", "forward", "backward"], typer.Option("--after", help=here(AFTER))] = "forward",
    focus: Annotated[str | None, typer.Option("--focus", metavar="NAME", help=here(FOCUS))] = None,
    example: Annotated[int, typer.Option("--example", metavar="N", min=1, help=here(EXAMPLE))] = 1,
    ascii_: Annotated[bool, typer.Option("--ascii", help=here(ASCII))] = False,
    animate: Annotated[bool, typer.Option("--animate", help=here(ANIMATE))] = False,
    as_graph: Annotated[bool, typer.Option("--as-graph", help=here(AS_GRAPH))] = False,
    notation: NotationName = None,
    digits: Annotated[
        int | None, typer.Option("--digits", metavar="N", min=FEWEST_FIGURES, max=FLOAT_FIGURES, help=here(DIGITS))
    ] = None,
    width: Width = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Loads, runs, draws, prints or writes."""
    if as_graph:
        _print_graph(scenario, output, force, lang)
        return
    from backprop_tutor.cli.console.files import WRITTEN, write
    from backprop_tutor.cli.console.output import colourful, say
    from backprop_tutor.cli.console.output import width as columns
    from backprop_tutor.lesson.picture import Shown, lesson_of, picture
    from backprop_tutor.render.drawings import DRAWINGS
    from backprop_tutor.scenario.load import load
    from backprop_tutor.training.train_step import run_scenario

    kind = format_ or _by_ending(output)
    _refuse(kind, output, animate=animate)
    lesson = lesson_of(run_scenario(load(scenario)), lang or spoken(), notation, digits)
    shown = Shown(after, example, focus)
    if kind == TEXT:
        colour = output is None and colourful()
        text = _text(lesson, shown, columns(width), colour=colour, ascii_=ascii_)
    elif animate:
        text = _animated(lesson, shown)
    else:
        text = DRAWINGS[kind](picture(lesson, shown))
    if output is None:
        say(text, paged=True)
        return
    write(output, text, force=force)
    typer.echo(WRITTEN.format(file=output)[lesson.lang], err=True)


def _print_graph(scenario: str, output: Path | None, force: bool, lang: Lang | None) -> None:
    """The scenario with its layers written out, as a file."""
    from backprop_tutor.cli.console.files import WRITTEN, write
    from backprop_tutor.cli.console.output import say
    from backprop_tutor.scenario.build_layers import graph_text
    from backprop_tutor.scenario.load import read

    text = graph_text(*read(scenario))
    if output is None:
        say(text.removesuffix("\n"), paged=True)
        return
    write(output, text, force=force)
    typer.echo(WRITTEN.format(file=output)[lang or spoken()], err=True)


def _refuse(kind: str, output: Path | None, *, animate: bool) -> None:
    """Raises TutorError for a format that cannot be written with these options."""
    from backprop_tutor.cli.console.train_output import NEEDS_RESVG

    if animate and (kind != "svg" or output is None):
        raise TutorError(ONLY_SVG)
    if kind == "png" and output is None:
        raise TutorError(INTO_A_FILE)
    if kind == "png" and find_spec("resvg_py") is None:
        raise TutorError(NEEDS_RESVG)


def _animated(lesson: Lesson, shown: Shown) -> str:
    """One step as an animated picture."""
    from backprop_tutor.lesson.picture import Shown as At
    from backprop_tutor.lesson.picture import picture
    from backprop_tutor.render.animation import animation

    stages: tuple[Literal["start", "forward", "backward"], ...] = ("start", "forward", "backward")
    return animation(*(picture(lesson, At(stage, shown.example, shown.focus)) for stage in stages))


def _by_ending(output: Path | None) -> str:
    """The format of a file by its ending. Raises TutorError for an unknown ending."""
    from backprop_tutor.cli.console.files import UNKNOWN_ENDING
    from backprop_tutor.render.drawings import DRAWINGS

    if output is None:
        return TEXT
    formats = {TEXT_SUFFIX: TEXT} | {suffix: one.name for one in DRAWINGS.values() for suffix in one.suffixes}
    ending = output.suffix.lower()
    if ending not in formats:
        near = did_you_mean(ending, formats)
        raise TutorError(UNKNOWN_ENDING.format(file=output, ending=ending, allowed=", ".join(formats), near=near))
    return formats[ending]


def _text(lesson: Lesson, shown: Shown, width: int, *, colour: bool, ascii_: bool) -> str:
    """The picture in characters, or the weights where it cannot be drawn."""
    from backprop_tutor.lesson.picture import matrices, page, picture
    from backprop_tutor.render import render
    from backprop_tutor.render.terminal.drawing import laid_out
    from backprop_tutor.render.terminal.formatter import Formatter

    document = matrices(lesson)
    if document is None:
        drawing = picture(lesson, shown)
        found = laid_out(drawing, Formatter(ascii=ascii_), width - 1)
        document = page(lesson, drawing, shown, fits=found is not None, short=bool(found and found[0] is not drawing))
    return render(document, "text", width=width, colour=colour, ascii=ascii_)
