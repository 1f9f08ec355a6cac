"""What is shown is what was computed: every member of every equation of every bundled scenario is evaluated.

So are those of the files in `scenarios` beside this one, which hold whatever the format has and no bundled one uses.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.evaluate import agree_exactly, exact
from backprop_tutor.formula.nodes import Formula, Num, symbols
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson import forward, phrases
from backprop_tutor.lesson.document import Block, Equation
from backprop_tutor.lesson.inline import has_letters
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.lesson.update import update
from backprop_tutor.lesson.views.table import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.schema import choices
from backprop_tutor.training.train_step import Run
from tests.conftest import side_by_side
from tests.lesson.evaluation import Values, equations, scale
from tests.scenarios.of_numbers import BUNDLED

RELATIVE = 1e-9
DIGITS = 6
RARE = {path.stem: path for path in sorted((Path(__file__).parent / "scenarios").iterdir())}


def names() -> tuple[str, ...]:
    """Every bundled scenario, and the files beside this one."""
    return (*(entry.name for entry in bundled()), *RARE)


@cache
def load(name: str) -> Scenario:
    """The scenario of that name, from either place."""
    return bt.load(RARE[name]) if name in RARE else BUNDLED[name]


@cache
def run(name: str) -> Run:
    """All steps of the scenario of that name."""
    return bt.run(load(name))


def lessons(name: str, notation: str | None = None) -> list[Lesson]:
    """The lessons of a scenario, a step each."""
    written = choose_notation(load(name).graph, notation)
    return [Lesson(load(name), step, written, "en", DIGITS) for step in run(name).steps]


def told(lesson: Lesson, view: str) -> tuple[Block, ...]:
    """The whole lesson of one step."""
    chosen = VIEWS[view]
    sections = (forward.given(lesson), chosen.forward(lesson), forward.loss(lesson), chosen.backward(lesson))
    moved = (update(lesson),) if lesson.graph.parameters else ()
    return tuple(section for section in (*sections, *moved) if section is not None)


def cases() -> Iterator[tuple[str, str, str]]:
    """Every scenario in every notation and in every view that fits it, taken side by side."""
    for turn, name in enumerate(names()):
        notations = [each.name for each in NOTATIONS.values() if each.fits(load(name).graph)]
        views = [each.name for each in VIEWS.values() if each.fits(load(name).graph)]
        yield from ((name, notation, view) for notation, view in side_by_side(turn, notations, views))


def written_cases() -> list[tuple[str, str]]:
    """Every scenario in every notation that fits it."""
    return [(name, n.name) for name in names() for n in NOTATIONS.values() if n.fits(load(name).graph)]


@pytest.mark.parametrize(("name", "notation", "view"), list(cases()))
def test_every_member_of_every_equation_has_the_value_it_ends_in(name: str, notation: str, view: str) -> None:
    """Formula, numbers and result of a line are the same number, in full precision, in every notation and view.

    `=` between numbers holds to the last figure shown; `≈` to what rounding the figures can explain.
    """
    for lesson in lessons(name, notation):
        values = Values(lesson)
        for equation in equations(told(lesson, view)):
            _members_agree(equation, values)
            _signs_hold(equation)


def _members_agree(equation: Equation, values: Values) -> None:
    members: list[Formula] = [link.right for link in equation.links]
    if equation.links and equation.links[0].sign == "=":
        members.insert(0, equation.left)
    worth = [(member, value) for member in members if (value := values.of(member)) is not None]
    letters = equation.links[0].sign == "←" or any("Δ" in s.base or s.base == "⋯" for m in members for s in symbols(m))
    assert worth or letters, f"nothing of {equation} can be evaluated"
    floor = 1e-12 * max((scale(m, values.known) for m, _ in worth), default=0.0)
    for member, value in worth:
        assert value == pytest.approx(worth[-1][1], rel=RELATIVE, abs=floor), member


def _signs_hold(equation: Equation) -> None:
    for before, link in pairwise(equation.links):
        if has_letters(before.right) or link.sign not in "=≈":
            continue
        left, right = exact(before.right), exact(link.right)
        if link.sign == "=":
            assert agree_exactly(before.right, link.right)
        elif isinstance(link.right, Num) and left is not None and right is not None:
            floor = scale(before.right, {}) * 10.0 ** (2 - DIGITS)
            assert math.isclose(left, right, rel_tol=10.0 ** (2 - DIGITS), abs_tol=floor)


@pytest.mark.parametrize(("name", "notation"), written_cases())
def test_a_value_keeps_its_figures_in_every_notation(name: str, notation: str) -> None:
    """The letters change with the notation, the numbers of the forward pass do not."""
    plain, written = lessons(name)[0], lessons(name, notation)[0]
    figures = [[e.links[-1].right for e in equations((forward.forward(one),))] for one in (plain, written)]
    assert figures[0] == figures[1]


def test_a_scenario_file_may_ask_for_just_the_views_there_are() -> None:
    """The room that reads files lies below the lessons: its list of views is held equal to their table here."""
    assert choices.views() == tuple(VIEWS)


def test_a_loss_of_a_saturated_output_says_what_it_is_computed_from(tmp_path: Path) -> None:
    """ln(1 − 1) has no value, the loss of 40 has: the line says why, and no other line says it."""
    layer = {"units": 1, "activation": "sigmoid", "weights": [[40]]}
    row = {"x": 1, "y": 0}
    scenario = {
        "title": "t",
        "network": {"inputs": 1, "layers": [layer]},
        "loss": "binary_cross_entropy",
        "data": [row],
    }
    file = tmp_path / "saturated.yaml"
    file.write_text(json.dumps(scenario))
    said = phrases.SATURATED_LOSS.en

    assert said in bt.render(bt.teach(bt.run(bt.load(file))), "text", width=120)
    assert said not in bt.render(bt.teach(bt.run(bt.load("logistic-regression"))), "text", width=120)
