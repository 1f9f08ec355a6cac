"""The forward and backward pass of a graph as a program: one line for each node, one for each adjoint.

The adjoint of a node is the sum of what its users send back, one term each, so that a path left out is a term left out.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Call as FunctionCall
from backprop_tutor.formula.nodes import Formula, Role, Sym, rebuild, rebuilt, substitute
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.expressions import names_in
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
    turned_back,
)
from backprop_tutor.programs.graphs.share import plain_name
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.programs.reference import FORMS, Line, Program

TAKEN = frozenset({*BUILTINS, *keyword.kwlist})
STEPS = {"μ": "mean", "σ²": "var", "σ": "var", "x̂": "xhat"}
PARAMETERS = (Role.WEIGHT, Role.BIAS)


@frozen(slots=True)
class Step:
    """A line of the program: what it makes, of which steps, and the text; None for what is given."""

    ref: Ref
    inputs: tuple[int, ...] = ()
    written: Written | None = None
    number: int = 0


class Pass:
    """The lines of a graph for so many examples: its nodes, and the functions inside their formulas as steps of their own."""

    def __init__(self, graph: Graph, examples: int) -> None:
        self.graph, self.examples = graph, examples
        self.steps: list[Step] = []
        self.of_node: dict[int, int] = {}
        self._turned: dict[int, int] = {}
        self._shared: dict[Formula, int] = {}
        self._users = self._only_users()
        self._taken: set[str] = set()
        last = len(graph.nodes) - 1
        for i, node in enumerate(graph.nodes):
            if i == last and examples == 1:
                self.of_node[i] = self.of_node[graph.losses]  # of one example the reported loss is its loss
            elif node.op is None:
                self._add(i, Step(self._ref(i)))
            elif self._is_turned(i):
                self._turned[i] = self.of_node[i] = self.of_node[node.inputs[0]]
            else:
                self._add(i, self._written(i))
        self.start = self.of_node[last]

    def _only_users(self) -> dict[int, int]:
        """The first user of each node."""
        found: dict[int, int] = {}
        for i in self.graph.computed:
            for j in self.graph.nodes[i].inputs:
                found.setdefault(j, i)
        return found

    def _is_turned(self, i: int) -> bool:
        """Whether a node is only the transpose of another within a formula, which is written where it is used."""
        node = self.graph.nodes[i]
        return bool(node.inner) and node.op is not None and node.op.name == "transpose" and node.axes > 1

    def _add(self, i: int, step: Step) -> None:
        self.steps.append(step)
        self.of_node[i] = len(self.steps) - 1

    def _ref(self, i: int) -> Ref:
        node = self.graph.nodes[i]
        shapes = self.graph.shapes
        own = shapes[i] if shapes is not None else ()
        return Ref(self._name(i), own, self.examples > 1 and not node.shared)

    def _name(self, i: int) -> str:
        """Its own name; that of a step within a formula says what it is of."""
        node, name = self.graph.nodes[i], plain_name(self.graph, i)
        for letter, word in STEPS.items():
            name = name.replace(letter, word)
        if node.inner and node.name not in name:
            word = name.rsplit("_", 1)[0] if "_" in name else "t"
            while node.inner and i in self._users:
                i = self._users[i]
                node = self.graph.nodes[i]
            name = f"{word}_{node.name}" if node.name.isidentifier() else f"{word}_{i}"
        return self._free(name.replace("²", "2"))

    def _free(self, name: str) -> str:
        """A name that is not taken, nor that of its adjoint."""
        name = f"{name}_" if name in TAKEN else name
        free = next(
            each
            for n in count()
            if not {each := f"{name.partition('_')[0]}{n}_{name.partition('_')[2]}" if n else name, f"d{each}"}
            & self._taken
        )
        self._taken |= {free, f"d{free}"}
        return free

    def adjoint(self, step: int) -> str:
        """The name of the adjoint of a step."""
        return f"d{self.steps[step].ref.name}"

    def ref(self, i: int) -> Ref:
        """A node as its users write it: the transpose of another as such."""
        found = self.steps[self.of_node[i]].ref
        if i not in self._turned:
            return found
        return Ref(f"{found.name}.{_turn(found)}", found.own[::-1], found.batched)

    def _written(self, i: int) -> Step:
        node, out = self.graph.nodes[i], self._ref(i)
        op = node.op
        assert op is not None
        makes = tuple(j for j in node.inputs if not self.graph.nodes[j].fused)
        g, inputs = f"d{out.name}", tuple(map(self.ref, makes))
        formula = op.formula if isinstance(op, ArrayOp) else (self.graph.formulas or {}).get(node.name)
        places = tuple(self.of_node[j] for j in makes)
        try:
            if node.role == Role.LOSS or op.joint:
                is_sum = self.graph.reduction == "sum" if node.role == Role.LOSS else op.name == "batch_sum"
                return Step(out, places, over_examples("sum" if is_sum else "mean", out, g, inputs[0], self.examples))
            if formula is not None:
                known = {
                    name: (ref, place) for name, ref, place in zip(names_in(formula), inputs, places, strict=False)
                }
                return self._of_formula(formula, out, g, known)
            if isinstance(op, ArrayOp) and op.use is not None and op.name in LINES:
                return Step(out, places, LINES[op.name](Call(op.use, out, g, inputs)))
        except NoLinesError:
            pass
        raise TutorError(NO_LINE.format(name=node.inner or node.name))

    def _of_formula(self, formula: Formula, out: Ref, g: str, known: dict[str, tuple[Ref, int]]) -> Step:
        """The step of a formula, after those of the functions inside it: z for f(z), f(c) for a factor f(c)."""
        named = {name: Sym(ref.name) for name, (ref, _) in known.items()}
        refs = {ref.name: (ref, place) for ref, place in known.values()}
        whole = self._split(substitute(formula, named), out, refs, whole=True)
        used = [refs[name] for name in names_in(whole)]
        return Step(out, tuple(place for _, place in used), of_formula(whole, out, g, [ref for ref, _ in used]))

    def _split(self, part: Formula, out: Ref, refs: dict[str, tuple[Ref, int]], *, whole: bool = False) -> Formula:
        """A formula whose functions of one argument are steps, and so are their arguments."""
        if isinstance(part, FunctionCall) and len(part.arguments) == 1 and names_in(part):
            inner = self._split(part.arguments[0], out, refs)
            inner = inner if isinstance(inner, Sym) else self._step(inner, f"z_{out.name}", refs)
            made = rebuild(part, (inner,))
            return made if whole else self._step(made, f"{part.function}_{inner.base}", refs)
        return rebuilt(part, lambda each: self._split(each, out, refs))

    def _step(self, formula: Formula, name: str, refs: dict[str, tuple[Ref, int]]) -> Sym:
        """A step of its own for a formula, made once."""
        place = self._shared.get(formula)
        if place is None:
            used = [refs[each] for each in names_in(formula)]
            own = np.broadcast_shapes(*(ref.own for ref, _ in used))
            ref = Ref(self._free(name), own, any(ref.batched for ref, _ in used))
            written = of_formula(formula, ref, f"d{ref.name}", [ref for ref, _ in used])
            self.steps.append(Step(ref, tuple(place for _, place in used), written))
            place = self._shared[formula] = len(self.steps) - 1
        ref = self.steps[place].ref
        refs[ref.name] = ref, place
        return Sym(ref.name)

    def forward(self) -> Iterator[Line]:
        """One line for each step."""
        for step in self.steps:
            if step.written is not None:
                for name, text in step.written.before:
                    yield Line(name, tidied(text), "value", _number(step.ref.name))
                yield Line(step.ref.name, tidied(step.written.value), "value", _number(step.ref.name))

    def backward(self, wanted: Collection[int]) -> Iterator[Line]:
        """One line for each adjoint that leads to one of the `wanted` steps, from the last step to the first."""
        needed = self._leading_to(wanted)
        sent: dict[int, list[str]] = {}
        for i in range(len(self.steps) - 1, -1, -1):
            number = _number(self.steps[i].ref.name)
            if i == self.start:
                yield Line(self.adjoint(i), "1.0", "adjoint", number)
            elif i in needed and i in sent:
                role = "adjoint" if self.steps[i].written is not None else "parameter gradient"
                yield Line(self.adjoint(i), tidied(total(sent[i])), role, number)
            else:
                continue
            for j, share in self._shares(i):
                if j in needed:
                    sent.setdefault(j, []).append(share)

    def _leading_to(self, wanted: Collection[int]) -> set[int]:
        """The steps through which something flows back to one of the `wanted`."""
        found = set(wanted)
        for i in range(len(self.steps)):
            if any(j in found for j, _ in self._shares(i)):
                found.add(i)
        return found

    def _shares(self, i: int) -> Iterator[tuple[int, str]]:
        """What a step sends back: to which step, and the text."""
        step = self.steps[i]
        if step.written is None:
            return
        turned = self._turns(i)
        for argument, (j, share) in enumerate(zip(step.inputs, step.written.shares, strict=False)):
            if share is not None:
                yield j, turned_back(share, _turn(self.steps[j].ref)) if turned[argument] else share

    def _turns(self, i: int) -> tuple[bool, ...]:
        """Which inputs of a step are taken transposed."""
        node = next((node for node, step in self.of_node.items() if step == i and node not in self._turned), None)
        inputs = self.graph.nodes[node].inputs if node is not None else ()
        found = tuple(j in self._turned for j in inputs)
        return found if any(found) and len(found) == len(self.steps[i].inputs) else (False,) * len(self.steps[i].inputs)


def _without_copies(lines: Iterable[Line], kept: Collection[str]) -> Iterator[Line]:
    """The lines without those that only give an adjoint a second name; those of the author's own names are kept."""
    called: dict[str, str] = {}
    for line in lines:
        text = re.sub(r"\w+", lambda word: called.get(word[0], word[0]), line.text) if called else line.text
        if text.isidentifier() and line.name not in kept:
            called[line.name] = text
        else:
            yield replace(line, text=text)


def _turn(ref: Ref) -> str:
    return "swapaxes(-1, -2)" if ref.batched else "T"


def _number(name: str) -> int:
    """The number at the end of a name, as of a step or a layer."""
    found = re.search(r"\d+$", name)
    return int(found[0]) if found else 0


@lru_cache(maxsize=8)
def graph_program(graph: Graph, examples: int, inputs: bool = False) -> Program:
    """The program of a graph; with `inputs`, it has the gradients of what is given for each example, too.

    Raises TutorError where an operation is used in a way that has no line.
    """
    pass_ = Pass(graph, examples)
    starts = [i for i, node in enumerate(graph.nodes) if node.op is None]
    wanted = [i for i in starts if graph.nodes[i].role in PARAMETERS]
    given = [i for i in starts if inputs and graph.nodes[i].role not in (*PARAMETERS, Role.TARGET)]
    wanted += [i for i in given if graph.nodes[i].name not in graph.whole_numbers]
    own = {f"d{pass_.ref(i).name}" for i in pass_.of_node if not graph.nodes[i].inner}
    lines = (*pass_.forward(), *_without_copies(pass_.backward([pass_.of_node[i] for i in wanted]), own))
    return Program(LAYOUTS["rows"], FORMS[0], lines, tuple(pass_.ref(i).name for i in starts))


def names_of_lines(graph: Graph, examples: int) -> dict[str, str]:
    """The name of each node in the program, by its own; a transpose within a formula has none."""
    pass_ = Pass(graph, examples)
    return {graph.nodes[i].name: pass_.ref(i).name for i in pass_.of_node}


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
