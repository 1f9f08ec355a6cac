"""The diagnosis of a program's arrays: what was understood, each array right or how it is off, the line and the slip.

Layouts, sums and means, and the forms a pass can be written in are tried together. An array is right if it is right in
any of them that all the others allow; only then is anything called wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.graph.graph import Network
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace
from backprop_tutor.programs.execution import Bench, given_values, stale
from backprop_tutor.programs.layout import LAYOUTS, Layout, named_layouts
from backprop_tutor.programs.naming import likelihood
from backprop_tutor.programs.received import Given, Received, received, sizes
from backprop_tutor.programs.reference import Program, programs
from backprop_tutor.programs.search import Found, Search
from backprop_tutor.programs.target import Precision, Target, entries_off, fitted, precision_of, tolerance_of
from backprop_tutor.text import T
from backprop_tutor.training.train_step import first_trace

Verdict: TypeAlias = Literal["correct", "explained", "unexplained", "undecided"]

ROLES = {"W": Role.WEIGHT, "b": Role.BIAS}
FLAT_ORDERS = ("C", "F")
MOST_LAYOUTS = 3
MOST_FORMS = 2
MANY = 8
"""From so many numbers on, agreement in single precision is no coincidence."""

NO_NETWORK = T(
    "programs are written, and weights imported, for layered networks of dense layers; this scenario is a graph of formulas "
    "('tutor diagnose SCENARIO --gradients FILE' judges the gradients of a program of it)",
    "只有由全连接层组成的分层网络才能写成程序或导入权重；这个场景是公式图（用 'tutor diagnose 场景 --gradients 文件' 可以检查你的程序算出的梯度）",
)
WRONG_NETWORK = T(
    "these arrays are of another network: {given}; this one has layers of {sizes} units",
    "这些数组属于另一个网络：{given}；本网络各层的单元数是 {sizes}",
)


@frozen(eq=False)
class ArrayVerdict:
    """An array: what it is called, its line's name, and whether it is right; `right` is what it should be.

    `largest` is the largest difference from it, `places` how many entries are off.
    """

    called: str
    name: str
    is_right: bool
    precision: Precision
    given: AnyArray
    right: Array
    tolerance: float

    @property
    def has_shape(self) -> bool:
        """Whether it has the shape it should have, or that of the same numbers in a row."""
        return fitted(self.given, self.right.shape) is not None

    @cached_property
    def off(self) -> int:
        """How many entries are off."""
        return entries_off(self.given, self.right, self.tolerance)


@frozen(eq=False)
class ArrayDiagnosis:
    """The answer: the layout understood, the verdict on each array, and the explanations, the best first.

    `lines` are, where values on the way were given, those that do not follow from what was given before them.
    `summed` tells that gradients are sums where the scenario's loss is a mean, or the reverse.
    """

    scenario: Scenario
    layout: Layout
    arrays: tuple[ArrayVerdict, ...]
    missing: tuple[str, ...]
    explanations: tuple[Found, ...]
    lines: tuple[tuple[str, tuple[Found, ...]], ...]
    summed: bool
    tried: int
    examples: int

    @property
    def verdict(self) -> Verdict:
        """Correct where every array is right; else whether it is explained."""
        if all(array.is_right for array in self.arrays):
            return "correct"
        explained = self.explanations or (self.lines and all(found for _, found in self.lines))
        if explained:
            return "explained"
        return "unexplained"

    def line_text(self, name: str) -> str:
        """The right side of the reference's line of a name."""
        program = program_of(self.scenario, self.layout)
        return program.lines[program.place[name]].text if name in program.place else "?"

    @property
    def are_no_numbers(self) -> bool:
        """Whether nothing in the wrong arrays is a number: no cause can be told from that."""
        return bool(self.wrong) and not any(np.isfinite(each.given).any() for each in self.wrong)

    @property
    def wrong(self) -> tuple[ArrayVerdict, ...]:
        """The arrays that are wrong."""
        return tuple(array for array in self.arrays if not array.is_right)


def diagnose_arrays(
    scenario: Scenario,
    gradients: Given | None = None,
    values: Given | None = None,
    layout: str = "auto",
    before: Scenario | None = None,
) -> ArrayDiagnosis:
    """The diagnosis of gradients, and of values on the way, of the first step of `scenario`.

    Where a program was called with the numbers of `before` before, what it may have kept of them is tried as well.

    Raises TutorError for arrays that cannot be read, names that mean nothing, and arrays of another network.
    """
    network = scenario.graph.dense  # the lines are those of z = W a + b
    if network is None:
        raise TutorError(NO_NETWORK)
    found: list[Received] = []
    if gradients is not None:
        found += received(network, gradients)
    if values is not None:
        found += received(network, values, are_values=True)
    views = [View(scenario, network, found, each, before) for each in named_layouts(layout)]
    fewest = min(view.mismatches for view in views)
    views = [view for view in views if view.mismatches == fewest]
    best = max(views, key=lambda view: view.score)
    if best.mismatches == len(best.received):
        shown = ", ".join(f"{each.called} {tuple(each.array.shape)}" for each in best.received)
        raise TutorError(WRONG_NETWORK.format(given=shown, sizes=", ".join(map(str, sizes(network)))))
    alike = sorted(views, key=lambda view: view.score, reverse=True)
    once: dict[tuple[str, str], View] = {}
    for view in alike:
        once.setdefault((view.layout.weights, view.layout.bias), view)
    return _diagnosed(scenario, list(once.values())[:MOST_LAYOUTS])


@lru_cache(maxsize=2)
def _trace(scenario: Scenario) -> Trace:
    """The forward and backward pass of the first step by the engine."""
    return first_trace(scenario)


class View:
    """The arrays seen in one layout: the right ones in it, and the programs of every form."""

    def __init__(
        self,
        scenario: Scenario,
        network: Network,
        given: Sequence[Received],
        layout: Layout,
        before: Scenario | None = None,
    ) -> None:
        self.scenario, self.network, self.layout, self.before = scenario, network, layout, before
        self.received = tuple(_unrolled(network, given, layout))
        self.index = list(LAYOUTS).index(layout.name)

    @cached_property
    def benches(self) -> list[Bench]:
        """The programs of every form, ready to run."""
        has_dx = any(each.name == "dx" for each in self.received)
        given = given_values(self.scenario, self.layout)
        found = [Bench(program, given) for program in programs(self.network, self.layout, inputs=has_dx)]
        if self.before is None:
            return found
        earlier = given_values(self.before, self.layout)
        return [Bench(one.program, {**given, **stale(Bench(one.program, earlier))}) for one in found]

    @cached_property
    def engine(self) -> dict[str, Array]:
        """The right arrays by the engine, in this layout."""
        graph = self.scenario.graph
        trace = _trace(self.scenario)
        wanted = {each.name for each in self.received} | set(self.benches[0].program.gradients)
        found = {}
        for name in wanted:
            node = graph.nodes[graph.index[name.removeprefix("d")]]
            array = trace.adjoint(node.name) if name.startswith("d") else trace.value(node.name)
            found[name] = self.layout.of(array, node.role)
        return found

    @cached_property
    def noise(self) -> Mapping[Precision, Mapping[str, float]]:
        """How far the reference itself is from the engine in each precision, by name."""
        single = given_values(self.scenario, self.layout, np.float32)
        stated = [bench for bench in self.benches if bench.program.is_stated]
        return {
            "double": self._noise(stated),
            "single": self._noise([Bench(bench.program, single) for bench in stated[:MOST_FORMS]]),
        }

    def _noise(self, benches: Iterable[Bench]) -> dict[str, float]:
        found: dict[str, float] = {}
        for bench in benches:
            for name, right in self.engine.items():
                if not name.startswith(("dz", "da", "dx")):
                    with np.errstate(all="ignore"):
                        far = np.abs(np.asarray(bench.right[name], dtype=float) - right)
                    finite = far[np.isfinite(far)]
                    found[name] = max(found.get(name, 0.0), float(finite.max(initial=0.0)))
        return found

    @cached_property
    def targets(self) -> dict[str, Target]:
        """The arrays with what counts as agreement."""
        found = {}
        total = sum(each.array.size for each in self.received)
        for each in self.received:
            precision = precision_of(each.array)
            noise = self.noise["double" if precision in ("double", "printed") else "single"].get(each.name, 0.0)
            value = np.asarray(each.array, dtype=float)
            tolerance = tolerance_of(value, precision, noise)
            single = tolerance_of(value, "single", self.noise["single"].get(each.name, 0.0))
            target = Target(each.name, value, tolerance, precision, single if total >= MANY else 0.0)
            right = self.engine[each.name]
            if precision == "double" and not target.agrees(right) and target.agrees(right, single):
                target = replace(target, tolerance=single, precision="single")  # computed so, and stored as double
            found[each.name] = target
        return found

    @cached_property
    def mismatches(self) -> int:
        """How many arrays have a shape that this layout does not allow."""
        expected = {name: np.shape(value) for name, value in self.engine.items()}
        return sum(each.array.shape != expected[each.name] for each in self.received)

    @cached_property
    def rights(self) -> int:
        """How many arrays are right, in the form that makes most of them right."""
        return max(len(search.right) for search in self.searches)

    @cached_property
    def searches(self) -> list[Search]:
        """A search a form; below the output, forms that divide at the same place share their lines."""
        known: dict[str, frozenset[tuple[str, str]]] = {}
        found = []
        for bench in self.benches:
            divides = bench.program.form.divides
            found.append(Search(bench, self.targets, known.get(divides, frozenset())))
            known[divides] = known.get(divides, frozenset()) | bench.program.below_output
        return found

    @property
    def score(self) -> tuple[int, int, int]:
        """Better is greater: shapes that fit, arrays that are right, then what is usual."""
        return -self.mismatches, self.rights, -self.index


def _unrolled(network: Network, given: Sequence[Received], layout: Layout) -> Iterator[Received]:
    """The arrays, a flat vector cut into W1, b1, W2, b2, ... of this layout."""
    for each in given:
        if each.name != "flat":
            yield each
            continue
        start, units = 0, sizes(network)
        for i, layer in enumerate(network.layers, 1):
            shape = (units[i - 1], units[i]) if layout.weights == "in,out" else (units[i], units[i - 1])
            for name, shape_ in ((f"dW{i}", shape), (f"db{i}", (units[i],))):
                if name[1] == "b" and not layer.bias:
                    continue
                size = int(np.prod(shape_))
                part = each.array[start : start + size].reshape(shape_)
                if name[1] == "b":
                    part = layout.of(part[:, None], Role.BIAS)
                yield Received(f"{name} (of the vector)", name, part)
                start += size


def _diagnosed(scenario: Scenario, views: Sequence[View]) -> ArrayDiagnosis:
    """The first view that explains everything, or the best one."""
    answers = []
    for view in views:
        answer = _in_view(scenario, view)
        if answer.verdict in ("correct", "explained"):
            return answer
        answers.append(answer)
    return answers[0]


def _in_view(scenario: Scenario, view: View) -> ArrayDiagnosis:
    searches = view.searches
    ordered = sorted(searches, key=lambda search: len(search.wrong))
    best = ordered[0]
    mean = view.network.reduction == "mean"
    given_missing = tuple(n for n in best.bench.program.gradients if n not in view.targets)
    explanations: list[Found] = []
    lines: list[tuple[str, tuple[Found, ...]]] = []
    if best.wrong and any(np.isfinite(view.targets[name].value).any() for name in best.wrong):
        has_values = any(not name.startswith(("dW", "db")) for name in view.targets)
        if has_values:
            lines = min((_lines(search) for search in searches), key=_badness)
        if not lines or not all(found for _, found in lines) or len(lines) > 1:
            explanations = _explanations(searches)
        if explanations and len(lines) != 1:
            lines = []
    is_stated = (best.bench.program.form.divides != "nowhere") == mean or best.bench.given["m"] == 1
    return ArrayDiagnosis(
        scenario,
        view.layout,
        tuple(_verdicts(view, best)),
        given_missing,
        tuple(explanations),
        tuple(lines),
        summed=not is_stated and not best.wrong,
        tried=sum(search.tried for search in searches),
        examples=best.bench.given["m"],
    )


def _lines(search: Search) -> list[tuple[str, tuple[Found, ...]]]:
    return [(name, tuple(found)) for name, found in search.line_by_line()]


def _badness(lines: Sequence[tuple[str, tuple[Found, ...]]]) -> tuple[int, int]:
    return sum(not found for _, found in lines), len(lines)


def _explanations(searches: Sequence[Search]) -> list[Found]:
    """What explains all that is wrong, of every form; the forms of the stated loss come first."""
    found = _found([search for search in searches if search.is_stated])
    found = found or _found([search for search in searches if not search.is_stated])
    once: dict[Any, Found] = {}
    for each in sorted(found, key=likelihood):
        key = tuple((slip.rule.name, tuple((str(e.line), e.text) for e in slip.edits)) for slip in each.slips)
        once.setdefault(key, each)
    return list(once.values())


def _found(searches: Sequence[Search]) -> list[Found]:
    """What explains all that is wrong; where one slip in the usual forms does, the others are not asked."""
    found: list[Found] = []
    for i, search in enumerate(searches):
        found += search.found()
        if i + 1 >= MOST_FORMS and any(len(each.slips) == 1 for each in found):
            break
    return found


def _verdicts(view: View, best: Search) -> Iterator[ArrayVerdict]:
    for each in view.received:
        target = view.targets[each.name]
        right = np.asarray(best.bench.right[each.name], dtype=float)
        if best.is_stated and not each.name.startswith(("da", "dz", "dx")):
            right = view.engine[each.name]
        yield ArrayVerdict(
            each.called, each.name, each.name not in best.wrong, target.precision, each.array, right, target.tolerance
        )


def program_of(scenario: Scenario, layout: Layout) -> Program:
    """The reference program of a network in a layout, in its first form."""
    if scenario.graph.dense is None:  # the lines are those of z = W a + b
        raise TutorError(NO_NETWORK)
    return next(programs(scenario.graph.dense, layout))
