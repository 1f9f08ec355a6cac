"""The forward and backward pass of a graph as a program: one line for each node, one for each adjoint.

The adjoint of a node is the sum of what its users send back, one term each, so that a path left out is a term left out.
"""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.tape import Trace
from backprop_tutor.programs.execution import BUILTINS
from backprop_tutor.programs.graphs.lines import (
    LINES,
    NO_LINE,
    Call,
    NoLinesError,
    Ref,
    Written,
    of_formula,
    over_examples,
    tidied,
    total,
)
from backprop_tutor.programs.graphs.share import plain_name
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.programs.reference import FORMS, Line, Program

TAKEN = frozenset({*BUILTINS, "m", "learning_rate", *keyword.kwlist})
STEPS = {"μ": "mean", "σ²": "var", "σ": "var", "x̂": "xhat"}
PARAMETERS = (Role.WEIGHT, Role.BIAS)


class Pass:
    """The lines of a graph for so many examples."""

    def __init__(self, graph: Graph, examples: int) -> None:
        self.graph, self.examples = graph, examples
        self.refs = tuple(self._ref(i) for i in range(len(graph.nodes)))
        last = len(graph.nodes) - 1
        self.start = graph.losses if examples == 1 else last  # of one example the reported loss is its loss
        self.written = {i: self._written(i) for i in graph.computed if i != last or self.start == last}

    def _ref(self, i: int) -> Ref:
        node = self.graph.nodes[i]
        shapes = self.graph.shapes
        own = shapes[i] if shapes is not None else ()
        return Ref(self._name(i), own, self.examples > 1 and not node.shared)

    def _name(self, i: int) -> str:
        name = plain_name(self.graph, i)
        for letter, word in STEPS.items():
            name = name.replace(letter, word)
        name = name.replace("²", "2")
        name = name if name.isidentifier() else f"t{i}"
        return f"{name}_" if name in TAKEN else name

    def adjoint(self, i: int) -> str:
        """The name of the adjoint of a node."""
        return f"d{self.refs[i].name}"

    def _written(self, i: int) -> Written:
        node, out, g = self.graph.nodes[i], self.refs[i], self.adjoint(i)
        inputs = tuple(self.refs[j] for j in node.inputs)
        op = node.op
        assert op is not None
        formula = op.formula if isinstance(op, ArrayOp) else (self.graph.formulas or {}).get(node.name)
        try:
            if node.role == Role.LOSS or op.joint:
                is_sum = self.graph.reduction == "sum" if node.role == Role.LOSS else op.name == "batch_sum"
                return over_examples("sum" if is_sum else "mean", out, g, inputs[0], self.examples)
            if formula is not None:
                return of_formula(formula, out, g, inputs)
            if isinstance(op, ArrayOp) and op.use is not None and op.name in LINES:
                return LINES[op.name](Call(op.use, out, g, inputs))
        except NoLinesError:
            pass
        raise TutorError(NO_LINE.format(name=node.inner or node.name))

    def forward(self) -> Iterator[Line]:
        """One line for each node."""
        for i, written in self.written.items():
            for name, text in written.before:
                yield Line(name, tidied(text), "value")
            yield Line(self.refs[i].name, tidied(written.value), "value")

    def backward(self, wanted: Collection[int]) -> Iterator[Line]:
        """One line for each adjoint that leads to one of the `wanted`, from the last node to the first."""
        needed = self._leading_to(wanted)
        sent: dict[int, list[str]] = {}
        for i in range(len(self.graph.nodes) - 1, -1, -1):
            if i == self.start:
                yield Line(self.adjoint(i), "1.0", "adjoint")
            elif i in needed and i in sent:
                role = "adjoint" if i in self.written else "parameter gradient"
                yield Line(self.adjoint(i), tidied(total(sent[i])), role)
            else:
                continue
            for j, share in self._shares(i):
                if j in needed:
                    sent.setdefault(j, []).append(share)

    def _leading_to(self, wanted: Collection[int]) -> set[int]:
        """The nodes through which something flows back to one of the `wanted`."""
        found = set(wanted)
        for i in self.written:
            if any(j in found for j, _ in self._shares(i)):
                found.add(i)
        return found

    def _shares(self, i: int) -> Iterator[tuple[int, str]]:
        """What a node sends back: to which node, and the text."""
        shares = self.written[i].shares if i in self.written else ()
        return ((j, share) for j, share in zip(self.graph.nodes[i].inputs, shares, strict=False) if share is not None)


@lru_cache(maxsize=8)
def graph_program(graph: Graph, examples: int, inputs: bool = False) -> Program:
    """The program of a graph; with `inputs`, it has the gradients of what is given for each example, too.

    Raises TutorError where an operation is used in a way that has no line.
    """
    pass_ = Pass(graph, examples)
    starts = [i for i, node in enumerate(graph.nodes) if node.op is None]
    wanted = [i for i in starts if graph.nodes[i].role in PARAMETERS]
    wanted += [i for i in starts if inputs and i not in wanted and graph.nodes[i].name not in graph.whole_numbers]
    lines = (*pass_.forward(), *pass_.backward(wanted))
    return Program(LAYOUTS["rows"], FORMS[0], lines, tuple(pass_.refs[i].name for i in starts))


def names_of_lines(graph: Graph, examples: int) -> dict[str, str]:
    """The name of each node in the program, by its own."""
    pass_ = Pass(graph, examples)
    return {node.name: ref.name for node, ref in zip(graph.nodes, pass_.refs, strict=True)}


def held(graph: Graph, i: int, array: Array, examples: int) -> AnyArray:
    """An array of the engine as the program holds it: its own axes, the examples in front."""
    node = graph.nodes[i]
    own = graph.shapes[i] if graph.shapes is not None else ()
    if node.shared or examples == 1:
        return np.asarray(array).reshape(own)
    return np.moveaxis(np.asarray(array), -1, 0).reshape(examples, *own)


def examples_of(trace: Trace) -> int:
    """The number of examples of a trace."""
    nodes = zip(trace.graph.nodes, trace.values, strict=True)
    return max((value.shape[-1] for node, value in nodes if not node.shared), default=1)


def given(graph: Graph, trace: Trace, learning_rate: float = 0.0, dtype: Any = float) -> dict[str, Any]:
    """Inputs and parameters as the program holds them; row and class numbers are whole."""
    examples = examples_of(trace)
    names = names_of_lines(graph, examples)
    found: dict[str, Any] = {"learning_rate": learning_rate, "m": examples}
    for i, node in enumerate(graph.nodes):
        if node.op is None:
            kind = int if node.name in graph.whole_numbers else dtype
            found[names[node.name]] = held(graph, i, trace.values[i], examples).astype(kind)
    return found
