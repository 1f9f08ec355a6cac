"""A brief lesson keeps the results and drops the talk; a full one explains every rule it uses."""

from __future__ import annotations

import json

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.evaluate import agree_exactly
from backprop_tutor.lesson.detail import brief
from backprop_tutor.lesson.document import Block, Document, Drawing, Paragraph, Rows, Section
from backprop_tutor.scenario.bundled import bundled
from tests.lesson.evaluation import equations


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


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_a_brief_lesson_has_no_drawings_and_no_sentences_but_warnings(name: str) -> None:
    """What is left is titled, and every equation has at most two members."""
    shown = bt.teach(bt.run(bt.load(name)), detail="brief")
    blocks = every(shown.blocks)

    assert not any(isinstance(block, Drawing) for block in blocks)
    assert all(block.tone == "bad" for block in blocks if isinstance(block, Paragraph))
    assert all(block.blocks for block in blocks if isinstance(block, Section))
    assert all(len(equation.links) <= 2 for equation in equations(shown.blocks))


@pytest.mark.parametrize("name", [entry.name for entry in bundled()])
def test_a_brief_equation_ends_in_the_value_of_the_whole_one(name: str) -> None:
    """First formula and last value are those of an equation of the normal lesson; an `=` of numbers stays exact."""
    normal = bt.teach(bt.run(bt.load(name)))
    whole = {(e.left, e.links[0].right, e.links[-1].right) for e in equations(normal.blocks) if e.links}
    for equation in equations(brief(normal).blocks):
        if equation.links:
            assert (equation.left, equation.links[0].right, equation.links[-1].right) in whole
            first, last = equation.links[0], equation.links[-1]
            assert last is first or last.sign != "≈" or not agree_exactly(first.right, last.right)


def test_brief_is_shorter_and_explains_no_other_quantity() -> None:
    """Less than half the text, the same keys or fewer."""
    run = bt.run(bt.load("two-two-one"))
    short, normal = bt.teach(run, detail="brief"), bt.teach(run)

    assert len(bt.render(short)) < len(bt.render(normal)) / 2
    assert keys(short) <= keys(normal)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_full_ends_its_backward_pass_with_derivations_and_cost(lang: str) -> None:
    """The rules as they come about, the closed form and the note of cost stand in the section `backward`."""
    shown = bt.teach(bt.run(bt.load("two-two-one")), lang, detail="full")  # type: ignore[arg-type]
    (backward,) = (b for b in shown.blocks if isinstance(b, Section) and b.key == "backward")
    inside = [block.key for block in backward.blocks if isinstance(block, Section)]

    assert inside[-1] == "cost"
    assert "derive" in inside


def test_derive_is_the_same_without_the_rest_of_full() -> None:
    """`derive` adds to a focus what `full` adds to a lesson."""
    run = bt.run(bt.load("two-two-one"))
    shown = bt.teach(run, focus="W1[1,1]", derive=True)

    assert {"derive", "cost"} <= {block.key for block in shown.blocks if isinstance(block, Section)}
    assert json.dumps(bt.render(shown))
