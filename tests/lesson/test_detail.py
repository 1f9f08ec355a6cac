"""Three lengths of a lesson: the results alone, each kind of line once in full, every line and rule."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.evaluate import agree_exactly
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Num, Partial, Sym
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.quantity import parse
from backprop_tutor.lesson.document import Block, Code, Document, Math, Paragraph, Rows, Section, Table, Words
from backprop_tutor.lesson.inline import has_letters, sign
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.results import MOST_ROWS, results
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.lesson.views.table import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.records.trace import record
from backprop_tutor.text import LANGUAGES, Lang
from tests.conftest import some
from tests.lesson.evaluation import equations
from tests.scenarios.figures import number
from tests.scenarios.of_numbers import BUNDLED, OF_ARRAYS, OF_NUMBERS

NAMES = (*OF_NUMBERS, *some((name for name in OF_ARRAYS if not BUNDLED[name].graph.outputs), 3))
"""Graphs of several outputs have no loss, and a lesson of their own."""
EXAM = {
    "title": "Exam",
    "network": {
        "inputs": 3,
        "layers": [
            {"units": 2, "activation": "tanh", "weights": [[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]], "bias": [0.1, -0.1]},
            {"units": 2, "activation": "softmax", "weights": [[0.7, -0.8], [0.9, 0.2]], "bias": [0.1, 0.2]},
        ],
    },
    "loss": "cross_entropy",
    "data": [{"x": [1, 0.5, -1], "y": [1, 0]}],
    "training": {"learning_rate": 0.5},
}
WIDE = {
    "title": "Wide",
    "network": {
        "inputs": 8,
        "layers": [
            {"units": 16, "activation": "tanh", "weights": {"init": "xavier_normal", "seed": 1}, "bias": 0.1},
            {"units": 4, "activation": "softmax", "weights": {"init": "xavier_normal", "seed": 2}, "bias": 0},
        ],
    },
    "loss": "cross_entropy",
    "data": [
        {"x": [round(math.sin(7 * i + j), 2) for j in range(8)], "y": [int(k == i % 4) for k in range(4)]}
        for i in range(16)
    ],
}


def every(blocks: tuple[Block, ...]) -> list[Block]:
    """All blocks, however deep."""
    found: list[Block] = []
    for block in blocks:
        found.append(block)
        match block:
            case Section(blocks=inner):
                found += every(inner)
            case Rows(rows=rows):
                found += every(tuple(inner for row in rows for inner in row.blocks))
            case _:
                pass
    return found


def keys(document: Document) -> set[str]:
    """The quantities that a document explains."""
    return {key for equation in equations(document.blocks) for key in equation.keys}


def taught(scenario: dict[str, object], folder: Path, **options: object) -> Document:
    """The lesson of a scenario given as a dictionary."""
    file = folder / "small.yaml"
    file.write_text(json.dumps(scenario))
    return bt.teach(bt.run(bt.load(file)), **options)  # type: ignore[arg-type]


def _alone(words: Words) -> str:
    return "".join(unicode(part.formula) if isinstance(part, Math) else part.text for part in words)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_a_lesson_opens_with_what_is_given_and_what_comes_out(detail: str, lang: Lang) -> None:
    """Network and table first, in every length; the derivation after."""
    shown = bt.teach(bt.run(bt.load("two-two-one")), lang, detail=detail)  # type: ignore[arg-type]
    sections = [block.key for block in shown.blocks if isinstance(block, Section)]
    assert sections[:3] == ["given", "results", "forward"]
    assert [block.key for block in shown.blocks[:2] if isinstance(block, Section)] == ["given", "results"]


@pytest.mark.parametrize("name", NAMES)
def test_a_brief_lesson_is_the_first_screen(name: str) -> None:
    """Given, results, warnings and the call that goes on: no derivation."""
    shown = bt.teach(bt.run(bt.load(name)), detail="brief")
    blocks = every(shown.blocks)
    assert {block.key for block in blocks if isinstance(block, Section)} <= {"given", "results", "step"}
    last = shown.blocks[-1]
    assert isinstance(last, Paragraph)
    assert Code(f"tutor run {name}") in last.words
    assert all(len(equation.links) <= 2 for equation in equations(shown.blocks))


@pytest.mark.parametrize(
    ("name", "notation"),
    [(name, n.name) for name in NAMES for n in NOTATIONS.values() if n.fits(BUNDLED[name].graph)],
)
def test_every_figure_of_the_results_is_that_of_the_trace(name: str, notation: str) -> None:
    """Value, derivative in the notation's sign and scale, and new value of every row, against the JSON record."""
    run = bt.run(bt.load(name), 1)
    lesson = Lesson(run.scenario, run.steps[0], NOTATIONS[notation], "en", 6)
    step = record(run)["steps"][0]
    (table,) = (block for block in results(lesson).blocks if isinstance(block, Table))
    assert table.rows
    for letter, value, derivative, signal, *new in table.rows:
        if not derivative:  # row and class numbers have none
            assert letter[0].formula.base in run.scenario.graph.whole_numbers  # type: ignore[union-attr]
            continue
        symbol, sought = letter[0].formula, derivative[0].formula  # type: ignore[union-attr]
        assert isinstance(symbol, Sym)
        quantity = parse(symbol.key)
        assert quantity is not None
        expected = number(step, str(quantity))
        assert float(value[0].formula.text) == pytest.approx(expected, rel=1e-5, abs=1e-12)  # type: ignore[union-attr]
        assert isinstance(sought, (Sym, Partial))
        factor = float(lesson.letters.factor(quantity)) if sought.key.startswith("signals.") else 1.0
        slope = 1.0 if quantity.name == "loss" else number(step, str(quantity.within("grads")))
        assert _alone(signal) == unicode(figure(factor * slope, 6))
        if new:
            section = "updated" if f"updated.{quantity.short}" in _named(step) else "after"
            after = _after(step, quantity.name, str(quantity.within(section)))  # type: ignore[arg-type]
            assert after is None or _alone(new[0]) == unicode(figure(after, 6)) or new[0] == value


def _named(step: dict[str, object]) -> set[str]:
    """The names of single updated parameters."""
    return {
        f"updated.{name}[{row + 1},{column + 1}]" if isinstance(cells, list) else f"updated.{name}[{row + 1}]"
        for name, rows in step.get("updated", {}).items()  # type: ignore[attr-defined]
        for row, cells in enumerate(rows)
        for column in range(len(cells) if isinstance(cells, list) else 1)
    } | {f"updated.{name}" for name in step.get("updated", {})}  # type: ignore[attr-defined]


def _after(step: dict[str, object], name: str, key: str) -> float | None:
    section = key.partition(".")[0]
    return number(step, key) if name in step.get(section, {}) else None  # type: ignore[operator]


SIGMOIDS = json.loads(json.dumps(EXAM).replace("softmax", "sigmoid").replace("cross_entropy", "half_squared_error"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("exam", [EXAM, SIGMOIDS], ids=["softmax", "sigmoid"])
def test_a_three_two_two_network_takes_at_most_120_lines(
    exam: dict[str, object], lang: Lang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At normal detail and 80 columns, every kind of line in full."""
    monkeypatch.chdir(tmp_path)
    shown = taught(exam, Path(), lang=lang, detail="normal")
    assert bt.render(shown, "text", width=80).count("\n") <= 120


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_wide_network_with_sixteen_examples_takes_at_most_300_lines(lang: Lang, tmp_path: Path) -> None:
    """What was left out is said, with the call that shows it."""
    shown = taught(WIDE, tmp_path, lang=lang, detail="normal")
    text = bt.render(shown, "text", width=80)
    assert text.count("\n") <= 300
    assert "--detail full" in text
    assert "--format json" in text


@pytest.mark.parametrize(
    ("name", "view"),
    [(name, view.name) for name in NAMES for view in VIEWS.values() if view.fits(BUNDLED[name].graph)],
)
def test_a_shortened_line_ends_in_the_value_of_the_whole_one(name: str, view: str) -> None:
    """Every line of normal detail has the left side and the value of a line of the full lesson; every `=` is exact. A line
    without figures names what has them.
    """
    run = bt.run(bt.load(name))
    whole = {(e.left, e.links[-1].right) for e in equations(bt.teach(run, view=view).blocks) if e.links}
    for equation in equations(bt.teach(run, view=view, detail="normal").blocks):
        if equation.links and not has_letters(equation.links[-1].right):
            assert (equation.left, equation.links[-1].right) in whole
        for before, link in zip(equation.links, equation.links[1:], strict=False):
            if link.sign == "=" and not has_letters(before.right):
                assert agree_exactly(before.right, link.right)
                assert sign(before.right, link.right) == "="


CUT = ("exploding-gradient",)
"""Ten layers of two lines each are more than a section shows at normal detail; the table of results has all."""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CUT])
def test_each_kind_of_line_is_shown_in_full_once(name: str) -> None:
    """Every array that a full lesson explains has a line at normal detail, but the derivatives of data."""
    run = bt.run(bt.load(name), 1)
    constants = {f"grads.{run.scenario.graph.nodes[i].name}" for i in run.scenario.graph.constants}
    full, normal = (bt.teach(run, detail=detail) for detail in ("full", "normal"))  # type: ignore[arg-type]
    kinds = [{key.partition("[")[0].partition("@")[0] for key in keys(shown)} for shown in (full, normal)]
    assert {kind for kind in kinds[0] - kinds[1] - constants if kind.startswith(("values.", "grads."))} == set()


@pytest.mark.slow
def test_a_long_table_of_results_keeps_some_of_each_array(tmp_path: Path) -> None:
    """All numbers at full detail; else the first of every array, and how many there are."""
    (table,) = (b for b in every(taught(WIDE, tmp_path, detail="brief").blocks) if isinstance(b, Table))
    (whole, *_) = (b for b in every(taught(WIDE, tmp_path).blocks) if isinstance(b, Table))
    assert len(table.rows) <= MOST_ROWS
    assert len(whole.rows) == 2 * 20 * 16 + 16 * 8 + 16 + 4 * 16 + 4
    assert isinstance(whole.rows[0][1][0], Math)
    assert isinstance(whole.rows[0][1][0].formula, Num)


@pytest.mark.slow
def test_derive_is_the_same_without_the_rest_of_a_lesson() -> None:
    """`derive` adds to a focus what it adds to a lesson, at the end of its backward pass."""
    run = bt.run(bt.load("two-two-one"))
    shown = bt.teach(run, focus="W1[1,1]", derive=True)
    assert {"derive", "cost"} <= {block.key for block in shown.blocks if isinstance(block, Section)}
    (backward,) = (b for b in bt.teach(run, derive=True).blocks if isinstance(b, Section) and b.key == "backward")
    inside = [block.key for block in backward.blocks if isinstance(block, Section)]
    assert inside[-1] == "cost"
    assert "derive" in inside


def test_an_unnamed_network_is_told_in_the_layers_of_the_program(tmp_path: Path) -> None:
    """W⁽¹⁾₂₁ is what is typed as W1[2,1]."""
    file = tmp_path / "small.yaml"
    file.write_text(json.dumps(EXAM))
    assert choose_notation(bt.load(file).graph, None).name == "layers"
    assert "W⁽¹⁾₂₁ = 0.4" in bt.render(bt.teach(bt.run(bt.load(file))))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_error_signal_of_a_hidden_unit_has_its_formula(notation: str) -> None:
    """It comes from the layer above, that of an output from the loss: two kinds of line, each once in letters."""
    told = bt.teach("two-two-one", view="deltas", notation=notation, detail="normal")
    found = [
        equation
        for equation in equations(told.blocks)
        if equation.keys and equation.keys[0].endswith(("grads.z1[1]", "signals.z1[1]"))
    ]
    weight = {
        "nodes": "W_ec",
        "layers": "W⁽²⁾₁₁",
        "nielsen": "w³₁₁",
        "brackets": "W^[2]₁₁",
        "theta": "Θ⁽²⁾₁₁",
        "pdp": "w_ec",
    }
    assert any(weight[notation] in unicode(link.right) for equation in found for link in equation.links)
