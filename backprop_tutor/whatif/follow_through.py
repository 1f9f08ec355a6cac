"""Follows a computation through with the learner's own numbers, each known to a limited number of digits.

The steps are computed once more with the taught formulas. As soon as a quantity is computed, `settle` decides which
value the next lines use: the computed one, or the one the learner wrote. So each quantity is computed from the
learner's earlier numbers and, where one was left blank, from what follows from those.

Every rounded figure may be off by half a unit. What that does to a later number is bounded in two ways, for each of
several precisions that are followed side by side; the smaller bound is its `half`.

- An interval: a line f of quantities known to ±hᵢ is known to ±Σ max|f(x ± hᵢ) − f(x)|, with one input moved at a time.
  That is an outer bound to first order. But each line takes its inputs for independent, so that bounds multiply
  along a deep computation although the errors, which all come from the same figures, mostly cancel.
- Samples: the whole computation, from the first figure to the last, with every rounded figure moved at random within its
  half unit. As long as these errors eᵢ are small, independent and uniform, the error of a result is a sum Σ cᵢeᵢ of
  standard deviation σ, and by Hoeffding's argument (a uniform error is strictly sub-Gaussian) it is more than kσ with a
  probability of at most 2·exp(−k²/2): for k = 6, 3e-8. σ is estimated from 48 samples, which makes that about 3e-7 for
  a normal sum. So this bound is probable, not certain, and it is too small where many equal figures are
  rounded the same way, or where hardly any sample passes a kink (of a ReLU, of a maximum) that the learner's figure passed.

With few inputs the interval is the smaller one, after many operations the samples are.

The arrays of a scenario may have an axis in front of their own, of variants that are followed side by side: then it
comes after those of the precisions and the samples, and all variants are moved alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

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
from backprop_tutor.whatif.dependence import Dependence

if TYPE_CHECKING:
    from numpy.random import Generator

ONE_BY_ONE = 160
"""Up to this many inputs of a line are moved one at a time; of more, the samples alone bound it."""
SAMPLES, DEVIATIONS, SEED = 48, 6.0, 20
FEWEST_SAMPLES, MOST_SAMPLED = 4, 2_000_000
HUGE = 1e300


@frozen(eq=False)
class Reach:
    """The value of a quantity, and how far it may be off, (precisions, ...); None where it is exact.

    `samples` are its values in the samples, (precisions, samples, ...).
    """

    value: Array
    half: Array | None = None
    samples: Array | None = None

    @property
    def sampled(self) -> Array:
        """The samples of the quantity, or the value that they all have."""
        return self.value if self.samples is None else self.samples

    def along(self, axes: int) -> Reach:
        """A number, shaped to be combined with arrays of so many axes of their own."""
        half, samples = (None if each is None else along(each, axes) for each in (self.half, self.samples))
        return Reach(along(self.value, axes), half, samples)


class Settled(NamedTuple):
    """The value to continue with, the rounding of its own (precisions, ...), and where it takes the computed one's place."""

    value: Array
    own: Array | None = None
    replaced: Array | None = None


class Spot(NamedTuple):
    """A quantity of recorded steps: the step (from 0), the section, the node, and the name of an optimizer's state."""

    step: int
    section: Section
    node: int
    state: str = ""


class Enough(Exception):  # noqa: N818 - no error: the steps end early
    """Raised by `settle` where no later quantity is of interest."""


Settle: TypeAlias = Callable[[Spot, Reach], Settled]
Lost: TypeAlias = Callable[[Reach, bool], Array]


def follow(
    scenario: Scenario,
    settle: Settle,
    steps: int = 1,
    since: TrainState | None = None,
    lost: Lost | None = None,
    *,
    variants: bool = False,
    leads: Dependence | None = None,
) -> None:
    """Computes the steps, asking `settle` about every quantity in the order of the computation until it has Enough.

    Derivatives that do not lead to what is looked for, by `leads`, are taken to be 0.

    `lost` gives the half-width of a number that is not a quantity of its own: the f′(z) that a δ is multiplied by, or, with
    True, a line of an optimizer's rule.
    A number without a value is nan. Of `variants`, every array has their axis, and one without a value raises
    DomainError for all.
    """
    position, noise = since or initial_state(scenario), np.random.default_rng(SEED)
    parameters = {name: Reach(value) for name, value in position.parameters.items()}
    state = {name: {s: Reach(value) for s, value in kept.items()} for name, kept in position.state.items()}
    for step in range(steps):
        number = position.updates + step + 1
        follower = _Follower(scenario, settle, lost, variants, leads, noise, step, number, parameters, state)
        with np.errstate(all="ignore"):
            try:
                parameters, state = follower.step_through()
            except Enough:
                return


Function: TypeAlias = Callable[[Sequence[Array]], Sequence["Array | None"]]


def reached(
    function: Function, inputs: Sequence[Reach], outputs: Sequence[Array | None], *, variants: bool = False
) -> list[Reach | None]:
    """The outputs of a function with how far each may be off, given how far its inputs may be."""
    blurred = [i for i, each in enumerate(inputs) if each.half is not None and each.half.any()]
    if not blurred:
        return [None if value is None else Reach(value) for value in outputs]
    half = np.concatenate([_flat(inputs[i], variants) for i in blurred], axis=-1)
    try:
        samples = function([each.sampled for each in inputs])
    except DomainError:  # of a sample: the interval alone bounds the outputs
        if variants:
            raise
        samples = [None if value is None else np.full((len(half), 1, *value.shape), np.nan) for value in outputs]
    moved = _in_turn(function, inputs, outputs, blurred, half)
    return [
        None if value is None else bounded(value, interval, sampled)
        for value, interval, sampled in zip(outputs, moved, samples, strict=True)
    ]


def bounded(value: Array, interval: Array | None, samples: Array | None) -> Reach:
    """A value with the smaller one of its two bounds."""
    if samples is None or np.ndim(samples) <= np.ndim(value):  # it does not depend on what was rounded
        return Reach(value)
    off = samples - value
    off *= off
    spread = DEVIATIONS * np.sqrt(np.add.reduce(off, axis=1) / off.shape[1])
    return Reach(value, np.fmin(HUGE if interval is None else interval, spread), samples)


def _flat(reach: Reach, variants: bool) -> Array:
    """The half-widths of a quantity, (precisions, variants, numbers)."""
    assert reach.half is not None, "only what is not exact is moved"
    return reach.half.reshape(len(reach.half), reach.half.shape[1] if variants else 1, -1)


def _in_turn(
    function: Function, inputs: Sequence[Reach], outputs: Sequence[Array | None], blurred: Sequence[int], half: Array
) -> list[Array | None]:
    """The interval of each output; None where too many inputs would have to be moved."""
    most = half.max(axis=0)
    places = np.flatnonzero(most.any(axis=0))
    if len(places) > ONE_BY_ONE:
        return [None] * len(outputs)
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


def _off(after: Array | None, before: Array | None) -> Array | None:
    if after is None or before is None or np.ndim(after) == np.ndim(before):  # without the contribution that was moved
        return None
    return _finite(np.abs(after - before))


def _finite(off: Array) -> Array:
    """A difference, 0 where both numbers are infinite."""
    return np.minimum(np.fmax(off, 0.0), HUGE)


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
    leads: Dependence | None
    noise: Generator
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
        value, own, replaced = self.settle(Spot(self.step, section, node, state), reach)
        if replaced is None:
            return self._rounded(Reach(value, reach.half, reach.samples), own)
        half = None if reach.half is None else np.where(replaced, 0.0, reach.half)
        samples = None if reach.samples is None else np.where(replaced, value, reach.samples)
        return self._rounded(Reach(value, half, samples), own)

    def _rounded(self, reach: Reach, own: Array | None) -> Reach:
        """A quantity with a rounding of its own besides that of what it was computed from."""
        if own is None:
            return reach
        shape = reach.value.shape[1:] if self.variants else reach.value.shape
        samples = len(own), self._samples, *([1] if self.variants else []), *shape
        if not own.any():
            self.noise.bit_generator.advance(prod(samples))  # type: ignore[attr-defined]  # as if they were drawn
            return reach
        noise = self.noise.uniform(-1, 1, samples)
        moved = own[:, None] * noise
        moved += reach.sampled
        return Reach(reach.value, own if reach.half is None else own + reach.half, moved)

    @cached_property
    def _samples(self) -> int:
        """The samples of each quantity: fewer where a large array would not leave room for them."""
        given = (*self.scenario.parameters.values(), *self.scenario.data.values())
        largest = max((array.size for array in given), default=1)
        return max(FEWEST_SAMPLES, min(SAMPLES, MOST_SAMPLED // largest))

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
        (reach,) = reached(function, [values[i] for i in places], [value], variants=self.variants)
        return reach or Reach(value)

    def _backward(self, rules: Rules, values: list[Reach]) -> list[Reach]:
        """The derivatives of what is given; of what is computed the samples are let go as soon as they are not needed."""
        nodes = self.scenario.graph.nodes
        adjoints: list[Reach | None] = [None] * len(nodes)
        adjoints[-1] = Reach(np.ones_like(values[-1].value))
        for i in reversed(range(len(nodes))):
            known = adjoints[i] or Reach(np.zeros_like(values[i].value))
            adjoints[i] = known = self._settled("grads", i, known)
            for j, sent in zip(nodes[i].inputs, self._sent(rules, i, values, known), strict=False):
                adjoints[j] = self._sum(adjoints[j], sent)
            if nodes[i].inputs:
                values[i], adjoints[i] = Reach(values[i].value), None
        return [each or Reach(np.zeros_like(v.value)) for each, v in zip(adjoints, values, strict=True)]

    def _sum(self, first: Reach | None, second: Reach | None) -> Reach | None:
        """The sum of two contributions, each of them rounded."""
        if first is None or second is None:
            return first or second
        first, second = (self._rounded(each, self._lost(each)) for each in (first, second))
        both = [each.half for each in (first, second) if each.half is not None]
        value = first.value + second.value
        return bounded(value, sum(both[1:], both[0]), first.sampled + second.sampled) if both else Reach(value)

    def _lost(self, reach: Reach, *, in_rule: bool = False) -> Array | None:
        return None if self.lost is None else self.lost(reach, in_rule)

    def _sent(self, rules: Rules, i: int, values: Sequence[Reach], adjoint: Reach) -> list[Reach | None]:
        """The cotangents that node i passes to its inputs."""
        rule = rules.backward[i]
        if rule is None or not any(map(self._leads_on, self.scenario.graph.nodes[i].inputs)):
            return []
        places = tuple(dict.fromkeys((*self.scenario.graph.nodes[i].inputs, i)))
        known = [each.value for each in values]

        def function(arrays: Sequence[Array]) -> Sequence[Array | None]:
            adjoints: list[Array | None] = [None] * len(known)
            adjoints[i] = arrays[-1]
            return self._needed(i, rule(_with(known, places, arrays[:-1]), adjoints))

        inputs = [*(values[j] for j in places), adjoint]
        try:
            sent = function([each.value for each in inputs])
        except DomainError:
            if self.variants:
                raise
            return [Reach(np.full_like(values[j].value, np.nan)) for j in self.scenario.graph.nodes[i].inputs]
        found = reached(function, inputs, sent, variants=self.variants)
        return [each and self._factored(adjoint, each) for each in found]

    def _needed(self, i: int, sent: Sequence[Array | None]) -> Sequence[Array | None]:
        """What node i sends back that leads to what is looked for."""
        inputs = self.scenario.graph.nodes[i].inputs
        return [each if self._leads_on(j) else None for j, each in zip(inputs, sent, strict=False)]

    def _leads_on(self, j: int) -> bool:
        return self.leads is None or self.leads.needs("grads", j)

    def _factored(self, adjoint: Reach, sent: Reach) -> Reach:
        """The cotangents of an elementwise function with its slope rounded: g·f′, with f′ as a learner writes it."""
        if self.lost is None or sent.value.shape != adjoint.value.shape:
            return sent
        size = np.where(adjoint.value == 0, 1.0, np.abs(adjoint.value))
        slope = Reach(sent.value / size, None if sent.half is None else sent.half / size)
        return self._rounded(sent, np.abs(adjoint.value) * self.lost(slope, False))

    def _updated(self, adjoints: Sequence[Reach]) -> tuple[dict[str, Reach], dict[str, dict[str, Reach]]]:
        index = self.scenario.graph.index
        parameters, state = dict(self.parameters), {name: dict(kept) for name, kept in self.state.items()}
        norm = self._norm({name: adjoints[index[name]] for name in trainable(self.scenario)})
        for name in self.scenario.graph.parameters:
            if name in trainable(self.scenario):
                axes = self.scenario.graph.nodes[index[name]].ndim
                whole = norm and norm.along(axes)
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
        if not off:
            return Reach(value)
        samples = whole_norm(self.scenario, {name: g.sampled for name, g in gradients.items()})
        return bounded(value, sum(off[1:], off[0]) / np.where(value == 0, 1.0, value), samples)

    def _lines(self, node: int, p: Reach, g: Reach, kept: Mapping[str, Reach], norm: Reach | None) -> dict[str, Reach]:
        """Computes every line of the optimizer's rule; it is elementwise, so all numbers of an array are moved at once."""
        rule = rule_of(self.scenario.training)
        constants = {**rule.constants(self.scenario.training), "t": self.scenario.training.count(self.number)}
        known: dict[str, Reach] = {**kept, "p": p, "g": g} | ({} if norm is None else {"norm": norm})
        for i, (name, line) in enumerate(rule.lines):
            values = {each: reach.value for each, reach in known.items()}
            found = line(SimpleNamespace(**{**constants, **values}))
            value = found if np.ndim(found) else np.reshape(found, (1,) * p.value.ndim)
            interval = _elementwise(line, constants, known, value)
            samples = line(SimpleNamespace(**{**constants, **{each: reach.sampled for each, reach in known.items()}}))
            reach = Reach(value) if interval is None else bounded(value, interval, samples)
            is_last = i == len(rule.lines) - 1
            section: Section | None = "updated" if is_last else "state" if name in kept else None
            known[name] = (
                self._settled(section, node, reach, "" if is_last else name)
                if section
                else self._rounded(reach, self._lost(reach, in_rule=True))
            )
        return known


def _with(known: Sequence[Array], places: Sequence[int], arrays: Sequence[Array]) -> list[Array]:
    changed = list(known)
    for place, array in zip(places, arrays, strict=True):
        changed[place] = array
    return changed


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
            off = np.broadcast_to(_finite(np.fmax(*moved)), (len(reach.half), *value.shape))  # 0 where it is not taken
            total = off if total is None else total + off
    return total
