"""Models that are no chain of dense layers as graphs of arrays: each step of theirs as formulas of ours.

A step gets the names and shapes of what it takes, and adds nodes and parameters; examples are not in the shapes. PyTorch's
modules and functions, Keras's layers, and the operators of ONNX are tables over the same few formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.text import T

Shape: TypeAlias = tuple[int, ...]

NO_COUNTERPART = T(
    "'{node}' ({kind}) has no counterpart here: {why}",
    "'{node}'（{kind}）在这里没有对应：{why}",
)
SETTING = T("{name} is {value}, here it is {wanted}", "{name} 是 {value}，这里是 {wanted}")
MASK_SHAPE = T(
    "its mask is an array of the shape of its outputs, {shape}",
    "它的遮罩是与其输出形状相同的数组：{shape}",
)
ONE_SIDE = T("{name} is {value}; here it is the same along every axis", "{name} 是 {value}；这里各轴相同")


@frozen(slots=True)
class Value:
    """A value of the model: the name of our node, or a formula of it, and its shape without the examples."""

    text: str
    shape: Shape


class Translation:
    """The graph on its way: nodes, parameters in the order they are met, arrays beside each of the examples."""

    def __init__(self, names: Mapping[str, str] | None = None, examples: int = 0) -> None:
        self.examples = examples
        self.names = dict(names or {})
        self.nodes: dict[str, str] = {}
        self.parameters: dict[str, Array] = {}
        self.frozen: list[str] = []
        self.beside: dict[str, AnyArray] = {}

    def node(self, text: str, shape: Shape) -> Value:
        """A new node."""
        name = f"h{len(self.nodes) + 1}"
        self.nodes[name] = text
        return Value(name, shape)

    def parameter(self, path: str, value: Any, *, moves: bool = True) -> str:
        """A parameter by its name here; one that does not move is frozen."""
        name = self.names.setdefault(path, plain_name(path))
        if name not in self.parameters:
            self.parameters[name] = numbers(value)
            if not moves:
                self.frozen.append(name)
        return name

    def graph(self, inputs: Sequence[str]) -> dict[str, Any]:
        """The graph of a scenario, its parameters in the order of the names."""
        order = [name for name in self.names.values() if name in self.parameters]
        found = {"inputs": list(inputs), "nodes": self.nodes, "output": "L"}
        found["parameters"] = {name: self.parameters[name].tolist() for name in dict.fromkeys(order)}
        return {**found, **({"frozen": self.frozen} if self.frozen else {})}


def plain_name(path: str) -> str:
    """A path of a model as a name of ours: letters, digits and underscores."""
    name = "".join(c if c.isalnum() else "_" for c in path).strip("_")
    return name if name[:1].isalpha() else f"p{name}"


def numbers(value: Any) -> Array:
    """An array of a framework as floats."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value, dtype=float)


def refused(node: str, kind: str, why: T) -> TutorError:
    """The error of a step that has no counterpart."""
    return TutorError(NO_COUNTERPART.format(node=visible(node), kind=visible(kind), why=why))


def dropped(
    t: Translation, x: Value, node: str, kind: str, given: Any, rate: float, *, channels_last: bool = False
) -> Value:
    """What a dropout leaves of x: the units of its mask, an array of each example, over the share that is kept.

    Raises TutorError for a mask of another shape.
    """
    is_moved = channels_last and len(x.shape) == 3
    shape = (t.examples, *((*x.shape[1:], x.shape[0]) if is_moved else x.shape))
    try:
        mask = (numbers(given) != 0).astype(float)
    except (TypeError, ValueError):
        mask = np.zeros(())
    if mask.shape != shape:
        raise refused(node, kind, MASK_SHAPE.format(shape=shape))
    name = f"mask{len(t.beside) + 1}"
    t.beside[name] = np.moveaxis(mask, -1, 1) if is_moved else mask
    return t.node(f"{x.text} * {name} / {1 - rate!r}", x.shape)


def same(node: str, kind: str, key: str, value: Any, wanted: Any) -> None:
    """Raises TutorError where a setting has a value that has no counterpart."""
    if value != wanted:
        raise refused(node, kind, SETTING.format(name=key, value=visible(str(value)), wanted=wanted))


def one(node: str, kind: str, key: str, value: Any) -> Any:
    """A setting that is the same along every axis. Raises TutorError where it is not."""
    if not isinstance(value, tuple | list):
        return value
    if len(set(value)) > 1:
        raise refused(node, kind, ONE_SIDE.format(name=key, value=visible(str(value))))
    return value[0]


# formulas


def linear(t: Translation, x: Value, W: str, b: str | None, units: int) -> Value:
    """W x + b; of a sequence at every step alike."""
    product = f"{W} @ {x.text}" if len(x.shape) == 1 else f"{x.text} @ {W}.T"
    return t.node(product + (f" + {b}" if b else ""), (*x.shape[:-1], units))


def normalised(t: Translation, x: Value, kept: int | None, eps: float) -> str:
    """(x − mean)/√(var + ε), along the last axis or, for a batch, over examples and all axes but one."""

    def mean(text: str) -> str:
        if kept is None:
            return f"mean({text}, axis=-1, keepdim=1)"
        for axis in range(len(x.shape)):
            if axis != kept:
                text = f"mean({text}, axis={axis + 1}, keepdim=1)"
        return f"batch_mean({text})"

    shape = tuple(1 if (i == len(x.shape) - 1) == (kept is None) and i != kept else n for i, n in enumerate(x.shape))
    centre = t.node(mean(x.text), shape)
    away = f"({x.text} - {centre.text})"
    spread = t.node(mean(f"{away}^2"), shape)
    return f"{away} / sqrt({spread.text} + {eps!r})"


def along(name: str, x: Value, axis: int) -> str:
    """A parameter of one number a unit or channel, so that it meets them along their axis."""
    sides = len(x.shape) - axis - 1
    return f"reshape({name}, {x.shape[axis]}{', 1' * sides})" if sides else name


def scaled(t: Translation, x: Value, hat: str, gain: str | None, shift: str | None, axis: int) -> Value:
    """gain · x̂ + shift."""
    xhat = t.node(hat, x.shape)
    text = f"{along(gain, x, axis)} * {xhat.text}" if gain else xhat.text
    return t.node(text + (f" + {along(shift, x, axis)}" if shift else ""), x.shape)


def convolved(
    t: Translation, x: Value, shape: Shape, kernel: str, bias: str | None, stride: int, padding: int
) -> Value:
    """A convolution by a kernel of shape (out, in, sides), with its bias for each channel."""
    axes = len(x.shape) - 1
    beside = f" + reshape({bias}, {shape[0]}{', 1' * axes})" if bias else ""
    sides = tuple((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], shape[2:], strict=True))
    text = f"conv{axes}d({x.text}, {kernel}, stride={stride}, padding={padding}){beside}"
    return t.node(text, (shape[0], *sides))


def pooled(t: Translation, x: Value, how: str, size: int, stride: int) -> Value:
    """The largest number or the mean (`how`: max, avg) of every window of the sides of x."""
    sides = tuple((n - size) // stride + 1 for n in x.shape[1:])
    return t.node(f"{how}_pool{len(sides)}d({x.text}, {size}, stride={stride})", (x.shape[0], *sides))


def recurrent(
    t: Translation,
    x: Value,
    weights: tuple[str, str, str | None, str | None],
    units: int,
    kind: str,
    backwards: bool = False,
) -> list[str]:
    """The states of a cell at each step of a sequence, from the first or backwards from the last; the state before is 0.

    The gates are in one matrix as the frameworks keep them: i, f, g, o of an LSTM, r, z, n of a GRU, whose reset is on the
    product; z, r, n of a GRU, update first.
    """
    W, U, b, c = weights
    h, memory, states = "", "", list[str]()
    gates = 4 if kind == "LSTM" else 3 if kind.startswith("GRU") else 1
    steps = range(1, x.shape[0] + 1)
    for step in reversed(steps) if backwards else steps:
        below = t.node(f"{W} @ {x.text}[{step}]" + (f" + {b}" if b else ""), (gates * units,)).text
        before = [part for part in (f"{U} @ {h}" if h else "", c or "") if part]
        state = t.node(" + ".join(before), (gates * units,)).text if before else ""

        def part(k: int, f: str, below: str = below, state: str = state) -> str:
            places = f"[{k * units + 1}:{(k + 1) * units}]"
            inside = f"{below}{places}" + (f" + {state}{places}" if state else "")
            return t.node(f"{f}({inside})", (units,)).text

        match kind:
            case "LSTM":
                i, f, g, o = (part(k, "tanh" if k == 2 else "sigmoid") for k in range(4))
                memory = t.node((f"{f} * {memory} + " if memory else "") + f"{i} * {g}", (units,)).text
                h = t.node(f"{o} * tanh({memory})", (units,)).text
            case "GRU" | "GRU, update first":
                r, z = (part(k, "sigmoid") for k in ((0, 1) if kind == "GRU" else (1, 0)))
                last = f"[{2 * units + 1}:{3 * units}]"
                inside = f"{below}{last}" + (f" + {r} * {state}{last}" if state else "")
                n = t.node(f"tanh({inside})", (units,)).text
                h = t.node(f"(1 - {z}) * {n}" + (f" + {z} * {h}" if h else ""), (units,)).text
            case _:
                h = part(0, kind)
        states.append(h)
    return states[::-1] if backwards else states


def stacked(t: Translation, states: Sequence[str], units: int) -> Value:
    """The states of all steps as a sequence."""
    return t.node(f"stack({', '.join(states)})", (len(states), units))


def attended(
    t: Translation, given: Sequence[Value], W: str, b: str | None, out: tuple[str, str | None], heads: int, causal: bool
) -> Value:
    """Attention of several heads, the projections of queries, keys and values in one matrix."""
    units = given[0].shape[-1]
    each = [
        t.node(
            f"{x.text} @ {W}[{k * units + 1}:{(k + 1) * units}].T"
            + (f" + {b}[{k * units + 1}:{(k + 1) * units}]" if b else ""),
            x.shape,
        )
        for k, x in enumerate(given)
    ]
    size, outputs = units // heads, list[str]()
    for head in range(heads):
        columns = f"[:, {head * size + 1}:{(head + 1) * size}]"
        q, k, v = (f"{part.text}{columns}" for part in each)
        scores = f"{q} @ ({k}).T / sqrt({size})"
        s = t.node(f"causal({scores})" if causal else scores, (given[0].shape[0], given[1].shape[0]))
        p = t.node(f"softmax({s.text})", s.shape)
        outputs.append(t.node(f"{p.text} @ {v}", (given[0].shape[0], size)).text)
    joined = (
        t.node(f"concat({', '.join(outputs)}, axis=2)", given[0].shape)
        if heads > 1
        else Value(outputs[0], given[0].shape)
    )
    return linear(t, joined, *out, units)
