"""One update of a network as straight-line code: forward, backward and update as a list of assignments, one number
each.

The ops that compute with numbers are fed the names of numbers, and write the resulting formulas. Every element of every
node is a variable; a line computes one variable from earlier ones. Small networks train many times faster by such lines
than with arrays, whose every operation costs a call.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property, lru_cache, reduce
from itertools import count
from types import SimpleNamespace
from typing import Any, TypeAlias

from backprop_tutor.fast.lowering import lower_node
from backprop_tutor.formula.functions import call
from backprop_tutor.formula.nodes import (
    Cases,
    Formula,
    Lit,
    Mul,
    Num,
    Sym,
    children,
    formula,
    mul,
    rebuild,
    symbols,
    total,
)
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, each, np
from backprop_tutor.graph.graph import Node
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.stable_forms import stable
from backprop_tutor.graph.tape import Backward, Forward, Rules, run
from backprop_tutor.training.optimizers import OPTIMIZERS
from backprop_tutor.training.rule import SHARED, is_clipped_by_norm, rule_of
from backprop_tutor.training.train_state import trainable

UPDATES = "t"
"""The name of the number of the update, from 1."""

DEEPEST = 8
"""So many variables may be inlined into one another; a formula is taken apart by recursion."""


@frozen(slots=True)
class Assignment:
    """``name = formula``."""

    name: str
    formula: Formula


Names: TypeAlias = AnyArray
"""The elements of a quantity as the symbols of their variables; a constant where there is nothing to compute."""


@frozen(eq=False)
class Program:
    """The lines of one update over so many examples, and the variables in them.

    `values` and `adjoints` are the elements of every node, `kept` the optimizer's state, by parameter and name. The
    first `passes` lines are forward and backward; the others change parameters and state, in place.
    """

    scenario: Scenario
    examples: int
    lines: tuple[Assignment, ...]
    passes: int
    values: tuple[Names, ...]
    adjoints: tuple[Names | None, ...]
    kept: Mapping[str, Mapping[str, Names]]

    @property
    def data(self) -> tuple[str, ...]:
        """The variables of the data, in the order of the scenario's arrays."""
        return tuple(name for array in self._given(self.scenario.data) for name in variables(array))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The variables of the parameters, in the order of the scenario's arrays, without missing connections."""
        return tuple(name for array in self._given(self.scenario.parameters) for name in variables(array))

    @property
    def state(self) -> tuple[str, ...]:
        """The variables of the optimizer's state."""
        return tuple(n for arrays in self.kept.values() for array in arrays.values() for n in variables(array))

    @cached_property
    def homes(self) -> tuple[AnyArray, ...]:
        """Which elements exist, for each array of parameters and then of state: False at missing connections."""
        owners = (*self.scenario.parameters, *(name for name, arrays in self.kept.items() for _ in arrays))
        return tuple(_is_variable(n) for n in self._given(owners))

    @cached_property
    def changing(self) -> tuple[str, ...]:
        """The variables of the parameters, then those of the state."""
        return (*self.parameters, *self.state)

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """Those of `changing` that an update changes: all except frozen parameters."""
        assigned = {line.name for line in self.lines[self.passes :]}
        return tuple(name for name in self.changing if name in assigned)

    @property
    def loss(self) -> Formula:
        """The reported loss."""
        found: Formula = self.values[-1].item()
        return found

    def _given(self, arrays: Iterable[str]) -> Iterator[Names]:
        return (self.values[self.scenario.graph.index[name]] for name in arrays)


def variables(names: Names) -> tuple[str, ...]:
    """The variables among some elements, row by row, without constants."""
    return tuple(name.base for name in names.flat if isinstance(name, Sym))


def places(names: Names) -> Iterator[tuple[int, int]]:
    """The rows and columns of some elements."""
    return ((row, column) for row in range(names.shape[0]) for column in range(names.shape[1]))


@lru_cache(maxsize=8)
def program(scenario: Scenario, examples: int) -> Program:
    """Writes the lines of one update of `scenario` over so many examples."""
    writer = Emitter(scenario, [], count())
    graph, given = scenario.graph, writer.given(examples)
    trace = run(graph, given, writer.rules())
    pairs = zip(graph.nodes, trace.adjoints, strict=True)
    adjoints = [None if g is None else writer.named(writer.there(node.name, g)) for node, g in pairs]
    passes = len(writer.lines)
    kept = {name: writer.kept(given[name]) for name in trainable(scenario)}
    shared = writer.shared([names for name in kept if (names := adjoints[graph.index[name]]) is not None])
    for name, state in kept.items():
        writer.update(given[name], adjoints[graph.index[name]], state, shared)
    return Program(scenario, examples, tuple(writer.lines), passes, trace.values, tuple(adjoints), kept)


def eliminate_dead_code(lines: Iterable[Assignment], wanted: Iterable[str]) -> tuple[Assignment, ...]:
    """The lines that the `wanted` variables depend on."""
    missing, found = set(wanted), []
    for line in reversed(tuple(lines)):
        if line.name in missing:
            missing.discard(line.name)
            missing |= _mentions(line.formula)
            found.append(line)
    return tuple(reversed(found))


def inline_single_use(
    lines: Sequence[Assignment], changing: Collection[str]
) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    """The lines before the first that changes a variable, and the others; a variable that a single computation takes is
    part of it.

    What depends on variables that change has to be computed before. A branch, which may be skipped, takes only variables.
    """
    begin = next((i for i, line in enumerate(lines) if line.name in changing), len(lines))
    users, later = _users(lines), _users(lines[begin:])
    taken: dict[str, Formula] = {}
    depth: Counter[str] = Counter()
    before = []
    for line in lines[:begin]:
        written = _with(line.formula, taken)
        depth[line.name] = 1 + max((depth[name] for name in _mentions(line.formula) if name in taken), default=0)
        lasts = line.name not in later or _mentions(written).isdisjoint(changing)
        if len(users[line.name]) == 1 and lasts and depth[line.name] < DEEPEST:
            taken[line.name] = written
        else:
            before.append(Assignment(line.name, written))
    return tuple(before), tuple(Assignment(line.name, _with(line.formula, taken)) for line in lines[begin:])


def _users(lines: Iterable[Assignment]) -> Mapping[str, Set[object]]:
    """The different computations that take each variable; one in a branch counts as several."""
    found: defaultdict[str, set[object]] = defaultdict(set)

    def visit(node: Formula, user: object) -> None:
        if isinstance(node, Sym):
            found[node.base].add(user)
        elif isinstance(node, Cases):
            for name in _mentions(node):
                found[name] |= {user, node}
        for part in children(node):
            visit(part, node)

    for line in lines:
        visit(line.formula, line)
    return found


def _is_variable(names: Names) -> AnyArray:
    return each(lambda name: isinstance(name, Sym), (names,)).astype(bool)


def _present(node: Node, shape: tuple[int, ...]) -> AnyArray:
    """Which elements of a node exist."""
    present = np.full(shape, fill_value=True)
    for place in node.missing:
        present[place] = False
    return present


def _masked(there: AnyArray, names: Names) -> Names:
    """The names of the elements that exist, elsewhere 0."""
    return each(lambda is_there, name: name if is_there else formula(0), (there, names))


def _mentions(node: Formula) -> set[str]:
    return {symbol.base for symbol in symbols(node)}


def _with(node: Formula, taken: Mapping[str, Formula]) -> Formula:
    """A formula with variables replaced; a product among the factors of a product is merged into it."""
    if isinstance(node, Sym):
        return taken.get(node.base, node)
    parts = tuple(_with(part, taken) for part in children(node))
    return reduce(mul, parts) if isinstance(node, Mul) else rebuild(node, parts) if parts else node


@frozen
class Emitter:
    """Writes line after line, every variable under a name of its own, never a name from a file."""

    scenario: Scenario
    lines: list[Assignment]
    fresh: Iterator[int]

    def new(self) -> Sym:
        """A new variable name."""
        return Sym(f"v{next(self.fresh)}")

    def named(self, formulas: AnyArray) -> Names:
        """Formulas as variables, with a line written for each that is a computation; one that is at several places has one."""
        known: dict[int, Formula] = {}

        def once(written: Any) -> Formula:
            found = known.get(id(written))
            if found is None:
                found = known[id(written)] = self.line(formula(written))
            return found

        return each(once, (formulas,))

    def line(self, written: Formula) -> Formula:
        """The variable of a formula, after a line for it unless it is a variable or a constant."""
        if isinstance(written, (Sym, Lit)):
            return written
        variable = self.new()
        self.lines.append(Assignment(variable.base, written))
        return variable

    def given(self, examples: int) -> dict[str, Names]:
        """Variables for the data and the parameters; 0 for a missing connection."""
        shapes = {name: (*array.shape[:-1], examples) for name, array in self.scenario.data.items()}
        shapes |= {name: array.shape for name, array in self.scenario.parameters.items()}
        whole = self.scenario.graph.whole_numbers  # what is looked up by them is part of the program
        chosen = {name: each(int, (self.scenario.data[name],)) for name in whole}
        return {
            name: self.there(name, self._array(shape)) for name, shape in shapes.items() if name not in whole
        } | chosen

    def _array(self, shape: tuple[int, ...]) -> Names:
        return each(lambda _: self.new(), (np.zeros(shape),))

    def there(self, name: str, names: Names) -> Names:
        """The elements of a node, 0 for a missing connection."""
        graph = self.scenario.graph
        node = graph.nodes[graph.index[name]]
        return _masked(_present(node, names.shape), names) if node.missing else names

    def rules(self) -> Rules:
        """The rules that write lines instead of computing."""
        size = range(len(self.scenario.graph.nodes))
        return Rules(tuple(map(self._forward, size)), tuple(map(self._backward, size)))

    def _forward(self, i: int) -> Forward | None:
        node = self.scenario.graph.nodes[i]
        if node.op is None:
            return None
        op = lower_node(self.scenario.graph, i)
        return lambda values: self.named(op.forward(*(values[j] for j in node.inputs)))

    def _backward(self, i: int) -> Backward | None:
        node = self.scenario.graph.nodes[i]
        if node.op is None or node.fused:
            return None
        op = lower_node(self.scenario.graph, i)

        def rule(values: Any, adjoints: Any) -> tuple[Any, ...]:
            adjoints[i] = self.named(adjoints[i])
            return op.vjp(adjoints[i], values[i], *(values[j] for j in node.inputs))

        return rule

    def kept(self, parameter: Names) -> dict[str, Names]:
        """Variables for the optimizer's state of a parameter; a missing connection has none."""
        names = OPTIMIZERS[self.scenario.training.optimizer].state
        return {name: _masked(_is_variable(parameter), self._array(parameter.shape)) for name in names}

    def shared(self, gradients: Sequence[Names]) -> dict[str, Formula]:
        """Writes the lines of the rule that are the same for all parameters; what is known after them, by name."""
        training = self.scenario.training
        rule = rule_of(training)
        k = SimpleNamespace(**{name: Num(value, repr(value)) for name, value in rule.constants(training).items()})
        k.t = Sym(UPDATES) + training.before if training.before else Sym(UPDATES)
        if is_clipped_by_norm(training):
            written = call("sqrt", total(tuple(g * g for names in gradients for g in names.flat if isinstance(g, Sym))))
            k.norm = self.line(written)
        for name, line in rule.lines:
            if name in SHARED:
                setattr(k, name, self.line(stable(formula(line(k)))))
        return vars(k)

    def update(
        self, parameter: Names, gradient: Names | None, kept: Mapping[str, Names], shared: Mapping[str, Formula]
    ) -> None:
        """Writes the rule of an update for every element of a parameter, after the lines that all share; the parameter
        and its state change in place.
        """
        own = tuple((name, line) for name, line in rule_of(self.scenario.training).lines if name not in SHARED)
        for place, p in np.ndenumerate(parameter):
            if isinstance(p, Sym):
                g = formula(0 if gradient is None else gradient[place])
                state: dict[str, Any] = {name: names[place] for name, names in kept.items()}
                k = SimpleNamespace(**{**shared, **state, "p": p, "g": g})
                for name, line in own:
                    variable = p if name == "p" else state.get(name) or self.new()
                    self.lines.append(Assignment(variable.base, stable(formula(line(k)))))
                    setattr(k, name, variable)
