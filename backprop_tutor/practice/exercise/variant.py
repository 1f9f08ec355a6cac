"""Numbers drawn for work by hand: the same scenario with fresh ones, or a random network.

They must be suitable: no unit dead or saturated, no gradient tiny. Each is drawn by a hash of its name, so adding one
changes no other, and whole draws that are not suitable are drawn again. A random network is written as a scenario file
and read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache, partial
from hashlib import sha256
from itertools import pairwise
from math import floor, log10
from sys import float_info
from typing import TypeAlias

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.arrays import UPSTREAM
from backprop_tutor.graph.graph import Graph, Index, Node
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace
from backprop_tutor.practice.exercise.draw import GENERATOR, drawn, pick
from backprop_tutor.practice.exercise.exercise import first_steps, steps_to_ask
from backprop_tutor.scenario.load import build
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import LETTERS
from backprop_tutor.training.train_step import Step, run_scenario
from backprop_tutor.verify.numerical_derivative import differences

SATURATED = 0.95
DEAD = 0.05
SMALLEST_GRADIENT = 1e-3
LARGEST = 100.0
FEW = 40  # derivatives by which a tie among the numbers of an array is detected
MANY, TINY_ALLOWED = 100, 0.1
"""Of more gradients than this, such a share may be tiny: of so many no draw has none."""
BOUNDED = ("sigmoid", "tanh", "softmax")


Fault: TypeAlias = tuple[str, str, int]
"""What is wrong, the quantity with which, and which of its numbers."""
GRADIENT, KINK = "gradient", "kink"


def fit(scenario: Scenario, smallest: float = SMALLEST_GRADIENT, known: Set[Fault] = frozenset()) -> bool:
    """Whether every unit is active, no gradient is below 0.001, or another required size, no number above 100.

    Where what comes back is given, the derivatives of the inputs are asked for: none may be below a thousandth of the
    largest, as it is for the third of three normalised numbers with two alike, where it consists of the norm's ε alone.

    In a graph of arrays no gradient may be above 100 either, no number may stand at a kink or a tie, and what comes
    back to a norm may not be the same everywhere: all derivatives before it would be 0. A fault that is `known` is none.
    """
    try:
        steps = first_steps(scenario, steps_to_ask(scenario)).steps
    except TutorError:
        return False
    if _is_uniform(scenario) or any(_is_unfit(scenario, step.trace, smallest, known) for step in steps):
        return False
    return scenario.graph.shapes is None or (KINK, "", 0) in known or is_smooth(steps)


def is_smooth(steps: Sequence[Step]) -> bool:
    """Whether differences agree with the derivatives, which they do not at a kink or a tie."""
    return all(d.agrees for step in steps for d in differences(step.trace, FEW))


def _is_uniform(scenario: Scenario) -> bool:
    given = scenario.data.get(UPSTREAM)
    return given is not None and given.size > 1 and float(np.ptp(given)) == 0.0


def _is_unfit(scenario: Scenario, trace: Trace, smallest: float, known: Set[Fault]) -> bool:
    """Whether there is a fault that is not known; a tenth of many gradients may be tiny."""
    count = sum(trace.adjoint(name).size for name in _asked_for(scenario))
    tiny = 0
    for fault in _faults(scenario, trace, smallest):
        if fault not in known:
            tiny += 1
            if fault[0] != GRADIENT or count <= MANY or tiny > TINY_ALLOWED * count:
                return True
    return False


def _faults(scenario: Scenario, trace: Trace, smallest: float) -> Iterator[Fault]:
    nodes, of_arrays, sent = scenario.graph.nodes, scenario.graph.shapes is not None, UPSTREAM in scenario.data
    for node, value in zip(nodes, trace.values, strict=True):
        numbers = value.ravel().tolist()
        yield from (("size", node.name, i) for i, v in enumerate(numbers) if not abs(v) <= LARGEST)
        if node.op and _is_function(node):
            function = node.op.name
            yield from (("unit", node.name, i) for i, a in enumerate(numbers) if not _is_active(a, function))
        if of_arrays and node.op is None:
            steep = enumerate(trace.adjoint(node.name).ravel().tolist())
            yield from (("slope", node.name, i) for i, g in steep if abs(g) > LARGEST)
    gradients = {name: trace.adjoint(name).ravel().tolist() for name in _asked_for(scenario)}
    if sent:
        smallest *= max(abs(g) for numbers in gradients.values() for g in numbers)
    for name, numbers in gradients.items():
        # of arrays a gradient is 0 for an element that lost to a larger one, and a row that was not looked up
        tiny = (i for i, g in enumerate(numbers) if abs(g) < smallest and not (of_arrays and g == 0))
        yield from ((GRADIENT, name, i) for i in tiny)


def _asked_for(scenario: Scenario) -> tuple[str, ...]:
    """The quantities whose derivatives are asked for."""
    moving = tuple(scenario.graph.parameters)
    if not moving or UPSTREAM in scenario.data:
        moving += tuple(node.name for node in scenario.graph.nodes if node.role == Role.INPUT)
    return moving


def _is_function(node: Node) -> bool:
    """Whether a node is the activation function of a layer, or a softmax among formulas, that can be saturated."""
    return node.role == Role.ACTIVATION or (node.op is not None and node.op.name == "softmax")


def _is_active(activation: float, function: str) -> bool:
    """Whether a unit is neither dead nor saturated; the probability of what is masked is 0."""
    most = SATURATED if function in BOUNDED else LARGEST
    return DEAD <= abs(activation) <= most or (activation == 0 and function == "softmax")


ATTEMPTS = 200
TRIED = 60
"""So many draws decide whether a scenario has suitable ones."""
SETTINGS_KEPT = ("learning_rate", "l2", *(name for name in LETTERS if LETTERS[name].role == Role.SETTING))


def variant(scenario: Scenario, seed: int, *, like: bool = False) -> Scenario:
    """`scenario` with other numbers for each seed: the first new draw suitable for work by hand, else the last one.

    Whole numbers stay whole, signs stay in expression graphs; targets that are 0 or 1 stay, and what is to be kept.
    `like` the original, every number has as many decimals as its author gave it, and the learning rate varies too.
    """
    return _first_suitable(scenario, seed, like, *_demands(scenario, like))[0]


@lru_cache(maxsize=16)
def _demands(scenario: Scenario, like: bool) -> tuple[int, frozenset[Fault]]:
    """How many draws are worth making, and the faults that are none.

    Those are ties, and where no draw is without fault all that the author's own numbers have: what is masked, what
    vanishes on purpose. Where nothing is suitable even so, one draw is as good as many.
    """
    try:
        steps = run_scenario(scenario, steps_to_ask(scenario)).steps
    except TutorError:
        steps = ()
    tied = scenario.graph.shapes is not None and not is_smooth(steps)
    ties = frozenset({(KINK, "", 0)} if tied else ())
    known = ties.union(*(_faults(scenario, step.trace, SMALLEST_GRADIENT) for step in steps))
    for allowed in (ties, known):
        if _first_suitable(scenario, 0, like, TRIED, allowed)[1]:
            return ATTEMPTS, allowed
    return 1, known


def _first_suitable(
    scenario: Scenario, seed: int, like: bool, attempts: int, known: Set[Fault]
) -> tuple[Scenario, bool]:
    """The first new draw that is suitable, else the last one; and whether it is."""
    drawn_anew = scenario
    for attempt in range(attempts):
        drawn_anew = _drawn(scenario, seed, attempt, like)
        if _is_new(scenario, drawn_anew) and fit(drawn_anew, known=known):
            return drawn_anew, True
    return drawn_anew, False


def _is_new(scenario: Scenario, drawn_anew: Scenario) -> bool:
    """Whether some number was drawn differently: one whole number alone may come again as it was."""
    before, now = ({**each.data, **each.parameters} for each in (scenario, drawn_anew))
    return any(not np.array_equal(array, now[name]) for name, array in before.items())


def _drawn(scenario: Scenario, seed: int, attempt: int, like: bool) -> Scenario:
    given = {**scenario.data, **scenario.parameters}
    draw = partial(drawn, seed, attempt)
    fresh = {
        name: _array(scenario, name, array, draw, like) for name, array in given.items() if _varies(scenario, name)
    }
    arrays = {**given, **fresh}
    numbers = ",".join(f"{name}={array.tolist()}" for name, array in arrays.items())
    stays = (*SETTINGS_KEPT, *scenario.unvaried)
    spelling = {name: text for name, text in scenario.spelling.items() if name.partition("[")[0] in stays}
    spelling |= {name: text for each in fresh for name, text in _spelled(scenario, each, arrays)}
    training = scenario.training
    if like:  # a learning rate of the size of the author's: 1, 2, 3 or 5 times the same power of ten
        power = floor(log10(training.learning_rate))
        training = replace(training, learning_rate=float(f"{pick((1, 2, 3, 5), seed, 'learning rate')}e{power}"))
        spelling["learning_rate"] = f"{training.learning_rate:g}"
    return replace(
        scenario,
        training=training,
        data={name: arrays[name] for name in scenario.data},
        parameters={name: arrays[name] for name in scenario.parameters},
        description=None,
        spelling=spelling,
        digest=sha256(f"{scenario.digest}:{numbers}".encode()).hexdigest(),
    )


def _varies(scenario: Scenario, name: str) -> bool:
    """Whether an array is drawn anew: no array of row numbers, no mask, and no targets that are all 0 or 1."""
    graph, array = scenario.graph, scenario.data.get(name)
    node = graph.nodes[graph.index[name]]
    binary = array is not None and bool(np.isin(array, (0.0, 1.0)).all())
    marks = binary and (node.role == Role.TARGET or (graph.shapes is not None and node.axes > 0))
    return not (marks or name in scenario.unvaried or name in graph.whole_numbers)


def _array(scenario: Scenario, name: str, array: Array, draw: Callable[..., int], like: bool) -> Array:
    fresh, graph, spelling = array.copy(), scenario.graph, scenario.spelling
    as_before = not graph.layers or graph.nodes[graph.index[name]].role == Role.TARGET
    for at, place in _places(graph, name, array.shape):
        old = float(array[at])
        text = spelling.get(place, spelling.get(f"{place}@{at[-1] + 1}", f"{old:g}")) if like else ""
        fresh[at] = _alike(old, text, place, draw) if like else _number(old, place, draw, as_before)
    return graph.shared(name, fresh.clip(-float_info.max, float_info.max))


@lru_cache(maxsize=32)
def _places(graph: Graph, name: str, shape: Index) -> tuple[tuple[Index, str], ...]:
    """The places of an array at which there is a number of its own, each with the name it is drawn by."""
    places = (at for at in np.ndindex(*shape) if graph.exists(graph.element(graph.index[name], at)))
    return tuple((at, Quantity(name, tuple(i + 1 for i in at)).short) for at in places)


def _alike(old: float, text: str, place: str, draw: Callable[..., int]) -> float:
    """A number with the decimals and the sign of the author's, from half to twice its size; 0 and 1 stay."""
    if old in (0.0, 1.0, -1.0):
        return old
    unit = Decimal(1).scaleb(min(0, int(Decimal(text).as_tuple().exponent)))
    size = int(abs(Decimal(text)) / unit)
    low, high = max(1, size // 2), max(2 * size, 9)
    return float((-1 if old < 0 else 1) * (low + draw(place) % (high - low + 1)) * unit)


def _number(old: float, place: str, draw: Callable[..., int], signed_as_before: bool) -> float:
    """A number like `old`: whole from 1 to 5 where it is whole and not 0, else with two decimals."""
    sign = (-1 if old < 0 else 1) if signed_as_before else (1, 1, -1)[draw("sign", place) % 3]
    if old and old == int(old) and signed_as_before:
        return float(sign * (1 + draw(place) % 5))
    return sign * round(max(1.0, abs(old)) * (10 + draw(place) % 86) / 100, 2)


def _spelled(scenario: Scenario, name: str, arrays: Mapping[str, Array]) -> Iterator[tuple[str, str]]:
    """The figures of a fresh array by contract name, as an author would write them."""
    array = arrays[name]
    for place, shown in _shown(scenario.graph, name, array.shape, scenario.examples > 1):
        yield shown, f"{float(array[place]):g}"


@lru_cache(maxsize=32)
def _shown(graph: Graph, name: str, shape: Index, counted: bool) -> tuple[tuple[Index, str], ...]:
    """The places of an array, each with the contract's name of its number."""
    found = []
    for place in np.ndindex(*shape):
        index, example = graph.nodes[graph.index[name]].where(place)
        of_one = None if example is None or not counted else example + 1
        found.append((place, Quantity(name, tuple(i + 1 for i in index), of_one).short))
    return tuple(found)


SHAPES = ("2-2-1", "2-2-2", "2-3-1", "3-2-2", "2-2-3")
SHAPE = re.compile(r"[1-9](?:-[1-9]){1,4}", re.ASCII)
ATTEMPTS_AT = {1e-3: 300, 1e-4: 100, 1e-5: 100}
"""The number of draws tried for gradients that are nowhere below 0.001; then, for deep networks, for smaller ones."""

RATES = (0.1, 0.2, 0.3, 0.4, 0.5)

NO_SHAPE = T(
    "--random takes the sizes of the layers, such as 2-3-2 (2 to 5 layers of at most 9 units); '{typed}' is not that",
    "--random 的写法是各层的单元数，如 2-3-2（2 至 5 层，每层至多 9 个单元）；'{typed}' 不是这样",
)
UNFIT = T(
    "no numbers fit for hand work were found for {shape}; fewer units will do",
    "没有为 {shape} 找到适合手算的数；请减少单元数",
)
TITLE = T("A random {shape} network", "随机 {shape} 网络")


class UnfitError(TutorError):
    """Raised where no draw of a network is suitable for work by hand."""


@frozen
class Features:
    """Features of a random network besides its shape: an entry for every skill that requires one."""

    output: str = "sigmoid"
    loss: str = "half_squared_error"
    optimizer: str = "sgd"
    examples: int = 1


FEATURES = {
    "softmax-cross-entropy": Features(output="softmax", loss="cross_entropy"),
    "optimizer": Features(optimizer="momentum"),
    "batch-mean": Features(examples=2),
}


def random_network(shape: str | None, seed: int, skill: str | None = None) -> Scenario:
    """A network of a shape such as ``2-3-2``, or of a drawn one, with what `skill` needs, as far as the shape allows.

    Raises TutorError for an invalid shape, UnfitError where no draw is suitable.
    """
    features = FEATURES.get(skill or "", Features())
    sizes = _sizes(shape or _suitable(seed, features))
    if features.output == "softmax" and sizes[-1] == 1:  # whose only output would always be 1
        features = Features()
    thresholds = (smallest for smallest, count in ATTEMPTS_AT.items() for _ in range(count))
    for attempt, smallest in enumerate(thresholds):
        scenario = _read(_Draw(sizes, features, seed, attempt).text())
        if fit(scenario, smallest):
            return scenario
    raise UnfitError(UNFIT.format(shape="-".join(map(str, sizes))))


def _suitable(seed: int, features: Features) -> str:
    wanted = 3 if features.output == "softmax" else 1
    return pick([shape for shape in SHAPES if int(shape[-1]) >= wanted], seed, "shape")


def _sizes(shape: str) -> tuple[int, ...]:
    if not SHAPE.fullmatch(shape):
        raise TutorError(NO_SHAPE.format(typed=visible(shape)))
    return tuple(int(size) for size in shape.split("-"))


def _read(text: str) -> Scenario:
    from backprop_tutor.scenario.checks.validate import validated
    from backprop_tutor.scenario.yaml.source import Source
    from backprop_tutor.scenario.yaml.tree import parse

    digest = sha256(text.encode()).hexdigest()
    source = Source(f"random:{GENERATOR}", digest, tuple(text.splitlines()), parse(text))
    return build(*validated(source))


@frozen
class _Draw:
    """One draw of all the numbers of a network."""

    sizes: tuple[int, ...]
    features: Features
    seed: int
    attempt: int

    def text(self) -> str:
        """The scenario file."""
        title = TITLE.format(shape="-".join(map(str, self.sizes)))
        layers = "".join(self._layer(number, pair) for number, pair in enumerate(pairwise(self.sizes), start=1))
        rows = "".join(self._row(number) for number in range(1, self.features.examples + 1))
        rate = pick(RATES, self.seed, self.attempt, "learning_rate")
        return (
            f"title: {{en: '{title.en}', zh: '{title.zh}'}}\n"
            f"network:\n  inputs: {self.sizes[0]}\n  layers:\n{layers}"
            f"loss: {self.features.loss}\ndata:\n{rows}"
            f"training: {{optimizer: {self.features.optimizer}, learning_rate: {rate}}}\n"
        )

    def _layer(self, number: int, sizes: tuple[int, int]) -> str:
        below, units = sizes
        last = number == len(self.sizes) - 1
        hidden = pick(("sigmoid", "tanh"), self.seed, "hidden")
        rows = ", ".join(self._list(f"W{number}[{j}]", below, signed=True) for j in range(1, units + 1))
        return (
            f"    - units: {units}\n      activation: {self.features.output if last else hidden}\n"
            f"      weights: [{rows}]\n      bias: {self._list(f'b{number}', units, signed=True)}\n"
        )

    def _row(self, example: int) -> str:
        inputs = self._list(f"x@{example}", self.sizes[0])
        return f"  - {{x: {inputs}, y: {self._targets(example)}}}\n"

    def _targets(self, example: int) -> str:
        outputs = self.sizes[-1]
        if self.features.output != "softmax":
            return self._list(f"y@{example}", outputs)
        right = drawn(self.seed, self.attempt, f"y@{example}") % outputs
        return str([int(k == right) for k in range(outputs)])

    def _list(self, name: str, count: int, *, signed: bool = False) -> str:
        return f"[{', '.join(self._number(f'{name}[{i}]', signed) for i in range(1, count + 1))}]"

    def _number(self, name: str, signed: bool) -> str:
        """A number with two decimals between 0.10 and 0.95, negative in about a third of the signed ones."""
        hundredths = 10 + drawn(self.seed, self.attempt, name) % 86
        negative = signed and drawn(self.seed, self.attempt, "sign", name) % 3 == 0
        return f"{'-' if negative else ''}{hundredths / 100:.2f}"
