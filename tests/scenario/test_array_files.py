"""Files with graphs of arrays: what is wrong with one is said at its place; what is right becomes arrays in their layout."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.records.trace import record
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from tests.graph.scenarios import ARRAY_FILES, array_scenario

FILE = """title: t
graph:
  inputs: {inputs}
  parameters: {parameters}
  nodes:
    y: "{formula}"
  output: y
{rest}"""
SOUND = {"inputs": "{x: [1, 2]}", "parameters": "{A: [[1, 2], [3, 4]]}", "formula": "sum(A @ x)", "rest": ""}

BAD: list[tuple[dict[str, str], str]] = [
    (
        {"parameters": "{A: [[1, 2, 3], [3, 4, 5]]}"},
        "6:13-17: A @ x: A is 2 by 3 and x is a list of 2; the columns of A (3) must be as many as the entries of x (2)",
    ),
    (
        {"formula": "sum(x * A) + sum(x + A[:, 1:1].T + A.T[:,1])", "parameters": "{A: [[1, 2, 3], [3, 4, 5]]}"},
        "6:13-17: x is",
    ),
    ({"inputs": "{x: [1, [2]]}"}, "3:19-21: a list of 1 here, but a number in the first of these lists"),
    ({"inputs": "{x: [[1, 2], [2]]}"}, "3:24-26: a list of 1 here, but a list of 2 in the first"),
    ({"inputs": "{x: []}"}, "3:15-16: this list is empty"),
    ({"inputs": "{x: [[[[[1]]]]]}"}, "3:19-21: an array has at most 4 axes, and here a fifth begins"),
    ({"inputs": "{x: [1, .nan]}"}, "3:19-22: x[2] is nan, but must be a finite number"),
    ({"inputs": "{x: [1, a]}"}, "3:19-19: x[2] is the text 'a', but must be a number"),
    ({"parameters": "{A: {init: normal, std: 1}}"}, "4:16-16: the key 'shape' is missing here"),
    (
        {"parameters": "{A: {init: normal, std: 1, shape: [1000, 1000, 3]}}"},
        "4:49-63: there are more than 1000000 numbers",
    ),
    ({"parameters": "{A: {init: normal, std: 1, shape: [0]}}"}, "4:50-50: shape[1] is 0, but must be at least 1"),
    ({"formula": "sum(A[3]) + x[1]"}, "6:13-16: A[3]: A is 2 by 2; along axis 1 there are elements 1 to 2, not 3"),
    ({"formula": "x[1, 1] + sum(A)"}, "6:9-15: x[1, 1]: x is a list of 2, so at most 1 places"),
    (
        {"formula": "sum(conv2d(A, stack(A, A))) + x[1]"},
        "6:13-34: conv2d(A, stack(A, A)): A is 2 by 2 and stack(A, A) is",
    ),
    ({"formula": "sum(conv1d(x, flatten(A)))"}, "6:13-33: conv1d(x, flatten(A)): the window of 4 does not fit into x"),
    ({"formula": "sum(max_pool1d(x, 0)) + sum(A)"}, "6:"),
    ({"formula": "sum(A, axis=0) + x[1]"}, "6:9-22: axes count from 1 here"),
    ({"formula": "sum(A, axis=3) + x[1]"}, "6:9-22: there is no axis 3: the array is 2 by 2"),
    ({"formula": "sum(A[0]) + x[1]"}, "6:15-15: elements count from 1 here"),
    (
        {"formula": "sum(embedding(A, x))", "inputs": "{x: [1, 2.5]}"},
        "3:19-21: 'x' numbers rows or classes in embedding(A, x), so it holds whole numbers from 1 to 2, not 2.5",
    ),
    ({"formula": "sum(embedding(A, x))", "inputs": "{x: [1, 7]}"}, "3:19-19: 'x' numbers rows or classes"),
    ({"formula": "sum(embedding(A, 2*x))"}, "6:13-29: embedding(A, 2*x): 2*x holds whole numbers and must be an input"),
    ({"formula": "sum(reshape(A, 3, 2)) + x[1]"}, "6:13-28: reshape(A, 3, 2): A is 2 by 2 and has 4 numbers"),
    (
        {"inputs": "[x]", "rest": "data: [{x: [1, 2]}, {x: [1, 2, 3]}]"},
        "8:25-33: 'x' is a list of 3 here, but a list of 2 in the first row",
    ),
    (
        {"formula": "A @ x", "rest": "  upstream: [1, 2, 3]"},
        "8:13-21: upstream is a list of 3, but the output 'y' is a list of 2",
    ),
]


@pytest.mark.parametrize(("changes", "report"), BAD, ids=[report for _, report in BAD])
def test_what_is_wrong_is_said_at_its_place(changes: dict[str, str], report: str, tmp_path: Path) -> None:
    """One sentence in both languages, at the line and the columns of what is wrong, within a moment."""
    started = time.perf_counter()
    with pytest.raises(TutorError) as refused:
        _loaded(changes, tmp_path)
    assert time.perf_counter() - started < 2
    problem = refused.value.problems[0]
    place = problem.place
    assert place is not None
    assert f"{place.line}:{place.column}-{place.column + place.length - 1}: {problem.message.en}".startswith(report)
    assert problem.message.zh
    assert problem.message.zh != problem.message.en


def _loaded(changes: dict[str, str], folder: Path):  # type: ignore[no-untyped-def]
    text = FILE
    for key, value in {**SOUND, **changes}.items():
        text = text.replace(f"{{{key}}}", value)
    path = folder / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_two_faults_are_said_at_once(tmp_path: Path) -> None:
    """Two formulas that do not fit give two problems."""
    path = tmp_path / "two.yaml"
    path.write_text(
        "title: t\ngraph:\n  inputs: {x: [1, 2]}\n  nodes: {a: x @ [1], b: dot(x, x[1:1]), c: x.T @ x[1], y: b + c}\n  output: y\n"
    )
    with pytest.raises(TutorError):
        load(path)
    path.write_text(
        'title: t\ngraph:\n  inputs: {x: [1, 2]}\n  nodes: {b: "dot(x, x[1:1])", c: "x @ x[1]", y: b + c}\n  output: y\n'
    )
    with pytest.raises(TutorError) as refused:
        load(path)
    assert len(refused.value.problems) == 2


def test_a_scalar_graph_stays_one(tmp_path: Path) -> None:
    """A graph of numbers alone is built as it ever was, whatever its nodes are called."""
    path = tmp_path / "scalar.yaml"
    path.write_text("title: t\ngraph: {inputs: {a: 1}, parameters: {w: 2}, nodes: {sum: a * w, y: sum^2}, output: y}\n")
    assert load(path).graph.shapes is None


def test_every_value_and_gradient_has_its_own_axes_and_the_examples_last(tmp_path: Path) -> None:
    """In JSON a quantity of the examples is (own axes, examples), a parameter has its own axes alone, inner steps are not there."""
    step = record(run_scenario(array_scenario("channels", tmp_path)))["steps"][0]
    shapes = {name: np.shape(value) for name, value in step["values"].items()}
    assert shapes == {
        "x": (1, 3, 3, 2), "c": (2,), "k": (2, 1, 2, 2), "W": (3, 2), "z": (2, 2, 2, 2), "p": (2, 1, 1, 2), "s": (3, 2),
        "L": (2,), "loss": (),
    }  # fmt: skip
    assert {name: np.shape(value) for name, value in step["grads"].items()} == {
        n: s for n, s in shapes.items() if n != "loss"
    }
    assert {name: np.shape(value) for name, value in step["updated"].items()} == {"k": (2, 1, 2, 2), "W": (3, 2)}
    assert set(step["after"]) == {"z", "p", "s", "L", "loss"}


@pytest.mark.parametrize("name", ["layer-norm", "batch-norm"])
def test_a_given_upstream_is_the_gradient_of_the_output(name: str, tmp_path: Path) -> None:
    """dL/dy is what the file says, there is no loss, and an idle node has the derivative 0."""
    step = record(run_scenario(array_scenario(name, tmp_path)))["steps"][0]
    assert np.ravel(step["grads"]["y"]).tolist() == [1, 0, -2]
    assert "loss" not in step["values"]
    assert "idle" not in step["grads"] or not np.any(step["grads"]["idle"])


def test_several_outputs_are_computed_only(tmp_path: Path) -> None:
    """With two outputs there are values, and no gradients."""
    step = record(run_scenario(array_scenario("several-outputs", tmp_path)))["steps"][0]
    assert step["values"]["q"] == [3.0]
    assert step["grads"] == {}


def test_every_file_of_these_tests_is_sound(tmp_path: Path) -> None:
    """None of the files for the tests of other rooms is refused."""
    assert all(array_scenario(name, tmp_path).graph.shapes for name in ARRAY_FILES)
