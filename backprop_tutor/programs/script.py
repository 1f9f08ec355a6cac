"""The reference program as a file that runs: the numbers, ``backward``, and the gradients printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backprop_tutor.errors import visible
from backprop_tutor.graph.array import np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.diagnosis import program_of
from backprop_tutor.programs.execution import given_values
from backprop_tutor.programs.layout import LAYOUTS, WHAT
from backprop_tutor.programs.reference import Program
from backprop_tutor.registry import find
from backprop_tutor.text import Lang, T

ABOUT = T("The backward pass of: {title}", "反向传播：{title}")
LAYOUT = T("Here {layout}.", "这里{layout}。")
FORWARD, BACKWARD = T("forward", "前向"), T("backward", "反向")
CHECK = T(
    "'tutor diagnose SCENARIO --gradients gradients.npz' names the mistake in the gradients of another program.",
    "用 'tutor diagnose 场景 --gradients gradients.npz' 可以找出另一个程序的梯度错在哪里。",
)
ERF = "from math import erf as _erf\n\nerf = np.vectorize(_erf, otypes=[float])"


def backward_script(scenario: Scenario, lang: Lang, layout: str = "rows") -> str:
    """The backward pass of a scenario's first step as a Python file in a layout.

    Raises TutorError for a layout that is not known and for a graph of formulas.
    """
    program = program_of(scenario, find(LAYOUTS, layout, WHAT))
    return "\n".join(_lines(scenario, program, lang)) + "\n"


def _lines(scenario: Scenario, program: Program, lang: Lang) -> Iterator[str]:
    title = visible(scenario.title[lang]).replace("\\", "\\\\").replace('"', "'")
    yield f'"""{ABOUT[lang].format(title=title)}'
    yield ""
    yield LAYOUT.format(layout=program.layout.said)[lang]
    yield CHECK[lang]
    yield '"""'
    yield ""
    yield "import numpy as np"
    if any("erf(" in line.text for line in program.lines):
        yield ERF
    yield ""
    names = [name for name in program.given if name != "learning_rate"]
    values = given_values(scenario, program.layout)
    for name in names:
        yield f"{name} = {_number(values[name])}"
    yield ""
    yield ""
    yield f"def backward({', '.join(names)}):"
    yield from (f"    {line}" for line in function_body(program, lang))
    yield ""
    yield ""
    yield f"for name, gradient in backward({', '.join(names)}).items():"
    yield '    print(f"d{name} =", gradient.tolist())'


def function_body(program: Program, lang: Lang) -> Iterator[str]:
    """The lines of the function: forward, backward, what it gives."""
    in_backward = False
    for line in program.lines:
        if line.role == "count":
            yield str(line)
            yield f"# {FORWARD[lang]}"
            continue
        if not in_backward and line.role.startswith("output"):
            in_backward = True
            yield f"# {BACKWARD[lang]}"
        yield str(line)
    yield "return {" + ", ".join(f'"{name[1:]}": {name}' for name in program.gradients) + "}"


def _number(value: Any) -> str:
    if np.ndim(value) == 0:
        return repr(value.item() if isinstance(value, np.generic) else value)
    return f"np.array({np.asarray(value).tolist()})"
