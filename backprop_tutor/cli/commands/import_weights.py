"""``tutor import``: weights of another program into a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language
from backprop_tutor.text import T

HELP = T(
    "Put weights from a .npz, .npy, .safetensors, .json or .csv file into a scenario of the same sizes.",
    "把 .npz、.npy、.safetensors、.json 或 .csv 文件中的权重放进大小相同的场景。",
)
EXAMPLES = (
    "tutor import weights.npz --into two-layer-batch -o trained.yaml",
    "tutor import model.safetensors --into net.yaml --layout torch -o trained.yaml",
)
FILE = T(
    "The weights, under any usual names: W1 and b1, 0.weight, fc1.bias, dense/kernel, Theta1.",
    "权重文件；常见的名字都可以：W1、b1、0.weight、fc1.bias、dense/kernel、Theta1。",
)
INTO = T("The scenario whose weights are replaced.", "要替换权重的场景。")
LAYOUT = T(
    "torch (outputs by inputs) or rows (inputs by outputs), where the shapes do not tell.",
    "形状看不出时写明：torch（输出×输入）或 rows（输入×输出）。",
)
KEPT = T("Not in the file, so kept as they were: {names}", "文件中没有，保持原样：{names}")
CHECK = T(
    "With these weights the first example gives {outputs}; compare it with your program's.",
    "用这些权重，第一个样本的输出是 {outputs}；请与你的程序对照。",
)
DIGITS = 6


def import_weights(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=here(FILE))],
    into: Annotated[str, typer.Option("--into", metavar="SCENARIO", help=here(INTO))],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=here(T("Where to.", "写到哪里。")))],
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help=here(LAYOUT))] = "auto",
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
    described, source = read(into)
    scenario = build(described, source)
    found = weights_into(scenario, file, layout)
    kept = [name for name in scenario.parameters if found[name] is scenario.parameters[name]]
    run = run_scenario(replace(scenario, parameters=found), 1)
    write(output, saved(described, scenario.graph, found), force=force)
    typer.echo(WRITTEN.format(file=output)[language], err=True)
    if kept:
        typer.echo(KEPT.format(names=", ".join(kept))[language], err=True)
    last = run.steps[0].trace.values[scenario.graph.layers[-1].output][:, 0]
    outputs = ", ".join(f"{value:.{DIGITS}g}" for value in last.tolist())
    typer.echo(CHECK.format(outputs=outputs)[language], err=True)
