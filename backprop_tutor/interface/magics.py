"""IPython: ``%load_ext backprop_tutor`` gives ``%%scenario`` (YAML in a cell) and ``%tutor ARGUMENTS``."""

from __future__ import annotations

import shlex
from typing import Any

from backprop_tutor.errors import Problem, TutorError, describe, visible
from backprop_tutor.interface.library import scenario_of_text
from backprop_tutor.interface.shown import Net
from backprop_tutor.text import T

VARIABLE = "net"
NO_NAME = T(
    "'{name}' cannot be the name of a variable; write %%scenario or %%scenario NAME",
    "'{name}' 不能用作变量名；请写 %%scenario 或 %%scenario 名字",
)


def register(shell: Any) -> None:
    """Make the two magics known to a running IPython."""

    def scenario(line: str, cell: str) -> Net | None:
        """YAML of a cell as a scenario, kept as the variable named after %%scenario, or as `net`."""
        name = line.strip() or VARIABLE
        try:
            if not name.isidentifier():
                raise TutorError(NO_NAME.format(name=visible(name)))
            net = scenario_of_text(cell)
        except TutorError as error:
            _say(error)
            return None
        shell.user_ns[name] = net
        return net

    def tutor(line: str) -> None:
        """A call of the program, such as %tutor run two-two-one."""
        from backprop_tutor.cli.app import start

        start(shlex.split(line))

    shell.register_magic_function(scenario, "cell", "scenario")
    shell.register_magic_function(tutor, "line", "tutor")


def _say(error: TutorError) -> None:
    for problem in error.problems:
        print(_described(problem))  # noqa: T201 - a notebook's cell has no other place for it


def _described(problem: Problem) -> str:
    return describe(problem, "en")
