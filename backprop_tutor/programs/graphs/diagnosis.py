"""The diagnosis of gradients of a graph: expression graphs and graphs of arrays, convolutions, norms, attention, cells.

Gradients are named after what they belong to, in the author's own names, in the axes of the file. Every edit of what
one node sends back is carried out by the engine, and held against all arrays at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backprop_tutor.errors import Problem, TutorError, did_you_mean, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace, run, standard
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, changes, singles
from backprop_tutor.practice.diagnosis.phrases import AT
from backprop_tutor.programs.diagnosis import Verdict
from backprop_tutor.programs.execution import Bench
from backprop_tutor.programs.graphs.edits import everywhere, graph_edits, rule_with
from backprop_tutor.programs.graphs.program import given as given_of
from backprop_tutor.programs.graphs.program import graph_program, held, names_of_lines
from backprop_tutor.programs.graphs.recursion import with_start
from backprop_tutor.programs.graphs.share import GraphEdit, Share
from backprop_tutor.programs.naming import GENERAL, likelihood
from backprop_tutor.programs.received import Given, arrays_of
from backprop_tutor.programs.search import Found, Search
from backprop_tutor.programs.target import Precision, Target, entries_off, fitted, precision_of, tolerance_of
from backprop_tutor.text import T
from backprop_tutor.training.batches import data_of
from backprop_tutor.training.train_step import first_trace
from backprop_tutor.whatif.intervention import Intervention

UNKNOWN = T(
    "'{name}' is no quantity of this graph; its names are {allowed}{near}",
    "'{name}' 不是这个图中的量；可用的名字是 {allowed}{near}",
)
NOTHING = T("no gradients were given", "没有给出梯度")
SHAPES = T(
    "these arrays are of another graph: {name} has the shape {given}, not {right}",
    "这些数组属于另一个图：{name} 的形状是 {given}，应为 {right}",
)
FAILURES = (NameError, ValueError, IndexError, TypeError, ArithmeticError, AttributeError, KeyError, DomainError)
"""What an edited line can end in where it makes no sense at the shapes there are."""

NAMED = 10
"""A mistake with a name is more likely than any edit without one."""

MOST_LINES = 200
"""The lines of the longest program whose lines are searched."""

VAGUE = frozenset(
    {"one-path-only", "factor-two", "factor-half", "derivative-twice", "residual-path-twice", "upstream-ignored"}
)
"""Names that many edits of a line have as well."""

FEW = 3
"""With so few numbers, edits of many kinds give the same; what is said is said with that caveat."""


@frozen(eq=False)
class GraphArray:
    """An array: what it is called, the node, whether it is right, the numbers and what they should be."""

    called: str
    name: str
    is_gradient: bool
    is_right: bool
    precision: Precision
    given: AnyArray
    right: Array
    tolerance: float

    @property
    def off(self) -> int:
        """How many entries are off."""
        return entries_off(self.given, self.right, self.tolerance)


@frozen(eq=False)
class GraphDiagnosis:
    """The verdict on each array, and the edits that give them all, the likeliest first: of what one node sends back, or
    `found` of lines of the program. `lines` are, where values on the way were given, those that do not follow from what
    was given before them.
    """

    scenario: Scenario
    arrays: tuple[GraphArray, ...]
    explanations: tuple[tuple[GraphEdit, ...], ...] = ()
    tried: int = 0
    summed: bool = False
    found: tuple[Found, ...] = ()
    lines: tuple[tuple[str, tuple[Found, ...]], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Correct where every array is right; else whether it is explained."""
        if all(array.is_right for array in self.arrays):
            return "correct"
        explained = self.explanations or self.found or (self.lines and all(causes for _, causes in self.lines))
        return "explained" if explained else "unexplained"


def diagnose_graph(scenario: Scenario, gradients: Given | None = None, values: Given | None = None) -> GraphDiagnosis:
    """The diagnosis of gradients, and of values on the way, of the first step of a graph.

    Where values are given, the lines of the graph's program are searched from what was given before each of them; else
    every edit of what a node sends back, and after that every edit of a line of the program, and pairs of them.

    Raises TutorError for names that mean nothing, shapes that cannot be, and a scenario without a value.
    """
    trace = first_trace(scenario)
    given = [*_named(scenario, gradients, "d"), *_named(scenario, values, "")]
    if not given:
        raise TutorError(NOTHING)
    arrays = [_Array(trace, scenario.examples, *each) for each in given]
    for factor in (1, scenario.examples, 1 / scenario.examples):
        if all(each.agrees(factor) for each in arrays):
            return GraphDiagnosis(scenario, tuple(each.verdict(factor) for each in arrays), summed=factor != 1)
    verdicts = tuple(each.verdict(1) for each in arrays)
    if not any(np.isfinite(each.given).any() for each in arrays if not each.agrees(1)):
        return GraphDiagnosis(scenario, verdicts)
    search = _line_search(trace, scenario, arrays)
    if search is not None and any(each.on_the_way for each in arrays):
        lines = tuple((name, tuple(causes)) for name, causes in search.line_by_line())
        if lines and all(causes for _, causes in lines):
            return GraphDiagnosis(scenario, verdicts, lines=lines, tried=search.tried)
    else:
        lines = ()
    sent, tried = _search(trace, scenario, arrays)
    by_lines: list[Found] = []
    is_named = bool(sent) and _is_named(sent[0])
    if search is not None:
        by_lines, tried = sorted(search.found(), key=likelihood), tried + search.tried
    in_one = any(len(each.slips) == 1 for each in by_lines)
    edits = tuple(sent) if is_named or not in_one else ()
    found = tuple(by_lines) if in_one or not edits else ()
    return GraphDiagnosis(scenario, verdicts, edits, tried, found=found, lines=lines)


def _is_named(edits: tuple[GraphEdit, ...]) -> bool:
    """Whether an edit has a name that says what was believed, not only what was done."""
    return edits[0].seen >= NAMED or (edits[0].name not in GENERAL and edits[0].name not in VAGUE)


class _Array:
    """An array that was given: the node, whether it is its adjoint, the numbers in the axes of the program, what is right."""

    def __init__(self, trace: Trace, examples: int, called: str, name: str, is_gradient: bool, array: AnyArray) -> None:
        self.called, self.name, self.is_gradient, self.examples = called, name, is_gradient, examples
        self.graph, self.place = trace.graph, trace.graph.index[name]
        self.right = self.of(trace)
        self.given = self._turned(array)
        self.scale = _scale(trace, self.place) if is_gradient else 0.0
        self.target = _target(self.name, self.given, self.right, self.scale)
        node = trace.graph.nodes[self.place]
        self.on_the_way = not is_gradient or node.op is not None

    def of(self, trace: Trace) -> Array:
        """Its right array, or under other rules the one they give."""
        found = trace.adjoint(self.name) if self.is_gradient else trace.values[self.place]
        if trace.graph.nodes[self.place].shared or found.shape[-1] == self.examples:
            return held(trace.graph, self.place, found, self.examples)
        return np.asarray(found)

    def _turned(self, array: AnyArray) -> AnyArray:
        """The array with the examples in front, a kernel with its channels in front; else as it is."""
        right, node = self.right, self.graph.nodes[self.place]
        has_examples = self.examples > 1 and not node.shared and right.ndim > 1
        turned = array
        if node.shared and array.ndim > 2 and _from_keras(array).shape == right.shape:
            is_ours = array.shape == right.shape and not np.allclose(_from_keras(array), right)
            turned = array if is_ours else _from_keras(array)
        if has_examples and array.shape == (*right.shape[1:], right.shape[0]):
            behind = np.moveaxis(array, -1, 0)
            is_front = array.shape == right.shape and np.allclose(array, right)
            turned = array if is_front or (array.shape == right.shape and not np.allclose(behind, right)) else behind
        if fitted(turned, right.shape) is None and array.size != right.size:
            raise TutorError(SHAPES.format(name=visible(self.called), given=array.shape, right=right.shape))
        return turned

    def factor(self, times: float) -> float:
        """What a sum for a mean makes of it."""
        return times if self.is_gradient else 1

    def agrees(self, times: float) -> bool:
        """Whether it is right, or so many times the right one."""
        right = self.factor(times) * self.right
        return _target(self.name, self.given, right, self.scale).agrees(right)

    def verdict(self, times: float) -> GraphArray:
        """What is said of it."""
        right = self.factor(times) * self.right
        target = _target(self.name, self.given, right, self.scale)
        return GraphArray(
            self.called,
            self.name,
            self.is_gradient,
            target.agrees(right),
            target.precision,
            self.given,
            right,
            target.tolerance,
        )


def _from_keras(kernel: AnyArray) -> AnyArray:
    """A kernel of shape (sides, in, out) as (out, in, sides)."""
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def _line_search(trace: Trace, scenario: Scenario, arrays: Sequence[_Array]) -> Search | None:
    """The search among the lines of the graph's program; None where it has none, or too many."""
    examples = scenario.examples
    graph, start = with_start(scenario.graph, examples)
    trace = first_trace(replace(scenario, graph=graph), start) if start else trace
    inputs = any(each.is_gradient and each.name not in graph.parameters for each in arrays)
    try:
        program = graph_program(graph, examples, inputs)
    except TutorError:
        return None
    if len(program.lines) > MOST_LINES:
        return None
    names = names_of_lines(graph, examples)
    called = {each.name: names.get(each.name, "") for each in arrays}
    targets = {f"{'d' * each.is_gradient}{called[each.name]}": each.target for each in arrays}
    return Search(Bench(program, given_of(graph, trace, scenario.training.learning_rate)), targets)


def _named(scenario: Scenario, given: Given | None, kind: str) -> Iterator[tuple[str, str, bool, AnyArray]]:
    """What each array is called, its node, whether it is its adjoint. Raises TutorError with every name that means nothing."""
    if given is None:
        return
    graph, arrays = scenario.graph, arrays_of(given)
    parameters = [name for name in graph.parameters if name not in scenario.frozen]
    problems = []
    if kind and all(name.isdigit() for name in arrays) and len(arrays) == len(parameters):
        arrays = dict(zip(parameters, arrays.values(), strict=True))
    elif kind and len(arrays) == len(parameters) and not any(_node(graph, called) for called in arrays):
        yield from (
            (called, name, True, array) for name, (called, array) in zip(parameters, arrays.items(), strict=True)
        )
        return
    elif kind and list(arrays) == [""] and len(parameters) == 1:
        arrays = {parameters[0]: arrays[""]}
    for called, array in arrays.items():
        is_value = not kind and called.removeprefix("values.") in graph.index
        name = called.removeprefix("values.") if is_value else _node(graph, called)
        if name is None:
            allowed = [node.name for node in graph.nodes if node.name.isidentifier()]
            near = did_you_mean(called, allowed)
            problems.append(Problem(UNKNOWN.format(name=visible(called), allowed=", ".join(allowed), near=near)))
        else:
            yield called, name, not is_value, array
    if problems:
        raise TutorError(problems)


def _node(graph: Graph, called: str) -> str | None:
    """``dk``, ``grads.k``, ``k.grad``, ``grad_k``, ``k_grad``, ``dL/dk`` as k."""
    forms = [called, called.removeprefix("grads."), called.removesuffix(".grad"), called.removesuffix("_grad")]
    forms += [
        called.removeprefix("grad_"),
        called.rpartition("/d")[2],
        called.removeprefix("dL_d"),
        called[1:] if called.startswith("d") else "",
    ]
    return next((form for form in forms if form in graph.index), None)


def _scale(trace: Trace, place: int) -> float:
    """The size of what a gradient is a sum of: terms that cancel leave a rest of their rounding."""
    nodes, sizes = trace.graph.nodes, [0.0]
    for i in trace.graph.computed:
        found = trace.adjoints[i]
        if place in nodes[i].inputs and found is not None:
            sizes.append(float(np.abs(found).max(initial=0.0)))
            if nodes[i].inner:  # a step of a formula, whose own sum may have cancelled
                sizes.append(_scale(trace, i))
    return max(sizes)


def _target(name: str, array: AnyArray, right: Array, scale: float) -> Target:
    precision = precision_of(array)
    value = np.asarray(array, dtype=float)
    value = value.reshape(right.shape) if value.size == right.size else value
    size = max(scale, float(np.abs(right).max(initial=0.0)))
    single = max(tolerance_of(value, "single", 0.0), 1e-6 * scale)
    if precision == "double":
        target = Target(name, value, max(tolerance_of(value, precision, 0.0), 1e-12 * size), precision)
        if not target.agrees(right) and target.agrees(right, single):
            return Target(name, value, single, "single", single)
    floor = 1e-12 * size if precision == "double" else 1e-6 * scale if precision == "single" else 0.0
    tolerance = max(tolerance_of(value, precision, 0.0), floor)
    return Target(name, value, tolerance, precision, single if value.size > FEW else 0.0)


def _search(trace: Trace, scenario: Scenario, arrays: Sequence[_Array]) -> tuple[list[tuple[GraphEdit, ...]], int]:
    """The mistakes of the catalogue and the edits under which the engine gives every array; how many were tried.

    An edit is of one share or the same everywhere.
    """
    among = [each for each in singles(scenario) if _is_of_a_program(each)]
    edits = list(graph_edits(trace))
    tried = [(edit,) for edit in edits] + list(everywhere(scenario.graph, edits))
    found = [each for each in tried if _gives(scenario, each, arrays)]
    named = [_as_edit(each, scenario.graph) for each in _giving(scenario, among, arrays)]
    once: dict[object, tuple[GraphEdit, ...]] = {}
    for each in sorted((*named, *found), key=_rank):
        once.setdefault(tuple((edit.node, edit.name) for edit in each), each)
    return list(once.values()), len(tried) + len(among)


def _is_of_a_program(hypothesis: Hypothesis) -> bool:
    """Whether a program may contain a mistake: it is no slip of copying, no other convention, and changes a pass."""
    (made,) = hypothesis.definition
    phases = {line.phase for line in made.site.changes}
    return made.mistake.kind != "convention" and phases <= {"forward", "sent"}


def _giving(scenario: Scenario, among: Sequence[Hypothesis], arrays: Sequence[_Array]) -> list[Hypothesis]:
    """The hypotheses under which every array is the one that is given."""
    if not among:
        return []
    try:
        (step,) = Intervention.batched([changes(each) for each in among]).walk(scenario, 1, moves=False)
    except FAILURES:  # a formula that has no value under one of them
        half = len(among) // 2
        return [*_giving(scenario, among[:half], arrays), *_giving(scenario, among[half:], arrays)] if half else []
    rows = range(len(among))
    for each in arrays:
        rows = [row for row in rows if each.target.loosely(each.of(_row(step.trace, each.name, row)))]  # type: ignore[assignment]
    return [among[row] for row in rows]


def _row(trace: Trace, name: str, row: int) -> Trace:
    """The trace of one of several interventions side by side, as far as one node is concerned."""
    i = trace.graph.index[name]
    ndim, adjoint, value = trace.graph.nodes[i].ndim, trace.adjoint(name), trace.values[i]
    alone = adjoint[row] if adjoint.ndim > ndim else adjoint
    valued = value[row] if value.ndim > ndim else value
    values, adjoints = trace.values, trace.adjoints
    return replace(
        trace,
        values=(*values[:i], valued, *values[i + 1 :]),
        adjoints=(*adjoints[:i], alone, *adjoints[i + 1 :]),
    )


def _as_edit(hypothesis: Hypothesis, graph: Graph) -> tuple[GraphEdit, ...]:
    """A mistake of the catalogue as an edit of the first node it changes."""
    (made,) = hypothesis.definition
    text = AT.format(clause=made.mistake.clause, where=made.site.where)
    node = graph.index[next(iter(made.site.changes)).node]
    return (GraphEdit(made.mistake.name, text, node, (), _unchanged, NAMED + made.mistake.seen),)


def _unchanged(g: Array, out: Array, given: Sequence[Array], sent: Sequence[Share]) -> Share:
    return sent[0]


def _gives(scenario: Scenario, edits: tuple[GraphEdit, ...], arrays: Sequence[_Array]) -> bool:
    graph, rules = scenario.graph, standard(scenario.graph)
    for node in dict.fromkeys(edit.node for edit in edits):
        rules = rules.at(node, backward=rule_with(graph, [edit for edit in edits if edit.node == node]))
    try:
        with np.errstate(all="ignore"):
            changed = run(graph, {**data_of(scenario, 1), **scenario.parameters}, rules)
    except FAILURES:
        return False
    return all(each.target.loosely(each.of(changed)) for each in arrays)


def _rank(edits: tuple[GraphEdit, ...]) -> tuple[int, int, int]:
    first = edits[0]
    return int(not _is_named(edits)), -first.seen, len(edits)
