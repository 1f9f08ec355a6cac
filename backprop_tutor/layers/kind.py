"""A kind of layer: a shorter way to write some nodes of a graph of arrays.

A kind says which keys a file may give it and emits formulas: ``z1: conv2d(x, W1) + reshape(b1, 2, 1, 1)``. What a
formula computes, which shape it has and how its derivative goes is asked of the graph, so that no kind has a shape or
a rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from backprop_tutor.formula.functions import FUNCTIONS, SETTINGS
from backprop_tutor.formula.nodes import Role, Sym, substitute
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.arrays import Builder
from backprop_tutor.graph.ops.operation import Shape, words
from backprop_tutor.graph.ops.table import SIGNATURES
from backprop_tutor.text import T

NEEDS = T("{kind} needs '{key}:'", "{kind} 需要 '{key}:'")
OTHER_SHAPE = T(
    "{key} is {came}, but here it has to be {wanted} ({axes})", "{key} 是{came}，而这里应是{wanted}（{axes}）"
)
OTHER_INPUT = T("{kind} takes {wanted}; what comes here is {came}", "{kind} 接受{wanted}；这里传来的是{came}")

NO_TIE = T(
    "there is no layer {number} before this one that has weights W", "在这一层之前，没有带权重 W 的第 {number} 层"
)
OTHER_TIE = T(
    "{name} is {came}, but the weights here have to be {wanted}; transposed: true turns them over",
    "{name} 是{came}，而这里的权重应是{wanted}；transposed: true 表示转置",
)
BOTH = T("a layer with 'tie:' has no weights of its own", "有 'tie:' 的层没有自己的权重")

UNITS = T("one number a unit", "每个单元一个数")


class LayerError(Exception):
    """What does not fit in a layer, at one of its keys, or at the layer as a whole."""

    def __init__(self, message: T, key: str = "") -> None:
        super().__init__(message.en)
        self.message, self.key = message, key


@frozen
class Flow:
    """What one layer hands to the next: the text that names it, its shape, and whether its first axis is steps.

    Of ids, `vocabulary` is how many there are; `each` are the nodes of single steps, where they have some.
    """

    text: str
    shape: Shape
    steps: bool = False
    vocabulary: int = 0
    each: tuple[str, ...] = ()

    def step(self, number: int) -> str:
        """The text of one step, from 1."""
        return self.each[number - 1] if self.each else f"{self.text}[{number}]"

    @property
    def units(self) -> int:
        """The length of the last axis."""
        return self.shape[-1]

    @property
    def image(self) -> bool:
        """Whether it is made of channels: (channels, length) or (channels, height, width)."""
        return not self.steps and not self.vocabulary and len(self.shape) > 1


@frozen
class Parameter:
    """A parameter of a layer: its name, its shape, and the keys of the layer that lead to its starting values."""

    name: str
    shape: Shape
    keys: tuple[str, ...]


@frozen
class Kind:
    """A kind of layer: `needs` are keys it cannot do without, `takes` those it also knows, `letters` its quantities.

    With `gates`, what leads to its parameters has one entry for each of these letters.
    """

    name: str
    text: T
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    letters: str
    emit: Callable[[Emission], Flow | None]
    gates: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys it knows; where it has an activation, the constants of activations too."""
        own = (*self.needs, *self.takes)
        return (*own, *dict.fromkeys(each.name for each in SETTINGS.values())) if "activation" in own else own


class Emission:
    """One layer on its way into a graph: what it was given, what comes from below, and what it has emitted so far."""

    def __init__(
        self,
        kind: Kind,
        label: str,
        given: Mapping[str, Any],
        below: Flow,
        builder: Builder,
        inside: Callable[[], Flow | None],
    ) -> None:
        self.kind, self.label, self.below = kind, label, below
        self.builder, self._given, self.inside = builder, given, inside
        self.nodes: dict[str, str] = {}
        self.steps: dict[str, tuple[str, int]] = {}
        self.parameters: list[Parameter] = []
        self.constants: dict[str, tuple[Shape, str]] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """What the file gives for a key, or a default."""
        found = self._given.get(key)
        return default if found is None else found

    def name(self, letter: str, step: int | str = "") -> str:
        """The name of a quantity of this layer in its graph: z2; of one step of a sequence z2_1."""
        return f"{letter}{self.label}_{step}" if step else f"{letter}{self.label}"

    def node(self, letter: str, text: str, step: int = 0) -> str:
        """A node by its formula; its name. Raises LayerError where its arrays do not fit.

        With a `step` it is one of several along a first axis of the quantity: the steps of a sequence, heads.
        """
        name = self.name(letter, step)
        if step:
            self.steps[name] = self.name(letter), step
        self.builder.add(name, parse(text, None, SIGNATURES))
        if self.builder.faults:
            raise LayerError(self.builder.faults[-1].error.message)
        self.nodes[name] = text
        return name

    def parameter(self, letter: str, shape: Shape, axes: T, *keys: str) -> str:
        """A parameter of that shape, its starting values under these keys of the file.

        Raises LayerError where they are not given, or as an array of another shape.
        """
        given: Any = self._given
        for key in keys:
            given = given.get(key) if isinstance(given, Mapping) else None
        if given is None:
            raise LayerError(NEEDS.format(kind=self.kind.name, key=": ".join(keys)))
        came = _shape(given, shape)
        if came != shape:
            said = OTHER_SHAPE.format(key=": ".join(keys), came=words(came), wanted=words(shape), axes=axes)
            raise LayerError(said, keys[0])
        name = self.name(letter)
        self.parameters.append(Parameter(name, shape, keys))
        self.builder.give(name, shape, Role.WEIGHT)
        return name

    def constant(self, letter: str, shape: Shape, key: str, step: str = "") -> str:
        """An array beside each example that nothing changes: the mask of a dropout, the state before the first step."""
        name = self.name(letter, step)
        self.constants[name] = shape, key
        self.builder.give(name, shape, Role.INPUT)
        return name

    def tied(self, shape: Shape) -> str | None:
        """The weights of the layer that `tie:` names, turned over where it says so; None without it.

        Raises LayerError where there are no such weights, or of another shape.
        """
        if self.get("tie") is None:
            return None
        name, turned = f"W{self.get('tie')}", bool(self.get("transposed"))
        came = self.builder.shapes.get(name)
        if came is None:
            raise LayerError(NO_TIE.format(number=self.get("tie")), "tie")
        if (came[::-1] if turned else came) != shape:
            wanted = shape[::-1] if turned else shape
            raise LayerError(OTHER_TIE.format(name=name, came=words(came), wanted=words(wanted)), "tie")
        return f"{name}.T" if turned else name

    def weights(self, shape: Shape, axes: T) -> str:
        """The weights W of a layer, its own or those it is tied to."""
        tied = self.tied(shape)
        if tied is None:
            return self.parameter("W", shape, axes, "weights")
        if self.get("weights") is not None:
            raise LayerError(BOTH, "weights")
        return tied

    def bias(self, count: int, form: str = "{b}") -> str:
        """`` + b2``, where the layer has biases, in the form in which they meet its sums."""
        if self.get("bias") is None:
            return ""
        return " + " + form.format(b=self.parameter("b", (count,), UNITS, "bias"))

    def activated(self, z: str, letter: str = "a", default: str = "identity", step: int = 0) -> str:
        """The node a = f(z), by the name of a function or its formula in z."""
        return self.node(letter, activation_text(self.get("activation", default), z), step)

    def flow(self, text: str, *, steps: bool = False) -> Flow:
        """What is handed on: a node, or an element of one."""
        return Flow(text, self.builder.shapes[text], steps)

    def refuse_input(self, wanted: T) -> LayerError:
        """The fault of a layer that cannot take what comes from below."""
        return LayerError(OTHER_INPUT.format(kind=self.kind.name, wanted=wanted, came=words(self.below.shape)), "kind")


def _shape(given: object, wanted: Shape) -> Shape:
    """The shape of starting values; what is drawn, and a number for every unit, have the shape they need."""
    if not isinstance(given, (int, float, tuple)):
        return wanted
    if isinstance(given, tuple):
        return (len(given), *_inner(given))
    return wanted if len(wanted) == 1 else ()


def _inner(given: tuple[Any, ...]) -> Shape:
    first = given[0] if given else None
    return (len(first), *_inner(first)) if isinstance(first, tuple) else ()


def activation_text(activation: str, z: str) -> str:
    """f(z) as a formula of the graph."""
    if activation == "identity":
        return z
    if activation in FUNCTIONS or activation == "softmax":
        return f"{activation}({z})"
    return plain(substitute(parse(activation, ("z",)), {"z": Sym(z)}))


Emit: TypeAlias = Callable[[Emission], Flow]
