"""Builds a graph of arrays: named formulas become a list of operations, each step of a formula a node of its own.

``L: sum((o - 1)^2) / 2`` is three steps: an elementwise square, a sum, a half. The last is the node L, the others are
*inner* nodes, named by what they compute, and shared where two formulas compute the same. An elementwise formula of
numbers stays one node; operations on whole arrays become nodes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import (
    Call,
    Formula,
    Index,
    Lit,
    MatMul,
    Mul,
    Neg,
    Role,
    Sym,
    Transpose,
    children,
    rebuilt,
    substitute,
    total,
)
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.expressions import in_order, names_in
from backprop_tutor.graph.graph import Graph, Node
from backprop_tutor.graph.ops.definitions import STEPS
from backprop_tutor.graph.ops.elementwise import elementwise
from backprop_tutor.graph.ops.layout import Layout, laid_out
from backprop_tutor.graph.ops.losses import to_output
from backprop_tutor.graph.ops.operation import ArrayOp, Operation, Shape, ShapeError, Use, words
from backprop_tutor.graph.ops.reductions import over_examples
from backprop_tutor.graph.ops.shaping import INDEX
from backprop_tutor.graph.ops.table import DEFINED, OPERATIONS
from backprop_tutor.text import T

UPSTREAM = "upstream"
"""The node of dL/d(output) where a file gives it."""

NO_GIVEN = T(
    "{call}: {array} holds whole numbers and must be an input, not something computed",
    "{call}：{array} 是整数编号，必须是输入，不能是算出来的",
)


@frozen(eq=False)
class Faulty:
    """A formula whose arrays do not fit: the node, and the error."""

    node: str
    error: ShapeError


MOST_ELEMENTS = 1_000_000
TOO_LARGE = T(
    "an array of this graph would be {shape}; at most {most} numbers are allowed",
    "图中有一个数组会是{shape}；最多允许 {most} 个数",
)


class Builder:
    """Collects the nodes with their shapes; formulas are added one after another, each after those it uses."""

    def __init__(self, inputs: Mapping[str, Shape], parameters: Mapping[str, Shape]) -> None:
        self.nodes: list[Node] = []
        self.shapes: dict[str, Shape] = {}
        self.faults: list[Faulty] = []
        self._place: dict[str, int] = {}
        self._given = frozenset(inputs)
        for name, shape in inputs.items():
            self.give(name, shape, Role.TARGET if name == UPSTREAM else Role.INPUT)
        for name, shape in parameters.items():
            self.give(name, shape, Role.WEIGHT)

    def give(self, name: str, shape: Shape, role: Role) -> None:
        """A given array: an input or target of each example, or a parameter that all examples share."""
        self._add(Node(name, role, axes=len(shape), shared=role is Role.WEIGHT), shape)
        self._place[name] = len(self.nodes) - 1

    def add(self, name: str, formula: Formula) -> None:
        """Adds the node `name` and its inner steps; a fault is recorded, and nodes that depend on it are left out."""
        if any(used not in self.shapes for used in names_in(formula)):
            return
        try:
            self._check(formula)
            self._make(name, expanded(formula))
        except ShapeError as error:
            self.faults.append(Faulty(name, error))

    def _check(self, formula: Formula) -> None:
        """Raises ShapeError for a call of a defined operation whose arrays do not fit each other."""
        for part in children(formula):
            self._check(part)
        if isinstance(formula, Call) and formula.function in DEFINED and (check := DEFINED[formula.function].check):
            check(formula, self._shape_of)

    def _shape_of(self, formula: Formula) -> Shape | None:
        """The shape of a part of a formula; None where it has a fault of its own."""
        trial = Builder(self.shapes, {})
        trial.add("part", formula)
        return trial.shapes.get("part")

    def reshape_given(self, name: str, shape: Shape) -> None:
        """Records the shape of a given array, once it is known."""
        place = self._place[name]
        self.nodes[place] = replace(self.nodes[place], axes=len(shape))
        self.shapes[name] = shape

    def total(self, parts: Sequence[Formula]) -> str:
        """Adds the node of the sum of all elements of some formulas: a number of the graph itself, or an inner node."""
        sums = [p if isinstance(p, Sym) and not self.shapes[p.base] else Call("sum", (p,)) for p in parts]
        return self._name(total(tuple(sums)))

    def append(self, name: str, role: Role, op: ArrayOp, inputs: Sequence[str], inner: str = "") -> None:
        """Adds a node by its op, over existing nodes; it is shared where all its inputs are, or where it reduces over
        the examples.
        """
        places = tuple(self._place[i] for i in inputs)
        shared = op.joint or all(self.nodes[place].shared for place in places)
        layouts = [Layout(self.shapes[i], self.nodes[place].shared) for i, place in zip(inputs, places, strict=True)]
        there = laid_out(op, layouts, Layout(op.shape, shared))
        self._add(Node(name, role, there, places, axes=len(op.shape), shared=shared, inner=inner), op.shape)

    def _add(self, node: Node, shape: Shape) -> None:
        self.shapes[node.name] = shape
        self.nodes.append(node)
        if node.op is not None:
            self._place[node.name] = len(self.nodes) - 1

    def _make(self, name: str, formula: Formula, inner: str = "", alone: bool = False) -> None:
        """Makes a node by its outermost operation, or as a formula of numbers over the operations inside it."""
        if is_operation(formula):
            arguments = arguments_of(formula)
            inputs = [self._name(part) for part in arguments]
            op = self._bound(formula, arguments, inputs)
        else:
            formula = self._cut(formula)
            inputs = list(names_in(formula))
            op = self._spread(name, formula, inputs)
        if prod(op.shape) > MOST_ELEMENTS:
            raise ShapeError(TOO_LARGE.format(shape=words(op.shape), most=MOST_ELEMENTS), formula)
        self.append(name, Role.NODE, replace(op, alone=alone), inputs, inner)

    def _bound(self, formula: Formula, arguments: tuple[Formula, ...], inputs: list[str]) -> ArrayOp:
        use = use_of(formula, arguments, tuple(self.shapes[name] for name in inputs))
        op = operation_of(formula).bound(use)
        for argument, _ in op.whole:
            if inputs[argument] not in self._given:
                raise ShapeError(NO_GIVEN.format(call=plain(formula), array=plain(arguments[argument])), formula)
        return op

    def _spread(self, name: str, formula: Formula, inputs: list[str]) -> ArrayOp:
        try:
            return elementwise(name, formula, {i: self.shapes[i] for i in inputs})
        except ShapeError as error:
            raise ShapeError(error.message, formula) from None

    def _name(self, part: Formula) -> str:
        """The node that computes a part of a formula: the one it names, or an inner one, made once."""
        if isinstance(part, Sym):
            return part.base
        name = _called(part)
        if name not in self.shapes:
            match part:
                case Call(letter=Sym(base=shown), arguments=(step,)) if is_named_step(part):
                    self._make(name, step, shown, alone=True)
                case _:
                    self._make(name, part, _shown(part))
        return name

    def _cut(self, formula: Formula) -> Formula:
        """A formula with every operation on arrays inside it replaced by the name of its node."""
        if is_operation(formula) or is_named_step(formula):
            return Sym(self._name(formula))
        return rebuilt(formula, self._cut)


def array_graph(
    inputs: Mapping[str, Shape],
    parameters: Mapping[str, Shape],
    formulas: Mapping[str, Formula],
    outputs: Sequence[str],
    upstream: bool = False,
) -> Graph:
    """The graph of named formulas over arrays of the given shapes, whose output is differentiated.

    The reported loss is the output's mean over the examples; with `upstream`, the sum over all of output · upstream, so
    that dL/d(output) is the given array. Several outputs, or an array without an upstream, are only computed: the list
    ends in their sum, and `outputs` names them. Raises ShapeError for the first formula whose arrays do not fit.
    """
    builder = Builder({**inputs, **({UPSTREAM: ()} if upstream else {})}, parameters)
    for name in in_order(formulas):
        builder.add(name, formulas[name])
    if builder.faults:
        raise builder.faults[0].error
    if upstream:
        builder.reshape_given(UPSTREAM, builder.shapes[outputs[0]])
    many = not upstream and (len(outputs) > 1 or builder.shapes[outputs[0]] != ())
    losses = builder.total([Mul((Sym(o), Sym(UPSTREAM))) if upstream else Sym(o) for o in outputs])
    builder.append("loss", Role.LOSS, over_examples("sum" if upstream else "mean"), [losses])
    place = next(i for i, node in enumerate(builder.nodes) if node.name == losses)
    shapes = tuple(builder.shapes[node.name] for node in builder.nodes)
    graph = Graph(
        tuple(builder.nodes),
        place,
        formulas=formulas,
        reduction="sum" if upstream else "mean",
        shapes=shapes,
        outputs=tuple(outputs) if many else (),
    )
    return graph if many or upstream else with_output(graph)


def with_output(graph: Graph) -> Graph:
    """The graph in which a loss that is computed from z sends dL/da to an output a = f(z) that nothing else uses.

    To z goes the fused derivative, as ever; the activation itself sends nothing back. So it is in a network of dense
    layers (`layers.dense`).
    """
    nodes, used = list(graph.nodes), {j for node in graph.nodes for j in node.inputs}
    for a in (i for i in graph.computed if i not in used and not graph.nodes[i].inner):
        for at in graph.computed:
            compared = _compared(graph, a, at)
            if compared is not None:
                op, inputs = nodes[at].op, nodes[at].inputs
                assert isinstance(op, ArrayOp), "an op on arrays"
                nodes[a] = replace(nodes[a], fused=True)
                nodes[at] = replace(nodes[at], op=to_output(op, *compared), inputs=(*inputs, a))
    return replace(graph, nodes=tuple(nodes))


FROM_Z: Mapping[str, str] = {
    "cross_entropy": "y * softplus(-z)",
    "binary_cross_entropy": "y * softplus(-z) + (1 - y) * softplus(z)",
}
"""The losses of a sigmoid's output, from z: true where it would be 0 or 1."""


def _compared(graph: Graph, a: int, at: int) -> tuple[str, str, int] | None:
    """The activation of an output, the loss that a step computes from its z, and the number of the target among its inputs.

    A logarithm of the output has no target. None where the step is no such loss.
    """
    output, step, shapes = graph.nodes[a].op, graph.nodes[at].op, graph.shapes
    (z, *others), inputs = graph.nodes[a].inputs, graph.nodes[at].inputs
    if others or at == a or z not in inputs or not (isinstance(output, ArrayOp) and isinstance(step, ArrayOp)):
        return None
    assert shapes is not None, "a graph of arrays"
    alike = all(shapes[j] == shapes[a] for j in inputs)
    if output.name == "softmax" and _last_axis(output) and alike:
        is_logarithm = step.name == "log_softmax" and _last_axis(step)
        return ("softmax", "cross_entropy", 1) if step.name == "cross_entropy" or is_logarithm else None
    if output.formula == Call("sigmoid", (Sym(graph.nodes[z].name),)) and alike and len(inputs) == len(("y", "z")):
        target = 1 - inputs.index(z)
        names = {"y": Sym(graph.nodes[inputs[target]].name), "z": Sym(graph.nodes[z].name)}
        for loss, text in FROM_Z.items():
            if step.formula == substitute(parse(text, ("y", "z")), names):
                return "sigmoid", loss, target
    return None


def _last_axis(op: ArrayOp) -> bool:
    """Whether an operation works along the last axis."""
    return op.use is not None and op.use.options.get("axis", -1) in (-1, len(op.shape))


def expanded(formula: Formula) -> Formula:
    """A formula with every operation that is defined by others written out."""
    whole = rebuilt(formula, expanded)
    if isinstance(whole, Call) and whole.function in DEFINED:
        return expanded(DEFINED[whole.function].expand(whole))
    return whole


def _called(part: Formula) -> str:
    """The name of an inner step, which is no name of an element: (x)[1], not x[1]."""
    match part:
        case Index(operand=operand, written=places):
            return f"({_called(operand)})[{','.join(places)}]"
        case _:
            return plain(part).replace(" ", "")


def _shown(part: Formula) -> str:
    """An inner step as it is shown: its formula, in brackets where an index could not follow it."""
    text = unicode(_by_names(part))
    return text if isinstance(part, (Call, Index)) else f"({text})"


def _by_names(formula: Formula) -> Formula:
    """A formula with every named step in it replaced by its name."""
    if isinstance(formula, Call) and formula.letter is not None and is_named_step(formula):
        return formula.letter
    return rebuilt(formula, _by_names)


def is_named_step(formula: Formula) -> bool:
    """Whether a formula is a step of a definition that has a name of its own: μ(x), σ²(x), x̂(x)."""
    return isinstance(formula, Call) and formula.function in STEPS


def is_operation(formula: Formula) -> bool:
    """Whether the outermost step of a formula is an operation on whole arrays."""
    match formula:
        case MatMul() | Transpose() | Index():
            return True
        case Call(function=name, arguments=arguments):
            return name in OPERATIONS and not (name in FUNCTIONS and len(arguments) == FUNCTIONS[name].arity)
        case _:
            return False


def arguments_of(formula: Formula) -> tuple[Formula, ...]:
    """The arrays an operation takes; for a product of several factors, the product of all but the last, and the last."""
    if isinstance(formula, MatMul) and len(formula.factors) > len(("left", "right")):
        return MatMul(formula.factors[:-1]), formula.factors[-1]
    return children(formula)


def operation_of(formula: Formula) -> Operation:
    """The entry of the table for the outermost step of a formula. Raises TypeError where it is no operation."""
    match formula:
        case MatMul():
            return OPERATIONS["matmul"]
        case Transpose():
            return OPERATIONS["transpose"]
        case Index():
            return INDEX
        case Call(function=name):
            return OPERATIONS[name]
        case _:
            raise TypeError(f"{type(formula).__name__} is no operation on arrays")


def use_of(formula: Formula, arguments: tuple[Formula, ...], shapes: tuple[Shape, ...]) -> Use:
    """One use of an operation, its options as numbers."""
    options = formula.options if isinstance(formula, Call) else ()
    named = {name: _number(value) for name, value in options if name}
    sizes = tuple(int(_number(value)) for name, value in options if not name)
    return Use(formula, arguments, shapes, named, sizes)


def _number(option: Formula) -> float:
    match option:
        case Lit(value=value):
            return float(value)
        case Neg(operand=Lit(value=value)):
            return -float(value)
        case _:
            raise TypeError("the parser lets only numbers through")
