"""How a lesson on arrays tells its numbers: inner values, the place of a maximum, windows, steps, and nothing raw."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.nodes import ONE, Add, Call, Div, Formula, Lit, Mul, Num, Partial, Pow, children
from backprop_tutor.lesson.document import Block, Document, Drawing, Grid, Section, Table
from backprop_tutor.lesson.picture import lesson_of, picture
from backprop_tutor.lesson.teach import teach
from backprop_tutor.render import render
from backprop_tutor.render.latex import render_latex
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import LANGUAGES, Lang
from tests.cli.calls import called
from tests.lesson.evaluation import equations
from tests.scenarios.of_numbers import BUNDLED

ARRAYS = tuple(name for name, scenario in BUNDLED.items() if scenario.graph.shapes is not None)
ALL = tuple(entry.name for entry in bundled())

RNN = """
title: Three steps, then one unit
network:
  inputs: {steps: 3, units: 2}
  layers:
    - {kind: rnn, units: 2, weights: [[0.8, -0.3], [0.2, 0.5]], recurrent: [[0.5, 0.1], [-0.4, 0.3]], bias: [0.1, 0], return: last}
    - {units: 1, activation: sigmoid, weights: [[0.5, -1]], bias: [0]}
loss: half_squared_error
data: [{x: [[1, 0], [0.5, -1], [-1, 0.5]], y: [1]}]
"""
TIE = """
title: Ties
graph:
  inputs: {x: [[1, 3, 2], [3, 2, 2]], u: [1, 1, 0]}
  nodes: {y: "max_pool2d(x, 2, stride=1)", z: "max(u)", L: sum(y) + z}
  output: L
"""


def lesson(name: str, **options: object) -> Document:
    """The lesson of a bundled scenario or a file."""
    return teach(bt.run(bt.load(name)), **options)  # type: ignore[arg-type]


def inside(node: Formula) -> Iterator[Formula]:
    """A formula and all its parts."""
    yield node
    for part in children(node):
        yield from inside(part)


def blocks(found: tuple[Block, ...]) -> Iterator[Block]:
    """All blocks, those of sections too."""
    for block in found:
        yield block
        if isinstance(block, Section):
            yield from blocks(block.blocks)


def file(folder: Path, text: str) -> str:
    """A scenario file; its path."""
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ALL)
def test_no_formula_is_left_raw(name: str) -> None:
    """(1/2)·2·e is e: no derivative is shown with two exact numbers in one product, or above and below one line.

    The derivative of a softmax or sigmoid is told as α(1 − α): no line divides by the square of a sum.
    """
    for equation in equations(lesson(name, detail="full").blocks):
        is_derivative = isinstance(equation.left, Partial) and equation.left.key.startswith("grads")
        for part in (p for link in equation.links for p in inside(link.right)):
            if is_derivative:
                _has_one_number(part)
            if isinstance(part, Div) and isinstance(part.denominator, Pow):
                assert not isinstance(part.denominator.base, Add), part


def _has_one_number(part: Formula) -> None:
    if isinstance(part, Mul) and not part.wide:
        assert sum(isinstance(f, Lit) for f in part.factors) < 2, part
    if isinstance(part, Div) and isinstance(part.denominator, Lit) and part.numerator != ONE:  # 1/3 is a number
        above = part.numerator.factors if isinstance(part.numerator, Mul) else (part.numerator,)
        assert not any(isinstance(f, Lit) for f in above), part


@pytest.mark.parametrize("name", ARRAYS)
def test_targets_and_constants_have_derivatives_in_full_detail_only(name: str) -> None:
    """At normal detail no line tells ∂L/∂target; in full, or asked for, it is there."""
    scenario = bt.load(name)
    graph = scenario.graph
    constants = {graph.nodes[i].name for i in graph.constants} - {"upstream"}
    found = {
        detail: {
            equation.left.key.partition(".")[2].partition("[")[0].partition("@")[0]
            for equation in equations(lesson(name, detail=detail).blocks)
            if isinstance(equation.left, Partial)
        }
        for detail in ("normal", "full")
    }
    assert not constants & found["normal"]
    differentiated = {n for n in constants if n not in graph.whole_numbers} if not graph.outputs else set()
    reached = {n for n in differentiated if bt.run(scenario).steps[0].trace.adjoints[graph.index[n]] is not None}
    assert reached <= found["full"]


def test_inner_functions_have_their_values() -> None:
    """A sum inside a function is worked out before it is put in, functions inside a sum before they are multiplied."""
    text = render(lesson("lstm-three-steps"))
    assert "≈ 0.880797·0.2 + 0.622459·0.664037" in text
    elements = [e for e in equations(lesson("rnn-vectors").blocks) if isinstance(e.links[-1].right, Num)]
    nested = [e for e in elements if any(isinstance(m.right, Call) for m in e.links)]
    assert nested
    for equation in nested:
        value = equation.links[-1].right
        assert isinstance(value, Num)
        assert evaluate(equation.links[-2].right, {}) == pytest.approx(value.value, rel=1e-5)


def test_a_maximum_says_which_place_won(tmp_path: Path) -> None:
    """The winner by its letter; of equal ones the first of a window, a share each of a maximum over an array."""
    assert "the largest is x₂₁" in render(lesson("max-pooling"))
    assert "最大的是 x₂₁" in render(lesson("max-pooling", lang="zh"))
    tied = render(lesson(file(tmp_path, TIE)))
    assert "equally large: the first of them, x₁₂" in tied
    assert "2 of these numbers are equal: they share" in tied
    assert "who gets the derivative is a" in tied
    assert "the largest number of no window" in render(lesson("max-pooling", focus="grads.x[1,1]"))


@pytest.mark.parametrize("name", ["convolution-backward", "convolution-relu-pool", "max-pooling", "lenet-step"])
def test_the_outlined_window_has_the_numbers_of_the_line(name: str) -> None:
    """In the picture beside a convolution or a pool, the outlined numbers are those that the line before it multiplies."""
    found = tuple(blocks(lesson(name, detail="normal").blocks))
    drawings = [(before, d) for before, d in itertools.pairwise(found) if isinstance(d, Drawing)]
    assert drawings
    for line, drawing in drawings:
        *sources, made = drawing.vertices
        window = list(outlined(sources[0].grid))
        numbers = [n.value for n in inside(line.links[1].right) if isinstance(n, Num)]  # type: ignore[union-attr]
        assert window
        assert all(cell in numbers for cell in window)
        assert outlined(made.grid) == [pytest.approx(line.links[-1].right.value)]  # type: ignore[union-attr]


def test_a_box_says_which_channel_it_shows() -> None:
    """Of the two channels of the convolution's result the first, whose first rows are these."""
    box = called("graph", "lenet-step").out.partition("╭─ z1 ")[2].partition("╰")[0]
    rows = bt.run(bt.load("lenet-step"))["values.z1"][0]
    shown = box.partition("2 by 6 by 6; [1]:")[2].replace("−", "-")
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", shown)]
    np.testing.assert_allclose(numbers, rows.ravel(), atol=0.005)


def outlined(grid: Grid | None) -> list[float]:
    """The numbers in the window of a grid."""
    assert grid is not None
    assert grid.window is not None
    top, left, bottom, right = grid.window
    cells = [cell for row in grid.rows[top : bottom + 1] for cell in row[left : right + 1]]
    assert all(isinstance(cell, Num) for cell in cells)
    return [cell.value for cell in cells]  # type: ignore[union-attr]


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "svg"])
def test_every_output_outlines_the_window(form: str, tmp_path: Path) -> None:
    """Lines around it in a terminal, a frame in SVG, brackets in Mermaid and dot."""
    out = called("graph", "max-pooling", "--format", form).out
    shown = {"text": "│ │ 4   2 │", "mermaid": "#91;4  2#93;", "dot": "[4  2]", "svg": 'class="window"'}[form]
    assert shown in out


def test_a_picture_fits_a_terminal_of_80_columns() -> None:
    """No bundled picture of arrays is wider; one with too many arrows to be followed is told in tables instead."""
    pictures = {name: called("graph", name, "--width", "80").out.splitlines() for name in ARRAYS}
    drawn = {name: lines for name, lines in pictures.items() if any("╭" in line for line in lines)}
    assert len(drawn) > len(ARRAYS) / 2
    assert {name: lines for name, lines in drawn.items() if max(map(len, lines)) > 80} == {}


def test_a_sequence_is_unrolled_with_its_weights_on_the_arrows(tmp_path: Path) -> None:
    """Each step of the input stands by itself; the arrows between the steps carry the weights that they share."""
    text = called("graph", file(tmp_path, RNN)).out
    assert [line for line in text.splitlines() if "x[" in line and "╭" in line] != []
    assert text.count("◀─ Wx1 ─") == 3
    assert text.count("◀─ Wh1 ─") == 2


def test_steps_of_a_sequence_are_indices(tmp_path: Path) -> None:
    """h1[step,unit] in names, JSON and the library alike, forward and back; by differences it is the true derivative."""
    path = file(tmp_path, RNN)
    run = bt.run(bt.load(path))
    assert run["values.h1"].shape == (3, 2, 1)
    record = json.loads(called("run", path, "--format", "json").out)["steps"][0]
    assert record["grads"]["h1"][1][0][0] == run["grads.h1[2,1]"]
    assert "z1₂₁ = Wx1₁₁·x₂₁" in render(teach(run, focus="z1[2,1]"))
    assert called("diagnose", path, f"grads.h1[2,1]={run['grads.h1[2,1]']:.6g}").status == 0
    assert called("check", path, "--blank").out.count("\nz1[2,1]:") == 1
    step, eps = run.steps[0], 1e-6
    nudged = teach(run, nudge="h1[2,1]", by=eps)
    assert nudged.blocks
    assert step.trace.adjoint("h1_2")[0, 0] == run["grads.h1[2,1]"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ARRAYS)
def test_the_first_screen_has_the_results(name: str, lang: Lang) -> None:
    """A table of values, derivatives and new values, where something is differentiated; numbers that are in the run."""
    document = lesson(name, detail="brief", lang=lang)
    tables = [b for b in blocks(document.blocks) if isinstance(b, Table)]
    assert bool(tables) or bt.load(name).graph.outputs


def test_zeros_of_long_sums_are_counted() -> None:
    """36 windows met an element of the kernel; those to which nothing came back are left out, and said to be."""
    normal, full = (render(lesson("lenet-step", detail=detail)) for detail in ("normal", "full"))
    assert "28 terms that are 0" in normal
    assert "terms that are 0" not in full


def test_nothing_stands_twice_at_normal_detail() -> None:
    """An image of 8 by 8: numbers that a drawing has, or that come back as they were, are named and written in full detail."""
    normal, full = (render(lesson("lenet-step", detail=detail)) for detail in ("normal", "full"))
    assert len(normal.splitlines()) <= 205
    for text in ("drawn below", "the same numbers, written out with '--detail full'", "∂L/∂a3, from z4: the transpose"):
        assert text in normal
        assert text not in full
    numbers = "0.98   1.31"  # of the second row of z1
    assert normal.count(numbers) == 1
    assert full.count(numbers) > 1


def test_drawn_numbers_are_there_where_nothing_can_be_drawn() -> None:
    """Arrays take the place of their drawing, in a narrow terminal and in LaTeX."""
    found = lesson("lenet-step", detail="normal")
    assert "−0.01 −0.25 −0.07" in render(found, width=40).replace("\n          ", " ")
    assert r"-0.01 & -0.25 & -0.07" in render_latex(found)


def test_a_stride_that_leaves_a_rest_is_said_also_within_a_formula(tmp_path: Path) -> None:
    """Two columns of three are reached by windows of two that move by two; a convolution is rarely a formula of its own."""
    file = tmp_path / "rest.yaml"
    file.write_text(
        "{title: Rest, graph: {inputs: {x: [1, 2, 3]}, parameters: {k: [1, -1], b: 0.5}, "
        'nodes: {z: "conv1d(x, k, stride=2) + b", L: "sum(z^2)"}, output: L}}',
        "utf-8",
    )
    text = render(bt.teach(bt.run(bt.load(file), 1)))
    assert "The stride leaves a rest at the end of x: 1 place in no window" in text


def test_a_transpose_is_not_turned_over_twice() -> None:
    """What comes back through Q Kᵀ meets K, through an Eᵀ the array E."""
    text = render(lesson("attention-head", detail="full"), width=200)
    assert "from (Q Kᵀ): ∂L/∂(Q Kᵀ) times K" in text
    assert "the transpose of Q times ∂L/∂(Q Kᵀ)" in text
    assert "transpose of (" not in text


def test_what_is_made_of_parameters_alone_is_drawn_from_them() -> None:
    """A narrow drawing has letters on its arrows for parameters; dot(v, o) has no other box that an arrow could leave."""
    wide = picture(lesson_of(bt.run("skip-gram"), "en"))
    short = wide.short
    assert short is not None
    assert {vertex.key for vertex in short.vertices} == {vertex.key for vertex in wide.vertices}
    assert {(edge.source, edge.target) for edge in short.edges} == {(edge.source, edge.target) for edge in wide.edges}
    assert not any(edge.label for edge in short.edges)


@pytest.mark.parametrize("name", [name for name, each in BUNDLED.items() if each.graph.shapes is not None])
def test_nothing_that_is_computed_comes_from_nowhere(name: str) -> None:
    """In a narrow drawing, too, an arrow leads to every array that has a formula."""
    wide = picture(lesson_of(bt.run(name), "en"))
    short = wide.short
    made = {f"values.{formula}" for formula in BUNDLED[name].graph.formulas or {}}
    for drawn in filter(None, (wide, short, short.short if short else None)):
        reached = {edge.target for edge in drawn.edges}
        assert {vertex.key for vertex in drawn.vertices} & made <= reached
