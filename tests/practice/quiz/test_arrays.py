"""Questions on the shapes and paths of graphs of arrays, and the slips that explain wrong answers to them."""

from __future__ import annotations

import pytest

from backprop_tutor.lesson.document import Document
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.quiz.feedback import explained, feedback
from backprop_tutor.practice.quiz.grading import grade
from backprop_tutor.practice.quiz.kinds import KINDS
from backprop_tutor.practice.quiz.question import Count, Pick, Question, Ways, as_typed, prompt
from backprop_tutor.practice.quiz.self_check import faults
from backprop_tutor.render import render
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang
from tests.practice.quiz.exercises import ask, bundled_exercise
from tests.practice.quiz.test_grading import read

SHAPES = (
    # k of two channels in and out, 2 by 2, over 3 by 3 pixels with a stride of 2 and a padding of 1; b a number a channel
    ("convolution-channels", "grads.k", "2x2x2x2", "(2, 2, 2, 2)", "2x2x2", "which is computed from k"),
    ("convolution-channels", "values.y", "2×2×2", "2,2,2", "2x3x3", "A window lies within it"),
    ("convolution-channels", "values.y", "2x2x2", "2 2 2", "2x1x1", "without the padding"),
    ("convolution-channels", "values.y", "2x2x2", "[2, 2, 2]", "2x4x4", "a stride of 1"),
    ("convolution-channels", "grads.b", "2", "(2,)", "2x2x2", "b is stretched to it"),
    # rows and columns of the output layer: three classes of 18 numbers
    ("lenet-step", "grads.W4", "3x18", "3 18", "18x3", "Rows and columns are exchanged"),
    ("lenet-step", "values.a2", "2x3x3", "2*3*3", "2x5x5", "a stride of 1"),
    ("lenet-step", "grads.b1", "2", "2", "1", "The loss is one number"),
    # the mean over the three words, not over the two numbers of each
    ("embedding-repeated", "values.m", "2", "2", "3", "Axis 1 is the one that goes"),
    # a number has the shape 1, a weight of all examples none for each of them
    ("attention-one-unit", "grads.wk", "1", "(1)", "2", "wk is stretched to it"),
    ("batch-norm-network", "grads.gain2", "2", "2", "2x4", "no axis of examples"),
)


@pytest.mark.parametrize(("name", "asked", "right", "also", "wrong", "said"), SHAPES)
def test_a_shape_and_the_slips_that_give_others(
    name: str, asked: str, right: str, also: str, wrong: str, said: str
) -> None:
    """Right in any of the usual ways to write it; a wrong shape is explained by what gives it."""
    question = ask("shape", asked, name)
    assert [grade(question, text).verdict for text in (right, also)] == ["right", "right"]
    judged = explained(question, grade(question, wrong))
    assert judged.verdict == "wrong"
    assert said in read(feedback(question, judged))
    assert not list(faults(question))


def test_a_shape_counts_its_windows() -> None:
    """The worked solution of a strided, padded convolution has the numbers of its formula."""
    assert "(3 + 2·1 − 2)/2 + 1 → 2" in read(ask("shape", "values.y", "convolution-channels").solution)


def questions(name: str, array: str, lang: Lang = "en") -> dict[type, Question]:
    """The questions of several seeds on the paths from an array, by their kind of answer."""
    found = {}
    for seed in range(12):
        asked = exercise(load(name), lang, None, seed)
        (subject,) = (each for each in KINDS["path"].subjects(asked) if each.name == f"values.{array}")
        question = KINDS["path"].ask(asked, subject, 1)
        found[type(question.key)] = question
    return found


def test_the_product_along_a_path_of_arrays() -> None:
    """Its factors from the result back to the array; every other product is wrong and explained."""
    question = questions("lenet-step", "W1")[Pick]
    assert isinstance(question.key, Pick)
    assert read(question.solution).strip().splitlines()[-1].strip() == "∂L/∂a2·∂a2/∂a1·∂a1/∂z1·∂z1/∂W1"
    assert len(question.slips) == question.key.count - 1
    assert not list(faults(question))


@pytest.mark.parametrize(("array", "counts"), [("k", {4}), ("x", {2, 4})])
def test_how_often_a_number_is_used(array: str, counts: set[int]) -> None:
    """A number of a 2 by 2 kernel meets each of 2 by 2 places; a pixel of 3 by 3 one, two or four windows."""
    asked = questions("convolution-backward", array, "zh")[Count]
    assert isinstance(asked.key, Count)
    assert asked.key.count in counts
    assert as_typed(asked.slips[0].answer) == "1"


def test_the_paths_of_a_weight_that_two_blocks_use() -> None:
    """w goes into h1 and h2: w → h1 → h2 → L and w → h2 → L, listed or counted."""
    found = questions("residual-blocks", "w")
    assert found[Count].key == Count(2)
    assert isinstance(key := found[Ways].key, Ways)
    assert key.ways == {("h1", "h2", "L"), ("h2", "L")}
    assert grade(found[Ways], "w-h1-h2-L; h2 → L").verdict == "right"


@pytest.mark.parametrize("name", ["lenet-step", "lstm-three-steps", "batch-norm-network"])
@pytest.mark.parametrize("kind", ["complete", "find-error", "which-mistake", "wrong-line"])
def test_a_long_solution_is_asked_about_in_parts_that_fit_a_screen(name: str, kind: str) -> None:
    """Lines of many operands are left to what is known, of which there is no wall of numbers."""
    asked = bundled_exercise(name)
    for subject in KINDS[kind].subjects(asked)[:3]:
        question = KINDS[kind].ask(asked, subject, 2)
        text = render(Document("en", (), (), prompt(question)), "text", width=80)
        assert len(text.splitlines()) <= 36
        assert not list(faults(question))
    assert KINDS[kind].subjects(asked)
