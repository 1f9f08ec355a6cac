"""Every line of a derivation is true: its members agree with each other and with the function's slope, at any point."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Call, Formula, Num, Partial, Sym, substitute
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import FUSED_GRADIENTS
from backprop_tutor.lesson.derive.at_the_loss import FOLD_STEPS
from backprop_tutor.lesson.derive.derivation import closed_form, derivations
from backprop_tutor.lesson.derive.slope import STEPS, softmax
from backprop_tutor.lesson.document import Equation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.scenario.bundled import bundled
from tests.lesson.evaluation import Values, equations, scale

POINTS = [random.Random(seed) for seed in range(5)]
NAMES = [entry.name for entry in bundled()]
H = 1e-6


def lesson(name: str) -> Lesson:
    """The first step of a bundled scenario."""
    run = bt.run(bt.load(name))
    return Lesson(run.scenario, run.steps[0], choose_notation(run.scenario.graph, None), "en", 6)


def letters(base: str, count: int) -> tuple[Formula, ...]:
    """Bare letters with an index each."""
    return tuple(Sym(f"{base}{i}") for i in range(count))


def number(formula: Formula, values: Mapping[str, float]) -> float:
    """The value of a formula of numbers."""
    value = evaluate(formula, values)
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("draw", POINTS)
@pytest.mark.parametrize("name", STEPS)
def test_every_step_towards_a_slope_is_the_slope(name: str, draw: random.Random) -> None:
    """Each member equals the central difference of the function."""
    z = draw.uniform(-3, 3)
    compute = KNOWN[name].compute
    for member in STEPS[name](Sym("z")):
        assert number(member, {"z": z}) == pytest.approx(
            (compute(z + H) - compute(z - H)) / (2 * H), rel=1e-7, abs=1e-9
        )


@pytest.mark.parametrize("draw", POINTS)
@pytest.mark.parametrize("units", [2, 3, 6])
def test_the_jacobian_of_softmax_holds(units: int, draw: random.Random) -> None:
    """Every member of every line equals the others, and the entries are central differences of a softmax."""
    z = {f"z{i}": draw.uniform(-2, 2) for i in range(units)}
    known = z | probabilities(z)
    for line in softmax(letters("z", units), letters("a", units)):
        worth = [evaluate(link.right, known) for link in line.links]
        assert all(value == pytest.approx(worth[-1]) for value in worth if isinstance(value, float))
        if isinstance(line.left, Partial):
            assert worth[-1] == pytest.approx(slope_of_softmax(z, line.left), abs=1e-8)


def probabilities(z: Mapping[str, float]) -> dict[str, float]:
    """Softmax by its definition, and the sum it divides by."""
    e = {name: number(Call("exp", (Sym(name),)), z) for name in z}
    return {f"a{name[1:]}": value / sum(e.values()) for name, value in e.items()} | {"S": sum(e.values())}


def slope_of_softmax(z: Mapping[str, float], partial: Partial) -> float:
    """The central difference of one output by one z."""
    assert isinstance(partial.of, Sym)
    assert isinstance(partial.wrt, Sym)
    name = partial.wrt.base
    up, down = (probabilities({**z, name: z[name] + by})[partial.of.base] for by in (H, -H))
    return (up - down) / (2 * H)


@pytest.mark.parametrize("draw", POINTS)
@pytest.mark.parametrize("fold", FOLD_STEPS)
def test_every_step_of_a_fold_is_the_folded_derivative(fold: tuple[str, str], draw: random.Random) -> None:
    """For three outputs and targets that add up to 1."""
    y = [draw.uniform(0.1, 1) for _ in range(3)]
    known = {f"y{i}": value / sum(y) for i, value in enumerate(y)}
    known |= probabilities({f"z{i}": draw.uniform(-2, 2) for i in range(3)})
    a, target = letters("a", 3), letters("y", 3)
    columns = (np.array(units, dtype=object)[:, None] for units in (a, target))
    folded = number(FUSED_GRADIENTS[fold].written(*columns)[0, 0], known)
    for member in FOLD_STEPS[fold](a, target):
        assert number(member, known) == pytest.approx(folded)


def test_every_fold_is_explained() -> None:
    """The folds of the engine and the derivations of them are the same pairs."""
    assert set(FOLD_STEPS) == set(FUSED_GRADIENTS)


@pytest.mark.parametrize("name", NAMES)
def test_every_line_shown_for_a_bundled_scenario_is_true(name: str) -> None:
    """Left and all members of a line agree, at the numbers of the scenario or, for a bare x, at random ones."""
    told = lesson(name)
    values = Values(told)
    for section in derivations(told):
        for equation in equations((section,)):
            _true(equation, values)


def _true(equation: Equation, values: Values) -> None:
    x = random.Random(1).uniform(-1, 1)
    members = [substitute(m, {"x": Num(x, "x")}) for m in (equation.left, *(link.right for link in equation.links))]
    worth = [value for m in members if (value := values.of(m)) is not None]
    assert worth, equation
    floor = 1e-12 * max(scale(m, values.known) for m in members)
    assert all(value == pytest.approx(worth[-1], rel=1e-8, abs=max(floor, 1e-12)) for value in worth), equation


@pytest.mark.parametrize("name", ["single-unit", "circuits", "chain-rule-sine", "two-two-one", "logistic-regression"])
def test_small_graphs_have_a_closed_form_that_is_the_gradient(name: str) -> None:
    """The formula SymPy finds, evaluated, is the derivative of the trace."""
    told = lesson(name)
    (section,) = closed_form(told)
    line = section.blocks[-1]
    assert isinstance(line, Equation)
    found, shown = Values(told).of(line.links[0].right), line.links[-1].right

    assert isinstance(shown, Num)
    assert found == pytest.approx((shown.value,))


def test_a_large_graph_has_none() -> None:
    """What nobody would read is not written."""
    assert closed_form(lesson("lstm-cell")) == ()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_can_be_derived(name: str) -> None:
    """Each has a taught definition, or is the identity or softmax, which have steps of their own."""
    assert name in ("identity", "softmax") or KNOWN[name].taught is not None
