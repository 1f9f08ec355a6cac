"""A command loads what it uses: no other notation, view, output, kind of file or library (no timing is asserted)."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

IDLE = {
    "backprop_tutor.engine": ("compiled", "exact", "initialise", "long_run", "machine", "verify", "world"),
    "backprop_tutor.formula": ("latex", "mathml", "parse", "tokens"),
    "backprop_tutor.lesson": ("chart", "deltas", "derive", "matrix", "nudge", "picture", "published", "script"),
    "backprop_tutor.notation": ("brackets", "nielsen", "pdp", "theta"),
    "backprop_tutor.render": ("html", "markdown", "svg"),
    "backprop_tutor.scenario": ("expressions", "graph_checks", "hints", "schema_errors", "starter", "yaml_errors"),
    "backprop_tutor": ("practice",),
    "rich": ("cells", "console", "markdown", "progress", "syntax", "table"),
}
LIBRARIES = {"fsrs", "jsonschema", "numba", "numpy.random", "platformdirs", "sqlite3", "sympy"}
UNUSED = {f"{room}.{name}" for room, names in IDLE.items() for name in names} | LIBRARIES

RUN = """
import sys
from backprop_tutor.cli.app import start
assert start(["run", "two-two-one"]) == 0
print(*sys.modules, file=sys.stderr)
"""


def test_run_loads_what_its_lesson_uses_and_nothing_else() -> None:
    """The first lesson is in the notation `nodes` and the view `paths`, a sound network in plain text."""
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, encoding="utf-8", check=True)
    loaded = set(done.stderr.split())
    assert {"backprop_tutor.notation.nodes", "backprop_tutor.lesson.paths", "backprop_tutor.render.terminal"} <= loaded
    assert not UNUSED & loaded


def test_what_is_not_to_be_loaded_is_there() -> None:
    """A module that was renamed would be missed by no one."""
    own = {name for name in UNUSED if name.startswith(("backprop_tutor", "rich"))}
    assert not {name for name in own if find_spec(name) is None}
