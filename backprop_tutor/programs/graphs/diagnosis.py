"""The diagnosis of gradients of a graph: expression graphs and graphs of arrays, convolutions, norms, attention, cells.

Gradients are named after what they belong to, in the author's own names, in the axes of the file. Every edit of what
one node sends back is carried out by the engine, and held against all arrays at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from backprop_tutor.programs.graphs.edits import IN_LINES, everywhere, graph_edits, rule_with
from backprop_tutor.programs.graphs.share import GraphEdit, Share
from backprop_tutor.programs.naming import GENERAL
from backprop_tutor.programs.received import Given, arrays_of
from backprop_tutor.programs.target import Precision, Target, fitted, precision_of, tolerance_of
from backprop_tutor.text import T
from backprop_tutor.training.batches import data_of
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

FEW = 3
"""With so few numbers, edits of many kinds give the same; what is said is said with that caveat."""


@frozen(eq=False)
class GraphArray:
    """An array: what it is called, the node, whether it is right, the numbers and what they should be."""

    called: str
    name: str
    is_right: bool
    precision: Precision
    given: AnyArray
    right: Array
    tolerance: float

    @property
    def off(self) -> int:
        """How many entries are off."""
        given = fitted(np.asarray(self.given, dtype=float), self.right.shape)
        if given is None:
            return self.right.size
        with np.errstate(all="ignore"):
            return int(np.sum(~(np.abs(given - self.right) <= self.tolerance)))


@frozen(eq=False)
class GraphDiagnosis:
    """The verdict on each array, and the edits that give them all, the likeliest first."""

    scenario: Scenario
    arrays: tuple[GraphArray, ...]
    explanations: tuple[tuple[GraphEdit, ...], ...]
    tried: int
    summed: bool = False

    @property
    def verdict(self) -> Verdict:
        """Correct where every array is right; else whether it is explained."""
        if all(array.is_right for array in self.arrays):
            return "correct"
        return "explained" if self.explanations else "unexplained"


def diagnose_graph(scenario: Scenario, gradients: Given) -> GraphDiagnosis:
    """The diagnosis of gradients of the first step of a graph.

    Raises TutorError for names that mean nothing and shapes that cannot be.
    """
    graph = scenario.graph
    trace = run(graph, {**data_of(scenario, 1), **scenario.parameters})
    given = dict(_named(graph, arrays_of(gradients)))
    if not given:
        raise TutorError(NOTHING)
    right = {name: shown(trace, name) for name in graph.index}
    for name, (called, array) in given.items():
        if fitted(array, right[name].shape) is None and array.size != right[name].size:
            shape = right[name].shape
            raise TutorError(SHAPES.format(name=visible(called), given=array.shape, right=shape))
    for times in (1, scenario.examples, 1 / scenario.examples):
        targets = {name: _target(name, array, times * right[name]) for name, (_, array) in given.items()}
        wrong = {name for name, target in targets.items() if not target.agrees(times * right[name])}
        if not wrong:
            return GraphDiagnosis(scenario, tuple(_verdicts(given, right, targets, set(), times)), (), 0, times != 1)
    targets = {name: _target(name, array, right[name]) for name, (_, array) in given.items()}
    wrong = {name for name, target in targets.items() if not target.agrees(right[name])}
    found, tried = _search(trace, scenario, targets)
    return GraphDiagnosis(scenario, tuple(_verdicts(given, right, targets, wrong, 1)), tuple(found), tried)


def shown(trace: Trace, name: str) -> Array:
    """The gradient of a node in its own axes, with those of the examples last where there are several."""
    node = trace.graph.nodes[trace.graph.index[name]]
    array = np.asarray(trace.adjoint(name))
    if node.shared:
        return array.reshape(array.shape[: node.axes])
    return array[..., 0].reshape(array.shape[: node.axes]) if array.shape[-1] == 1 else array


def _named(graph: Graph, arrays: Mapping[str, AnyArray]) -> Iterator[tuple[str, tuple[str, AnyArray]]]:
    """The node each array belongs to. Raises TutorError with every name that means nothing."""
    parameters = list(graph.parameters)
    problems = []
    if all(name.isdigit() for name in arrays) and len(arrays) == len(parameters):
        arrays = dict(zip(parameters, arrays.values(), strict=True))
    elif len(arrays) == len(parameters) and not any(_node(graph, called) for called in arrays):
        yield from ((name, pair) for name, pair in zip(parameters, arrays.items(), strict=True))
        return
    elif list(arrays) == [""] and len(parameters) == 1:
        arrays = {parameters[0]: arrays[""]}
    for called, array in arrays.items():
        name = _node(graph, called)
        if name is None:
            allowed = [node.name for node in graph.nodes if node.name.isidentifier()]
            near = did_you_mean(called, allowed)
            problems.append(Problem(UNKNOWN.format(name=visible(called), allowed=", ".join(allowed), near=near)))
        else:
            yield name, (called, array)
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


def _target(name: str, array: AnyArray, right: Array) -> Target:
    precision = precision_of(array)
    value = np.asarray(array, dtype=float)
    value = value.reshape(right.shape) if value.size == right.size else value
    tolerance = tolerance_of(value, precision, 0.0)
    single = tolerance_of(value, "single", 0.0)
    if (
        precision == "double"
        and not (target := Target(name, value, tolerance, precision)).agrees(right)
        and target.agrees(right, single)
    ):
        return Target(name, value, single, "single", single)
    floor = 1e-12 * float(np.abs(right).max(initial=0.0))
    return Target(name, value, max(tolerance, floor), precision, single if value.size > FEW else 0.0)


def _verdicts(
    given: Mapping[str, tuple[str, AnyArray]],
    right: Mapping[str, Array],
    targets: Mapping[str, Target],
    wrong: set[str],
    times: float,
) -> Iterator[GraphArray]:
    for name, (called, array) in given.items():
        target = targets[name]
        yield GraphArray(
            called, name, name not in wrong, target.precision, array, times * right[name], target.tolerance
        )


def _search(trace: Trace, scenario: Scenario, targets: Mapping[str, Target]) -> tuple[list[tuple[GraphEdit, ...]], int]:
    """The mistakes of the catalogue and the edits under which the engine gives every array; how many were tried.

    An edit is of one share or the same everywhere. A mistake that an edit of a line gives is shown by that line.
    """
    among = [each for each in singles(scenario) if _is_of_a_program(each)]
    edits = list(graph_edits(trace))
    tried = [(edit,) for edit in edits] + list(everywhere(scenario.graph, edits))
    found = [each for each in tried if _gives(scenario, each, targets)]
    named = [_as_edit(each, scenario.graph, found) for each in _giving(scenario, among, targets)]
    once: dict[object, tuple[GraphEdit, ...]] = {}
    for each in sorted((*named, *found), key=_rank):
        once.setdefault(tuple((edit.node, edit.name) for edit in each), each)
    return list(once.values()), len(tried) + len(among)


def _is_of_a_program(hypothesis: Hypothesis) -> bool:
    """Whether a program may contain a mistake: it is no slip of copying, no other convention, and changes a pass."""
    (made,) = hypothesis.definition
    phases = {line.phase for line in made.site.changes}
    return made.mistake.kind != "convention" and phases <= {"forward", "sent"}


def _giving(scenario: Scenario, among: Sequence[Hypothesis], targets: Mapping[str, Target]) -> list[Hypothesis]:
    """The hypotheses under which every array is the one that is given."""
    if not among:
        return []
    try:
        step = Intervention.batched([changes(each) for each in among]).passes(scenario)
    except FAILURES:  # a formula that has no value under one of them
        half = len(among) // 2
        return [*_giving(scenario, among[:half], targets), *_giving(scenario, among[half:], targets)] if half else []
    rows = range(len(among))
    for name, target in targets.items():
        rows = [row for row in rows if target.loosely(shown(_row(step.trace, name, row), name))]  # type: ignore[assignment]
    return [among[row] for row in rows]


def _row(trace: Trace, name: str, row: int) -> Trace:
    """The trace of one of several interventions side by side, as far as one adjoint is concerned."""
    i = trace.graph.index[name]
    adjoint = trace.adjoint(name)
    alone = adjoint[row] if adjoint.ndim > trace.graph.nodes[i].ndim else adjoint
    return replace(trace, adjoints=(*trace.adjoints[:i], alone, *trace.adjoints[i + 1 :]))


def _as_edit(hypothesis: Hypothesis, graph: Graph, found: Sequence[tuple[GraphEdit, ...]]) -> tuple[GraphEdit, ...]:
    """A mistake of the catalogue as an edit of the nodes it changes; the lines are those of an edit of the same nodes."""
    (made,) = hypothesis.definition
    text = AT.format(clause=made.mistake.clause, where=made.site.where)
    nodes = dict.fromkeys(graph.index[line.node] for line in made.site.changes)
    lined = next((each for each in found if each[0].right and {edit.node for edit in each} == set(nodes)), None)
    first = GraphEdit(made.mistake.name, text, next(iter(nodes)), (), _unchanged, NAMED + made.mistake.seen)
    return (replace(first, node=lined[0].node, right=lined[0].right, wrong=lined[0].wrong),) if lined else (first,)


def _unchanged(g: Array, out: Array, given: Sequence[Array], sent: Sequence[Share]) -> Share:
    return sent[0]


def _gives(scenario: Scenario, edits: tuple[GraphEdit, ...], targets: Mapping[str, Target]) -> bool:
    graph, rules = scenario.graph, standard(scenario.graph)
    for node in dict.fromkeys(edit.node for edit in edits):
        rules = rules.at(node, backward=rule_with(graph, [edit for edit in edits if edit.node == node]))
    try:
        with np.errstate(all="ignore"):
            changed = run(graph, {**data_of(scenario, 1), **scenario.parameters}, rules)
    except FAILURES:
        return False
    return all(target.loosely(shown(changed, name)) for name, target in targets.items())


def _rank(edits: tuple[GraphEdit, ...]) -> tuple[int, int, int, int]:
    first = edits[0]
    is_general = first.name in GENERAL or first.name in IN_LINES or first.name == "one-path-only"
    return int(is_general), -first.seen, len(edits), len(first.wrong)
