"""Large arrays: numbers as NumPy has them, no element written or named but those that are shown."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.graph import array_formulas
from backprop_tutor.graph.array_formulas import ArrayFormulas
from backprop_tutor.graph.graph import Element, Elements
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of
from backprop_tutor.notation.table import default_notation
from tests.cli.calls import called

SIDE = 90
KINDS = {
    "squares": ("a * sum(W * W)", {"W": (SIDE, SIDE)}, "a: 0.5"),
    "softmax": ("a * sum((softmax(W) @ v)^2)", {"W": (SIDE, SIDE), "v": (SIDE,)}, "a: 0.5"),
    "product": ("a * mean((W @ V)^2)", {"W": (SIDE, SIDE), "V": (SIDE, SIDE)}, "a: 0.5"),
}


def large(folder: Path, formula: str, parameters: dict[str, tuple[int, ...]], given: str) -> str:
    """A file of a graph with one formula and drawn parameters."""
    drawn = ", ".join(f"{n}: {{init: he_normal, shape: {list(shape)}, seed: 3}}" for n, shape in parameters.items())
    path = folder / "large.yaml"
    path.write_text(
        f"title: large\ngraph:\n  inputs: {{{given}}}\n  parameters: {{{drawn}}}\n  nodes: {{L: {formula}}}\n  output: L\n"
        "training: {learning_rate: 0.1}\n",
        encoding="utf-8",
    )
    return str(path)


def by_numpy(kind: str, W: np.ndarray, other: np.ndarray, a: float) -> tuple[float, np.ndarray]:
    """The result and its derivative by W, written by hand."""
    if kind == "squares":
        return a * float((W**2).sum()), 2 * a * W
    if kind == "product":
        P = W @ other
        return a * float((P**2).mean()), 2 * a * P @ other.T / P.size
    P = np.exp(W) / np.exp(W).sum(axis=1, keepdims=True)
    o = P @ other
    back = (2 * a * o)[:, None] * other[None, :]
    return a * float((o**2).sum()), P * (back - (P * back).sum(axis=1, keepdims=True))


def last_number(text: str) -> float:
    """The last number of a text, with its power of ten."""
    figures, power = re.findall(r"([−-]?\d+(?:\.\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)[-1]
    plain = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
    return float(f"{figures}e{power or 0}".translate(plain))


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_those_of_numpy(tmp_path: Path, kind: str) -> None:
    """The result, and one derivative that is asked for by its name."""
    file = large(tmp_path, *KINDS[kind])
    scenario = bt.load(file)
    W, *other = (array.reshape(array.shape[0], -1).squeeze() for array in scenario.parameters.values())
    loss, slope = by_numpy(kind, W, other[0] if other else W, 0.5)
    shown = called("run", file).out
    assert last_number(called("run", file, "--focus", "L", "--digits", "9").out) == pytest.approx(loss, rel=1e-7)
    assert f"{SIDE} by {SIDE}" in shown
    assert len(shown) < 12_000
    for focus in ("grads.W[7,3]", "dL/dW[7,3]", "∂L/∂W₇₃", "dL/dW_73"):
        found = called("run", file, "--focus", focus, "--digits", "9")
        assert last_number(found.out.partition("too large")[0]) == pytest.approx(slope[6, 2], rel=1e-7)


def test_every_way_to_write_an_index_is_read(tmp_path: Path) -> None:
    """The element of a name with its numbers in it; a number that is none of an array is not one of another."""
    scenario = bt.load(large(tmp_path, *KINDS["squares"]))
    lesson = Lesson(scenario, bt.run(scenario).steps[0], default_notation(scenario.graph), "en", 6)
    place = scenario.graph.index["W"]
    for name in ("W[12,3]", "W₁₂,₃", "W_12,3", "values.W[12,3]"):
        assert element_of(lesson, name) == (Element(place, (11, 2)), "values")
    for name in ("W[91,3]", "W[0,3]", "W[3]", "V[1,1]"):
        with pytest.raises(bt.TutorError, match="there is no quantity"):
            element_of(lesson, name)
    assert lesson.reading.value(element_of(lesson, "L")[0]) == lesson.step.trace.loss


def test_elements_are_made_when_asked_for() -> None:
    """A sequence like that of all places of an array, one after another."""
    every = Elements(4, (2, 3), range(2))
    listed = [Element(4, (i, j), e) for i in range(2) for j in range(3) for e in range(2)]
    assert list(every) == listed == [every[i] for i in range(len(every))]
    assert every[-1] == listed[-1]
    assert every[3:7] == tuple(listed[3:7])
    assert all(element in every for element in listed)
    assert Element(4, (2, 0), 0) not in every
    assert Element(4, (0, 0)) not in every
    assert list(Elements(1, (), None)) == [Element(1)]


@pytest.mark.parametrize("name", ["attention-head", "layer-norm-rows", "softmax-batch", "convolution-relu-pool"])
def test_one_element_is_written_as_among_all(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The formula of one element, written from the parts it takes, has the value of the whole; else there is its value."""
    scenario = bt.load(name)
    trace = bt.run(scenario).steps[0].trace
    lesson = Lesson(scenario, bt.run(scenario).steps[0], default_notation(scenario.graph), "en", 17)
    monkeypatch.setattr(array_formulas, "MOST_WRITTEN", 0)
    alone = ArrayFormulas(trace, lesson.letters.value, lesson.letters.loss, 17, {})
    written = 0
    for node in scenario.graph.computed if scenario.graph.shapes else ():
        for element in alone.elements(node):
            if np.isfinite(alone.value(element)):
                formula = alone.formula_of(element)
                written += formula != alone.number(element)
                assert alone.worth(formula) == pytest.approx(alone.value(element), rel=1e-9, abs=1e-12)
    for node in range(scenario.graph.losses) if scenario.graph.shapes else ():
        for element in alone.elements(node) if trace.adjoints[node] is not None and alone.users[node] else ():
            terms = alone.terms(element)
            total = sum(alone.worth(term.written) for term in terms)
            assert total == pytest.approx(alone.adjoint(element), rel=1e-9, abs=1e-12)
    assert written or scenario.graph.shapes is None


@pytest.mark.parametrize(
    "call", ["diagnose {} L=1", "diagnose {} updated.W[1,1]=0.5", "verify {}", "train {} --epochs 3"]
)
def test_other_commands_answer_on_large_arrays(tmp_path: Path, call: str) -> None:
    """Each has an answer, and no answer names elements by the thousand."""
    found = called(*call.format(large(tmp_path, *KINDS["squares"])).split())
    assert found.status in (0, 1)
    assert not found.err
    assert 100 < len(found.out) < 12_000


def test_what_is_too_large_for_work_by_hand_is_said(tmp_path: Path) -> None:
    """A blank of answers with nothing that anybody would fill in is no file, but a sentence."""
    found = called("check", large(tmp_path, *KINDS["squares"]), "--blank")
    assert found.status == 2
    assert "8101 given numbers, too many to work with by hand" in found.err
