"""``assert_gradients``: a test of the caller's own backward pass, that fails with the diagnosis.

The numbers are those of a few drawn networks at which most slips show. The function is called twice, with other numbers
the second time: what it keeps from the first call, and what it changes in place, is seen.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.ops.activations import ACTIVATIONS
from backprop_tutor.graph.ops.losses import LOSSES
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.diagnosis import ArrayDiagnosis, View, diagnose_arrays
from backprop_tutor.programs.edits import single_edits
from backprop_tutor.programs.examples import example_network
from backprop_tutor.programs.execution import Bench, compiled, given_values
from backprop_tutor.programs.layout import LAYOUTS, WHAT
from backprop_tutor.programs.page import arrays_page
from backprop_tutor.programs.received import arrays_of
from backprop_tutor.registry import find
from backprop_tutor.render import render
from backprop_tutor.text import Lang, T

SEEDS = range(4)
WIDTH = 96
SHOWN = 1e-6
OTHER_NAMES = {
    "mse": "mean_squared_error", "bce": "binary_cross_entropy", "ce": "cross_entropy", "nll": "cross_entropy",
    "softmax_cross_entropy": "cross_entropy", "categorical_cross_entropy": "cross_entropy", "sse": "squared_error",
    "linear": "identity", "none": "identity", "swish": "silu", "logistic": "sigmoid",
}  # fmt: skip
"""What else losses and activations are called."""

INPUTS = frozenset({"x", "inputs", "input", "data", "features", "batch", "a0"})
TARGETS = frozenset({"y", "t", "targets", "target", "labels", "label", "y_true", "expected", "yt"})
TOGETHER = frozenset({"p", "params", "parameters", "weights", "theta", "model", "net", "network", "w", "state"})

SIZES = T(
    "sizes are whole numbers, the inputs first, such as [3, 4, 2]; {given} came",
    "sizes 是整数列表，第一个是输入数，如 [3, 4, 2]；给出的是 {given}",
)
COUNTS = T(
    "{sizes} sizes make {layers} layers, and there are {count} activations; one for each layer, the output's last",
    "{sizes} 个 sizes 表示 {layers} 层，而激活函数有 {count} 个；每层一个，最后是输出层的",
)
CALL = T(
    "'{name}' takes {given}, and it is not clear what belongs there: name its arguments x, y and params (a dictionary with "
    "W1, b1, W2, ...), or x, y, W1, b1, W2, b2",
    "'{name}' 的参数是 {given}，看不出各是什么：请取名 x、y 和 params（含 W1、b1、W2……的字典），或 x, y, W1, b1, W2, b2",
)
NO_GRADIENTS = T(
    "'{name}' gives {kind}, in which there are no gradients: give a dictionary {{'W1': ..., 'b1': ...}} or a list in that order",
    "'{name}' 返回的是 {kind}，其中没有梯度：请返回字典 {{'W1': ..., 'b1': ...}}，或按此次序的列表",
)
CHANGED = T(
    "'{name}' changes {arrays} in place: a gradient is computed, nothing is updated there (a -=, *= or [...] = on what was given)",
    "'{name}' 就地改变了 {arrays}：求梯度时不应改动传入的数组（可能对它们用了 -=、*= 或 [...] =）",
)
CHANGED_RESULT = T(
    "the second call changes the arrays of {arrays} that the first one gave: they are the same arrays; make new ones in every call",
    "第二次调用改变了第一次返回的 {arrays}：两次用的是同一个数组；每次调用都应新建",
)
NOT_CLEARED = T(
    "the first call is right; the second gives the sum of both calls: gradients are added to those of the call before and not cleared",
    "第一次调用正确；第二次得到的是两次之和：梯度累加在上一次之上，没有清零",
)
STALE = T(
    "the first call is right; in the second, with other numbers, {arrays} are those of the first call: a cache is kept",
    "第一次调用正确；第二次换了数，{arrays} 却还是第一次的：用了上一次的缓存",
)
SECOND = T(
    "The first call is right, the second, with other numbers, is not: something of the first call is kept.\n",
    "第一次调用正确，换了数的第二次不正确：保留了第一次的某些结果。\n",
)
MISSING = T("there is no gradient of {names}", "缺少 {names} 的梯度")


def assert_gradients(
    backward: Callable[..., Any],
    sizes: Sequence[int],
    activations: Sequence[str] | str,
    loss: str = "half_squared_error",
    *,
    layout: str = "rows",
    bias: bool = True,
    l2: float = 0.0,
    targets: Literal["one_hot", "classes"] = "one_hot",
    lang: Lang = "en",
) -> None:
    """Fails with the diagnosis unless `backward` gives the gradients of a network of these sizes.

    It is called as ``backward(x, y, params)`` with ``params = {"W1": ..., "b1": ..., ...}``, or, if its arguments are so
    named, as ``backward(x, y, W1, b1, W2, b2)``; with `targets` as classes, y holds the number of each example's class,
    from 0. It may give a dictionary or a list, alone or beside the loss; sums or
    means over the examples.

    Raises AssertionError with the mistake and its line, TutorError where the call itself makes no sense.
    """
    names = _names(sizes, activations)
    of = find(LOSSES, OTHER_NAMES.get(loss, loss), T("the loss", "损失")).name
    used = find(LAYOUTS, layout, WHAT).name
    seed = best_seed(tuple(sizes), names, of, used, bias, l2)
    nets = [_network(tuple(sizes), names, of, bias, l2, number) for number in (seed, seed + 1000)]
    called = getattr(backward, "__name__", "backward")
    given = [_Given(net, used, targets) for net in nets]
    first = _gradients(called, backward, given[0])
    given[0].unchanged(called, lang)
    kept = {name: np.array(array) for name, array in first.items()}
    _judged(nets[0], kept, used, lang)
    second = _gradients(called, backward, given[1])
    given[1].unchanged(called, lang)
    moved = [name for name, array in first.items() if not np.array_equal(array, kept[name], equal_nan=True)]
    if moved:
        raise AssertionError(CHANGED_RESULT.format(arrays=", ".join(moved))[lang])
    _judged_again(nets, kept, second, used, lang)


def _names(sizes: Sequence[int], activations: Sequence[str] | str) -> tuple[str, ...]:
    if not sizes or not all(isinstance(n, int | np.integer) and n > 0 for n in sizes) or len(sizes) < 2:
        raise TutorError(SIZES.format(given=visible(repr(sizes))))
    given = [activations] * (len(sizes) - 1) if isinstance(activations, str) else list(activations)
    if len(given) != len(sizes) - 1:
        raise TutorError(COUNTS.format(sizes=len(sizes), layers=len(sizes) - 1, count=len(given)))
    what = T("the activation", "激活函数")
    return tuple(find(ACTIVATIONS, OTHER_NAMES.get(name, name), what).name for name in given)


@lru_cache(maxsize=32)
def _network(
    sizes: tuple[int, ...], activations: tuple[str, ...], loss: str, bias: bool, l2: float, seed: int
) -> Scenario:
    examples = next(n for n in range(5, 50) if n not in sizes)
    return example_network(sizes, activations, loss, examples=examples, seed=seed, bias=bias, l2=l2)


@lru_cache(maxsize=32)
def best_seed(
    sizes: tuple[int, ...], activations: tuple[str, ...], loss: str, layout: str, bias: bool, l2: float
) -> int:
    """The seed of the numbers at which the fewest slips leave the gradients right."""
    return min(SEEDS, key=lambda seed: len(unseen(_network(sizes, activations, loss, bias, l2, seed), layout)))


def unseen(scenario: Scenario, layout: str) -> list[tuple[str, str]]:
    """The edits of the reference that change no gradient at the numbers of a network: the rule and the wrong line."""
    network = scenario.graph.dense  # the lines are those of z = W a + b
    assert network is not None
    bench = View(scenario, network, [], LAYOUTS[layout]).benches[0]
    found = []
    with np.errstate(all="ignore"):
        for line in range(len(bench.program.lines)):
            for edit in single_edits(bench, line):
                changed = [
                    name
                    for name, value in bench.walk({line: compiled(edit.definition)})
                    if _differs(bench, name, value)
                ]
                if not changed and edit.text != ast.unparse(bench.trees[line]):
                    found.append((edit.rule.name, f"{bench.program.lines[line].name} = {edit.text}"))
    return found


def _differs(bench: Bench, name: str, value: Any) -> bool:
    """Whether a gradient is another, seen by more than rounding."""
    if value is None:
        return True
    if name not in bench.program.gradients:
        return False
    right = np.asarray(bench.right[name])
    made = np.asarray(value, dtype=float)
    return made.shape != right.shape or not bool((np.abs(made - right) <= SHOWN * np.abs(right).max()).all())


class _Given:
    """What one call is given: copies of its own, compared afterwards with what they were."""

    def __init__(self, scenario: Scenario, layout: str, targets: str) -> None:
        values = given_values(scenario, LAYOUTS[layout])
        if targets == "classes":
            values["y"] = values["y"].argmax(axis=LAYOUTS[layout].unit_axis)
        self.arrays: dict[str, Array] = {name: values[name] for name in ("x", "y", *scenario.graph.parameters)}
        self.before = {name: array.copy() for name, array in self.arrays.items()}
        self.parameters = {name: self.arrays[name] for name in scenario.graph.parameters}

    def unchanged(self, called: str, lang: Lang) -> None:
        """Raises AssertionError where an array is not what it was."""
        moved = [name for name, array in self.arrays.items() if not np.array_equal(array, self.before[name])]
        if moved:
            raise AssertionError(CHANGED.format(name=called, arrays=", ".join(moved))[lang])


def _gradients(called: str, backward: Callable[..., Any], given: _Given) -> Mapping[str, Any]:
    """What a call gives, its gradients only."""
    result = backward(**_by_name(called, backward, given))
    if isinstance(result, tuple) and not all(np.ndim(part) for part in result if not isinstance(part, Mapping | list)):
        containers = [part for part in result if isinstance(part, Mapping | list | tuple)]
        result = containers[0] if containers else result
    try:
        return arrays_of(result)
    except TutorError:
        raise TutorError(NO_GRADIENTS.format(name=visible(called), kind=type(result).__name__)) from None


def _by_name(called: str, backward: Callable[..., Any], given: _Given) -> dict[str, Any]:
    """The arguments of a call, by the names its function has for them."""
    try:
        wanted = [
            p
            for p in inspect.signature(backward).parameters.values()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
    except (TypeError, ValueError):
        wanted = []
    required = [p.name for p in wanted if p.default is p.empty]
    found = dict(_matched(required, given))
    if len(found) != len(required) and len(required) == 3:
        found = dict(zip(required, (given.arrays["x"], given.arrays["y"], given.parameters), strict=True))
    if not required or len(found) != len(required):
        raise TutorError(CALL.format(name=visible(called), given=visible(", ".join(required)) or "?"))
    return found


def _matched(names: Sequence[str], given: _Given) -> Iterator[tuple[str, Any]]:
    letters = {name.lower(): array for name, array in given.parameters.items()}
    for name in names:
        low = name.lower().replace("_", "")
        if low in INPUTS:
            yield name, given.arrays["x"]
        elif low in TARGETS:
            yield name, given.arrays["y"]
        elif low in letters:
            yield name, letters[low]
        elif low in TOGETHER:
            yield name, given.parameters


def _judged(net: Scenario, gradients: Mapping[str, Any], layout: str, lang: Lang) -> None:
    found = diagnose_arrays(net, dict(gradients), layout=layout)
    if found.missing:
        raise AssertionError(MISSING.format(names=", ".join(found.missing))[lang])
    if found.verdict != "correct":
        raise AssertionError(_page(found, lang))


def _page(found: ArrayDiagnosis, lang: Lang) -> str:
    return "\n" + render(arrays_page(found, lang), "text", width=WIDTH)


def _judged_again(
    nets: Sequence[Scenario], first: Mapping[str, Any], second: Mapping[str, Any], layout: str, lang: Lang
) -> None:
    """The second call: right, or what it kept from the first."""
    found = diagnose_arrays(nets[1], dict(second), layout=layout, before=nets[0])
    if found.verdict == "correct":
        return
    rest = {
        name: np.asarray(array) - first[name]
        for name, array in second.items()
        if np.shape(array) == np.shape(first[name])
    }
    if len(rest) == len(second) and diagnose_arrays(nets[1], rest, layout=layout).verdict == "correct":
        raise AssertionError(NOT_CLEARED[lang])
    stale = [name for name, array in second.items() if np.array_equal(array, first[name])]
    if stale:
        raise AssertionError(STALE.format(arrays=", ".join(stale))[lang])
    raise AssertionError(f"{SECOND[lang]}{_page(found, lang)}")
