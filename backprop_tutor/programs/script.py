"""The reference program as a file that runs: the numbers, ``backward``, and the gradients printed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from inspect import getsource
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.graph.array import np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.diagnosis import program_of
from backprop_tutor.programs.execution import given_values
from backprop_tutor.programs.graphs.helpers import HELPERS
from backprop_tutor.programs.graphs.program import given as graph_given
from backprop_tutor.programs.graphs.program import graph_program
from backprop_tutor.programs.layout import LAYOUTS, WHAT
from backprop_tutor.programs.reference import Line, Program
from backprop_tutor.registry import find
from backprop_tutor.text import Lang, T
from backprop_tutor.training.train_step import first_trace

ABOUT = T("The backward pass of: {title}", "反向传播：{title}")
LAYOUT = T("Here {layout}.", "这里{layout}。")
FORWARD, BACKWARD = T("forward", "前向"), T("backward", "反向")
AS_WRITTEN = T("Here every array has the axes it has in the scenario.", "这里每个数组的轴与场景中的相同。")
IN_FRONT = T(
    "Here every array has the axes it has in the scenario, and those of each example have the examples in front.",
    "这里每个数组的轴与场景中的相同；每个样本各有的数组，样本轴在最前。",
)
OWN_AXES = T(
    "'layout' is of networks of dense layers; this scenario is a graph, whose arrays have the axes of its file",
    "'layout' 只用于全连接网络；这个场景是计算图，数组的轴与文件中的相同",
)
CHECK = T(
    "'tutor diagnose SCENARIO --gradients gradients.npz' names the mistake in the gradients of another program.",
    "用 'tutor diagnose 场景 --gradients gradients.npz' 可以找出另一个程序的梯度错在哪里。",
)
SIGNATURE = re.compile(r": Any|: int| -> Any")
ERF = "from math import erf as _erf\n\nerf = np.vectorize(_erf, otypes=[float])"


def backward_script(scenario: Scenario, lang: Lang, layout: str = "") -> str:
    """The backward pass of a scenario's first step as a Python file: of dense layers in a layout, of a graph in its axes.

    Raises TutorError for a layout that is not known, for one of a graph, and where an operation has no lines.
    """
    program, values, said = program_of_step(scenario, layout)
    return "\n".join(_lines(scenario, program, values, said, lang)) + "\n"


def program_of_step(scenario: Scenario, layout: str = "") -> tuple[Program, Mapping[str, Any], T]:
    """The reference program of a scenario's first step, what is given to it, and how its arrays are held, in words.

    Raises TutorError as `backward_script` does.
    """
    if scenario.graph.dense is not None:  # only the arrays of dense layers are held in several ways
        chosen = find(LAYOUTS, layout or "rows", WHAT)
        return program_of(scenario, chosen), given_values(scenario, chosen), LAYOUT.format(layout=chosen.said)
    if layout:
        raise TutorError(OWN_AXES)
    program = read_lines(graph_program(scenario.graph, scenario.examples, inputs=not scenario.graph.parameters))
    trace = first_trace(scenario)
    return program, graph_given(scenario.graph, trace), IN_FRONT if scenario.examples > 1 else AS_WRITTEN


def read_lines(program: Program) -> Program:
    """A program without the lines that no gradient and no later line reads, but for the value of the loss."""
    kept: list[Line] = []
    read = set(program.gradients)
    loss = next((line.name.removeprefix("d") for line in program.lines if line.role == "adjoint"), "")
    for line in reversed(program.lines):
        if line.name in read or line.name == loss:
            kept.append(line)
            read |= {node.id for node in ast.walk(ast.parse(line.text)) if isinstance(node, ast.Name)}
    return replace(program, lines=tuple(reversed(kept)))


def _lines(scenario: Scenario, program: Program, values: Mapping[str, Any], said: T, lang: Lang) -> Iterator[str]:
    title = visible(scenario.title[lang]).replace("\\", "\\\\").replace('"', "'")
    yield f'"""{ABOUT[lang].format(title=title)}'
    yield ""
    yield said[lang]
    yield CHECK[lang]
    yield '"""'
    yield ""
    yield from preamble(program)
    names = names_given(program)
    for name in names:
        yield f"{name} = {number_text(values[name])}"
    yield ""
    yield ""
    yield f"def backward({', '.join(names)}):"
    yield from (f"    {line}" for line in function_body(program, lang))
    yield ""
    yield ""
    yield f"for name, gradient in backward({', '.join(names)}).items():"
    yield '    print(f"d{name} =", np.asarray(gradient).tolist())'


def preamble(program: Program) -> Iterator[str]:
    """What the lines of a program need before them: imports, and the functions they call."""
    text = "\n".join(map(str, program.lines))
    yield "import numpy as np"
    if "erf(" in text:
        yield ERF
    yield ""
    for name, helper in HELPERS.items():
        if f"{name}(" in text:
            yield ""
            yield SIGNATURE.sub("", getsource(helper))


def names_given(program: Program) -> list[str]:
    """What the lines read that is there before the first of them."""
    text = "\n".join(line.text for line in program.lines)
    return [name for name in program.given if re.search(rf"\b{name}\b", text)]


def passes(program: Program) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines of the forward pass, and those of the backward pass."""
    begins = (i for i, line in enumerate(program.lines) if line.role.startswith(("output", "adjoint")))
    start = next(begins, len(program.lines))
    return program.lines[:start], program.lines[start:]


def function_body(program: Program, lang: Lang) -> Iterator[str]:
    """The lines of the function: forward, backward, what it gives."""
    forward, backward = passes(program)
    counted = [line for line in forward if line.role == "count"]
    yield from map(str, counted)
    yield f"# {FORWARD[lang]}"
    yield from (str(line) for line in forward if line not in counted)
    yield f"# {BACKWARD[lang]}"
    yield from map(str, backward)
    yield "return {" + ", ".join(f'"{name[1:]}": {name}' for name in program.gradients) + "}"


def number_text(value: Any) -> str:
    """A number or an array as Python writes it."""
    if np.ndim(value) == 0:
        return repr(np.asarray(value).item())
    return f"np.array({np.asarray(value).tolist()})"
