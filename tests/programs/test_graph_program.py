"""The program of a graph is the engine's pass: every operation, every bundled graph, and the file that is exported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.programs.execution import Bench
from backprop_tutor.programs.graphs.lines import LINES
from backprop_tutor.programs.graphs.program import examples_of, given, graph_program, held, names_of_lines
from backprop_tutor.programs.script import backward_script
from backprop_tutor.scenario.load import load
from backprop_tutor.training.batches import data_of
from tests.graph.arrays import traced
from tests.graph.test_ops import CASES, Shapes, arrays
from tests.layers.networks import CASES as LAYERS
from tests.layers.networks import Case, scenario
from tests.scenarios.of_numbers import BUNDLED

GRAPHS = [name for name, each in BUNDLED.items() if each.graph.dense is None and not each.graph.outputs]


def agrees(trace: Trace) -> None:
    """Every value and every adjoint of the program is the tape's, in the program's axes."""
    graph, examples = trace.graph, examples_of(trace)
    bench = Bench(graph_program(graph, examples, inputs=True), given(graph, trace))
    names = names_of_lines(graph, examples)
    for i, node in enumerate(graph.nodes):
        name = names[node.name]
        for called, array in ((name, trace.values[i]), (f"d{name}", trace.adjoints[i])):
            if called in bench.program.place and array is not None:
                right = held(graph, i, array, examples)
                made = np.broadcast_to(bench.right[called], right.shape)
                np.testing.assert_allclose(made, right, rtol=1e-10, atol=1e-13, err_msg=f"{called}, {node.name}")


@pytest.mark.parametrize("examples", [1, 3])
@pytest.mark.parametrize(("text", "shapes"), CASES, ids=[text for text, _ in CASES])
def test_every_operation(text: str, shapes: Shapes, examples: int) -> None:
    """With arrays of each example and arrays they share, for one example and for three."""
    if text.startswith("batch_mean") and examples > 1:
        return  # its upstream there is of one example; the norms over a batch below have the operation in them
    numbers_, data = arrays(text, shapes, examples)
    agrees(traced({"y": text}, numbers_, "y", data))


@pytest.mark.parametrize("examples", [1, 3])
def test_a_node_may_be_called_as_an_adjoint(examples: int) -> None:
    """Where the author has dx and x, or d, no line of the program overwrites another."""
    given_ = {name: np.arange(1.0, examples + 1)[None] * 0.5 + i for i, name in enumerate(("dx", "x", "ddx"))}
    trace = traced({"d": "x * dx", "y": "sum(d * ddx)"}, given_, "y", tuple(given_))
    agrees(trace)
    program = graph_program(trace.graph, examples, inputs=True)
    made = [*program.given, *(line.name for line in program.lines)]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("target", [np.array([2.0]), np.array([[0.0], [1.0], [0.0]])], ids=["class", "probabilities"])
def test_a_probability_of_0_has_a_finite_loss(target: Array) -> None:
    """Logits so far apart that the softmax of one rounds to 0: −ln p is their distance."""
    trace = traced({"L": "cross_entropy(z, y)"}, {"z": np.array([[800.0], [0.0], [-800.0]]), "y": target}, "L", ("y",))
    assert trace.value("L").item() == 800
    agrees(trace)


def test_every_operation_has_lines() -> None:
    """The table is that of the operations, but for those that reduce over the examples."""
    from backprop_tutor.graph.ops.table import OPERATIONS

    assert {*OPERATIONS, "index"} - {"batch_mean"} == set(LINES)


@pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.name)
def test_every_kind_of_layer(case: Case, tmp_path: Path) -> None:
    """Over three examples."""
    from backprop_tutor import scenario as described
    from tests.layers.test_kinds import with_target

    net = described(scenario(case, with_target(case)))
    agrees(run(net.graph, {**data_of(net, 1), **net.parameters}))


@pytest.mark.parametrize("name", GRAPHS)
def test_every_bundled_graph(name: str) -> None:
    """Whatever is bundled."""
    net = load(name)
    agrees(run(net.graph, {**data_of(net, 1), **net.parameters}))


@pytest.mark.parametrize("name", GRAPHS)
def test_the_exported_file_runs(name: str, tmp_path: Path) -> None:
    """It prints the gradients of the engine in full, of inputs where there is no parameter, by at most three lines a node.

    These are a value, its adjoint, a step between.
    """
    net = load(name)
    text = backward_script(net, "zh")
    lines = text[text.index("def backward") : text.index("\nfor name")].strip().splitlines()
    assert len(lines) <= 3 * len(net.graph.nodes)
    (tmp_path / "backward.py").write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, "backward.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    trace = run(net.graph, {**data_of(net, 1), **net.parameters})
    printed = dict(line.split(" = ") for line in done.stdout.splitlines())
    names = names_of_lines(net.graph, net.examples)
    inputs = [node.name for node in net.graph.nodes if node.role is Role.INPUT]
    wanted = net.graph.parameters or [name for name in inputs if name not in net.graph.whole_numbers]
    assert set(printed) == {f"d{names[name]}" for name in wanted}
    for name in wanted:
        right = held(net.graph, net.graph.index[name], trace.adjoint(name), net.examples).ravel()
        np.testing.assert_allclose(np.ravel(eval(printed[f"d{names[name]}"])), right, rtol=1e-10, atol=1e-15)


def test_a_layout_is_of_dense_layers() -> None:
    """A graph has the axes of its file."""
    with pytest.raises(TutorError, match="graph"):
        backward_script(load("lstm-cell"), "en", "columns")
