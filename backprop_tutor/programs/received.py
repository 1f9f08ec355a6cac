"""Arrays in any container and under any usual name, as those of a reference program.

Containers: mappings, nested or not, lists in order, one flat vector, files, a model with gradients. Names: the
contract's (``grads.W1``), ``dW1``, ``W1.grad``, ``0.weight``, ``fc1.bias``, ``dense/kernel``, ``Theta1`` with the bias
in its first column, or none. What was understood is told before anything is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from backprop_tutor.errors import Problem, TutorError, did_you_mean, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, np
from backprop_tutor.graph.graph import Network
from backprop_tutor.scenario.array_files import named_arrays, read_arrays
from backprop_tutor.text import T

Given: TypeAlias = Any
"""Anything that holds arrays."""

UNKNOWN = T(
    "'{name}' is no quantity of this network; its names are {allowed}{near}",
    "'{name}' 不是这个网络中的量；可用的名字是 {allowed}{near}",
)
TWICE = T("'{first}' and '{second}' both name {name}", "'{first}' 和 '{second}' 都是 {name}")
NOT_NUMBERS = T("'{name}' is {kind}, not an array of numbers", "'{name}' 是 {kind}，不是数的数组")
NO_GRADIENT = T("'{name}' has no gradient yet: call backward() first", "'{name}' 还没有梯度：请先调用 backward()")
NO_ORDER = T(
    "{count} arrays without names cannot be told apart: this network has {wanted} parameters, in the order {order}; "
    "give them as {{'W1': ..., 'b1': ...}}",
    "{count} 个没有名字的数组无法分辨：这个网络有 {wanted} 个参数，次序是 {order}；请写成 {{'W1': ..., 'b1': ...}}",
)
FLAT = T(
    "a single vector of {count} numbers; this network has {wanted} parameters in all",
    "只有一个含 {count} 个数的向量；这个网络共有 {wanted} 个参数",
)
NOTHING = T("no arrays were given", "没有给出数组")
SPECIAL = frozenset({"loss", "cost", "J", "m", "cache", "x", "y", "X", "Y", "a0", "A0", "data"})

DERIVATIVE = re.compile(
    r"^(?:grads?|gradients?|delta_?(?=[Wwb]))[._/ ]?|^d[lLjJcCeE]?_?/?d_?|^(?:∂L/)?∂|^d_?(?=[A-Za-z])", re.ASCII
)
GRAD_END = re.compile(r"[._ ]?(?:grads?|gradients?)$", re.IGNORECASE)
LETTER = re.compile(
    r"^(?P<kind>weights?|bias(?:es)?|theta|params?|delta|w|b|z|a|h|o)_?\[?(?P<number>\d*)\]?$", re.IGNORECASE
)
MODULE = re.compile(r"^(?P<module>.*?)[./]?(?P<kind>weight|bias|kernel|w|b)(?::0|\.grad|_grad)*$", re.IGNORECASE)
KINDS = {"weight": "W", "weights": "W", "w": "W", "kernel": "W", "bias": "b", "biases": "b", "b": "b"}
KINDS |= {"theta": "Theta", "params": "Theta", "param": "Theta", "z": "z", "a": "a", "h": "a", "o": "a", "delta": "dz"}


@frozen(eq=False)
class Received:
    """An array: what its giver calls it, the name of its line in a program, and the numbers."""

    called: str
    name: str
    array: AnyArray


def arrays_of(given: Given) -> dict[str, AnyArray]:
    """The arrays in any container by the names they have there; numbers in order where they have none.

    Raises TutorError for what is no array of numbers.
    """
    if isinstance(given, str | Path):
        return _numbered(read_arrays(given))
    if hasattr(given, "named_parameters"):
        return {name: _gradient(name, value) for name, value in given.named_parameters()}
    if isinstance(given, Mapping):
        found: dict[str, AnyArray] = {}
        for key, value in given.items():
            found |= _within(str(key), value)
        return found
    if isinstance(given, list | tuple) and given and not _is_numeric(given):
        return {str(i): as_numbers(str(i), part) for i, part in enumerate(given)}
    return {"": as_numbers("", given)}


def _numbered(arrays: dict[str, AnyArray]) -> dict[str, AnyArray]:
    """Arrays of a file by their names; those that NumPy numbered, as they were saved without names, by their numbers."""
    is_numbered = all(re.fullmatch(r"arr_\d+", name) for name in arrays)
    return {name.removeprefix("arr_"): array for name, array in arrays.items()} if is_numbered else arrays


def _within(key: str, value: Any) -> dict[str, AnyArray]:
    if isinstance(value, Mapping):
        return {f"{key}.{name}": array for name, array in arrays_of(value).items()}
    if isinstance(value, list | tuple) and value and not _is_numeric(value):
        return {f"{key}{i}": as_numbers(f"{key}{i}", part) for i, part in enumerate(value, 1)}
    return {key: as_numbers(key, value)}


def _is_numeric(value: Sequence[Any]) -> bool:
    """Whether nested lists are one array of numbers."""
    if any(hasattr(part, "__array__") and np.ndim(part) > 0 for part in value):
        return False
    try:
        return np.array(value).dtype.kind in "fiub"
    except ValueError:
        return False


def _gradient(name: str, parameter: Any) -> AnyArray:
    if parameter.grad is None:
        raise TutorError(NO_GRADIENT.format(name=visible(name)))
    return as_numbers(name, parameter.grad)


def as_numbers(name: str, value: Any) -> AnyArray:
    """One array of real numbers. Raises TutorError for anything else."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if isinstance(value, list | tuple):
        return dict(named_arrays(value, name=name))[name]
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TutorError(NOT_NUMBERS.format(name=visible(name or "?"), kind=visible(str(error)[:80]))) from None
    if array.dtype.kind not in "fiub":
        raise TutorError(NOT_NUMBERS.format(name=visible(name or "?"), kind=_kind(value, array)))
    return array


def _kind(value: Any, array: AnyArray) -> str:
    return type(value).__name__ if array.ndim == 0 else f"{type(value).__name__}[{array.dtype}]"


def parameter_order(network: Network) -> tuple[str, ...]:
    """W1, b1, W2, b2, ...: the order of Keras and of `named_parameters`."""
    names = ((f"W{i}", f"b{i}") if layer.bias else (f"W{i}",) for i, layer in enumerate(network.layers, 1))
    return tuple(name for pair in names for name in pair)


def received(network: Network, given: Given, *, are_values: bool = False) -> tuple[Received, ...]:
    """The arrays of a container as those of the program: gradients, or with `are_values` those on the way.

    Raises TutorError with every name that means nothing here.
    """
    arrays = arrays_of(given)
    if not arrays:
        raise TutorError(NOTHING)
    if all(name.isdigit() for name in arrays):
        arrays = _in_order(network, list(arrays.values()))
    elif list(arrays) == [""]:
        arrays = _one(network, arrays[""])
    return tuple(_resolved(network, arrays, are_values))


def _in_order(network: Network, arrays: list[AnyArray]) -> dict[str, AnyArray]:
    order = parameter_order(network)
    if len(arrays) == len(order):
        by_kind = sorted(order, key=lambda name: (name[0] == "b", name))
        pairs = zip(order, arrays, strict=True)
        are_mixed = all((array.ndim < 2 or 1 in array.shape) >= (name[0] == "b") for name, array in pairs)
        return dict(zip(order if are_mixed else by_kind, arrays, strict=True))
    if len(arrays) == len(network.layers):
        return {f"Theta{i}" if _has_bias_column(network, i, a) else f"W{i}": a for i, a in enumerate(arrays, 1)}
    raise TutorError(NO_ORDER.format(count=len(arrays), wanted=len(order), order=", ".join(order)))


def sizes(network: Network) -> list[int]:
    """The number of units of the inputs and of every layer."""
    return [len(network.units(i)) for i in range(len(network.layers) + 1)]


def _has_bias_column(network: Network, i: int, array: AnyArray) -> bool:
    inputs, units = sizes(network)[i - 1 : i + 1]
    return array.shape in ((units, inputs + 1), (inputs + 1, units)) and network.layers[i - 1].bias


def _one(network: Network, array: AnyArray) -> dict[str, AnyArray]:
    """One array alone: that of a network with one parameter, or every number in a row."""
    order, units = parameter_order(network), sizes(network)
    total = sum((units[i - 1] + (1 if layer.bias else 0)) * units[i] for i, layer in enumerate(network.layers, 1))
    if len(network.layers) == 1 and (len(order) == 1 or array.ndim > 1):
        return {"Theta1" if _has_bias_column(network, 1, array) else "W1": array}
    if array.size != total:
        raise TutorError(FLAT.format(count=array.size, wanted=total))
    return {"flat": array.ravel()}


def _resolved(network: Network, arrays: Mapping[str, AnyArray], are_values: bool) -> Iterator[Received]:
    understood = list(_understood(network, arrays, are_values))
    taken: dict[str, str] = {}
    problems = []
    for called, name, _ in understood:
        if not name:
            allowed = _allowed(network, are_values)
            near = did_you_mean(called, allowed)
            message = UNKNOWN.format(name=visible(called), allowed=", ".join(allowed), near=near)
            problems.append(Problem(message))
        elif name in taken:
            problems.append(Problem(TWICE.format(first=visible(taken[name]), second=visible(called), name=name)))
        else:
            taken[name] = called
    if problems:
        raise TutorError(problems)
    yield from (Received(*each) for each in understood)


def _allowed(network: Network, are_values: bool) -> list[str]:
    layers = range(1, len(network.layers) + 1)
    if are_values:
        return [f"{letter}{i}" for i in layers for letter in ("z", "a", "dz")]
    return [*parameter_order(network), *(f"z{i}" for i in layers)]


def _understood(
    network: Network, arrays: Mapping[str, AnyArray], are_values: bool
) -> Iterator[tuple[str, str, AnyArray]]:
    """Each array with what it is called, and the name of a program's line, empty where it is not known."""
    read = {called: _read(called) for called in arrays if called not in SPECIAL}
    modules = list(dict.fromkeys(r[1] for r in read.values() if isinstance(r[1], str) and r[1]))
    numbers = {r[1] for r in read.values() if isinstance(r[1], int) and r[0] in ("W", "b", "Theta")}
    shift = 1 if 0 in numbers and len(network.layers) not in numbers else 0
    with_bias = {key for kind, key, _ in read.values() if kind == "b"}
    for called, (kind, key, is_gradient) in read.items():
        if kind == "x":
            yield called, "dx", arrays[called]
            continue
        layer = (
            modules.index(key) + 1 if isinstance(key, str) and key else key + shift if isinstance(key, int) else None
        )
        if layer is None and len(network.layers) == 1:
            layer = 1
        kind = "weights" if kind == "W" and key in with_bias else kind
        yield from _placed(network, called, kind, layer, arrays[called], is_gradient or not are_values)


def _placed(
    network: Network, called: str, kind: str, layer: int | None, array: AnyArray, is_gradient: bool
) -> Iterator[tuple[str, str, AnyArray]]:
    if called == "flat":
        yield called, "flat", array
    elif not kind or layer is None or not 1 <= layer <= len(network.layers):
        yield called, "", array
    elif kind in ("Theta", "W") and _has_bias_column(network, layer, array):
        units = sizes(network)[layer]
        across = array if (array.shape[0] == units and array.shape != array.shape[::-1]) or kind == "Theta" else array.T
        across = across if across.shape[0] == units else across.T
        turn = array.shape[0] != units
        yield f"{called} (bias)", f"db{layer}", across[:, 0]
        yield f"{called} (weights)", f"dW{layer}", across[:, 1:].T if turn else across[:, 1:]
    elif kind == "dz":
        yield called, f"dz{layer}", array
    elif kind == "b" and not network.layers[layer - 1].bias:
        yield called, "", array
    else:
        letter = "W" if kind in ("Theta", "weights") else kind
        yield called, f"d{letter}{layer}" if is_gradient else f"{letter}{layer}", array


def _read(called: str) -> tuple[str, int | str | None, bool]:
    """The kind of a quantity, its layer (a number, or the name of a module), and whether it is named a gradient."""
    name = called.removeprefix("values.")
    bare = GRAD_END.sub("", name)
    plain = DERIVATIVE.sub("", bare)
    is_gradient = plain != name
    if is_gradient and plain.lower() in ("x", "inputs", "input", "a0"):
        return "x", None, True
    for text in (plain, bare):
        found = LETTER.match(text.replace("[", "").replace("]", "").replace("^", "").replace("(", "").replace(")", ""))
        if found:
            kind = KINDS[found["kind"].lower()]
            return kind, int(found["number"]) if found["number"] else None, is_gradient or kind == "dz"
    module = MODULE.match(bare)
    if module and module["module"].strip("./_"):
        return KINDS[module["kind"].lower()], module["module"], is_gradient
    return "", None, False


def shapes_said(received: Iterable[Received]) -> str:
    """The names with their shapes."""
    return ", ".join(f"{each.called} {tuple(each.array.shape)}" for each in received)
