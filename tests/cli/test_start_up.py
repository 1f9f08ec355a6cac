"""A command loads what it uses: no other notation, view, output, kind of file or library (no timing is asserted)."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from backprop_tutor.practice.course.course import read_course
from backprop_tutor.scenario.load import load

IDLE = {
    "backprop_tutor": ("practice", "verify.differences", "verify.exact", "whatif"),
    "backprop_tutor.fast": ("array_trainer", "codegen", "history", "jit", "program_trainer"),
    "backprop_tutor.formula": ("parse", "printing.latex", "printing.mathml"),
    "backprop_tutor.lesson": ("checks", "derive", "picture", "standalone", "training.chart"),
    "backprop_tutor.lesson.views": ("deltas", "matrix"),
    "backprop_tutor.notation": ("brackets", "nielsen", "pdp", "theta"),
    "backprop_tutor.render": ("html", "markdown", "svg"),
    "backprop_tutor.scenario": (
        "build_graph",
        "checks.graph",
        "checks.validate",
        "schema.errors",
        "schema.hints",
        "schema.model",
        "starter",
        "yaml.errors",
    ),
    "backprop_tutor.training": ("initialise", "long_run"),
    "rich": ("cells", "console", "markdown", "progress", "syntax", "table"),
}
LIBRARIES = {"fsrs", "jsonschema", "numba", "numpy.random", "platformdirs", "pydantic", "sqlite3", "sympy", "yaml"}
UNUSED = {f"{room}.{name}" for room, names in IDLE.items() for name in names} | LIBRARIES


def loaded_by(*call: str) -> set[str]:
    """The modules that a call loads in a process of its own."""
    code = (
        "import sys; from backprop_tutor.cli.app import start\n"
        f"assert start({call!r}) == 0; print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    return set(done.stderr.split())


def test_run_loads_what_its_lesson_uses_and_nothing_else() -> None:
    """The first lesson is in the notation `nodes` and the view `paths`, a sound network in plain text.

    It was read before: neither YAML nor pydantic is loaded.
    """
    load("two-two-one")
    loaded = loaded_by("run", "two-two-one")
    assert {
        "backprop_tutor.notation.nodes",
        "backprop_tutor.lesson.views.paths",
        "backprop_tutor.render.terminal",
    } <= loaded
    assert not UNUSED & loaded


BEFORE_AN_ANSWER = {
    "backprop_tutor.practice": {"course.beside", "course.course_file", "diagnosis", "mistakes", "quiz.feedback"},
    "backprop_tutor.scenario": {"checks.validate", "schema.course_model", "yaml.source"},
}
"""What the course loads when an answer is judged, or a file of a class is read."""
UNUSED_TO_ASK = {f"{room}.{name}" for room, names in BEFORE_AN_ANSWER.items() for name in names} | {"pydantic", "yaml"}


def test_the_course_asks_before_it_loads_what_judges(tmp_path: Path) -> None:
    """The first question and the map of the course, both read before: no file is read, no mistake is known yet."""
    load(next(iter(read_course().units.values())).scenario)
    state = ("--state", str(tmp_path))
    for call in (("--answers", os.devnull, "--seed", "3"), ("--map",)):
        assert not UNUSED_TO_ASK & loaded_by("learn", *state, *call)


def test_what_is_not_to_be_loaded_is_there() -> None:
    """A module that was renamed would be missed by no one."""
    own = {name for name in UNUSED | UNUSED_TO_ASK if name.startswith(("backprop_tutor", "rich"))}
    assert not {name for name in own if find_spec(name) is None}
