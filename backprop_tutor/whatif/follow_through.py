"""Follows a computation through with the learner's own numbers, each known to a limited number of digits.

The steps are computed once more with the taught formulas. As soon as a quantity is computed, `settle` decides which
value the next lines use: the computed one, or the one the learner wrote. So each quantity is computed from the
learner's earlier numbers and, where one was left blank, from what follows from those.

Each value comes with its `half`: half the width of the interval it lies in, for each of several precisions that are
followed side by side, (precisions, ...). A line f of quantities known to ±hᵢ is known to ±Σ max|f(x ± hᵢ) − f(x)|, with
one input moved at a time; where there are very many inputs, to four times the standard deviation of f when all are
moved at once, up or down at random.

The arrays of a scenario may have an axis in front of their own, of variants that are followed side by side: then it
comes after that of the precisions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple, TypeAlias

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.expression import DomainError
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Rules
from backprop_tutor.graph.textbook_rules import textbook_rules
from backprop_tutor.training.batches import data_of
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import TrainState, initial_state, trainable
from backprop_tutor.training.train_step import along, whole_norm

ONE_BY_ONE = 160
"""Up to this many inputs are moved one at a time; more are moved together."""
AT_RANDOM, DEVIATIONS, SEED = 24, 4.0, 20
HUGE = 1e300


@frozen(eq=False)
class Reach:
    """The value of a quantity, and the half-width of its interval, (precisions, ...); None where it is exact."""

    value: Array
    half: Array | None = None


class Spot(NamedTuple):
    """A quantity of recorded steps: the step (from 0), the section, the node, and the name of an optimizer's state."""

    step: int
    section: Section
    node: int
    state: str = ""


class Enough(Exception):  # noqa: N818 - no error: the steps end early
    """Raised by `settle` where no later quantity is of interest."""


Settle: TypeAlias = Callable[[Spot, Reach], Reach]
Lost: TypeAlias = Callable[[Array], Array]


def follow(
    scenario: Scenario,
    settle: Settle,
    steps: int = 1,
    since: TrainState | None = None,
    lost: Lost | None = None,
    *,
    variants: bool = False,
) -> None:
    """Computes the steps, asking `settle` about every quantity in the order of the computation until it has Enough.

    `lost` gives the half-width of a number that is not a quantity of its own: the f′(z) that a δ is multiplied by.
    A number without a value is nan. Of `variants`, every array has their axis, and one without a value raises
    DomainError for all.
    """
    position = since or initial_state(scenario)
    parameters = {name: Reach(value) for name, value in position.parameters.items()}
    state = {name: {s: Reach(value) for s, value in kept.items()} for name, kept in position.state.items()}
    for step in range(steps):
        follower = _Follower(scenario, settle, lost, variants, step, position.updates + step + 1, parameters, state)
        with np.errstate(all="ignore"):
            try:
                parameters, state = follower.step_through()
            except Enough:
                return


Function: TypeAlias = Callable[[Sequence[Array]], Sequence["Array | None"]]


def halves(
    function: Function, inputs: Sequence[Reach], outputs: Sequence[Array | None], *, variants: bool = False
) -> list[Array | None]:
    """The half-width of each output, given those of the inputs."""
    blurred = [i for i, each in enumerate(inputs) if each.half is not None and each.half.any()]
    if not blurred:
        return [None] * len(outputs)
    half = np.concatenate([_flat(inputs[i], variants) for i in blurred], axis=-1)
    few = np.count_nonzero(half.any(axis=(0, 1))) <= ONE_BY_ONE
    return (_in_turn if few else _together)(function, inputs, outputs, blurred, half)


def _flat(reach: Reach, variants: bool) -> Array:
    """The half-widths of a quantity, (precisions, variants, numbers)."""
    assert reach.half is not None, "only what is not exact is moved"
    return reach.half.reshape(len(reach.half), reach.half.shape[1] if variants else 1, -1)


def _in_turn(
    function: Function, inputs: Sequence[Reach], outputs: Sequence[Array | None], blurred: Sequence[int], half: Array
) -> list[Array | None]:
    most = half.max(axis=0)
    places = np.flatnonzero(most.any(axis=0))
    moves = np.zeros((2, len(places), *most.shape))
    moves[0, np.arange(len(places)), :, places] = most[:, places].T
    moves[1] = -moves[0]
    found = _moved(function, inputs, blurred, moves.reshape(-1, *most.shape))
    share = half[..., places] / np.where(most[:, places] == 0, 1.0, most[:, places])
    spread: list[Array | None] = []
    for after, before in zip(found, outputs, strict=True):
        off = _off(after, before)
        if off is None or before is None:
            spread.append(None)
            continue
        farthest = np.maximum(*off.reshape(2, len(places), half.shape[1], -1))
        spread.append(np.einsum("kvp,pvn->kvn", share, farthest).reshape(len(half), *before.shape))
    return spread


def _together(
    function: Function, inputs: Sequence[Reach], outputs: Sequence[Array | None], blurred: Sequence[int], half: Array
) -> list[Array | None]:
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], (AT_RANDOM, 1, half.shape[-1]))
    rows = [_moved(function, inputs, blurred, signs * each) for each in half]
    spread: list[Array | None] = []
    for i, before in enumerate(outputs):
        off = [each for found in rows if (each := _off(found[i], before)) is not None]
        spread.append(DEVIATIONS * np.sqrt(np.array([np.mean(each**2, axis=0) for each in off])) if off else None)
    return spread


def _off(after: Array | None, before: Array | None) -> Array | None:
    if after is None or before is None or np.ndim(after) == np.ndim(before):  # without the contribution that was moved
        return None
    off = np.abs(after - before)
    spread: Array = np.nan_to_num(np.broadcast_to(off, (off.shape[0], *before.shape)), nan=0.0, posinf=HUGE)
    return spread


def _moved(function: Function, inputs: Sequence[Reach], blurred: Sequence[int], moves: Array) -> Sequence[Array | None]:
    """The outputs for each moved input, (moves, ...), by moves (moves, variants, numbers); empty where moving leads to
    no value.
    """
    arrays, place = [each.value for each in inputs], 0
    for i in blurred:
        value = inputs[i].value
        size = value.size // moves.shape[1]
        arrays[i] = value + moves[..., place : place + size].reshape(-1, *value.shape)
        place += size
    try:
        return function(arrays)
    except DomainError:
        if moves.shape[1] > 1:
            raise
        return [None] * len(function([each.value for each in inputs]))


@dataclass
class _Follower:
    scenario: Scenario
    settle: Settle
    lost: Lost | None
    variants: bool
    step: int
    number: int
    parameters: Mapping[str, Reach]
    state: Mapping[str, Mapping[str, Reach]]

    def step_through(self) -> tuple[dict[str, Reach], dict[str, dict[str, Reach]]]:
        """The step computed with the learner's numbers; the parameters and the optimizer's state after it."""
        rules, data = textbook_rules(self.scenario.graph), data_of(self.scenario, self.number)
        given = {name: Reach(value) for name, value in data.items()}
        values = self._forward("values", rules, {**given, **self.parameters})
        parameters, state = self._updated(self._backward(rules, values))
        self._forward("after", rules, {**given, **parameters})
        return parameters, state

    def _settled(self, section: Section, node: int, reach: Reach, state: str = "") -> Reach:
        return self.settle(Spot(self.step, section, node, state), reach)

    def _forward(self, section: Section, rules: Rules, given: Mapping[str, Reach]) -> list[Reach]:
        values: list[Reach] = []
        for i, (node, rule) in enumerate(zip(self.scenario.graph.nodes, rules.forward, strict=True)):
            reach = given[node.name] if rule is None else self._computed(rule, values, node.inputs)
            values.append(self._settled(section, i, reach) if section == "values" or rule is not None else reach)
        return values

    def _computed(self, rule: Callable[..., Array], values: Sequence[Reach], inputs: Sequence[int]) -> Reach:
        places = tuple(dict.fromkeys(inputs))
        known = [each.value for each in values]

        def function(arrays: Sequence[Array]) -> tuple[Array]:
            return (rule(_with(known, places, arrays)),)

        try:
            value = rule(known)
        except DomainError:
            if self.variants:
                raise
            return Reach(np.full_like(values[-1].value, np.nan))
        (half,) = halves(function, [values[i] for i in places], [value], variants=self.variants)
        return Reach(value, half)

    def _backward(self, rules: Rules, values: Sequence[Reach]) -> list[Reach]:
        nodes = self.scenario.graph.nodes
        adjoints: list[Reach | None] = [None] * len(nodes)
        adjoints[-1] = Reach(np.ones_like(values[-1].value))
        for i in reversed(range(len(nodes))):
            known = adjoints[i] or Reach(np.zeros_like(values[i].value))
            adjoints[i] = known = self._settled("grads", i, known)
            for j, sent in zip(nodes[i].inputs, self._sent(rules, i, values, known), strict=False):
                adjoints[j] = _sum(adjoints[j], sent)
        return [each or Reach(np.zeros_like(v.value)) for each, v in zip(adjoints, values, strict=True)]

    def _sent(self, rules: Rules, i: int, values: Sequence[Reach], adjoint: Reach) -> list[Reach | None]:
        """The cotangents that node i passes to its inputs."""
        rule = rules.backward[i]
        if rule is None:
            return []
        places = tuple(dict.fromkeys((*self.scenario.graph.nodes[i].inputs, i)))
        known = [each.value for each in values]

        def function(arrays: Sequence[Array]) -> Sequence[Array | None]:
            adjoints: list[Array | None] = [None] * len(known)
            adjoints[i] = arrays[-1]
            return rule(_with(known, places, arrays[:-1]), adjoints)

        inputs = [*(values[j] for j in places), adjoint]
        try:
            sent = function([each.value for each in inputs])
        except DomainError:
            if self.variants:
                raise
            return [Reach(np.full_like(values[j].value, np.nan)) for j in self.scenario.graph.nodes[i].inputs]
        spread = zip(sent, halves(function, inputs, sent, variants=self.variants), strict=True)
        return [None if value is None else self._factored(adjoint, Reach(value, half)) for value, half in spread]

    def _factored(self, adjoint: Reach, sent: Reach) -> Reach:
        """The cotangents of an elementwise function with its slope rounded: g·f′, with f′ as a learner writes it."""
        if self.lost is None or sent.half is None or sent.value.shape != adjoint.value.shape:
            return sent
        slope = np.where(adjoint.value == 0, 0.0, sent.value / np.where(adjoint.value == 0, 1.0, adjoint.value))
        return Reach(sent.value, sent.half + np.abs(adjoint.value) * self.lost(slope))

    def _updated(self, adjoints: Sequence[Reach]) -> tuple[dict[str, Reach], dict[str, dict[str, Reach]]]:
        index = self.scenario.graph.index
        parameters, state = dict(self.parameters), {name: dict(kept) for name, kept in self.state.items()}
        norm = self._norm({name: adjoints[index[name]] for name in trainable(self.scenario)})
        for name in self.scenario.graph.parameters:
            if name in trainable(self.scenario):
                axes = self.scenario.graph.nodes[index[name]].ndim
                whole = norm and Reach(along(norm.value, axes), None if norm.half is None else along(norm.half, axes))
                known = self._lines(index[name], parameters[name], adjoints[index[name]], state[name], whole)
                state[name] = {each: known[each] for each in state[name]}
                parameters[name] = known["p"]
            else:
                parameters[name] = self._settled("updated", index[name], parameters[name])
        return parameters, state

    def _norm(self, gradients: Mapping[str, Reach]) -> Reach | None:
        """The norm of the whole gradient, where the rule needs it; how far it may be off is Σ|g|·half over it."""
        value = whole_norm(self.scenario, {name: g.value for name, g in gradients.items()})
        if value is None:
            return None
        nodes, index = self.scenario.graph.nodes, self.scenario.graph.index
        off = [
            (np.abs(g.value) * g.half).sum(axis=tuple(range(-nodes[index[name]].ndim, 0)))
            for name, g in gradients.items()
            if g.half is not None
        ]
        return Reach(value, sum(off[1:], off[0]) / np.where(value == 0, 1.0, value) if off else None)

    def _lines(self, node: int, p: Reach, g: Reach, kept: Mapping[str, Reach], norm: Reach | None) -> dict[str, Reach]:
        """Computes every line of the optimizer's rule; it is elementwise, so all numbers of an array are moved at once."""
        rule = rule_of(self.scenario.training)
        constants = {**rule.constants(self.scenario.training), "t": self.scenario.training.count(self.number)}
        known: dict[str, Reach] = {**kept, "p": p, "g": g} | ({} if norm is None else {"norm": norm})
        for i, (name, line) in enumerate(rule.lines):
            values = {each: reach.value for each, reach in known.items()}
            found = line(SimpleNamespace(**{**constants, **values}))
            value = found if np.ndim(found) else np.broadcast_to(found, p.value.shape)
            reach = Reach(value, _elementwise(line, constants, known, value))
            is_last = i == len(rule.lines) - 1
            section: Section | None = "updated" if is_last else "state" if name in kept else None
            known[name] = self._settled(section, node, reach, "" if is_last else name) if section else reach
        return known


def _with(known: Sequence[Array], places: Sequence[int], arrays: Sequence[Array]) -> list[Array]:
    changed = list(known)
    for place, array in zip(places, arrays, strict=True):
        changed[place] = array
    return changed


def _sum(first: Reach | None, second: Reach | None) -> Reach | None:
    if first is None or second is None:
        return first or second
    both = [each.half for each in (first, second) if each.half is not None]
    return Reach(first.value + second.value, sum(both[1:], both[0]) if both else None)


def _elementwise(
    line: Callable[[SimpleNamespace], Array], constants: Mapping[str, float], known: Mapping[str, Reach], value: Array
) -> Array | None:
    values, total = {name: reach.value for name, reach in known.items()}, None
    for name, reach in known.items():
        if reach.half is not None and reach.half.any():
            moved = [
                np.abs(line(SimpleNamespace(**{**constants, **values, name: values[name] + way * reach.half})) - value)
                for way in (-1, 1)
            ]
            off = np.nan_to_num(np.fmax(*moved), nan=0.0, posinf=HUGE)
            total = off if total is None else total + off
    return None if total is None else np.broadcast_to(total, (total.shape[0], *value.shape))
