"""``tutor import``: weights of another program into a scenario, or a model in the ONNX format as one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.text import Lang, T

HELP = T(
    "Put weights from a file into a scenario of the same sizes, or make a scenario of a model.onnx.",
    "把文件中的权重放进大小相同的场景，或由 model.onnx 生成场景。",
)
EXAMPLES = (
    "tutor import weights.npz --into two-layer-batch -o trained.yaml",
    "tutor import model.onnx -o model.yaml",
    "tutor import model.safetensors --into net.yaml --layout torch -o trained.yaml",
    "tutor import model.safetensors --into net.yaml -o trained.yaml --expect 0.61,0.39",
)
FILE = T(
    "The weights, under any usual names: W1 and b1, 0.weight, fc1.bias, dense/kernel, Theta1.",
    "权重文件；常见的名字都可以：W1、b1、0.weight、fc1.bias、dense/kernel、Theta1。",
)
INTO = T(
    "The scenario whose weights are replaced; without one, a model.onnx becomes a scenario.",
    "要替换权重的场景；不写时，由 model.onnx 生成场景。",
)
NO_SCENARIO = T(
    "'{file}' holds weights only: say which scenario they belong to, --into SCENARIO",
    "'{file}' 中只有权重：请用 --into 场景 说明它们属于哪个场景",
)
MADE_UP = T(
    "The file has no examples and no loss: x and y are made up, the loss is the mean squared error. Replace them.",
    "文件中没有样本和损失：x 和 y 是虚构的，损失用均方误差。请替换。",
)
LAYOUT = T(
    "torch (outputs by inputs) or rows (inputs by outputs), where the shapes do not tell.",
    "形状看不出时写明：torch（输出×输入）或 rows（输入×输出）。",
)
KEPT = T("Not in the file, so kept as they were: {names}", "文件中没有，保持原样：{names}")
CHECK = T(
    "With these weights the first example gives {outputs}; compare it with your program's, or have it checked: --expect and "
    "its numbers.",
    "用这些权重，第一个样本的输出是 {outputs}；请与你的程序对照，或用 --expect 写出它的数来核对。",
)
EXPECT = T(
    "What your program gives for the first example, numbers with commas between them; another output is an error.",
    "你的程序对第一个样本的输出，各数用逗号隔开；输出不同就报错。",
)
NEEDS_INTO = T("'--expect' needs --into: a model alone has no example", "'--expect' 需要 --into：只有模型时没有样本")
NO_NUMBERS = T("'{given}' is no list of numbers such as 0.61,0.39", "'{given}' 不是 0.61,0.39 这样的一列数")
OTHER_OUTPUT = T(
    "with these weights the first example gives {outputs}, not {expected}; a matrix may be transposed (see --layout) or hold "
    "the numbers of another one; nothing was written",
    "用这些权重，第一个样本的输出是 {outputs}，而不是 {expected}；可能有矩阵被转置（见 --layout），或装着别的矩阵的数；没有写文件",
)
DIGITS = 6
CLOSE = 1e-4
"""Outputs agree to four figures, as single precision and a few typed digits allow."""


def import_weights(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=here(FILE))],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=here(T("Where to.", "写到哪里。")))],
    into: Annotated[str | None, typer.Option("--into", "--like", metavar="SCENARIO", help=here(INTO))] = None,
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help=here(LAYOUT))] = "auto",
    expect: Annotated[str | None, typer.Option("--expect", metavar="NUMBERS", help=here(EXPECT))] = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Reads both, puts the weights into the scenario, writes it, and prints the network's outputs."""
    from dataclasses import replace

    from backprop_tutor.cli.console.files import WRITTEN, claim_room, write
    from backprop_tutor.programs.weights import weights_into
    from backprop_tutor.scenario.load import build, read
    from backprop_tutor.scenario.save import saved
    from backprop_tutor.training.train_step import run_scenario

    language = lang or spoken()
    claim_room(output, force=force)
    if into is None:
        if expect is not None:
            raise TutorError(NEEDS_INTO)
        _as_scenario(file, output, force, language)
        return
    described, source = read(into)
    scenario = build(described, source)
    found = weights_into(scenario, file, layout)
    kept = [name for name in scenario.parameters if found[name] is scenario.parameters[name]]
    run = run_scenario(replace(scenario, parameters=found), 1)
    last = run.steps[0].trace.values[scenario.graph.layers[-1].output][:, 0].tolist()
    if expect is not None:
        _compare(last, expect)
    write(output, saved(described, scenario.graph, found), force=force)
    typer.echo(WRITTEN.format(file=output)[language], err=True)
    if kept:
        typer.echo(KEPT.format(names=", ".join(kept))[language], err=True)
    if expect is None:
        typer.echo(CHECK.format(outputs=_shown(last))[language], err=True)


def _compare(outputs: list[float], given: str) -> None:
    """Raises TutorError where the outputs are not those that are expected."""
    from math import isclose

    try:
        expected = [float(part) for part in given.split(",")]
    except ValueError:
        raise TutorError(NO_NUMBERS.format(given=visible(given))) from None
    agree = len(expected) == len(outputs) and all(
        isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE / 100) for one, other in zip(outputs, expected, strict=True)
    )
    if not agree:
        raise TutorError(OTHER_OUTPUT.format(outputs=_shown(outputs), expected=_shown(expected)))


def _as_scenario(file: Path, output: Path, force: bool, lang: Lang) -> None:
    """Writes the scenario of a model in the ONNX format, and prints its outputs."""
    from backprop_tutor.cli.console.files import WRITTEN, write
    from backprop_tutor.programs.models.onnx import scenario_of_onnx
    from backprop_tutor.scenario.checks.validate import validated
    from backprop_tutor.scenario.load import build
    from backprop_tutor.scenario.save import yaml_text
    from backprop_tutor.scenario.yaml.source import source_of
    from backprop_tutor.training.train_step import run_scenario

    if file.suffix.lower() != ".onnx":
        raise TutorError(NO_SCENARIO.format(file=visible(str(file))))
    text = yaml_text(scenario_of_onnx(file))
    scenario = build(*validated(source_of(str(output), text.encode())))
    trace = run_scenario(scenario, 1).steps[0].trace
    last = [name for name in scenario.graph.formulas or {} if name != "L"][-1]
    write(output, text, force=force)
    typer.echo(WRITTEN.format(file=output)[lang], err=True)
    typer.echo(MADE_UP[lang], err=True)
    typer.echo(CHECK.format(outputs=_shown(trace.value(last).reshape(-1).tolist()))[lang], err=True)


def _shown(outputs: list[float]) -> str:
    return ", ".join(f"{value:.{DIGITS}g}" for value in outputs)
