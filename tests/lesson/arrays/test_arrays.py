"""Lessons on graphs of arrays: every line is worth its value, every array and every element can be asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import Formula, Index, Matrix, Num, Partial, Sym, children
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import parse
from backprop_tutor.lesson.document import Document, Equation
from backprop_tutor.lesson.teach import teach
from backprop_tutor.render import render
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.training.train_step import Run, run_scenario
from tests.graph.scenarios import ARRAY_FILES, array_scenario
from tests.lesson.evaluation import equations

NAMES = tuple(ARRAY_FILES)
DIFFERENTIATED = tuple(name for name in NAMES if name != "several-outputs")


def run_of(name: str, folder: Path) -> Run:
    """The run of a scenario of these tests."""
    return run_scenario(array_scenario(name, folder))


@pytest.mark.parametrize("name", DIFFERENTIATED)
def test_every_line_is_worth_its_value(name: str, tmp_path: Path) -> None:
    """With every element written out, each formula of a line, its letters replaced by the run's own numbers, is its value."""
    run = run_of(name, tmp_path)
    checked = 0
    for step in run.steps[:1]:
        for equation in _element_lines(teach(Run(run.scenario, (step,)), detail="full")):
            values = {key: _value(run, key) for link in equation.links for key in _keys(link.right)}
            numbers = [evaluate(link.right, values) for link in equation.links if not _has_assignment(equation)]
            for number in numbers:
                assert isinstance(number, float)
                assert math.isclose(number, numbers[-1], rel_tol=2e-5, abs_tol=1e-5), equation
                checked += 1
    assert checked > 10


def _element_lines(document: Document) -> Iterator[Equation]:
    """The equations between numbers: those without a matrix or a whole array in them."""
    for equation in equations(document.blocks):
        parts = (equation.left, *(link.right for link in equation.links))
        if not any(_is_whole(part) for part in parts) and all(key for part in parts[1:] for key in _keys(part)):
            yield equation


def _is_whole(node: Formula) -> bool:
    whole = isinstance(node, (Matrix, Index)) or (isinstance(node, Sym) and (node.bold or not node.key))
    return whole or any(map(_is_whole, children(node)))


def _has_assignment(equation: Equation) -> bool:
    return any(link.sign in ("←", "→") for link in equation.links)


def _keys(node: Formula) -> tuple[str, ...]:
    if isinstance(node, (Sym, Partial)):
        return (node.key,)
    return tuple(key for part in children(node) for key in _keys(part))


def _value(run: Run, key: str) -> float:
    """A number of the first step by its contract name, inner steps included."""
    section, _, rest = key.partition(".")
    if key == "learning_rate":
        return run.scenario.training.learning_rate
    graph, trace = run.scenario.graph, run.steps[0].trace
    name = max(
        (n.name for n in graph.nodes if rest.startswith(n.name) and rest[len(n.name) :][:1] in ("", "[", "@")), key=len
    )
    quantity = parse(f"values.q{rest.removeprefix(name)}")
    assert quantity is not None
    node = graph.nodes[graph.index[name]]
    array = trace.adjoint(name) if section == "grads" else trace.value(name)
    example = None if node.shared else (quantity.example or 1) - 1
    return float(array[Element(graph.index[name], tuple(i - 1 for i in quantity.indices), example).place])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", ["graph", "matrix"])
@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_is_shown(name: str, view: str, lang: Lang, tmp_path: Path) -> None:
    """Both views, in both languages and every length, go through a renderer; the matrix view has no line of one element."""
    run = run_of(name, tmp_path)
    texts = [render(teach(run, lang, view=view, detail=detail)) for detail in ("normal", "full", "brief")]
    assert all(run.scenario.title[lang] in text for text in texts)
    assert len(texts[2]) < len(texts[1])


@pytest.mark.parametrize("name", DIFFERENTIATED)
def test_every_element_has_its_derivation(name: str, tmp_path: Path) -> None:
    """``--focus`` on any element, value or derivative, ends in its number."""
    run = run_of(name, tmp_path)
    graph, trace = run.scenario.graph, run.steps[0].trace
    for i, node in enumerate(graph.nodes[:-1]):
        if node.inner or trace.adjoints[i] is None or node.name in ("ids", "c", "upstream"):
            continue
        shape = (graph.shapes or ())[i]
        index = f"[{','.join('1' for _ in shape)}]" if shape else ""
        example = "@1" if not node.shared and run.scenario.examples > 1 else ""
        for section in ("values", "grads"):
            document = teach(run, focus=f"{section}.{node.name}{index}{example}")
            numbers = [equation.links[-1].right for equation in equations(document.blocks)]
            assert numbers, node.name
            assert all(isinstance(number, Num) or not children(number) for number in numbers[-1:])


def test_a_norm_has_three_ways(tmp_path: Path) -> None:
    """What comes back to x through the mean, the variance and directly are told apart, and add up."""
    text = render(teach(run_of("layer-norm", tmp_path), focus="grads.x[1]"))
    assert all(f"through ${way}" in text or way in text for way in ("μ", "σ²", "x̂"))


def test_what_reaches_no_output_is_marked(tmp_path: Path) -> None:
    """An idle node is shown with its value, and said not to reach the output."""
    assert "idle does not reach the output" in render(teach(run_of("layer-norm", tmp_path)))


@pytest.mark.parametrize(("formula", "line"), [("2 * sum(W * W)", "sum(W·W) ≈ "), ("sum(W * W)", "y = sum(W·W) ≈ ")])
def test_a_sum_of_very_many_numbers_is_written_by_its_arrays(formula: str, line: str, tmp_path: Path) -> None:
    """A sum of 4,900 squares has the formula of the array and its number, and not 4,900 terms."""
    file = tmp_path / "wide.yaml"
    file.write_text(
        "title: Wide\ngraph:\n  inputs: {a: 2}\n  parameters: {W: {init: he_normal, shape: [70, 70], seed: 1}}\n"
        f"  nodes: {{y: {formula}, L: a * y}}\n  output: L\n"
    )
    run = run_scenario(load(file))
    whole, focused = render(teach(run)), render(teach(run, focus="y"))
    assert "₁₁ + " not in whole + focused
    assert line in whole
    assert "tutor quiz" not in whole, "a quiz refuses so many numbers"


@pytest.mark.parametrize(("name", "made"), [("attention-head", "L = ((O"), ("skip-gram", "L = softplus(")])
def test_the_loss_in_focus_has_its_formula(name: str, made: str) -> None:
    """The loss of a graph without reported mean is shown as it is made, not as itself."""
    assert made in render(teach(run_scenario(load(name)), focus="L"))
