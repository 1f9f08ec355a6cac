"""The program of a page is the engine's own: under Node it comes to Python's numbers, whatever is given."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from backprop_tutor.fast.javascript import LIBRARY, javascript
from backprop_tutor.fast.staged_run import staged_run
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.scenario.bundled import bundled
from tests.conftest import EXPLORES
from tests.page.pages import changed, loaded, numbers_of, with_numbers

NODE = shutil.which("node")
CLOSE = 1e-12
SEEDS = range(3) if EXPLORES else range(1)
INFINITE = "(key, value) => typeof value === 'number' && !Number.isFinite(value) ? String(value) : value"

needs_node = pytest.mark.skipif(NODE is None, reason="the programs of pages are not run: node is not installed here")


def under_node(code: str) -> Any:
    """What a program prints as JSON."""
    assert NODE is not None
    done = subprocess.run([NODE, "-"], input=code, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@needs_node
@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_every_number_is_that_of_python(name: str) -> None:
    """To 1e-12 of the number, or of the largest where numbers cancel, for numbers drawn at random."""
    scenario = loaded(name)
    staged = staged_run(scenario)
    inputs = [given.variable for given in staged.given]
    drawn = [changed(scenario, seed) for seed in SEEDS]
    wanted = [dict(numbers_of(with_numbers(scenario, numbers))) for numbers in drawn]
    program = javascript("P", inputs, staged.lines, [Sym(variable) for variable in wanted[0]])
    given = json.dumps([[numbers[each.name] for each in staged.given] for numbers in drawn])
    found = under_node(f"{LIBRARY}{program}console.log(JSON.stringify({given}.map(P), {INFINITE}))")
    for values, right in zip(found, wanted, strict=True):
        np.testing.assert_allclose(list(map(float, values)), list(right.values()), rtol=CLOSE, atol=CLOSE * 1e-3)


@needs_node
def test_erfc_is_right() -> None:
    """JavaScript has no erfc; ours is that of the C library, from −6 to 25, to 1e-13."""
    points = [float(x) for x in np.linspace(-6, 25, 400)]
    found = under_node(f"{LIBRARY}console.log(JSON.stringify({points}.map(erfc)))")
    np.testing.assert_allclose(found, [math.erfc(x) for x in points], rtol=1e-13)
