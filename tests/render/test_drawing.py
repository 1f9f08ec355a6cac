"""Drawings in the terminal, read back: every edge of the drawing, and no other, can be followed with its label."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.lesson.document import Drawing
from backprop_tutor.lesson.drawing import drawing
from backprop_tutor.lesson.picture import Shown, lesson_of, picture
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.render.terminal.canvas import JOINTS
from backprop_tutor.render.terminal.drawing import drawn, laid_out, layered, tall
from backprop_tutor.render.terminal.formatter import Formatter
from backprop_tutor.render.terminal.line import Line
from backprop_tutor.render.words import plain_words
from backprop_tutor.scenario.bundled import bundled
from tests.render.golden import golden
from tests.render.pictures import PICTURES, graph, layers, network_drawing
from tests.render.strategies import drawings
from tests.render.tracing import DOWN, LEFT, RIGHT, UP, Grid, arms

Layout = Callable[[Drawing, Formatter], Iterator[Line]]


def connections(drawing: Drawing) -> Counter[tuple[str, str, str]]:
    """Every (source, label, target) that should be read off the drawing."""
    return Counter((edge.source, plain_words(edge.label), edge.target) for edge in drawing.edges)


def lines(layout: Layout, drawing: Drawing, pen: Formatter) -> list[str]:
    """The drawing as rows of characters."""
    return [line.text for line in layout(drawing, pen)]


tight = partial(layered, tight=True)


@pytest.mark.parametrize("layout", [layered, tight, tall])
@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("name", PICTURES)
def test_every_edge_and_no_other_can_be_followed(layout: Layout, typed: bool, name: str) -> None:
    """Following the lines from frame to frame gives the edges of the drawing with their labels."""
    drawing = PICTURES[name]

    assert Grid(lines(layout, drawing, Formatter(ascii=typed))).connections() == connections(drawing)


@settings(max_examples=150, deadline=None)
@given(drawings(), st.sampled_from([layered, tight, tall]), st.booleans())
def test_every_random_drawing_can_be_followed(drawing: Drawing, layout: Layout, typed: bool) -> None:
    """The same holds for drawings with edges past columns, double edges and highlights."""
    assert Grid(lines(layout, drawing, Formatter(ascii=typed))).connections() == connections(drawing)


@pytest.mark.parametrize("name", PICTURES)
def test_drawings_look_as_in_the_golden_file(name: str) -> None:
    """Both layouts of every drawing look as in the golden file."""
    drawing = PICTURES[name]
    text = "\n".join([*lines(layered, drawing, Formatter()), "", *lines(tall, drawing, Formatter()), ""])

    assert golden(f"drawing-{name}.txt", text) == text


def test_the_layout_follows_the_width() -> None:
    """A drawing stands in columns where they fit, else from top to bottom, and where that is too wide in no layout."""
    drawing, pen = network_drawing(), Formatter()

    assert drawn(drawing, pen, 80) == list(layered(drawing, pen))
    assert drawn(drawing, pen, 60) == list(tall(drawing, pen))
    assert drawn(drawing, pen, 20) is None


DEEP, DENSE = {"exploding-gradient", "vanishing-gradient"}, {"five-three"}


def test_bundled_networks_look_like_networks_at_80_columns() -> None:
    """In every notation and after every pass the layers are beside each other; those of five or more layers, and those
    with more connections than the eye can follow on so narrow a screen, are drawn from top to bottom.
    """
    upright, pen = set(), Formatter()
    for scenario in map(bt.load, map(attrgetter("name"), bundled())):
        if not scenario.graph.layers:
            continue
        for notation in (each for each in NOTATIONS.values() if each.fits(scenario.graph)):
            lesson = lesson_of(bt.run(scenario, 1), "en", notation.name)
            for stage in ("start", "forward", "backward"):
                shown = drawing(lesson, stage=stage)
                found = shown and laid_out(shown, pen, 79)
                if shown and found and found[1] == list(tall(shown, pen)):
                    upright.add(scenario.name)
    assert upright == DEEP | DENSE


def test_above_five_by_five_weights_stand_in_a_matrix() -> None:
    """A 6-5 network is not drawn; its weights stand in a matrix, a row for each target and a column for each source."""
    assert drawn(layers(6, 5), Formatter(), 200) is None
    assert drawn(layers(5, 5), Formatter(), 200) is not None


def test_an_edge_that_leads_nowhere_is_refused() -> None:
    """An edge has to lead from a vertex to another one further right."""
    with pytest.raises(ValueError, match="does not lead to the right"):
        graph(("a", "a"))


def test_each_joint_has_the_arms_its_unicode_name_says() -> None:
    """The character for each combination of arms is the one Unicode names so, light and heavy."""
    for number, weights in enumerate(product(range(3), repeat=4)):
        present = {side for side, weight in zip((UP, RIGHT, DOWN, LEFT), weights, strict=True) if weight}
        name = unicodedata.name(JOINTS[number])

        assert arms(JOINTS[number]) == present
        assert ("HEAVY" in name) == (2 in weights)
        assert ("LIGHT" in name) == (1 in weights)


@pytest.mark.parametrize("name", ["two-two-one", "mazur-two-two-two", "mazur-with-biases", "relu-two-two-one"])
def test_a_network_looks_like_one_at_80_columns(name: str) -> None:
    """After both passes its units still stand in columns: with short names where those in full are too wide."""
    shown = picture(lesson_of(bt.run(bt.load(name)), "en"), Shown("backward"))
    found = laid_out(shown, Formatter(), 79)
    assert found is not None
    form, lines = found
    assert form is not shown
    text = "\n".join(line.text for line in lines)
    assert all(line.width <= 79 for line in lines)
    assert "─▶│" in text
    assert "◀" not in text
