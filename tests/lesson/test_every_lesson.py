"""Every bundled scenario in every notation, view and language: it is written in every output, and its gradients are true."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len

import backprop_tutor as bt
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula, Matrix, Neg, Num, Partial, Sym
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.quantity import Quantity, parse
from backprop_tutor.lesson.document import Document
from backprop_tutor.lesson.views.table import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.records.trace import record
from backprop_tutor.render import RENDERERS
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import LANGUAGES, Lang
from backprop_tutor.training.train_step import Run
from tests.conftest import EXPLORES, side_by_side, some
from tests.lesson.evaluation import equations
from tests.scenarios.figures import number
from tests.scenarios.of_numbers import BUNDLED, OF_ARRAYS, OF_NUMBERS

DIGITS = 6
SECTIONS = ("grads", "signals")


@cache
def run(name: str) -> Run:
    """The first step of a bundled scenario."""
    return bt.run(bt.load(name), 1)


@cache
def trace(name: str) -> dict[str, Any]:
    """Its gradients as the JSON trace has them."""
    gradients: dict[str, Any] = record(run(name))["steps"][0]["grads"]
    return gradients


CASES = [
    (entry.name, notation.name, view.name)
    for entry in bundled()
    for graph in [BUNDLED[entry.name].graph]
    for notation in NOTATIONS.values()
    for view in VIEWS.values()
    if notation.fits(graph) and view.fits(graph)
]


def told(name: str, notation: str, view: str, lang: Lang = "en") -> Document:
    """The lesson of its first step."""
    return bt.teach(run(name), lang, notation=notation, view=view, digits=DIGITS)


def written_cases() -> Iterator[tuple[str, str, str, Lang, tuple[str, ...]]]:
    """Every scenario in each of its notations, in each of its views, in both languages and in each output, taken side by
    side.
    """
    for turn, name in enumerate(dict.fromkeys(name for name, _, _ in CASES)):
        notations, views = ([*dict.fromkeys(c[i] for c in CASES if c[0] == name)] for i in (1, 2))
        cases, outputs = [*side_by_side(turn, notations, views, LANGUAGES)], tuple(RENDERERS)
        yield from ((name, *case, outputs if EXPLORES else outputs[i :: len(cases)]) for i, case in enumerate(cases))


@pytest.mark.parametrize(("name", "notation", "view", "lang", "outputs"), list(written_cases()))
def test_it_is_written_in_every_output(
    name: str, notation: str, view: str, lang: Lang, outputs: tuple[str, ...]
) -> None:
    """Without an error, each output with every figure of the loss in it; text has the title, and no control codes."""
    document = told(name, notation, view, lang)
    given = run(name).scenario.graph.is_given_upstream  # then there is no loss to be shown
    loss = "" if given else unicode(figure(run(name).steps[0].trace.loss, DIGITS)).removeprefix("−")
    for output in outputs:
        assert loss in bt.render(document, output).replace("{,}", "")
    text = bt.render(document, "text", width=80)
    assert run(name).scenario.title[lang] in text
    assert "\x1b" not in text
    assert max(map(cell_len, text.splitlines())) <= 80


GRADED = [some((case for case in CASES if case[0] in names), each) for names, each in ((OF_NUMBERS, 2), (OF_ARRAYS, 6))]


@pytest.mark.parametrize(("name", "notation", "view"), [case for cases in GRADED for case in cases])
def test_every_gradient_shown_is_that_of_the_trace(name: str, notation: str, view: str) -> None:
    """After the sign and the scale of the notation: δ = −∂E/∂net, dZ of each example's own loss."""
    letters = NOTATIONS[notation].letters(run(name).scenario.graph, len(run(name).steps[0].examples))
    seen = set()
    for quantity, section, numbers in shown(told(name, notation, view)):
        factor = float(letters.factor(quantity)) if section == "signals" else 1.0
        expected = [factor * value for value in traced(name, quantity)]
        if len(numbers) < len(expected):  # the first and the last of a long array
            *kept, last = numbers
            numbers, expected = kept, expected[: len(kept)]
            assert last == pytest.approx(traced(name, quantity)[-1], rel=1e-9, abs=1e-15)
        assert numbers == pytest.approx(expected, rel=1e-9, abs=1e-15)
        seen.add(quantity.name)
    assert seen >= set(run(name).scenario.graph.parameters)


def shown(document: Document) -> Iterator[tuple[Quantity, str, list[float]]]:
    """Every derivative with its figures: whose, in which sign and scale, and all its numbers row by row."""
    for equation in equations(document.blocks):
        key = equation.left.key if isinstance(equation.left, (Sym, Partial)) else ""
        section, _, name = key.partition(".")
        quantity, numbers = parse(name), _numbers(equation.links[-1].right)
        if section in SECTIONS and quantity is not None and quantity.name != "loss" and numbers:
            yield quantity, section, numbers


def traced(name: str, quantity: Quantity) -> list[float]:
    """The numbers of a gradient in the trace, row by row."""
    if quantity.indices:
        return [number({"grads": trace(name)}, str(quantity.within("grads")))]
    whole = np.array(trace(name)[quantity.name])
    return (whole if quantity.example is None else whole[..., quantity.example - 1]).ravel().tolist()  # type: ignore[no-any-return]


def _numbers(value: Formula) -> list[float]:
    cells = [cell for row in value.rows for cell in row] if isinstance(value, Matrix) else [value]
    return [found for cell in cells for found in _number(cell)]


def _number(cell: Formula) -> Iterator[float]:
    match cell:
        case Num(value=value):
            yield value
        case Neg(operand=Num(value=value)):
            yield -value
