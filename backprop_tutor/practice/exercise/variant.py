"""The same scenario with fresh numbers: same graph, same words, every given number drawn anew.

The numbers must be suitable for work by hand: no unit dead or saturated, no gradient tiny.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from math import floor, isfinite, log10
from sys import float_info

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.arrays import UPSTREAM
from backprop_tutor.graph.graph import Graph, Index
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace
from backprop_tutor.practice.exercise.draw import drawn, pick
from backprop_tutor.practice.exercise.exercise import steps_to_ask
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


def fit(scenario: Scenario, smallest: float = SMALLEST_GRADIENT, *, tied: bool = False) -> bool:
    """Whether every unit is active, no gradient is below 0.001, or another required size, no number above 100.

    Where what comes back is given, the derivatives of the inputs are asked for: none may be below a thousandth of the
    largest, as it is for the third of three normalised numbers with two alike, where it consists of the norm's ε alone.

    In a graph of arrays no gradient may be above 100 either, no number may stand at a kink or a tie, unless it is `tied`
    on purpose, and what comes back to a norm may not be the same everywhere: all derivatives before it would be 0.
    """
    try:
        steps = run_scenario(scenario, steps_to_ask(scenario)).steps
    except TutorError:
        return False
    if _is_uniform(scenario) or not all(_fit(scenario, step.trace, smallest) for step in steps):
        return False
    return scenario.graph.shapes is None or tied or is_smooth(steps)


def is_smooth(steps: Sequence[Step]) -> bool:
    """Whether differences agree with the derivatives, which they do not at a kink or a tie."""
    return all(d.agrees for step in steps for d in differences(step.trace, FEW))


def _is_uniform(scenario: Scenario) -> bool:
    given = scenario.data.get(UPSTREAM)
    return given is not None and given.size > 1 and float(np.ptp(given)) == 0.0


def _fit(scenario: Scenario, trace: Trace, smallest: float) -> bool:
    nodes = list(enumerate(scenario.graph.nodes))
    functions = [(i, node.op.name) for i, node in nodes if node.op and _is_function(node.op.name, node.role)]
    alive = all(_alive(trace.values[i], name) for i, name in functions)
    moving, sent = tuple(scenario.graph.parameters), UPSTREAM in scenario.data
    if not moving or sent:
        moving += tuple(node.name for _, node in nodes if node.role == Role.INPUT)
    none = scenario.graph.shapes is not None  # an element that lost to a larger one, a row that was not looked up
    gradients = [g for name in moving for g in _numbers(trace.adjoint(name))]
    tiny = smallest * max(map(abs, gradients)) if sent else smallest
    unclear = sum(abs(g) < tiny and not (none and g == 0) for g in gradients)
    clear = unclear <= (TINY_ALLOWED * len(gradients) if len(gradients) > MANY else 0)
    bounded = all(isfinite(v) and abs(v) <= LARGEST for value in trace.values for v in _numbers(value))
    given = [node.name for _, node in nodes if node.op is None] if none else []
    steep = any(abs(g) > LARGEST for name in given for g in _numbers(trace.adjoint(name)))
    return alive and clear and bounded and not steep


def _is_function(op: str, role: Role) -> bool:
    """Whether a node is the activation function of a layer, or a softmax among formulas, that can be saturated."""
    return role == Role.ACTIVATION or op == "softmax"


def _alive(activations: Array, function: str) -> bool:
    """Whether no unit is dead or saturated; the probability of what is masked is 0."""
    most, found = SATURATED if function in BOUNDED else LARGEST, _numbers(activations)
    return all(DEAD <= abs(a) <= most for a in found if a or function != "softmax")


def _numbers(array: Array) -> Iterable[float]:
    return array.ravel().tolist()


ATTEMPTS = 200
SETTINGS_KEPT = ("learning_rate", "l2", *(name for name in LETTERS if LETTERS[name].role == Role.SETTING))


def variant(scenario: Scenario, seed: int, *, like: bool = False) -> Scenario:
    """`scenario` with other numbers for each seed: the first new draw suitable for work by hand, else the last one.

    Whole numbers stay whole, signs stay in expression graphs; targets that are 0 or 1 stay, and what is to be kept.
    `like` the original, every number has as many decimals as its author gave it, and the learning rate varies too.
    """
    drawn_anew = scenario
    tied = scenario.graph.shapes is not None and not is_smooth(run_scenario(scenario, 1).steps)
    for attempt in range(ATTEMPTS):
        drawn_anew = _drawn(scenario, seed, attempt, like)
        if _is_new(scenario, drawn_anew) and fit(drawn_anew, tied=tied):
            break
    return drawn_anew


def _is_new(scenario: Scenario, drawn_anew: Scenario) -> bool:
    """Whether some number was drawn differently: one whole number alone may come again as it was."""
    before, now = ({**each.data, **each.parameters} for each in (scenario, drawn_anew))
    return any(not np.array_equal(array, now[name]) for name, array in before.items())


def _drawn(scenario: Scenario, seed: int, attempt: int, like: bool) -> Scenario:
    given = {**scenario.data, **scenario.parameters}
    fresh = {
        name: _array(scenario, array, seed, attempt, name, like)
        for name, array in given.items()
        if _varies(scenario, name)
    }
    arrays = {**given, **fresh}
    numbers = ",".join(f"{name}={array.tolist()}" for name, array in arrays.items())
    kept = {name: text for name, text in scenario.spelling.items() if name in SETTINGS_KEPT}
    kept |= {name: text for name, text in scenario.spelling.items() if name.partition("[")[0] in scenario.unvaried}
    spelled = {name: text for each in fresh for name, text in _spelled(scenario, each, arrays)}
    rate = _rate(scenario, seed) if like else None
    if rate is not None:
        kept["learning_rate"] = f"{rate:g}"
    return replace(
        scenario,
        training=scenario.training if rate is None else replace(scenario.training, learning_rate=rate),
        data={name: arrays[name] for name in scenario.data},
        parameters={name: arrays[name] for name in scenario.parameters},
        description=None,
        spelling={**kept, **spelled},
        digest=sha256(f"{scenario.digest}:{numbers}".encode()).hexdigest(),
    )


def _rate(scenario: Scenario, seed: int) -> float:
    """A learning rate of the size of the author's: 1, 2, 3 or 5 times the same power of ten."""
    power = floor(log10(scenario.training.learning_rate))
    return float(f"{pick((1, 2, 3, 5), seed, 'learning rate')}e{power}")


def _varies(scenario: Scenario, name: str) -> bool:
    if name in scenario.unvaried or name in scenario.graph.whole_numbers or _is_mask(scenario, name):
        return False
    targets = _is_target(scenario, name)
    return not (targets and all(value in (0.0, 1.0) for value in scenario.data[name].ravel().tolist()))


def _is_mask(scenario: Scenario, name: str) -> bool:
    """Whether an input of a graph of arrays is a mask: only zeros and ones."""
    array = scenario.data.get(name)
    lists = scenario.graph.shapes is not None and scenario.graph.nodes[scenario.graph.index[name]].axes > 0
    return lists and array is not None and bool(np.isin(array, (0.0, 1.0)).all())


def _is_target(scenario: Scenario, name: str) -> bool:
    return scenario.graph.nodes[scenario.graph.index[name]].role == Role.TARGET


def _array(scenario: Scenario, array: Array, seed: int, attempt: int, name: str, like: bool) -> Array:
    fresh = array.copy()
    as_before = not scenario.graph.layers or _is_target(scenario, name)
    for at, place in _places(scenario.graph, name, array.shape):
        old = float(array[at])
        if like:
            text = scenario.spelling.get(place, scenario.spelling.get(f"{place}@{at[-1] + 1}", f"{old:g}"))
            fresh[at] = _alike(old, text, seed, attempt, place)
        else:
            fresh[at] = _number(old, seed, attempt, place, as_before)
    return scenario.graph.shared(name, fresh.clip(-float_info.max, float_info.max))


@lru_cache(maxsize=32)
def _places(graph: Graph, name: str, shape: Index) -> tuple[tuple[Index, str], ...]:
    """The places of an array at which there is a number of its own, each with the name it is drawn by."""
    places = (at for at in np.ndindex(*shape) if graph.exists(graph.element(graph.index[name], at)))
    return tuple((at, Quantity(name, tuple(i + 1 for i in at)).short) for at in places)


def _alike(old: float, text: str, seed: int, attempt: int, place: str) -> float:
    """A number with the decimals and the sign of the author's, from half to twice its size; 0 and 1 stay."""
    if old in (0.0, 1.0, -1.0):
        return old
    unit = Decimal(1).scaleb(min(0, int(Decimal(text).as_tuple().exponent)))
    size = int(abs(Decimal(text)) / unit)
    low, high = max(1, size // 2), max(2 * size, 9)
    return float((-1 if old < 0 else 1) * (low + drawn(seed, attempt, place) % (high - low + 1)) * unit)


def _number(old: float, seed: int, attempt: int, place: str, signed_as_before: bool) -> float:
    """A number like `old`: whole from 1 to 5 where it is whole and not 0, else with two decimals."""
    sign = (-1 if old < 0 else 1) if signed_as_before else pick((1, 1, -1), seed, attempt, "sign", place)
    if old and old == int(old) and signed_as_before:
        return float(sign * (1 + drawn(seed, attempt, place) % 5))
    size = max(1.0, abs(old))
    return sign * round(size * (10 + drawn(seed, attempt, place) % 86) / 100, 2)


def _spelled(scenario: Scenario, name: str, arrays: Mapping[str, Array]) -> Iterator[tuple[str, str]]:
    """The figures of a fresh array by contract name, as an author would write them."""
    array = arrays[name]
    for place, shown in _shown(scenario.graph, name, array.shape, scenario.examples > 1):
        yield shown, f"{float(array[place]):g}"


@lru_cache(maxsize=32)
def _shown(graph: Graph, name: str, shape: Index, counted: bool) -> tuple[tuple[Index, str], ...]:
    """The places of an array, each with the contract's name of its number."""
    node = graph.nodes[graph.index[name]]
    found = ((place, *node.where(place)) for place in np.ndindex(*shape))
    return tuple(
        (
            place,
            Quantity(name, tuple(i + 1 for i in index), None if example is None or not counted else example + 1).short,
        )
        for place, index, example in found
    )
